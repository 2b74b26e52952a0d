"""The penalised least squares equations of a linear mixed model, and their solution for given relative factors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

__all__ = ["ZERO", "Around", "Equations", "RandomTerm", "Solution", "around"]

Numbers = NDArray[np.float64]
ZERO = 1e-4  # a relative standard deviation below it counts as zero, as in lme4's test for a singular fit


@dataclass(frozen=True)
class RandomTerm:
    """A grouping factor with a random intercept, and slopes if `design` has more columns.

    Parameters
    ----------
    name : str
        Such as ``team``.
    codes : array of int (n,)
        Level of each row, from 0.
    levels : int
        How many levels there are.
    design : array (n, q)
        Columns whose coefficients vary by level; a column of ones for an intercept.
    columns : sequence of str
        Their names, q of them.
    """

    name: str
    codes: NDArray[np.intp]
    levels: int
    design: Numbers
    columns: tuple[str, ...] = ("intercept",)

    @property
    def width(self) -> int:
        """Number of columns, q."""
        return int(self.design.shape[1])

    def matrix(self) -> sparse.csr_array:
        """The sparse design matrix Z of this term, level by level (n, levels x q)."""
        n, q = self.design.shape
        columns = (self.codes[:, None] * q + np.arange(q)).ravel()
        return sparse.csr_array((self.design.ravel(), columns, np.arange(0, n * q + 1, q)), shape=(n, self.levels * q))


@dataclass(frozen=True)
class Solution:
    """What the equations give at one theta: determinant, residual squares, and beta with its unscaled covariance."""

    logdet: float
    squares: float
    beta: Numbers
    unscaled: Numbers
    first: Numbers  # (levels, q, q): of the first term, Lambda (Lambda' Z'Z Lambda + I)^-1 Lambda'
    rest: tuple[Numbers, Numbers] | None  # Cholesky factor of the other terms, and their right-hand sides


class Equations:
    """The cross products of the model, made once, and their solution for given relative factors."""

    def __init__(self, y: Numbers, x: Numbers, terms: Sequence[RandomTerm]) -> None:
        self.n, self.p = x.shape
        if np.linalg.matrix_rank(x) < self.p:
            raise ValueError("The columns of the fixed effects depend on each other.")
        self.terms = terms
        self.lower = [_lower(term.width) for term in terms]
        self.sizes = [len(one) for one in self.lower]
        offsets = np.cumsum([0, *self.sizes])
        #: Elements of theta that are standard deviations, never below zero; the others are free.
        self.diagonal = [
            int(offset) + i
            for offset, low in zip(offsets[:-1], self.lower, strict=True)
            for i, (row, column) in enumerate(low)
            if row == column
        ]
        first, others = terms[0].matrix(), [term.matrix() for term in terms[1:]]
        xy = np.column_stack([x, y])
        self.xy = xy.T @ xy
        design = terms[0].design
        self.blocks = np.zeros((terms[0].levels, design.shape[1], design.shape[1]))
        np.add.at(self.blocks, terms[0].codes, design[:, :, None] * design[:, None, :])
        self.first_xy = np.asarray(first.T @ xy).reshape(terms[0].levels, design.shape[1], -1)
        self.others = bool(others)
        if others:
            z = sparse.hstack(others, format="csr")
            self.rest, self.rest_xy = sparse.csc_array(z.T @ z), np.asarray(z.T @ xy)
            cross = sparse.csr_array(first.T @ z)
            dense = cross.shape[0] * cross.shape[1] < 200_000 or cross.nnz > 0.2 * cross.shape[0] * cross.shape[1]
            self.first_rest: Any = cross.toarray() if dense else cross
            self.sparse = not dense and _stays_sparse(self.rest, cross)
            if not self.sparse:
                self.rest = self.rest.toarray()

    @property
    def small(self) -> bool:
        """Whether the dense part is so small that threads would wait for each other longer than they work."""
        return sum(term.levels * term.width for term in self.terms[1:]) < 500

    def factors(self, theta: Numbers) -> list[Numbers]:
        """The lower-triangular relative factor of each term (q, q)."""
        found, start = [], 0
        for term, low in zip(self.terms, self.lower, strict=True):
            factor = np.zeros((term.width, term.width))
            for place, value in zip(low, theta[start : start + len(low)], strict=True):
                factor[place] = value
            found.append(factor)
            start += len(low)
        return found

    def solve(self, theta: Numbers, *, factored: bool = False) -> Solution:
        """Fixed effects, residual squares and determinants at theta; with `factored` the factor of the rest is kept."""
        factor, *others = self.factors(theta)
        inner = factor.T @ self.blocks @ factor + np.eye(len(factor))
        logdet = float(np.linalg.slogdet(inner)[1].sum())
        first = factor @ np.linalg.solve(inner, np.broadcast_to(factor.T, inner.shape))
        effects = first @ self.first_xy
        cross = self.xy - np.einsum("lqa,lqb->ab", self.first_xy, effects)
        rest = None
        if self.others:
            flat = effects.reshape(-1, effects.shape[-1])
            schur = self.rest - self.first_rest.T @ self.times_first(first)
            right = self._times((self.rest_xy - self.first_rest.T @ flat).T, others).T
            if self.sparse and not factored:
                more, squares = self._solved_sparse(schur, others, right)
                logdet, cross = logdet + more, cross - squares
            else:
                schur = self._times(self._times(_dense(schur), others).T, others)
                schur[np.diag_indices_from(schur)] += 1
                lower = linalg.cholesky(schur, lower=True, check_finite=False, overwrite_a=True)
                right = linalg.solve_triangular(lower, right, lower=True, check_finite=False)
                logdet += 2 * float(np.log(np.diag(lower)).sum())
                cross = cross - right.T @ right
                rest = lower, right
        whole = linalg.cholesky(cross, lower=True, check_finite=False)
        rx, ry = whole[: self.p, : self.p], whole[self.p, : self.p]
        inverse = linalg.solve_triangular(rx, np.eye(self.p), lower=True)
        logdet += 2 * float(np.log(np.diag(rx)).sum())
        return Solution(logdet, float(whole[-1, -1] ** 2), inverse.T @ ry, inverse.T @ inverse, first, rest)

    def _solved_sparse(self, schur: Any, others: Sequence[Numbers], right: Numbers) -> tuple[float, Numbers]:
        """Log determinant of the rest, and the squares that it takes from the cross products, without filling zeros."""
        terms = zip(self.terms[1:], others, strict=True)
        scale = sparse.block_diag([sparse.kron(sparse.eye_array(one.levels), factor) for one, factor in terms], "csc")
        whole = sparse.csc_array(scale.T @ schur @ scale) + sparse.eye_array(schur.shape[0], format="csc")
        # Symmetric and positive definite: no pivots are needed, and rows of few zeros (raters) are taken last.
        factor = splu(
            sparse.csc_array(whole), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
        return float(np.log(np.abs(factor.U.diagonal())).sum()), right.T @ factor.solve(right)

    def times_first(self, first: Numbers) -> Any:
        """The first term's blocks P times its cross products with the others, K."""
        levels, q, _ = first.shape
        if isinstance(self.first_rest, np.ndarray):
            return (first @ self.first_rest.reshape(levels, q, -1)).reshape(levels * q, -1)
        blocks = sparse.bsr_array((first, np.arange(levels), np.arange(levels + 1)), shape=(levels * q,) * 2)
        return blocks @ self.first_rest

    def effects(self, theta: Numbers, solved: Solution) -> tuple[Numbers, Numbers]:
        """Predicted effects of all terms, one after the other, and their conditional deviations over sigma."""
        if self.others and solved.rest is None:
            solved = self.solve(theta, factored=True)
        at = np.append(-solved.beta, 1.0)
        right = self.first_xy @ at
        variance = np.einsum("lqq->lq", solved.first).ravel()
        if solved.rest is None:
            return np.einsum("lqr,lr->lq", solved.first, right).ravel(), np.sqrt(variance)
        lower, rest_right = solved.rest
        others = self.factors(theta)[1:]
        half = self._times(linalg.solve_triangular(lower, np.eye(len(lower)), lower=True), [one.T for one in others])
        values = half.T @ (rest_right @ at)
        right = right - np.asarray(self.first_rest @ values).reshape(right.shape)
        spread = np.asarray(self.times_first(solved.first) @ half.T)
        variance = np.concatenate([variance + (spread**2).sum(axis=1), (half**2).sum(axis=0)])
        return np.concatenate([np.einsum("lqr,lr->lq", solved.first, right).ravel(), values]), np.sqrt(variance)

    def _times(self, matrix: Numbers, factors: Sequence[Numbers]) -> Numbers:
        """Matrix times the block diagonal of the other terms' factors, each repeated for its levels (columns)."""
        parts, start = [], 0
        for term, factor in zip(self.terms[1:], factors, strict=True):
            part = matrix[:, start : start + term.levels * term.width]
            start += part.shape[1]
            parts.append((part.reshape(len(matrix), term.levels, term.width) @ factor).reshape(part.shape))
        return parts[0] if len(parts) == 1 else np.hstack(parts)


