"""The proven best plan of one learner: which offerings to take in which term, and what that completes when."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import ApprovalGiven, Facts, HoursRecorded, ScoreReached
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Approval, walk
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.pathways.planning.learner import PlanFor
from ipe_workbench.pathways.planning.model import PlanModel, build_model, completing_order, ran_out, relevant, rule_of
from ipe_workbench.pathways.planning.offerings import Offering, offerings_of
from ipe_workbench.pathways.planning.reasons import Impossible, why_impossible

__all__ = ["Plan", "PlannedStep", "plan", "planned", "usable_by"]

#: Objectives are added up with weights while their product stays below this; what is beyond is solved afterwards.
_LARGEST = 2**50
_SCALE = 1000


@dataclass(frozen=True)
class PlannedStep:
    """An offering to take. `hours` are a learner's hours by term; `completes` are stacks completed on that day."""

    credential: str
    title: str
    term: str
    ends: datetime.date
    hours: Mapping[str, float]
    completes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A plan, or why there is none.

    Parameters
    ----------
    goal, goal_title : str
        What is completed.
    steps : tuple of PlannedStep
        By date; empty when the goal is complete already.
    completed_on : date or None
        When the goal is complete.
    hours : float
        A learner's hours of all steps.
    growth : tuple of str
        Ids of the learner's growth areas that what is held and planned assesses.
    approvals : tuple of str
        Roles whose approval the plan counts on.
    proven : bool
        No plan is better; otherwise `gap` is how much better one might be, as a share.
    gap : float
        0 when proven.
    impossible : Impossible or None
        Why there is no plan.
    """

    goal: str
    goal_title: str
    steps: tuple[PlannedStep, ...] = ()
    completed_on: datetime.date | None = None
    hours: float = 0.0
    growth: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    proven: bool = True
    gap: float = 0.0
    impossible: Impossible | None = None

    def impossible_because(self) -> tuple[str, ...]:
        """The reasons why there is no plan; empty when there is one."""
        return self.impossible.reasons if self.impossible else ()

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain JSON."""
        steps = [
            {
                "credential": one.credential,
                "title": one.title,
                "term": one.term,
                "earned_on": one.ends.isoformat(),
                "hours": {term: round(time, 3) for term, time in one.hours.items()},
                "completes": list(one.completes),
            }
            for one in self.steps
        ]
        return {
            "goal": self.goal,
            "possible": self.impossible is None,
            "completed_on": self.completed_on.isoformat() if self.completed_on else None,
            "hours": round(self.hours, 3),
            "steps": steps,
            "growth": list(self.growth),
            "approvals": list(self.approvals),
            "proven": self.proven,
            "gap": self.gap,
            "impossible": self.impossible.to_dict() if self.impossible else None,
        }


def plan(
    programme: Programme,
    goal: str,
    learner: PlanFor,
    offerings: tuple[Offering, ...] | None = None,
    seconds: float = 30.0,
) -> Plan:
    """The best plan by term for one learner, with proof.

    Parameters
    ----------
    programme : Programme
        What can be earned, and what it asks for.
    goal : str
        Id of the stack or credential to complete.
    learner : PlanFor
        What the learner holds and can do.
    offerings : tuple of Offering, optional
        When credentials are offered; by default as the programme's activities say.
    seconds : float
        After so long the best plan found is returned, with the gap that is left.

    Returns
    -------
    Plan
        With the reason and the cheapest way out when no plan completes the goal.

    Raises
    ------
    UnknownNameError
        When the goal, or something that the learner cannot take, is not in the programme.
    UnusableInputError
        When stacks ask for each other in a circle, or no plan was found in time.

    Notes
    -----
    A plan assumes that the learner passes at the first attempt, with the pass score. It is checked with `evaluate`
    before it is returned.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> best = plan(example_programme(), "communication-certificate", PlanFor(Facts(profession="nursing")))
    >>> best.hours, best.completed_on.isoformat(), best.proven
    (31.0, '2027-11-14', True)
    """
    rule_of(programme, goal)  # says so when there is no such thing
    if learner.facts.profession is not None:
        programme.profession(learner.facts.profession)
    offered = offerings_of(programme) if offerings is None else offerings
    offered = usable_by(learner, offered)
    title = programme.title(goal)
    held = [one.on for one in learner.facts.awards if one.badge == goal and not ran_out(one, learner.from_day)]
    if held:
        return Plan(goal, title, completed_on=min(held), growth=_shown(programme, learner, []))
    also = frozenset(_assessing(programme, learner)) if learner.aim == "growth" else frozenset()
    made = build_model(programme, goal, learner, offered, also=also)
    answer = None
    if made.goal is not False:
        made.model.add_bool_or([made.goal])
        answer = _best(programme, learner, made, seconds)
    if answer is None:
        return Plan(goal, title, impossible=why_impossible(programme, goal, learner, offered))
    found = planned(programme, goal, learner, answer.taken)
    return replace(found, proven=answer.proven, gap=answer.gap)


