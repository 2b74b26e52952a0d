"""Counter-based random numbers: a draw is a pure function of what it is for.

Philox4x32-10 turns a key and a counter of four words into four random words (Salmon et al. 2011, "Parallel random
numbers: as easy as 1, 2, 3", doi 10.1145/2063384.2063405). The key holds the seed; the counter says which learners,
week, credential, replicate and decision the draw serves. So no draw depends on how many came before it: results are the
same for any number of threads, and two scenarios share the draws of each learner.

A counter serves 64 learners at once, as *planes*: plane 0 holds the first bit of the random number of each of the 64,
plane 1 the second, up to 32. To know in which learners the number lies below a chance, few planes are enough (see
`ipe_workbench.simulation.words`); a learner's whole number is the same whether looked at alone or with the others.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ipe_workbench.simulation.compilation import Whole, Word, compiled, compiled_in_place

__all__ = ["PLANES", "STREAM", "fill_planes", "normal", "normal_below", "philox", "uniform"]

#: Second word of the key: separates this model's draws from those of any other use of the same seed.
STREAM = 0x1BE_5EED
#: Bits of a random number.
PLANES = 32


_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


@compiled_in_place
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Four random 32-bit words (as unsigned 64-bit integers) for a counter of four words and a key of two."""
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _SHIFT) ^ c1 ^ k0, p1 & _LOW, (p0 >> _SHIFT) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@compiled_in_place
def fill_planes(
    planes: Any, first: Whole, last: Whole, learners: Word, week: Word, item: Word, what: Word, key: Word
) -> None:
    """Planes ``2 first`` to ``2 last`` (excluded) of the random numbers of 64 learners.

    `what` holds the replicate above bit 12 and the decision in bits 4 to 11; the last four are the pair of planes.
    """
    for pair in range(first, last):
        a, b, c, d = philox(learners, week, item, what | np.uint64(pair), key, np.uint64(STREAM))
        planes[2 * pair] = a | (b << _SHIFT)
        planes[2 * pair + 1] = c | (d << _SHIFT)


@compiled_in_place
def uniform(word: Word) -> float:
    """A number strictly between 0 and 1 from a 32-bit word."""
    return float((np.float64(word) + 0.5) * (1.0 / 4294967296.0))


@compiled
def normal_below(x: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x * 0.7071067811865476)


@compiled
def normal(u: float) -> float:
    """The standard normal quantile of `u`, for u between 1e-10 and 1 - 1e-10.

    Rational approximation with about 16 digits: Wichura 1988, algorithm AS 241, Applied Statistics 37(3) 477, without
    the far tail that a 32-bit word cannot reach.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2.5090809287301226727e3
        top = top * r + 3.3430575583588128105e4
        top = top * r + 6.7265770927008700853e4
        top = top * r + 4.5921953931549871457e4
        top = top * r + 1.3731693765509461125e4
        top = top * r + 1.9715909503065514427e3
        top = top * r + 1.3314166789178437745e2
        top = top * r + 3.3871328727963666080e0
        low = 5.2264952788528545610e3
        low = low * r + 2.8729085735721942674e4
        low = low * r + 3.9307895800092710610e4
        low = low * r + 2.1213794301586595867e4
        low = low * r + 5.3941960214247511077e3
        low = low * r + 6.8718700749205790830e2
        low = low * r + 4.2313330701600911252e1
        low = low * r + 1.0
        return q * top / low
    r = math.sqrt(-math.log(min(u, 1.0 - u))) - 1.6
    top = 7.74545014278341407640e-4
    top = top * r + 2.27238449892691845833e-2
    top = top * r + 2.41780725177450611770e-1
    top = top * r + 1.27045825245236838258e0
    top = top * r + 3.64784832476320460504e0
    top = top * r + 5.76949722146069140550e0
    top = top * r + 4.63033784615654529590e0
    top = top * r + 1.42343711074968357734e0
    low = 1.05075007164441684324e-9
    low = low * r + 5.47593808499534494600e-4
    low = low * r + 1.51986665636164571966e-2
    low = low * r + 1.48103976427480074590e-1
    low = low * r + 6.89767334985100004550e-1
    low = low * r + 1.67638483018380384940e0
    low = low * r + 2.05319162663775882187e0
    low = low * r + 1.0
    return -top / low if q < 0 else top / low
