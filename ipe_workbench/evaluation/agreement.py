"""Agreement: whether raters or coders say the same of the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import Analysis, Estimate, interval_words, not_estimable, remark, status_of
from ipe_workbench.evaluation.tidy_files import numbers, require_columns

__all__ = ["estimate_agreement", "intraclass_correlations", "krippendorff_alpha"]

Level = Literal["nominal", "ordinal", "interval"]
FEWEST_UNITS = 5
MOST_LIGHT = 12  # raters; each two are compared
MOST_VALUES, MOST_STEPS = 200, 20  # different ones (steps of a scale); beyond that only differences count
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Ratings:
    """Units by raters as codes of the values (NaN: not rated), and the values in order."""

    codes: Numbers
    values: list[Any]
    raters: list[str]


def estimate_agreement(
    frame: pd.DataFrame,
    *,
    unit: str = "unit",
    rater: str = "rater",
    value: str = "value",
    level: Level = "nominal",
    order: Sequence[str] = (),
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 1,
) -> Analysis:
    """Krippendorff's alpha, kappa, and for interval scores the intraclass correlations.

    Parameters
    ----------
    frame : DataFrame
        One row a rating.
    unit, rater, value : str
        Columns with what is rated, who rates, and the rating.
    level : {"nominal", "ordinal", "interval"}
        Of measurement. Ordinal values are ordered as numbers, else by name, and a finding says so.
    order : sequence of str, optional
        Words from the lowest to the highest, such as ``("novice", "able", "expert")``.
    confidence, resamples, seed : optional
        Of the intervals; units are drawn with replacement.

    Returns
    -------
    Analysis
        ``krippendorff_alpha_LEVEL``, ``percent_agreement`` (pairs of ratings of a unit that are equal); with two
        raters ``cohen_kappa_unweighted`` and, unless nominal, ``cohen_kappa_linear``, ``cohen_kappa_quadratic``; with
        more who all rated everything ``light_kappa_...``, the mean of these over each two raters; ``fleiss_kappa`` when
        all units have the same number of ratings; for interval scores that are complete the six
        forms of `intraclass_correlations`.

    Raises
    ------
    UnusableInputError
        When a column is missing, an interval value is no number, or a value is not in `order`.

    References
    ----------
    Krippendorff K. Content Analysis, 3rd ed. 2013, chapter 12; Cohen J 1960, doi 10.1177/001316446002000104; Fleiss JL
    1971, doi 10.1037/h0031619; Light RJ. Psychol Bull 1971;76:365, doi 10.1037/h0031643.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], "rater": list("AB") * 6,
    ...                       "value": [1, 1, 2, 2, 3, 3, 3, 3, 2, 2, 1, 2]})
    >>> round(estimate_agreement(frame, level="nominal")["krippendorff_alpha_nominal"].estimate, 3)
    0.766
    """
    require_columns(frame, [unit, rater, value])
    rated = frame[frame[value].notna() & frame[unit].notna() & frame[rater].notna()]
    twice = rated[rated.duplicated([unit, rater], keep=False)]
    missing = {"no_rating": len(frame) - len(rated)}
    if len(twice):
        message = f"Rater {twice[rater].iloc[0]} rated unit {twice[unit].iloc[0]} more than once."
        return not_estimable("agreement", [remark("duplicate-rating", message, "Keep one row.", "error")], missing)
    ratings, found = _table(rated, unit, rater, value, level, order)
    paired = ratings.codes[np.isfinite(ratings.codes).sum(axis=1) >= 2]
    missing["units_with_one_rating"] = len(ratings.codes) - len(paired)
    if len(paired) < FEWEST_UNITS:
        message = f"Only {len(paired)} units have two ratings or more; {FEWEST_UNITS} are the least."
        return not_estimable("agreement", [remark("too-few", message, "", "error"), *found], missing)
    if len(np.unique(paired[np.isfinite(paired)])) < 2:
        message = "All ratings are the same; agreement beyond chance cannot be told."
        return not_estimable("agreement", [remark("constant", message, "", "error"), *found], missing)
    estimates = _chance_corrected(paired, ratings, level, confidence, resamples, seed)
    if level == "interval":
        complete = paired[np.isfinite(paired).all(axis=1)]
        if len(complete) >= FEWEST_UNITS and complete.shape[1] >= 2:
            scores = np.array(ratings.values, dtype=float)[complete.astype(int)]
            estimates += intraclass_correlations(scores, confidence)
        else:
            message = "No intraclass correlation: too few units were rated by every rater."
            found.append(remark("not-crossed", message, "See `raters`, which can use what is there.", "info"))
    alpha = estimates[0]
    sentence = (
        f"The raters agree with Krippendorff's alpha {alpha.estimate:.2f} ({interval_words(alpha, confidence)}; "
        f"{len(paired)} units, {len(ratings.raters)} raters, {level})."
    )
    status = status_of(found)
    return Analysis("agreement", estimates, status, found, sentence, "agreement corrected for chance", (), missing)


def krippendorff_alpha(codes: Numbers, distance: Numbers) -> float:
    """Krippendorff's alpha.

    Parameters
    ----------
    codes : array (units, raters)
        Which value each rating is, from 0; NaN where there is none. Units with one rating do not count.
    distance : array (values, values)
        Squared difference of two values.

    Examples
    --------
    >>> krippendorff_alpha(np.array([[0, 0], [1, 1]]), 1 - np.eye(2))
    1.0
    """
    table = _coincidences(codes, len(distance)).sum(axis=0)
    totals = table.sum(axis=1)
    expected = totals @ distance @ totals / (totals.sum() - 1)
    return float(1 - (table * distance).sum() / expected) if expected > 0 else float("nan")


def intraclass_correlations(scores: Numbers, confidence: float = 0.95) -> list[Estimate]:
    """The six intraclass correlations with their F intervals.

    Parameters
    ----------
    scores : array (targets, raters)
        Complete.

    Returns
    -------
    list of Estimate
        ``ICC(1)``, ``ICC(A,1)``, ``ICC(C,1)``, ``ICC(k)``, ``ICC(A,k)``, ``ICC(C,k)`` in the names of McGraw and Wong;
        in those of Shrout and Fleiss ICC1, ICC2, ICC3, ICC1k, ICC2k, ICC3k.

    References
    ----------
    McGraw KO, Wong SP. Psychol Methods 1996;1:30, doi 10.1037/1082-989X.1.1.30; Shrout PE, Fleiss JL. Psychol Bull
    1979;86:420, doi 10.1037/0033-2909.86.2.420.

    Examples
    --------
    The six subjects and four judges of Shrout and Fleiss 1979, Table 2.

    >>> scores = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.]])
    >>> [round(one.estimate, 2) for one in intraclass_correlations(scores)]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # where raters never differ, or targets never do
        return _six_forms(scores, confidence)


