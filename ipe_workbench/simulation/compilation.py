"""The one way in which this room compiles a function."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
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
    return cast("_Function", _kept_by_content(numba.njit(cache=True, nogil=True)(function)))


def compiled_in_place(function: _Function) -> _Function:
    """The same for a function that is called in one place, or is tiny: its body is put where it is called."""
    return cast("_Function", _kept_by_content(numba.njit(cache=True, nogil=True, forceinline=True)(function)))


def _kept_by_content(dispatcher: Any) -> Any:
    """Let a compiled copy on disk hold as long as no file of this room with compiled code changes.

    Numba goes by the time stamp of the function's own file. A function that calls one in another file, which changed,
    would keep the old callee inside.
    """
    file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if file is not None:
        file._source_stamp = _room_stamp()
        file._load_index = partial(_index_or_nothing, file._load_index)
    return dispatcher


def _index_or_nothing(load: Callable[[], dict[Any, str]]) -> dict[Any, str]:
    """The index of compiled copies; none where another version of the package wrote it, or it is damaged."""
    try:
        return load()
    except (AttributeError, EOFError, ImportError, KeyError, TypeError, ValueError, pickle.UnpicklingError):
        return {}


@cache
def _room_stamp() -> str:
    sha = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content = path.read_bytes()
        if b"compilation import" in content or path.name == "decisions.py":
            sha.update(path.name.encode() + b"\0" + content)
    return sha.hexdigest()
