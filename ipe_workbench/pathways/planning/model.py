"""The CP-SAT model of one learner's plan: which offerings to take, and what that completes on which day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials.facts import Award
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Rule, Score, badges_in, walk
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.pathways.planning.encoding import Chance, Encoding, Literal, Span, negated
from ipe_workbench.pathways.planning.learner import PlanFor
from ipe_workbench.pathways.planning.offerings import Offering

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["Limit", "PlanModel", "build_model", "completing_order", "named", "ran_out", "relevant", "rule_of"]

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """A limit that a model may break: whether it does and, of hours, by how many thousandths."""

    broken: Any
    more: Any = None


@dataclass
class PlanModel:
    """A model and the literals that a plan is read from.

    `taken` says whether an offering is taken; `completed` on which day a stack is completed for the first time, and
    `goal_days` the same of the goal.
    """

    model: cp_model.CpModel
    offerings: tuple[Offering, ...]
    taken: dict[Offering, cp_model.IntVar]
    completed: dict[str, dict[datetime.date, Literal]]
    goal: Literal
    goal_days: dict[datetime.date, Literal]
    days: tuple[datetime.date, ...]
    encoding: Encoding


def relevant(programme: Programme, goals: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Credentials and stacks that can matter for the goals, by what rules and prerequisites name.

    Returns
    -------
    (frozenset of str, frozenset of str)
        Ids of credentials, ids of stacks; the goals among them.
    """
    owner = {one.id: credential.id for credential in programme.credentials.values() for one in credential.activities}
    seen: set[str] = set()
    left = list(goals)
    while left:
        reference = owner.get(name := left.pop(), name)
        if reference in seen or (reference not in programme.credentials and reference not in programme.stacks):
            continue
        seen.add(reference)
        rule = rule_of(programme, reference)
        if rule is not None:
            left += named(rule)
    return frozenset(seen & programme.credentials.keys()), frozenset(seen & programme.stacks.keys())


def rule_of(programme: Programme, reference: str) -> Rule | None:
    """The rule of a stack, or what a credential requires."""
    if reference in programme.stacks:
        return programme.stacks[reference].rule
    if reference not in programme.credentials:
        mend = near_names(reference, (*programme.stacks, *programme.credentials))
        raise UnknownNameError(f"`{reference}` is neither a stack nor a credential.", mend=mend)
    return programme.credentials[reference].requires


def completing_order(programme: Programme, stacks: Iterable[str]) -> list[str]:
    """The stacks so that each stands after those whose badge it asks for."""
    found: dict[str, None] = {}
    wanted = [one for one in programme.stacks if one in set(stacks)]

    def visit(reference: str, above: tuple[str, ...]) -> None:
        if reference in above:
            circle = " > ".join((*above[above.index(reference) :], reference))
            mend = "Remove one of these badges from the rule that asks for it."
            raise UnusableInputError(f"Stacks ask for each other in a circle: {circle}.", mend=mend)
        if reference not in found:
            for part in badges_in(programme.stacks[reference].rule):
                if part in wanted:
                    visit(part, (*above, reference))
            found[reference] = None

    for one in wanted:
        visit(one, ())
    return list(found)


