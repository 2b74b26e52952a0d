"""Questions about outcomes: what is kept, who gains, how confidence goes with skill, what comments say."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ipe_workbench.evaluation.confidence import calibrate_confidence
from ipe_workbench.evaluation.equity import estimate_equity
from ipe_workbench.evaluation.estimates import Analysis, not_estimable, remark
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis, TimePoint
from ipe_workbench.evaluation.planned.asking import Asked, grouped, lacks_waves, no_data, scored
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.planned.selection import lowered_for_selection
from ipe_workbench.evaluation.process import study_process
from ipe_workbench.evaluation.retention import estimate_retention

__all__ = ["OUTCOME_QUESTIONS"]

RESAMPLES = 1000


def _retention(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    scores, table = scored(planned, data)
    lacking = lacks_waves(planned, scores, at_least=2)
    if lacking:
        return lacking
    followed = table.groupby("learner")["wave"].transform("nunique") > 1
    table, moved, findings = lowered_for_selection(planned, table, data)
    table = table[followed & table["on"].notna()]
    began = table.groupby("learner")["on"].transform("min")
    days = (table["on"] - began).dt.days
    # One time a wave: a planned point in time is one occasion, though not all come on the same day.
    table = table.assign(days=days.groupby(table["wave"]).transform("median").round().astype(float))
    cluster = planned.clusters[-1] if planned.clusters else None
    floor = scores.scale[0] if scores.scale else 0.0
    found = estimate_retention(
        table, pass_mark=data.pass_mark(planned.measured), floor=floor, at=planned.at, cluster=cluster, level=level
    )
    found = Analysis(
        found.question, (*found.estimates, *moved), found.status, (*found.findings, *findings), found.sentence,
        found.model, found.tests, found.missing,
    )  # fmt: skip
    kept = [one.name for one in found.estimates if one.name.startswith("share_at_pass_observed[")]
    n = table["learner"].nunique()
    return Asked(found, table, n, kept[-1] if kept else "half_life", "", scores, scores.waves)


def _equity(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    cluster = planned.clusters[-1] if planned.clusters else None
    stratify = planned.covariates[0] if planned.covariates else None
    if planned.measured.kind == "award":
        people = data.among(data.learners.reset_index(), planned.among)
        holders = set(data.earned([planned.measured.id])["learner"])
        table = people.assign(earned=people["learner"].isin(holders))
        rate, value, scores, scale = "earned", None, None, None
    else:
        scores, table = scored(planned, data)
        lacking = lacks_waves(planned, scores, at_least=1)
        if lacking or not scores.waves:
            return lacking or Asked(not_estimable("equity", [no_data("There are no scores.")]), table, 0)
        table = table[table["wave"] == scores.waves[-1]]
        rate, value, scale = None, "value", scores.scale
    table, refused = grouped(planned, data, table)
    if refused is not None:
        return Asked(not_estimable("equity", [refused]), table, 0)
    found = estimate_equity(
        table, group="group", reference=planned.compared.reference, stratify=stratify, cluster=cluster, scale=scale,
        level=level, rate=rate, value=value,
    )  # fmt: skip
    gaps = [one for one in found.estimates if one.name.startswith("gap[")]
    # Of several gaps the largest: a claim that none is larger than so much rests on it.
    largest = max(gaps, key=lambda one: abs(one.estimate or 0.0)).name if gaps else ""
    n = table["learner"].nunique()
    return Asked(found, table, n, largest, "", scores, scores.waves if scores else ())


def _confidence(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    scores, table = scored(planned, data)
    lacking = lacks_waves(planned, scores)
    if lacking or planned.against is None:
        return lacking or Asked(not_estimable(planned.question, [no_data("No skill is named.")]), table, 0)
    shown, scale = _skill(planned, data)
    if shown.empty:
        said = [no_data(f"Nobody has a score of {planned.against.words}.")]
        return Asked(not_estimable(planned.question, said), table, 0, scores=scores, waves=scores.waves)
    table = table.rename(columns={"value": "confidence"}).assign(skill=table["learner"].map(shown))
    table = table.dropna(subset=["skill"])
    cluster = planned.clusters[-1] if planned.clusters else None
    found = calibrate_confidence(
        table, cluster=cluster, confidence_scale=scores.scale, skill_scale=scale, level=level, resamples=RESAMPLES
    )
    return Asked(found, table, table["learner"].nunique(), "correlation_pearson", "", scores, scores.waves)


def _skill(planned: PlannedAnalysis, data: PlanData) -> tuple[pd.Series[float], tuple[float, float] | None]:
    """The skill shown nearest to the answer: the last score of the rubric or assessment in the programme."""
    if planned.against is None:
        return pd.Series(dtype=float), None
    scores = data.scores(planned.against, (TimePoint(attempt="last"),))
    return scores.table.set_index("learner")["value"], scores.scale


def _comments(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    rows = data.frame("survey_responses")
    rows = rows[(rows["instrument"] == planned.measured.id) & rows["comment"].notna()]
    n = rows["learner"].nunique()
    message = "Comments are coded by people, and the codes are not in the records."
    mend = "Let two people code them, then: ipe evaluate comments FILE."
    return Asked(not_estimable("comments", [remark("not-coded", message, mend, "error")]), rows, n)


def _process(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    awards = data.frame("awards").dropna(subset=["learner"])
    awards = data.among(awards[awards["issuer"] == ""], planned.among)
    goal = planned.measure.award if planned.measure is not None else None
    study = study_process(awards, programme=data.programme, goal=goal, today=data.last_day, level=level)
    shown = "through" if goal is not None else "conforming_learners"
    return Asked(study.analysis, awards, awards["learner"].nunique(), shown)


OUTCOME_QUESTIONS: dict[str, Callable[[PlannedAnalysis, PlanData, float], Asked]] = {
    "retention": _retention,
    "equity": _equity,
    "confidence-calibration": _confidence,
    "comments": _comments,
    "process": _process,
}
