"""The modified Angoff method: judges say how likely a just competent learner gets each item right."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.agreement import intraclass_correlations
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark, status_of
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.mixed_models import RandomTerm, fit_mixed_model
from ipe_workbench.evaluation.standard_setting import consequences, read_scores, standard_sentence
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding

__all__ = ["set_standard_angoff"]

Numbers = NDArray[np.float64]
FEWEST_JUDGES, FEWEST_ITEMS = 3, 5


def set_standard_angoff(
    frame: pd.DataFrame,
    *,
    judge: str = "judge",
    item: str = "item",
    rating: str = "rating",
    round: str | None = None,
    scores: pd.DataFrame | None = None,
    score: str = "score",
    correct: pd.DataFrame | None = None,
    aim: float = 0.02,
    level: float = 0.95,
) -> Analysis:
    """The cut score of a panel, its standard error, and how consistent its judges are.

    Parameters
    ----------
    frame : DataFrame
        One row a judgement: the probability that a just competent learner gets the item right, or in per cent.
    judge, item, rating : str
        Columns.
    round : str, optional
        Column with the round; the last one sets the standard, and the earlier ones show how the panel moved.
    scores : DataFrame, optional
        One row a learner, with points in the column `score`: what share would pass.
    correct : DataFrame, optional
        One row an item, with columns ``item`` and ``share_correct``: whether judges know what is hard.
    aim : float
        The standard error of the cut share that more judges should reach.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``cut`` in points and ``cut_share``; ``cut_se`` (over judges, for these items) and ``cut_share_se_items_random``
        (for other items of the kind); ``sd[judge]``, ``sd[item]``, ``sd[residual]``; ``ICC(A,1)``, ``ICC(A,k)``;
        ``judges_for_se``; ``judge_mean[J]``, ``judge_rest_r[J]`` (with the others' mean by item),
        ``judge_correct_r[J]``; ``cut_share[round R]``; ``pass_rate`` and what one standard error changes.

    Raises
    ------
    UnusableInputError
        When a column is missing or a rating is no probability.

    Notes
    -----
    Over judges the standard error is that of the mean of the judges' means; where judgements are missing these are
    adjusted for the items judged. The other one adds the variance of items and comes from the components by REML.

    References
    ----------
    Angoff WH 1971; Brennan RL, Lockwood RE. Appl Psychol Meas 1980;4:219, doi 10.1177/014662168000400209.

    Examples
    --------
    >>> rows = [(j, i, min(1, .4 + .1 * i + s)) for j, s in zip("ABCD", (-.1, 0, 0, .1)) for i in range(6)]
    >>> result = set_standard_angoff(pd.DataFrame(rows, columns=["judge", "item", "rating"]))
    >>> round(result["cut_share"].estimate, 2)
    0.65
    """
    require_columns(frame, [judge, item, *([round] if round else [])])
    data = pd.DataFrame({"judge": frame[judge], "item": frame[item], "rating": numbers(frame, rating)})
    data["round"] = frame[round] if round else 1
    data = data.dropna().astype({"judge": str, "item": str})
    missing = {"not_complete": len(frame) - len(data)}
    found: list[Finding] = []
    if len(data) and data["rating"].max() > 1 and not data["rating"].between(0, 1, inclusive="neither").any():
        found.append(remark("percent", "Ratings above 1 are read as per cent.", "", "info"))
        data["rating"] /= 100
    odd = data.loc[~data["rating"].between(0, 1), "rating"]
    if len(odd):
        raise UnusableInputError(
            f"A rating of {odd.iloc[0]:g} is no probability.",
            mend="Give all as 0 to 1, or all as whole per cent to 100.",
        )
    rounds = sorted(data["round"].unique())
    last = data[data["round"] == rounds[-1]] if rounds else data
    refused = _refused(last)
    if refused:
        return not_estimable("standard", [refused, *found], missing)
    table = last.pivot(index="judge", columns="item", values="rating")
    missing["judgements"] = int(table.isna().to_numpy().sum())
    estimates = _cut(table, level)
    estimates += _components(last, table, aim, level)
    estimates += _judges(table, correct)
    for one in rounds[:-1] if round else []:
        earlier = data[data["round"] == one]
        means = earlier.groupby("judge")["rating"].mean()
        how = f"SD of judges {means.std():.3f}"
        estimates.append(Estimate(f"cut_share[round {one}]", means.mean(), None, None, len(means), how))
    found += _findings(table, estimates)
    if scores is not None:
        points = read_scores(scores, score, table.shape[1])
        known = {one.name: one.estimate for one in estimates}
        estimates += consequences(points, float(known["cut"] or 0), float(known["cut_se"] or 0), level)
    model = "rating ~ 1 + (1 | judge) + (1 | item)"
    return Analysis(
        "standard", estimates, status_of(found), found, standard_sentence(estimates, level), model, (), missing
    )


def _refused(data: pd.DataFrame) -> Finding | None:
    judges, items = data["judge"].nunique(), data["item"].nunique()
    if judges < FEWEST_JUDGES or items < FEWEST_ITEMS:
        message = f"Only {judges} judges and {items} items; {FEWEST_JUDGES} and {FEWEST_ITEMS} are the least."
        return remark("too-few", message, "A panel of eight or more is usual.", "error")
    if data.duplicated(["judge", "item"]).any():
        return remark("duplicate-judgement", "A judge rated an item twice.", "Name the column of the round.", "error")
    if np.ptp(data["rating"].to_numpy()) == 0:
        return remark("constant", "All ratings are the same.", "Check the column.", "error")
    return None


def _adjusted_means(table: pd.DataFrame) -> Numbers:
    """Each judge's mean over all items; where judgements are missing, by a judge and an item effect (least squares)."""
    values = table.to_numpy(dtype=float)
    there = np.isfinite(values)
    if there.all():
        return np.asarray(values.mean(axis=1))
    j, i = np.nonzero(there)
    design = np.zeros((len(j), sum(values.shape)))
    design[np.arange(len(j)), j] = 1
    design[np.arange(len(j)), values.shape[0] + i] = 1
    effects = np.linalg.lstsq(design, values[there], rcond=None)[0]
    return np.asarray(effects[: values.shape[0]] + effects[values.shape[0] :].mean())


def _cut(table: pd.DataFrame, level: float) -> list[Estimate]:
    means, items = _adjusted_means(table), table.shape[1]
    n = len(means)
    share, se = float(means.mean()), float(means.std(ddof=1) / np.sqrt(n))
    low, high = t_interval(share, se, n - 1, level)
    low, high = (max(low, 0.0), min(high, 1.0)) if se > 1e-9 else (float("nan"), float("nan"))
    how = f"mean of {n} judges; t over judges, for these items, {level:.0%}"
    return [
        Estimate("cut", items * share, items * low, items * high, n, f"points of {items}; {how}"),
        Estimate("cut_share", share, low, high, n, how),
        Estimate("cut_se", items * se, None, None, n, "points; over judges"),
    ]


def _components(last: pd.DataFrame, table: pd.DataFrame, aim: float, level: float) -> list[Estimate]:
    terms = []
    for name in ("judge", "item"):
        codes, levels = pd.factorize(last[name])
        terms.append(RandomTerm(name, codes, len(levels), np.ones((len(last), 1))))
    model = fit_mixed_model(
        last["rating"].to_numpy(dtype=float), pd.DataFrame({"intercept": np.ones(len(last))}), terms
    )
    sd = {row["term"]: float(row["sd"]) for _, row in model.random.iterrows()}
    judges, items = table.shape
    over_judges = sd["judge"] ** 2 + sd["residual"] ** 2 / items
    both = over_judges / judges + sd["item"] ** 2 / items
    rows = [Estimate(f"sd[{one}]", sd[one], None, None, len(last), "REML") for one in ("judge", "item", "residual")]
    rows.append(Estimate("cut_share_se_items_random", float(np.sqrt(both)), None, None, judges, "components, REML"))
    needed = float(max(1, np.ceil(over_judges / aim**2 - 1e-9)))
    rows.append(
        Estimate("judges_for_se", needed, None, None, judges, f"fewest for a standard error of {aim:g} of the share")
    )
    complete = table.dropna(axis=1).to_numpy(dtype=float).T
    if len(complete) >= FEWEST_ITEMS and np.ptp(complete) > 0:
        rows += [one for one in intraclass_correlations(complete, level) if one.name in ("ICC(A,1)", "ICC(A,k)")]
    return rows


def _judges(table: pd.DataFrame, correct: pd.DataFrame | None) -> list[Estimate]:
    counts = table.notna().sum(axis=1).to_numpy()
    rows = [
        Estimate(f"judge_mean[{one}]", float(mean), None, None, int(n), "share, over all items")
        for one, mean, n in zip(table.index, _adjusted_means(table), counts, strict=True)
    ]
    for one in table.index:
        rest = table.drop(index=one).mean()
        rows.append(_r(f"judge_rest_r[{one}]", table.loc[one], rest, "with the others' mean, by item"))
    if correct is not None:
        require_columns(correct, ["item", "share_correct"])
        share = pd.Series(numbers(correct, "share_correct").to_numpy(), index=correct["item"].astype(str))
        share = share[~share.index.duplicated()].reindex(table.columns)
        rows += [
            _r(f"judge_correct_r[{one}]", table.loc[one], share, "with the share correct, by item")
            for one in table.index
        ]
    return rows


def _r(name: str, a: pd.Series[float], b: pd.Series[float], how: str) -> Estimate:
    both = pd.DataFrame({"a": a, "b": b}).dropna()
    varies = len(both) > 3 and both["a"].nunique() > 1 and both["b"].nunique() > 1
    if not varies:
        return Estimate(name, float("nan"), None, None, len(both), how)
    r = stats.pearsonr(both["a"], both["b"])
    ends = r.confidence_interval(0.95)
    return Estimate(name, float(r.statistic), float(ends.low), float(ends.high), len(both), f"{how}; Fisher z, 95 %")


def _findings(table: pd.DataFrame, estimates: list[Estimate]) -> list[Finding]:
    known = {one.name: one.estimate for one in estimates}
    found = []
    if len(table) < 8:
        message = f"A panel of {len(table)} judges: their standard error is hardly known."
        found.append(remark("few-judges", message, "Eight to twelve are usual.", "info"))
    means = _adjusted_means(table)
    if np.ptp(means) <= 1e-9:
        message = "All judges have the same mean: how sure the cut is cannot be told."
        found.append(remark("no-spread", message, "Did they rate apart from each other?"))
    middle = np.median(means)
    spread = 1.4826 * np.median(np.abs(means - middle))
    for one, mean in zip(table.index, means, strict=True):
        r = known[f"judge_rest_r[{one}]"]
        if r is None or np.isnan(r):
            found.append(remark("flat-judge", f"Judge {one} gives every item the same rating.", "Ask again."))
        elif r < 0.1:
            message = f"Judge {one} orders the items unlike the others (r = {r:.2f})."
            found.append(remark("judge-against-rest", message, "Talk the items over, then rate again."))
        if spread > 0 and abs(mean - middle) > 3.5 * spread and abs(mean - middle) > 0.05:
            message = f"Judge {one} lies far from the panel ({mean:.2f} against {middle:.2f})."
            found.append(remark("far-judge", message, "Report the cut without this judge, too."))
    if missing := int(table.isna().to_numpy().sum()):
        message = f"{missing} judgements are missing; judges' means are adjusted for the items that they saw."
        found.append(remark("incomplete", message, "", "info"))
    return found
