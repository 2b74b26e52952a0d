"""What can be cut into parts: units that are numbered, and a part that computes some of them wherever it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

import ipe_workbench
from ipe_workbench.errors import EnvironmentFault

__all__ = ["Arrays", "Part", "Work", "code_digest", "compute", "work_key"]

Arrays = Mapping[str, npt.NDArray[Any]]


class Part(Protocol):
    """Some units of a work; can be pickled."""

    def compute(self, threads: int) -> Arrays:
        """Arrays whose meaning the work knows. They must not depend on `threads`."""


class Work(Protocol):
    """Numbered units that can be computed in any order and cut anywhere."""

    @property
    def key(self) -> str:
        """Hash of everything that decides what a unit gives; work with another key shares no part."""

    def part(self, first: int, count: int) -> Part:
        """The units `first` to `first + count` (excluded)."""

    def join(self, parts: Sequence[Arrays]) -> dict[str, npt.NDArray[Any]]:
        """The arrays of parts that follow on each other, as if one part had computed all of their units."""


def compute(part: Part, code: str, threads: int = 1) -> dict[str, npt.NDArray[Any]]:
    """Compute a part on a worker, which must run the very code of the machine that asked.

    Raises
    ------
    EnvironmentFault
        When the worker has another version of the package, since the numbers would not be the same.
    """
    if code != code_digest():
        raise EnvironmentFault(
            f"A worker runs another version of ipe-workbench ({ipe_workbench.__version__}), NumPy or Numba than this "
            "machine.",
            mend="Install the same versions on every worker and start the workers again.",
        )
    return dict(part.compute(threads))


def work_key(**inputs: Any) -> str:
    """SHA-256 over plain values and over the code that turns them into numbers."""
    text = json.dumps({**inputs, "code": code_digest()}, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def code_digest() -> str:
    """SHA-256 over what turns a scenario into numbers: the model's source files, NumPy and Numba."""
    import numba

    root = Path(ipe_workbench.__file__).parent
    sha = hashlib.sha256(f"{ipe_workbench.__version__} {np.__version__} {numba.__version__}".encode())
    for folder in ("simulation", "credentials"):
        for path in sorted((root / folder).glob("*.py")):
            sha.update(path.name.encode())
            sha.update(path.read_bytes())
    return sha.hexdigest()
