"""What may look like change and is none: regression to the mean, and a yardstick that moved (response shift)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.evaluation.change import estimate_change
from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    Test,
    interval_words,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.tidy_files import numbers, require_columns

__all__ = ["compare_pretests", "regression_to_the_mean"]

FEWEST = 10
Numbers = NDArray[np.float64]


def regression_to_the_mean(
    frame: pd.DataFrame,
    *,
    id: str = "learner",
    time: str = "wave",
    value: str = "value",
    before: str,
    after: str,
    level: float = 0.95,
) -> Analysis:
    """Whether those who were low rose more than those who were high, and how much of it chance alone would do.

    Parameters
    ----------
    frame : DataFrame
        One row a learner and wave.
    id, time, value : str
        Columns.
    before, after : str
        The two waves.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``correlation_of_change_with_mean`` (Oldham: unlike that with the first score it is 0 when nothing but chance
        makes the low rise and the high fall) and ``correlation_of_change_with_before`` (biased downward).

    Notes
    -----
    Where learners were chosen by the first score, their mean falls by itself: see `estimate_retention`.

    References
    ----------
    Oldham PD. J Chronic Dis 1962;15:969, doi 10.1016/0021-9681(62)90116-9.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> true = rng.normal(3, 0.5, 400)
    >>> frame = pd.DataFrame({"learner": [*range(400)] * 2, "wave": ["pre"] * 400 + ["post"] * 400,
    ...                       "value": np.concatenate([true + rng.normal(0, 0.5, 400) for _ in range(2)])})
    >>> found = regression_to_the_mean(frame, before="pre", after="post")
    >>> round(found["correlation_of_change_with_before"].estimate, 1)
    -0.6
    >>> round(found["correlation_of_change_with_mean"].estimate, 1)
    -0.1
    """
    require_columns(frame, [id, time, value])
    first, last = _paired(frame, id, time, value, before, after)
    n = len(first)
    if n < FEWEST or np.ptp(first) == 0 or np.ptp(last - first) == 0:
        message = f"{n} learners with both waves, or nothing varies: regression to the mean cannot be told."
        return not_estimable("regression-to-the-mean", [remark("too-few", message, "", "error")])
    change = last - first
    how = f"Pearson, Fisher z, {level:.0%}"
    oldham = _correlation("correlation_of_change_with_mean", change, (first + last) / 2, level, f"Oldham; {how}")
    naive = _correlation("correlation_of_change_with_before", change, first, level, f"biased downward; {how}")
    estimates, found = [oldham, naive], []
    tests = [Test("Oldham", oldham.estimate or 0.0, (float(n - 2),), _p_of(oldham.estimate or 0.0, n))]
    if (naive.high or 0.0) < 0:
        real = "goes beyond what chance does" if tests[0].p < 0.05 else "is no more than chance does"
        message = (
            f"Those who were low before rose more (r {naive.estimate:.2f}), which {real} "
            f"(Oldham's r {oldham.estimate:.2f}, {interval_words(oldham, level)})."
        )
        found.append(remark("regression-to-the-mean", message, "Do not read the low as those who gained most.", "info"))
    sentence = found[0].message if found else "Change does not go with the first score."
    return Analysis("regression-to-the-mean", estimates, status_of(found), found, sentence, "", tests)


def compare_pretests(
    frame: pd.DataFrame,
    *,
    id: str = "learner",
    time: str = "wave",
    value: str = "value",
    true: str = "pre",
    retrospective: str = "retrospective-pre",
    after: str = "post",
    level: float = 0.95,
    resamples: int = 2000,
) -> Analysis:
    """The change against a true pretest and against a retrospective one, side by side and never averaged.

    Parameters
    ----------
    frame : DataFrame
        One row a learner and frame of reference, of one instrument.
    id, time, value : str
        Columns; `time` holds the frames.
    true, retrospective, after : str
        The values of `time`.
    level : float
        Of the intervals.
    resamples : int
        Of the bootstrap.

    Returns
    -------
    Analysis
        ``change_from_true_pretest``, ``change_from_retrospective_pretest`` (each of all who gave both scores), and
        ``response_shift``: the retrospective pretest less the true one, of the same learners. Below 0 they judge their
        start more sternly afterwards.

    References
    ----------
    Howard GS. Eval Rev 1980;4:93, doi 10.1177/0193841X8000400105.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> start = rng.normal(3.5, 0.5, 60)
    >>> frame = pd.DataFrame({"learner": [*range(60)] * 3, "wave": np.repeat(["pre", "retrospective-pre", "post"], 60),
    ...     "value": np.concatenate([start + shift + rng.normal(0, 0.2, 60) for shift in (0, -0.5, 0.4)])})
    >>> found = compare_pretests(frame, resamples=200)
    >>> found["response_shift"].high < 0 and "response-shift" in [one.id for one in found.findings]
    True
    """
    pairs = {
        "change_from_true_pretest": (true, after),
        "change_from_retrospective_pretest": (retrospective, after),
        "response_shift": (true, retrospective),
    }
    estimates, tests, found = [], [], []
    for name, (first, last) in pairs.items():
        part = frame[frame[time].isin([first, last])]
        if part[time].nunique() < 2:
            continue
        one = estimate_change(
            part[[id, time, value]], id=id, time=time, value=value, before=first, after=last, level=level,
            resamples=resamples,
        )  # fmt: skip
        if one.status == "not-estimable":
            continue
        main = one["mean_change"]
        estimates.append(
            Estimate(name, main.estimate, main.low, main.high, main.n, f"{first} to {last}; {main.method}")
        )
        tests.append(Test(name, one.tests[0].statistic, one.tests[0].df, one.tests[0].p))
    by_name = {one.name: one for one in estimates}
    shift = by_name.get("response_shift")
    if shift is None:
        message = "Too few learners gave both a true and a retrospective pretest to see whether their yardstick moved."
        return not_estimable("response-shift", [remark("too-few", message, "", "error")])
    moved = (shift.low or 0.0) > 0 or (shift.high or 0.0) < 0
    side = "lower" if (shift.estimate or 0.0) < 0 else "higher"
    if moved:
        message = (
            f"Looking back, the same learners put their start {abs(shift.estimate or 0.0):.2f} {side} than they said "
            f"at the time ({interval_words(shift, level)}): their yardstick moved, or their memory."
        )
        found.append(remark("response-shift", message, "Report both changes apart; neither corrects the other."))
    sentence = (
        found[0].message if found else "True and retrospective pretest of the same learners do not differ visibly."
    )
    return Analysis("response-shift", estimates, status_of(found), found, sentence, "paired differences", tests)


def _paired(frame: pd.DataFrame, id: str, time: str, value: str, before: str, after: str) -> tuple[Numbers, Numbers]:
    data = frame.assign(**{value: numbers(frame, value)}).dropna(subset=[id, value])
    sides = [data[data[time] == one].drop_duplicates(id).set_index(id)[value] for one in (before, after)]
    both = sides[0].index.intersection(sides[1].index)
    return sides[0].loc[both].to_numpy(dtype=float), sides[1].loc[both].to_numpy(dtype=float)


def _correlation(name: str, x: Numbers, y: Numbers, level: float, how: str) -> Estimate:
    r, n = float(np.corrcoef(x, y)[0, 1]), len(x)
    reach = stats.norm.ppf(0.5 + level / 2) / np.sqrt(n - 3)
    z = np.arctanh(np.clip(r, -0.999999, 0.999999))
    return Estimate(name, r, float(np.tanh(z - reach)), float(np.tanh(z + reach)), n, how)


def _p_of(r: float, n: int) -> float:
    t = r * np.sqrt((n - 2) / max(1 - r**2, 1e-12))
    return float(2 * stats.t.sf(abs(t), n - 2))
