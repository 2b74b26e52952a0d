"""Linear mixed models with crossed or nested random effects, by profiled REML on sparse matrices.

statsmodels has no crossed random effects that scale (one dummy group holds them all); this estimator is for them. The
method is that of penalised least squares: for given relative covariance factors the fixed effects and the residual
variance follow in closed form, so only the few factors are searched. The grouping factor with most levels has a block
diagonal, which is eliminated first; what is left is dense, so that a search step costs the cube of the levels of all
other factors.

References
----------
Bates D, Mächler M, Bolker B, Walker S. J Stat Softw 2015;67(1), doi 10.18637/jss.v067.i01 (the criterion).
Satterthwaite's degrees of freedom: Kuznetsova A et al. J Stat Softw 2017;82(13), doi 10.18637/jss.v082.i13.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize
from threadpoolctl import threadpool_limits

from ipe_workbench.evaluation.mixed_equations import ZERO, Around, Equations, RandomTerm, Solution, around
from ipe_workbench.evaluation.mixed_profile import SdProfile

__all__ = ["MixedModel", "RandomTerm", "fit_mixed_model"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class MixedModel:
    """A fitted model.

    Parameters
    ----------
    fixed : DataFrame
        Index: names of the fixed effects; columns ``estimate``, ``se``, ``df`` (Satterthwaite's; NaN where it cannot be
        found).
    random : DataFrame
        One row a standard deviation: ``term``, ``column``, ``sd``, and ``log_sd_se`` (standard error of its logarithm;
        NaN at zero). The residual is the last row.
    correlations : DataFrame
        ``term``, ``column_1``, ``column_2``, ``correlation`` of slopes and intercepts.
    effects, effects_se : mapping of str to array (levels, q)
        The predicted effect of each level (BLUP) and its conditional standard deviation, by term.
    criterion : float
        The REML criterion (-2 log restricted likelihood).
    status : {"ok", "singular", "not-converged"}
        ``singular``: a component of variance is zero or a correlation plus or minus one.
    n : int
        Rows.
    likelihood : SdProfile or None
        Around the best fit, for intervals of standard deviations; None where the fit did not arrive.
    """

    fixed: pd.DataFrame
    random: pd.DataFrame
    correlations: pd.DataFrame
    effects: dict[str, Numbers]
    effects_se: dict[str, Numbers]
    criterion: float
    status: Literal["ok", "singular", "not-converged"]
    n: int
    likelihood: SdProfile | None = field(default=None, repr=False, compare=False)

    def sd(self, term: str, column: str = "intercept") -> float:
        """The standard deviation of a term's column, or of ``residual``."""
        rows = self.random[(self.random["term"] == term) & (self.random["column"] == column)]
        return float(rows["sd"].iloc[0])


def fit_mixed_model(response: Numbers, fixed: pd.DataFrame, terms: Sequence[RandomTerm]) -> MixedModel:
    """Fit y = X b + Z u + e by REML.

    Parameters
    ----------
    response : array (n,)
    fixed : DataFrame (n, p)
        The columns of X with their names; of full rank.
    terms : sequence of RandomTerm
        Crossed or nested; the order does not matter.

    Raises
    ------
    ValueError
        When the columns of X depend on each other.

    Examples
    --------
    Yields of six batches, five each: between batches SD 42.0, within 49.5 (Davies OL, 1947, as in the lme4 paper).

    >>> batch = np.repeat(np.arange(6), 5)
    >>> y = np.array([1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560,
    ...               1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445.])
    >>> term = RandomTerm("batch", batch, 6, np.ones((30, 1)))
    >>> model = fit_mixed_model(y, pd.DataFrame({"intercept": np.ones(30)}), [term])
    >>> round(model.sd("batch"), 2), round(model.sd("residual"), 2)
    (42.0, 49.51)
    """
    ordered = sorted(terms, key=lambda term: -term.levels * term.width)
    x = fixed.to_numpy(dtype=float)
    # Where the columns hold an intercept a score may be far from zero; it is taken off, and given back at the end.
    flat = np.linalg.lstsq(x, np.ones(len(x)), rcond=None)[0]
    middle = float(response.mean()) if np.abs(x @ flat - 1).max() < 1e-10 else 0.0
    equations = Equations(response - middle, x, ordered)
    with threadpool_limits(limits=1 if equations.small else None, user_api="blas"):
        theta, near_by, converged = _search(equations)
    singular = any(abs(theta[i]) < ZERO for i in equations.diagonal) or _perfect(equations, theta)
    status: Literal["ok", "singular", "not-converged"] = "singular" if singular else "ok"
    told = _told(equations, theta, near_by, list(map(str, fixed.columns)), status if converged else "not-converged")
    return replace(told, fixed=told.fixed.assign(estimate=told.fixed["estimate"] + middle * flat))


