"""Growth of a score that has a few ordered classes: the odds of a higher class, which need no equal steps."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.evaluation.estimates import Estimate, remark
from ipe_workbench.findings import Finding

__all__ = ["MOST_CLASSES", "growth_of_classes"]

#: Scores with more values than an answer to one item has are means of several, and are taken as numbers.
MOST_CLASSES, FEWEST_CLUSTERS = 7, 10
Numbers = NDArray[np.float64]


def growth_of_classes(
    response: Numbers, fixed: pd.DataFrame, time: str, clusters: Sequence[str], level: float
) -> tuple[list[Estimate], list[Finding]]:
    """The log odds of a higher class a unit of time, all classes having the same (proportional odds).

    Parameters
    ----------
    response : array (n,)
        Scores; nothing is given with two values or fewer, or with more than seven.
    fixed : DataFrame (n, p)
        Fixed effects with an intercept, which the thresholds replace.
    time : str
        The column of time among them.
    clusters : sequence of str (n,)
        The outermost group of each row; rows of one may depend on each other in any way.
    level : float
        Of the interval: t with one less than the number of clusters.

    Returns
    -------
    (estimates, findings)
        ``log_odds[TIME]`` by maximum likelihood, with an error that is robust to clusters. It is marginal: of the share
        of all learners above a class, not of one learner's odds, and so nearer to zero than that of a mixed model.

    References
    ----------
    McCullagh P. J R Stat Soc B 1980;42:109. Cluster-robust errors: Liang KY, Zeger SL. Biometrika 1986;73:13, doi
    10.1093/biomet/73.1.13.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> who, week = np.repeat(np.arange(60), 3), np.tile([0.0, 1, 2], 60)
    >>> answer = np.clip(np.round(3 + rng.normal(size=60)[who] + 0.8 * week + rng.normal(size=180)), 1, 5)
    >>> rows, _ = growth_of_classes(answer, pd.DataFrame({"intercept": 1.0, "week": week}), "week", who, 0.95)
    >>> rows[0].name, rows[0].low > 0
    ('log_odds[week]', True)
    """
    classes = np.unique(response)
    if not 2 < len(classes) <= MOST_CLASSES or time not in fixed.columns:
        return [], []
    codes, groups = pd.factorize(pd.Series(clusters))
    if len(groups) < FEWEST_CLUSTERS:
        message = f"The score has {len(classes)} classes, and {len(groups)} clusters are too few for its odds."
        return [], [remark("few-classes", message, "The slope takes their steps as equal.", "info")]
    found = _fitted(np.searchsorted(classes, response), fixed.drop(columns=fixed.columns[0]), codes)
    if found is None:
        message = f"The score has {len(classes)} classes, and their odds cannot be found: a column parts them."
        return [], [remark("few-classes", message, "The slope takes their steps as equal.", "info")]
    value, se = found[time]
    reach = float(stats.t.ppf(0.5 + level / 2, len(groups) - 1)) * se
    how = f"cumulative logit, marginal; errors robust to {len(groups)} clusters, t, {level:.0%}"
    message = (
        f"The score has {len(classes)} classes: the slope takes their steps as equal, `log_odds[{time}]` does not."
    )
    row = Estimate(f"log_odds[{time}]", value, value - reach, value + reach, len(response), how)
    return [row], [remark("few-classes", message, "", "info")]


def _fitted(
    codes: NDArray[np.intp], x: pd.DataFrame, clusters: NDArray[np.intp]
) -> dict[str, tuple[float, float]] | None:
    """Coefficients with their errors by name; None where the search did not arrive."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel  # half a second: loaded when it is needed

    # Numbers of one size, for the search; the coefficients are turned back.
    scale = x.std(ddof=0).replace(0.0, 1.0)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            model = OrderedModel(codes, (x - x.mean()) / scale, distr="logit")
            fit = model.fit(method="bfgs", maxiter=500, disp=0, cov_type="cluster", cov_kwds={"groups": clusters})
        except (np.linalg.LinAlgError, ValueError):
            return None
    size = x.shape[1]
    values, errors = np.asarray(fit.params)[:size], np.asarray(fit.bse)[:size]
    arrived = bool(fit.mle_retvals["converged"]) and np.isfinite([*values, *errors]).all() and np.abs(values).max() < 20
    if not arrived or not (errors > 0).all():
        return None
    return {
        str(name): (float(value / one), float(error / one))
        for name, value, error, one in zip(x.columns, values, errors, scale, strict=True)
    }
