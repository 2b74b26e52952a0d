"""Reliability of a scale: whether its items hang together, and whether somebody forgot to reverse one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from ipe_workbench.documents.missing_answers import codes_among
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    interval_words,
    left_out,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.tidy_files import numbers, repeated_learner, require_columns
from ipe_workbench.findings import Finding

__all__ = ["alpha_of", "estimate_reliability", "omega_of", "scored_items"]

FEWEST = 10
_LEAST = 1e-4  # of a unique variance, as a share of the item's
Numbers = NDArray[np.float64]


def estimate_reliability(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    reverse: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
    level: float = 0.95,
    resamples: int = 500,
    seed: int = 1,
) -> Analysis:
    """Cronbach's alpha, McDonald's omega, and what each item adds.

    Parameters
    ----------
    frame : DataFrame
        One row a person, one column an item.
    items : sequence of str
        The columns of the scale.
    reverse : sequence of str
        Items that are worded the other way; answered x, they count ``min + max - x``.
    scale : (float, float), optional
        Smallest and largest answer allowed; needed when items are reversed.
    level, resamples, seed : optional
        Of the intervals and of the bootstrap over persons.

    Returns
    -------
    Analysis
        ``alpha_listwise`` (persons with every item; Feldt's interval), ``alpha_pairwise`` (each covariance from whoever
        answered both), ``alpha_standardised_listwise``, ``omega_total_one_factor`` (maximum likelihood, of the
        covariances), ``omega_total_one_factor_standardised`` (of the correlations, as R's psych),
        ``mean_inter_item_r``, and for each item ``item_rest_r[ITEM]`` and ``alpha_without[ITEM]`` (listwise). Where
        answers are missing ``alpha_standardised_pairwise``, ``item_rest_r_pairwise[ITEM]`` and
        ``alpha_without_pairwise[ITEM]`` follow, without intervals.

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, an item stands twice, or items are reversed without a scale.

    References
    ----------
    Cronbach LJ. Psychometrika 1951;16:297, doi 10.1007/BF02310555. Interval: Feldt LS. Psychometrika 1965;30:357,
    doi 10.1007/BF02289499; on the scale of log(1 - alpha): Bonett DG. J Educ Behav Stat 2002;27:335,
    doi 10.3102/10769986027004335. Omega: McDonald RP. Test Theory, 1999, of a one-factor model.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 3, 4, 5, 2, 3, 4, 1, 5, 3], "b": [2, 2, 3, 5, 5, 1, 3, 4, 2, 4, 3],
    ...                       "c": [1, 3, 3, 4, 4, 2, 2, 5, 1, 5, 4]})
    >>> round(estimate_reliability(frame, ["a", "b", "c"])["alpha_listwise"].estimate, 3)
    0.936
    """
    answers, found = scored_items(frame, items, reverse, scale)
    twice = repeated_learner(frame)
    if twice:
        found.append(remark("duplicate-learner", twice, "Choose a wave: intervals are too narrow."))
    complete = answers.dropna()
    missing = {"not_complete": len(answers) - len(complete), "no_answer": int(answers.isna().all(axis=1).sum())}
    constant = [str(item) for item in answers.columns if answers[item].dropna().nunique() < 2]
    if constant:
        nobody = not answers[constant].notna().any(axis=None)
        which = f"Item{'s' if len(constant) > 1 else ''} {', '.join(constant)}"
        message = f"{which}: {'nobody answered' if nobody else 'the same answer from everybody'}."
        return not_estimable("reliability", [remark("constant", message, "Leave it out.", "error"), *found], missing)
    if len(complete) < FEWEST:
        message = f"Only {len(complete)} persons answered every item; {FEWEST} are the least."
        return not_estimable("reliability", [remark("too-few", message, "", "error"), *found], missing)
    data = complete.to_numpy(dtype=float)
    percent = f"{level:.0%}"
    rng = np.random.default_rng(seed)
    alpha = alpha_of(np.atleast_2d(np.cov(data, rowvar=False)))
    estimates = [
        Estimate("alpha_listwise", alpha, *_feldt(alpha, *complete.shape, level), len(data), f"Feldt, {percent}")
    ]
    if len(complete) < len(answers):
        drawn = np.array([alpha_of(one) for one in _resampled(answers.to_numpy(dtype=float), resamples, rng)])
        pairwise, n = alpha_of(answers.cov().to_numpy()), int(answers.notna().any(axis=1).sum())
        ends = _by_log_of_rest(pairwise, drawn, n, level)
        estimates.append(Estimate("alpha_pairwise", pairwise, *ends, n, _bootstrapped("alpha", resamples, n, level)))
    estimates += _whole_scale(data, level, resamples, rng)
    pairwise_parts: list[Estimate] = []
    if len(complete) < len(answers):
        whole, pairwise_parts = _pairwise(answers)
        estimates.append(whole)
    found += left_out(missing["not_complete"], len(answers), "persons")
    parts, suspects = _items(data, [str(one) for one in complete.columns], level)
    found += suspects + _heywood(data, [str(one) for one in complete.columns])
    status = status_of(found)
    first = estimates[0]
    sentence = (
        f"Cronbach's alpha of the {data.shape[1]} items is {alpha:.2f} ({interval_words(first, level)}; "
        f"{len(data)} persons with every item)."
    )
    estimates += parts + pairwise_parts
    return Analysis("reliability", estimates, status, found, sentence, "classical test theory", (), missing)


def scored_items(
    frame: pd.DataFrame, items: Sequence[str], reverse: Sequence[str] = (), scale: tuple[float, float] | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The items as numbers, reversed where they must be, answers off the scale as missing; and findings.

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, an item stands twice, or items are reversed without a scale.

    Examples
    --------
    >>> answers = pd.DataFrame({"q1": [1, 5, 4], "q2": [5, 2, 9]})
    >>> items, findings = scored_items(answers, ["q1", "q2"], reverse=["q2"], scale=(1, 5))
    >>> items["q2"].tolist(), [one.id for one in findings]
    ([1.0, 4.0, nan], ['out-of-range'])
    """
    require_columns(frame, items)
    if len(set(items)) < len(items) or len(items) < 2:
        raise UnusableInputError("A scale needs two items or more, each named once.", mend="Mend the list of items.")
    unknown = [one for one in reverse if one not in items]
    if unknown:
        raise UnusableInputError(f"`{unknown[0]}` is to be reversed and is no item.", mend="Name it among the items.")
    if reverse and scale is None:
        raise UnusableInputError("To reverse items, the ends of the scale are needed.", mend="Give min and max.")
    answers = pd.DataFrame({item: numbers(frame, item) for item in items})
    found = []
    given = answers.to_numpy(dtype=float)
    codes = codes_among(given[np.isfinite(given)]) if scale is None else []
    if codes:
        message = f"{', '.join(f'{one:g}' for one in codes)} looks like a code for no answer and counts as an answer."
        found.append(remark("code-for-missing", message, "Name the ends of the scale, or empty the cells."))
    if scale is not None:
        low, high = scale
        off = (answers < low) | (answers > high)
        if off.to_numpy().any():
            which = [str(item) for item in answers.columns if off[item].any()]
            message = f"{int(off.to_numpy().sum())} answers lie outside {low:g} to {high:g} ({', '.join(which[:5])})."
            found.append(remark("out-of-range", message, "They count as missing; mend them at the source."))
            answers = answers.mask(off)
    alike = answers.notna().all(axis=1) & (answers.max(axis=1) == answers.min(axis=1))
    if scale is not None:
        for item in reverse:
            answers[item] = scale[0] + scale[1] - answers[item]
    # Only where items run both ways must one answer to all be careless.
    if reverse and alike.any():
        message = f"{int(alike.sum())} persons gave one answer to every item, though some run the other way."
        found.append(remark("straight-lining", message, "Look at them; report the result without them, too."))
    return answers, found


