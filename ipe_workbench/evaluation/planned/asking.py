"""What every question of the plan needs: scores with what is known of each learner beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ipe_workbench.evaluation.estimates import Analysis, not_estimable, remark
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis
from ipe_workbench.evaluation.planned.data import PlanData, Scores
from ipe_workbench.findings import Finding

__all__ = ["Asked", "answered", "grouped", "lacks_waves", "no_data", "rated", "scored"]


@dataclass(frozen=True)
class Asked:
    """A question with its answer and the table that was used.

    `table` is one row a learner and point in time (scores), or what else the question takes; `headline` names the
    estimate that the claim rests on; `standardised` the same in standard deviations, where there is one; `n` the
    learners (or other units) who took part.
    """

    analysis: Analysis
    table: pd.DataFrame
    n: int
    headline: str = ""
    standardised: str = ""
    scores: Scores | None = None
    waves: tuple[str, ...] = ()


def scored(planned: PlannedAnalysis, data: PlanData) -> tuple[Scores, pd.DataFrame]:
    """Scores with what is known of each learner beside them."""
    scores = data.scores(planned.measured, planned.waves)
    table = data.among(scores.table, planned.among)
    people = data.learners
    team = data.teams(planned.waves[0].term)
    columns = {one for one in people.columns if one not in table.columns}
    table = table.join(people[sorted(columns)], on="learner")
    table = table.assign(team=table["learner"].map(team))
    for cluster in planned.clusters:
        # A learner without a team shares it with nobody.
        if cluster in table.columns:
            table[cluster] = table[cluster].where(table[cluster].notna(), "alone " + table["learner"])
    if table["team"].isna().all():
        table = table.drop(columns="team")
    return scores, table


def lacks_waves(planned: PlannedAnalysis, scores: Scores, at_least: int | None = None) -> Asked | None:
    """No answer, when points in time have no scores (`at_least` so many must have some; all by default)."""
    missing = [one.words for one in planned.waves if one.words not in scores.waves]
    if not missing or (at_least is not None and len(scores.waves) >= at_least):
        return None
    told = [one for one in scores.findings if one.severity == "error"]
    told = told or [no_data(f"Nobody has a score of {planned.measured.words} at {', '.join(missing)}.")]
    n = scores.table["learner"].nunique()
    return Asked(not_estimable(planned.question, told), scores.table, n, scores=scores, waves=scores.waves)


def grouped(planned: PlannedAnalysis, data: PlanData, table: pd.DataFrame) -> tuple[pd.DataFrame, Finding | None]:
    """The table with a column `group`, or why there is none."""
    comparison = planned.compared
    if comparison.earned:
        holders = set(data.earned(comparison.earned)["learner"])
        group = np.where(table["learner"].isin(holders), "earned", "not earned")
        return table.assign(group=group), None
    by = comparison.by or ""
    if by not in table.columns:
        message = f"The records do not say the {by} of learners."
        return table, remark("unknown-column", message, "Import it as a trait, or compare by another.", "error")
    table = table.assign(group=table[by])
    if comparison.group is not None:
        wanted = [comparison.group, *([comparison.reference] if comparison.reference else [])]
        if len(wanted) == 2:
            return table[table["group"].isin(wanted)], None
        rest = f"not {comparison.group}"
        table["group"] = table["group"].where(table["group"] == comparison.group, rest)
    return table, None


def rated(planned: PlannedAnalysis, data: PlanData, question: str) -> tuple[pd.DataFrame, Asked | None]:
    """Rubric ratings of the planned measure; or no answer where there are none."""
    measure = planned.measured
    ratings = data.among(data.ratings(measure.id, planned.waves), planned.among).dropna(subset=["points"])
    if measure.criterion is not None:
        ratings = ratings[ratings["criterion"] == measure.criterion]
    if ratings.empty:
        when = f" at {planned.waves[0].words}" if planned.waves else ""
        message = f"There are no ratings of `{measure.id}`{when}."
        return ratings, Asked(not_estimable(question, [no_data(message)]), ratings, 0)
    return ratings, None


def answered(planned: PlannedAnalysis, data: PlanData, *, turned: bool = False) -> tuple[pd.DataFrame, Asked | None]:
    """Answers to the single items of the planned scale, ``learner, wave, item, value``; or no answer without them.

    Those to reversed items are as they were given, or `turned` around so that all are keyed the same way.
    """
    form = data.instrument(planned.measured.id)
    answers, findings = data.answers(form, planned.waves)
    answers = data.among(answers[(answers["instrument"] == form.id) & answers["value"].notna()], planned.among)
    if answers.empty:
        when = ", ".join(one.words for one in planned.waves)
        said = findings or [no_data(f"Nobody answered {form.title} at {when}.")]
        return answers, Asked(not_estimable(planned.question, said), answers, 0)
    items = [one.number for one in form.scales().get(planned.measured.scale, [])]
    answers = answers[answers["item"].isin(items)].drop_duplicates(["learner", "wave", "item"])
    if answers["item"].nunique() < 2:
        message = f"The scale `{planned.measured.scale}` has fewer than two answered items."
        refused = remark("too-few-items", message, "", "error")
        return answers, Asked(not_estimable(planned.question, [refused]), answers, 0)
    if turned:
        around = answers["item"].isin([one.number for one in form.items if one.reverse])
        ends = form.minimum + form.maximum
        answers = answers.assign(value=answers["value"].where(~around, ends - answers["value"]))
    return answers, None


def no_data(message: str) -> Finding:
    """The finding that nothing was recorded."""
    return remark("no-data", message, "Import them, or wait until they are collected.", "error")
