from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.simulation.philox import fill_planes, normal, philox, uniform
from ipe_workbench.simulation.words import at_least, below, numbers


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        (0x00000000, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (0xFFFFFFFF, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ],
)
def test_philox_gives_the_known_answers_of_random123(word: int, answer: tuple[int, ...]) -> None:
    """Known-answer tests of philox4x32-10 with counter and key of all zero and all one bits."""
    assert tuple(int(one) for one in philox(*[np.uint64(word)] * 6)) == answer


def test_normal_quantile_agrees_with_the_standard_library() -> None:
    for u in (1.2e-10, 1e-6, 0.01, 0.07, 0.075, 0.3, 0.5, 0.9, 0.925, 0.99, 1 - 1e-9):
        assert normal(u) == pytest.approx(NormalDist().inv_cdf(u), rel=1e-13, abs=1e-15)


def test_a_uniform_number_is_never_0_or_1() -> None:
    assert 0 < uniform(np.uint64(0)) < uniform(np.uint64(2**32 - 1)) < 1


def test_a_learners_number_is_one_bit_of_each_plane_and_decides_alone_as_with_others() -> None:
    planes, drawn, counter = np.zeros(32, np.uint64), np.zeros(64, np.uint64), [np.uint64(one) for one in (5, 3, 77)]
    what, key = np.uint64(9 << 12), np.uint64(42)
    fill_planes(planes, 0, 16, *counter, what, key)
    slowly = [sum(((int(planes[bit]) >> one) & 1) << (31 - bit) for bit in range(32)) for one in range(64)]
    numbers(planes, drawn, *counter, what, key)
    assert drawn.tolist() == slowly
    everybody = np.uint64(2**64 - 1)
    for threshold in (0, 1, 2**31, 1234567890, max(slowly), min(slowly) + 1, 2**32 - 1, 2**32):
        word = int(below(np.uint64(threshold), everybody, planes, *counter, what, key))
        assert [(word >> one) & 1 for one in range(64)] == [number < threshold for number in slowly]


@settings(max_examples=100, deadline=None)
@given(words=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40), needed=st.integers(0, 45))
def test_at_least_counts_learner_by_learner(words: list[int], needed: int) -> None:
    word = int(at_least(np.array(words, np.uint64), needed))
    for one in (0, 1, 31, 32, 62, 63):
        assert (word >> one) & 1 == (sum((w >> one) & 1 for w in words) >= needed)