def build_model(
    programme: Programme,
    goal: str,
    learner: PlanFor,
    offerings: tuple[Offering, ...],
    *,
    also: frozenset[str] = frozenset(),
    limits: dict[str, Limit] | None = None,
    ask_all: bool = False,
) -> PlanModel:
    """The model of every plan for a goal.

    Parameters
    ----------
    programme, goal, learner
        As for `plan`.
    offerings : tuple of Offering
        Those that the learner may take.
    also : frozenset of str
        Further credentials to choose from, which the goal does not ask for.
    limits : dict, optional
        Where it is given, limits may be broken: it is filled with each limit by its name, which is ``requires
        CREDENTIAL``, ``hours TERM`` or ``offered CREDENTIAL``.
    ask_all : bool
        With `limits`: a plan may ask for an offering of every credential, not only of those that have none left.

    Notes
    -----
    The learner passes at the first attempt and gets the pass score, no more. A badge that is held and does not expire
    is not earned again.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    credentials, stacks = relevant(programme, [goal, *also])
    chosen = tuple(one for one in offerings if one.credential in credentials and _may_take(programme, learner, one))
    if limits is not None:
        offered = frozenset() if ask_all else {one.credential for one in chosen}
        chosen = (*chosen, *_asked(programme, learner, credentials - offered))
    facts = learner.facts
    dates = {one.ends for one in chosen} | set(facts.dates()) | {learner.from_day}
    days = tuple(sorted(dates))
    encoding = Encoding(model, facts, days, learner.from_day)
    taken = {one: model.new_bool_var(one.id) for one in chosen}
    for one, literal in taken.items():
        award = programme.award(one.credential, one.ends)
        encoding.give(award, literal)
        assessment = programme.credentials[one.credential].assessment
        if assessment is not None:
            chance = Chance(one.ends, literal, score=assessment.pass_score)
            encoding.scores.setdefault(one.credential, []).append(chance)
        for activity, hours in one.activities.items():
            encoding.attended.setdefault(activity, []).append(Chance(one.ends, literal, hours=hours))
    _earn_once(programme, encoding, taken)
    completed = {
        one: _completions(programme, encoding, one, learner.from_day) for one in completing_order(programme, stacks)
    }
    _limit(programme, learner, encoding, taken, limits)
    if goal in programme.stacks:
        goal_days = completed[goal]
    else:
        goal_days = {}
        for one, literal in taken.items():
            if one.credential == goal:
                goal_days[one.ends] = encoding.any_of([goal_days.get(one.ends, False), literal])
    reached = encoding.any_of(goal_days.values())
    return PlanModel(model, chosen, taken, completed, reached, goal_days, days, encoding)


def named(rule: Rule) -> tuple[str, ...]:
    """Everything that a rule names: badges, activities and assessments."""
    return (*badges_in(rule), *(part.score.assessment for part in walk(rule) if isinstance(part, Score)))


def ran_out(award: Award, day: datetime.date) -> bool:
    """Whether an award no longer counts on a day."""
    return award.expires is not None and award.expires < day


def _may_take(programme: Programme, learner: PlanFor, one: Offering) -> bool:
    profession = learner.facts.profession
    if profession is not None and not programme.may_earn(one.credential, profession):
        return False
    if one.is_among(learner.closed):
        return False
    held = [award for award in learner.facts.awards if award.badge == one.credential and award.on <= one.ends]
    return all(award.expires is not None and award.expires < one.ends for award in held)


def _asked(programme: Programme, learner: PlanFor, credentials: frozenset[str]) -> tuple[Offering, ...]:
    """What a plan may ask for: an offering of each credential at the end of each term."""
    held = {award.badge for award in learner.facts.awards if award.expires is None}
    return tuple(
        Offering(
            reference, term.id, term.start, term.end, {term.id: programme.credentials[reference].hours}, asked=True
        )
        for term in programme.info.terms
        for reference in programme.credentials
        if reference in credentials - held and learner.from_day <= term.end <= learner.until
    )


def _earn_once(programme: Programme, encoding: Encoding, taken: dict[Offering, Any]) -> None:
    """A badge is earned again only when it has expired."""
    by_credential: dict[str, list[Offering]] = {}
    for one in taken:
        by_credential.setdefault(one.credential, []).append(one)
    for reference, chances in by_credential.items():
        for at, one in enumerate(chances):
            expires = programme.award(reference, one.ends).expires
            for other in chances[at + 1 :]:
                if expires is None or other.ends <= expires:
                    encoding.model.add_at_most_one(taken[one], taken[other])


def _completions(
    programme: Programme, encoding: Encoding, stack: str, from_day: datetime.date
) -> dict[datetime.date, Literal]:
    """For each day whether the stack is completed then for the first time; its badge is given on that day."""
    held = [award for award in encoding.facts.awards if award.badge == stack and not ran_out(award, from_day)]
    found: dict[datetime.date, Literal] = {}
    if held:
        return {max(from_day, min(award.on for award in held)): True}
    before: Literal = False
    for day in (one for one in encoding.days if one >= from_day):
        done = encoding.satisfied(programme.stacks[stack].rule, Span(datetime.date.min, day, day))
        first = encoding.all_of([done, negated(before)])
        if first is not False:
            found[day] = first
        before = encoding.any_of([before, done])
        if before is True:
            break
    for day, first in found.items():
        encoding.give(programme.award(stack, day), first)
    return found


def _limit(
    programme: Programme,
    learner: PlanFor,
    encoding: Encoding,
    taken: dict[Offering, Any],
    limits: dict[str, Limit] | None,
) -> None:
    """Prerequisites, hours in a term and, where limits may be broken, offerings that there are not."""
    model = encoding.model

    def broken(name: str) -> Any:
        if limits is None:
            return False
        return limits.setdefault(name, Limit(model.new_bool_var(name))).broken

    for one, literal in taken.items():
        requires = programme.credentials[one.credential].requires
        if requires is not None:
            met = encoding.satisfied(requires, Span(datetime.date.min, one.ends - _DAY, one.ends))
            if met is not True:
                waived = broken(f"requires {one.credential}")
                model.add_bool_or([~literal, *(part for part in (met, waived) if part is not False)])
        if one.asked:
            model.add_implication(literal, broken(f"offered {one.credential}"))
    for term, most in learner.hours_per_term.items():
        hours = [(round(one.hours[term] * 1000), literal) for one, literal in taken.items() if one.hours.get(term)]
        if not hours:
            continue
        total = sum(count * literal for count, literal in hours)
        if limits is None:
            model.add(total <= round(most * 1000))
        else:
            bound = sum(count for count, _ in hours)
            more = model.new_int_var(0, bound, "")
            model.add(total <= round(most * 1000) + more)
            model.add(more <= bound * broken(f"hours {term}"))
            limits[f"hours {term}"] = Limit(broken(f"hours {term}"), more)