def alpha_of(covariance: Numbers) -> float:
    """Cronbach's alpha of a covariance matrix of items (k x k).

    Examples
    --------
    >>> round(alpha_of(np.array([[1, .5, .5], [.5, 1, .5], [.5, .5, 1]])), 3)
    0.75
    """
    k = len(covariance)
    total = float(covariance.sum())
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total) if total > 0 else float("nan")


def omega_of(covariance: Numbers) -> Numbers:
    """McDonald's omega total of a one-factor model, fitted by maximum likelihood (EM).

    Parameters
    ----------
    covariance : array (..., k, k)
        One covariance matrix or many.

    Returns
    -------
    array (...)
        NaN with fewer than three items.

    References
    ----------
    Rubin DB, Thayer DT. EM algorithms for ML factor analysis. Psychometrika 1982;47:69, doi 10.1007/BF02293851.

    Examples
    --------
    >>> loadings = np.array([.8, .7, .6, .5])
    >>> covariance = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    >>> np.isclose(omega_of(covariance), loadings.sum() ** 2 / covariance.sum(), atol=1e-6)
    np.True_
    """
    if covariance.shape[-1] < 3:
        return np.full(covariance.shape[:-2], np.nan)
    variance = np.einsum("...ii->...i", covariance)
    constant = (variance <= 0).any(axis=-1)  # a resample may hold one answer only
    covariance = np.where(constant[..., None, None], np.eye(covariance.shape[-1]), covariance)
    loading, unique = _one_factor(covariance)
    common = loading.sum(-1) ** 2
    return np.where(constant, np.nan, common / (common + unique.sum(-1)))


