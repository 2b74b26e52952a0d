"""How confidence rises with skill: the slope, whether it is one slope, and the quarters that mislead."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.evaluation.estimates import Estimate, Test
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.regression import clustered_ols, hc3

__all__ = ["calibration", "quarters"]

Numbers = NDArray[np.float64]


def calibration(
    confidence: Numbers, skill: Numbers, again: Numbers | None, cluster: NDArray[Any] | None, level: float
) -> tuple[list[Estimate], list[Test]]:
    """Slope of confidence on skill, with a second measure of skill as an instrument where there is one; two tests.

    Examples
    --------
    >>> skill = np.arange(40.0)
    >>> found, _ = calibration(20 + 0.5 * skill + np.tile([1.0, -1], 20), skill, None, None, 0.95)
    >>> found[0].name, round(found[0].estimate, 2)
    ('calibration_slope', 0.5)
    """
    n = len(skill)
    x = np.column_stack([np.ones(n), skill - skill.mean()])
    slope, se, df, how = _fit(x, confidence, cluster)
    words = f"points of confidence a point of skill; {how}, {level:.0%}"
    estimates = [Estimate("calibration_slope", slope, *t_interval(slope, se, df, level), n, words)]
    if again is not None:
        estimates += _by_instrument(confidence, skill, again, cluster, level)
    residual = np.abs(confidence - x @ np.linalg.lstsq(x, confidence, rcond=None)[0])
    squared = np.column_stack([x, (skill - skill.mean()) ** 2])
    tests = [
        _last("one slope all along (quadratic term)", squared, confidence, cluster),
        _last("one scatter all along (Glejser)", x, residual, cluster),
    ]
    return estimates, tests


def quarters(
    confidence: Numbers, skill: Numbers, again: Numbers | None, level: float, resamples: int, seed: int
) -> list[Estimate]:
    """Gap of confidence and skill by quarter of skill; what shuffled confidence shows; the gap to a second measure.

    The interval beside ``gap_quarter_unrelated`` is the range of that share of the shuffled tables.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = {one.name: one for one in quarters(rng.normal(60, 9, 80), rng.normal(60, 9, 80), None, 0.95, 500, 1)}
    >>> found["gap_quarter[Q1]"].estimate > 5 and found["gap_quarter[Q4]"].estimate < -5
    True
    >>> one = found["gap_quarter_unrelated[Q1]"]
    >>> one.low < found["gap_quarter[Q1]"].estimate < one.high
    True
    """
    order = np.argsort(skill, kind="stable")
    parts = np.array_split(order, 4)
    rng = np.random.default_rng(seed)
    shuffled = np.array([rng.permutation(confidence) for _ in range(resamples)])
    estimates = []
    for number, rows in enumerate(parts, start=1):
        gap, n = confidence[rows] - skill[rows], len(rows)
        estimates.append(Estimate(f"gap_quarter[Q{number}]", *_mean(gap, level), n, f"t, {level:.0%}"))
        null: Numbers = np.asarray(shuffled[:, rows].mean(axis=1) - skill[rows].mean(), dtype=np.float64)
        ends = np.quantile(null, [(1 - level) / 2, (1 + level) / 2])
        name, how = f"gap_quarter_unrelated[Q{number}]", f"confidence shuffled {resamples} times; {level:.0%} of them"
        estimates.append(Estimate(name, float(null.mean()), float(ends[0]), float(ends[1]), n, how))
        if again is None:
            continue
        fresh = (confidence - again)[rows]
        fresh = fresh[np.isfinite(fresh)]
        if len(fresh) >= 5:
            how = f"gap to the second measure, quarters by the first; t, {level:.0%}"
            name = f"gap_quarter_second_measure[Q{number}]"
            estimates.append(Estimate(name, *_mean(fresh, level), len(fresh), how))
    return estimates


def _mean(values: Numbers, level: float) -> tuple[float, float, float]:
    mean = float(values.mean())
    return mean, *t_interval(mean, float(values.std(ddof=1) / np.sqrt(len(values))), len(values) - 1, level)


def _fit(x: Numbers, y: Numbers, cluster: NDArray[Any] | None) -> tuple[float, float, float, str]:
    """The last coefficient, its standard error, degrees of freedom, and how."""
    if cluster is not None:
        beta, se, df = clustered_ols(x, y, cluster)
        return float(beta[-1]), float(se[-1]), df, f"CR1, t({df:.0f})"
    slope = float(np.linalg.lstsq(x, y, rcond=None)[0][-1])
    df = float(len(y) - x.shape[1])
    return slope, float(hc3(x, y)[-1]), df, f"HC3, t({df:.0f})"


def _last(name: str, x: Numbers, y: Numbers, cluster: NDArray[Any] | None) -> Test:
    value, se, df, _ = _fit(x, y, cluster)
    t = value / se if se > 0 else float("nan")
    return Test(name, t, (df,), float(2 * stats.t.sf(abs(t), df)))


def _by_instrument(
    confidence: Numbers, skill: Numbers, again: Numbers, cluster: NDArray[Any] | None, level: float
) -> list[Estimate]:
    """The slope on true skill: a second measure shares the truth with the first, and not its error."""
    both = np.isfinite(again)
    n = int(both.sum())
    if n < 10:
        return []
    c, s, z = (one[both] - one[both].mean() for one in (confidence, skill, again))
    shared = float(s @ z)
    # With hardly anything in common the ratio has no bounds.
    if abs(np.corrcoef(s, z)[0, 1]) < 0.3:
        return []
    slope = float(c @ z) / shared
    influence = z * (c - slope * s) / shared
    df = float(n - 2)
    if cluster is None:
        variance = n / (n - 2) * float((influence**2).sum())
    else:
        _, codes = np.unique(cluster[both], return_inverse=True)
        sums = np.bincount(codes, influence)
        df = float(len(sums) - 1)
        variance = len(sums) / df * float((sums**2).sum())
    how = f"second measure as instrument; robust, t({df:.0f}), {level:.0%}"
    interval = t_interval(slope, float(np.sqrt(variance)), df, level)
    return [Estimate("calibration_slope_corrected", slope, *interval, n, how)]
