"""Item response models of right-or-wrong items: Rasch by conditional, 2PL by marginal maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

__all__ = ["TwoParameter", "rasch_difficulties", "two_parameter"]

Numbers = NDArray[np.float64]


def rasch_difficulties(answers: Numbers) -> tuple[Numbers, Numbers]:
    """Difficulties and standard errors of a Rasch model.

    Parameters
    ----------
    answers : array (n, k) of 0 and 1
        Every item with both answers. Learners with all or none right say nothing about the items.

    Returns
    -------
    (difficulty, se) : arrays (k,)
        In logits; the difficulties sum to zero.

    References
    ----------
    Andersen EB. J R Stat Soc B 1970;32:283; elementary symmetric functions by summation: Fischer GH 1974.

    Examples
    --------
    >>> answers = np.array([[1, 0, 0]] * 6 + [[0, 1, 0]] * 3 + [[1, 1, 0]] * 3 + [[1, 0, 1]] * 2 + [[0, 0, 1.]])
    >>> rasch_difficulties(answers)[0].argsort().tolist()
    [0, 1, 2]
    """
    k = answers.shape[1]
    total = answers.sum(axis=1).astype(int)
    inside = (total > 0) & (total < k)
    counts = np.bincount(total[inside], minlength=k + 1).astype(float)
    right = answers[inside].sum(axis=0)
    difficulty = -np.log(right / (inside.sum() - right + 1e-9) + 1e-9)
    difficulty -= difficulty.mean()
    scores = np.arange(1, k)
    for _ in range(100):
        expected, information = _conditional(np.exp(-difficulty), counts, scores)
        # Sum zero: the information has the vector of ones as its null space; a rank-one term fills it.
        step = np.linalg.solve(information + 1.0 / k, expected - right)
        step *= min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        difficulty = difficulty + step
        difficulty -= difficulty.mean()
        if np.abs(step).max() < 1e-10:
            break
    _, information = _conditional(np.exp(-difficulty), counts, scores)
    # The same rank-one term and its own inverse; a pseudo-inverse would have to guess which eigenvalue is zero.
    return difficulty, np.sqrt(np.diag(np.linalg.inv(information + 1.0 / k)) - 1.0 / k)


def _conditional(easiness: Numbers, counts: Numbers, scores: NDArray[np.intp]) -> tuple[Numbers, Numbers]:
    """Expected right answers of each item given the total scores, and the information matrix."""
    k = len(easiness)
    gamma = _symmetric(easiness[None, :])[0]
    without = _symmetric(np.array([np.delete(easiness, i) for i in range(k)]))
    pairs = [(i, j) for i in range(k) for j in range(i)]
    without_two = _symmetric(np.array([np.delete(easiness, [i, j]) for i, j in pairs]))
    weights = counts[scores]
    single = easiness[:, None] * without[:, scores - 1] / gamma[scores]  # P(item right | score)
    expected = single @ weights
    joint = np.zeros((k, k))
    for (i, j), row in zip(pairs, without_two, strict=True):
        two = np.where(scores >= 2, row[np.maximum(scores - 2, 0)], 0.0)
        joint[i, j] = joint[j, i] = (easiness[i] * easiness[j] * two / gamma[scores]) @ weights
    joint[np.diag_indices(k)] = expected
    return expected, joint - (single * weights) @ single.T


def _symmetric(values: Numbers) -> Numbers:
    """Elementary symmetric functions of each row (rows, k) -> (rows, k + 1)."""
    rows, k = values.shape
    gamma = np.zeros((rows, k + 1))
    gamma[:, 0] = 1.0
    for i in range(k):
        gamma[:, 1 : i + 2] = gamma[:, 1 : i + 2] + gamma[:, : i + 1] * values[:, i : i + 1]
    return gamma


@dataclass(frozen=True)
class TwoParameter:
    """A fitted 2PL model; arrays of k items. P(right) = 1 / (1 + exp(-slope (ability - difficulty)))."""

    slope: Numbers
    slope_se: Numbers
    difficulty: Numbers
    difficulty_se: Numbers
    log_likelihood: float
    converged: bool


_STEEPEST = 30.0


def two_parameter(answers: Numbers, points: int = 61, rounds: int = 2000) -> TwoParameter:
    """Fit a 2PL model with standard normal ability by EM.

    Parameters
    ----------
    answers : array (n, k) of 0 and 1
    points : int
        Of the quadrature, evenly from -6 to 6.
    rounds : int
        Of EM at the most.

    References
    ----------
    Bock RD, Aitkin M. Psychometrika 1981;46:443, doi 10.1007/BF02293801.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ability = rng.normal(size=(2000, 1))
    >>> slope, difficulty = np.array([.8, 1, 1.5, 2]), np.array([-1, 0, .5, 1])
    >>> right = rng.random((2000, 4)) < 1 / (1 + np.exp(-slope * (ability - difficulty)))
    >>> bool(np.abs(two_parameter(right.astype(float)).difficulty - difficulty).max() < 0.3)
    True
    """
    theta = np.linspace(-6, 6, points)
    prior = -0.5 * theta**2
    prior -= logsumexp(prior)
    patterns, times = np.unique(answers, axis=0, return_counts=True)
    k = answers.shape[1]
    share = answers.mean(axis=0)
    slope, intercept = np.ones(k), np.log(share / (1 - share))
    converged, value = False, -np.inf
    for _ in range(rounds):
        posterior, value = _posterior(patterns, times, slope, intercept, theta, prior)
        weights = posterior * times[:, None]
        at, right = weights.sum(axis=0), patterns.T @ weights
        with np.errstate(all="ignore"):
            moved = _item_step(slope, intercept, at, right, theta)
        if not max(np.abs(one).max() for one in moved) < _STEEPEST:
            break  # on its way to infinity: the other items foretell this one altogether
        change = max(np.abs(moved[0] - slope).max(), np.abs(moved[1] - intercept).max())
        slope, intercept = moved
        if change < 1e-6:
            converged = True
            break
    posterior, value = _posterior(patterns, times, slope, intercept, theta, prior)
    se_slope, se_difficulty = _standard_errors(patterns, times, posterior, slope, intercept, theta)
    return TwoParameter(slope, se_slope, -intercept / slope, se_difficulty, value, converged)


def _posterior(
    patterns: Numbers, times: NDArray[np.intp], slope: Numbers, intercept: Numbers, theta: Numbers, prior: Numbers
) -> tuple[Numbers, float]:
    logit = slope[:, None] * theta + intercept[:, None]
    logs = patterns @ -np.logaddexp(0, -logit) + (1 - patterns) @ -np.logaddexp(0, logit) + prior
    total = logsumexp(logs, axis=1)
    return np.exp(logs - total[:, None]), float(times @ total)


def _item_step(
    slope: Numbers, intercept: Numbers, at: Numbers, right: Numbers, theta: Numbers
) -> tuple[Numbers, Numbers]:
    """A few Newton steps of every item's own logistic regression on the expected counts."""
    for _ in range(5):
        p = expit(slope[:, None] * theta + intercept[:, None])
        residual, weight = right - at * p, at * p * (1 - p)
        g0, g1 = residual.sum(axis=1), residual @ theta
        h00, h01, h11 = weight.sum(axis=1), weight @ theta, weight @ theta**2
        determinant = h00 * h11 - h01**2
        step0, step1 = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        size = np.maximum(1.0, np.maximum(np.abs(step0), np.abs(step1)))
        intercept, slope = intercept + step0 / size, slope + step1 / size
        if max(np.abs(step0).max(), np.abs(step1).max()) < 1e-9:
            break
    return slope, intercept


