from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from ipe_workbench.simulation.philox import normal, philox, uniform


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
