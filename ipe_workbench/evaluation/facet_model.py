"""The many-facet Rasch model of ordered ratings, fitted by marginal maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import logsumexp

__all__ = ["FacetModel", "Facets", "Ratings", "fit_facets"]

Numbers = NDArray[np.float64]
Codes = NDArray[np.intp]
#: Logarithm of a standard deviation that is none.
_NO_SPREAD = -7.0


@dataclass(frozen=True)
class Facets:
    """The facets beside the learners: how many elements each has, the facet of the criteria for its own thresholds.

    Parameters
    ----------
    sizes : mapping of str to int
        Elements of each facet, in order, such as ``{"rater": 30, "criterion": 6}``.
    own_thresholds : str, optional
        The facet whose elements have thresholds of their own (partial credit); none for one rating scale.
    """

    sizes: Mapping[str, int]
    own_thresholds: str | None = None


@dataclass(frozen=True)
class Ratings:
    """Ratings as codes from zero: `learner` and each facet's element, and the category, one entry a rating."""

    learner: Codes
    elements: Mapping[str, Codes]
    category: Codes


@dataclass(frozen=True)
class FacetModel:
    """A fitted model: log odds of category k against k - 1 = ability - sum of the facets' effects - threshold k.

    Parameters
    ----------
    effects, errors : mapping of str to array
        Of each facet, in logits, positive: severe or hard; they sum to zero. And their standard errors.
    covariance : mapping of str to array
        Of each facet's effects.
    cumulated : array (sets, categories)
        Sums of the thresholds up to each category, in logits; one row a set (one for a rating scale, one a criterion
        for partial credit). Zero at the lowest and highest category used; NaN where one was never used.
    mean, sd : float
        Of the learners' abilities, and their standard errors.
    log_likelihood : float
    posterior : array (learners, nodes)
        Of each learner's ability over `nodes`.
    probability : array (cells, categories, nodes)
        Of each category in each cell, a combination of elements that was rated.
    cell : array (ratings,)
        The cell of each rating.
    """

    effects: Mapping[str, Numbers]
    errors: Mapping[str, Numbers]
    covariance: Mapping[str, Numbers]
    cumulated: Numbers
    mean: float
    mean_se: float
    sd: float
    sd_se: float
    log_likelihood: float
    converged: bool
    nodes: Numbers
    posterior: Numbers
    probability: Numbers
    cell: Codes


def fit_facets(ratings: Ratings, facets: Facets, *, rounds: int = 60) -> FacetModel:
    """Fit a many-facet Rasch model; abilities are normal, all other facets are fixed.

    Parameters
    ----------
    ratings : Ratings
        Of a connected design, in which no element has only lowest or only highest ratings.
    facets : Facets
    rounds : int
        Of Newton's method at the most.

    Returns
    -------
    FacetModel

    Notes
    -----
    The integral over ability is a sum over equally spaced nodes within six standard deviations, the more the more
    ratings a learner has. Newton's method uses the exact second derivatives (Louis), and standard errors come from
    them. A round costs learners x nodes x parameters.

    References
    ----------
    Linacre JM. Many-Facet Rasch Measurement, 1989; Andrich D. Psychometrika 1978;43:561, doi 10.1007/BF02293814;
    Masters GN. Psychometrika 1982;47:149, doi 10.1007/BF02296272; Louis TA. J R Stat Soc B 1982;44:226.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ability, severity = rng.normal(size=200), np.array([-1.0, 0.0, 1.0])
    >>> said = ability[:, None] - severity + rng.logistic(size=(200, 3)) > 0
    >>> coded = Ratings(np.repeat(np.arange(200), 3), {"rater": np.tile(np.arange(3), 200)}, said.ravel().astype(int))
    >>> fitted = fit_facets(coded, Facets({"rater": 3}))
    >>> bool(np.abs(fitted.effects["rater"] - severity).max() < 3 * fitted.errors["rater"].max())
    True
    """
    likelihood = _Likelihood(ratings, facets)
    at = likelihood.start()
    value, gradient, hessian = likelihood.derivatives(at)
    converged = False
    for _ in range(rounds):
        step = _uphill(gradient, hessian)
        moved, share = likelihood.value(at + step), 1.0
        while not moved >= value - 1e-10 and share > 1e-4:
            share /= 2
            moved = likelihood.value(at + share * step)
        at = at + share * step
        value, gradient, hessian = likelihood.derivatives(at)
        # Where learners do not differ, the logarithm of their spread has no end; all else stands still by then.
        if np.abs(share * step).max() < 1e-7 or at[-1] < _NO_SPREAD:
            converged = True
            break
    return likelihood.model(at, value, -hessian, converged)


