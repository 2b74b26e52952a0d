"""What a reader of a map of steps can work out: sums of rows and columns, and that all who reach a step leave it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

__all__ = ["END", "START", "uncertain"]

#: Before the first and after the last event of a learner.
START, END = "(start)", "(end)"

Step = tuple[str, str]


def uncertain(
    table: pd.DataFrame, hidden: Collection[Step], hidden_activities: Collection[str], threshold: int
) -> tuple[frozenset[Step], frozenset[str]]:
    """Hide more steps until each small one can have values at least ``threshold - 1`` apart.

    Parameters
    ----------
    table : DataFrame
        ``from, to, count, learners``, every step that was made.
    hidden, hidden_activities : collections
        What is hidden already.
    threshold : int
        The least number that is shown.

    Returns
    -------
    (steps, activities)
        All that is to be hidden.

    Notes
    -----
    A reader knows the steps shown, the counts of activities shown, the number of learners, and that each activity is
    left as often as it is reached; not, which of the other steps nobody made. The least and the greatest value of a
    step under all that is a linear programme, whose corners are whole numbers (the matrix is that of a network).

    Examples
    --------
    >>> rows = [("(start)", "a", 40, 40), ("a", "b", 36, 36), ("a", "(end)", 4, 4), ("b", "(end)", 36, 36)]
    >>> steps = pd.DataFrame(rows, columns=["from", "to", "count", "learners"])
    >>> sorted(uncertain(steps, {("a", "(end)")}, set(), 10)[0])
    [('a', '(end)'), ('a', 'b'), ('b', '(end)')]
    """
    counts = {(a, b): int(n) for a, b, n in zip(table["from"], table["to"], table["count"], strict=True)}
    small = table[(table["learners"] < threshold) | (table["count"] < threshold)]
    steps, sums = set(hidden) | set(zip(small["from"], small["to"], strict=True)), set(hidden_activities)
    open_ones = list(zip(small["from"], small["to"], strict=True))
    while open_ones:
        reader = _Reader(counts, steps, sums)
        step = open_ones[-1]
        if reader.width(step) >= threshold - 1:
            open_ones.pop()
            continue
        near = [one for one in counts if one not in steps and (one[0] == step[0] or one[1] == step[1])]
        further = [one for one in counts if one not in steps]
        if near or further:
            steps.add(min(near or further, key=lambda one: (counts[one], one)))
        elif left := sorted({name for one in counts for name in one} - {START, END} - sums):
            sums.add(left[0])
        else:
            open_ones.pop()  # nothing is shown any more
    return frozenset(steps), frozenset(sums)


class _Reader:
    """The unknown steps and what a reader knows of them."""

    def __init__(self, counts: dict[Step, int], steps: Collection[Step], sums: Collection[str]) -> None:
        names = sorted({name for one in counts for name in one} - {START, END})
        self.unknown = [
            (a, b) for a in (START, *names) for b in (*names, END) if (a, b) not in counts or (a, b) in steps
        ]
        self.place = {one: at for at, one in enumerate(self.unknown)}
        shown = {one: n for one, n in counts.items() if one not in steps}
        rows: list[dict[int, float]] = []
        values: list[float] = []

        def know(name: str, side: int, total: float) -> None:
            rows.append({self.place[one]: 1.0 for one in self.unknown if one[side] == name})
            values.append(total - sum(n for one, n in shown.items() if one[side] == name))

        people = sum(n for one, n in counts.items() if one[0] == START)
        know(START, 0, people)
        know(END, 1, people)
        for name in names:
            total = sum(n for one, n in counts.items() if one[0] == name)
            if name not in sums:
                know(name, 0, total)
                know(name, 1, total)
                continue
            row: dict[int, float] = {}
            for at, one in enumerate(self.unknown):
                balance = float(one[0] == name) - float(one[1] == name)
                if balance:
                    row[at] = balance
            rows.append(row)
            values.append(float(sum(n * ((one[1] == name) - (one[0] == name)) for one, n in shown.items())))
        entries = [(r, c, v) for r, row in enumerate(rows) for c, v in row.items()]
        r, c, v = (np.array(one) for one in zip(*entries, strict=True)) if entries else (np.zeros(0),) * 3
        self.matrix = csr_array((v, (r.astype(int), c.astype(int))), shape=(len(rows), len(self.unknown)))
        self.values: NDArray[np.float64] = np.array(values)

    def width(self, step: Step) -> float:
        """How far the least and the greatest value of a step lie apart."""
        ends = []
        for way in (1.0, -1.0):
            aim = np.zeros(len(self.unknown))
            aim[self.place[step]] = way
            answer = linprog(aim, A_eq=self.matrix, b_eq=self.values, method="highs")
            ends.append(way * float(answer.fun) if answer.status == 0 else way * -np.inf)
        return float(ends[1] - ends[0] + 1e-6)