def _six_forms(scores: Numbers, confidence: float) -> list[Estimate]:
    n, k = scores.shape
    mean = scores.mean()
    rows = k * ((scores.mean(axis=1) - mean) ** 2).sum() / (n - 1)
    columns = n * ((scores.mean(axis=0) - mean) ** 2).sum() / (k - 1)
    total = ((scores - mean) ** 2).sum()
    error = (total - rows * (n - 1) - columns * (k - 1)) / ((n - 1) * (k - 1))
    within = (total - rows * (n - 1)) / (n * (k - 1))
    tail = (1 + confidence) / 2

    def ratio_interval(f: float, df2: float) -> tuple[float, float]:
        return f / float(stats.f.ppf(tail, n - 1, df2)), f * float(stats.f.ppf(tail, df2, n - 1))

    one, consistent = ratio_interval(rows / within, n * (k - 1)), ratio_interval(rows / error, (n - 1) * (k - 1))
    absolute = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    agreed = _absolute_interval(rows, columns, error, absolute, n, k, tail)
    forms = [
        ("ICC(1)", "ICC1, one-way, single", (rows - within) / (rows + (k - 1) * within), _single(one, k)),
        ("ICC(A,1)", "ICC2, two-way, absolute agreement, single", absolute, agreed),
        (
            "ICC(C,1)",
            "ICC3, two-way, consistency, single",
            (rows - error) / (rows + (k - 1) * error),
            _single(consistent, k),
        ),
        ("ICC(k)", "ICC1k, one-way, average", (rows - within) / rows, [1 - 1 / f for f in one]),
        (
            "ICC(A,k)",
            "ICC2k, two-way, absolute agreement, average; ends of ICC(A,1) stepped up",
            (rows - error) / (rows + (columns - error) / n),
            [k * r / (1 + (k - 1) * r) for r in agreed],
        ),
        ("ICC(C,k)", "ICC3k, two-way, consistency, average", (rows - error) / rows, [1 - 1 / f for f in consistent]),
    ]
    told = []
    for name, words, value, (low, high) in forms:
        if value > 1:  # targets differ less than chance: the ratio has left its range and is no correlation
            continue
        if not low <= value <= high:
            low, high = float("nan"), float("nan")
        told.append(Estimate(name, float(value), low, high, n, f"{words}; F, {confidence:.0%}"))
    return told


