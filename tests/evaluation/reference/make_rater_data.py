"""The made-up judgements of `raters.R` and `standards.R`: run once; the tables are committed.

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


def osce() -> pd.DataFrame:
    """Scores of 70 learners at 3 stations, and the examiners' overall grades from 1 to 5."""
    rng = np.random.default_rng(20261129)
    ability = rng.normal(size=70)
    rows = []
    for station, (first, slope) in {"history": (8, 3.0), "handover": (10, 2.2), "conflict": (5, 3.5)}.items():
        grade = np.clip(np.round(3 + ability + 0.6 * rng.normal(size=70)), 1, 5).astype(int)
        score = np.clip(np.round(first + slope * grade + 1.5 * ability + 2 * rng.normal(size=70), 1), 0, 30)
        rows.append(pd.DataFrame({"learner": np.arange(70), "station": station, "grade": grade, "score": score}))
    return pd.concat(rows)


def angoff() -> pd.DataFrame:
    """Two rounds of nine judges on 24 items; in the second they are closer."""
    rng = np.random.default_rng(20261130)
    item = np.clip(0.65 + 0.15 * rng.normal(size=24), 0.2, 0.95)
    rows = []
    for number, (between, within) in {1: (0.08, 0.12), 2: (0.05, 0.07)}.items():
        judge = between * rng.normal(size=9)
        said = np.clip(np.round(item + judge[:, None] + within * rng.normal(size=(9, 24)), 2), 0, 1)
        rows += [(number, f"J{j}", f"I{i:02d}", said[j, i]) for j in range(9) for i in range(24)]
    return pd.DataFrame(rows, columns=["round", "judge", "item", "rating"])


if __name__ == "__main__":
    facets().to_csv(HERE / "facets.csv", index=False)
    osce().to_csv(HERE / "osce.csv", index=False)
    angoff().to_csv(HERE / "angoff.csv", index=False)
