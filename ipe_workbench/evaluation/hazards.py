"""Hazard ratios of earning a badge: Cox's model of the cause-specific hazard, and whether its ratios hold all along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.evaluation.estimates import Estimate, Test, remark
from ipe_workbench.evaluation.growth import design_of
from ipe_workbench.findings import Finding

__all__ = ["hazard_ratios"]

Numbers = NDArray[np.float64]


def hazard_ratios(
    used: pd.DataFrame,
    covariates: Sequence[str],
    *,
    duration: Numbers,
    earned: NDArray[np.bool_],
    entry: Numbers,
    cluster: NDArray[Any] | None,
    level: float,
) -> tuple[list[Estimate], list[Test], list[Finding]]:
    """``hazard_ratio[COLUMN]`` with Wald intervals (Efron's ties), and a test of proportional hazards each.

    Parameters
    ----------
    used : DataFrame (n, ...)
        One row a learner, with the covariates.
    covariates : sequence of str
        Columns; words become indicators.
    duration, earned, entry : array (n,)
        Time observed, whether it ended with the badge, and the time of entry.
    cluster : array (n,) or None
        With clusters standard errors are robust (Lin and Wei) and Student's t has the clusters less one.
    level : float
        Of the intervals.

    References
    ----------
    Cox DR. J R Stat Soc B 1972;34:187. Test: Grambsch PM, Therneau TM. Biometrika 1994;81:515, with the rank of time,
    as a score test.
    Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"hours": rng.normal(size=90)})
    >>> time = rng.exponential(np.exp(-0.7 * frame["hours"].to_numpy()))
    >>> found, tests, _ = hazard_ratios(frame, ["hours"], duration=time, earned=time < 3, entry=np.zeros(90),
    ...                                 cluster=None, level=0.95)
    >>> found[0].name, found[0].low > 1, tests[1].p > 0.05
    ('hazard_ratio[hours]', True, True)
    """
    complete = used[list(covariates)].notna().all(axis=1).to_numpy()
    design, found = design_of(used[complete], covariates)
    columns = [one for one in design.columns if one != "intercept"]
    if not columns or int(earned[complete].sum()) < 5 * len(columns):
        message = f"Too few earned the badge for a Cox model with {len(columns)} columns."
        return [], [], [*found, remark("too-few-events", message, "Use fewer covariates.")]
    x = design[columns].to_numpy(dtype=float)
    # In units of their own spread, since Newton's steps overflow where a covariate is long-tailed or far from zero.
    spread = x.std(axis=0)
    x = (x - x.mean(axis=0)) / spread
    times = (entry[complete], duration[complete], earned[complete])
    beta, covariance = _fitted(x, *times)
    if covariance is None:
        message = (
            f"The hazard ratios of {', '.join(columns)} cannot be told: the badge hangs on one of them altogether."
        )
        return [], [], [*found, remark("separated", message, "Leave it out, or compare incidences instead.")]
    n, errors, df = int(complete.sum()), np.sqrt(np.diag(covariance)), float("inf")
    how = f"cause-specific Cox, Efron; Wald, {level:.0%}"
    if cluster is not None:
        errors, groups = _robust_errors(x, beta, covariance, times, cluster[complete])
        df, how = float(groups - 1), f"cause-specific Cox, Efron; robust to clusters, t({groups - 1}), {level:.0%}"
    reach = float(stats.t.ppf(0.5 + level / 2, df))
    estimates, tests = [], []
    for name, value, se, unit in zip(columns, beta, errors, spread, strict=True):
        if not se * reach < 50:  # a group in which nobody, or everybody at once, earned it
            message = f"The hazard ratio of `{name}` cannot be told: the badge hangs on it altogether."
            found.append(remark("separated", message, "Compare incidences instead."))
            continue
        with np.errstate(over="ignore"):  # of a covariate in very large units
            ratio, *ends = np.exp([one / unit for one in (value, value - reach * se, value + reach * se)])
        estimates.append(Estimate(f"hazard_ratio[{name}]", ratio, ends[0], ends[1], n, how))
        p = float(2 * stats.t.sf(abs(value / se), df))
        tests.append(Test(f"Wald of {name}", float(value / se), () if cluster is None else (df,), p))
    same, more = _same_all_along(x, beta, times, columns) if len(estimates) == len(columns) else ([], [])
    return estimates, tests + same, found + more


def _fitted(x: Numbers, entry: Numbers, duration: Numbers, earned: NDArray[np.bool_]) -> tuple[Numbers, Numbers | None]:
    """Coefficients and their covariance, by Newton's steps, halved where they overshoot; no covariance where flat.

    The likelihood is statsmodels'; its own steps overflow from zero where a covariate is long-tailed.
    """
    from statsmodels.duration.hazard_regression import PHReg

    model = PHReg(duration, x, status=earned.astype(int), entry=entry if entry.any() else None, ties="efron")
    beta = np.zeros(x.shape[1])
    with np.errstate(all="ignore"):
        value = model.loglike(beta)
        for _ in range(100):
            slope, information = model.score(beta), -model.hessian(beta)
            if not (np.isfinite(slope).all() and np.isfinite(information).all()):
                return beta, None
            step = np.linalg.lstsq(information, slope, rcond=None)[0]
            if np.abs(beta).max() > 50:
                return beta, None  # on its way to infinity, and the others with it
            if slope @ step < 1e-14:
                beta = beta + step
                break
            for _ in range(40):
                told = model.loglike(beta + step)
                if told >= value:
                    break
                step = step / 2
            else:
                break
            beta, value = beta + step, told
    if np.linalg.eigvalsh(information)[0] <= 1e-10:
        return beta, None
    return beta, np.asarray(np.linalg.inv(information))


def _robust_errors(
    x: Numbers, beta: Numbers, bread: Numbers, times: tuple[Numbers, Numbers, NDArray[np.bool_]], cluster: NDArray[Any]
) -> tuple[Numbers, int]:
    """Sandwich of score residuals summed over clusters, and the number of clusters.

    statsmodels' own loses sight of ties: its score residuals do not sum to zero, and its variance can be negative.
    """
    _, codes = np.unique(cluster, return_inverse=True)
    influence = _score_residuals(x, beta, *times) @ bread
    sums = np.array([np.bincount(codes, one) for one in influence.T])
    groups = sums.shape[1]
    return np.sqrt(groups / (groups - 1) * (sums**2).sum(axis=1)), groups


def _score_residuals(
    x: Numbers, beta: Numbers, entry: Numbers, duration: Numbers, earned: NDArray[np.bool_]
) -> Numbers:
    """What each learner adds to the score of Cox's likelihood (Efron's ties), n by p; columns sum to zero."""
    relative = np.exp(x @ beta)
    residuals = np.zeros_like(x)
    for time in np.unique(duration[earned]):
        at_risk = np.flatnonzero((duration >= time) & ((entry < time) | (entry == 0)))
        tied = earned[at_risk] & (duration[at_risk] == time)
        events = int(tied.sum())
        for drawn in range(events):
            weight = relative[at_risk] * np.where(tied, 1 - drawn / events, 1.0)
            weight /= weight.sum()
            apart = x[at_risk] - weight @ x[at_risk]
            residuals[at_risk] += apart * (tied / events - weight)[:, None]
    return residuals


def _same_all_along(
    x: Numbers, beta: Numbers, times: tuple[Numbers, Numbers, NDArray[np.bool_]], columns: Sequence[str]
) -> tuple[list[Test], list[Finding]]:
    """Score test of each coefficient times the rank of time, beside the model as it is; as R's survival has it."""
    entry, duration, earned = times
    when = np.unique(duration[earned])
    if int(earned.sum()) < 10 or len(when) < 2:
        return [], []
    ranks = stats.rankdata(duration)  # of all times, those of the censored too
    places = ranks[[int(np.flatnonzero(duration == one)[0]) for one in when]] - ranks[earned].mean()
    relative = np.exp(x @ beta)
    score, information = np.zeros(len(beta)), np.zeros((3, len(beta), len(beta)))
    for time, place in zip(when, places, strict=True):
        at_risk = np.flatnonzero((duration >= time) & ((entry < time) | (entry == 0)))
        mine = x[at_risk]
        tied = earned[at_risk] & (duration[at_risk] == time)
        events = int(tied.sum())
        for drawn in range(events):
            weight = relative[at_risk] * np.where(tied, 1 - drawn / events, 1.0)
            weight /= weight.sum()
            apart = mine - weight @ mine
            score += place * apart[tied].mean(axis=0)
            spread = (apart * weight[:, None]).T @ apart
            information += np.array([1.0, place, place**2])[:, None, None] * spread
    tests, found = [], []
    for i, name in enumerate(columns):
        shared = information[1][i]
        left = information[2][i, i] - shared @ np.linalg.solve(information[0], shared)
        if not left > 1e-10 * information[2][i, i]:  # the time says nothing beyond the covariate itself
            continue
        chi = float(score[i] ** 2 / left)
        test = Test(f"same hazard ratio all along, {name}", chi, (1.0,), float(stats.chi2.sf(chi, 1)))
        tests.append(test)
        if test.p < 0.05:
            message = f"The hazard ratio of `{name}` changes with time (p = {test.p:.3f}): one number is an average."
            found.append(remark("hazards-not-proportional", message, "Compare incidences at several times."))
    return tests, found
