"""Teams are the best that exist: against every way to divide a few learners, and by laws on larger rosters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.pathways.teams import (
    FormingRules,
    Learner,
    NoTeams,
    Room,
    Roster,
    Slot,
    TeamPlan,
    Timetable,
    Wish,
    check_teams,
    form_teams,
    teams_csv,
    timetable_of,
)
from tests.pathways.rosters import cohort, small

KINDS = ("nursing", "medicine", "pharmacy")


def partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """Every way to divide items into groups."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        for at, group in enumerate(smaller):
            yield [*smaller[:at], [first, *group], *smaller[at + 1 :]]
        yield [[first], *smaller]


def keeps(roster: Roster, rules: FormingRules, table: Timetable, groups: list[list[int]]) -> bool:
    """Whether some times make the groups keep every rule; written apart from the package's own check."""
    people = roster.learners
    for group in groups:
        kinds = Counter(people[one].profession for one in group)
        if not rules.min_size <= len(group) <= rules.max_size or len(kinds) < rules.min_professions:
            return False
        if max(kinds.values()) > rules.max_share * len(group) + 1e-9:
            return False
        for one, other in combinations(group, 2):
            if set(people[one].apart) & set(people[other].apart):
                return False
            old = roster.previous.get(people[one].id)
            if rules.repeats == "forbid" and old is not None and old == roster.previous.get(people[other].id):
                return False
    of = {one: at for at, group in enumerate(groups) for one in group}
    for one, other in combinations(range(len(people)), 2):
        if set(people[one].together) & set(people[other].together) and of[one] != of[other]:
            return False
    for wish in rules.wishes:
        counts = [sum(people[one].profession in wish.professions for one in group) for group in groups]
        if wish.kind == "at-most" and max(counts) > wish.count:
            return False
        held = sum(count >= wish.count for count in counts)
        if wish.kind == "at-least" and held < (len(groups) if wish.teams is None else wish.teams):
            return False
    for times in product(table.slots, repeat=len(groups)):
        used = Counter(slot.id for slot in times)
        free = all(slot.rooms is None or used[slot.id] <= len(slot.rooms) for slot in times)
        if free and all(people[i].can_meet(s.id) for s, group in zip(times, groups, strict=True) for i in group):
            return True
    return False


def value(roster: Roster, rules: FormingRules, groups: list[list[int]]) -> tuple[Fraction, ...]:
    """What is made least, in its order."""
    people = roster.learners
    wanted = max(1, len(people) // rules.size)
    repeats = pairs = 0
    for group in groups:
        for one, other in combinations(group, 2):
            old = roster.previous.get(people[one].id)
            repeats += rules.repeats == "minimise" and old is not None and old == roster.previous.get(people[other].id)
            pairs += people[one].profession == people[other].profession
    scores = [Fraction(one.score or 0) for one in people]
    mean = sum(scores) / len(scores)
    off = sum(abs(sum(scores[one] for one in group) - len(group) * mean) for group in groups) / len(people)
    sizes = sum(abs(len(group) - rules.size) for group in groups)
    return tuple(Fraction(one) for one in (abs(len(groups) - wanted), sizes, repeats, pairs, off))


def values_of(plan: TeamPlan) -> list[float]:
    found = {aim.id: aim.value for aim in plan.aims}
    return [found.get(name, 0.0) for name in ("teams", "sizes", "repeats", "pairs", "imbalance")]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Roster, FormingRules, Timetable]:
    """A few learners with everything that a roster and rules can say."""
    count = draw(st.integers(3, 7))
    slots = draw(st.sampled_from([(), ("a", "b")]))
    label = st.sampled_from([(), (), (), ("x",), ("y",)])
    people = []
    for number in range(count):
        available = draw(st.sampled_from([None, None, frozenset(slots[:1]), frozenset(slots[1:])])) if slots else None
        people.append(
            Learner(
                f"L{number}", draw(st.sampled_from(KINDS)), draw(st.integers(50, 60)), available or None,
                draw(label) if draw(st.booleans()) else (), draw(label),
            )
        )  # fmt: skip
    old = {one.id: team for one in people if (team := draw(st.sampled_from(["", "A", "B"])))}
    wishes = draw(
        st.sampled_from([
            (), (), (Wish("at-least", ("nursing",), 1),), (Wish("at-least", ("nursing", "medicine"), 1, 1),),
            (Wish("at-most", ("medicine",), 1),),
        ])
    )  # fmt: skip
    rules = FormingRules(
        size=3, min_size=2, max_size=draw(st.integers(3, 4)), min_professions=draw(st.integers(1, 2)),
        max_share=draw(st.sampled_from([0.5, 0.67, 1.0])),
        repeats=draw(st.sampled_from(["forbid", "minimise", "allow"])),
        wishes=wishes,
    )  # fmt: skip
    rooms = draw(st.sampled_from([None, 1, 2]))
    made = tuple(Slot(one, None if rooms is None else tuple(Room(str(n)) for n in range(rooms))) for one in slots)
    return Roster(tuple(people), old), rules, Timetable(made or (Slot(""),))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_teams_are_as_good_as_the_best_of_every_division_or_the_way_out_leads_out(
    case: tuple[Roster, FormingRules, Timetable],
) -> None:
    roster, rules, table = case
    every = [one for one in partitions(range(len(roster.learners))) if keeps(roster, rules, table, one)]
    plan = form_teams(roster, rules, table, time_limit=10)
    if not every:
        assert isinstance(plan, NoTeams)
        explained(plan, roster, rules, table)
        return
    assert isinstance(plan, TeamPlan)
    assert plan.proven
    best = min(value(roster, rules, one) for one in every)
    assert values_of(plan) == pytest.approx([float(one) for one in best])


