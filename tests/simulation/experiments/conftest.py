"""A quick work to cut up."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ipe_workbench.simulation.experiments.work import Arrays

__all__ = ["Squares"]


@dataclass(frozen=True)
class Squares:
    """Squares of the first numbers; can be slow, dies once where it is told to, and notes what it computes."""

    seconds: float = 0.0
    dies_at: int | None = None
    notes: Path | None = None
    key: str = "0" * 64

    def part(self, first: int, count: int) -> _Range:
        return _Range(self, first, count)

    def join(self, parts: Sequence[Arrays]) -> dict[str, Any]:
        return {"squares": np.concatenate([part["squares"] for part in parts])}


@dataclass(frozen=True)
class _Range:
    work: Squares
    first: int
    count: int

    def compute(self, threads: int) -> Arrays:
        numbers = np.arange(self.first, self.first + self.count)
        if self.work.notes is not None:
            if self.work.dies_at in numbers and not (self.work.notes / "died").exists():
                (self.work.notes / "died").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            (self.work.notes / f"{self.first}-{self.first + self.count}").touch()
        time.sleep(self.work.seconds * self.count)
        return {"squares": numbers**2}
