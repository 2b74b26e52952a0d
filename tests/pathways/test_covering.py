"""The smallest set of credentials, held against looking at every set."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.pathways import Cover, coverage, smallest_cover
from ipe_workbench.pathways.covering import _first_of_the_smallest, _step, _weights

instances = st.lists(
    st.tuples(st.frozensets(st.sampled_from("abcdefg"), min_size=1), st.sampled_from(["1", "2", "0.5", "2.25"])),
    min_size=1,
    max_size=8,
)


def every_cheapest(covers: dict[str, tuple[str, ...]], costs: dict[str, Fraction]) -> tuple[Fraction, tuple[str, ...]]:
    wanted = {code for codes in covers.values() for code in codes}
    sets = [some for size in range(len(covers) + 1) for some in combinations(covers, size)]
    whole = [some for some in sets if wanted <= {code for one in some for code in covers[one]}]
    least = min(sum((costs[one] for one in some), Fraction(0)) for some in whole)
    cheapest = [some for some in whole if sum((costs[one] for one in some), Fraction(0)) == least]
    order = list(covers)
    return least, min(cheapest, key=lambda some: [one not in some for one in order])


@given(instances)
@settings(max_examples=60, deadline=None)
def test_the_first_of_the_cheapest_of_all_sets_is_found_and_proved(instance):
    covers = {f"c{at}": tuple(sorted(codes)) for at, (codes, _) in enumerate(instance)}
    costs = {f"c{at}": Fraction(cost) for at, (_, cost) in enumerate(instance)}
    least, first = every_cheapest(covers, costs)
    chosen = _first_of_the_smallest(covers, costs)
    assert chosen == first
    weights = _weights(covers, costs)
    assert sum(weights.values()) <= least
    dual = sum(weights.values(), Fraction(0)) > least - _step(costs.values())
    found = Cover(chosen, least, covers, costs, (), "dual" if dual else "search", weights)
    assert found.verify()
    wasteful = replace(found, credentials=tuple(covers), cost=sum(costs.values(), Fraction(0)))
    assert wasteful.verify() == (wasteful.cost == least)


def test_an_integrality_gap_is_proved_by_search():
    """Three competencies, each pair covered by one credential: weights of a half prove 1.5, two are needed."""
    covers = {"ab": ("a", "b"), "bc": ("b", "c"), "ac": ("a", "c")}
    costs = dict.fromkeys(covers, Fraction(1))
    weights = _weights(covers, costs)
    assert sum(weights.values()) == Fraction(3, 2)
    cover = Cover(("ab", "bc"), Fraction(2), covers, costs, (), "dual", weights)
    assert cover.verify()  # a whole number above 1.5 is at least 2
    assert not replace(cover, weights={"a": Fraction(1), "b": Fraction(1)}).verify()  # no fair weights
    assert not replace(cover, credentials=("ab",), cost=Fraction(1)).verify()  # c is missing
    assert replace(cover, proof="search", weights={}).verify()


def test_the_example_needs_every_only_assessor_and_says_what_nobody_assesses():
    programme = example_programme()
    found = smallest_cover(programme, "ipec-2023")
    rows = coverage(programme, "ipec-2023").rows
    assert found.uncoverable == tuple(row.code for row in rows if not row.assessed) == ("VE9", "VE11", "TT9")
    alone = {row.assessed[0] for row in rows if len(row.assessed) == 1}
    assert alone <= set(found.credentials)
    assert found.verify()


def test_hours_strength_and_profession_narrow_the_choice():
    programme = example_programme()
    by_hours = smallest_cover(programme, "ipec-2023", cost="hours")
    by_count = smallest_cover(programme, "ipec-2023")
    hours = {one.id: Fraction(str(one.hours)) for one in programme.credentials.values()}
    assert by_hours.cost <= sum(hours[one] for one in by_count.credentials)
    assert len(by_hours.credentials) >= by_count.cost
    at_work = smallest_cover(programme, "ipec-2023", ["VE5", "VE1"], minimum_strength="workplace")
    assert at_work.uncoverable == ("VE1",)
    with pytest.raises(UnknownNameError):
        smallest_cover(programme, "ipec-2023", ["VE99"])
    with pytest.raises(UnknownNameError):
        smallest_cover(programme, "ipec-2023", profession="alchemy")


def test_nothing_wanted_costs_nothing():
    found = smallest_cover(example_programme(), "ipec-2023", [])
    assert (found.credentials, found.cost, found.verify()) == ((), 0, True)
