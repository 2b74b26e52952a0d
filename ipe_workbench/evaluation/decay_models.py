"""Forgetting curves of many learners at once: exponential or power law, with a level and a loss of each learner.

Given its half-life a curve is linear in the rest, so the model is a linear mixed one whose likelihood needs, of each
learner, only sums over the measurements; the half-life and the few factors of the covariance are searched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

__all__ = ["MODELS", "DecayFit", "DecayModel", "Measurements", "fit_decay", "fit_flat"]

Numbers = NDArray[np.float64]
DecayModel = Literal[
    "exponential_to_estimated_floor",
    "exponential_to_stated_floor",
    "power_law_to_estimated_floor",
    "power_law_to_stated_floor",
]
MODELS: tuple[DecayModel, ...] = (
    "exponential_to_estimated_floor",
    "exponential_to_stated_floor",
    "power_law_to_estimated_floor",
    "power_law_to_stated_floor",
)


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


@dataclass(frozen=True)
class DecayFit:
    """A fitted curve: ``floor + start_above_floor * shape(time)``.

    Parameters
    ----------
    model : DecayModel or "flat"
    log_half_life : float
    beta : array
        Mean loss (what lies above the floor at time zero), after the floor above the stated one where it is estimated.
    factors : array
        Lower triangle of the covariance factor of level and loss, relative to `sigma`.
    sigma : float
        Residual standard deviation.
    log_likelihood, parameters, aicc : float
    at_the_end : bool
        The half-life lies at an end of the search: no fall, or one too quick to be seen.
    """

    model: str
    log_half_life: float
    beta: Numbers
    factors: Numbers
    sigma: float
    log_likelihood: float
    parameters: int
    aicc: float
    at_the_end: bool
    data: Measurements

    def mean(self, time: float) -> float:
        """The mean of everybody at that time, above the stated floor."""
        return float(_row(self.model, time, self.log_half_life) @ self.beta)

    def spread(self, time: float) -> float:
        """The standard deviation of single scores at that time."""
        z = np.array([1.0, _shape(self.model, np.array([time]), self.log_half_life)[0]])[: _width(self.factors)]
        return float(self.sigma * np.sqrt(1 + ((z @ _lower(self.factors)) ** 2).sum()))

    def half_life_interval(self, level: float) -> tuple[float, float]:
        """Profile likelihood interval, with Student's t for the normal; NaN for an end that is not reached.

        With clusters it is a cluster-robust Wald interval on the logarithm.
        """
        if self.data.cluster is not None:
            ends = np.exp(self.interval_of(lambda one: one.log_half_life, level))
            return float(ends[0]), float(ends[1])
        reach = self._t(level) ** 2
        low, high = self.data.reach
        factors = self.factors

        def fall(log_half_life: float) -> float:
            nonlocal factors
            value, factors = _inner(self.model, self.data, log_half_life, factors)  # the next search begins here
            return 2 * (self.log_likelihood - value) - reach

        found = []
        for far in (low, high):
            step, near = 0.35 if far == high else -0.35, self.log_half_life
            while fall(near + step) < 0 and low < near + step < high:
                near, step = near + step, step * 1.5
            inside = low < near + step < high
            found.append(float(np.exp(optimize.brentq(fall, near, near + step, xtol=1e-4))) if inside else float("nan"))
        return found[0], found[1]

    def interval_of(self, statistic: Callable[[DecayFit], float], level: float) -> tuple[float, float]:
        """Delta method: interval of a function of the fitted curve."""
        theta, covariance = self._packed(), self._covariance
        if covariance is None:
            return float("nan"), float("nan")
        slope = np.array([(statistic(self._at(up)) - statistic(self._at(down))) / (up - down).sum()
                          for up, down in _around(theta)])  # fmt: skip
        variance = float(slope @ covariance @ slope)
        if not variance >= 0:
            return float("nan"), float("nan")
        reach = self._t(level) * float(np.sqrt(variance))
        return float(statistic(self) - reach), float(statistic(self) + reach)

    def _t(self, level: float) -> float:
        cluster = self.data.cluster
        df = self.data.learners - self.parameters if cluster is None else int(cluster.max())
        return float(stats.t.ppf(0.5 + level / 2, max(df, 1)))

    def _packed(self) -> Numbers:
        return np.concatenate([self.beta, [self.log_half_life], self.factors, [np.log(self.sigma)]])

    def _at(self, theta: Numbers) -> DecayFit:
        p = len(self.beta)
        return DecayFit(
            self.model, float(theta[p]), theta[:p], theta[p + 1 : -1], float(np.exp(theta[-1])),
            self.log_likelihood, self.parameters, self.aicc, self.at_the_end, self.data,
        )  # fmt: skip

    @cached_property
    def _covariance(self) -> Numbers | None:
        """Inverse of the numerical Hessian of minus the log-likelihood; what lies at zero is held there."""
        theta = self._packed()
        p, size = len(self.beta), len(theta)
        held = [p + 1 + i for i, value in enumerate(self.factors) if abs(value) < 1e-4]
        free = [i for i in range(size) if i not in held]
        steps = 1e-4 * np.maximum(np.abs(theta), 0.1)

        def by_learner(moved: Numbers) -> Numbers:
            sums = _whitened(self.model, _cross(self.model, self.data, moved[p]), moved[p + 1 : -1])
            return _contributions(*sums, moved[:p], float(np.exp(2 * moved[-1])))

        def minus(moved: Numbers) -> float:
            return -float(by_learner(moved).sum())

        hessian = np.zeros((len(free), len(free)))
        for a, i in enumerate(free):
            for b, j in enumerate(free[: a + 1]):
                total = 0.0
                for one, two in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                    moved = theta.copy()
                    moved[i] += one * steps[i]
                    moved[j] += two * steps[j]
                    total += one * two * minus(moved)
                hessian[a, b] = hessian[b, a] = total / (4 * steps[i] * steps[j])
        try:
            inverse = np.linalg.inv(hessian)
        except np.linalg.LinAlgError:
            return None
        if (np.diag(inverse) <= 0).any():
            return None
        cluster = self.data.cluster
        if cluster is not None:  # the sandwich, with the factor G / (G - 1)
            scores = np.array([(by_learner(up) - by_learner(down)) / (up - down).sum() for up, down in _around(theta)])
            of_clusters = np.array([np.bincount(cluster, one) for one in scores[free]])
            groups = of_clusters.shape[1]
            inverse = groups / (groups - 1) * inverse @ (of_clusters @ of_clusters.T) @ inverse
        covariance = np.zeros((size, size))
        covariance[np.ix_(free, free)] = inverse
        return covariance


def fit_decay(data: Measurements, model: DecayModel) -> DecayFit:
    """Maximum likelihood, from the best of a grid of half-lives.

    Examples
    --------
    Ten learners without noise but for their levels, half of the loss gone after 30 days.

    >>> time = np.tile([0.0, 15, 30, 60, 120], 10)
    >>> code = np.repeat(np.arange(10), 5)
    >>> noise = np.random.default_rng(1).normal(0, 0.1, 50)
    >>> data = Measurements(code, time, 50 + code + 30 * 0.5 ** (time / 30) + noise, 10, False)
    >>> round(float(np.exp(fit_decay(data, "exponential_to_estimated_floor").log_half_life)))
    30
    """
    low, high = data.reach
    start = np.array([1.0, 0.0, 0.3] if data.random_loss else [1.0])
    if data.learners == 1:  # one series of means: its level is no random one
        start = np.array([0.0])
    grid = np.linspace(low + 1, high - 1, 22)
    values = np.array([_likelihood(model, data, one, start)[0] for one in grid])
    higher = np.concatenate([[-np.inf], values, [-np.inf]])
    peaks = np.flatnonzero((values >= higher[:-2]) & (values >= higher[2:]))
    best: optimize.OptimizeResult | None = None
    for at in peaks[np.argsort(-values[peaks])][:2]:
        found = optimize.minimize(
            lambda x: -_likelihood(model, data, x[0], x[1:])[0], np.concatenate([[grid[at]], start]),
            method="L-BFGS-B", bounds=[(low, high), *_bounds(start, data)], options={"maxiter": 300, "ftol": 1e-11},
        )  # fmt: skip
        if best is None or found.fun < best.fun:
            best = found
    if best is None:
        raise AssertionError("the grid is not empty")
    x = np.asarray(best.x, dtype=np.float64)
    return _told(model, data, float(x[0]), x[1:], not low + 0.05 < x[0] < high - 0.05)


def fit_flat(data: Measurements) -> DecayFit:
    """No decay: one mean, and a level of each learner."""
    found = optimize.minimize(
        lambda x: -_likelihood("flat", data, 0.0, x)[0], [1.0], method="L-BFGS-B", bounds=[(0.0, 1e3)]
    )
    return _told("flat", data, 0.0, np.asarray(found.x, dtype=np.float64), at_the_end=True)


def _told(model: str, data: Measurements, log_half_life: float, factors: Numbers, at_the_end: bool) -> DecayFit:
    value, beta, sigma = _likelihood(model, data, log_half_life, factors)
    k = len(beta) + (model != "flat") + (len(factors) if data.learners > 1 else 0) + 1
    n = len(data.score)
    aicc = -2 * value + 2 * k + 2 * k * (k + 1) / max(n - k - 1, 1)
    return DecayFit(model, log_half_life, beta, factors, sigma, value, k, aicc, at_the_end, data)


def _bounds(factors: Numbers, data: Measurements) -> list[tuple[float | None, float | None]]:
    if data.learners == 1:
        return [(0.0, 0.0)]
    return [(0.0, 1e3)] if len(factors) == 1 else [(0.0, 1e3), (None, None), (0.0, 1e3)]


def _inner(model: str, data: Measurements, log_half_life: float, start: Numbers) -> tuple[float, Numbers]:
    """The best likelihood at a given half-life."""
    cross = _cross(model, data, log_half_life)
    found = optimize.minimize(
        lambda x: -_best(_whitened(model, cross, x), data)[0], np.where(np.abs(start) < 1e-3, 0.05, start),
        method="L-BFGS-B", bounds=_bounds(start, data), options={"ftol": 1e-9},
    )  # fmt: skip
    return -float(found.fun), np.asarray(found.x)


def _likelihood(model: str, data: Measurements, log_half_life: float, factors: Numbers) -> tuple[float, Numbers, float]:
    """Log-likelihood at the best coefficients and residual SD, which come with it."""
    return _best(_whitened(model, _cross(model, data, log_half_life), factors), data)


def _best(sums: tuple[Numbers, Numbers, Numbers, Numbers], data: Measurements) -> tuple[float, Numbers, float]:
    logdet, xx, xy, yy = sums
    beta = np.linalg.lstsq(xx.sum(axis=2), xy.sum(axis=1), rcond=None)[0]
    squares = float(yy.sum() - 2 * beta @ xy.sum(axis=1) + beta @ xx.sum(axis=2) @ beta)
    sigma2 = max(squares, 1e-300) / len(data.score)
    value = -0.5 * (len(data.score) * (np.log(2 * np.pi * sigma2) + 1) + float(logdet[0].sum()))
    return float(value), np.asarray(beta, dtype=np.float64), float(np.sqrt(sigma2))


def _contributions(logdet: Numbers, xx: Numbers, xy: Numbers, yy: Numbers, beta: Numbers, sigma2: float) -> Numbers:
    """The log-likelihood of each learner."""
    squares = yy - 2 * beta @ xy + np.einsum("a,abi,b->i", beta, xx, beta)
    determinant, rows = logdet
    return np.asarray(-0.5 * (rows * np.log(2 * np.pi * sigma2) + determinant + squares / sigma2))


def _cross(model: str, data: Measurements, log_half_life: float) -> Numbers:
    """Sums of products of (1, shape, score) by learner, 3 by 3 by learners."""
    g, y = _shape(model, data.time, log_half_life), data.score
    n, sy, syy = data.sums
    sg, sgg, sgy = (np.bincount(data.code, one, data.learners) for one in (g, g * g, g * y))
    return np.array([[n, sg, sy], [sg, sgg, sgy], [sy, sgy, syy]])


def _whitened(model: str, cross: Numbers, factors: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """By learner: log determinant and rows; X'WX, X'Wy and y'Wy, W the inverse of the relative covariance."""
    n = cross[0, 0]
    root = _lower(factors)
    q = len(root)
    loaded = np.einsum("ab,aci->bci", root, cross[:q])  # root' Z' (1, shape, score)
    middle = np.einsum("bci,cd->bdi", loaded[:, :q], root) + np.eye(q)[:, :, None]
    if q == 1:
        determinant, inverse = middle[0, 0], 1 / middle
    else:
        determinant = middle[0, 0] * middle[1, 1] - middle[0, 1] ** 2
        inverse = np.array([[middle[1, 1], -middle[0, 1]], [-middle[1, 0], middle[0, 0]]]) / determinant
    whitened = cross - np.einsum("abt,act,cdt->bdt", loaded, inverse, loaded)
    kept = _columns(model)
    return np.array([np.log(determinant), n]), whitened[np.ix_(kept, kept)], whitened[kept, 2], whitened[2, 2]


