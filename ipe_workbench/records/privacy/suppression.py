"""Small cells hidden before tables are published, and with them as many others as keep them from being worked out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.privacy.counts import COUNT, TOTAL, Cell, Counts, Sums, sums_of, values_of, words_of
from ipe_workbench.records.privacy.protection import Puzzle, protect

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SUPPRESSED", "THRESHOLD", "Release", "suppress"]

#: The least count that is shown: the most frequent rule of US education agencies (NCES 2011-603).
THRESHOLD = 10
#: The column that marks the hidden cells of a published table.
SUPPRESSED = "suppressed"

Reason = Literal["primary", "complementary"]


@dataclass(frozen=True)
class Release:
    """Tables as they may be published, and for the office alone what stands behind them.

    Parameters
    ----------
    tables : mapping of str to Counts
        The tables with their true counts. Not for publication.
    hidden : mapping of cell to "primary" or "complementary"
        Why each hidden cell is hidden. Not for publication: "primary" says that the count is small.
    lost : tuple of str
        Small groups that earlier releases give away already, so that hiding does not help any more.
    threshold : int
        The least count that is shown.
    show_zeros : bool
        Whether zeros are shown.
    """

    tables: Mapping[str, Counts]
    hidden: Mapping[Cell, Reason]
    lost: tuple[str, ...]
    threshold: int
    show_zeros: bool

    def __repr__(self) -> str:
        hidden = list(self.hidden.values())
        kinds = ", ".join(f"{hidden.count(one)} {one}" for one in ("primary", "complementary"))
        return f"Release({', '.join(self.tables)}; hidden: {kinds})"

    @property
    def published(self) -> dict[str, pd.DataFrame]:
        """The tables to publish: `count` is missing and `suppressed` true where a cell is hidden, never why."""
        return {name: self._published(one) for name, one in self.tables.items()}

    @property
    def reasons(self) -> pd.DataFrame:
        """Table, group, count and reason of each hidden cell, for the office alone."""
        import pandas as pd

        rows = [
            (name, words_of(cell), count, self.hidden[cell])
            for name, one in self.tables.items()
            for cell, count in one.rows(name).items()
            if cell in self.hidden
        ]
        return pd.DataFrame(rows, columns=["table", "group", COUNT, "reason"])

    def _published(self, one: Counts) -> pd.DataFrame:
        hides = [one.cell(row) in self.hidden for row in one.frame.to_dict("records")]
        shown = one.frame.astype({COUNT: "Int64"})
        shown[SUPPRESSED] = hides
        shown.loc[shown[SUPPRESSED], COUNT] = None
        return shown


def suppress(
    tables: Mapping[str, Counts | pd.DataFrame],
    *,
    threshold: int = THRESHOLD,
    earlier: Sequence[Release] = (),
    show_zeros: bool = True,
    also: Collection[Cell] = (),
) -> Release:
    """Hide the small cells of linked tables, and those from which they could be worked out.

    Parameters
    ----------
    tables : mapping of str to Counts or pandas.DataFrame
        All tables about the same learners that come out together. A frame is taken as a table of which all dimensions
        add up.
    threshold : int
        The least count that is shown.
    earlier : sequence of Release
        What was published of the same term before. A cell that was hidden stays hidden; a cell that has changed by
        fewer than `threshold` learners since cannot be shown again, for the difference would be a small cell.
    show_zeros : bool
        A zero says that nobody is in a group, and so that all others are outside it. Where that says something about
        people (nobody passed), hide zeros as well.
    also : collection of cell
        Cells to hide and to protect for another reason than their count, such as a mean that says everybody's value.

    Returns
    -------
    Release
        Whoever reads all tables, released together and before, and knows that counts are whole and not negative, must
        think values of each hidden cell possible that are at least ``threshold - 1`` apart.

    Raises
    ------
    UnusableInputError
        When a table is no table of counts, totals are not the sums of their parts, or tables contradict each other.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profession": ["medicine", "nursing", "dentistry", "(all)"], "count": [40, 31, 4, 75]})
    >>> suppress({"badges": table}).published["badges"]["count"].tolist()
    [40, <NA>, <NA>, 75]
    """
    if threshold < 2:
        raise UnusableInputError("The threshold of small cells is at least 2.", mend="Take 10.")
    named = {name: _whole(one if isinstance(one, Counts) else Counts(one), name) for name, one in tables.items()}
    values = values_of([*named.values(), *(one for release in earlier for one in release.tables.values())])
    named = {name: _complete(one, values) for name, one in named.items()}
    build = _Build(threshold, show_zeros, frozenset(also))
    present = sums_of(named, values)
    states: list[list[tuple[Release, Sums]]] = [[]]
    for release in reversed(earlier):
        # The latest first: which of them count the same state of the records?
        past = sums_of(release.tables, values)
        same = next((one for one in states[1:] if all(_agree(other, past) for _, other in one)), None)
        if _agree(present, past) and all(_agree(other, past) for _, other in states[0]):
            states[0].append((release, past))
        elif same is not None:
            same.append((release, past))
        else:
            states.append([(release, past)])
    build.add_present(present, states[0])
    for number, one in enumerate(states[1:], start=1):
        build.add_past(number, one)
    for newer, older in itertools.combinations(range(len(states)), 2):
        build.add_change(newer, older)
    hidden, lost = protect(build.puzzle(), threshold - 1)
    reasons: dict[Cell, Reason] = {}
    for (snapshot, cell), index in build.index.items():
        if snapshot == 0 and hidden[index] and build.cost[index]:
            reasons[cell] = "primary" if build.is_small(present.counts[cell]) else "complementary"
    gone = [build.cells[one][1] for one in lost] + build.given_away
    words = tuple(words_of(one) for one in gone)
    return Release(named, reasons, words, threshold, show_zeros)


def _whole(one: Counts, name: str) -> Counts:
    one.rows(name)
    return one


def _complete(one: Counts, values: Mapping[str, list[str]]) -> Counts:
    """The table with a row for each combination: a missing row would say that its count is zero.

    Its place among the rows would say so, too: where rows were missing, all are put in the order of their values.
    """
    import pandas as pd

    there = {one.cell(row) for row in one.frame.to_dict("records")}
    where = frozenset(one.where.items())
    missing = [
        dict(zip(one.dimensions, chosen, strict=True))
        for chosen in itertools.product(*(values[dimension] for dimension in one.dimensions))
        if where.union(zip(one.dimensions, chosen, strict=True)) not in there
    ]
    if not missing:
        return one
    added = pd.DataFrame([{**row, COUNT: 0} for row in missing])
    whole = pd.concat([one.frame, added], ignore_index=True)
    keys = {at: tuple((row[name] == TOTAL, str(row[name])) for name in one.dimensions) for at, row in whole.iterrows()}
    return Counts(whole.loc[sorted(keys, key=lambda at: keys[at])].reset_index(drop=True), one.where, one.overlapping)


def _agree(first: Sums, second: Sums) -> bool:
    """Whether two releases count the same state of the records."""
    common = first.counts.keys() & second.counts.keys()
    return all(first.counts[one] == second.counts[one] for one in common)


class _Build:
    """The attacker's puzzle, put together from this release and those before it."""

    def __init__(self, threshold: int, show_zeros: bool, also: Collection[Cell] = ()) -> None:
        self._least = 1 if show_zeros else 0
        self._also = also
        self._threshold = threshold
        self.index: dict[tuple[int | str, Cell], int] = {}
        self.cells: list[tuple[int | str, Cell]] = []
        self._values: list[int] = []
        self._floor: list[int] = []
        self._sums: list[tuple[int, Sequence[int]]] = []
        self.cost: list[int] = []
        self._hidden: list[bool] = []
        self._shown: list[bool] = []
        self._guarded: list[bool] = []
        #: Small cells that an earlier release shows.
        self.given_away: list[Cell] = []

    def is_small(self, count: int) -> bool:
        return self._least <= abs(count) < self._threshold

    def _is_secret(self, cell: Cell, count: int) -> bool:
        return cell in self._also or self.is_small(count)

    def add_present(self, present: Sums, before: Sequence[tuple[Release, Sums]]) -> None:
        """Take in this release with those that counted the same state."""
        shown = {cell for release, past in before for cell in past.published if cell not in release.hidden}
        kept = {cell for release, _ in before for cell in release.hidden}
        sums = [present, *(past for _, past in before)]
        counts = {cell: count for one in sums for cell, count in one.counts.items()}
        published = set(present.published)
        for cell, count in sorted(counts.items(), key=lambda item: sorted(item[0])):
            self._add(
                (0, cell),
                count,
                hideable=cell in published and cell not in shown,
                hidden=cell not in shown and (cell in kept or cell not in published or self._is_secret(cell, count)),
                guarded=cell in kept or self._is_secret(cell, count),
            )
        self.given_away += sorted((one for one in shown if self.is_small(counts[one])), key=sorted)
        for one in dict.fromkeys(each for part in sums for each in part.sums):
            self._add_sum(0, one.total, one.parts)

    def add_past(self, number: int, state: Sequence[tuple[Release, Sums]]) -> None:
        """Take in the releases of another state of the records."""
        shown = {cell for release, past in state for cell in past.published if cell not in release.hidden}
        kept = {cell for release, _ in state for cell in release.hidden}
        counts = {cell: count for _, past in state for cell, count in past.counts.items()}
        for cell, count in sorted(counts.items(), key=lambda item: sorted(item[0])):
            guarded = cell in kept or self.is_small(count)
            self._add((number, cell), count, hideable=False, hidden=cell not in shown, guarded=guarded)
        for one in dict.fromkeys(each for _, past in state for each in past.sums):
            self._add_sum(number, one.total, one.parts)

    def add_change(self, newer: int, older: int) -> None:
        """Take in what changed between two states, which is a count of learners itself."""
        counts = {number: {cell: self._values[at] for (one, cell), at in self.index.items() if one == number}
                  for number in (newer, older)}  # fmt: skip
        common = sorted(counts[newer].keys() & counts[older].keys(), key=sorted)
        changes = {cell: counts[newer][cell] - counts[older][cell] for cell in common}
        grows = min(changes.values(), default=0) >= 0
        floor = 0 if grows else -max(counts[newer].values()) - 10 * self._threshold
        for cell, change in changes.items():
            key = (f"{newer} since {older}", cell)
            small = 0 < abs(change) < self._threshold
            self._add(key, change, hideable=False, hidden=True, guarded=small, floor=floor)
            self._sums.append((self.index[newer, cell], (self.index[older, cell], self.index[key])))

    def puzzle(self) -> Puzzle:
        numbers = (np.array(one, dtype=np.int64) for one in (self._values, self._floor, self.cost))
        truths = (np.array(one, dtype=bool) for one in (self._hidden, self._shown, self._guarded))
        values, floor, cost = numbers
        return Puzzle(values, floor, self._sums, cost, *truths)

    def _add(
        self,
        key: tuple[int | str, Cell],
        value: int,
        *,
        hideable: bool,
        hidden: bool,
        guarded: bool,
        floor: int = 0,
    ) -> None:
        self.index[key] = len(self.cells)
        self.cells.append(key)
        self._values.append(value)
        self._floor.append(floor)
        # A large cell says more than a small one, and a total more than its parts.
        price = math.ceil(16 * math.log2(abs(value) + 2)) * max(1, 4 - len(key[1]))
        self.cost.append(price if hideable else 0)
        self._hidden.append(hidden)
        self._shown.append(not hideable and not hidden)
        self._guarded.append(guarded and hidden)

    def _add_sum(self, snapshot: int, total: Cell, parts: Collection[Cell]) -> None:
        self._sums.append((self.index[snapshot, total], [self.index[snapshot, one] for one in parts]))
