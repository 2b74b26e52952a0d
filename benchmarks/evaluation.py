"""Two things called evaluation: a rule for a whole cohort, and the evaluation plan of a programme.

    python benchmarks/evaluation.py

Race: a rule for a whole cohort in one pass against evaluating learner by learner, in the same run.

A pathway of 15 elements and 88 badges, all kinds of rules in it, and 100,000 learners who hold half of the badges.
Prints the ratio (the bar is 100 times). Learner by learner is timed on a sample of the learners, whose answers must be
the same, and scaled up; the making of its facts is not counted.

Plan: 700 learners answer 20 items in 4 waves and are rated twice on a rubric; ten analyses (change with imputation,
growth with a slope of each learner in teams, comparison, equity, reliability, agreement, raters, time to badge,
confidence against skill). The bar is 30 s for the whole plan.
"""

from __future__ import annotations

import datetime
import time

import numpy as np
import pandas as pd
from board import score

from ipe_workbench.credentials import Award, Facts, evaluate, evaluate_many, example_programme, parse_rule
from ipe_workbench.credentials.rules import Rule, badges_in
from ipe_workbench.evaluation import EvaluationPlan, run_plan
from ipe_workbench.records.frames import FRAMES, typed
from ipe_workbench.records.simulated import SimulatedRecords

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


WAVES = {"2026-fall": "2026-09-07", "2027-spring": "2027-03-01", "2027-fall": "2027-10-04", "2028-spring": "2028-04-03"}


def cohort_records(learners: int = 700, items: int = 20) -> SimulatedRecords:
    """Answers, ratings and awards of a cohort in teams of six, as frames of the records."""
    random = np.random.default_rng(3)
    names = np.array([f"learner-{at}" for at in range(learners)])
    trait, team = random.normal(size=learners), np.arange(learners) // 6
    slope, of_team = random.normal(0.25, 0.2, learners), random.normal(0, 0.25, team.max() + 1)
    answers, ratings = [], []
    for wave, (term, day) in enumerate(WAVES.items()):
        level = 4 + trait + of_team[team] + slope * wave + random.normal(0, 0.5, learners)
        values = np.clip(np.round(level[:, None] + random.normal(0, 1, (learners, items))), 1, 7)
        there = np.flatnonzero(random.random(learners) < 0.95**wave)
        who, item = np.repeat(names[there], items), np.tile(np.arange(1, items + 1).astype(str), len(there))
        answers.append(pd.DataFrame({
            "learner": who, "wave": f"iccas {term}", "instrument": "iccas", "frame": "post" if wave else "pre",
            "term": term, "item": item, "value": values[there].ravel(), "on": day,
        }))  # fmt: skip
    for criterion in ("structure", "plain-language", "duties"):
        for place in range(2):
            rater = (np.arange(learners) * 7 + place * 11) % 36
            shown = 2.7 + 0.4 * trait + 0.2 * random.normal(size=36)[rater] + random.normal(0, 0.5, learners)
            ratings.append(pd.DataFrame({
                "learner": names, "assessment": "structured-handover", "attempt": 1, "criterion": criterion,
                "rater": [f"rater-{at}" for at in rater], "score": np.clip(np.round(shown), 1, 4), "on": "2028-03-06",
            }))  # fmt: skip
    rows = {
        "enrolments": pd.DataFrame({
            "learner": names, "study_programme": "x", "cohort": "one", "starts": "2026-08-24", "status": "active",
            "profession": random.choice(["medicine", "nursing", "pharmacy", "dentistry"], learners),
        }),
        "teams": pd.DataFrame({"learner": names, "term": "2026-fall", "team": [f"team {one}" for one in team]}),
        "survey_responses": pd.concat(answers),
        "rubric_scores": pd.concat(ratings),
        "awards": pd.DataFrame({
            "award": range(learners // 2), "learner": names[::2][: learners // 2], "credential": "structured-handover",
            "version": "1.0", "on": "2027-03-08", "issuer": "",
        }),
    }  # fmt: skip
    frames = {
        name: typed(rows.get(name, pd.DataFrame()).reindex(columns=[one.name for one in described.columns]), described)
        for name, described in FRAMES.items()
    }
    return SimulatedRecords({}, frames)


def cohort_plan() -> EvaluationPlan:
    """Ten analyses in one claim."""
    waves = [{"term": term, "frame": "post" if place else "pre"} for place, term in enumerate(WAVES)]
    ends, measure, rubric = [waves[0], waves[-1]], {"instrument": "iccas"}, {"rubric": "structured-handover"}
    clusters = {"clusters": ["team"]}
    analyses = [
        {"id": "change", "question": "change", "measure": measure, "waves": ends, "expected": "increase", **clusters},
        {"id": "communication", "question": "change", "measure": {**measure, "scale": "communication"}, "waves": ends},
        {"id": "growth", "question": "growth", "measure": measure, "waves": waves, "expected": "increase",
         "covariates": ["profession"], **clusters},
        {"id": "comparison", "question": "comparison", "measure": measure, "waves": ends,
         "comparison": {"earned": ["structured-handover"], "method": "ancova"}},
        {"id": "equity", "question": "equity", "measure": measure, "waves": ends[1:],
         "comparison": {"by": "profession"}},
        {"id": "reliability", "question": "reliability", "measure": measure, "waves": ends[1:]},
        {"id": "agreement", "question": "agreement", "measure": rubric, "expected": "at-least", "target": 0.4},
        {"id": "raters", "question": "raters", "measure": rubric},
        {"id": "attainment", "question": "time-to-badge", "measure": {"award": "structured-handover"}, "at": [300]},
        {"id": "confidence", "question": "confidence-calibration", "measure": measure, "against": rubric,
         "waves": ends[1:]},
    ]  # fmt: skip
    claim = {"id": "claim", "statement": "It works.", "outcome_level": "attitude", "instrument": "ICCAS",
             "time_points": list(WAVES), "comparison": "before", "analysis": "all", "analyses": analyses}  # fmt: skip
    return EvaluationPlan.model_validate({"claims": [claim]})


def whole_plan() -> None:
    """Time the plan, analysis by analysis, and all of it."""
    plan, programme, records = cohort_plan(), example_programme(), cohort_records()
    marks: list[float] = []
    start = time.perf_counter()
    result = run_plan(plan, programme, records, progress=lambda done, total: marks.append(time.perf_counter()))
    end = time.perf_counter()
    for one, begun, done in zip(result.answers, marks, [*marks[1:], end], strict=True):
        print(f"  {one.planned.id:14} {done - begun:6.2f} s   {one.analysis.status}")
        if one.analysis.status == "not-estimable":
            raise SystemExit(one.sentence)
    score("a plan of ten analyses, 700 learners x 20 items x 4 waves", end - start, "s", most=30)


def main() -> None:
    whole_plan()
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
        print(f"{title:38} {min(times):8.3f} s")
        score(f"a rule of 88 badges for {LEARNERS:,} learners, {title}, against one by one", each / min(times))
    print(f"{found.satisfied.mean():.0%} have completed the pathway")


if __name__ == "__main__":
    main()
