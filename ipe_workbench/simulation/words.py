"""Sixty-four learners in a machine word: bit *k* of each word is about learner *k* of the block.

Whether a random number lies below a chance is decided bit by bit from the top: as long as a learner's bits equal those
of the chance it is open, and the first bit that differs decides. After a few bits nobody is open, so a decision costs
few random bits, and yet it is exact to 32 bits and about each learner's own number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ipe_workbench.simulation.compilation import Whole, Word, compiled, compiled_in_place
from ipe_workbench.simulation.philox import PLANES, STREAM, fill_planes, philox

__all__ = ["ALL", "PAIRS", "ask", "at_least", "below", "count", "decided", "draw", "lane", "numbers"]

ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_NONE = np.uint64(0)
_ONE = np.uint64(1)
_LOW = np.uint64(0xFFFFFFFF)
_CERTAIN = np.uint64(1 << 32)
#: Pairs of planes drawn at once: 8 bits leave a learner open in 1 of 256 cases.
PAIRS = 4
#: What of a threshold is left after them.
_REST = np.uint64((1 << 24) - 1)


@compiled
def below(
    threshold: Word, among: Word, planes: Any, learners: Word, week: Word, item: Word, what: Word, key: Word
) -> Word:
    """Which of `among` have a random number below the threshold, which lies in [0, 2**32]."""
    if threshold >= _CERTAIN:
        return among
    if threshold == _NONE:
        return _NONE
    return _go_on(_NONE, threshold, threshold, ALL, among, 0, planes, learners, week, item, what, key)


@compiled_in_place
def ask(jobs: Any, entry: Whole, item: Word, what: Word) -> Whole:
    """Put a decision on the list of those whose first bits are drawn together; gives the next entry."""
    for pair in range(PAIRS):
        jobs[0, PAIRS * entry + pair] = item
        jobs[1, PAIRS * entry + pair] = what | np.uint64(pair)
    return entry + 1


@compiled
def draw(jobs: Any, entries: Whole, learners: Word, week: Word, key: Word) -> None:
    """The first eight bits of all decisions on the list: one loop over many counters, for vector units."""
    for job in range(PAIRS * entries):
        a, b, c, d = philox(learners, week, jobs[0, job], jobs[1, job], key, np.uint64(STREAM))
        jobs[2, job] = a | (b << np.uint64(32))
        jobs[3, job] = c | (d << np.uint64(32))


@compiled_in_place
def decided(
    jobs: Any, entry: Whole, without: Word, within: Word, group: Word, among: Word, planes: Any, learners: Word,
    week: Word, key: Word,
) -> Word:  # fmt: skip
    """Which of `among` lie below their threshold: `within` for the learners in `group`, `without` for the others.

    `entry` is the decision's place on the list that `draw` has been through.
    """
    result = _NONE
    # A chance of 1 has no 32 bits.
    if (without | within) >= _CERTAIN:
        if within >= _CERTAIN:
            result |= among & group
            among &= ~group
        if without >= _CERTAIN:
            result |= among & ~group
            among &= group
    for pair in range(PAIRS):
        for half in range(2):
            chance = _bits(without, within, group, np.uint64(PLANES - 1 - 2 * pair - half))
            drawn = jobs[2 + half, PAIRS * entry + pair]
            result |= among & chance & ~drawn
            among &= ~(chance ^ drawn)
    if among != _NONE and (without | within) & _REST != _NONE:
        item, what = jobs[0, PAIRS * entry], jobs[1, PAIRS * entry]
        result = _go_on(result, without, within, group, among, 2 * PAIRS, planes, learners, week, item, what, key)
    return result


@compiled
def _go_on(
    result: Word, without: Word, within: Word, group: Word, among: Word, place: Whole, planes: Any, learners: Word,
    week: Word, item: Word, what: Word, key: Word,
) -> Word:  # fmt: skip
    """Further bits, until nobody is open."""
    while among != _NONE and place < PLANES:
        fill_planes(planes, place // 2, place // 2 + 1, learners, week, item, what, key)
        for _ in range(2):
            chance = _bits(without, within, group, np.uint64(PLANES - 1 - place))
            drawn = planes[place]
            result |= among & chance & ~drawn
            among &= ~(chance ^ drawn)
            place += 1
    return result


@compiled_in_place
def _bits(without: Word, within: Word, group: Word, shift: Word) -> Word:
    """One bit of each learner's threshold, as a word."""
    inside = _NONE - ((within >> shift) & _ONE)
    outside = _NONE - ((without >> shift) & _ONE)
    return (inside & group) | (outside & ~group)


@compiled
def numbers(planes: Any, drawn: Any, learners: Word, week: Word, item: Word, what: Word, key: Word) -> None:
    """The whole random number of each of the 64 learners, as a 32-bit word.

    The 32 planes are two square matrices of bits, side by side in each word, which are transposed together by swapping
    halves, then quarters, and so on (Warren, Hacker's Delight, section 7-3).
    """
    fill_planes(planes, 0, PLANES // 2, learners, week, item, what, key)
    step, mask = 16, np.uint64(0x0000FFFF0000FFFF)
    while step != 0:
        for first in range(0, PLANES, 2 * step):
            for place in range(first, first + step):
                swapped = (planes[place] ^ (planes[place + step] >> np.uint64(step))) & mask
                planes[place] ^= swapped
                planes[place + step] ^= swapped << np.uint64(step)
        step >>= 1
        mask ^= mask << np.uint64(step)
    for one in range(PLANES):
        drawn[one] = planes[PLANES - 1 - one] & _LOW
        drawn[PLANES + one] = planes[PLANES - 1 - one] >> np.uint64(32)


@compiled
def at_least(words: Any, needed: Whole) -> Word:
    """Which learners at least so many of the words name: a counter of six bits for each of the 64."""
    b0 = b1 = b2 = b3 = b4 = b5 = _NONE
    for place in range(words.size):
        carry = words[place]
        b0, carry = b0 ^ carry, b0 & carry
        b1, carry = b1 ^ carry, b1 & carry
        b2, carry = b2 ^ carry, b2 & carry
        b3, carry = b3 ^ carry, b3 & carry
        b4, carry = b4 ^ carry, b4 & carry
        b5 ^= carry
    # From the highest bit down: more as soon as a bit is 1 where the number has 0.
    equal, more = ALL, _NONE
    for bits, place in ((b5, 5), (b4, 4), (b3, 3), (b2, 2), (b1, 1), (b0, 0)):
        asked = _NONE - np.uint64((needed >> place) & 1)
        more |= equal & bits & ~asked
        equal &= ~(bits ^ asked)
    return more | equal


@compiled_in_place
def count(word: Word) -> Whole:
    """How many learners a word names."""
    word -= (word >> _ONE) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled_in_place
def lane(word: Word, one: Whole) -> Whole:
    """Whether a word names the learner."""
    return (word >> np.uint64(one)) & _ONE != _NONE
