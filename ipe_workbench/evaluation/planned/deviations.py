"""Where the evaluation departs from its plan: not done, done with fewer, with another version, without a covariate."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ipe_workbench.errors import UnknownNameError
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis, TimePoint
from ipe_workbench.evaluation.planned.asking import Asked
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.planned.discretion import few_words
from ipe_workbench.findings import Finding, Severity

__all__ = ["deviations_of", "of_learners"]


def deviations_of(planned: PlannedAnalysis, asked: Asked, data: PlanData, minimum_n: int | None) -> Iterator[Finding]:
    """Everything in which one analysis departs from what was planned.

    ``not-yet-due``: a planned point in time begins after the last day in the records; ``wave-missing``: it is past and
    has no scores; ``analysis-not-done``; ``below-minimum``: fewer than planned; ``other-version``: of the instrument or
    the design; ``covariate-missing``, ``cluster-missing``: not in the records.
    """
    late = [one for one in planned.waves if not _due(one, data)]
    # An equity or comparison analysis keeps no list of waves of its own; its scores say which there are.
    present = asked.waves or (asked.scores.waves if asked.scores else ())
    absent = [one for one in planned.waves if one.words not in present and one not in late] if present else []
    for one in late:
        yield _departure(planned, "not-yet-due", f"{one.words} is still to come.", "Run the plan again then.", "info")
    for one in absent:
        message = f"{one.words} was planned and has no scores of {_measure(planned)}."
        yield _departure(planned, "wave-missing", message, "Import them, or say in the report why there are none.")
    if asked.analysis.status == "not-estimable":
        message = f"The {planned.question} analysis was planned and gives no number: {asked.analysis.sentence}"
        yield _departure(planned, "analysis-not-done", message, "", "info" if late and not absent else "warning")
    elif minimum_n is not None and asked.n < minimum_n:
        number = few_words(asked.n) if of_learners(planned) else str(asked.n)
        message = f"{number.capitalize()} took part where the plan wants {minimum_n}: only the number is reported."
        yield _departure(planned, "below-minimum", message, "Wait for more, or change the plan and register it again.")
    yield from _versions(planned, data)
    if asked.analysis.status != "not-estimable":
        yield from _columns(planned, asked)


def of_learners(planned: PlannedAnalysis) -> bool:
    """Whether the units that are counted are learners, of whom small numbers are not told."""
    panel = planned.standard is not None and planned.standard.method == "angoff"
    return planned.question not in ("raters", "agreement", "many-facet") and not panel


def _due(point: TimePoint, data: PlanData) -> bool:
    if point.term is None or data.last_day is None:
        return True
    start = next((one.start for one in data.programme.info.terms if one.id == point.term), None)
    return start is None or start <= data.last_day


def _versions(planned: PlannedAnalysis, data: PlanData) -> Iterator[Finding]:
    measure = planned.measure
    if measure is None or measure.version is None:
        return
    if measure.kind == "instrument":
        try:
            used = data.instrument(measure.id).version
        except UnknownNameError:
            return
        if used != measure.version:
            message = f"{measure.id} was planned in version {measure.version}; the key used is of version {used}."
            yield _departure(planned, "other-version", message, "Use the planned key, or say why not.")
        return
    credential = measure.id
    used_versions = set(data.frame("awards").query("credential == @credential")["version"].dropna())
    used_versions |= (
        {data.programme.credentials[credential].version} if credential in data.programme.credentials else set()
    )
    others = sorted(used_versions - {measure.version})
    if others:
        message = (
            f"{credential} was planned in version {measure.version}; version {', '.join(others[:4])} was used, too."
        )
        yield _departure(planned, "other-version", message, "Report the versions apart if the rubric changed.")


def _columns(planned: PlannedAnalysis, asked: Asked) -> Iterator[Finding]:
    table: pd.DataFrame = asked.table
    for what, names in (("covariate", planned.covariates), ("cluster", planned.clusters)):
        for name in names:
            if name not in table.columns or table[name].isna().all():
                message = f"The {what} `{name}` was planned and is not in the records."
                yield _departure(planned, f"{what}-missing", message, "Import it, for instance as a trait.")


def _measure(planned: PlannedAnalysis) -> str:
    return planned.measure.words if planned.measure else "anything"


def _departure(planned: PlannedAnalysis, id: str, message: str, mend: str, severity: Severity = "warning") -> Finding:
    return Finding(id, severity, message, mend, subject=planned.id)
