"""Comparison: two groups at one time, allowing for where they started, or their changes against each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    Test,
    interval_words,
    left_out,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.intervals import hedges_correction, noncentral_d, t_interval
from ipe_workbench.evaluation.regression import clustered_ols, hc3, ols
from ipe_workbench.evaluation.tidy_files import named, numbers, repeated_learner, require_columns
from ipe_workbench.evaluation.waves import ordered_waves
from ipe_workbench.evaluation.weighting import weighted_difference
from ipe_workbench.findings import Finding

__all__ = ["compare_changes", "compare_groups"]

FEWEST = 5
Numbers = NDArray[np.float64]


def compare_groups(
    frame: pd.DataFrame,
    *,
    group: str,
    value: str = "value",
    baseline: str | None = None,
    reference: str | None = None,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    level: float = 0.95,
) -> Analysis:
    """The difference between two groups of learners.

    Parameters
    ----------
    frame : DataFrame
        One row a learner.
    group, value : str
        Columns with the group (two values) and the outcome.
    baseline : str, optional
        Column with the same score before; the difference is then also adjusted for it (ANCOVA).
    reference : str, optional
        The group to compare with; by default the first by name.
    covariates : sequence of str
        Columns in which the groups may differ; the difference is then also weighted by the propensity to be in the
        group.
    cluster : str, optional
        Column such as the team; intervals then allow for it (CR1).
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``difference_welch``, ``d_pooled_sd``, ``g_pooled_sd`` (Hedges), ``difference_ancova`` and
        ``difference_ancova_hc3`` (which allows for unequal spread) with a test that the slopes are equal; with a
        cluster ``difference_clustered`` comes first, and the adjusted difference allows for it, too;
        ``difference_weighted`` with ``effective_n[GROUP]``. Tests: Welch, Mann-Whitney, slopes.

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, or no row has the reference.

    Notes
    -----
    Nothing here makes groups alike that were not drawn by lot: a difference is not an effect of the programme.

    References
    ----------
    ANCOVA rather than change scores: Vickers AJ, Altman DG. BMJ 2001;323:1123. Overlap weights: Li F, Morgan KL,
    Zaslavsky AM. J Am Stat Assoc 2018;113:390, doi 10.1080/01621459.2016.1260466.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["a"] * 6 + ["b"] * 6, "value": [1, 2, 3, 2, 1, 3, 3, 4, 2, 5, 4, 3.]})
    >>> result = compare_groups(frame, group="group")
    >>> result["difference_welch"].estimate, round(result["d_pooled_sd"].estimate, 2)
    (1.5, 1.54)
    """
    columns = [group, value, *([baseline] if baseline else []), *covariates, *([cluster] if cluster else [])]
    require_columns(frame, columns)
    who = [one for one in ("learner", "id") if one in frame.columns]
    data = frame[list(dict.fromkeys([*columns, *who]))].assign(
        **{one: numbers(frame, one) for one in [value, *([baseline] if baseline else [])]}
    )
    complete = data.dropna(subset=columns)
    missing = {"not_complete": len(data) - len(complete)}
    names, found, refused = _two_groups(complete, group, reference)
    if refused or names is None:
        return not_estimable("compare", [*([refused] if refused else []), *found], missing)
    complete = complete[complete[group].astype(str).isin(names)]
    mine, theirs = (
        complete.loc[complete[group].astype(str) == one, value].to_numpy(dtype=float) for one in names[::-1]
    )
    for name, side in zip(names[::-1], (mine, theirs), strict=True):
        if len(side) < FEWEST:
            message = f"Group {name} has {len(side)} learners; {FEWEST} are the least."
            return not_estimable("compare", [remark("too-few", message, "", "error"), *found], missing)
    if np.ptp(mine) == 0 and np.ptp(theirs) == 0:
        message = "Nothing varies inside the groups."
        return not_estimable("compare", [remark("constant", message, "Check the column.", "error"), *found], missing)
    estimates, tests = _plain(mine, theirs, level)
    inside: Numbers = np.asarray(complete[group].astype(str) == names[1], dtype=float)
    if cluster and complete[cluster].nunique() < 2:
        message = "All learners are in one cluster."
        return not_estimable(
            "compare", [remark("one-cluster", message, "Leave the cluster out.", "error"), *found], missing
        )
    twice = repeated_learner(complete)
    if twice:
        mend = "Choose a wave; or name --time, and compare the changes."
        return not_estimable("compare", [remark("duplicate-learner", twice, mend, "error"), *found], missing)
    for adjust in dict.fromkeys([None, baseline]) if cluster else ([baseline] if baseline else []):
        adjusted, more, said = _ancova(complete, inside, value, adjust, cluster, level)
        # The interval that allows for clusters is the one to read first.
        estimates = [*adjusted, *estimates] if cluster and adjust is None else [*estimates, *adjusted]
        tests += more
        found += [one for one in said if one not in found]
    if covariates:
        weighted, said = weighted_difference(complete, inside, value, covariates, names, cluster=cluster, level=level)
        estimates += weighted
        found += said
    if cluster is None and "team" in frame.columns:
        message = "Learners share a team, and the intervals do not allow for it; they may be too narrow."
        found.append(remark("clustering-ignored", message, "Name it: cluster team."))
    found += left_out(missing["not_complete"], len(data), "learners")
    main = estimates[0]
    gap = main.estimate or 0.0
    sentence = (
        f"{names[1]} scored {abs(gap):.2f} {'higher' if gap > 0 else 'lower'} than {names[0]} "
        f"({interval_words(main, level, 1 if gap > 0 else -1)}; {len(mine)} and {len(theirs)} learners)."
    )
    status = status_of(found)
    return Analysis("compare", estimates, status, found, sentence, "difference of means", tests, missing)


def compare_changes(
    frame: pd.DataFrame,
    *,
    group: str,
    time: str,
    value: str = "value",
    id: str = "learner",
    reference: str | None = None,
    before: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> Analysis:
    """How much more one group changed than the other.

    Parameters
    ----------
    frame : DataFrame
        One row a learner and time.
    group, time, value, id : str
        Columns; group and time have two values each.
    reference : str, optional
        The group to compare with; the first by name otherwise.
    before : str, optional
        The earlier time; told from numbers, dates or names such as pre and post otherwise.
    cluster : str, optional
        Column for the standard errors (CR1); the learner by default.
    level : float
        Of the interval.

    Returns
    -------
    Analysis
        ``difference_in_differences`` and the four cell means ``mean[GROUP, TIME]``.

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, or the order of the times cannot be told.

    Notes
    -----
    It is the effect of the programme only if both groups would have moved in parallel without it; two times cannot show
    that.

    Examples
    --------
    >>> frame = pd.DataFrame({"learner": list(range(12)) * 2, "group": (["new"] * 6 + ["old"] * 6) * 2,
    ...     "time": [1] * 12 + [2] * 12,
    ...     "value": [2, 3, 2, 4, 3, 3, 2, 3, 3, 4, 2, 3, 4, 4, 4, 5, 5, 4, 3, 3, 3, 5, 2, 4.]})
    >>> result = compare_changes(frame, group="group", time="time", reference="old")
    >>> round(result["difference_in_differences"].estimate, 3)
    1.0
    """
    require_columns(frame, [group, time, value, id, *([cluster] if cluster else [])])
    data = frame.assign(**{value: numbers(frame, value)}).dropna(
        subset=[group, time, value, id, *([cluster] if cluster else [])]
    )
    missing = {"not_complete": len(frame) - len(data)}
    names, found, refused = _two_groups(data, group, reference)
    if before is None and data[time].nunique() == 2:
        before = str(ordered_waves(list(pd.unique(data[time])), time)[0])
    times, more, late = _two_groups(data, time, before)
    found += more
    if refused or late or names is None or times is None:
        return not_estimable("compare", [one for one in (refused, late) if one] + found, missing)
    if data.duplicated([id, time]).any():
        message = f"Learner {data.loc[data.duplicated([id, time]), id].iloc[0]} stands twice at one time."
        return not_estimable("compare", [remark("duplicate-wave", message, "Keep one row.", "error")], missing)
    data = data[data[group].astype(str).isin(names) & data[time].astype(str).isin(times)]
    g, t = (data[group].astype(str) == names[1]).to_numpy(float), (data[time].astype(str) == times[1]).to_numpy(float)
    y = data[value].to_numpy(dtype=float)
    cells = {(a, b): y[(g == a) & (t == b)] for a in (0, 1) for b in (0, 1)}
    if min(map(len, cells.values())) < FEWEST:
        message = f"A group has {min(map(len, cells.values()))} scores at one time; {FEWEST} are the least."
        return not_estimable("compare", [remark("too-few", message, "", "error"), *found], missing)
    x = np.column_stack([np.ones(len(y)), g, t, g * t])
    clusters = data[cluster or id].astype(str).to_numpy()
    beta, se, df = clustered_ols(x, y, clusters)
    if np.ptp(y) == 0 or not se[3] > 1e-6 * np.ptp(y):
        message = "Nothing varies, or all changed alike: how sure the difference is cannot be told."
        return not_estimable("compare", [remark("constant", message, "Check the column.", "error"), *found], missing)
    found += [*_few_clusters(df + 1), *left_out(missing["not_complete"], len(frame), "scores")]
    how = f"OLS, CR1 by {cluster or id}, t({df:.0f}), {level:.0%}"
    interval = t_interval(beta[3], se[3], df, level)
    estimates = [Estimate("difference_in_differences", float(beta[3]), *interval, len(y), how)]
    for (a, b), scores in cells.items():
        spread = t_interval(
            float(scores.mean()), float(scores.std(ddof=1) / np.sqrt(len(scores))), len(scores) - 1, level
        )
        name = f"mean[{names[a]}, {times[b]}]"
        estimates.append(Estimate(name, float(scores.mean()), *spread, len(scores), f"t, {level:.0%}"))
    t_value = float(beta[3] / se[3])
    tests = [Test("clustered t", t_value, (df,), float(2 * stats.t.sf(abs(t_value), df)))]
    sentence = (
        f"From {times[0]} to {times[1]}, {names[1]} changed by {beta[3]:+.2f} against {names[0]} "
        f"({interval_words(estimates[0], level)}); parallel trends are assumed, not shown."
    )
    status = status_of(found)
    return Analysis("compare", estimates, status, found, sentence, f"{value} ~ group * time", tests, missing)


def _two_groups(
    data: pd.DataFrame, column: str, reference: str | None
) -> tuple[tuple[str, str] | None, list[Finding], Finding | None]:
    names = sorted(data[column].astype(str).unique())
    first = names[0] if reference is None and names else named(reference, names)
    if reference is not None and first is None:
        raise UnusableInputError(f"No row has `{reference}` in column `{column}`.", mend=near_names(reference, names))
    if first is None or len(names) < 2:
        message = f"Column `{column}` has {'one value' if names else 'no value'}; two are needed."
        return None, [], remark("one-group", message, "Give a table with both.", "error")
    if len(names) > 2:
        message = f"Column `{column}` has {len(names)} values ({', '.join(names[:6])}); a comparison is of two."
        return None, [], remark("many-groups", message, "Keep the rows of two.", "error")
    other = next(one for one in names if one != first)
    return (first, other), [remark("reference", f"Compared with `{first}` in column `{column}`.", "", "info")], None


def _plain(mine: Numbers, theirs: Numbers, level: float) -> tuple[list[Estimate], list[Test]]:
    n1, n2 = len(mine), len(theirs)
    n, df = n1 + n2, n1 + n2 - 2
    gap = float(mine.mean() - theirs.mean())
    parts = [float(one.var(ddof=1)) / len(one) for one in (mine, theirs)]  # one of the groups may not vary
    se = float(np.sqrt(sum(parts)))
    welch_df = sum(parts) ** 2 / (parts[0] ** 2 / (n1 - 1) + parts[1] ** 2 / (n2 - 1))
    pooled = np.sqrt(((n1 - 1) * mine.var(ddof=1) + (n2 - 1) * theirs.var(ddof=1)) / df)
    per_t = np.sqrt(1 / n1 + 1 / n2)
    d = gap / pooled
    low, high = noncentral_d(d / per_t, df, per_t, level)
    small = hedges_correction(df)
    exact = f"noncentral t, {level:.0%}"
    # Exact where R's wilcox.test is: fewer than 50 in each group, and no ties.
    plain = max(n1, n2) < 50 and len(np.unique([*mine, *theirs])) == n
    ranks = stats.mannwhitneyu(mine, theirs, method="exact" if plain else "asymptotic")
    return [
        Estimate(
            "difference_welch", gap, *t_interval(gap, se, welch_df, level), n, f"Welch, t({welch_df:.1f}), {level:.0%}"
        ),
        Estimate("d_pooled_sd", float(d), low, high, n, f"difference / pooled SD; {exact}"),
        Estimate("g_pooled_sd", float(d * small), low * small, high * small, n, f"d_pooled_sd x J(n - 2); {exact}"),
        Estimate("superiority", float(ranks.statistic / (n1 * n2)), None, None, n, "Mann-Whitney U / (n1 n2)"),
    ], [
        Test("Welch", gap / se, (welch_df,), float(2 * stats.t.sf(abs(gap / se), welch_df))),
        Test("Mann-Whitney", float(ranks.statistic), (), float(ranks.pvalue)),
    ]  # fmt: skip


def _ancova(
    data: pd.DataFrame, inside: Numbers, value: str, baseline: str | None, cluster: str | None, level: float
) -> tuple[list[Estimate], list[Test], list[Finding]]:
    y, n = data[value].to_numpy(dtype=float), len(data)
    columns = [np.ones(n), inside]
    tests, found = [], []
    if baseline:
        centred = data[baseline].to_numpy(dtype=float) - data[baseline].mean()
        columns.append(centred)
        slope = Test("equal slopes", *_last_coefficient(np.column_stack([*columns, inside * centred]), y))
        tests.append(slope)
        if slope.p < 0.05:
            message = (
                f"The slopes on the baseline differ (p = {slope.p:.3f}): one adjusted difference does not say it all."
            )
            found.append(remark("unequal-slopes", message, "Report the difference at several baselines."))
    x = np.column_stack(columns)
    name = "difference_ancova" if baseline else "difference_clustered"
    if cluster:
        beta, se, df = clustered_ols(x, y, data[cluster].astype(str).to_numpy())
        found += _few_clusters(df + 1)
        fits = [(name, se, f"CR1 by {cluster}, t({df:.0f})")]
    else:
        beta, se, df = ols(x, y)
        fits = [(name, se, f"OLS, t({df:.0f})"), (f"{name}_hc3", hc3(x, y), f"HC3, t({df:.0f})")]
        found += _unequal_spread(y - x @ beta, inside)
    estimates = [
        Estimate(label, beta[1], *t_interval(beta[1], one[1], df, level), n, f"{how}, {level:.0%}")
        for label, one, how in fits
    ]
    own = [Test(label, beta[1] / one[1], (df,), 2 * stats.t.sf(abs(beta[1] / one[1]), df)) for label, one, _ in fits]
    return estimates, [*own, *tests], found


def _last_coefficient(x: Numbers, y: Numbers) -> tuple[float, tuple[float, ...], float]:
    beta, se, df = ols(x, y)
    t = float(beta[-1] / se[-1])
    return t, (df,), float(2 * stats.t.sf(abs(t), df))


def _unequal_spread(residual: Numbers, inside: Numbers) -> list[Finding]:
    p = float(stats.levene(residual[inside == 1], residual[inside == 0]).pvalue)
    if p >= 0.05:
        return []
    message = f"The groups scatter unequally (Levene's p = {p:.3f}): the OLS interval may be too narrow or too wide."
    return [remark("unequal-spread", message, "Read difference_ancova_hc3.")]


def _few_clusters(clusters: float) -> list[Finding]:
    if clusters >= 30:
        return []
    message = f"Only {clusters:.0f} clusters: cluster-robust intervals are too narrow below about 30."
    return [remark("few-clusters", message, "Use a mixed model (growth).")]