def _one_factor(covariance: Numbers) -> tuple[Numbers, Numbers]:
    """Loadings and unique variances (..., k) of a one-factor model."""
    variance = np.einsum("...ii->...i", covariance)
    loading, unique = np.sqrt(variance / 2), variance / 2
    for _ in range(5000):
        weight = loading / unique
        weight /= 1 + (weight * loading).sum(-1, keepdims=True)
        with_factor = np.einsum("...ij,...j->...i", covariance, weight)
        second = 1 - (weight * loading).sum(-1, keepdims=True) + (weight * with_factor).sum(-1, keepdims=True)
        step = with_factor / second - loading
        loading = loading + step
        unique = np.maximum(variance - loading * with_factor, 1e-9 * variance)
        if np.abs(step).max() < 1e-10 * np.sqrt(variance.max()):
            break
    return _arrived(covariance, loading, unique) if covariance.ndim == 2 else (loading, unique)


def _arrived(covariance: Numbers, loading: Numbers, unique: Numbers) -> tuple[Numbers, Numbers]:
    """From where EM crept to, the rest of the way: where a unique variance nears zero it takes forever."""
    k, sd = len(covariance), np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)

    def discrepancy(at: Numbers) -> tuple[float, Numbers]:
        model = np.outer(at[:k], at[:k]) + np.diag(at[k:])
        inverse = np.linalg.inv(model)
        apart = inverse - inverse @ correlation @ inverse
        value = float(np.linalg.slogdet(model)[1] + (inverse * correlation).sum())
        return value, np.concatenate([2 * apart @ at[:k], np.diag(apart)])

    start = np.concatenate([loading / sd, np.maximum(unique / sd**2, _LEAST)])
    bounds = [(None, None)] * k + [(_LEAST, None)] * k
    found = optimize.minimize(discrepancy, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15})
    at = found.x if found.fun <= discrepancy(start)[0] else start
    return at[:k] * sd, at[k:] * sd**2


def _heywood(data: Numbers, names: Sequence[str]) -> list[Finding]:
    """A warning where the factor takes all of an item: the model then has no proper solution."""
    if data.shape[1] < 3:
        return []
    covariance = np.cov(data, rowvar=False)
    share = _one_factor(covariance)[1] / np.diag(covariance)
    if share.min() > 2 * _LEAST:
        return []
    name = names[int(share.argmin())]
    message = f"The one factor takes all of item {name} (a Heywood case): omega is not to be trusted."
    return [remark("heywood", message, "Read alpha; see whether the scale has two factors, or too few persons.")]


def _whole_scale(data: Numbers, level: float, resamples: int, rng: np.random.Generator) -> list[Estimate]:
    n, percent = len(data), f"{level:.0%}"
    covariance = np.atleast_2d(np.cov(data, rowvar=False))
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    standardised = alpha_of(correlation)
    upper = correlation[np.triu_indices_from(correlation, 1)]
    omega = float(omega_of(covariance))
    ends = _by_log_of_rest(omega, omega_of(_resampled(data, resamples, rng)), n, level)
    how = f"one factor, ML; {_bootstrapped('omega', resamples, n, level)}"
    scaled = float(omega_of(correlation))
    by_feldt = _feldt(standardised, n, data.shape[1], level)
    return [
        Estimate("alpha_standardised_listwise", standardised, *by_feldt, n, f"Feldt, {percent}"),
        Estimate("omega_total_one_factor", omega, *ends, n, how),
        Estimate("omega_total_one_factor_standardised", scaled, None, None, n, "one factor, ML, of the correlations"),
        Estimate("mean_inter_item_r", float(upper.mean()), None, None, n, "Pearson"),
    ]


