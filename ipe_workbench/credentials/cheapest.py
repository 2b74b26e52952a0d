"""The proven cheapest way to complete a rule from where a learner stands."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from ipe_workbench.credentials.completions import with_completions
from ipe_workbench.credentials.earning import Offers, offers_of, offers_without_programme
from ipe_workbench.credentials.facts import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Approval, ApprovalBy, Hours, HoursOf, Rule, Score, ScoreOf
from ipe_workbench.credentials.way_constraints import WayConstraints, scale_of
from ipe_workbench.errors import UnusableInputError

__all__ = ["CheapestWay", "Cost", "cheapest", "cheapest_offered"]

#: What is to be least: the number of badges, their hours of effort, or the sum of weights by badge.
Cost: TypeAlias = Literal["badges", "hours"] | Mapping[str, float] | Callable[[str], float]


@dataclass(frozen=True)
class CheapestWay:
    """What a learner has still to do, at the least cost.

    Parameters
    ----------
    badges : tuple of str
        Credentials to earn (again, where an earlier award came too early or has expired), in the programme's order.
    completes : tuple of str
        Stacks of the programme whose completion badges come of it on the way and count.
    also : tuple of Rule
        Scores to reach, approvals to get, and hours to record.
    cost : float
        What the badges cost together; with ``cost="hours"`` also the hours recorded beside them.
    bound : float
        What any way costs at least.
    proven : bool
        Whether no way is cheaper: `bound` is the cost.
    """

    badges: tuple[str, ...]
    completes: tuple[str, ...]
    also: tuple[Rule, ...]
    cost: float
    bound: float
    proven: bool

    def done(self, facts: Facts, *, on: datetime.date, programme: Programme | None = None) -> Facts:
        """The facts of the learner once all of it is done, dated on the day of the question."""
        awards = tuple(
            programme.award(one, on) if programme else Award(one, on) for one in (*self.badges, *self.completes)
        )
        scores = tuple(
            ScoreReached(one.score.assessment, one.score.min, on) for one in self.also if isinstance(one, Score)
        )
        hours = tuple(HoursRecorded(one.hours.of[0], one.hours.min, on) for one in self.also if isinstance(one, Hours))
        approvals = tuple(ApprovalGiven(one.approval.role, on) for one in self.also if isinstance(one, Approval))
        start = with_completions(facts, programme, on=on) if programme else facts
        return replace(
            start,
            awards=(*start.awards, *awards),
            scores=(*start.scores, *scores),
            hours=(*start.hours, *hours),
            approvals=(*start.approvals, *approvals),
        )


def cheapest(
    rule: Rule,
    facts: Facts | None = None,
    *,
    on: datetime.date,
    cost: Cost = "badges",
    programme: Programme | None = None,
    profession: str | None = None,
    without: Collection[str] = (),
    shortcuts: bool = True,
    seconds: float | None = None,
) -> CheapestWay | None:
    """The cheapest way to complete a rule for a learner, with a proof; ``None`` when there is none.

    Parameters
    ----------
    rule : Rule
        What has to be satisfied.
    facts : Facts, optional
        What the learner has done by then; nothing by default.
    on : datetime.date
        The day of the question. All that is still to do is counted as done on it; see Notes.
    cost : "badges", "hours", mapping or callable
        What is to be least: the number of credentials to earn, their hours (with `programme`), or the sum of weights,
        given by badge. Completion badges of stacks cost nothing, nor do approvals; a score costs the credential in
        whose assessment it is reached. Recorded hours cost their number with ``"hours"``, as far as they are not part
        of a credential that is earned, and nothing else.
    programme : Programme, optional
        Then completion badges count by the rules of their stacks (a shared badge is paid once), what a credential
        `requires` must be met as well, and only what the learner may earn is on offer. Without one, every badge that
        the rule asks for is on offer.
    profession : str, optional
        The learner's profession; that of the facts by default.
    without : collection of str
        Ids of badges that shall not be earned.
    shortcuts : bool
        Whether earning the badge of a `shortcut` may complete its step. Without a programme such a badge is given by
        somebody else, and is on offer only where the rule asks for it elsewhere, too.
    seconds : float, optional
        A limit of time after which the best way found so far is given, not proven. None by default: the answer then
        depends on nothing but the arguments.

    Returns
    -------
    CheapestWay or None
        Of several cheapest ways the one with the fewest scores, approvals and hours beside the badges, then with the
        badges that come first.

    Raises
    ------
    UnusableInputError
        When a weight is missing, negative or not a number, hours are asked for without a programme, or no way was found
        in the time given.

    Notes
    -----
    An integer program solved by CP-SAT of Google OR-Tools (one worker, fixed seed). Doing everything on one day loses
    nothing: the same day keeps any order (`in_order`), and nothing fits a window (`within`) or outlives an expiry
    better for being done later. What is already held keeps its date, so a step that was done before its turn, or
    outside every window that is still open, has to be done again, and is paid for again. The completion badge of a
    stack is given again where it is needed again and the stack's rule holds.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> two_of_three = {"at_least": {"count": 2, "of": ["b", "c", "d"]}}
    >>> rule = parse_rule({"all": [{"any": ["a", {"all": ["b", "c"]}]}, two_of_three]})
    >>> way = cheapest(rule, Facts.holding(["d"]), on=datetime.date(2026, 12, 1))
    >>> way.badges, way.cost, way.proven
    (('a', 'b'), 2, True)
    """
    facts = facts or Facts()
    facts = replace(facts, profession=profession or facts.profession)
    if programme is None:
        offers = offers_without_programme(rule, without)
        if cost == "hours":
            raise UnusableInputError(
                "The hours of the badges are not known.", mend="Give the programme, or a weight for each badge."
            )
    else:
        offers = offers_of(programme, facts.profession, without=without)
        facts = with_completions(facts, programme, on=on)
    return cheapest_offered(rule, facts, offers, on=on, cost=cost, shortcuts=shortcuts, seconds=seconds)


def cheapest_offered(
    rule: Rule,
    facts: Facts,
    offers: Offers,
    *,
    on: datetime.date,
    cost: Cost = "badges",
    shortcuts: bool = True,
    seconds: float | None = None,
) -> CheapestWay | None:
    """The cheapest way among these offers, for rules that are not a programme's; else as `cheapest`.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> offers = Offers(credentials={"a": None, "b": parse_rule("a")}, stacks={"both": parse_rule({"all": ["a", "b"]})})
    >>> cheapest_offered(parse_rule("both"), Facts(), offers, on=datetime.date(2026, 12, 1)).badges
    ('a', 'b')
    """
    constraints = WayConstraints(rule, facts.known_on(on), offers, on, shortcuts)
    if constraints.root is False:
        return None
    return _solved(constraints, offers, _price(cost, constraints, offers), cost == "hours", seconds)


def _price(cost: Cost, constraints: WayConstraints, offers: Offers) -> dict[str, Fraction]:
    """What each badge that may be of use costs."""
    if cost == "badges":
        return {one: Fraction(1) for one in constraints.badges}
    if cost == "hours":
        return {one: _fraction(offers.award_hours[one]) for one in constraints.badges}
    ask = cost if callable(cost) else cost.get
    weights = {one: ask(one) for one in constraints.badges}
    for one, weight in weights.items():
        if weight is None or not math.isfinite(weight) or weight < 0:
            raise UnusableInputError(
                f"`{one}` has {'no weight' if weight is None else f'the weight {weight}'}.",
                mend="Give each badge a weight of 0 or more.",
            )
    return {one: _fraction(weight) for one, weight in weights.items() if weight is not None}


def _fraction(amount: float) -> Fraction:
    return Fraction(amount).limit_denominator(10_000)


def _solved(
    constraints: WayConstraints, offers: Offers, price: Mapping[str, Fraction], hours_cost: bool, seconds: float | None
) -> CheapestWay | None:
    from ortools.sat.python import cp_model

    model = constraints.model
    scale = math.lcm(scale_of(map(float, price.values())), constraints.hour)
    total: Any = sum(round(price[one] * scale) * variable for one, variable in constraints.badges.items())
    if hours_cost:
        total += sum(scale // constraints.hour * _paid(constraints, offers, one) for one in constraints.attended)
    solver = _solver(seconds)
    model.minimize(total)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise UnusableInputError("No way was found in the time given.", mend="Allow more seconds.")
    proven = status == cp_model.OPTIMAL
    least, bound = round(solver.objective_value), solver.best_objective_bound
    if proven:
        tidy = _solver(seconds)
        model.add(total == least)
        model.minimize(_untidiness(constraints))
        if tidy.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            solver = tidy
    return _way(constraints, offers, solver, _plain(Fraction(least, scale)), _plain(Fraction(bound) / scale), proven)


def _solver(seconds: float | None) -> Any:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    return solver


def _paid(constraints: WayConstraints, offers: Offers, activity: str) -> Any:
    """Units of time recorded on an activity that are not part of the effort for a credential that is earned."""
    attended = constraints.attended[activity]
    earned = constraints.badges.get(offers.part_of.get(activity, ""))
    if earned is None:
        return attended
    most = round(offers.attendance[activity] * constraints.hour)
    paid = constraints.model.new_int_var(0, most, f"paid {activity}")
    constraints.model.add(paid >= attended - most * earned)
    return paid


def _untidiness(constraints: WayConstraints) -> Any:
    """Scores, approvals and hours first, then badges and stacks, the later ones more."""
    beside: Any = sum(constraints.scores.values()) + sum(constraints.approvals.values())
    beside += sum(constraints.attended.values())
    badges: Any = sum(place * one for place, one in enumerate(constraints.badges.values(), start=1))
    badges += sum(place * one for place, one in enumerate(constraints.stacks.values(), start=1))
    count = len(constraints.badges) + len(constraints.stacks) + 1
    return beside * count**2 + badges


def _way(
    constraints: WayConstraints, offers: Offers, solver: Any, cost: float, bound: float, proven: bool
) -> CheapestWay:
    chosen = [one for one, variable in constraints.badges.items() if solver.value(variable)]
    completed = [one for one, variable in constraints.stacks.items() if solver.value(variable)]
    best: dict[str, float] = {}
    for (assessment, least), variable in constraints.scores.items():
        if solver.value(variable):
            best[assessment] = max(least, best.get(assessment, 0.0))
    also: list[Rule] = [Score(score=ScoreOf(assessment=one, min=least)) for one, least in best.items()]
    also += [
        Hours(hours=HoursOf(min=solver.value(units) / constraints.hour, of=(one,)))
        for one, units in constraints.attended.items()
        if solver.value(units)
    ]
    also += [
        Approval(approval=ApprovalBy(role=role)) for role, given in constraints.approvals.items() if solver.value(given)
    ]
    return CheapestWay(
        badges=tuple(sorted(chosen, key=list(offers.credentials).index)),
        completes=tuple(sorted(completed, key=list(offers.stacks).index)),
        also=tuple(also),
        cost=cost,
        bound=cost if proven else bound,
        proven=proven,
    )


def _plain(amount: Fraction) -> float:
    return int(amount) if amount.denominator == 1 else float(amount)