def _uphill(gradient: Numbers, hessian: Numbers) -> Numbers:
    """Newton's step; where the surface is not concave, along the bent directions the other way, at most two logits."""
    values, vectors = np.linalg.eigh(-hessian)
    bent = np.maximum(np.abs(values), 1e-6 * np.abs(values).max())
    step: Numbers = vectors @ ((vectors.T @ gradient) / bent)
    return step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))


class _Likelihood:
    """The marginal likelihood with its derivatives in the free parameters: effects, thresholds, mean, log sd."""

    def __init__(self, ratings: Ratings, facets: Facets) -> None:
        self.facets = facets
        self.categories = int(ratings.category.max()) + 1
        elements = np.stack([ratings.elements[one] for one in facets.sizes], axis=1)
        self.cells, cell = np.unique(elements, axis=0, return_inverse=True)
        self.cell: Codes = cell.ravel()
        self._thresholds_by_use(ratings)
        self.design = self._design_matrix()
        people = int(ratings.learner.max()) + 1
        size = (people, len(self.cells) * self.categories)
        column = self.cell * self.categories + ratings.category
        ones = np.ones(len(column))
        self.said = sparse.csr_array((ones, (ratings.learner, column)), shape=size)
        rated = sparse.csr_array((ones, (ratings.learner, self.cell)), shape=(people, len(self.cells)))
        self.rated = rated.toarray() if rated.nnz > 0.25 * people * len(self.cells) else rated
        most = int(np.bincount(ratings.learner).max())
        self.nodes = np.linspace(-6, 6, min(301, 61 + 20 * int(np.sqrt(max(0, most - 16)))))
        weights = -0.5 * self.nodes**2
        self.prior = weights - logsumexp(weights)

    def _thresholds_by_use(self, ratings: Ratings) -> None:
        """Which categories each set of thresholds uses; one that nobody used has no probability."""
        own = self.facets.own_thresholds
        sets = self.facets.sizes[own] if own else 1
        self.set_of = self.cells[:, list(self.facets.sizes).index(own)] if own else np.zeros(len(self.cells), np.intp)
        self.used = np.zeros((sets, self.categories), dtype=bool)
        self.used[self.set_of[self.cell], ratings.category] = True
        #: Free are the cumulated thresholds of categories between the lowest and the highest used.
        self.free = [(s, k) for s in range(sets) for k in np.flatnonzero(self.used[s])[1:-1]]

    def _design_matrix(self) -> Numbers:
        """Derivatives of the log weight of (cell, category) in effects, cumulated thresholds, and the mean ability."""
        k = np.arange(self.categories)
        blocks = []
        for position, size in enumerate(self.facets.sizes.values()):
            contrast = _sum_to_zero(size)[self.cells[:, position]]
            blocks.append(-k[None, :, None] * contrast[:, None, :])
        cumulated = np.zeros((len(self.cells), self.categories, len(self.free)))
        for column, (s, category) in enumerate(self.free):
            cumulated[self.set_of == s, category, column] = -1.0
        mean = np.broadcast_to(k[None, :, None], (len(self.cells), self.categories, 1))
        return np.concatenate([*blocks, cumulated, mean], axis=2).astype(float)

    def start(self) -> Numbers:
        return np.zeros(self.design.shape[2] + 1)

    def value(self, at: Numbers) -> float:
        return self._posterior(self._log_probability(at))[1]

    def derivatives(self, at: Numbers) -> tuple[float, Numbers, Numbers]:
        """Log-likelihood, gradient and matrix of second derivatives."""
        logs = self._log_probability(at)
        posterior, value = self._posterior(logs)
        p = np.exp(logs)
        scale = np.exp(at[-1]) * self.nodes  # the derivative of ability in log sd
        jacobian = np.concatenate(
            [
                np.broadcast_to(self.design[:, :, None, :], (*p.shape, self.design.shape[2])),
                (self.design[:, :, None, -1:] * scale[None, None, :, None]),
            ],
            axis=3,
        )  # cell, category, node, parameter
        expected = np.einsum("ckq,ckqp->cqp", p, jacobian, optimize=True)
        weight = np.asarray(self.rated.T @ posterior)  # cell, node
        size = jacobian.shape[3]
        flat = (jacobian * np.sqrt(p * weight[:, None, :])[..., None]).reshape(-1, size)
        mean = (expected * np.sqrt(weight)[..., None]).reshape(-1, size)
        hessian = mean.T @ mean - flat.T @ flat
        gradient, spread, curvature = self._scores(posterior, expected, scale)
        hessian += spread
        hessian[-1, -1] += curvature
        return value, gradient, hessian

    def _scores(self, posterior: Numbers, expected: Numbers, scale: Numbers) -> tuple[Numbers, Numbers, float]:
        """Sum of the learners' scores, of their posterior covariances, and of what log sd adds to the curvature."""
        people, size = posterior.shape[0], expected.shape[2]
        gradient, spread, curvature = np.zeros(size), np.zeros((size, size)), 0.0
        observed = np.asarray(self.said @ self.design.reshape(-1, size - 1))
        table = expected.reshape(len(self.cells), -1)
        chunk = max(1, 4_000_000 // table.shape[1])
        for first in range(0, people, chunk):
            part = slice(first, first + chunk)
            score = -np.asarray(self.rated[part] @ table).reshape(-1, len(self.nodes), size)
            score[:, :, :-1] += observed[part, None, :]
            score[:, :, -1] += observed[part, None, -1] * scale
            weight = posterior[part]
            mean = np.einsum("nq,nqp->np", weight, score)
            gradient += mean.sum(axis=0)
            rows = (score * np.sqrt(weight)[..., None]).reshape(-1, size)
            spread += rows.T @ rows - mean.T @ mean
            curvature += float(mean[:, -1].sum())
        return gradient, spread, curvature

    def _log_probability(self, at: Numbers) -> Numbers:
        weight = self.design @ at[:-1]
        weight = np.where(self.used[self.set_of], weight, -np.inf)
        k = np.arange(self.categories)
        logs = weight[:, :, None] + k[None, :, None] * np.exp(at[-1]) * self.nodes
        return np.asarray(logs - logsumexp(logs, axis=1, keepdims=True))

    def _posterior(self, logs: Numbers) -> tuple[Numbers, float]:
        table = np.where(np.isfinite(logs), logs, 0.0).reshape(-1, len(self.nodes))  # unused categories never occur
        joint = np.asarray(self.said @ table) + self.prior
        total = logsumexp(joint, axis=1)
        return np.exp(joint - total[:, None]), float(total.sum())

    def model(self, at: Numbers, value: float, information: Numbers, converged: bool) -> FacetModel:
        covariance = np.linalg.pinv(information, hermitian=True)
        effects, errors, spread, first = {}, {}, {}, 0
        for name, size in self.facets.sizes.items():
            own, contrast = slice(first, first + size - 1), _sum_to_zero(size)
            effects[name] = contrast @ at[own]
            spread[name] = contrast @ covariance[own, own] @ contrast.T
            errors[name] = np.sqrt(np.maximum(np.diag(spread[name]), 0))
            first += size - 1
        cumulated = np.where(self.used, 0.0, np.nan)
        for (s, k), said in zip(self.free, at[first : first + len(self.free)], strict=True):
            cumulated[s, k] = said
        logs = self._log_probability(at)
        mean, sd = float(at[-2]), float(np.exp(at[-1]))
        se = np.sqrt(np.maximum(np.diag(covariance), 0))
        posterior, _ = self._posterior(logs)
        return FacetModel(
            effects, errors, spread, cumulated, mean, float(se[-2]), sd, float(sd * se[-1]), value,
            converged, mean + sd * self.nodes, posterior, np.exp(logs), self.cell,
        )  # fmt: skip


def _sum_to_zero(size: int) -> Numbers:
    """From size - 1 free numbers to size numbers whose sum is zero; orthonormal, so that none plays a special part."""
    full = np.linalg.qr(np.column_stack([np.ones(size), np.eye(size)[:, : size - 1]]))[0]
    return np.asarray(full[:, 1:])
