"""Sums over replicates: whole numbers only, so that the order of adding cannot change a bit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from ipe_workbench.simulation.cohort_model import CohortModel
from ipe_workbench.simulation.model_arrays import MAX_ATTEMPTS
from ipe_workbench.simulation.state import OUTCOMES, QUARTERS, Counts

__all__ = ["Moments", "Totals"]

Integers = npt.NDArray[np.int64]

#: Marks a field that has one row for each replicate; the others are sums over replicates.
_BY_REPLICATE = {"by_replicate": True}
#: Marks one that is the same for all of them.
_OF_THE_CALENDAR = {"of_the_calendar": True}


@dataclass
class Moments:
    """Sum and sum of squares over replicates. The first axis is the profession, with one row more for all of them."""

    total: Integers
    squares: Integers

    @classmethod
    def zeros(cls, professions: int, *shape: int) -> Moments:
        """Nothing added yet."""
        return cls(np.zeros((professions + 1, *shape), np.int64), np.zeros((professions + 1, *shape), np.int64))

    def add(self, counts: npt.NDArray[Any]) -> None:
        """Add counts of several replicates, which are the first axis."""
        whole = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1, dtype=np.int64)
        self.total += whole.sum(axis=0)
        self.squares += (whole * whole).sum(axis=0)


@dataclass
class Totals:
    """Everything that is kept of the replicates. The last week's `earned` is what was earned at the end."""

    replicates: int
    term_starts: Integers = field(metadata=_OF_THE_CALENDAR)  # (T) first week of each term
    earned: Moments  # (P + 1, I, W) by the end of the week
    retained: Moments  # (P + 1, B, W) holding the award and knowing, at the end of the week
    others_squares: Integers  # (P, I) squares of what all other professions have earned at the end
    held: Moments  # (P + 1, I)
    claimed: Moments  # (P + 1, I)
    outcome: Moments  # (P + 1, B, outcomes)
    here: Moments  # (P + 1, W)
    load: Moments  # (B + 1, W) assessed in the week
    waiting: Moments  # (B + 1, W) in the queue after the week
    waited: Integers  # (B, W) weeks waited by those assessed
    tries: Integers  # (B, MAX_ATTEMPTS)
    passes: Integers  # (B, MAX_ATTEMPTS)
    self_rating: Integers  # (2, quarters, 3)
    attempts: npt.NDArray[np.int32] = field(metadata=_BY_REPLICATE)  # (R, B, T)
    earned_at_end: npt.NDArray[np.int32] = field(metadata=_BY_REPLICATE)  # (R, I), all professions together
    retained_at_end: npt.NDArray[np.int32] = field(metadata=_BY_REPLICATE)  # (R, B)

    @classmethod
    def of(cls, model: CohortModel, replicates: int) -> Totals:
        """Nothing added yet."""
        p, b, s = len(model.professions), len(model.credentials), len(model.stacks)
        w, t = model.calendar.weeks, len(model.calendar.terms)
        return cls(
            replicates=replicates,
            term_starts=np.array([first for _, first, _ in model.calendar.terms], np.int64),
            earned=Moments.zeros(p, b + s, w),
            retained=Moments.zeros(p, b, w),
            others_squares=np.zeros((p, b + s), np.int64),
            held=Moments.zeros(p, b + s),
            claimed=Moments.zeros(p, b + s),
            outcome=Moments.zeros(p, b, len(OUTCOMES)),
            here=Moments.zeros(p, w),
            load=Moments.zeros(b, w),
            waiting=Moments.zeros(b, w),
            waited=np.zeros((b, w), np.int64),
            tries=np.zeros((b, MAX_ATTEMPTS), np.int64),
            passes=np.zeros((b, MAX_ATTEMPTS), np.int64),
            self_rating=np.zeros((2, QUARTERS, 3), np.int64),
            attempts=np.zeros((replicates, b, t), np.int32),
            earned_at_end=np.zeros((replicates, b + s), np.int32),
            retained_at_end=np.zeros((replicates, b), np.int32),
        )

    def add(self, first_replicate: int, counts: Counts) -> None:
        """Add whole replicates, the first of which has that number."""
        here = slice(first_replicate, first_replicate + len(counts.earned))
        earned = np.cumsum(counts.earned, axis=-1, dtype=np.int64)
        retained = np.cumsum(counts.retained, axis=-1, dtype=np.int64)
        for moments, one in (
            (self.earned, earned), (self.retained, retained), (self.held, counts.held),
            (self.claimed, counts.claimed), (self.outcome, counts.outcome), (self.here, counts.here),
            (self.load, counts.attempts), (self.waiting, counts.waiting),
        ):  # fmt: skip
            moments.add(one)
        at_end = earned[..., -1]
        self.others_squares += ((at_end.sum(axis=1, keepdims=True) - at_end) ** 2).sum(axis=0)
        self.waited += counts.waited.sum(axis=0)
        self.tries += counts.tries
        self.passes += counts.passes
        self.self_rating += counts.self_rating.sum(axis=0)
        self.attempts[here] = np.add.reduceat(counts.attempts, self.term_starts, axis=-1)
        self.earned_at_end[here] = at_end.sum(axis=1)
        self.retained_at_end[here] = retained[..., -1].sum(axis=1)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Every array by name, to be kept; `from_arrays` makes totals of them again."""
        found: dict[str, npt.NDArray[Any]] = {}
        for name, value in vars(self).items():
            if isinstance(value, Moments):
                found |= {f"{name}.total": value.total, f"{name}.squares": value.squares}
            elif name != "replicates":
                found[name] = value
        return found

    @classmethod
    def from_arrays(cls, replicates: int, arrays: Mapping[str, npt.NDArray[Any]]) -> Totals:
        """Totals of that many replicates from what `arrays` gave; a missing one is a `KeyError`."""
        values: dict[str, Any] = {"replicates": replicates}
        for one in fields(cls)[1:]:
            if one.name in arrays:
                values[one.name] = arrays[one.name]
            else:
                values[one.name] = Moments(arrays[f"{one.name}.total"], arrays[f"{one.name}.squares"])
        return cls(**values)

    @classmethod
    def joined(cls, parts: Sequence[Totals]) -> Totals:
        """Totals of several ranges of replicates, given in the order of their replicates."""
        values: dict[str, Any] = {"replicates": sum(part.replicates for part in parts)}
        for one in fields(cls)[1:]:
            some = [getattr(part, one.name) for part in parts]
            if one.metadata == _BY_REPLICATE:
                values[one.name] = np.concatenate(some)
            elif one.metadata == _OF_THE_CALENDAR:
                values[one.name] = some[0]
            elif isinstance(some[0], Moments):
                total, squares = sum(each.total for each in some), sum(each.squares for each in some)
                values[one.name] = Moments(total, squares)
            else:
                values[one.name] = sum(some)
        return cls(**values)

    def digest(self) -> str:
        """SHA-256 over all counts; the same for any number of threads and any way of cutting up the work."""
        sha = hashlib.sha256()
        for name, value in sorted(vars(self).items()):
            parts = (value.total, value.squares) if isinstance(value, Moments) else (np.asarray(value, np.int64),)
            for part in parts:
                sha.update(f"{name}{part.shape}".encode())
                sha.update(np.ascontiguousarray(part, "<i8").tobytes())
        return sha.hexdigest()
