"""The made-up tables of this folder: run once; the files are committed, and reference.R reads them too.

python tests/evaluation/reference/make_data.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def main() -> None:
    rng = np.random.default_rng(20261127)
    waves(rng).to_csv(HERE / "waves.csv", index=False)
    answers(rng).to_csv(HERE / "answers.csv", index=False)
    ratings(rng).to_csv(HERE / "ratings.csv", index=False)
    growth(rng).to_csv(HERE / "growth.csv", index=False)
    times(rng).to_csv(HERE / "times.csv", index=False)
    readiness(rng).to_csv(HERE / "readiness.csv", index=False)
    codes(rng).to_csv(HERE / "codes.csv", index=False)


def waves(rng):
    n = 72
    team = np.arange(n) % 12
    cohort = np.where(np.arange(n) % 2, "new", "old")
    before = np.clip(np.round(3.2 + 0.3 * rng.normal(size=12)[team] + 0.6 * rng.normal(size=n), 2), 1, 5)
    after = np.clip(np.round(0.5 * before + 2.0 + 0.2 * (cohort == "new") + 0.5 * rng.normal(size=n), 2), 1, 5)
    age = np.round(24 + 2 * (cohort == "new") + 3 * rng.normal(size=n))
    return pd.DataFrame(
        {"learner": np.arange(n), "team": team, "cohort": cohort, "age": age, "before": before, "after": after}
    )


def answers(rng):
    trait = rng.normal(size=(140, 1))
    raw = 3 + 0.9 * trait * np.array([1, 0.9, 1.1, 0.7, 1, 0.8]) + rng.normal(size=(140, 6)) * 0.9
    items = np.clip(np.round(raw), 1, 5)
    items[:, 3] = 6 - items[:, 3]
    items[rng.random(items.shape) < 0.02] = np.nan
    return pd.DataFrame(items, columns=list("ABCDEF")).astype("Int64")


def ratings(rng):
    learner, rater, topic = rng.normal(size=36), 0.5 * rng.normal(size=6), [0.0, 0.3, -0.4]
    rows = [
        (f"L{i:02d}", f"R{j}", f"C{k}", round(4 + learner[i] - rater[j] + topic[k] + 0.6 * rng.normal(), 1))
        for i in range(36)
        for j in {i % 6, (i + 1 + i // 6) % 6}
        for k in range(3)
    ]
    return pd.DataFrame(rows, columns=["learner", "rater", "criterion", "score"])


def growth(rng):
    team = 0.5 * rng.normal(size=16)
    rows = []
    for t in range(16):
        for person in range(6):
            level, slope = 0.8 * rng.normal(), 0.15 * rng.normal()
            rows += [
                (
                    f"T{t:02d}",
                    f"P{person}",
                    week,
                    round(10 + team[t] + level + (0.25 + slope) * week + 0.5 * rng.normal(), 2),
                )
                for week in (0, 2, 5, 8)
                if rng.random() > 0.08
            ]
    return pd.DataFrame(rows, columns=["team", "learner", "week", "score"])


def times(rng):
    n = 180
    group = np.where(rng.random(n) < 0.5, "a", "b")
    badge, leave = rng.exponential(np.where(group == "a", 60, 90)), rng.exponential(200, n)
    end = np.minimum(np.minimum(badge, leave), 120)
    status = np.where(end == badge, "badge", np.where(end == leave, "withdrawn", "enrolled"))
    return pd.DataFrame({"learner": np.arange(n), "days": np.ceil(end), "status": status, "group": group})


def readiness(rng):
    n, difficulty = 260, np.array([-1.5, -1, -0.4, 0, 0.3, 0.8, 1.2, 1.7])
    ability, focal = rng.normal(size=(n, 1)), rng.random((n, 1)) < 0.5
    slope = np.array([1, 1.3, 0.8, 1.1, 1.5, 0.9, 1.2, 1.0])
    shift = focal * np.array([0, 0, 0, 0.9, 0, 0, 0, 0])
    right = rng.random((n, 8)) < 1 / (1 + np.exp(-slope * (ability - difficulty - shift)))
    frame = pd.DataFrame(right.astype(int), columns=[f"Q{i}" for i in range(1, 9)])
    return frame.assign(school=np.where(focal[:, 0], "south", "north"))


def codes(rng):
    truth = rng.integers(1, 5, 50)
    rows = []
    for unit in range(50):
        for coder in ("x", "y"):
            said = truth[unit] if rng.random() < 0.75 else rng.integers(1, 5)
            rows.append((unit, coder, int(said)))
    return pd.DataFrame(rows, columns=["unit", "rater", "value"])


if __name__ == "__main__":
    main()
