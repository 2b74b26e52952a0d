"""Counting arguments: why rules cannot hold together, in sentences that a person checks without a computer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ipe_workbench.pathways.teams.problem import Problem
from ipe_workbench.pathways.teams.rules import Wish
from ipe_workbench.phrases import listed

__all__ = ["reasons"]


def reasons(problem: Problem, blamed: Sequence[str]) -> tuple[str, ...]:
    """What counting alone shows, for the rules that are to blame; a general sentence when it shows nothing."""
    rules = {"wish" if rule.startswith("wish-") else rule for rule in blamed}
    found = [
        sentence
        for needed, argument in _ARGUMENTS
        if needed <= rules
        for sentence in argument(problem)
    ]  # fmt: skip
    if found:
        return tuple(dict.fromkeys(found))[:6]
    if not blamed:
        return ("No slot is open in which all these learners could meet.",)
    return ("No single count shows it: an integer program proved that these rules leave no teams together.",)


def _team_numbers(problem: Problem) -> range:
    """How many teams there can be, by the sizes alone."""
    n = problem.learners
    if problem.rules.teams is not None and "teams" not in problem.dropped:
        return range(problem.rules.teams, problem.rules.teams + 1)
    if "sizes" in problem.dropped:
        return range(1, n + 1)
    return range(-(-n // problem.rules.max_size), n // problem.rules.min_size + 1)


def _sizes(problem: Problem) -> Iterator[str]:
    n, low, high = problem.learners, problem.rules.min_size, problem.rules.max_size
    least, most = -(-n // high), n // low
    asked = problem.rules.teams if "teams" not in problem.dropped else None
    if n < low:
        yield f"{_learners(n)} {'is' if n == 1 else 'are'} fewer than the smallest team, of {low}."
    elif least > most:
        yield (
            f"{n} learners cannot be divided into teams of {low} to {high}: {_teams(most)} would hold at most "
            f"{most * high}, {_teams(most + 1)} need at least {(most + 1) * low}."
        )
    elif asked is not None and not least <= asked <= most:
        yield f"{n} learners in teams of {low} to {high} make {least} to {most} teams, not {asked}."


def _wishes(problem: Problem) -> Iterator[str]:
    numbers = _team_numbers(problem)
    if not numbers:
        return
    for at, wish in enumerate(problem.rules.wishes):
        if f"wish-{at}" in problem.dropped:
            continue
        have = sum(one.profession in wish.professions for one in problem.roster.learners)
        if wish.kind == "at-least":
            yield from _too_few(problem, wish, have, numbers)
        elif have > wish.count * numbers[-1]:
            yield (
                f"There are {have} learners of {' or '.join(wish.professions)}; with at most {wish.count} in each of at"
                f" most {numbers[-1]} teams only {wish.count * numbers[-1]} of them find a place."
            )


def _too_few(problem: Problem, wish: Wish, have: int, numbers: range) -> Iterator[str]:
    need = numbers[0] if wish.teams is None else wish.teams
    reach = have // max(1, wish.count)
    kind = " or ".join(wish.professions)
    if wish.teams is not None and wish.teams > numbers[-1]:
        yield f"There are at most {numbers[-1]} teams, so the wish cannot hold in {wish.teams}."
    if wish.count and reach < need:
        usual = problem.rules.wanted_teams(problem.learners)
        least = f"at least {need} teams ({usual} of the usual size)" if wish.teams is None else f"{need} teams"
        each = "one" if wish.count == 1 else f"{wish.count}"
        goal = max(need, usual) if wish.teams is None else need
        yield (
            f"{have} {kind} learner{'' if have == 1 else 's'} cannot be in {goal} teams: "
            f"{_learners(problem.learners)} make {least}, and with {each} in each, {have} reach {reach} at most."
        )
    if wish.count > problem.rules.max_size:
        yield f"No team has {wish.count} learners."


def _makeup(problem: Problem) -> Iterator[str]:
    numbers = _team_numbers(problem)
    heads = Counter(one.profession for one in problem.roster.learners)
    least = problem.rules.min_professions
    if "min-professions" not in problem.dropped:
        if len(heads) < least:
            kinds = "profession" if len(heads) == 1 else "professions"
            yield f"The roster has {len(heads)} {kinds} ({', '.join(heads)}); each team needs {least}."
        elif numbers and all(sum(min(n, t) for n in heads.values()) < least * t for t in numbers):
            t = numbers[0]
            places = sum(min(n, t) for n in heads.values())
            yield (
                f"{t} teams need {least * t} places of different professions; a profession fills one in each team at "
                f"most, so these learners fill {places}."
            )
        if problem.rules.max_size < least:
            yield f"A team of {problem.rules.max_size} cannot have {least} professions."
    if "max-share" not in problem.dropped:
        if "sizes" not in problem.dropped and all(problem.cap(size) == 0 for size in problem.sizes):
            yield f"{problem.rules.max_share:.0%} of a team of {problem.rules.max_size} is less than one learner."
        name, most = heads.most_common(1)[0]
        n = problem.learners
        if most > problem.rules.max_share * n:
            yield (
                f"{most} of {n} learners ({most / n:.0%}) are of {name}; at most {problem.rules.max_share:.0%} of every"
                f" team may be."
            )


def _times(problem: Problem) -> Iterator[str]:
    free = "availability" in problem.dropped
    slots = problem.timetable.slots
    for learner in problem.roster.learners:
        if not free and not any(learner.can_meet(slot.id) for slot in slots):
            yield f"{learner.id} is available in no slot that is open."
    if "rooms" not in problem.dropped and all(slot.rooms is not None for slot in slots):
        rooms = sum(len(slot.rooms or ()) for slot in slots)
        if rooms * problem.rules.max_size < problem.learners and "sizes" not in problem.dropped:
            yield (
                f"{_rooms(rooms)} with teams of at most {problem.rules.max_size} hold {rooms * problem.rules.max_size} "
                f"of {problem.learners} learners."
            )
    if free or "sizes" in problem.dropped:
        return
    for slot in slots:
        able = [one for one in problem.roster.learners if one.can_meet(slot.id)]
        bound = [one for one in able if sum(one.can_meet(other.id) for other in slots) == 1]
        if bound and len(able) < problem.rules.min_size:
            yield (
                f"{_learners(len(bound))} can come in {slot.id} only ({bound[0].id} among them), {len(able)} in all;"
                f" a team needs {problem.rules.min_size}."
            )
        if slot.rooms is not None and "rooms" not in problem.dropped:
            places = len(slot.rooms) * problem.rules.max_size
            if len(bound) > places:
                named = _rooms(len(slot.rooms))
                yield f"{_learners(len(bound))} can come in {slot.id} only; its {named} hold {places}."


def _together(problem: Problem) -> Iterator[str]:
    people, slots = problem.roster.learners, problem.timetable.slots
    for unit in problem.units:
        if unit.size == 1:
            continue
        names = listed((people[one].id for one in unit.members), 4)
        if unit.size > problem.rules.max_size and "sizes" not in problem.dropped:
            yield f"{unit.size} learners to be kept together ({names}) are more than a team holds."
        kind, most = Counter(people[one].profession for one in unit.members).most_common(1)[0]
        cap = max(map(problem.cap, problem.sizes))
        if "max-share" not in problem.dropped and most > cap:
            yield f"{most} of those kept together ({names}) are of {kind}; a team may have {cap}."
        if "availability" not in problem.dropped and not unit.slots and slots:
            yield f"Those kept together ({names}) have no slot in common."
    for group in problem.parted:
        seen: dict[int, int] = {}
        for one in group:
            other = seen.setdefault(problem.unit_of[one], one)
            if other != one:
                how = (
                    "were in one team last term"
                    if group in problem.old and group not in problem.apart
                    else "are to be apart"
                )
                yield f"{people[other].id} and {people[one].id} are to be kept together, but {how}."


def _apart(problem: Problem) -> Iterator[str]:
    numbers = _team_numbers(problem)
    for group in problem.parted:
        if numbers and len(group) > numbers[-1]:
            who = "of one team last term" if group in problem.old and group not in problem.apart else "to be kept apart"
            yield f"{len(group)} learners {who} need as many teams; there are at most {numbers[-1]}."


def _learners(count: int) -> str:
    return f"{count} learner" + ("" if count == 1 else "s")


def _teams(count: int) -> str:
    return f"{count} team" + ("" if count == 1 else "s")


def _rooms(count: int) -> str:
    return f"{count} room" + ("" if count == 1 else "s")


_ARGUMENTS: tuple[tuple[frozenset[str], Callable[[Problem], Iterator[str]]], ...] = (
    (frozenset({"sizes"}), _sizes),
    (frozenset({"wish"}), _wishes),
    (frozenset({"min-professions"}), _makeup),
    (frozenset({"max-share"}), _makeup),
    (frozenset({"availability"}), _times),
    (frozenset({"rooms"}), _times),
    (frozenset({"together"}), _together),
    (frozenset({"apart"}), _apart),
    (frozenset({"repeats"}), _apart),
)