def _search(equations: Equations) -> tuple[Numbers, Around, bool]:
    """The factors that make the criterion smallest: L-BFGS to come near, Newton's steps to arrive."""
    df = equations.n - equations.p

    def profiled(solved: Solution) -> float:
        return float(solved.logdet + df * (1 + math.log(2 * math.pi * max(solved.squares, 1e-300) / df)))

    def criterion(theta: Numbers) -> float:
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                value = profiled(equations.solve(theta))
        except np.linalg.LinAlgError:
            return 1e300
        return value if math.isfinite(value) else 1e300

    size = sum(equations.sizes)
    theta = np.zeros(size)
    theta[equations.diagonal] = 1.0
    bounds = [(0.0, None) if i in equations.diagonal else (None, None) for i in range(size)]
    for _ in range(3):
        found = optimize.minimize(
            criterion, theta, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-9, "gtol": 1e-3}
        )
        theta = np.asarray(found.x)
        # The slope at zero is zero whether or not a minimum lies there: look beside it.
        lifted = _lifted(equations, theta, criterion, float(found.fun))
        if lifted is None:
            break
        theta = lifted
    theta[[i for i in equations.diagonal if theta[i] < ZERO]] = 0.0
    near_by = around(equations, theta)
    for _ in range(8):
        slope, hessian = near_by.slopes(profiled), near_by.hessian(profiled)
        if not near_by.free or np.linalg.eigvalsh(hessian)[0] <= 0:
            return theta, near_by, not near_by.free
        step = np.linalg.solve(hessian, slope)
        if slope @ step < 1e-9:
            return theta, near_by, True
        moved = theta.copy()
        moved[near_by.free] -= step
        moved[equations.diagonal] = np.maximum(moved[equations.diagonal], 0.0)
        if criterion(moved) > profiled(near_by.middle) + 1e-9:
            return theta, near_by, bool(slope @ step < 1e-5)
        theta, near_by = moved, around(equations, moved)
    return theta, near_by, False


def _lifted(equations: Equations, theta: Numbers, criterion: Any, value: float) -> Numbers | None:
    for i in equations.diagonal:
        if theta[i] < ZERO:
            for height in (0.05, 0.3, 0.01):
                moved = theta.copy()
                moved[i] = height
                if criterion(moved) < value - 1e-7:
                    return moved
    return None


def _perfect(equations: Equations, theta: Numbers) -> bool:
    correlations = [_correlation(one)[np.triu_indices(len(one), 1)] for one in equations.factors(theta)]
    return any(abs(abs(r) - 1) < 1e-6 for some in correlations for r in some)


def _correlation(factor: Numbers) -> Numbers:
    covariance = factor @ factor.T
    sd = np.sqrt(np.diag(covariance))
    with np.errstate(all="ignore"):
        return np.asarray(covariance / np.outer(sd, sd))


