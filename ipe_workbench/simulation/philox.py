"""Counter-based random numbers: a draw is a pure function of what it is for.

Philox4x32-10 turns a key and a counter of four words into four random words (Salmon et al. 2011, "Parallel random
numbers: as easy as 1, 2, 3", doi 10.1145/2063384.2063405). The key holds the seed; the counter says which learner,
week, credential, replicate and purpose the draw serves. So no draw depends on how many came before it: results are the
same for any number of threads, and two scenarios share the draws of each learner.
"""

from __future__ import annotations

import math

import numpy as np

from ipe_workbench.simulation.compilation import Word, compiled, compiled_in_place

__all__ = ["PURPOSE_START", "PURPOSE_TRAITS", "PURPOSE_WEEK", "STREAM", "normal", "philox", "uniform"]

#: Second word of the key: separates this model's draws from those of any other use of the same seed.
STREAM = 0x1BE_5EED
#: Last byte of the counter: what the four words of a block decide.
PURPOSE_WEEK = 0  # forget, learn, attempt, pass
PURPOSE_TRAITS = 1  # knowledge at start, learning rate, willingness, the week of leaving
PURPOSE_START = 2  # known at start, willingness for this credential

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
def uniform(word: Word) -> float:
    """A number strictly between 0 and 1 from a 32-bit word."""
    return float((np.float64(word) + 0.5) * (1.0 / 4294967296.0))


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
