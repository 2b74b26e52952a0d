"""The made-up ratings of `raters.R`: run once; the table is committed.

python tests/evaluation/reference/make_rater_data.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def facets() -> pd.DataFrame:
    """Levels 1 to 4 of 90 learners by 2 of 7 raters on 4 criteria, one in twenty missing."""
    rng = np.random.default_rng(20261128)
    ability = rng.normal(0.2, 1.3, 90)
    severity = np.array([-0.9, -0.5, -0.1, 0.0, 0.2, 0.5, 0.8])
    difficulty, steps = np.array([-0.6, -0.1, 0.2, 0.5]), np.array([-1.4, 0.1, 1.3])
    rows = []
    for n in range(90):
        for r in {n % 7, (n + 1 + n // 7) % 7, (n + 3) % 7}:
            for c in range(4):
                weights = np.concatenate([[0], np.cumsum(ability[n] - severity[r] - difficulty[c] - steps)])
                p = np.exp(weights - weights.max())
                level = 1 + rng.choice(4, p=p / p.sum())
                if rng.random() > 0.05:
                    rows.append((f"L{n:02d}", f"R{r}", f"C{c}", level))
    return pd.DataFrame(rows, columns=["learner", "rater", "criterion", "score"])


if __name__ == "__main__":
    facets().to_csv(HERE / "facets.csv", index=False)