def planned(programme: Programme, goal: str, learner: PlanFor, taken: Iterable[Offering]) -> Plan:
    """The plan that takes these offerings, walked through day by day with the rules themselves.

    Raises
    ------
    ValueError
        When the offerings break a prerequisite or do not complete the goal.
    """
    chosen = sorted(taken, key=lambda one: one.ends)
    stacks = completing_order(programme, relevant(programme, [goal])[1])
    approvals = _approvals(programme, goal, learner, [one.credential for one in chosen])
    facts, done, steps = learner.facts, None, []
    days = {learner.from_day, *(one.ends for one in chosen), *learner.facts.dates()}
    for day in sorted(one for one in days if one >= learner.from_day):
        facts = replace(facts, approvals=(*facts.approvals, *(ApprovalGiven(role, day) for role in approvals)))
        today = [one for one in chosen if one.ends == day]
        _check_requirements(programme, facts, today)
        for one in today:
            facts = _earned(programme, facts, one)
        completes = []
        for stack in stacks:
            held = any(award.badge == stack and not ran_out(award, learner.from_day) for award in facts.awards)
            if not held and completed_on(programme.stacks[stack].rule, facts, on=day) is not None:
                facts = replace(facts, awards=(*facts.awards, programme.award(stack, day)))
                completes.append(stack)
        for one in today:
            title = programme.credentials[one.credential].title
            last = tuple(completes) if one is today[-1] else ()
            steps.append(PlannedStep(one.credential, title, one.term, one.ends, one.hours, last))
        if done is None and any(award.badge == goal and not ran_out(award, learner.from_day) for award in facts.awards):
            done = day
    if done is None:
        raise ValueError(f"These offerings do not complete {goal}.")
    return Plan(
        goal=goal,
        goal_title=programme.title(goal),
        steps=tuple(steps),
        completed_on=done,
        hours=sum(sum(one.hours.values()) for one in chosen),
        growth=_shown(programme, learner, [one.credential for one in chosen]),
        approvals=approvals,
    )


def usable_by(learner: PlanFor, offerings: Iterable[Offering]) -> tuple[Offering, ...]:
    """The offerings that lie within the learner's time and are not closed to them."""
    return tuple(
        one
        for one in offerings
        if learner.from_day <= one.begins and one.ends <= learner.until and not one.is_among(learner.closed)
    )


def _assessing(programme: Programme, learner: PlanFor) -> list[str]:
    return [one.id for one in programme.credentials.values() if _assessed(programme, one.id) & learner.growth]


def _assessed(programme: Programme, credential: str) -> frozenset[str]:
    found = []
    for one in programme.credentials[credential].alignments:
        framework = programme.frameworks.get(one.framework)
        competency = framework.find(one.competency) if framework else None
        if "assessed" in one.how and competency is not None:
            found += [competency.id, *([competency.code] if competency.code else [])]
    return frozenset(found)


def _shown(programme: Programme, learner: PlanFor, planned: list[str]) -> tuple[str, ...]:
    held = [one.badge for one in learner.facts.awards if one.badge in programme.credentials]
    assessed = frozenset().union(*(_assessed(programme, one) for one in (*held, *planned)))
    return tuple(sorted(learner.growth & assessed))


@dataclass(frozen=True)
class _Answer:
    taken: tuple[Offering, ...]
    proven: bool
    gap: float


