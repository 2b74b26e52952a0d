"""A learner who satisfies one rule and not another: the shortest reason why the two differ."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials.branches import as_met, never, professions_told_apart
from ipe_workbench.credentials.completion import completed
from ipe_workbench.credentials.facts import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached
from ipe_workbench.credentials.rules import Hours, InOrder, Rule, Within, walk

if TYPE_CHECKING:
    from ipe_workbench.credentials.witness.model import WitnessModel

__all__ = ["EFFORT", "Witness", "witness"]

#: What a search may take, in the solver's own measure, which is the same on every machine: 1 is one to five seconds.
EFFORT = 5.0
#: More pieces of attendance than this are not tried for one part of a rule.
_MOST_PIECES = 64


@dataclass(frozen=True)
class Witness:
    """What the search for a learner found.

    Parameters
    ----------
    facts : Facts or None
        A learner who satisfies the first rule and not the second, with nothing that could be left out.
    decided : bool
        Whether the search is at its end: without `facts` it is then proven that there is no such learner.
    effort : float
        What it took.
    """

    facts: Facts | None
    decided: bool
    effort: float


def witness(met: Rule, unmet: Rule, *, effort: float = EFFORT) -> Witness:
    """Look for a learner who satisfies one rule and not another, for any facts, on any days, in any profession.

    Parameters
    ----------
    met, unmet : Rule
        The rule that the learner satisfies, and the one not.
    effort : float
        The limit of what it may take, in the solver's own measure of time, of which 1 is one to five seconds; so the
        answer is the same on every machine.

    Returns
    -------
    Witness

    Notes
    -----
    Exact: see `WitnessModel`, which has a solution exactly when there is such a learner, and `Days` and `Units` for why
    finitely many days and amounts are enough. Expiry needs nothing of its own: an award that has expired is not there.
    Where the second rule asks for hours in an order or a window, attendance may have to be split over any number of
    days: then a proof is looked for that does without counting the days, and a learner with 1, 2, 4, ... of them.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> all_of, order = (parse_rule({kind: ["a", "b"]}) for kind in ("all", "in_order"))
    >>> [(award.badge, str(award.on)) for award in witness(all_of, order).facts.awards]
    [('a', '2001-01-02'), ('b', '2001-01-01')]
    >>> witness(order, all_of)
    Witness(facts=None, decided=True, effort=0.0)
    """
    spent, decided = 0.0, True
    for profession in professions_told_apart(met, unmet):
        one, other = (as_met(rule, profession, never()) for rule in (met, unmet))
        found = _for_one_profession(one, other, effort - spent)
        spent += found.effort
        decided = decided and found.decided
        if found.facts is not None:
            return Witness(_least(met, unmet, replace(found.facts, profession=profession)), True, spent)
    return Witness(None, decided, spent)


def _for_one_profession(met: Rule, unmet: Rule, effort: float) -> Witness:
    spent = 0.0
    for pieces in _pieces(unmet):
        found = _searched(met, unmet, pieces, effort - spent)
        spent += found.effort
        if found.facts is not None or (found.decided and (pieces == 0 or not _hours_in_time(unmet))):
            return replace(found, effort=spent)
        if spent >= effort:
            break
    return Witness(None, False, spent)


def _pieces(unmet: Rule) -> Iterator[int]:
    if not _hours_in_time(unmet):
        yield 1
        return
    yield 0
    pieces = 1
    while pieces <= _MOST_PIECES:
        yield pieces
        pieces *= 2


def _hours_in_time(rule: Rule) -> bool:
    """Whether it matters to the rule when hours are recorded."""
    timed = (part for part in walk(rule) if isinstance(part, InOrder | Within))
    return any(isinstance(part, Hours) for inside in timed for part in walk(inside))


def _searched(met: Rule, unmet: Rule, pieces: int, effort: float) -> Witness:
    from ortools.sat.python import cp_model

    from ipe_workbench.credentials.witness.events import TooLargeError
    from ipe_workbench.credentials.witness.model import WitnessModel

    if effort <= 0:
        return Witness(None, False, 0.0)
    try:
        model = WitnessModel(met, unmet, pieces)
    except TooLargeError:
        return Witness(None, False, effort)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2  # sums of points and hours are decided by their relaxation
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model.events.model)
    spent = solver.response_proto.deterministic_time
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) and pieces:
        facts = _facts(model, solver)
        if _differ(met, unmet, facts):
            return Witness(facts, True, spent)
    return Witness(None, status == cp_model.INFEASIBLE, spent)


def _facts(model: WitnessModel, solver: Any) -> Facts:
    facts = Facts()
    for event in model.events.all:
        if not solver.boolean_value(event.present):
            continue
        on = model.days.date(0 if event.first is None else solver.value(event.first))
        hours = model.units.in_hours(0 if isinstance(event.hours, int) else solver.value(event.hours))
        match event.kind:
            case "badge":
                facts = replace(facts, awards=(*facts.awards, Award(event.name, on, hours=hours)))
            case "score":
                facts = replace(facts, scores=(*facts.scores, ScoreReached(event.name, event.score, on)))
            case "attendance":
                facts = replace(facts, hours=(*facts.hours, HoursRecorded(event.name, hours, on)))
            case _:
                facts = replace(facts, approvals=(*facts.approvals, ApprovalGiven(event.name, on)))
    return facts


def _differ(met: Rule, unmet: Rule, facts: Facts) -> bool:
    return completed(met, facts) is not None and completed(unmet, facts) is None


def _least(met: Rule, unmet: Rule, facts: Facts) -> Facts:
    """The facts without those that are not needed, and on as few days as it takes."""
    for name in ("awards", "scores", "hours", "approvals"):
        for fact in getattr(facts, name):
            fewer = _with(facts, name, tuple(one for one in getattr(facts, name) if one is not fact))
            if _differ(met, unmet, fewer):
                facts = fewer
    for before, day in reversed(list(pairwise(facts.dates()))):
        for to in (facts.dates()[0], before):
            moved = _moved(facts, day, to)
            if _differ(met, unmet, moved):
                facts = moved
                break
    return _rounded(met, unmet, facts)


def _rounded(met: Rule, unmet: Rule, facts: Facts) -> Facts:
    """The facts with hours in round numbers, and those of one activity on one day as one record, if that will do."""
    records: defaultdict[tuple[str, datetime.date], float] = defaultdict(float)
    for one in facts.hours:
        records[one.activity, one.on] += one.hours
    for digits in (0, 1, 2, 3, 9):
        rounded = replace(
            facts,
            awards=tuple(replace(one, hours=round(one.hours, digits)) for one in facts.awards),
            hours=tuple(HoursRecorded(name, round(hours, digits), on) for (name, on), hours in records.items()),
        )
        if _differ(met, unmet, rounded):
            return rounded
    return facts


def _with(facts: Facts, name: str, group: tuple[Any, ...]) -> Facts:
    changed: Facts = replace(facts, **{name: group})  # type: ignore[arg-type]
    return changed


def _moved(facts: Facts, day: datetime.date, to: datetime.date) -> Facts:
    def one_group(group: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(replace(fact, on=to) if fact.on == day else fact for fact in group)

    return Facts(
        facts.profession,
        one_group(facts.awards),
        one_group(facts.scores),
        one_group(facts.hours),
        one_group(facts.approvals),
    )
