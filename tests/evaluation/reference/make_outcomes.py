"""Further made-up tables of this folder: run once; the files are committed, and outcomes.R reads them too.

python tests/evaluation/reference/make_outcomes.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
DAYS = np.array([0, 14, 45, 90, 180, 365])


def main() -> None:
    rng = np.random.default_rng(20261128)
    decay(rng).to_csv(HERE / "decay.csv", index=False)
    confidence(rng).to_csv(HERE / "confidence.csv", index=False)


def decay(rng):
    """Scores out of 100 that fall to a floor near 55; whoever scored low is likelier to be gone at the next visit."""
    n = 96
    profession = rng.choice(["medicine", "nursing", "pharmacy"], n, p=[0.45, 0.4, 0.15])
    level, loss = rng.normal(0, 6, n), rng.normal(30, 5, n)
    rows, there = [], np.ones(n, dtype=bool)
    for day in DAYS:
        score = np.clip(55 + level + loss * np.exp(-day / 80) + rng.normal(0, 4, n), 0, 100).round(1)
        rows += [
            (f"L{i:02d}", f"T{i // 6:02d}", profession[i], day, score[i])
            for i in np.flatnonzero(there & (rng.random(n) > 0.05))
        ]
        there &= rng.random(n) > np.where(score < 60, 0.2, 0.05)
    return pd.DataFrame(rows, columns=["learner", "team", "profession", "days", "score"])


def confidence(rng):
    n = 150
    profession = rng.choice(["medicine", "nursing", "pharmacy"], n, p=[0.4, 0.4, 0.2])
    true = rng.normal(60, 12, n)
    skill, again = (np.clip(true + rng.normal(0, 7, n), 0, 100).round() for _ in range(2))
    felt = np.clip(70 + 0.3 * (true - 60) + 4 * (profession == "medicine") + rng.normal(0, 12, n), 0, 100).round()
    return pd.DataFrame(
        {"learner": np.arange(n), "profession": profession, "confidence": felt, "skill": skill, "skill_again": again}
    )


if __name__ == "__main__":
    main()
