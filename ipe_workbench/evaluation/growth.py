"""Growth: how a score moves over time, and how much of it lies between learners, teams, raters or sites."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    Status,
    Test,
    interval_words,
    left_out,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.growth_ordinal import growth_of_classes
from ipe_workbench.evaluation.mixed_models import MixedModel, RandomTerm, fit_mixed_model
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding

__all__ = ["design_of", "fit_growth", "foretold", "variance_estimates"]

FEWEST_ROWS, FEWEST_LEVELS = 10, 4
#: With so many levels, and a logarithm known to so much, the profile and Wald's interval are the same for a reader.
MANY, UNSURE = 100, 0.25
Numbers = NDArray[np.float64]


def fit_growth(
    frame: pd.DataFrame,
    *,
    outcome: str,
    crossed: Sequence[str] = (),
    nested: Sequence[str] = (),
    time: str | None = None,
    covariates: Sequence[str] = (),
    random_slope: str | None = None,
    level: float = 0.95,
) -> Analysis:
    """A linear mixed model of repeated scores, by REML.

    Parameters
    ----------
    frame : DataFrame
        One row an observation.
    outcome : str
        Column with the score.
    crossed : sequence of str
        Grouping columns, each with a random intercept of its own, such as learner and rater.
    nested : sequence of str
        Grouping columns from the outermost to the innermost, such as team, learner; a learner's name may repeat in
        another team.
    time : str, optional
        Column with the time (a number); its coefficient is the growth a unit.
    covariates : sequence of str
        Further fixed effects; text columns become indicators against their first level.
    random_slope : str, optional
        The grouping column within which the slope of time varies.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``intercept``, the slopes by name (t intervals with Satterthwaite's degrees of freedom), ``sd[GROUP]``,
        ``variance[GROUP]``, ``sd[GROUP:time]`` and ``correlation[GROUP]`` of a random slope, ``sd[residual]``,
        ``icc[GROUP]`` (share of the variance without that of time), ``reml_criterion``; of a score with three to seven
        values in nested groups also ``log_odds[TIME]``, the ordinal alternative to the slope. Status ``singular`` or
        ``not-converged`` when the fit is.

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, or there is no grouping column.

    Examples
    --------
    Scores of four learners in three waves.

    >>> frame = pd.DataFrame({"learner": list("aaabbbcccddd"), "wave": [0, 1, 2] * 4,
    ...                       "score": [1, 2.1, 2.9, 2, 3.2, 4.1, 0.5, 1.4, 2.6, 3, 4.1, 4.8]})
    >>> result = fit_growth(frame, outcome="score", nested=["learner"], time="wave")
    >>> result.status, round(result["wave"].estimate, 2)
    ('ok', 0.99)
    """
    groups = [*crossed, *nested]
    if not groups:
        raise UnusableInputError("A mixed model needs a grouping column.", mend="Name crossed or nested columns.")
    if len(set(groups)) < len(groups) or outcome in groups:
        raise UnusableInputError("A column stands twice.", mend="Name each grouping column once, and not the outcome.")
    if random_slope is not None and (time is None or random_slope not in groups):
        raise UnusableInputError("A random slope needs the time and one of the grouping columns.", mend="Name both.")
    used = [outcome, *groups, *([time] if time else []), *covariates]
    require_columns(frame, used)
    # One group may have equal scores; where more is known of a row, all of it equal looks like a copy.
    said = frame.dropna(how="all") if len(groups) > 1 or frame.shape[1] > len(used) else frame.iloc[:0]
    if len(said) > 1 and said.duplicated(keep=False).all():
        message = "Every row stands more than once: the table was put together twice."
        return not_estimable("growth", [remark("duplicate-rows", message, "Keep one of each.", "error")])
    copies = int(said.duplicated().sum())
    data = frame[used].assign(**{c: numbers(frame, c) for c in [outcome, *([time] if time else [])]})
    complete = data.dropna()
    missing = {"not_complete": len(data) - len(complete)}
    keys = _group_keys(complete, crossed, nested)
    refused, found = _look(complete, keys, outcome, time, missing)
    if refused:
        return not_estimable("growth", [refused, *found], missing)
    if copies:
        message = f"{copies} rows are like another in every column: if they are copies, intervals are too narrow."
        # Where one cell is measured again and again, a few equal scores are no sign of copying.
        repeats = int(frame.duplicated([one for one in frame.columns if one != outcome]).sum())
        found.append(
            remark("duplicate-rows", message, "Keep one of each.", "warning" if 2 * copies > repeats else "info")
        )
    fixed, dropped = design_of(complete, [*([time] if time else []), *covariates])
    found += dropped
    none_left = foretold(complete[outcome].to_numpy(dtype=float), fixed)
    if none_left:
        return not_estimable("growth", [none_left, *found], missing)
    terms = [_term(name, key, complete, time if name == random_slope else None) for name, key in keys.items()]
    model = fit_mixed_model(complete[outcome].to_numpy(dtype=float), fixed, terms)
    found += _fit_findings(model)
    estimates, tests = _fixed_estimates(model, level)
    estimates += variance_estimates(model, {t.name: t.levels for t in terms}, level)
    if time is not None and (nested or len(crossed) == 1):
        outermost = next(iter(keys.values()))
        ordinal, told = growth_of_classes(
            complete[outcome].to_numpy(dtype=float), fixed, time, outermost.tolist(), level
        )
        estimates += ordinal
        found += told
    estimates.append(Estimate("reml_criterion", model.criterion, None, None, model.n, "-2 log restricted likelihood"))
    status: Status = status_of(found) if model.status == "ok" else model.status
    formula = " + ".join([f"{outcome} ~ 1", *fixed.columns[1:], *(_term_words(t, time) for t in terms)])
    return Analysis("growth", estimates, status, found, _sentence(estimates, time, level), formula, tests, missing)


def design_of(data: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, list[Finding]]:
    """The matrix of fixed effects: an intercept, numbers as they are, text as indicators against its first level.

    Columns that follow from those before them are left out, each with a finding.

    Examples
    --------
    >>> design_of(pd.DataFrame({"profession": ["PT", "MD", "PT"]}), ["profession"])[0].columns.tolist()
    ['intercept', 'profession[PT]']
    """
    parts: dict[str, Numbers] = {"intercept": np.ones(len(data))}
    for column in columns:
        if pd.api.types.is_numeric_dtype(data[column]) and not pd.api.types.is_bool_dtype(data[column]):
            parts[column] = data[column].to_numpy(dtype=float)
        else:
            text = data[column].astype(str)
            parts |= {f"{column}[{one}]": (text == one).to_numpy(dtype=float) for one in sorted(text.unique())[1:]}
    kept: dict[str, Numbers] = {}
    found = []
    for name, values in parts.items():
        if np.linalg.matrix_rank(np.column_stack([*kept.values(), values])) > len(kept):
            kept[name] = values
        else:
            message = f"`{name}` follows from the columns before it and is left out of the model."
            found.append(remark("dependent-column", message, "Leave it out, or the other.", "warning"))
    return pd.DataFrame(kept), found


def foretold(response: Numbers, fixed: pd.DataFrame) -> Finding | None:
    """An error where the fixed effects leave nothing over for the groups.

    Examples
    --------
    >>> time = np.array([0.0, 1, 2])
    >>> foretold(2 * time, pd.DataFrame({"intercept": [1.0] * 3, "time": time})).id
    'constant'
    """
    x = fixed.to_numpy(dtype=float)
    rest = response - x @ np.linalg.lstsq(x, response, rcond=None)[0]
    if np.abs(rest).max() > 1e-10 * np.abs(response - response.mean()).max():
        return None
    message = "The fixed effects foretell every score; nothing is left to lie between groups."
    return remark("constant", message, "Check the column.", "error")


def variance_estimates(model: MixedModel, levels: dict[str, int], level: float) -> list[Estimate]:
    """Standard deviations with intervals, variances and intraclass correlations of a fitted model.

    Intervals are those of the profile of the restricted likelihood; Wald's on the logarithm with a hundred levels or
    more, and for terms with slopes.
    """
    estimates: list[Estimate] = []
    intercepts = model.random[model.random["column"] == "intercept"]
    total = float((intercepts["sd"] ** 2).sum())
    order = [*levels, "residual"]
    for _, row in model.random.sort_values("term", key=lambda names: names.map(order.index), kind="stable").iterrows():
        name = row["term"] if row["column"] == "intercept" else f"{row['term']}:{row['column']}"
        sd, n = float(row["sd"]), levels.get(row["term"], model.n)
        low, high, words = _sd_interval(model, row, n, level)
        estimates += [
            Estimate(f"sd[{name}]", sd, low, high, n, words),
            Estimate(f"variance[{name}]", sd**2, low**2, high**2, n, words),
        ]
        if row["column"] == "intercept" and row["term"] != "residual" and total > 0:
            estimates.append(Estimate(f"icc[{name}]", sd**2 / total, None, None, n, "share of the variance, REML"))
    for _, row in model.correlations.iterrows():
        name = f"correlation[{row['term']}]"
        estimates.append(Estimate(name, float(row["correlation"]), None, None, levels[row["term"]], "REML"))
    return estimates


def _sd_interval(model: MixedModel, row: pd.Series[Any], n: int, level: float) -> tuple[float, float, str]:
    """From the profile where Wald's interval does not hold: few levels, or a deviation that may be zero."""
    sd, spread = float(row["sd"]), float(row["log_sd_se"])
    if model.likelihood is not None and model.status != "not-converged" and not (n >= MANY and spread < UNSURE):
        ends = model.likelihood.interval(str(row["term"]), level)
        if ends is not None and ends[0] <= sd <= ends[1]:
            low, high = ends
            words = f"REML; profile of the restricted likelihood, {level:.0%}"
            return (low, high, words) if np.isfinite(high) else (low, float("nan"), f"{words}; no upper end")
    reach = float(stats.norm.ppf(0.5 + level / 2)) * spread
    if np.isfinite(reach) and reach < 100:  # on the logarithm: beyond it anything would do
        return sd * np.exp(-reach), sd * np.exp(reach), f"REML; Wald on the logarithm, {level:.0%}"
    return 0.0, float("nan"), "REML; at the boundary, no upper end"


def _group_keys(data: pd.DataFrame, crossed: Sequence[str], nested: Sequence[str]) -> dict[str, pd.Series[str]]:
    keys = {one: data[one].astype(str) for one in crossed}
    for depth in range(1, len(nested) + 1):
        # A unit separator cannot stand in a name that came from a CSV cell by mistake.
        joined = data[list(nested[:depth])].astype(str).agg("\x1f".join, axis=1)
        keys[nested[depth - 1]] = joined
    return keys


def _term(name: str, key: pd.Series[str], data: pd.DataFrame, slope: str | None) -> RandomTerm:
    codes, levels = pd.factorize(key)
    ones = np.ones((len(data), 1))
    if slope is None:
        return RandomTerm(name, codes, len(levels), ones)
    design = np.column_stack([ones, data[slope].to_numpy(dtype=float)])
    return RandomTerm(name, codes, len(levels), design, ("intercept", slope))


def _look(
    data: pd.DataFrame, keys: dict[str, pd.Series[str]], outcome: str, time: str | None, missing: dict[str, int]
) -> tuple[Finding | None, list[Finding]]:
    if len(data) < FEWEST_ROWS:
        return remark("too-few", f"Only {len(data)} complete rows; {FEWEST_ROWS} are the least.", "", "error"), []
    if np.ptp(data[outcome].to_numpy()) == 0:
        return remark("constant", f"All values of `{outcome}` are the same.", "Check the column.", "error"), []
    most = max(key.nunique() for key in keys.values())
    if 1 < most < FEWEST_LEVELS:
        message = f"The largest grouping has {most} levels only: what lies between them cannot be told."
        return remark("too-few", message, "Describe them one by one.", "error"), []
    found: list[Finding] = []
    if time is not None:
        same = data.assign(**{f"\x1f{name}": key for name, key in keys.items()})
        units = [f"\x1f{name}" for name in keys]
        copies, repeats = same.duplicated([*units, time, outcome]).sum(), same.duplicated([*units, time]).sum()
        if repeats:
            message = f"{repeats} rows repeat a `{'`, `'.join(keys)}` at a time that had a score"
            if copies == repeats:
                message += ", with the same score: they look like copies."
                return remark("duplicate-wave", message, "Keep one row each.", "error"), []
            mend = "Keep one row each, or name what tells them apart, such as the rater, among the groups."
            found.append(remark("repeated-wave", f"{message}; they are taken as repetitions.", mend))
    for name, key in keys.items():
        levels = key.nunique()
        if levels < 2:
            return remark("one-group", f"`{name}` has one level only.", "Leave it out of the model.", "error"), found
        if levels == len(data):
            message = f"Every row has a `{name}` of its own, so it cannot be told from the residual."
            return remark("no-repetition", message, "Leave it out, or give the repeated rows.", "error"), found
        if levels < 5:
            message = f"`{name}` has {levels} levels only: its variance is hardly known."
            found.append(remark("few-levels", message, "Consider it as a fixed effect.", "info"))
    for outer, inner in pairwise(keys):
        if (keys[outer] == keys[inner]).all():
            message = f"`{outer}` and `{inner}` are the same grouping."
            return remark("same-grouping", message, "Leave one out.", "error"), found
    return None, found + left_out(missing["not_complete"], len(data) + missing["not_complete"])


def _fit_findings(model: MixedModel) -> list[Finding]:
    if model.status == "singular":
        zero = model.random.loc[model.random["log_sd_se"].isna(), "term"].tolist()
        which = f"the variance of {', '.join(zero)} is zero" if zero else "a slope and an intercept move as one"
        message = f"The fit is singular: {which}."
        return [remark("singular", message, "Leave the term out, or read it as: too little to be seen here.")]
    if model.status == "not-converged":
        return [remark("not-converged", "The fit did not converge.", "Rescale the time, or use a simpler model.")]
    return []


def _fixed_estimates(model: MixedModel, level: float) -> tuple[list[Estimate], list[Test]]:
    estimates, tests = [], []
    for name, row in model.fixed.iterrows():
        df = float(row["df"])
        exact = np.isfinite(df) and df > 0
        reach = float(stats.t.ppf(0.5 + level / 2, df) if exact else stats.norm.ppf(0.5 + level / 2)) * row["se"]
        words = f"REML; t with Satterthwaite's df {df:.1f}, {level:.0%}" if exact else f"REML; normal, {level:.0%}"
        value = float(row["estimate"])
        estimates.append(Estimate(str(name), value, value - reach, value + reach, model.n, words))
        t = value / float(row["se"])
        p = float(2 * (stats.t.sf(abs(t), df) if exact else stats.norm.sf(abs(t))))
        tests.append(Test(f"t of {name}", t, (df,), p))
    # The slope is what is asked for; the intercept comes after it.
    return ([*estimates[1:], estimates[0]], tests)


def _term_words(term: RandomTerm, time: str | None) -> str:
    return f"(1 + {time} | {term.name})" if term.width > 1 else f"(1 | {term.name})"


def _sentence(estimates: list[Estimate], time: str | None, level: float) -> str:
    main = estimates[0]
    what = f"Each unit of {time} goes with" if main.name == time else f"{main.name.capitalize()} is"
    return f"{what} {main.estimate:.2f} ({interval_words(main, level)}; {main.n} observations)."
