"""Random numbers of practice records: a stream of its own for each part, so that one part never moves another."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["chance"]


def chance(seed: int, *part: str) -> np.random.Generator:
    """The random numbers of one part, such as ``chance(7, "ratings", "huddles")``; the same on every machine.

    Examples
    --------
    >>> float(chance(7, "ratings").random()) == float(chance(7, "ratings").random())
    True
    """
    return np.random.Generator(np.random.PCG64([seed, *(zlib.crc32(one.encode()) for one in part)]))
