"""Least squares and logistic regression, with the standard errors that the analyses need."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

__all__ = ["clustered_ols", "hc3", "logistic", "ols"]

Numbers = NDArray[np.float64]


def ols(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers, float]:
    """Coefficients, standard errors and residual degrees of freedom of least squares (x: n by p, of full rank)."""
    beta, bread = _solved(x, y)
    df = float(len(y) - x.shape[1])
    sigma2 = ((y - x @ beta) ** 2).sum() / df
    return beta, np.asarray(np.sqrt(np.diag(bread) * sigma2)), df


def hc3(x: Numbers, y: Numbers) -> Numbers:
    """Standard errors that allow for unequal spread (MacKinnon JG, White H. J Econom 1985;29:305)."""
    beta, bread = _solved(x, y)
    leverage = np.einsum("ij,jk,ik->i", x, bread, x)
    apart = 1 - leverage
    # One row that alone holds a coefficient up has no residual: its spread cannot be told.
    residual = np.divide(y - x @ beta, apart, out=np.full(len(y), np.nan), where=apart > 1e-10)
    meat = (x * residual[:, None] ** 2).T @ x
    return _root(bread @ meat @ bread)


def clustered_ols(x: Numbers, y: Numbers, cluster: NDArray[Any]) -> tuple[Numbers, Numbers, float]:
    """OLS with the CR1 sandwich; degrees of freedom are the clusters less one."""
    beta, bread = _solved(x, y)
    _, codes = np.unique(cluster, return_inverse=True)
    groups, (n, p) = int(codes.max()) + 1, x.shape
    sums = np.zeros((groups, p))
    np.add.at(sums, codes, x * (y - x @ beta)[:, None])
    factor = groups / (groups - 1) * (n - 1) / (n - p)
    return beta, _root(bread @ (sums.T @ sums) @ bread * factor), float(groups - 1)


def logistic(x: Numbers, y: Numbers) -> Numbers | None:
    """Fitted probabilities of a logistic regression, by Newton's method; ``None`` where it runs away."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        try:
            step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (y - p))
        except np.linalg.LinAlgError:
            return None
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            return np.asarray(1 / (1 + np.exp(-(x @ beta))))
    return None


def _solved(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Coefficients and the inverse of X'X, by QR: X'X itself would square the condition number."""
    q, r = np.linalg.qr(x)
    inverse = linalg.solve_triangular(r, np.eye(len(r)))
    return np.asarray(inverse @ (q.T @ y), dtype=np.float64), np.asarray(inverse @ inverse.T, dtype=np.float64)


def _root(covariance: Numbers) -> Numbers:
    # Rounding may leave a variance of nothing a little below zero.
    return np.asarray(np.sqrt(np.maximum(np.diag(covariance), 0.0)))
