"""The cheapest set of cells to hide so that no hidden one can be worked out: Benders' decomposition.

A master problem (CP-SAT) proposes what to hide; an attacker (a linear programme for each hidden cell) looks how far a
cell can be narrowed; where that is too far, the programme's duals say what hiding more would do, as a cut for the
master. After Fischetti and Salazar-González (2001), *Solving the cell suppression problem on tabular data with linear
constraints*, Management Science 47(7), doi:10.1287/mnsc.47.7.1008.9805. That no whole numbers fit, where fractions
would, is looked at in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Puzzle", "protect"]

#: CP-SAT's own measure of work for one master problem: the same on every machine, unlike seconds.
_EFFORT = 2.0
_SCALE = 100


@dataclass(frozen=True)
class Puzzle:
    """What an attacker could set up: unknowns that add up.

    Parameters
    ----------
    values : array of int
        The true value of each unknown.
    least : array of int
        The least that an attacker must think possible: 0 for counts.
    sums : sequence of (int, sequence of int)
        Which unknown is the sum of which others.
    cost : array of int
        What hiding costs; 0 where nothing can be hidden because it is never shown.
    hidden : array of bool
        What is hidden in any case.
    shown : array of bool
        What was shown before and cannot be hidden any more.
    guarded : array of bool
        What must stay uncertain; every cell that is hidden here must, too.
    """

    values: NDArray[np.int64]
    least: NDArray[np.int64]
    sums: Sequence[tuple[int, Sequence[int]]]
    cost: NDArray[np.int64]
    hidden: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    guarded: NDArray[np.bool_]


def protect(puzzle: Puzzle, width: int) -> tuple[NDArray[np.bool_], list[int]]:
    """What to hide, and which cells cannot be kept uncertain whatever is hidden (earlier releases gave them away).

    Each hidden or guarded cell may then take values at least `width` apart.
    """
    attacker = _Attacker(puzzle, width)
    guarded = [int(one) for one in np.flatnonzero(puzzle.guarded)]
    lost = {cell for cell, _ in attacker.cuts(guarded, ~puzzle.shown)} if puzzle.shown.any() else set()
    master = _Master(puzzle, width, lost)
    while True:
        hidden = master.solve()
        guarded = [int(one) for one in np.flatnonzero(hidden & ((puzzle.cost > 0) | puzzle.guarded)) if one not in lost]
        cuts = attacker.cuts(guarded, hidden)
        if not cuts and all(attacker.in_whole_numbers(one, hidden) for one in guarded):
            return hidden, sorted(lost)
        if not cuts or not all(master.add(cell, cut, hidden) for cell, cut in cuts):
            master.hide_more(hidden)


class _Master:
    def __init__(self, puzzle: Puzzle, width: int, lost: set[int]) -> None:
        from ortools.sat.python import cp_model

        self._puzzle, self._width = puzzle, width
        self._model = cp_model.CpModel()
        self._hide: list[Any] = []
        for cell in range(len(puzzle.values)):
            if puzzle.hidden[cell] or puzzle.shown[cell]:
                self._hide.append(self._model.new_constant(int(puzzle.hidden[cell])))
            else:
                self._hide.append(self._model.new_bool_var(str(cell)))
        self._model.minimize(sum(int(puzzle.cost[one]) * hide for one, hide in enumerate(self._hide)))
        for total, parts in puzzle.sums:
            # One unknown alone in a sum is known.
            members = [total, *parts]
            for one in members:
                if one not in lost and (puzzle.guarded[one] or puzzle.cost[one]):
                    others = [self._hide[other] for other in members if other != one]
                    self._model.add(sum(others) >= self._hide[one])

    def add(self, cell: int, gain: NDArray[np.float64], hidden: NDArray[np.bool_]) -> bool:
        """Hide enough for a cell. Whether that rules out what was hidden: rounding might let it through."""
        needed = self._width * _SCALE
        rounded = np.ceil(np.minimum(gain, self._width) * _SCALE - 1e-6).astype(int)
        terms = [int(one) * self._hide[index] for index, one in enumerate(rounded) if one > 0]
        self._model.add(sum(terms) >= needed * self._hide[cell])
        return int(rounded[hidden].sum()) < needed

    def hide_more(self, hidden: NDArray[np.bool_]) -> None:
        """One cell more than these."""
        self._model.add(sum(self._hide[one] for one in np.flatnonzero(~hidden)) >= 1)

    def solve(self) -> NDArray[np.bool_]:
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = _EFFORT
        status = solver.solve(self._model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            # Everything that can be hidden protects all that can be protected.
            return ~self._puzzle.shown
        return np.array([bool(solver.value(one)) for one in self._hide])


class _Attacker:
    def __init__(self, puzzle: Puzzle, width: int) -> None:
        from ortools.linear_solver import pywraplp

        self._puzzle, self._width = puzzle, width
        self._far = int(puzzle.values.max(initial=0)) + 10 * width
        # One programme for all questions: GLOP starts each from the answer to the one before.
        self._programme = pywraplp.Solver.CreateSolver("GLOP")
        self._unknown = [self._programme.NumVar(int(one), int(one), "") for one in puzzle.values]
        for total, parts in puzzle.sums:
            row = self._programme.Constraint(0, 0)
            for one in parts:
                row.SetCoefficient(self._unknown[one], 1)
            row.SetCoefficient(self._unknown[total], -1)
        self._aim = self._programme.Objective()
        self._below = puzzle.values - puzzle.least
        #: Solutions in whole numbers that were met: least and greatest value of each cell, for the present hiding.
        self._met = (puzzle.values.copy(), puzzle.values.copy())

    def cuts(self, guarded: Sequence[int], hidden: NDArray[np.bool_]) -> list[tuple[int, NDArray[np.float64]]]:
        """A cut for each cell that can be narrowed too far."""
        self._met = (self._puzzle.values.copy(), self._puzzle.values.copy())
        self._let(hidden)
        found = []
        for cell in guarded:
            if self._met[1][cell] - self._met[0][cell] < self._width:
                cut = self.cut(cell)
                if cut is not None:
                    found.append((cell, cut))
        return found

    def cut(self, cell: int) -> NDArray[np.float64] | None:
        """What each cell's hiding adds at most to the room that this cell has; `None` where it has enough."""
        low, low_gain = self._reach(cell, 1)
        if self._puzzle.values[cell] - low >= self._width:
            return None
        high, high_gain = self._reach(cell, -1)
        if high - low >= self._width - 1e-6:
            return None
        gain: NDArray[np.float64] = low_gain + high_gain
        return gain

    def in_whole_numbers(self, cell: int, hidden: NDArray[np.bool_]) -> bool:
        """Whether the room is there in whole numbers as well."""
        if self._met[1][cell] - self._met[0][cell] >= self._width:
            return True
        ends = [self._whole(cell, sign, hidden) for sign in (1, -1)]
        return ends[1] - ends[0] >= self._width

    def _let(self, hidden: NDArray[np.bool_]) -> None:
        """Let the hidden cells be anything that is not below their least value."""
        least = self._puzzle.values - hidden * self._below
        most = self._puzzle.values + hidden * self._far
        for unknown, low, high in zip(self._unknown, least, most, strict=True):
            unknown.SetBounds(float(low), float(high))

    def _reach(self, cell: int, sign: int) -> tuple[float, NDArray[np.float64]]:
        """The least value of a cell, or with -1 the greatest, and what each cell's hiding did for it."""
        self._aim.Clear()
        self._aim.SetCoefficient(self._unknown[cell], sign)
        self._aim.SetMinimization()
        self._programme.Solve()
        values = np.array([one.solution_value() for one in self._unknown])
        point = np.rint(values)
        if np.abs(values - point).max() < 1e-6:
            np.minimum(self._met[0], point, out=self._met[0], casting="unsafe")
            np.maximum(self._met[1], point, out=self._met[1], casting="unsafe")
        price = np.array([one.reduced_cost() for one in self._unknown])
        price[np.abs(price) < 1e-9] = 0
        return float(values[cell]), np.maximum(price, 0) * self._below - np.minimum(price, 0) * self._far

    def _whole(self, cell: int, sign: int, hidden: NDArray[np.bool_]) -> int:
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        least = self._puzzle.values - hidden * self._below
        most = self._puzzle.values + hidden * self._far
        unknown = [model.new_int_var(int(low), int(high), "") for low, high in zip(least, most, strict=True)]
        for total, parts in self._puzzle.sums:
            model.add(sum(unknown[one] for one in parts) == unknown[total])
        model.minimize(sign * unknown[cell])
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.solve(model)
        return int(solver.value(unknown[cell]))
