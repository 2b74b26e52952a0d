"""A roster, rules and a timetable as whole numbers: units that stay together, points to balance, groups to part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from math import floor, gcd, log10

from ipe_workbench.pathways.teams.roster import Roster
from ipe_workbench.pathways.teams.rules import FormingRules, Slot, Timetable

__all__ = ["Problem", "Unit", "problem_of"]

#: How many steps the range of all scores has when teams are balanced; a finer difference says nothing about a person.
_STEPS = 100


@dataclass(frozen=True)
class Unit:
    """Learners (by number) who are placed as one: most often one learner, else those who are kept together."""

    members: tuple[int, ...]
    professions: tuple[int, ...]
    slots: tuple[int, ...]
    points: int

    @property
    def size(self) -> int:
        """How many learners."""
        return len(self.members)


@dataclass(frozen=True)
class Problem:
    """What the solvers work on. Learners, professions and slots are numbers, in the order of roster and timetable.

    `profession` and `points` are by learner; `step` is what one point is on the scale of the scores, 0 without scores.
    `apart` and `old` are groups of learners: to be parted, and in one team last term. `dropped` names the rules that
    are left out (`Problem.rule_names`), to find out which of them stand in the way.
    """

    roster: Roster
    rules: FormingRules
    timetable: Timetable
    professions: tuple[str, ...]
    profession: tuple[int, ...]
    points: tuple[int, ...]
    step: float
    units: tuple[Unit, ...]
    apart: tuple[tuple[int, ...], ...]
    old: tuple[tuple[int, ...], ...]
    dropped: frozenset[str] = frozenset()

    @property
    def learners(self) -> int:
        """How many learners."""
        return len(self.profession)

    @property
    def total(self) -> int:
        """The points of all learners."""
        return sum(self.points)

    @cached_property
    def unit_of(self) -> tuple[int, ...]:
        """The unit of each learner."""
        found = {member: number for number, unit in enumerate(self.units) for member in unit.members}
        return tuple(found[learner] for learner in range(self.learners))

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The sizes that a team may have."""
        if "sizes" in self.dropped:
            small = range(1, 3 * self.rules.max_size + 1)
            # Of the larger sizes some are enough: the small ones fill up what is left over.
            large = {round(small[-1] * 1.1**power) for power in range(1, 80)}
            return (*small, *sorted(size for size in large if small[-1] < size <= self.learners))
        return tuple(range(self.rules.min_size, self.rules.max_size + 1))

    @property
    def min_professions(self) -> int:
        """Professions in a team, at least."""
        return 1 if "min-professions" in self.dropped else self.rules.min_professions

    def cap(self, size: int) -> int:
        """The most learners of one profession in a team of that size."""
        return size if "max-share" in self.dropped else self.rules.cap(size)

    @property
    def forbids_repeats(self) -> bool:
        """Whether last term's team-mates must not meet again."""
        return self.rules.repeats == "forbid" and "repeats" not in self.dropped

    @cached_property
    def parted(self) -> tuple[tuple[int, ...], ...]:
        """All groups of which no two learners may be in one team."""
        apart = () if "apart" in self.dropped else self.apart
        return (*apart, *(self.old if self.forbids_repeats else ()))

    @cached_property
    def counted(self) -> tuple[tuple[int, ...], ...]:
        """Last term's teams where a repeat is to be avoided but allowed."""
        return self.old if self.rules.repeats == "minimise" else ()

    def rooms_for(self, slot: int, size: int) -> int | None:
        """How many teams of at least that size can meet in the slot; ``None`` for any number."""
        return None if "rooms" in self.dropped else self.timetable.slots[slot].rooms_for(size)

    @property
    def rule_names(self) -> tuple[str, ...]:
        """The rules that bind here, as `dropped` names them."""
        rules = self.rules
        names = ["sizes"]
        names += ["teams"] * (rules.teams is not None)
        names += ["min-professions"] * (rules.min_professions > 1)
        names += ["max-share"] * (rules.max_share < 1)
        names += ["availability"] * any(one.slots is not None for one in self.roster.learners)
        names += ["rooms"] * any(slot.rooms is not None for slot in self.timetable.slots)
        names += ["together"] * any(one.together for one in self.roster.learners)
        names += ["apart"] * bool(self.apart)
        names += ["repeats"] * (rules.repeats == "forbid" and bool(self.old))
        return (*names, *(f"wish-{number}" for number in range(len(rules.wishes))))

    @property
    def anywhere(self) -> Problem:
        """The problem without times and rooms."""
        return self.without(self.dropped | {"availability", "rooms"})

    def without(self, dropped: Iterable[str]) -> Problem:
        """The problem without these rules; with one slot when neither learners nor rooms tell slots apart."""
        gone = frozenset(dropped)
        found = problem_of(self.roster, self.rules, self.timetable, gone)
        if self.timetable.slots and not {"availability", "rooms"} & set(found.rule_names) - gone:
            return problem_of(self.roster, self.rules, Timetable((Slot(""),)), gone | {"availability"})
        return found