def _stays_sparse(rest: Any, cross: Any) -> bool:
    """Whether the other terms are many, and most pairs of their levels never meet: such as terms inside learners."""
    size = rest.shape[0]
    if size < 300:
        return False
    met = abs(rest) + abs(cross.T) @ abs(cross)
    return bool(met.nnz < 0.05 * size**2)


def _dense(matrix: Any) -> Numbers:
    return np.asarray(matrix.toarray() if sparse.issparse(matrix) else matrix)


def _lower(width: int) -> list[tuple[int, int]]:
    return [(row, column) for column in range(width) for row in range(column, width)]


@dataclass(frozen=True)
class Around:
    """The equations solved at a point and one step to each side of it, in the directions that are free."""

    free: list[int]
    steps: Numbers
    middle: Solution
    sides: list[tuple[Solution, Solution]]
    corners: dict[tuple[int, int], tuple[Solution, Solution]]

    def slopes(self, value: Callable[[Solution], Any]) -> Numbers:
        """First differences of a function of a solution, one row a direction."""
        return np.array(
            [(value(up) - value(down)) / (2 * h) for (up, down), h in zip(self.sides, self.steps, strict=True)]
        )

    def hessian(self, value: Callable[[Solution], float]) -> Numbers:
        """Second differences of a function of a solution."""
        k, centre = len(self.free), value(self.middle)
        found = np.empty((k, k))
        for i in range(k):
            found[i, i] = sum(map(value, self.sides[i])) - 2 * centre
            for j in range(i):
                straight = sum(map(value, self.sides[i])) + sum(map(value, self.sides[j]))
                found[i, j] = found[j, i] = (sum(map(value, self.corners[i, j])) - straight + 2 * centre) / 2
        return found / np.outer(self.steps, self.steps)


def around(equations: Equations, theta: Numbers) -> Around:
    """Solve the equations at theta and beside it, in all directions in which theta is not at its bound."""
    free = [i for i in range(len(theta)) if i not in equations.diagonal or theta[i] >= ZERO]
    steps = np.array([max(1e-3 * abs(theta[i]), 1e-4) for i in free])
    unit = np.zeros((len(free), len(theta)))
    unit[np.arange(len(free)), free] = steps
    sides = [(equations.solve(theta + one), equations.solve(theta - one)) for one in unit]
    corners = {}
    for i in range(len(free)):
        for j in range(i):
            both = unit[i] + unit[j]
            corners[i, j] = equations.solve(theta + both), equations.solve(theta - both)
    return Around(free, steps, equations.solve(theta), sides, corners)
