"""Verdicts and sentences: whether a statement can be said, in words that promise no more than the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ipe_workbench.evaluation.estimates import Analysis, Estimate
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis
from ipe_workbench.evaluation.planned.results import Answer, PValue, Verdict
from ipe_workbench.findings import Finding

__all__ = ["claim_sentence", "claim_verdict", "result_sentence", "verdict_of"]


def verdict_of(
    planned: PlannedAnalysis,
    found: Analysis,
    headline: Estimate | None,
    tested: PValue | None,
    alpha: float,
    *,
    enough: bool,
) -> Verdict:
    """Whether one analysis shows what was expected of it.

    ``supported`` needs the interval on the expected side and p at most alpha, adjusted by Holm where it is primary.
    """
    if not enough or headline is None or found.status in ("not-estimable", "not-converged"):
        return "not-answered"
    if planned.expected == "describe":
        return "described"
    low, high = headline.low, headline.high
    if tested is None or low is None or high is None or not np.isfinite([low, high]).all():
        return "not-shown"
    above, below = low > planned.bound, high < planned.bound
    up = planned.expected in ("increase", "at-least")
    wanted = above or below if planned.expected == "difference" else (above if up else below)
    against = (below if up else above) and planned.expected != "difference"
    p = tested.p if tested.p_holm is None else tested.p_holm
    if wanted and p <= alpha:
        return "supported"
    return "contradicted" if against else "not-shown"


def claim_verdict(answers: Sequence[Answer], untested: Sequence[str] = ()) -> Verdict:
    """Of the whole claim: it rests on its primary analyses, all of them, and on nothing being left untested.

    Examples
    --------
    >>> claim_verdict([])
    'not-answered'
    """
    primary = [one.verdict for one in answers if one.planned.role == "primary"]
    judged = [one for one in primary if one != "described"]
    if not judged:
        return "described" if "described" in [one.verdict for one in answers] else "not-answered"
    if "contradicted" in judged:
        return "contradicted"
    if all(one == "supported" for one in judged):
        return "partly" if untested else "supported"
    if "supported" in judged:
        return "partly"
    return "not-answered" if all(one == "not-answered" for one in judged) else "not-shown"


def claim_sentence(
    statement: str,
    verdict: Verdict,
    answers: Sequence[Answer],
    departures: Sequence[Finding],
    untested: Sequence[str] = (),
) -> str:
    """What a reader may take away, in one or two sentences."""
    said = " ".join(statement.split()).rstrip(".")
    primary = [one for one in answers if one.planned.role == "primary" and one.verdict != "described"]
    held = [one.measure for one in primary if one.verdict == "supported"]
    open_ = [one.measure or one.planned.id for one in primary if one.verdict != "supported"] + list(untested)
    start = {
        "supported": f"It can be said, within the limits of the design: {said}.",
        "partly": f"It can be said in part only: {said}. Borne out: {_listed(held)}; not: {_listed(open_)}.",
        "not-shown": f"It cannot be said: {said}. The data do not show it.",
        "contradicted": f"It cannot be said: {said}. At least one result points the other way.",
        "described": f"Nothing was tested that would bear out or refute: {said}.",
        "not-answered": f"It cannot be said yet: {said}. No primary analysis has enough data.",
    }[verdict]
    serious = sum(one.severity == "warning" for one in departures)
    if serious and verdict in ("supported", "partly"):
        start += f" The evaluation departs from its plan in {serious} point{'s' if serious > 1 else ''}."
    against = [one.planned.id for one in answers if one.planned.role == "secondary" and one.verdict == "contradicted"]
    if against and verdict in ("supported", "partly"):
        start += f" A secondary analysis points the other way: {_listed(against)}."
    careful = [one for one in primary if one.verdict == "supported" and one.analysis.status != "ok"]
    if careful:
        start += " Read the findings first."
    return start


def result_sentence(
    planned: PlannedAnalysis,
    found: Analysis,
    headline: Estimate | None,
    tested: PValue | None,
    verdict: Verdict,
    alpha: float,
) -> str:
    """The analysis' own sentence, with what follows from it for the expectation."""
    if verdict in ("not-answered", "described") or tested is None:
        return found.sentence
    after = {
        "supported": f"As expected ({planned.expectation})",
        "contradicted": f"Against the expectation ({planned.expectation})",
    }.get(verdict, f"Not shown to be {planned.expectation}")
    p = tested.p if tested.p_holm is None else tested.p_holm
    if verdict == "not-shown" and headline is not None and _beyond(planned, headline) and p > alpha:
        after = f"Not shown to be {planned.expectation} once the other tests of the plan are counted"
    said = found.sentence
    if headline is not None and found.estimates and found.estimates[0].name != headline.name:
        ends = f"{headline.low:.2f} to {headline.high:.2f}"
        said += f" Planned was {headline.name.replace('_', ' ')}: {headline.estimate:.2f} ({ends})."
    which = "p" if tested.p_holm is None else "p adjusted by Holm"
    return f"{said} {after}; {which} {p_words(p)}."


def p_words(p: float) -> str:
    """A p-value for a sentence: exact to .001, without the nought before the point.

    Examples
    --------
    >>> p_words(0.0312), p_words(0.00001), p_words(1.0)
    ('= .031', '< .001', '> .999')
    """
    if p < 0.001:
        return "< .001"
    if p > 0.9995 or f"{p:.3f}" == "1.000":
        return "> .999"
    return "= " + f"{p:.3f}".removeprefix("0")


def _beyond(planned: PlannedAnalysis, headline: Estimate) -> bool:
    low, high = headline.low, headline.high
    return low is not None and high is not None and (low > planned.bound or high < planned.bound)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "nothing"