def _shape(model: str, time: Numbers, log_half_life: float) -> Numbers:
    """One at time zero, one half after the half-life."""
    half_life = np.exp(log_half_life)
    if model.startswith("power_law"):
        return np.asarray((1 + time) ** (-np.log(2) / np.log1p(half_life)))
    return np.asarray(np.exp2(-time / half_life))


def _columns(model: str) -> list[int]:
    if model == "flat":
        return [0]
    return [0, 1] if model.endswith("estimated_floor") else [1]


def _row(model: str, time: float, log_half_life: float) -> Numbers:
    both = np.array([1.0, _shape(model, np.array([time]), log_half_life)[0]])
    return np.asarray(both[_columns(model)])


def _lower(factors: Numbers) -> Numbers:
    if len(factors) == 1:
        return np.array([[factors[0]]])
    return np.array([[factors[0], 0.0], [factors[1], factors[2]]])


def _width(factors: Numbers) -> int:
    return 1 if len(factors) == 1 else 2


def _around(theta: Numbers) -> list[tuple[Numbers, Numbers]]:
    pairs = []
    for i, value in enumerate(theta):
        step = np.zeros(len(theta))
        step[i] = 1e-5 * max(abs(value), 0.1)
        pairs.append((theta + step, theta - step))
    return pairs