def _told(
    equations: Equations,
    theta: Numbers,
    near_by: Around,
    names: list[str],
    status: Literal["ok", "singular", "not-converged"],
) -> MixedModel:
    solved, df = near_by.middle, equations.n - equations.p
    sigma = float(np.sqrt(solved.squares / df))
    hessian = _hessian(near_by, sigma, df)
    covariance = _covariance(hessian)
    fixed = pd.DataFrame(
        {
            "estimate": solved.beta,
            "se": sigma * np.sqrt(np.diag(solved.unscaled)),
            "df": _satterthwaite(near_by, sigma, covariance),
        },
        index=names,
    )
    log_se = _log_sd_se(equations, theta, near_by.free, covariance)
    rows: list[tuple[str, str, float, float]] = []
    pairs, effects, spreads = [], {}, {}
    values, deviations = equations.effects(theta, solved)
    start = 0
    for term, factor, low in zip(equations.terms, equations.factors(theta), equations.lower, strict=True):
        sds = sigma * np.sqrt(np.diag(factor @ factor.T))
        for column, sd in zip(term.columns, sds, strict=True):
            rows.append((term.name, column, float(sd), log_se.get((term.name, column), np.nan)))
        r = _correlation(factor)
        pairs += [(term.name, term.columns[a], term.columns[b], r[b, a]) for b, a in low if a != b]
        stop = start + term.levels * term.width
        effects[term.name] = values[start:stop].reshape(term.levels, term.width)
        spreads[term.name] = sigma * deviations[start:stop].reshape(term.levels, term.width)
        start = stop
    rows.append(("residual", "intercept", sigma, log_se.get(("residual", "intercept"), np.nan)))
    return MixedModel(
        fixed,
        pd.DataFrame(rows, columns=["term", "column", "sd", "log_sd_se"]),
        pd.DataFrame(pairs, columns=["term", "column_1", "column_2", "correlation"]),
        effects,
        spreads,
        float(solved.logdet + df * (1 + np.log(2 * np.pi * solved.squares / df))),
        status,
        equations.n,
        None if covariance is None else SdProfile(equations, theta, sigma, near_by.free, hessian),
    )


def _hessian(near_by: Around, sigma: float, df: int) -> Numbers:
    """Of the criterion that profiles only beta, by the free factors and log sigma.

    That criterion is logdet + squares / sigma^2 + df log(2 pi sigma^2), so its derivatives by log sigma are exact.
    """
    k = len(near_by.free)
    hessian = np.empty((k + 1, k + 1))
    if k:
        hessian[:k, :k] = near_by.hessian(lambda one: one.logdet + one.squares / sigma**2)
        hessian[k, :k] = hessian[:k, k] = -2 * near_by.slopes(lambda one: one.squares) / sigma**2
    hessian[k, k] = 4 * near_by.middle.squares / sigma**2
    return hessian


def _covariance(hessian: Numbers) -> Numbers | None:
    """Asymptotic covariance of the free factors and log sigma."""
    try:
        covariance = np.asarray(2 * np.linalg.inv(hessian), dtype=float)
    except np.linalg.LinAlgError:
        return None
    return covariance if (np.diag(covariance) > 0).all() else None


def _satterthwaite(near_by: Around, sigma: float, covariance: Numbers | None) -> Numbers:
    unscaled = np.diag(near_by.middle.unscaled)
    if covariance is None:
        return np.full(len(unscaled), np.nan)
    slopes = np.empty((len(near_by.free) + 1, len(unscaled)))
    if near_by.free:
        slopes[:-1] = near_by.slopes(lambda one: np.diag(one.unscaled))
    slopes[-1] = 2 * unscaled
    spread = np.einsum("ip,ij,jp->p", slopes, covariance, slopes)
    return np.asarray(2 * unscaled**2 / spread)


def _log_sd_se(
    equations: Equations, theta: Numbers, free: list[int], covariance: Numbers | None
) -> dict[tuple[str, str], float]:
    """Standard error of the logarithm of each standard deviation that is not zero, by the delta method."""
    if covariance is None:
        return {}
    found = {("residual", "intercept"): float(np.sqrt(covariance[-1, -1]))}
    start = 0
    for term, factor, low in zip(equations.terms, equations.factors(theta), equations.lower, strict=True):
        for row, column in enumerate(term.columns):
            variance = float(factor[row] @ factor[row])
            if variance < ZERO**2:
                continue
            # d log sd / d theta of that row is theta / variance; by log sigma it is one.
            slope = np.zeros(len(free) + 1)
            slope[-1] = 1.0
            for i, (r, c) in enumerate(low):
                if r == row and start + i in free:
                    slope[free.index(start + i)] = factor[r, c] / variance
            found[term.name, column] = float(np.sqrt(slope @ covariance @ slope))
        start += len(low)
    return found
