"""Why there is no plan: the smallest set of limits that rules every plan out, and the cheapest way out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ipe_workbench.credentials.evaluate import missing
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import AllOf, InOrder, Rule, Within, describe
from ipe_workbench.pathways.planning.learner import PlanFor
from ipe_workbench.pathways.planning.model import Limit, PlanModel, build_model
from ipe_workbench.pathways.planning.offerings import Offering

__all__ = ["COSTS", "Impossible", "why_impossible"]

#: What it costs to break a limit, in hours: an hour more in a term is one hour; an offering more, or a prerequisite
#: waived, is as bad as so many. Our own figures, to be stated with each answer.
COSTS = {"hours": 1, "offered": 20, "requires": 40}
#: How much the solver may do for one question, in its own measure of time, which is the same on every machine.
_EFFORT = 4.0
#: So many parts are said of what nobody can complete, and so many characters of each.
_MOST_SAID, _LONGEST = 8, 160


@dataclass(frozen=True)
class Impossible:
    """Why no plan completes the goal.

    Parameters
    ----------
    reasons : tuple of str
        Sentences; together they rule out every plan, whatever the other limits are, and none of them can be left out.
    relaxation : tuple of str
        The cheapest set of changes that makes a plan possible, as sentences; empty when none of those considered does.
    cost : float
        What the relaxation costs, in hours or what is as bad (`COSTS`).
    completed_on : date or None
        When the goal is complete then.
    """

    reasons: tuple[str, ...]
    relaxation: tuple[str, ...] = ()
    cost: float = 0.0
    completed_on: datetime.date | None = None

    def to_dict(self) -> dict[str, Any]:
        """The reason as plain JSON."""
        on = self.completed_on.isoformat() if self.completed_on else None
        return {
            "reasons": list(self.reasons),
            "relaxation": list(self.relaxation),
            "cost": self.cost,
            "completed_on": on,
        }


def why_impossible(programme: Programme, goal: str, learner: PlanFor, offerings: tuple[Offering, ...]) -> Impossible:
    """The smallest reason why a goal cannot be completed, and the cheapest relaxation.

    Notes
    -----
    The reason is found by deletion: a limit that can be lifted while a plan stays impossible is no part of it. A set
    from which nothing more can be left out remains; there may be others.
    """
    return (
        _explained(programme, goal, learner, offerings, ask_all=False)
        or _explained(programme, goal, learner, offerings, ask_all=True)
        or _never(programme, goal, learner, offerings)
    )


def _explained(
    programme: Programme, goal: str, learner: PlanFor, offerings: tuple[Offering, ...], *, ask_all: bool
) -> Impossible | None:
    """The reason among the limits that may be broken; ``None`` when breaking all of them does not help."""
    from ortools.sat.python import cp_model

    limits: dict[str, Limit] = {}
    made = build_model(programme, goal, learner, offerings, limits=limits, ask_all=ask_all)
    if made.goal is False:
        return None
    made.model.add_bool_or([made.goal])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = _EFFORT

    cost = sum(_cost(name, limit) for name, limit in limits.items())
    lateness = sum(place * made.goal_days[day] for place, day in enumerate(sorted(made.goal_days)))
    made.model.minimize(cost * len(made.goal_days) + lateness)
    status = solver.solve(made.model)
    if status == cp_model.INFEASIBLE:
        return None
    way_out = Impossible(())
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        way_out = _way_out(programme, made, limits, solver, solver.value(cost) / 1000)
    made.model.clear_objective()  # type: ignore[no-untyped-call]

    def possible(kept: Iterable[str]) -> bool:
        made.model.clear_assumptions()
        made.model.add_assumptions([~limits[name].broken for name in kept])
        # What is undecided is kept as a reason: the set is then right, if not the smallest.
        return solver.solve(made.model) != cp_model.INFEASIBLE

    core = list(limits)
    if not possible(core):
        # The solver names limits that suffice; only among them is the smallest reason looked for.
        named = set(solver.sufficient_assumptions_for_infeasibility())
        core = [name for name in core if (~limits[name].broken).index in named] or core
    for name in list(core):
        without = [one for one in core if one != name]
        if not possible(without):
            core = without
    return replace(way_out, reasons=tuple(_reason(programme, learner, offerings, name) for name in core))


def _way_out(programme: Programme, made: PlanModel, limits: dict[str, Limit], solver: Any, cost: float) -> Impossible:
    """The cheapest relaxation, as the solver found it."""
    broken = {
        name: solver.value(limit.more) / 1000 if limit.more is not None else 0.0
        for name, limit in limits.items()
        if solver.boolean_value(limit.broken) and (limit.more is None or solver.value(limit.more))
    }
    done = next(
        (day for day, one in made.goal_days.items() if one is True or (one is not False and solver.boolean_value(one))),
        None,
    )
    terms = {
        one.credential: one.term for one, literal in made.taken.items() if one.asked and solver.boolean_value(literal)
    }
    relaxation = tuple(_relaxed(programme, name, more, terms) for name, more in broken.items())
    return Impossible((), relaxation, cost, done)


def _never(programme: Programme, goal: str, learner: PlanFor, offerings: tuple[Offering, ...]) -> Impossible:
    """No change of limits helps: what is still to do, a sentence for each part."""
    rule = programme.stacks[goal].rule if goal in programme.stacks else programme.credentials[goal].requires
    why = "No choice of what is offered in the terms that are left completes it."
    if not offerings:
        ends = "" if learner.until == datetime.date.max else f" and ends by {learner.until}"
        why = f"Nothing that this learner can take begins on {learner.from_day} or later{ends}."
    if rule is None:
        return Impossible((why,))
    day = max((learner.from_day, *learner.facts.dates()))
    parts = [part for one in missing(rule, learner.facts, on=day) for part in _parts(one.rule)]
    said = [f"Still to do: {_short(describe(part, programme.title))}" for part in parts]
    more = [f"And {len(said) - _MOST_SAID} more parts."] if len(said) > _MOST_SAID else []
    return Impossible((why, *said[:_MOST_SAID], *more))


def _parts(rule: Rule) -> tuple[Rule, ...]:
    """What a rule asks for, one by one."""
    match rule:
        case Within():
            return _parts(rule.within.rule)
        case AllOf(all=parts) | InOrder(in_order=parts):
            return tuple(inner for part in parts for inner in _parts(part))
        case _:
            return (rule,)


def _short(text: str) -> str:
    """The text as the end of a sentence, cut between two words where it is longer than people read."""
    return f"{text}." if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0].rstrip(',;')} ..."


def _cost(name: str, limit: Limit) -> Any:
    kind = name.split()[0]
    return COSTS[kind] * (limit.more if limit.more is not None else 1000 * limit.broken)


def _reason(programme: Programme, learner: PlanFor, offerings: tuple[Offering, ...], name: str) -> str:
    kind, _, reference = name.partition(" ")
    if kind == "hours":
        return f"No more than {learner.hours_per_term[reference]:g} hours fit into {programme.term(reference).title}."
    title = programme.credentials[reference].title
    if kind == "requires":
        requires = programme.credentials[reference].requires
        said = describe(requires, programme.title) if requires is not None else ""
        return f"{title} requires {said}."
    profession = learner.facts.profession
    if profession is not None and not programme.may_earn(reference, profession):
        return f"{title} is not open to {programme.profession(profession).title}."
    if any(one.split("@")[0] == reference for one in learner.closed):
        return f"{title} is closed to this learner."
    days = [one.ends for one in offerings if one.credential == reference]
    if not days:
        return f"{title} is not offered any more."
    listed = ", ".join(sorted(day.isoformat() for day in days))
    return f"{title} is offered only to end on {listed}."


def _relaxed(programme: Programme, name: str, more: float, terms: dict[str, str]) -> str:
    kind, _, reference = name.partition(" ")
    if kind == "hours":
        return f"{more:g} {'hour' if more == 1 else 'hours'} more in {programme.term(reference).title}."
    title = programme.credentials[reference].title
    if kind == "requires":
        return f"{title} without what it requires."
    term = terms.get(reference)
    return f"{title} offered in {programme.term(term).title}." if term else f"{title} offered once more."
