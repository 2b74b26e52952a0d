"""Race: a rule for a whole cohort in one pass against evaluating learner by learner, in the same run.

    python benchmarks/evaluation.py

A pathway of 15 elements and 88 badges, all kinds of rules in it, and 100,000 learners who hold half of the badges.
Prints the ratio (the bar is 100 times). Learner by learner is timed on a sample of the learners, whose answers must be
the same, and scaled up; the making of its facts is not counted.
"""

from __future__ import annotations

import datetime
import time

import numpy as np
import pandas as pd

from ipe_workbench.credentials import Award, Facts, evaluate, evaluate_many, parse_rule
from ipe_workbench.credentials.rules import Rule, badges_in

LEARNERS, SAMPLE = 100_000, 250
START, DAY = np.datetime64("2026-08-24"), datetime.date(2028, 6, 1)


def pathway() -> Rule:
    """Fifteen elements in three levels: a destination, four areas, ten steps; 88 badges at the leaves."""
    badges = [f"badge-{at}" for at in range(88)]
    steps: list[object] = []
    for at in range(10):
        mine = badges[8 * at : 8 * at + 8]
        points = [{"badge": one, "points": 1 + place % 3, "kind": "similar"} for place, one in enumerate(mine[:4])]
        steps.append(
            [
                {"all": mine},
                {"at_least": {"count": 4, "of": mine}},
                {"all": [{"in_order": mine[:3]}, {"at_least": {"count": 2, "of": mine[3:]}}]},
                {"all": [{"points": {"min": 4, "from": points, "cap": {"similar": 3}}}, {"any": mine[4:]}]},
                {"within": {"months": 18, "rule": {"at_least": {"count": 3, "of": mine}}}},
            ][at % 5]
        )
    areas = [
        {"all": [*steps[0:2], badges[80]]},
        {"at_least": {"count": 2, "of": [*steps[2:5], badges[81]]}},
        {"shortcut": {"badge": badges[82], "otherwise": {"all": [*steps[5:8], badges[83]]}}},
        {"per_profession": {"nursing": {"any": steps[8:10]}, "default": {"all": [*steps[8:10], badges[84]]}}},
    ]
    return parse_rule({"at_least": {"count": 3, "of": [*areas, {"all": badges[85:88]}]}})


def cohort(rule: Rule) -> tuple[pd.DataFrame, pd.Series]:
    """Who was awarded what on which day, and everybody's profession."""
    random = np.random.default_rng(1)
    badges, names = badges_in(rule), [f"learner-{at}" for at in range(LEARNERS)]
    days = START + random.integers(0, 600, (LEARNERS, len(badges))).astype("timedelta64[D]")
    days = np.where(random.random(days.shape) < random.uniform(0.2, 0.8, (LEARNERS, 1)), days, np.datetime64("NaT"))
    held = pd.DataFrame(days.astype("datetime64[s]"), index=names, columns=list(badges))
    return held, pd.Series(random.choice(["nursing", "medicine"], LEARNERS), index=names)


def facts_of(held: pd.DataFrame, professions: pd.Series) -> dict[str, Facts]:
    return {
        who: Facts(professions[who], tuple(Award(one, day.date()) for one, day in row.items() if not pd.isna(day)))
        for who, row in held.iterrows()
    }


def main() -> None:
    rule = pathway()
    held, professions = cohort(rule)
    sample = facts_of(held.iloc[:SAMPLE], professions)
    start = time.perf_counter()
    alone = [evaluate(rule, one, on=DAY) for one in sample.values()]
    each = (time.perf_counter() - start) * LEARNERS / SAMPLE
    print(f"{len(badges_in(rule))} badges; learner by learner {each:8.1f} s for {LEARNERS:,} (scaled from {SAMPLE})")
    tidy = held.stack().dropna().rename("on").rename_axis(["learner", "badge"]).reset_index()
    for title, table in (("a table of days, learner by badge", held), (f"a table of {len(tidy):,} awards", tidy)):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            found = evaluate_many(rule, table, on=DAY, learners=held.index, professions=professions)
            times.append(time.perf_counter() - start)
        first = found.iloc[:SAMPLE]
        days = first.completed_on.to_numpy().astype("datetime64[D]").astype(object)
        if [one.completed_on for one in alone] != list(days) or not np.allclose(
            first.progress, [one.progress for one in alone]
        ):
            raise SystemExit("The answers differ.")
        print(f"{title:38} {min(times):8.3f} s   {each / min(times):8.0f} times as fast")
    print(f"{found.satisfied.mean():.0%} have completed the pathway")


if __name__ == "__main__":
    main()
