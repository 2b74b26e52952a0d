"""A reader who tries to work out what a release hides, with nothing but the tables as published.

This is a check of `suppress`, so it shares nothing with it: it sets up its own unknowns from the published frames and
solves an integer programme (HiGHS) for the least and the greatest value of each hidden cell.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ipe_workbench.records.privacy.counts import COUNT, TOTAL
from ipe_workbench.records.privacy.suppression import SUPPRESSED, Release

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["attack"]


def attack(release: Release, earlier: Sequence[Release] = ()) -> pd.DataFrame:
    """The values that a reader must think possible for each hidden cell.

    Parameters
    ----------
    release : Release
        What was published last.
    earlier : sequence of Release
        What was published of the same term before.

    Returns
    -------
    pandas.DataFrame
        A row a hidden cell: `release` (0 for the last, 1 for the first of the earlier ones, and so on; ``"0 - 1"`` for
        the change from one to the other), `group`, `low`, `high` (learners, infinite where nothing bounds it), and
        `recovered`: whether they are fewer than ``threshold - 1`` apart. What no table shows but follows from them (a
        change, a total, those outside a group) is listed where the reader can tell that it is a small number.

    Examples
    --------
    >>> import pandas as pd
    >>> from ipe_workbench.records.privacy import suppress
    >>> table = pd.DataFrame({"profession": ["medicine", "nursing", "dentistry", "(all)"], "count": [40, 31, 4, 75]})
    >>> attack(suppress({"badges": table}))[["group", "low", "high", "recovered"]].to_dict("split")["data"]
    [['profession=dentistry', 0.0, 35.0, False], ['profession=nursing', 0.0, 35.0, False]]
    """
    import pandas as pd

    # A reader knows of what day a release is, so which of them count the same learners.
    published = (release, *earlier)
    states = [_state(one) for one in published]
    labels: list[str] = []
    for number, state in enumerate(states):
        same = (labels[other] for other in range(number) if _agrees(states[other], state))
        labels.append(next(same, str(number)))
    reader = _Reader()
    for label, one in zip(labels, published, strict=True):
        reader.learn(label, one)
    newest_first = dict.fromkeys((labels[0], *reversed(labels[1:])))
    for newer, older in itertools.combinations(newest_first, 2):
        reader.compare(newer, older)
    rows = []
    wide = release.threshold - 1
    for snapshot, group in reader.unknown():
        in_a_table = reader.is_hidden((snapshot, group))
        if not in_a_table and reader.may_be_none((snapshot, group)):
            continue
        low = reader.least((snapshot, group))
        if low < 1 and not in_a_table:
            continue
        high = reader.greatest((snapshot, group))
        words = ", ".join(f"{dimension}={value}" for dimension, value in group) or "all learners"
        recovered = high - low < wide and (in_a_table or (low >= 1 and high <= wide))
        if in_a_table or recovered:
            rows.append((snapshot, words, low, high, recovered))
    return pd.DataFrame(rows, columns=["release", "group", "low", "high", "recovered"])


_Group = tuple[tuple[str, str], ...]


def _group(row: Mapping[Any, Any], dimensions: Sequence[str], where: Mapping[str, str]) -> _Group:
    named = {one: str(row[one]) for one in dimensions if str(row[one]) != TOTAL}
    return tuple(sorted({**named, **where}.items()))


def _state(release: Release) -> dict[_Group, int]:
    return {
        _group(row, table.dimensions, table.where): int(row[COUNT])
        for table in release.tables.values()
        for row in table.frame.to_dict("records")
    }


def _agrees(first: Mapping[_Group, int], second: Mapping[_Group, int]) -> bool:
    return all(first[one] == second[one] for one in first.keys() & second.keys())


class _Reader:
    def __init__(self) -> None:
        self._number: dict[tuple[str, _Group], int] = {}
        self._known: dict[tuple[str, _Group], int] = {}
        self._hidden: set[tuple[str, _Group]] = set()
        self._rows: list[dict[int, int]] = []
        self._grows = True
        self._solutions: list[Any] = []

    def learn(self, snapshot: str, release: Release) -> None:
        published = release.published
        values: dict[str, set[str]] = {}
        for frame, table in ((published[name], table) for name, table in release.tables.items()):
            for one in table.dimensions:
                values.setdefault(one, set()).update(str(value) for value in frame[one] if str(value) != TOTAL)
        for name, table in release.tables.items():
            for row in published[name].to_dict("records"):
                key = (snapshot, _group(row, table.dimensions, table.where))
                self._index(key)
                if row[SUPPRESSED]:
                    self._hidden.add(key)
                else:
                    self._known[key] = int(row[COUNT])
        for table in release.tables.values():
            self._add_up(snapshot, table.dimensions, table.where, table.overlapping, values)

    def compare(self, new: str, old: str) -> None:
        """What changed between two releases; learners only come in, unless something shown says otherwise."""
        for snapshot, group in list(self._number):
            if snapshot == new and (old, group) in self._number:
                key = (f"{new} - {old}", group)
                self._rows.append({self._index((new, group)): -1, self._index((old, group)): 1, self._index(key): 1})
                known = self._known.get((new, group)), self._known.get((old, group))
                if known[0] is not None and known[1] is not None and known[0] < known[1]:
                    self._grows = False

    def unknown(self) -> list[tuple[str, _Group]]:
        """What is not shown: first what a table hides, then what only follows from tables."""
        unknown = (one for one in self._number if one not in self._known)
        return sorted(unknown, key=lambda one: (one not in self._hidden, str(one)))

    def may_be_none(self, key: tuple[str, _Group]) -> bool:
        """Whether a solution that was met leaves nobody there."""
        number = self._number[key]
        return any(solution[number] < 1 for solution in self._solutions)

    def is_hidden(self, key: tuple[str, _Group]) -> bool:
        return key in self._hidden

    def least(self, key: tuple[str, _Group]) -> float:
        return self._end(self._number[key], 1)

    def greatest(self, key: tuple[str, _Group]) -> float:
        return self._end(self._number[key], -1)

    def _end(self, number: int, sign: int) -> float:
        from scipy.optimize import Bounds, LinearConstraint, milp

        size = len(self._number)
        aim = np.zeros(size)
        aim[number] = sign
        matrix, low, high = self._programme
        rows = LinearConstraint(matrix, 0, 0)
        solved = milp(aim, constraints=rows, bounds=Bounds(low, high), integrality=np.ones(size))
        if solved.x is None:
            # Unbounded: the true counts are a solution, so that there always is one.
            return -sign * np.inf
        self._solutions.append(np.rint(solved.x))
        return float(self._solutions[-1][number])

    @cached_property
    def _programme(self) -> Any:
        from scipy.sparse import lil_array

        size = len(self._number)
        matrix = lil_array((max(1, len(self._rows)), size))
        for row, terms in enumerate(self._rows):
            for column, sign in terms.items():
                matrix[row, column] += sign
        low, high = np.zeros(size), np.full(size, np.inf)
        for key, column in self._number.items():
            if " - " in key[0] and not self._grows:
                low[column] = -np.inf
            if key in self._known:
                low[column] = high[column] = self._known[key]
        return matrix.tocsr(), low, high

    def _add_up(
        self,
        snapshot: str,
        dimensions: Sequence[str],
        where: Mapping[str, str],
        overlapping: Any,
        values: Mapping[str, set[str]],
    ) -> None:
        for size in range(1, len(dimensions) + 1):
            for some in itertools.combinations(dimensions, size):
                for chosen in itertools.product(*(sorted(values[one]) for one in some)):
                    part = {**where, **dict(zip(some, chosen, strict=True))}
                    for one in some:
                        whole = tuple(sorted((a, b) for a, b in part.items() if a != one))
                        if one in overlapping:
                            self._part_of(snapshot, part, whole)
                        elif part[one] == min(values[one]):
                            terms = {self._index((snapshot, whole)): -1}
                            for value in values[one]:
                                terms[self._index((snapshot, tuple(sorted({**part, one: value}.items()))))] = 1
                            self._rows.append(terms)
        if where:
            for size in range(len(dimensions) + 1):
                for some in itertools.combinations(dimensions, size):
                    for chosen in itertools.product(*(sorted(values[one]) for one in some)):
                        whole = tuple(sorted(zip(some, chosen, strict=True)))
                        self._part_of(snapshot, {**where, **dict(whole)}, whole)

    def _part_of(self, snapshot: str, part: Mapping[str, str], whole: _Group) -> None:
        """A part has at most as many learners as the whole: what is left is not negative."""
        inner = tuple(sorted(part.items()))
        rest = (snapshot, (*inner, ("rest of", str(whole))))
        self._rows.append({self._index((snapshot, whole)): -1, self._index((snapshot, inner)): 1, self._index(rest): 1})

    def _index(self, key: tuple[str, _Group]) -> int:
        return self._number.setdefault(key, len(self._number))
