"""Questions about judgements: raters and their agreement, items, the facets of error, and where the pass mark lies."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.agreement import estimate_agreement
from ipe_workbench.evaluation.angoff import set_standard_angoff
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark
from ipe_workbench.evaluation.generalizability import study_generalizability
from ipe_workbench.evaluation.item_groups import compare_item_functioning
from ipe_workbench.evaluation.items import analyse_items
from ipe_workbench.evaluation.many_facet import study_many_facet
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis, TimePoint
from ipe_workbench.evaluation.planned.asking import Asked, answered, grouped, no_data, rated
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.planned.designs import StandardDesign
from ipe_workbench.evaluation.planned.discretion import few_behind
from ipe_workbench.evaluation.raters import study_raters
from ipe_workbench.evaluation.standard_setting import set_standard_borderline, standard_sentence
from ipe_workbench.evaluation.tidy_files import read_tidy, require_columns

__all__ = ["JUDGEMENT_QUESTIONS"]

#: Without a point in time a standard is set from first attempts: those who try again know the task.
_FIRST = (TimePoint(attempt="first"),)
_CONSEQUENCES = ("pass_rate", "near_cut")
_JUDGE = re.compile(r"\bJudge J\d+\b")


def _agreement(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    ratings, lacking = rated(planned, data, "agreement")
    if lacking:
        return lacking
    unit = ratings[["learner", "assessment", "attempt", "criterion"]].astype(str).agg(" ".join, axis=1)
    several = ratings.assign(unit=unit)
    several = several[several.groupby("unit")["rater"].transform("nunique") > 1]
    if several.empty:
        message = "No performance was rated by two raters."
        return Asked(
            not_estimable("agreement", [remark("one-rater", message, "Rate some twice.", "error")]), ratings, 0
        )
    found = estimate_agreement(several, unit="unit", rater="rater", value="points", level="ordinal", confidence=level)
    n = several[["learner", "assessment", "attempt"]].drop_duplicates().shape[0]
    return Asked(found, several, n, "krippendorff_alpha_ordinal")


def _raters(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    ratings, lacking = rated(planned, data, "raters")
    if lacking:
        return lacking
    # What is rated is a performance: a learner who tries again shows another one.
    performance = ratings[["learner", "assessment", "attempt"]].astype(str).agg(" ".join, axis=1)
    ratings = ratings.assign(learner=performance)
    criterion = "criterion" if ratings["criterion"].nunique() > 1 else None
    if planned.question == "many-facet":
        study = study_many_facet(ratings, score="points", criterion=criterion, level=level)
        return Asked(study.analysis, ratings, ratings["rater"].nunique(), "rater_separation")
    found = study_raters(ratings, score="points", criterion=criterion, level=level)
    return Asked(found, ratings, ratings["rater"].nunique(), "dependability_phi[1]")


def _generalizability(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    if planned.facets is None:
        raise ValueError(f"the analysis {planned.id} has no facets")
    rubric = planned.measured.kind == "rubric"
    scores, lacking = rated(planned, data, planned.question) if rubric else answered(planned, data, turned=True)
    if lacking:
        return lacking
    people = scores["learner"]
    if rubric:
        performance = scores[["assessment", "attempt"]].astype(str).agg(" ".join, axis=1)
        if "occasion" not in planned.facets.names:  # then what is looked at is a performance
            scores = scores.assign(learner=people + " " + performance)
        scores = scores.assign(occasion=performance, value=scores["points"])
    else:
        scores = scores.assign(occasion=scores["wave"])
    found = study_generalizability(
        scores, facets=planned.facets.over, score="value", fixed=planned.facets.fixed,
        sizes=planned.facets.sizes or None, aim=planned.facets.aim, level=level,
    )  # fmt: skip
    shown = next((one.name for one in found.estimates if one.name.startswith("phi[")), "")
    return Asked(found, scores, people.nunique(), shown, waves=tuple(one.words for one in planned.waves))


def _items(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    if planned.measured.kind == "instrument":
        return _graded_items(planned, data, level)
    answers = data.item_answers(planned.measured.id, planned.waves)
    answers = data.among(answers[answers["score"].isin([0.0, 1.0])], planned.among)
    if answers.empty:
        message = f"No answers to single items of `{planned.measured.id}`."
        return Asked(not_estimable("items", [no_data(message)]), answers, 0)
    wide = answers.pivot(index="learner", columns="item", values="score")
    names = [str(one) for one in wide.columns]
    if planned.comparison is None:
        found = analyse_items(wide, names, level=level)
        return Asked(_discreet_items(found), wide, len(wide), found.estimates[0].name if found.estimates else "")
    table, refused = _with_group(planned, data, wide.reset_index())
    if refused is not None:
        return refused
    found = analyse_items(table, names, group="group", reference=planned.compared.reference, level=level)
    return Asked(_discreet_items(found), table, len(table), _largest(found, "dif_log_odds_mh["))


def _graded_items(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    """Items of an instrument, compared between two groups at the same total."""
    answers, lacking = answered(planned, data, turned=True)
    if lacking:
        return lacking
    wide = answers.pivot(index="learner", columns="item", values="value")
    table, refused = _with_group(planned, data, wide.reset_index())
    if refused is not None:
        return refused
    found = compare_item_functioning(
        table, [str(one) for one in wide.columns], group="group", reference=planned.compared.reference, level=level
    )
    waves = tuple(one.words for one in planned.waves)
    return Asked(found, table, len(table), _largest(found, "dif_log_odds_logistic["), waves=waves)


def _with_group(planned: PlannedAnalysis, data: PlanData, table: pd.DataFrame) -> tuple[pd.DataFrame, Asked | None]:
    people = data.learners
    known = [one for one in people.columns if one not in table.columns]
    table, refused = grouped(planned, data, table.join(people[known], on="learner"))
    if refused is None:
        return table[table["group"].notna()], None
    return table, Asked(not_estimable("items", [refused]), table, table["learner"].nunique())


def _largest(found: Analysis, name: str) -> str:
    rows = [one for one in found.estimates if one.name.startswith(name)]
    return max(rows, key=lambda one: abs(one.estimate or 0.0)).name if rows else ""


def _discreet_items(found: Analysis) -> Analysis:
    """Without shares that say how many learners, fewer than ten, got an item right or wrong."""
    kept = [one for one in found.estimates if not (one.name.startswith("share_correct[") and few_behind(one))]
    if len(kept) == len(found.estimates):
        return found
    message = "Items that fewer than ten learners got right, or wrong, are shown without that share."
    said = remark("small-cells", message, "", "info")
    return replace(found, estimates=tuple(kept), findings=(*found.findings, said), sentence=message)


def _standard(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    design = planned.standard
    if design is None:
        raise ValueError(f"the analysis {planned.id} says not how the standard is set")
    asked = _panel(planned, design, data, level) if design.method == "angoff" else _borderline(
        planned, design, data, level)  # fmt: skip
    found = asked.analysis
    if found.status == "not-estimable" or not any(few_behind(one) for one in found.estimates if _follows(one)):
        return asked
    # One share with the number of learners gives the others away.
    kept = [one for one in found.estimates if not _follows(one)]
    said = remark("small-cells", "Fewer than ten learners pass, or fail: the share is not shown.", "", "info")
    shown = replace(
        found, estimates=tuple(kept), findings=(*found.findings, said), sentence=standard_sentence(kept, level)
    )
    return replace(asked, analysis=shown)


def _follows(one: Estimate) -> bool:
    return one.name.startswith(_CONSEQUENCES)


def _borderline(planned: PlannedAnalysis, design: StandardDesign, data: PlanData, level: float) -> Asked:
    if design.grade is None or design.borderline is None or design.method == "angoff":
        raise ValueError(f"the analysis {planned.id} has no overall grade")
    waves = planned.waves or _FIRST
    scores = data.scores_beside(planned.measured, design.grade, waves)
    grades = data.scores(design.grade, waves)
    table = data.among(scores.table, planned.among).rename(columns={"value": "score"})
    table = table.merge(grades.table.rename(columns={"value": "grade"})[["learner", "grade"]], on="learner")
    if table.empty:
        told = [one for one in (*scores.findings, *grades.findings) if one.severity == "error"]
        told = told or [no_data(f"Nobody has both a score of {planned.measured.words} and {design.grade.words}.")]
        return Asked(not_estimable("standard", told), table, 0)
    found = set_standard_borderline(table, borderline=design.borderline, method=design.method, level=level)
    present = scores.waves if planned.waves else ()
    return Asked(found, table, table["learner"].nunique(), "cut", scores=scores, waves=present)


def _panel(planned: PlannedAnalysis, design: StandardDesign, data: PlanData, level: float) -> Asked:
    panel = _judgements(design, data)
    judges = {name: f"J{number}" for number, name in enumerate(pd.unique(panel["judge"].dropna()), start=1)}
    panel = panel.assign(judge=panel["judge"].map(judges), item=panel["item"].astype(str))
    answers = data.among(data.item_answers(planned.measured.id, planned.waves), planned.among)
    wide = answers.pivot(index="learner", columns="item", values="score")
    items = list(pd.unique(panel["item"]))
    unseen = [one for one in items if one not in wide.columns]
    whole = wide[[one for one in items if one in wide.columns]].dropna()
    tested = not unseen and len(whole) > 0
    points = pd.DataFrame({"score": whole.sum(axis=1)}) if tested else None
    right = pd.DataFrame({"item": items, "share_correct": [whole[one].mean() for one in items]}) if tested else None
    found = set_standard_angoff(
        panel, round="round" if "round" in panel.columns else None, scores=points, correct=right, level=level
    )
    said = list(found.findings)
    if not tested and found.status != "not-estimable":
        which = f"no answers to {', '.join(unseen[:6])}" if unseen else "no answers to single items"
        message = f"The records have {which} of `{planned.measured.id}`: who would pass is not told."
        said.append(remark("no-consequences", message, "Import the answers to the items.", "info"))
    # What single judges said is for the panel, not for a report.
    said = [replace(one, message=_JUDGE.sub("One judge", one.message)) for one in said]
    kept = tuple(one for one in found.estimates if not one.name.startswith("judge_"))
    return Asked(replace(found, estimates=kept, findings=tuple(said)), panel, len(judges), "cut")


def _judgements(design: StandardDesign, data: PlanData) -> pd.DataFrame:
    """The panel's file, which must lie in the programme's folder whatever links lead out of it."""
    folder = data.programme.folder
    if folder is None or design.judgements is None:
        raise UnusableInputError("The programme has no folder to read judgements from.", mend="Save it first.")
    path = folder / design.judgements
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UnusableInputError("The file of judgements lies outside of the programme.", place=design.judgements,
                                 mend="Copy it into the programme's folder.")  # fmt: skip
    panel = read_tidy(path)
    require_columns(panel, ["judge", "item", "rating"])
    return panel


JUDGEMENT_QUESTIONS: dict[str, Callable[[PlannedAnalysis, PlanData, float], Asked]] = {
    "agreement": _agreement,
    "raters": _raters,
    "many-facet": _raters,
    "generalizability": _generalizability,
    "items": _items,
    "standard": _standard,
}