def _standard_errors(
    patterns: Numbers, times: NDArray[np.intp], posterior: Numbers, slope: Numbers, intercept: Numbers, theta: Numbers
) -> tuple[Numbers, Numbers]:
    """Of slopes and difficulties, from the observed information; NaN where that is not positive.

    Louis TA. J R Stat Soc B 1982;44:226: what complete answers and abilities would tell, less what the abilities hide.
    """
    k = len(slope)
    p = expit(slope[:, None] * theta + intercept[:, None])
    weights = posterior * times[:, None]
    at, right = weights.sum(axis=0), patterns.T @ weights
    blocks = []
    for power in (theta**0, theta, theta**2):
        both = patterns.T @ ((weights @ power)[:, None] * patterns)
        crossed = (right * power) @ p.T
        told = np.diag((p * (1 - p) * at * power).sum(axis=1))
        blocks.append(told - (both - crossed - crossed.T + (p * at * power) @ p.T))
    scores = np.hstack(
        [patterns - posterior @ p.T, patterns * (posterior @ theta)[:, None] - (posterior * theta) @ p.T]
    )
    information = np.block([[blocks[0], blocks[1]], [blocks[1], blocks[2]]]) + (scores * times[:, None]).T @ scores
    covariance = np.linalg.pinv(information)
    v00, v01, v11 = (np.diag(covariance[a : a + k, b : b + k]) for a, b in ((0, 0), (0, k), (k, k)))
    # Difficulty is -intercept / slope; delta method.
    d0, d1 = -1 / slope, intercept / slope**2
    return _root(v11), _root(d0**2 * v00 + 2 * d0 * d1 * v01 + d1**2 * v11)


def _root(variance: Numbers) -> Numbers:
    return np.sqrt(np.where(variance > 0, variance, np.nan))