def problem_of(
    roster: Roster, rules: FormingRules, timetable: Timetable, dropped: frozenset[str] = frozenset()
) -> Problem:
    """Compile a roster; linear in the number of learners, but for the labels that they share."""
    people = roster.learners
    professions = tuple(dict.fromkeys(one.profession for one in people))
    number = {name: at for at, name in enumerate(professions)}
    points, step = _points([one.score for one in people])
    apart = _shared(one.apart for one in people)
    teams = [roster.previous.get(one.id) for one in people]
    old = _shared(() if team is None else (team,) for team in teams)
    slots = range(len(timetable.slots))
    ids = [slot.id for slot in timetable.slots]
    free = "availability" in dropped
    units = []
    for members in _together([() if "together" in dropped else one.together for one in people]):
        open_slots = tuple(s for s in slots if free or all(people[m].can_meet(ids[s]) for m in members))
        kinds = tuple(sorted(number[people[m].profession] for m in members))
        units.append(Unit(members, kinds, open_slots, sum(points[m] for m in members)))
    return Problem(
        roster, rules, timetable, professions, tuple(number[one.profession] for one in people), points, step,
        tuple(units), apart, old, dropped,
    )  # fmt: skip


def _points(scores: Sequence[float | None]) -> tuple[tuple[int, ...], float]:
    """Scores as whole points around their mean, and what a point is worth; who has no score counts as average."""
    known = [score for score in scores if score is not None]
    if not known or max(known) == min(known):
        return (0,) * len(scores), 0.0
    low, width = min(known), max(known) - min(known)
    whole = all(score == int(score) for score in known) and width <= 4 * _STEPS
    step = 1.0 if whole else _round_step(width / _STEPS)
    mean = sum(known) / len(known)
    points = [round(((mean if score is None else score) - low) / step) for score in scores]
    shared = reduce(gcd, points) or 1
    middle = round(sum(points) / len(points) / shared)  # small numbers keep the solver's arithmetic exact
    return tuple(one // shared - middle for one in points), step * shared


def _round_step(least: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50 ... and their tenths that is not below."""
    power = floor(log10(least))
    return next(float(f"{digit}e{power}") for digit in (1, 2, 5, 10) if float(f"{digit}e{power}") >= least * (1 - 1e-9))


def _shared(labels: Iterable[Iterable[Hashable]]) -> tuple[tuple[int, ...], ...]:
    """The groups of at least two who share a label."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for learner, own in enumerate(labels):
        for label in own:
            groups[label].append(learner)
    return tuple(dict.fromkeys(tuple(group) for group in groups.values() if len(group) > 1))


def _together(labels: Sequence[Sequence[str]]) -> list[tuple[int, ...]]:
    """Learners by the labels that connect them, in the order of the first of each."""
    head = list(range(len(labels)))

    def root(learner: int) -> int:
        while head[learner] != learner:
            head[learner] = head[head[learner]]
            learner = head[learner]
        return learner

    for group in _shared(labels):
        for other in group[1:]:
            head[root(other)] = root(group[0])
    found: dict[int, list[int]] = defaultdict(list)
    for learner in range(len(labels)):
        found[root(learner)].append(learner)
    return sorted(tuple(members) for members in found.values())
