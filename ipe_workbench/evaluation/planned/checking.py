"""What stands beside an effect: who is missing, what they may have scored, and what may look like change."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pandas as pd

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.evaluation.change_imputed import change_with_imputation
from ipe_workbench.evaluation.change_threats import compare_pretests, regression_to_the_mean
from ipe_workbench.evaluation.estimates import Analysis, Estimate, remark
from ipe_workbench.evaluation.missingness import describe_missing
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis, TimePoint
from ipe_workbench.evaluation.planned.asking import Asked
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.planned.discretion import few_words
from ipe_workbench.records.privacy.suppression import THRESHOLD

__all__ = ["checks_of"]

_IMPUTATIONS = 20


def checks_of(planned: PlannedAnalysis, asked: Asked, data: PlanData, level: float, seed: int) -> list[Analysis]:
    """The checks of one analysis of repeated scores; none for other questions."""
    if planned.question not in ("change", "growth") or asked.scores is None:
        return []
    made = []
    for check in (_missing, _imputed, _pretests, _regression):
        try:
            found = check(planned, asked, data, level, seed)
        except WorkbenchError as error:
            refused = remark(
                "check-not-done", f"A check beside the effect was not done: {error.message}", "", "warning"
            )
            found = Analysis(check.__name__.strip("_"), findings=(refused,), sentence=refused.message)
        if found is not None and found.status != "not-estimable":
            made.append(found)
    return made


def _missing(planned: PlannedAnalysis, asked: Asked, data: PlanData, level: float, seed: int) -> Analysis:
    """Who is missing at which point in time, and how those who left differed at the first."""
    # The function orders waves by number or date; the order of the plan is the one that counts.
    order = {one.words: number for number, one in enumerate(planned.waves, start=1)}
    known = [one for one in dict.fromkeys(("profession", *planned.covariates)) if one in asked.table.columns]
    table = asked.table.assign(wave=asked.table["wave"].map(order))
    found = describe_missing(table, covariates=known, level=level)
    words = {str(number): words for words, number in order.items()}
    named = [
        replace(one, name=re.sub(r"^missing\[(\d+)\]$", lambda match: f"missing[{words[match[1]]}]", one.name))
        for one in found.estimates
    ]
    # A pattern of few learners would say how many they are; the share of each point in time is enough.
    n = table["learner"].nunique()
    shown = [one for one in named if not _few_behind(one, n)]
    return replace(found, estimates=tuple(shown), sentence=_who_is_missing(table, words), missing={})


def _few_behind(one: Estimate, n: int) -> bool:
    """Whether a share stands for fewer than ten learners, on one side or the other."""
    if not one.name.startswith(("missing[", "pattern[", "complete", "monotone")) or one.estimate is None:
        return False
    count = round(one.estimate * one.n)
    return 0 < count < THRESHOLD or 0 < one.n - count < THRESHOLD or (one.n < n and one.n < 2 * THRESHOLD)


def _who_is_missing(table: pd.DataFrame, words: dict[str, str]) -> str:
    n = table["learner"].nunique()
    counts = table.groupby("wave")["learner"].nunique()
    there = ", ".join(f"{few_words(n - int(counts.get(int(number), 0)))} at {name}" for number, name in words.items())
    return f"Of {n} learners with any score, missing: {there}."


def _imputed(planned: PlannedAnalysis, asked: Asked, data: PlanData, level: float, seed: int) -> Analysis | None:
    """The same change of everybody who answered at all, over multiple imputations."""
    if planned.question != "change":
        return None
    # The function orders waves by number or date; the order of the plan is the one that counts.
    order = {one.words: number for number, one in enumerate(planned.waves, start=1)}
    table = asked.table.assign(wave=asked.table["wave"].map(order))
    known = [one for one in dict.fromkeys(("profession", *planned.covariates)) if one in asked.table.columns]
    cluster = planned.clusters[-1] if planned.clusters and planned.clusters[-1] in asked.table.columns else None

    def over(m: int) -> Analysis:
        return change_with_imputation(
            table, before=1, after=2, covariates=known, cluster=cluster, m=m, seed=seed, level=level
        )

    found = over(_IMPUTATIONS)
    missing = next((one.estimate for one in found.estimates if one.name == "fraction_missing_information"), None)
    # As many imputations as per cent of information are missing (White, Royston and Wood 2011), and some to spare,
    # since a second run estimates the share anew.
    wanted = math.ceil(110 * (missing or 0.0))
    return found if 100 * (missing or 0.0) <= _IMPUTATIONS else over(wanted)


def _regression(planned: PlannedAnalysis, asked: Asked, data: PlanData, level: float, seed: int) -> Analysis | None:
    if planned.question != "change":
        return None
    before, after = (one.words for one in planned.waves)
    return regression_to_the_mean(asked.table, before=before, after=after, level=level)


def _pretests(planned: PlannedAnalysis, asked: Asked, data: PlanData, level: float, seed: int) -> Analysis | None:
    """The same change against the other kind of pretest, where the records hold both."""
    measure = planned.measure
    if planned.question != "change" or measure is None or measure.kind != "instrument":
        return None
    form = data.instrument(measure.id)
    responses = data.frame("survey_responses")
    frames = set(responses.loc[responses["instrument"] == form.id, "frame"])
    if not {"pre", "retrospective-pre"} <= frames:
        return None
    first, last = planned.waves
    if first.frame not in ("pre", "retrospective-pre"):
        return None
    points = [TimePoint(frame="pre"), TimePoint(frame="retrospective-pre"), last]
    points = [first if first.frame == one.frame else one for one in points]
    scores = data.scores(measure, points)
    names = {points[0].words: "pre", points[1].words: "retrospective-pre", points[2].words: "post"}
    mine = data.among(scores.table, planned.among)
    table: pd.DataFrame = mine.assign(wave=mine["wave"].map(names))
    return compare_pretests(table, level=level, resamples=200)
