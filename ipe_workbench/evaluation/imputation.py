"""Multiple imputation: what the missing scores may have been, many times over, and what that does to the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.growth import design_of
from ipe_workbench.evaluation.tidy_files import numbers, require_columns

__all__ = ["Pooled", "impute", "pool"]

Numbers = NDArray[np.float64]
Method = Literal["norm", "pmm"]
_DONORS = 5


@dataclass(frozen=True, slots=True)
class Pooled:
    """One estimate over all imputations.

    Parameters
    ----------
    estimate, se, df : float
        The mean of the estimates, its standard error, and Barnard and Rubin's degrees of freedom.
    within, between : float
        Mean of the variances inside the imputations, and the variance of the estimates between them.
    fraction_missing : float
        Share of the information that is missing, with the correction for few degrees of freedom.
    m : int
        Imputations.
    """

    estimate: float
    se: float
    df: float
    within: float
    between: float
    fraction_missing: float
    m: int

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Student's t interval."""
        reach = float(stats.t.ppf(0.5 + level / 2, self.df)) * self.se
        return self.estimate - reach, self.estimate + reach


def pool(
    estimates: Sequence[float] | Numbers,
    variances: Sequence[float] | Numbers,
    n: float = float("inf"),
    *,
    parameters: int = 1,
) -> Pooled:
    """Rubin's rules: one estimate and its standard error from those of each imputation.

    Parameters
    ----------
    estimates, variances : sequence of float
        Of each imputation; the variances are squared standard errors.
    n : float
        Units that the complete data have; the degrees of freedom of complete data are ``n - parameters``.
    parameters : int
        Parameters of the model (1 for a mean).

    Raises
    ------
    UnusableInputError
        With fewer than two imputations, or a variance that is negative.

    References
    ----------
    Rubin DB. Multiple Imputation for Nonresponse in Surveys, 1987. Barnard J, Rubin DB. Biometrika 1999;86:948, doi
    10.1093/biomet/86.4.948.

    Examples
    --------
    >>> found = pool([2.0, 2.4, 2.2], [0.09, 0.10, 0.11], n=50)
    >>> round(found.estimate, 2), round(found.se, 3), round(found.df, 1), round(found.fraction_missing, 2)
    (2.2, 0.392, 10.7, 0.44)
    """
    values, own = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    m = len(values)
    if m < 2 or len(own) != m or (own < 0).any() or not np.isfinite([*values, *own]).all():
        raise UnusableInputError("Pooling needs two imputations or more, each with its variance.", mend="Impute again.")
    within, between = float(own.mean()), float(values.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total if total > 0 else 0.0
    complete = n - parameters
    observed = (complete + 1) / (complete + 3) * complete * (1 - share) if np.isfinite(complete) else float("inf")
    old = (m - 1) / share**2 if share > 0 else float("inf")
    df = old * observed / (old + observed) if np.isfinite([old, observed]).all() else min(old, observed)
    ratio = share / (1 - share) if share < 1 else float("inf")
    missing = (ratio + 2 / (df + 3)) / (ratio + 1) if share > 0 else 0.0
    return Pooled(float(values.mean()), float(np.sqrt(total)), float(df), within, between, float(missing), m)


def impute(
    frame: pd.DataFrame,
    *,
    columns: Sequence[str],
    predictors: Sequence[str] = (),
    cluster: str | None = None,
    m: int = 20,
    seed: int = 1,
    method: Method = "norm",
    sweeps: int = 10,
) -> list[pd.DataFrame]:
    """Fill in missing numbers `m` times by chained equations.

    Parameters
    ----------
    frame : DataFrame
        One row a learner; what was measured at several waves stands in several columns.
    columns : sequence of str
        Columns to fill in; each is predicted from all others.
    predictors : sequence of str
        Further columns to predict from; missing words count as a value of their own, missing numbers as their mean with
        an indicator.
    cluster : str, optional
        Column such as the team. The mean of the other members is then a predictor, and the equations are fitted to
        whole clusters drawn with replacement, so that the imputations are as uncertain as teams make them.
    m, seed : int
        Imputations and the seed; the same seed gives the same numbers.
    method : {"norm", "pmm"}
        A draw from the normal regression, or the observed value of one of five learners with a prediction near by
        (which keeps to the scale, and is too sure of itself in small samples).
    sweeps : int
        Rounds through the columns.

    Returns
    -------
    list of DataFrame
        `m` copies of the frame without missing values in `columns`. Values that were there are untouched; filled in
        ones may lie off the scale with ``norm``: means need them as they are, so do not round.

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, or has too few values to be predicted from the others.

    Notes
    -----
    Missing at random is assumed: given what was observed, a score is not missing because of its own value. The
    analysis to come must ask for nothing that the imputation left out: put its groups among the predictors. Each
    imputation draws coefficients and the residual variance from their posterior, once for all rows; scikit-learn's
    IterativeImputer draws each row apart and so understates what is not known about the coefficients.

    References
    ----------
    van Buuren S. Flexible Imputation of Missing Data, 2nd ed., 2018, sections 3.2, 3.4 and 4.5. Clusters drawn with
    replacement: Little RJA, Rubin DB. Statistical Analysis with Missing Data, 3rd ed., 2019, section 10.2.3.

    Examples
    --------
    >>> frame = pd.DataFrame({"before": range(12), "after": [1, 3, 3, 5, 4, 6, 8, 7, 9, 10, None, None]})
    >>> filled = impute(frame, columns=["before", "after"], m=3)
    >>> len(filled), int(filled[0]["after"].isna().sum()), filled[0]["after"][10] == filled[1]["after"][10]
    (3, 0, np.False_)
    """
    require_columns(frame, [*columns, *predictors, *([cluster] if cluster else [])])
    values: Numbers = np.column_stack([numbers(frame, one).to_numpy(dtype=np.float64) for one in columns])
    fixed = _fixed_predictors(frame, predictors)
    there = np.isfinite(values)
    groups = None if cluster is None else pd.factorize(frame[cluster].astype(str))[0]
    width = fixed.shape[1] + len(columns) - 1 + (groups is not None)
    for one, seen in zip(columns, there.sum(axis=0), strict=True):
        if seen < width + 3 and seen < len(frame):
            raise UnusableInputError(
                f"Column `{one}` has {seen} values, too few to predict the others from {width} columns.",
                mend="Leave out predictors, or do not impute it.",
            )
    order = [int(i) for i in np.argsort(-there.sum(axis=0), kind="stable") if not there[:, i].all()]
    filled = []
    for number in range(m):
        chain = _Chain(values, there, fixed, groups, method, np.random.default_rng([seed, number]))
        copy = frame.copy()
        completed = chain.run(order, sweeps)
        for i in order:
            copy[columns[i]] = completed[:, i]
        filled.append(copy)
    return filled


class _Chain:
    """One chain of regressions, each column on all others."""

    def __init__(
        self, values: Numbers, there: NDArray[np.bool_], fixed: Numbers, groups: NDArray[np.intp] | None,
        method: Method, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.values, self.there, self.fixed, self.groups, self.method, self.rng = (
            values, there, fixed, groups, method, rng,
        )  # fmt: skip

    def run(self, order: Sequence[int], sweeps: int) -> Numbers:
        filled = self.values.copy()
        for i in order:  # to begin with, values of others
            seen = self.there[:, i]
            filled[~seen, i] = self.rng.choice(self.values[seen, i], int((~seen).sum()))
        rows = self._rows()
        # With one incomplete column nothing is chained: one sweep is the draw.
        for _ in range(sweeps if len(order) > 1 else 1):
            for i in order:
                self._draw(filled, i, rows)
        return filled

    def _rows(self) -> NDArray[np.intp]:
        """The rows to fit to: all, or those of clusters drawn with replacement."""
        if self.groups is None:
            return np.arange(len(self.values))
        members = [np.flatnonzero(self.groups == one) for one in range(int(self.groups.max()) + 1)]
        drawn = self.rng.integers(0, len(members), len(members))
        return np.concatenate([members[one] for one in drawn])

    def _draw(self, filled: Numbers, i: int, rows: NDArray[np.intp]) -> None:
        others = np.delete(filled, i, axis=1)
        parts = [self.fixed, others]
        if self.groups is not None:
            # One predictor of the cluster, not one for each column: clusters are few.
            parts += [_others_mean(self.values[:, i], self.there[:, i], self.groups)[:, None]]
        x = np.column_stack(parts)
        fit = rows[self.there[rows, i]]
        y = self.values[fit, i]
        if len(fit) <= x.shape[1] + 1:  # a draw of clusters that holds too few: take all
            fit = np.flatnonzero(self.there[:, i])
            y = self.values[fit, i]
        beta, drawn, sigma = _posterior(x[fit], y, self.rng)
        gone = ~self.there[:, i]
        if self.method == "norm":
            filled[gone, i] = x[gone] @ drawn + sigma * self.rng.normal(size=int(gone.sum()))
            return
        seen = np.flatnonzero(self.there[:, i])
        distance = np.abs((x[gone] @ drawn)[:, None] - (x[seen] @ beta)[None, :])
        near = np.argpartition(distance, min(_DONORS, len(seen)) - 1, axis=1)[:, : min(_DONORS, len(seen))]
        pick = near[np.arange(len(near)), self.rng.integers(0, near.shape[1], len(near))]
        filled[gone, i] = self.values[seen[pick], i]


def _posterior(x: Numbers, y: Numbers, rng: np.random.Generator) -> tuple[Numbers, Numbers, float]:
    """Coefficients, a draw of them, and a draw of the residual SD (flat prior; a ridge of 1e-5 for dependence)."""
    cross = x.T @ x
    inverse = np.linalg.inv(cross + 1e-5 * np.diag(np.diag(cross) + 1e-12))
    beta = inverse @ (x.T @ y)
    df = max(len(y) - x.shape[1], 1)
    sigma = float(np.sqrt(((y - x @ beta) ** 2).sum() / rng.chisquare(df)))
    spread = np.linalg.cholesky((inverse + inverse.T) / 2)
    return beta, np.asarray(beta + sigma * spread @ rng.normal(size=len(beta))), sigma


def _fixed_predictors(frame: pd.DataFrame, predictors: Sequence[str]) -> Numbers:
    told: dict[str, Any] = {}
    for one in predictors:
        if pd.api.types.is_numeric_dtype(frame[one]) and not pd.api.types.is_bool_dtype(frame[one]):
            values = numbers(frame, one)
            spread = float(values.std()) or 1.0
            told[one] = (values.fillna(values.mean()) - values.mean()) / (spread if np.isfinite(spread) else 1.0)
            if values.isna().any():
                told[f"{one} is missing"] = values.isna().astype(float)
        else:
            told[one] = frame[one].astype(object).where(frame[one].notna(), "(missing)").astype(str)
    design, _ = design_of(pd.DataFrame(told, index=frame.index), list(told))
    return design.to_numpy(dtype=float)


def _others_mean(values: Numbers, there: NDArray[np.bool_], groups: NDArray[np.intp]) -> Numbers:
    """The mean of the other members who have a value, pulled toward the grand mean as if two more had that."""
    known = np.where(there, values, 0.0)
    grand = float(values[there].mean())
    sums, counts = np.bincount(groups, known), np.bincount(groups, there.astype(float))
    return np.asarray((sums[groups] - known + 2 * grand) / (counts[groups] - there + 2))
