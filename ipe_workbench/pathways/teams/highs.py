"""A linear model of CP-SAT solved by HiGHS, which is better where sums of many numbers decide."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["solve_by_highs"]

#: Nodes of the search for whole numbers: the same work on every machine.
_NODES = 300
_GAP = 1e-4
_ANY = 1 << 60


def solve_by_highs(
    model: cp_model.CpModel, variables: Sequence[cp_model.IntVar], *, scale: float
) -> tuple[tuple[int, ...], int] | None:
    """The values of the variables and a lower bound of the objective; ``None`` when nothing was found.

    Parameters
    ----------
    model : CpModel
        With linear constraints, exactly-one constraints of plain variables, and an objective to minimise.
    variables : sequence of IntVar
        Whose values are wanted.
    scale : float
        By which the objective is divided, to suit the solver's tolerances (1e-6).

    Notes
    -----
    Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5. The bound is rounded up to a whole number, but not over what
    the tolerances can explain.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    proto = model.proto
    rows: list[tuple[list[int], list[int], int, int]] = []
    for one in proto.constraints:
        if one.has_linear():
            domain = list(one.linear.domain)
            rows.append((list(one.linear.vars), list(one.linear.coeffs), domain[0], domain[-1]))
        else:
            literals = list(one.exactly_one.literals)
            rows.append((literals, [1] * len(literals), 1, 1))
    domains = [list(one.domain) for one in proto.variables]
    cost = np.zeros(len(domains))
    cost[list(proto.objective.vars)] = np.array(list(proto.objective.coeffs)) / scale
    entries = [(r, v, c) for r, (vs, cs, _, _) in enumerate(rows) for v, c in zip(vs, cs, strict=True)]
    matrix = csr_array(
        ([e[2] for e in entries], ([e[0] for e in entries], [e[1] for e in entries])), shape=(len(rows), len(domains))
    )
    low, high = [_end(least) for _, _, least, _ in rows], [_end(most) for _, _, _, most in rows]
    answer = milp(
        cost,
        constraints=LinearConstraint(matrix, low, high),
        bounds=Bounds([one[0] for one in domains], [one[-1] for one in domains]),
        integrality=np.ones(len(domains)),
        options={"node_limit": _NODES, "mip_rel_gap": _GAP},
    )
    if answer.x is None:
        return None
    bound = answer.mip_dual_bound * scale
    return tuple(round(answer.x[one.index]) for one in variables), max(0, ceil(bound - 0.5 - 1e-7 * abs(bound)))


def _end(value: int) -> float:
    return value if abs(value) < _ANY else inf if value > 0 else -inf
