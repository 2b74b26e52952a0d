"""Why something cannot be earned: the smallest set of requirements and circumstances that cannot hold together.

Source: U. Junker (2004), QuickXplain: preferred explanations and relaxations for over-constrained problems, AAAI-04.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ipe_workbench.credentials.checks.requirements import asked_by, attainable, end_of
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import (
    AllOf,
    InOrder,
    PerProfession,
    Rule,
    Within,
    describe,
)
from ipe_workbench.documents import Step

__all__ = ["conflict"]


@dataclass(frozen=True)
class _Demand:
    """One thing that stands in the way: a part of a rule, or a circumstance of a credential."""

    words: str
    owner: str
    what: str
    steps: tuple[Step, ...] = ()


def conflict(programme: Programme, reference: str, profession: str) -> tuple[str, ...]:
    """The smallest set of demands that keeps learners of a profession from a credential or stack.

    Without any one of them the others could be met within the calendar.

    Parameters
    ----------
    programme : Programme
        The design.
    reference : str
        Id of a credential or stack that learners of the profession cannot earn.
    profession : str
        Id of the profession.

    Returns
    -------
    tuple of str
        A phrase each, such as ``"`Rounds` is only for nursing"``; empty when it can be earned after all.

    Notes
    -----
    About ``k log(n / k) + k`` walks through the calendar (`attainable`) for ``k`` of ``n`` demands.
    """
    depths = _depths(programme, reference)
    for depth in _growing(max(depths.values())):
        # What lies deeper is taken to be free of demands; it is looked at only when that does not explain enough.
        known = _only(programme, [one for one, far in depths.items() if far <= depth + 1])
        demands = list(_demands(programme, known, reference, profession))
        near = [one for one in demands if depths[one.owner] <= depth]
        core = _core(known, demands, near, reference, profession)
        if core:
            return tuple(one.words for one in core)
    return ()


def _core(
    known: Programme, demands: list[_Demand], near: list[_Demand], reference: str, profession: str
) -> list[_Demand]:
    """A smallest set among the near demands that is impossible; empty when all of them together are possible."""

    def possible(kept: Sequence[_Demand]) -> bool:
        held = set(kept)
        return reference in attainable(_without(known, [one for one in demands if one not in held]), profession)

    return [] if possible(near) else _smallest([], near, possible, tested=False)


def _growing(deepest: int) -> Iterator[int]:
    """0, 1, 2, 4, 8 and so on, and the deepest."""
    depth = 0
    while depth < deepest:
        yield depth
        depth = max(1, 2 * depth)
    yield deepest


def _smallest(
    held: list[_Demand], demands: list[_Demand], possible: Callable[[list[_Demand]], bool], *, tested: bool
) -> list[_Demand]:
    """QuickXplain: a smallest set among the demands that is impossible together with those held."""
    if tested and not possible(held):
        return []
    if len(demands) == 1:
        return demands
    half = len(demands) // 2
    first, second = demands[:half], demands[half:]
    of_second = _smallest([*held, *first], second, possible, tested=bool(first))
    of_first = _smallest([*held, *of_second], first, possible, tested=bool(of_second))
    return [*of_first, *of_second]


def _depths(programme: Programme, reference: str) -> dict[str, int]:
    """All that a credential or stack can depend on, with the number of steps from it."""
    owners = {activity.id: one.id for one in programme.credentials.values() for activity in one.activities}
    depths = {reference: 0}
    waiting = deque([reference])
    while waiting:
        one = waiting.popleft()
        rule = _rule_of(programme, one)
        asked = asked_by(rule) if rule is not None else ()
        for wanted in (*asked, *(owners[name] for name in asked if name in owners)):
            if wanted not in depths:
                depths[wanted] = depths[one] + 1
                waiting.append(wanted)
    return depths


def _only(programme: Programme, references: Collection[str]) -> Programme:
    wanted = set(references)
    return replace(
        programme,
        credentials={key: one for key, one in programme.credentials.items() if key in wanted},
        stacks={key: one for key, one in programme.stacks.items() if key in wanted},
    )


def _rule_of(programme: Programme, reference: str) -> Rule | None:
    if reference in programme.credentials:
        return programme.credentials[reference].requires
    return programme.stacks[reference].rule if reference in programme.stacks else None


def _demands(whole: Programme, known: Programme, reference: str, profession: str) -> Iterator[_Demand]:
    """Circumstances first and the rule asked about last: what is named last is kept with preference."""
    first = whole.info.terms[0].start
    for one in known.credentials.values():
        title = f"`{one.title}`"
        if one.professions and profession not in one.professions:
            yield _Demand(f"{title} is only for {', '.join(one.professions)}", one.id, "professions")
        if one.status == "retired":
            yield _Demand(f"{title} is retired", one.id, "status")
        if one.validity_months is not None:
            yield _Demand(f"{title} expires after {_months(one.validity_months)}", one.id, "validity_months")
        if (end := end_of(whole, one)) > first:
            yield _Demand(f"the activities of {title} end on {end.isoformat()}", one.id, "activities")
    for named in (*known.credentials, *known.stacks):
        rule = _rule_of(known, named)
        if named != reference and rule is not None:
            yield from _parts(whole, named, rule, profession, ())
    own = _rule_of(known, reference)
    if own is not None:
        yield from _parts(whole, reference, own, profession, ())


def _parts(programme: Programme, owner: str, rule: Rule, profession: str, steps: tuple[Step, ...]) -> Iterator[_Demand]:
    """The parts of a rule that must all be met, in words; each can be taken away by itself."""
    who = f"`{programme.title(owner)}` asks for"
    match rule:
        case AllOf(all=parts):
            for index, part in enumerate(parts):
                yield from _parts(programme, owner, part, profession, (*steps, index))
        case InOrder(in_order=parts):
            for index, part in enumerate(parts):
                yield from _parts(programme, owner, part, profession, (*steps, index))
            yield _Demand(f"{who} them in that order", owner, "order", steps)
        case Within():
            yield from _parts(programme, owner, rule.within.rule, profession, (*steps, 0))
            yield _Demand(f"{who} them within {_months(rule.within.months)}", owner, "window", steps)
        case PerProfession():
            branch = profession if profession in rule.per_profession else "default"
            if branch in rule.per_profession:
                yield from _parts(programme, owner, rule.per_profession[branch], profession, (*steps, branch))
            else:
                yield _Demand(f"`{programme.title(owner)}` has no branch for {profession}", owner, "part", steps)
        case _:
            yield _Demand(f"{who} {describe(rule, programme.title)}", owner, "part", steps)


def _months(number: int) -> str:
    return "1 month" if number == 1 else f"{number} months"


def _without(programme: Programme, gone: Sequence[_Demand]) -> Programme:
    """The programme without these demands."""
    credentials, stacks = dict(programme.credentials), dict(programme.stacks)
    by_owner: dict[str, list[_Demand]] = {}
    for one in gone:
        by_owner.setdefault(one.owner, []).append(one)
    for owner, demands in by_owner.items():
        loosened = {(one.what, one.steps) for one in demands}
        if owner in credentials:
            credentials[owner] = _loosened(programme, credentials[owner], loosened)
        elif owner in stacks:
            stacks[owner] = stacks[owner].model_copy(update={"rule": _relaxed(stacks[owner].rule, loosened, ())})
    return replace(programme, credentials=credentials, stacks=stacks)


def _loosened(
    programme: Programme, credential: MicroCredential, gone: set[tuple[str, tuple[Step, ...]]]
) -> MicroCredential:
    update: dict[str, object] = {}
    circumstances = {what for what, _ in gone}
    if "professions" in circumstances:
        update["professions"] = ()
    if "status" in circumstances:
        update["status"] = "active"
    if "validity_months" in circumstances:
        update["validity_months"] = None
    if "activities" in circumstances:
        soonest = {"term": programme.info.terms[0].id, "weeks": (1,)}
        update["activities"] = tuple(one.model_copy(update=soonest) for one in credential.activities)
    if credential.requires is not None:
        update["requires"] = _relaxed(credential.requires, gone, ())
    return credential.model_copy(update=update)


def _relaxed(rule: Rule, gone: set[tuple[str, tuple[Step, ...]]], steps: tuple[Step, ...]) -> Rule:
    """The rule without the parts that are gone."""
    if ("part", steps) in gone:
        return AllOf(all=())
    match rule:
        case AllOf(all=parts):
            return AllOf(all=tuple(_relaxed(part, gone, (*steps, index)) for index, part in enumerate(parts)))
        case InOrder(in_order=parts):
            left = tuple(_relaxed(part, gone, (*steps, index)) for index, part in enumerate(parts))
            return AllOf(all=left) if ("order", steps) in gone else InOrder(in_order=left)
        case Within():
            inner = _relaxed(rule.within.rule, gone, (*steps, 0))
            window = rule.within.model_copy(update={"rule": inner})
            return inner if ("window", steps) in gone else Within(within=window)
        case PerProfession():
            branches = {name: _relaxed(part, gone, (*steps, name)) for name, part in rule.per_profession.items()}
            return PerProfession(per_profession=branches)
        case _:
            return rule