def _pairwise(answers: pd.DataFrame) -> tuple[Estimate, list[Estimate]]:
    """What R's psych prints where answers are missing: each covariance from whoever answered both items."""
    covariance, n = answers.cov().to_numpy(), int(answers.notna().any(axis=1).sum())
    sd = np.sqrt(np.diag(covariance))
    how = "each covariance from whoever answered both"
    standardised = alpha_of(covariance / np.outer(sd, sd))
    shared, parts = covariance.sum(axis=1), []
    for i, name in enumerate(answers.columns):
        rest = float(covariance.sum() - 2 * shared[i] + covariance[i, i])
        r = float(shared[i] - covariance[i, i]) / float(sd[i] * np.sqrt(rest)) if rest > 0 else float("nan")
        parts.append(Estimate(f"item_rest_r_pairwise[{name}]", r, None, None, n, how))
    for i, name in enumerate(answers.columns if len(covariance) > 2 else ()):
        without = alpha_of(np.delete(np.delete(covariance, i, 0), i, 1))
        parts.append(Estimate(f"alpha_without_pairwise[{name}]", without, None, None, n, how))
    return Estimate("alpha_standardised_pairwise", standardised, None, None, n, how), parts


def _items(data: Numbers, names: list[str], level: float) -> tuple[list[Estimate], list[Finding]]:
    n, k = data.shape
    estimates, found = [], []
    rest = data.sum(axis=1, keepdims=True) - data
    for i, name in enumerate(names):
        r = float(np.corrcoef(data[:, i], rest[:, i])[0, 1])
        reach = stats.norm.ppf(0.5 + level / 2) / np.sqrt(n - 3)
        low, high = (float(np.tanh(np.arctanh(np.clip(r, -0.999999, 0.999999)) + one)) for one in (-reach, reach))
        estimates.append(Estimate(f"item_rest_r[{name}]", r, low, high, n, f"Pearson, Fisher z, {level:.0%}"))
        if r < 0:
            message = f"Item {name} runs against the rest of the scale (r = {r:.2f}): it looks unreversed."
            found.append(remark("item-looks-unreversed", message, f"Reverse {name} if it is worded the other way."))
    if k > 2:
        for i, name in enumerate(names):
            others = np.delete(data, i, axis=1)
            value = alpha_of(np.cov(others, rowvar=False))
            interval = _feldt(value, n, k - 1, level)
            estimates.append(Estimate(f"alpha_without[{name}]", value, *interval, n, f"Feldt, {level:.0%}"))
    return estimates, found


def _feldt(alpha: float, n: int, k: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    df1, df2 = n - 1, (n - 1) * (k - 1)
    return (
        1 - (1 - alpha) * float(stats.f.ppf(1 - tail, df1, df2)),
        1 - (1 - alpha) * float(stats.f.ppf(tail, df1, df2)),
    )


def _resampled(data: Numbers, resamples: int, rng: np.random.Generator) -> Numbers:
    """Covariance matrices (resamples, k, k) of persons drawn with replacement; pairwise where answers are missing."""
    n, k = data.shape
    times = rng.multinomial(n, np.full(n, 1 / n), size=resamples).astype(float)
    there = np.isfinite(data).astype(float)
    centred = np.nan_to_num(data - np.nanmean(data, axis=0))

    def sums(left: Numbers, right: Numbers) -> Numbers:
        return np.asarray(times @ np.einsum("ni,nj->nij", left, right).reshape(n, k * k)).reshape(resamples, k, k)

    count = sums(there, there)
    first, second = sums(centred, there), sums(there, centred)
    with np.errstate(all="ignore"):
        return np.asarray((sums(centred, centred) - first * second / count) / (count - 1))


def _by_log_of_rest(value: float, drawn: Numbers, n: int, level: float) -> tuple[float, float]:
    """Student's t around log(1 - value), with the bootstrap's standard error.

    A reliability is skewed below one and the logarithm of what is left is nearly normal: percentiles of 500 resamples
    held the truth in 93 % of simulated scales of 90 persons, this in 95 %.
    """
    with np.errstate(all="ignore"):
        logs = np.log(1 - drawn)
    known = logs[np.isfinite(logs)]
    if len(known) < 0.9 * len(drawn) or not value < 1:
        return float("nan"), float("nan")
    # A resample varies by (n - 1) / n of what a sample does.
    low, high = t_interval(float(np.log(1 - value)), float(known.std(ddof=1)) * (n / (n - 1)) ** 0.5, n - 1, level)
    return 1 - float(np.exp(high)), 1 - float(np.exp(low))


def _bootstrapped(what: str, resamples: int, n: int, level: float) -> str:
    return f"log(1 - {what}), bootstrap SE, {resamples} resamples, t({n - 1}), {level:.0%}"
