"""Approximate Bayesian computation for models without a likelihood, by sequential Monte Carlo.

Populations of parameter values whose simulations come closer and closer to the record: the algorithm of Toni, Welch,
Strelkowa, Ipsen and Stumpf 2009, Journal of the Royal Society Interface 6 187, with the threshold at the median
distance of the population before (Del Moral, Doucet and Jasra 2012, Statistics and Computing 22 1009) and a normal
kernel of twice the population's covariance (Beaumont, Cornuet, Marin and Robert 2009, Biometrika 96(4) 983). Many
statistics make any two cohorts look far apart; so distances are taken between their best linear predictions of the
parameters, learned from a first round of simulations (semi-automatic statistics: Fearnhead and Prangle 2012, JRSS B
74(3) 419). At the end a local linear regression takes out most of what is left of the distance (Beaumont, Zhang and
Balding 2002, Genetics 162 2025). The posterior stays approximate: it is that of the statistics and not of the record,
and too wide where simulations did not come close.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, logsumexp

__all__ = ["Population", "approximate_posterior"]

Floats = npt.NDArray[np.float64]
#: Gives the statistics (rows, statistics) of one simulation for each row of shares in (0, 1).
Simulate = Callable[[Floats], Floats]
_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Population:
    """Weighted values that came close, as shares of the way from the low to the high end of the uniform prior.

    Parameters
    ----------
    shares : array (values, parameters)
        After the regression adjustment.
    weights : array (values)
        Sum up to 1.
    statistics : array (values, statistics)
        What was simulated with them (before the adjustment).
    thresholds : tuple of float
        Of each population; the distance is in standard deviations of the prediction of a parameter.
    simulations : int
        How many were spent.
    """

    shares: Floats
    weights: Floats
    statistics: Floats
    thresholds: tuple[float, ...]
    simulations: int

    @property
    def effective(self) -> float:
        """What the weighted values are worth in equally weighted ones (Kish)."""
        return float(1 / (self.weights**2).sum())


def approximate_posterior(
    simulate: Simulate, seen: Floats, parameters: int, *, size: int = 400, pilot: int = 1000, rounds: int = 4,
    most: int = 20_000, seed: int = 1,
) -> Population:  # fmt: skip
    """Values in the unit cube, under a uniform prior, whose simulations are like what was seen.

    Parameters
    ----------
    simulate : callable
        See `Simulate`; each row has its own luck.
    seen : array (statistics)
        Of the record.
    parameters : int
        Dimensions of the cube.
    size : int
        Values in a population.
    pilot : int
        Simulations from the prior, from which the statistics are learned and the first population is taken.
    rounds : int
        Populations after the first.
    most : int
        Simulations after which no further population is begun.
    seed : int

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(5)
    >>> def toss(shares):
    ...     return rng.binomial(200, shares) / 200
    >>> found = approximate_posterior(toss, np.array([0.3]), 1, size=200, pilot=400, rounds=2)
    >>> bool(abs(found.weights @ found.shares[:, 0] - 0.3) < 0.02)
    True
    """
    rng = np.random.default_rng(seed)
    shares = rng.random((pilot, parameters))
    statistics = simulate(shares)
    spent = pilot
    predict = _predictor(statistics, shares)
    wanted = predict(seen[None, :])[0]
    distance = _distances(predict(statistics), wanted)
    near = np.argsort(distance, kind="stable")[: min(size, pilot // 2)]
    shares, statistics, distance = shares[near], statistics[near], distance[near]
    weights = np.full(len(near), 1 / len(near))
    thresholds = [float(distance.max())]
    for _ in range(rounds):
        if spent >= most:
            break
        threshold = float(np.quantile(distance, 0.5))
        found = _next_population(simulate, predict, wanted, shares, weights, threshold, size, most - spent, rng)
        spent += found.spent
        if len(found.shares) < size:  # not enough came so close: the population before stands
            break
        shares, statistics, distance, weights = found.shares, found.statistics, found.distance, found.weights
        thresholds.append(threshold)
    adjusted = _adjusted(shares, predict(statistics), wanted, distance, weights)
    return Population(adjusted, weights, statistics, tuple(thresholds), spent)


@dataclass(frozen=True, eq=False)
class _Found:
    shares: Floats
    statistics: Floats
    distance: Floats
    weights: Floats
    spent: int


def _next_population(
    simulate: Simulate, predict: Simulate, wanted: Floats, shares: Floats, weights: Floats, threshold: float, size: int,
    budget: int, rng: np.random.Generator,
) -> _Found:  # fmt: skip
    dimensions = shares.shape[1]
    spread: Floats = 2 * np.cov(shares.T, aweights=weights).reshape(dimensions, dimensions) + 1e-10 * np.eye(dimensions)
    factor = np.asarray(np.linalg.cholesky(spread), np.float64)
    kept: list[tuple[Floats, Floats, Floats]] = []
    count = spent = 0
    while count < size and spent < budget:
        proposals = _proposals(shares, weights, factor, max(64, size - count), rng)
        simulated = simulate(proposals)
        spent += len(proposals)
        distance = _distances(predict(simulated), wanted)
        near = distance <= threshold
        kept.append((proposals[near], simulated[near], distance[near]))
        count += int(near.sum())
    values, statistics, distance = (np.concatenate([part[at] for part in kept])[:size] for at in range(3))
    # Weight: uniform prior over the mixture of kernels from which the value was proposed.
    standard = np.linalg.solve(factor, (values[:, None, :] - shares[None, :, :]).reshape(-1, dimensions).T)
    kernels = -0.5 * (standard**2).sum(axis=0).reshape(len(values), len(shares))
    logarithms = -logsumexp(kernels + np.log(weights)[None, :], axis=1)
    importance = np.exp(logarithms - logsumexp(logarithms)) if len(values) else np.zeros(0)
    return _Found(values, statistics, distance, importance, spent)


def _proposals(shares: Floats, weights: Floats, factor: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Perturbed values that lie in the cube: those outside have no prior and are drawn anew."""
    found: list[Floats] = []
    missing = count
    while missing > 0:
        chosen = rng.choice(len(shares), missing, p=weights)
        moved = shares[chosen] + rng.standard_normal((missing, shares.shape[1])) @ factor.T
        inside = moved[((moved > 0) & (moved < 1)).all(axis=1)]
        found.append(inside)
        missing -= len(inside)
    return np.concatenate(found)


