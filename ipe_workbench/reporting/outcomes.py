"""The outcomes of a plan as files: tidy estimates, machine JSON, a page of tables and figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.reporting.html import Html, element, join, listing, notice
from ipe_workbench.reporting.outcome_tables import (
    analyses_table,
    checks_table,
    claims_table,
    deviations_table,
    verdict_words,
)
from ipe_workbench.reporting.standalone import standalone_page
from ipe_workbench.reporting.tables import csv_text

if TYPE_CHECKING:
    from ipe_workbench.credentials.programme import Programme
    from ipe_workbench.evaluation import ClaimResult, EvaluationPlan, PlanResult
    from ipe_workbench.figures import AccessibleFigure
    from ipe_workbench.records.simulated import Frames

__all__ = ["claim_section", "outcome_figures", "outcomes_page", "outcomes_sections", "write_outcomes"]


def write_outcomes(
    result: PlanResult, folder: str | Path, *, figures: Sequence[tuple[str, AccessibleFigure]] = ()
) -> list[Path]:
    """Write ``estimates.csv``, ``result.json``, ``outcomes.html`` and each figure as SVG into a folder.

    Parameters
    ----------
    result : PlanResult
    folder : path
    figures : sequence of (name, figure)
        Names become file names; the figures stand in the page, too.

    Returns
    -------
    list of Path
        What was written.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.evaluation import EvaluationPlan, run_plan
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> programme = example_programme()
    >>> records = simulated_records(programme, Scenario(id="x", title="X"), seed=1)
    >>> written = write_outcomes(run_plan(EvaluationPlan(), programme, records), tempfile.mkdtemp())
    >>> [file.name for file in written]
    ['estimates.csv', 'result.json', 'outcomes.html']
    """
    target = Path(folder)
    frame = result.estimates.astype(object)
    files = {
        "estimates.csv": csv_text(list(frame.columns), frame.itertuples(index=False, name=None)),
        "result.json": json.dumps(result.to_dict(), indent=2, ensure_ascii=False) + "\n",
        "outcomes.html": outcomes_page(result, figures=[one for _, one in figures]),
    }
    for name, content in files.items():
        write_atomically(target / name, content)
    drawn = [figure.save(target / f"{name}.svg") for name, figure in figures]
    return [*(target / name for name in files), *drawn]


def outcome_figures(
    result: PlanResult, plan: EvaluationPlan, programme: Programme, records: Frames
) -> list[tuple[str, AccessibleFigure]]:
    """The forest plot of the plan, and the answers to each instrument of a change in the claims shown, by file name.

    Examples
    --------
    >>> from ipe_workbench.evaluation import EvaluationPlan, run_plan
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> plan, programme = EvaluationPlan(), example_programme()
    >>> records = simulated_records(programme, Scenario(id="x", title="X"), seed=1)
    >>> [name for name, _ in outcome_figures(run_plan(plan, programme, records), plan, programme, records)]
    ['forest']
    """
    from ipe_workbench.evaluation import answers_in_plan
    from ipe_workbench.figures import forest_plot, likert_bars

    drawn = [("forest", forest_plot(result))]
    shares = answers_in_plan(plan, programme, records, claims=[one.claim.id for one in result.claims])
    drawn += [(f"answers-{id}", likert_bars(one)) for id, one in shares.items() if len(one.table)]
    return drawn


def outcomes_page(result: PlanResult, *, figures: Sequence[AccessibleFigure] = ()) -> str:
    """One page that needs nothing else: what can be said, the tables behind it, and how the plan was left.

    Examples
    --------
    >>> from ipe_workbench.evaluation import EvaluationPlan, run_plan
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> programme = example_programme()
    >>> records = simulated_records(programme, Scenario(id="x", title="X"), seed=1)
    >>> "These records are invented" in outcomes_page(run_plan(EvaluationPlan(), programme, records))
    True
    """
    title = f"Outcomes of {result.programme}"
    head = [element("h1", title), element("p", _about(result), class_="kicker")]
    return standalone_page(title, join([*head, outcomes_sections(result, figures=figures)]))


def outcomes_sections(result: PlanResult, *, figures: Sequence[AccessibleFigure] = ()) -> Html:
    """The sections of the page, for a report that has others besides."""
    parts: list[object] = []
    if result.simulated:
        parts.append(notice("These records are invented: no number here is about a person or a programme that exists."))
    parts += [element("h2", "What can be said"), listing(_headline(one) for one in result.claims), claims_table(result)]
    parts += [Html(one.to_html()) for one in figures[:1]]
    for claim in result.claims:
        parts += _claim(claim, 1 - result.alpha)
    parts += [element("h2", "Deviations from the plan"), deviations_table(result)]
    if len(figures) > 1:
        parts += [element("h2", "Answers, item by item"), *(Html(one.to_html()) for one in figures[1:])]
    return join(parts)


def claim_section(result: PlanResult, claim: str) -> Html:
    """One claim with its tables, for a page or a notebook.

    Raises
    ------
    UnknownNameError
        When the result has no such claim.

    Examples
    --------
    >>> from ipe_workbench.evaluation import EvaluationPlan, run_plan
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> programme = example_programme()
    >>> plan = EvaluationPlan.model_validate({"claims": [{
    ...     "id": "attainment", "statement": "Half have the first badge.", "outcome_level": "knowledge-skill",
    ...     "instrument": "awards", "time_points": ["the end"], "comparison": "none", "analysis": "Incidence"}]})
    >>> result = run_plan(plan, programme, simulated_records(programme, Scenario(id="x", title="X"), seed=1))
    >>> print(str(claim_section(result, "attainment"))[:26])
    <h2>Claim: attainment</h2>
    """
    known = {one.claim.id: one for one in result.claims}
    if claim not in known:
        raise UnknownNameError(f"The result has no claim `{claim}`.", mend=near_names(claim, known))
    return join(_claim(known[claim], 1 - result.alpha))


def _claim(claim: ClaimResult, level: float) -> list[object]:
    planned = claim.claim
    parts: list[object] = [
        element("h2", f"Claim: {planned.id}"),
        element("p", planned.statement, class_="lede"),
        element("p", element("strong", verdict_words(claim.verdict).capitalize() + ". "), claim.sentence),
    ]
    if planned.comparison:
        parts.append(element("p", element("strong", "Compared with: "), planned.comparison))
    if planned.limits:
        parts.append(element("p", element("strong", "Limits: "), planned.limits))
    if not claim.answers:
        return parts
    parts += [analyses_table(claim, level=level), element("h3", "In words")]
    parts.append(listing(join([element("strong", one.planned.id + ": "), one.sentence]) for one in claim.answers))
    findings = [
        join([element("strong", one.planned.id + ": "), f"{each.message} {each.mend}"])
        for one in claim.answers
        for each in [*one.analysis.findings, *(two for check in one.checks for two in check.findings)]
        if each.message != one.analysis.sentence
    ]
    if findings:
        parts += [element("h3", "Findings that a reader must know"), listing(findings)]
    checked = [one for one in claim.answers if one.checks]
    for one in checked:
        words = [check.sentence for check in one.checks if check.sentence]
        parts.append(
            element(
                "details", element("summary", f"Missing data and other explanations: {one.planned.id}"),
                listing(words), checks_table(one, level=level),
            )
        )  # fmt: skip
    return parts


def _headline(claim: ClaimResult) -> Html:
    return join([element("strong", f"{claim.claim.id}: "), claim.sentence])


def _about(result: PlanResult) -> str:
    registered = f"Plan registered on {result.registered}" if result.registered else "Plan not registered"
    until = f"records until {result.until}" if result.until else "no records"
    return f"{registered}; {until}; tests of size {result.alpha:g}, adjusted over the plan."
