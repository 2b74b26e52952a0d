"""The one way in which this room compiles a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["Whole", "Word", "compiled", "compiled_in_place"]

#: Types inside compiled functions, where the compiler and not Python decides: an unsigned 64-bit word, a whole number.
Word = Any
Whole = Any

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile with Numba: kept on disk between runs, without the interpreter's lock, with exact IEEE arithmetic.

    `fastmath` stays off, since reordered sums would make the bits depend on the machine.
    """
    return cast("_Function", numba.njit(cache=True, nogil=True)(function))


def compiled_in_place(function: _Function) -> _Function:
    """The same for a function that is called in one place, or is tiny: its body is put where it is called.

    A call hands over every array of a tuple by value and counts references to each; in the inner loops that would cost
    more than the work itself.
    """
    return cast("_Function", numba.njit(cache=True, nogil=True, forceinline=True)(function))