def explained(found: NoTeams, roster: Roster, rules: FormingRules, table: Timetable) -> None:
    """A conflict has a reason, and each way out that is an option leads out."""
    assert found.proven
    assert found.reasons
    assert found.relaxations or not found.conflict
    assert [one.price for one in found.relaxations] == sorted(one.price for one in found.relaxations)
    for way in found.relaxations:
        words = dict(part.split(" ") for part in way.option.removeprefix("--").split(" --") if part.count(" ") == 1)
        match way.rule:
            case "sizes":
                other = replace(rules, min_size=int(words["min-size"]), max_size=int(words["max-size"]))
            case "min-professions":
                other = replace(rules, min_professions=int(words["min-professions"]))
            case "max-share":
                other = replace(rules, max_share=float(words["max-share"]))
            case "repeats":
                other = replace(rules, repeats="minimise")
            case _:
                continue
        assert any(keeps(roster, other, table, one) for one in partitions(range(len(roster.learners)))), way


def test_120_learners_in_slots_are_divided_best_and_by_every_rule():
    programme = example_programme()
    roster = cohort(programme, learners=120, seed=8, together=4, apart=6, slots=("mon", "tue", "wed"))
    rules = FormingRules.of(programme)
    plan = form_teams(roster, rules, time_limit=20)
    assert isinstance(plan, TeamPlan)
    assert check_teams(plan.teams, roster, rules, timetable_of(roster)) == ()
    assert plan.gap < 0.01
    assert plan.quality.repeats == 0
    assert plan.quality.sizes == {6: 20}


def test_the_same_seed_gives_the_same_teams_and_the_order_of_slots_is_kept():
    programme = example_programme()
    roster = cohort(programme, learners=60, seed=5, slots=("mon", "tue"))
    first, again = (form_teams(roster, FormingRules.of(programme), seed=4, time_limit=2) for _ in range(2))
    assert isinstance(first, TeamPlan)
    assert isinstance(again, TeamPlan)
    assert teams_csv(first, roster) == teams_csv(again, roster)
    slots = [team.slot for team in first.teams]
    assert slots == sorted(slots)


def test_rooms_limit_how_many_teams_meet_and_how_large_they_are():
    programme = example_programme()
    roster = cohort(programme, learners=62, seed=5, slots=("mon", "tue"))
    roster = replace(roster, learners=tuple(replace(one, slots=None) for one in roster.learners))
    table = Timetable(
        (Slot("mon", tuple(Room(f"R{n}", 6) for n in range(5))), Slot("tue", tuple(Room(f"R{n}") for n in range(5))))
    )
    rules = FormingRules.of(programme)
    plan = form_teams(roster, rules, table, time_limit=10)
    assert isinstance(plan, TeamPlan)
    assert check_teams(plan.teams, roster, rules, table) == ()
    assert plan.quality.slots == {"mon": 5, "tue": 5}
    assert {team.slot for team in plan.teams if len(team.learners) == 7} == {"tue"}


def test_700_learners_make_the_116_teams_that_the_example_names():
    assert FormingRules.of(example_programme()).wanted_teams(700) == 116


@pytest.mark.parametrize("count", [11, 13, 17, 19, 23, 29, 31, 37])
def test_numbers_that_divide_badly_still_make_teams_of_five_to_seven(count: int):
    kinds = [*KINDS, "dental-medicine"]
    roster = small({kind: count // 4 + (at < count % 4) for at, kind in enumerate(kinds)}, range(count))
    plan = form_teams(roster, FormingRules(), time_limit=5)
    assert isinstance(plan, TeamPlan)
    assert sum(size * teams for size, teams in plan.quality.sizes.items()) == count
    assert set(plan.quality.sizes) <= {5, 6, 7}


def test_who_has_no_score_counts_as_average():
    people = [Learner(f"{kind}{n}", kind, [70.0, None, 90.0, 80.0][n]) for kind in KINDS for n in range(4)]
    plan = form_teams(Roster(tuple(people)), FormingRules(), time_limit=5)
    assert isinstance(plan, TeamPlan)
    assert plan.quality.imbalance == 0


def test_an_empty_roster_is_refused():
    with pytest.raises(UnusableInputError, match="no learner"):
        form_teams(Roster(()), FormingRules())
