"""The whole plan on the records: asked, checked, adjusted, and put into words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from ipe_workbench.errors import UnknownNameError, WorkbenchError, near_names
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark
from ipe_workbench.evaluation.multiplicity import adjust_p_values
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis
from ipe_workbench.evaluation.planned.asking import Asked
from ipe_workbench.evaluation.planned.checking import checks_of
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.planned.deviations import deviations_of, of_learners
from ipe_workbench.evaluation.planned.discretion import few_words, shareable
from ipe_workbench.evaluation.planned.questions import ask
from ipe_workbench.evaluation.planned.registration import changes_since_registration
from ipe_workbench.evaluation.planned.results import Answer, ClaimResult, PlanResult, PValue
from ipe_workbench.evaluation.planned.saying import claim_sentence, claim_verdict, result_sentence, verdict_of
from ipe_workbench.findings import Finding
from ipe_workbench.records.privacy.suppression import THRESHOLD

if TYPE_CHECKING:
    from ipe_workbench.credentials.programme import Programme
    from ipe_workbench.evaluation.plan import Claim, EvaluationPlan
    from ipe_workbench.records.simulated import Frames

__all__ = ["run_plan"]


@dataclass(frozen=True)
class _Run:
    """An analysis that was asked, before p-values are adjusted."""

    claim: Claim
    planned: PlannedAnalysis
    asked: Asked
    checks: Sequence[Analysis]
    headline: Estimate | None
    tested: PValue | None
    enough: bool


def run_plan(
    plan: EvaluationPlan,
    programme: Programme,
    records: Frames,
    *,
    claim: str | None = None,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> PlanResult:
    """Run every analysis of the plan on the records.

    Parameters
    ----------
    plan : EvaluationPlan
        From `read_plan`.
    programme : Programme
        Whose rubrics, terms and own instruments are used.
    records : Frames
        A `Store` of the records, or simulated ones; learners stand in it by pseudonym.
    claim : str, optional
        Only this claim is shown. P-values are adjusted over the primary analyses of the whole plan all the same.
    seed : int
        Of imputation.
    progress : callable, optional
        Called with the analyses done and their number.

    Returns
    -------
    PlanResult

    Raises
    ------
    UnknownNameError
        When the plan has no such claim.

    Notes
    -----
    A number about fewer than ten learners is left out of the result, and so are single raters. Below a claim's
    ``minimum_n`` only the number of those who took part is reported, and the test leaves the family.

    Examples
    --------
    On a simulated cohort, of which there are no surveys:

    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation import EvaluationPlan
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> programme = example_programme()
    >>> plan = EvaluationPlan.model_validate({"claims": [{
    ...     "id": "attainment", "statement": "Half have the first badge.", "outcome_level": "knowledge-skill",
    ...     "instrument": "awards", "time_points": ["the end"], "comparison": "none", "analysis": "Incidence",
    ...     "analyses": [{"id": "first-badge", "question": "time-to-badge", "measure": {"award": "values-foundations"},
    ...                   "at": [500], "expected": "at-least", "target": 0.5}]}]})
    >>> result = run_plan(plan, programme, simulated_records(programme, Scenario(id="x", title="X"), seed=1))
    >>> result.claims[0].verdict, result.simulated
    ('supported', True)
    """
    if claim is not None and claim not in [one.id for one in plan.claims]:
        raise UnknownNameError(
            f"The plan has no claim `{claim}`.", mend=near_names(claim, [one.id for one in plan.claims])
        )
    data = PlanData(records, programme)
    todo = [(one, _whom(planned, plan)) for one in plan.claims for planned in one.analyses]
    runs, deviations = [], {}
    for done, (one, planned) in enumerate(todo):
        if progress is not None:
            progress(done, len(todo))
        run, departures = _run(one, planned, data, 1 - plan.alpha, seed, full=claim in (None, one.id))
        runs.append(run)
        deviations[planned.id] = departures
    answers = _answers(runs, plan.alpha)
    claims = [_claim(one, answers, deviations) for one in plan.claims if claim in (None, one.id)]
    whole = changes_since_registration(plan, programme.folder)
    listed = [*whole, *(each for one in claims for each in one.deviations)]
    return PlanResult(
        programme.id, plan.alpha, claims, tuple(listed), tuple(_about(plan)),
        plan.registered.on if plan.registered else None, data.last_day,
        data.invented,
    )  # fmt: skip


def _run(
    claim: Claim, planned: PlannedAnalysis, data: PlanData, level: float, seed: int, *, full: bool
) -> tuple[_Run, list[Finding]]:
    try:
        asked = ask(planned, data, level)
    except WorkbenchError as error:
        # One analysis that cannot be used must not take the others with it.
        refused = remark("not-usable", error.message, error.mend or "", "error")
        asked = Asked(not_estimable(planned.question, [refused]), data.learners.iloc[:0], 0)
    minimum = planned.minimum_n or claim.minimum_n
    # Names go first: what is told of an analysis anywhere must not have them.
    asked = replace(asked, analysis=shareable(asked.analysis, data.people))
    departures = list(deviations_of(planned, asked, data, minimum))
    enough = asked.analysis.status != "not-estimable" and asked.n >= max(
        minimum or 0, THRESHOLD if of_learners(planned) else 0
    )
    if not enough and asked.analysis.status != "not-estimable":
        asked = replace(asked, analysis=_only_the_number(planned, asked, minimum))
    headline = _named(asked.analysis, planned.estimate or asked.headline)
    tested = _test(planned, asked.analysis, headline, level) if enough else None
    checks = checks_of(planned, asked, data, level, seed) if enough and full else ()
    shown = tuple(shareable(one, data.people) for one in checks)
    return _Run(claim, planned, asked, shown, headline, tested, enough), departures


def _answers(runs: Sequence[_Run], alpha: float) -> dict[str, Answer]:
    primary = {one.planned.id: one.tested.p for one in runs if one.tested and one.planned.role == "primary"}
    adjusted = adjust_p_values(primary).to_dict("index")
    answers = {}
    for run in runs:
        tested = run.tested
        if tested is not None and run.planned.id in adjusted:
            row = adjusted[run.planned.id]
            tested = replace(tested, p_holm=float(row["p_holm"]), p_fdr=float(row["p_fdr"]))
        verdict = verdict_of(run.planned, run.asked.analysis, run.headline, tested, alpha, enough=run.enough)
        answers[run.planned.id] = Answer(
            run.claim.id, run.claim.outcome_level, run.planned, run.asked.analysis, verdict, run.asked.n,
            run.headline, _named(run.asked.analysis, run.asked.standardised), tested, run.checks,
            result_sentence(run.planned, run.asked.analysis, run.headline, tested, verdict, alpha),
        )  # fmt: skip
    return answers


def _claim(claim: Claim, answers: dict[str, Answer], deviations: dict[str, list[Finding]]) -> ClaimResult:
    mine = [answers[one.id] for one in claim.analyses]
    verdict = claim_verdict(mine, claim.untested)
    departures = [each for one in claim.analyses for each in deviations[one.id]]
    sentence = claim_sentence(claim.statement, verdict, mine, departures, claim.untested)
    return ClaimResult(claim, mine, verdict, sentence, departures)


def _about(plan: EvaluationPlan) -> list[Finding]:
    found = []
    for one in plan.claims:
        if not one.analyses:
            message = f"The claim `{one.id}` has no analyses that can be run."
            found.append(
                Finding("claim-without-analyses", "warning", message, "Add `analyses:` to it.", subject=one.id)
            )
    return found


def _whom(planned: PlannedAnalysis, plan: EvaluationPlan) -> PlannedAnalysis:
    return planned if planned.among is not None else planned.model_copy(update={"among": plan.among})


def _only_the_number(planned: PlannedAnalysis, asked: Asked, minimum: int | None) -> Analysis:
    few = few_words(asked.n) if of_learners(planned) else str(asked.n)
    wanted = f"the plan wants {minimum}" if minimum else f"{THRESHOLD} are the least that is shown"
    message = f"Reported is only how many took part: {few} ({wanted})."
    return not_estimable(planned.question, [remark("below-minimum", message, "", "error")])


def _named(found: Analysis, name: str) -> Estimate | None:
    return next((one for one in found.estimates if one.name == name), None)


def _test(planned: PlannedAnalysis, found: Analysis, headline: Estimate | None, level: float) -> PValue | None:
    """The p-value of the headline against the bound: the analysis' own test, or by inversion of its interval."""
    if planned.expected == "describe" or headline is None or headline.estimate is None:
        return None
    low, high = headline.low, headline.high
    if low is None or high is None or not np.isfinite([low, high]).all() or not low < high:
        return None
    own = _own_test(found, headline.name) if planned.bound == 0 else None
    if own is not None:
        return own
    # Intervals need not be symmetric: the half that points to the bound says how far the bound lies.
    distance = headline.estimate - planned.bound
    half = headline.estimate - low if distance > 0 else high - headline.estimate
    if half <= 0:
        return None
    z = abs(distance) / half * stats.norm.ppf(0.5 + level / 2)
    return PValue(float(2 * stats.norm.sf(z)), f"against {planned.bound:g}, from the half of the interval toward it")


def _own_test(found: Analysis, name: str) -> PValue | None:
    wanted = {"mean_change": ("paired t", "clustered t"), "difference_welch": ("Welch",),
              "difference_in_differences": ("clustered t",)}.get(name, (name, f"t of {name}"))  # fmt: skip
    test = next((one for one in found.tests if one.name in wanted), None)
    return PValue(test.p, test.name) if test is not None and np.isfinite(test.p) else None
