"""The likelihood of forgetting curves with a level and a loss of each learner, and its slopes.

Everything rests on `cross_products`: for each learner the sums of products of (1, shape of the curve, score).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Measurements",
    "contributions",
    "cross_products",
    "likelihood",
    "lower_root",
    "minus_with_slopes",
    "row_of",
    "shape_of",
    "whitened",
]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Measurements:
    """Scores above the stated floor (`score`) at times since the badge (`time`) of learners (`code`, from 0)."""

    code: NDArray[np.intp]
    time: Numbers
    score: Numbers
    learners: int
    random_loss: bool  # whether there are enough measurements for a loss of each learner
    cluster: NDArray[np.intp] | None = None  # of each learner, such as the team (from 0)

    @cached_property
    def sums(self) -> tuple[Numbers, Numbers, Numbers]:
        """By learner: measurements, sum of scores, sum of their squares."""
        one, y = np.ones(len(self.score)), self.score
        n, sy, syy = (np.bincount(self.code, values, self.learners).astype(float) for values in (one, y, y * y))
        return n, sy, syy

    @property
    def reach(self) -> tuple[float, float]:
        """Logarithms of the shortest and the longest half-life that are searched."""
        positive = self.time[self.time > 0]
        return float(np.log(positive.min() / 50)), float(np.log(positive.max() * 1e4))


def minus_with_slopes(
    model: str, data: Measurements, log_half_life: float, factors: Numbers, cross: Numbers | None = None
) -> tuple[float, Numbers]:
    """Minus the log-likelihood at the best coefficients; its slopes by the factors, and first by the log half-life.

    The coefficients and the residual variance are at their best, so that they need not be moved (envelope theorem).
    With e = (1, shape, score) less what the fixed and the random part of a learner say, the weighted squares change by
    e' dK e with the cross-products K, and by -2 K e w' with the factors, w = A^-1 L' Z' r. Given `cross`, the slope by
    the half-life is left at zero.
    """
    moving = cross is None
    cross = cross_products(model, data, log_half_life) if cross is None else cross
    value, beta, sigma = _best(whitened(model, cross, factors), data)
    root = lower_root(factors)
    q = len(root)
    inverse = _middle(cross, root)[1]
    contrast = np.zeros(3)
    contrast[_columns(model)], contrast[2] = -beta, 1.0
    loaded = np.einsum("ab,axi,x->bi", root, cross[:q], contrast)
    w = np.einsum("bci,ci->bi", inverse, loaded)
    error = np.repeat(contrast[:, None], data.learners, axis=1)
    error[:q] -= root @ w
    outer = np.einsum("ab,bci,dc->adi", root, inverse, root)  # L A^-1 L'
    by_root = 2 * np.einsum("axi,xb,bdi->ad", cross[:q, :q], root, inverse)
    by_root -= 2 / sigma**2 * np.einsum("axi,xi,bi->ab", cross[:q], error, w)
    slopes = [by_root[0, 0]] if q == 1 else [by_root[0, 0], by_root[1, 0], by_root[1, 1]]
    by_half_life = 0.0
    if moving:
        change = _cross_slope(model, data, log_half_life)
        by_half_life = float(np.einsum("ai,abi,bi->", error, change, error) / sigma**2)
        by_half_life += float(np.einsum("abi,bai->", outer, change[:q, :q]))
    return -value, 0.5 * np.array([by_half_life, *slopes])


def likelihood(model: str, data: Measurements, log_half_life: float, factors: Numbers) -> tuple[float, Numbers, float]:
    """Log-likelihood at the best coefficients and residual SD, which come with it."""
    return _best(whitened(model, cross_products(model, data, log_half_life), factors), data)


def _best(sums: tuple[Numbers, Numbers, Numbers, Numbers], data: Measurements) -> tuple[float, Numbers, float]:
    logdet, xx, xy, yy = sums
    beta = np.linalg.lstsq(xx.sum(axis=2), xy.sum(axis=1), rcond=None)[0]
    squares = float(yy.sum() - 2 * beta @ xy.sum(axis=1) + beta @ xx.sum(axis=2) @ beta)
    sigma2 = max(squares, 1e-300) / len(data.score)
    value = -0.5 * (len(data.score) * (np.log(2 * np.pi * sigma2) + 1) + float(logdet[0].sum()))
    return float(value), np.asarray(beta, dtype=np.float64), float(np.sqrt(sigma2))


def contributions(logdet: Numbers, xx: Numbers, xy: Numbers, yy: Numbers, beta: Numbers, sigma2: float) -> Numbers:
    """The log-likelihood of each learner."""
    squares = yy - 2 * beta @ xy + np.einsum("a,abi,b->i", beta, xx, beta)
    determinant, rows = logdet
    return np.asarray(-0.5 * (rows * np.log(2 * np.pi * sigma2) + determinant + squares / sigma2))


def cross_products(model: str, data: Measurements, log_half_life: float) -> Numbers:
    """Sums of products of (1, shape, score) by learner, 3 by 3 by learners."""
    g, y = shape_of(model, data.time, log_half_life), data.score
    n, sy, syy = data.sums
    sg, sgg, sgy = (np.bincount(data.code, one, data.learners) for one in (g, g * g, g * y))
    return np.array([[n, sg, sy], [sg, sgg, sgy], [sy, sgy, syy]])


def _cross_slope(model: str, data: Measurements, log_half_life: float) -> Numbers:
    """How `cross_products` changes with the logarithm of the half-life."""
    g, y, half_life = shape_of(model, data.time, log_half_life), data.score, np.exp(log_half_life)
    with np.errstate(divide="ignore"):
        log_g = np.where(g > 0, np.log(g), 0.0)  # what has faded altogether does not move
    if model.startswith("power_law"):
        slope = -g * log_g * half_life / ((1 + half_life) * np.log1p(half_life))
    else:
        slope = -g * log_g
    d, dg, dy = (np.bincount(data.code, one, data.learners) for one in (slope, 2 * g * slope, slope * y))
    zero = np.zeros_like(d)
    return np.array([[zero, d, zero], [d, dg, dy], [zero, dy, zero]])


def _middle(cross: Numbers, root: Numbers) -> tuple[Numbers, Numbers]:
    """Determinant and inverse of I + L' Z'Z L of each learner."""
    q = len(root)
    middle = np.einsum("ab,axi,xd->bdi", root, cross[:q, :q], root) + np.eye(q)[:, :, None]
    if q == 1:
        return middle[0, 0], 1 / middle
    determinant = middle[0, 0] * middle[1, 1] - middle[0, 1] ** 2
    inverse = np.array([[middle[1, 1], -middle[0, 1]], [-middle[1, 0], middle[0, 0]]]) / determinant
    return determinant, inverse


def whitened(model: str, cross: Numbers, factors: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """By learner: log determinant and rows; X'WX, X'Wy and y'Wy, W the inverse of the relative covariance."""
    n = cross[0, 0]
    root = lower_root(factors)
    loaded = np.einsum("ab,axi->bxi", root, cross[: len(root)])  # root' Z' (1, shape, score)
    determinant, inverse = _middle(cross, root)
    whitened = cross - np.einsum("abt,act,cdt->bdt", loaded, inverse, loaded)
    kept = _columns(model)
    return np.array([np.log(determinant), n]), whitened[np.ix_(kept, kept)], whitened[kept, 2], whitened[2, 2]


def shape_of(model: str, time: Numbers, log_half_life: float) -> Numbers:
    """One at time zero, one half after the half-life."""
    half_life = np.exp(log_half_life)
    if model.startswith("power_law"):
        return np.asarray((1 + time) ** (-np.log(2) / np.log1p(half_life)))
    return np.asarray(np.exp2(-time / half_life))


def _columns(model: str) -> list[int]:
    if model == "flat":
        return [0]
    return [0, 1] if model.endswith("estimated_floor") else [1]


def row_of(model: str, time: float, log_half_life: float) -> Numbers:
    """What multiplies the coefficients at that time."""
    both = np.array([1.0, shape_of(model, np.array([time]), log_half_life)[0]])
    return np.asarray(both[_columns(model)])


def lower_root(factors: Numbers) -> Numbers:
    """The factor of the relative covariance of level and loss, 1 by 1 or 2 by 2."""
    if len(factors) == 1:
        return np.array([[factors[0]]])
    return np.array([[factors[0], 0.0], [factors[1], factors[2]]])