def _single(ratios: tuple[float, float], k: int) -> list[float]:
    return [(f - 1) / (f + k - 1) for f in ratios]


def _absolute_interval(
    rows: float, columns: float, error: float, icc: float, n: int, k: int, tail: float
) -> list[float]:
    # Satterthwaite's degrees of freedom of the denominator; McGraw and Wong 1996, Table 7.
    if columns <= 0 and error <= 0:
        return [float("nan"), float("nan")]
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    df = (a * columns + b * error) ** 2 / ((a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    lower, upper = float(stats.f.ppf(tail, n - 1, df)), float(stats.f.ppf(tail, df, n - 1))
    spread = k * columns + (k * n - k - n) * error
    return [
        n * (rows - lower * error) / (lower * spread + n * rows),
        n * (upper * rows - error) / (spread + n * upper * rows),
    ]


def _table(
    rated: pd.DataFrame, unit: str, rater: str, value: str, level: Level, order: Sequence[str]
) -> tuple[_Ratings, list[Any]]:
    found = []
    cells = rated[value]
    as_numbers = pd.to_numeric(cells, errors="coerce")
    if order:
        told = cells.astype(str).str.strip()
        unknown = sorted(set(told) - set(order))
        if unknown:
            raise UnusableInputError(f"`{unknown[0][:40]}` in `{value}` is not in the order.", mend="Name it there.")
        cells = told.map({one: place for place, one in enumerate(order)})
    elif level == "interval" or (level == "ordinal" and np.isinf(as_numbers).any()):
        cells = numbers(rated, value)
    elif as_numbers.notna().all():
        cells = as_numbers
    elif level == "ordinal":
        order = ", ".join(sorted(map(str, cells.unique()))[:8])
        message = f"The values are words and are ordered by name: {order}."
        found.append(remark("order-of-values", message, "Give numbers if that is not their order."))
    values = sorted(cells.unique())
    if level != "interval" and len(values) > MOST_VALUES:
        raise UnusableInputError(
            f"Column `{value}` has {len(values)} different values.", mend="Give level interval, or codes."
        )
    index = {one: i for i, one in enumerate(values)}
    coded = pd.DataFrame({"unit": rated[unit], "rater": rated[rater], "code": cells.map(index).astype(float)})
    wide = coded.pivot(index="unit", columns="rater", values="code")
    return _Ratings(wide.to_numpy(dtype=float), values, [str(one) for one in wide.columns]), found


def _coincidences(codes: Numbers, values: int) -> Numbers:
    """For each unit the coincidence matrix (units, values, values): ordered pairs of ratings over m - 1."""
    counts = np.stack([(codes == v).sum(axis=1) for v in range(values)], axis=1).astype(float)
    raters = counts.sum(axis=1)
    pairs = np.einsum("ui,uj->uij", counts, counts)
    pairs[:, np.arange(values), np.arange(values)] -= counts
    return np.asarray(pairs / np.maximum(raters - 1, 1)[:, None, None] * (raters >= 2)[:, None, None])


def _chance_corrected(
    paired: Numbers, ratings: _Ratings, level: Level, confidence: float, resamples: int, seed: int
) -> list[Estimate]:
    n, there = len(paired), np.isfinite(paired)
    used, dense = np.unique(paired[there], return_inverse=True)
    # How often each unit counts: once each, and as often as it is drawn in each resample.
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    times = np.vstack([np.ones((1, n)), drawn])
    told: dict[str, Numbers] = {}
    if level == "interval":
        values = np.array(ratings.values, dtype=float)
        scores = np.where(there, (values - values.mean())[np.where(there, paired, 0).astype(int)], 0.0)
        told["krippendorff_alpha_interval"] = _interval_alphas(scores, there.sum(axis=1), times)
    # Measurements hardly ever agree to the last digit; to count how often they do would mean nothing.
    if len(used) <= (MOST_STEPS if level == "interval" else MOST_VALUES):
        codes = np.full(paired.shape, -1)
        codes[there] = dense
        told |= _of_codes(codes, len(used), level, times, len(ratings.raters))
    how = f"percentile bootstrap over units, {resamples} resamples, {confidence:.0%}"
    return [Estimate(name, float(one[0]), *_ends(one[1:], confidence), n, how) for name, one in told.items()]


def _of_codes(codes: NDArray[np.intp], values: int, level: Level, times: Numbers, raters: int) -> dict[str, Numbers]:
    """What rests on codes alone, for each row of `times` (how often each unit counts)."""
    counts = np.stack([(codes == v).sum(axis=1) for v in range(values)], axis=1).astype(float)
    of_unit, totals = counts.sum(axis=1), times @ counts
    n = totals.sum(axis=1)
    alike = times @ ((counts * (counts - 1)).sum(axis=1) / (of_unit - 1))
    told = {}
    if level == "nominal":
        told["krippendorff_alpha_nominal"] = _ratio(n - alike, (n**2 - (totals**2).sum(axis=1)) / (n - 1))
    if level == "ordinal":
        # Two values are as far apart as ratings lie between them, half of the two themselves counted: places on a line.
        place = np.cumsum(totals, axis=1) - totals / 2
        place -= place.mean(axis=1, keepdims=True)
        told["krippendorff_alpha_ordinal"] = _squared(place @ counts.T, place**2 @ counts.T, of_unit, times)
    told["percent_agreement"] = alike / n
    if raters == 2:
        for name, weights in _weights(level, values).items():
            told[f"cohen_kappa_{name}"] = _kappas(codes, weights, times)
    elif of_unit.min() == raters <= MOST_LIGHT:
        pairs = [codes[:, list(two)] for two in combinations(range(raters), 2)]
        for name, weights in _weights(level, values).items():
            told[f"light_kappa_{name}"] = np.mean([_kappas(one, weights, times) for one in pairs], axis=0)
    if of_unit.min() == of_unit.max():
        m = of_unit[0]
        expected = ((totals / n[:, None]) ** 2).sum(axis=1)
        observed = times @ (counts * (counts - 1)).sum(axis=1) / (n * (m - 1))
        told["fleiss_kappa"] = _ratio(1 - observed, 1 - expected)
    return told


def _interval_alphas(scores: Numbers, of_unit: NDArray[np.intp], times: Numbers) -> Numbers:
    first, second = scores.sum(axis=1), (scores**2).sum(axis=1)
    return _squared(first, second, of_unit.astype(float), times)


def _squared(first: Numbers, second: Numbers, of_unit: Numbers, times: Numbers) -> Numbers:
    """Alpha of squared differences, from each unit's sum of places, sum of their squares, and number of ratings."""
    n = times @ of_unit
    observed = (times * (of_unit * second - first**2) / (of_unit - 1)).sum(axis=1)
    expected = (n * (times * second).sum(axis=1) - (times * first).sum(axis=1) ** 2) / (n - 1)
    return _ratio(observed, expected)


def _ratio(observed: Numbers, expected: Numbers) -> Numbers:
    """One less the disagreement over that expected by chance; NaN where none can be expected."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > 1e-12, 1 - observed / expected, np.nan))


def _weights(level: Level, values: int) -> dict[str, Numbers]:
    apart = np.abs(np.subtract.outer(np.arange(values), np.arange(values))).astype(float)
    weights = {"unweighted": (apart > 0).astype(float)}
    if level != "nominal":
        weights |= {"linear": apart, "quadratic": apart**2}
    return weights


def _kappas(codes: NDArray[np.intp], weights: Numbers, times: Numbers) -> Numbers:
    """Cohen's kappa of two raters; `weights` says how far apart two values are."""
    first, second = codes.T
    rows, columns = (times @ np.eye(len(weights))[one] for one in (first, second))
    expected = ((rows @ weights) * columns).sum(axis=1) / times.sum(axis=1)
    return _ratio(times @ weights[first, second], expected)


def _ends(drawn: Numbers, confidence: float) -> tuple[float, float]:
    known = drawn[np.isfinite(drawn)]
    if len(known) < 0.9 * len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