def _predictor(statistics: Floats, shares: Floats) -> Simulate:
    """The best linear prediction of the parameters (as logits of the shares) from statistics, in units of its error."""
    targets = _logits(shares)
    centre, spread = statistics.mean(axis=0), statistics.std(axis=0)
    used = spread > 1e-12
    if not used.any():
        return lambda rows: np.zeros((len(rows), shares.shape[1]))

    def standard(rows: Floats) -> Floats:
        z = (rows[:, used] - centre[used]) / spread[used]
        return np.column_stack([np.ones(len(z)), z, z**2])

    design = standard(statistics)
    penalty = np.diag([0.0, *np.full(design.shape[1] - 1, 1.0)])
    coefficients = np.linalg.solve(design.T @ design + penalty, design.T @ targets)
    error = (targets - design @ coefficients).std(axis=0)
    return lambda rows: standard(rows) @ coefficients / np.maximum(error, 1e-9)


def _distances(predicted: Floats, wanted: Floats) -> Floats:
    return np.asarray(np.sqrt(((predicted - wanted) ** 2).sum(axis=1)))


def _adjusted(shares: Floats, predicted: Floats, wanted: Floats, distance: Floats, weights: Floats) -> Floats:
    """Local linear regression on the statistics, on the logit scale so that values stay in the cube.

    A record that lies outside of what was simulated gets none: the regression would extrapolate.
    """
    away = np.abs(np.average(predicted, axis=0, weights=weights) - wanted)
    if (away > 3 * predicted.std(axis=0) + 1e-12).any():
        return shares
    reach = max(float(distance.max()), 1e-12)
    kernel = weights * np.maximum(1e-6, 1 - (distance / reach) ** 2)
    design = np.column_stack([np.ones(len(shares)), predicted - wanted])
    targets = _logits(shares)
    root = np.sqrt(kernel)[:, None]
    slopes, *_ = np.linalg.lstsq(design * root, targets * root, rcond=1e-6)
    return np.asarray(expit(targets - (predicted - wanted) @ slopes[1:]))


def _logits(shares: Floats) -> Floats:
    return np.asarray(logit(np.clip(shares, _EDGE, 1 - _EDGE)))