def _best(programme: Programme, learner: PlanFor, made: PlanModel, seconds: float) -> _Answer | None:
    """Solve for the objectives in their order: several in one sum where their ranges allow it."""
    from ortools.sat.python import cp_model

    left = _objectives(programme, learner, made)
    proven, gap = True, 0.0
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = seconds
    while left:
        together, size = [left.pop(0)], 0
        size = together[0][1] + 1
        while left and size * (left[0][1] + 1) < _LARGEST:
            together.append(left.pop(0))
            size *= together[-1][1] + 1
        total: Any = 0
        for expression, bound in together:
            total = total * (bound + 1) + expression
        made.model.minimize(total)
        status = solver.solve(made.model)
        if status == cp_model.INFEASIBLE:
            return None
        if status == cp_model.UNKNOWN:
            raise UnusableInputError(f"No plan was found within {seconds:g} s.", mend="Allow more time.")
        if status != cp_model.OPTIMAL:
            proven = False
            value = solver.objective_value
            gap = max(gap, (value - solver.best_objective_bound) / max(1.0, abs(value)))
        if left:
            made.model.add(total <= math.floor(solver.objective_value + 0.5))
    taken = tuple(one for one, literal in made.taken.items() if solver.boolean_value(literal))
    return _Answer(taken, proven, gap)


def _objectives(programme: Programme, learner: PlanFor, made: PlanModel) -> list[tuple[Any, int]]:
    """(what is made least, the most that it can be), the most important first."""
    place = {reference: at for at, reference in enumerate(programme.credentials, start=1)}
    day_at = {day: at for at, day in enumerate(made.days)}
    taken = [(one, literal) for one, literal in made.taken.items()]
    hours = [round(sum(one.hours.values()) * _SCALE) for one, _ in taken]
    unit = math.gcd(*hours) or 1

    def total(weights: list[int]) -> tuple[Any, int]:
        return sum(weight * literal for weight, (_, literal) in zip(weights, taken, strict=True)), sum(weights)

    last = max(day_at.values(), default=0)
    lateness = sum(day_at[day] * literal for day, literal in made.goal_days.items())
    aims = {"hours": [total([one // unit for one in hours])], "earliest": [(lateness, last)]}
    aims["growth"] = _growth(programme, learner, made)
    order = [learner.aim, *(aim for aim in ("hours", "earliest") if aim != learner.aim)]
    found = [objective for aim in order for objective in aims[aim]]
    found.append(total([1 for _ in taken]))
    found.append(total([day_at[one.ends] for one, _ in taken]))
    found.append(total([place[one.credential] for one, _ in taken]))
    return [(expression, bound) for expression, bound in found if bound > 0]


def _growth(programme: Programme, learner: PlanFor, made: PlanModel) -> list[tuple[Any, int]]:
    wanted = sorted(learner.growth - set(_shown(programme, learner, [])))
    literals = [
        made.encoding.any_of(
            literal for one, literal in made.taken.items() if wish in _assessed(programme, one.credential)
        )
        for wish in wanted
    ]
    usable = [one for one in literals if one is not False]
    return [(sum(1 - one for one in usable), len(usable))] if usable else []


def _approvals(programme: Programme, goal: str, learner: PlanFor, planned: list[str]) -> tuple[str, ...]:
    """Roles whose approval is asked for and has not been given."""
    _, stacks = relevant(programme, [goal])
    rules = [programme.stacks[one].rule for one in stacks]
    rules += [rule for one in planned if (rule := programme.credentials[one].requires) is not None]
    asked = {part.approval.role for rule in rules for part in walk(rule) if isinstance(part, Approval)}
    return tuple(sorted(asked - {one.role for one in learner.facts.approvals}))


def _check_requirements(programme: Programme, facts: Facts, today: list[Offering]) -> None:
    for one in today:
        requires = programme.credentials[one.credential].requires
        before = facts.between(datetime.date.min, one.ends - datetime.timedelta(days=1))
        if requires is not None and completed_on(requires, before, on=one.ends) is None:
            raise ValueError(f"These offerings include {one.credential} before what it requires.")


def _earned(programme: Programme, facts: Facts, one: Offering) -> Facts:
    assessment = programme.credentials[one.credential].assessment
    scores = facts.scores
    if assessment is not None:
        scores = (*scores, ScoreReached(one.credential, assessment.pass_score, one.ends))
    hours = tuple(HoursRecorded(activity, time, one.ends) for activity, time in one.activities.items())
    awards = (*facts.awards, programme.award(one.credential, one.ends))
    return replace(facts, awards=awards, scores=scores, hours=(*facts.hours, *hours))
