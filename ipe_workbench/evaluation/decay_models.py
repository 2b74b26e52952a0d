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

from ipe_workbench.evaluation.decay_likelihood import (
    Measurements,
    contributions,
    cross_products,
    likelihood,
    lower_root,
    minus_with_slopes,
    row_of,
    shape_of,
    whitened,
)

__all__ = ["MODELS", "DecayFit", "DecayModel", "Measurements", "fit_decay", "fit_flat"]

Numbers = NDArray[np.float64]
_Bound = tuple[float | None, float | None]
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
        return float(row_of(self.model, time, self.log_half_life) @ self.beta)

    def spread(self, time: float) -> float:
        """The standard deviation of single scores at that time."""
        z = np.array([1.0, shape_of(self.model, np.array([time]), self.log_half_life)[0]])[: _width(self.factors)]
        return float(self.sigma * np.sqrt(1 + ((z @ lower_root(self.factors)) ** 2).sum()))

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
            sums = whitened(self.model, cross_products(self.model, self.data, moved[p]), moved[p + 1 : -1])
            return contributions(*sums, moved[:p], float(np.exp(2 * moved[-1])))

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
    values = np.array([likelihood(model, data, one, start)[0] for one in grid])
    higher = np.concatenate([[-np.inf], values, [-np.inf]])
    peaks = np.flatnonzero((values >= higher[:-2]) & (values >= higher[2:]))
    best: tuple[Numbers, float] | None = None
    for at in peaks[np.argsort(-values[peaks])][:2]:
        found = _climb(
            lambda x: minus_with_slopes(model, data, x[0], x[1:]),
            np.concatenate([[grid[at]], start]), [(low, high), *_bounds(start, data)], 1e-11,
        )  # fmt: skip
        if best is None or found[1] < best[1]:
            best = found
    if best is None:
        raise AssertionError("the grid is not empty")
    x = best[0]
    return _told(model, data, float(x[0]), x[1:], not low + 0.05 < x[0] < high - 0.05)


def fit_flat(data: Measurements) -> DecayFit:
    """No decay: one mean, and a level of each learner."""
    found = optimize.minimize(
        lambda x: -likelihood("flat", data, 0.0, x)[0], [1.0], method="L-BFGS-B", bounds=[(0.0, 1e3)]
    )
    return _told("flat", data, 0.0, np.asarray(found.x, dtype=np.float64), at_the_end=True)


def _told(model: str, data: Measurements, log_half_life: float, factors: Numbers, at_the_end: bool) -> DecayFit:
    value, beta, sigma = likelihood(model, data, log_half_life, factors)
    k = len(beta) + (model != "flat") + (len(factors) if data.learners > 1 else 0) + 1
    n = len(data.score)
    aicc = -2 * value + 2 * k + 2 * k * (k + 1) / max(n - k - 1, 1)
    return DecayFit(model, log_half_life, beta, factors, sigma, value, k, aicc, at_the_end, data)


def _bounds(factors: Numbers, data: Measurements) -> list[_Bound]:
    if data.learners == 1:
        return [(0.0, 0.0)]
    return [(0.0, 1e3)] if len(factors) == 1 else [(0.0, 1e3), (None, None), (0.0, 1e3)]


def _inner(model: str, data: Measurements, log_half_life: float, start: Numbers) -> tuple[float, Numbers]:
    """The best likelihood at a given half-life."""
    cross = cross_products(model, data, log_half_life)

    def minus(factors: Numbers) -> tuple[float, Numbers]:
        value, slopes = minus_with_slopes(model, data, log_half_life, factors, cross)
        return value, slopes[1:]

    x, value = _climb(minus, np.where(np.abs(start) < 1e-3, 0.05, start), _bounds(start, data), 1e-9)
    return -value, x


def _climb(
    minus: Callable[[Numbers], tuple[float, Numbers]], start: Numbers, bounds: list[_Bound], ftol: float
) -> tuple[Numbers, float]:
    """L-BFGS with exact slopes. At a factor of zero the slope is zero, whether or not it is best: look beside it."""
    x, value = start, np.inf
    for _ in range(3):
        found = optimize.minimize(
            minus, x, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300, "ftol": ftol}
        )
        x, value = np.asarray(found.x, dtype=np.float64), float(found.fun)
        at_zero = [i for i, (low, high) in enumerate(bounds) if low == 0.0 != high and x[i] < 1e-3]
        moved = [np.where(np.arange(len(x)) == i, height, x) for i in at_zero for height in (0.05, 0.3)]
        better = min(moved, key=lambda one: minus(one)[0], default=x)
        if not moved or minus(better)[0] >= value - 1e-7:
            break
        x = better
    return x, value


def _width(factors: Numbers) -> int:
    return 1 if len(factors) == 1 else 2


def _around(theta: Numbers) -> list[tuple[Numbers, Numbers]]:
    pairs = []
    for i, value in enumerate(theta):
        step = np.zeros(len(theta))
        step[i] = 1e-5 * max(abs(value), 0.1)
        pairs.append((theta + step, theta - step))
    return pairs
