"""Equity: where groups of learners differ, how sure that is, and what must not be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.evaluation.equity_strata import gaps_within_strata
from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    Test,
    interval_words,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.multiplicity import holm
from ipe_workbench.evaluation.regression import clustered_ols
from ipe_workbench.evaluation.shrinkage import shrink
from ipe_workbench.evaluation.tidy_files import numbers, repeated_learner, require_columns
from ipe_workbench.findings import Finding
from ipe_workbench.records.privacy import TOTAL, safe_means, safe_shares

__all__ = ["estimate_equity"]

Numbers = NDArray[np.float64]
_YES = {"1": 1.0, "1.0": 1.0, "true": 1.0, "yes": 1.0, "0": 0.0, "0.0": 0.0, "false": 0.0, "no": 0.0}


@dataclass(frozen=True)
class _Question:
    group: str
    outcome: str
    is_rate: bool
    reference: str | None
    cluster: str | None
    level: float


def estimate_equity(
    frame: pd.DataFrame,
    *,
    group: str,
    value: str | None = None,
    rate: str | None = None,
    reference: str | None = None,
    stratify: str | None = None,
    cluster: str | None = None,
    scale: tuple[float, float] | None = None,
    threshold: int = 10,
    level: float = 0.95,
) -> Analysis:
    """Gaps between groups in a mean or a rate, without anything from which a small group could be worked out.

    Parameters
    ----------
    frame : DataFrame
        One row a learner.
    group : str
        Column such as the profession.
    value, rate : str
        One of the two: a column of numbers, or one of yes and no (1 and 0, true and false).
    reference : str, optional
        The group to compare with; without one each group is compared with all others together.
    stratify : str, optional
        Column such as the site, within whose values groups are compared as well (Simpson's paradox).
    cluster : str, optional
        Column such as the team; intervals and tests then allow for it (CR1).
    scale : (float, float), optional
        Ends of the scale: a group of which everybody scored there is hidden.
    threshold : int
        The least number of learners that is shown; of rates also of those with and without.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        Of each group that may be shown ``gap[GROUP vs OTHER]`` (means: Welch; rates: difference, Newcombe),
        ``ratio[...]`` of rates (Katz), ``mean[GROUP]`` or ``rate[GROUP]``, ``shrunken[GROUP]`` (empirical Bayes, which
        pulls groups with few learners toward all), and ``gap_within[...]`` inside the strata. Tests: one a gap, each
        followed by the same with Holm's correction over all gaps, and whether groups differ at all.

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, a rate is neither yes nor no, or no row has the reference.

    Notes
    -----
    Groups are hidden by the code that protects published tables, the total being known: where one group is small,
    another is hidden with it. A gap says where groups differ, not why.

    References
    ----------
    Newcombe RG. Stat Med 1998;17:873, method 10. Katz D et al. Biometrics 1978;34:469. Holm S. Scand J Stat 1979;6:65.
    Shrinkage: Raudenbush SW, Bryk AS. J Educ Stat 1985;10:75.

    Examples
    --------
    >>> frame = pd.DataFrame({"profession": ["medicine"] * 40 + ["nursing"] * 30 + ["dentistry"] * 4,
    ...                       "score": [*range(40), *range(10, 40), 1, 2, 3, 4]})
    >>> result = estimate_equity(frame, group="profession", value="score")
    >>> [one.name for one in result.estimates if one.name.startswith("gap")], result.findings[0].id
    (['gap[medicine vs others]'], 'hidden-groups')
    """
    outcome = value or rate
    if outcome is None or (value is not None and rate is not None):
        raise UnusableInputError("An equity analysis needs a value or a rate.", mend="Name one of the two.")
    asked = _Question(group, outcome, rate is not None, reference, cluster, level)
    require_columns(frame, [group, outcome, *(one for one in (stratify, cluster) if one)])
    data, missing = _learners(frame, asked, stratify)
    names = sorted(data[group].unique())
    refused = _refusal(frame, data, asked, names)
    if refused:
        return not_estimable("equity", [refused], missing)
    shown, cells = _may_be_shown(data, asked, stratify, scale, threshold)
    found = _hidden(names, shown, asked, threshold)
    if not shown or any(one.severity == "error" for one in found):
        return not_estimable("equity", found, missing)
    gaps, tests = _gaps(data, asked, shown)
    found += _look(frame, data, asked, shown)
    estimates = [*gaps, *_levels(data, asked, shown)]
    if stratify:
        within, more = gaps_within_strata(
            data, group=group, outcome=outcome, stratify=stratify, reference=reference, shown=shown, cells=cells,
            cluster=cluster, raw={one.name: one for one in gaps}, level=level,
        )  # fmt: skip
        estimates += within
        found += more
    model = "differences of rates" if asked.is_rate else "differences of means"
    sentence = _sentence(gaps, asked)
    return Analysis("equity", estimates, status_of(found), found, sentence, model, tests, missing)


def _learners(frame: pd.DataFrame, asked: _Question, stratify: str | None) -> tuple[pd.DataFrame, dict[str, int]]:
    outcome = _yes_or_no(frame, asked.outcome) if asked.is_rate else numbers(frame, asked.outcome)
    data = frame.assign(**{asked.outcome: outcome})
    used = list(dict.fromkeys([asked.group, asked.outcome, *(one for one in (stratify, asked.cluster) if one)]))
    kept = data[used].dropna().reset_index(drop=True)
    texts = {one: kept[one].astype(str).str.strip() for one in used if one != asked.outcome}
    return kept.assign(**texts), {"not_complete": len(data) - len(kept)}


def _yes_or_no(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    said = frame[column].astype(object).where(frame[column].notna(), "")
    words = said.astype(str).str.strip().str.casefold()
    odd = [str(one) for one in words.unique() if one and one not in _YES]
    if odd:
        raise UnusableInputError(
            f"Column `{column}` holds `{odd[0][:40]}`, which is neither yes nor no.",
            mend="Give 1 and 0, or yes and no.",
        )
    return words.map(_YES).astype(float)


def _refusal(frame: pd.DataFrame, data: pd.DataFrame, asked: _Question, names: Sequence[str]) -> Finding | None:
    if data.empty:
        return remark("no-score", "Nobody has a group and an outcome.", "Check the columns.", "error")
    message = repeated_learner(frame)
    if message:
        return remark("duplicate-learner", message, "Choose a wave, or average.", "error")
    if asked.reference is not None and asked.reference not in names:
        raise UnusableInputError(
            f"No row has `{asked.reference}` in column `{asked.group}`.", mend=near_names(asked.reference, names)
        )
    if len(names) < 2:
        return remark("one-group", f"Column `{asked.group}` has one value only.", "Give a table with more.", "error")
    if np.ptp(data[asked.outcome].to_numpy()) == 0:
        return remark("constant", "All have the same outcome; nothing varies.", "Check the column.", "error")
    if asked.cluster is not None and data[asked.cluster].nunique() < 2:
        return remark("one-cluster", "All learners are in one cluster.", "Leave the cluster out.", "error")
    return None


def _may_be_shown(
    data: pd.DataFrame, asked: _Question, stratify: str | None, scale: tuple[float, float] | None, threshold: int
) -> tuple[list[str], set[tuple[str, str]]]:
    """The groups, and the cells of group and stratum, that the protection of published tables lets through."""
    by = [asked.group, *([stratify] if stratify else [])]
    if asked.is_rate:
        words = data.assign(**{asked.outcome: np.where(data[asked.outcome] == 1, "yes", "no")})
        table = safe_shares(words, by, asked.outcome, threshold=threshold).published
        table = table[table[asked.outcome] == "yes"]
    else:
        table = safe_means(data, by, asked.outcome, scale=scale, threshold=threshold).published
    open_rows = table[~table["suppressed"].astype(bool) & (table["n"] > 0).fillna(value=False)]
    open_rows = open_rows[open_rows[asked.group] != TOTAL]
    if not stratify:
        return sorted(open_rows[asked.group]), set()
    whole = open_rows[open_rows[stratify] == TOTAL]
    parts = open_rows[open_rows[stratify] != TOTAL]
    return sorted(whole[asked.group]), set(zip(parts[asked.group], parts[stratify], strict=True))


def _hidden(names: Sequence[str], shown: Sequence[str], asked: _Question, threshold: int) -> list[Finding]:
    hidden = [one for one in names if one not in shown]
    if not hidden:
        return []
    what = f"have fewer than {threshold} learners" + (" with or without" if asked.is_rate else "")
    message = f"Not shown: {', '.join(hidden)}. They {what}, or would give away a group that has."
    mend = "Pool small groups, or wait for more learners."
    if asked.reference in hidden or not shown:
        return [remark("hidden-groups", message, mend, "error")]
    return [remark("hidden-groups", message, mend)]


def _gaps(data: pd.DataFrame, asked: _Question, shown: Sequence[str]) -> tuple[list[Estimate], list[Test]]:
    estimates, tests = [], []
    for name in shown:
        if name == asked.reference:
            continue
        mine = (data[asked.group] == name).to_numpy()
        others = ~mine if asked.reference is None else (data[asked.group] == asked.reference).to_numpy()
        label = f"{name} vs {asked.reference or 'others'}"
        if asked.cluster is not None:
            gap, test = _clustered_gap(data[mine | others], mine[mine | others], label, asked)
        else:
            y = data[asked.outcome].to_numpy(dtype=float)
            gap, test = (_rate_gap if asked.is_rate else _mean_gap)(y[mine], y[others], label, asked.level)
        estimates += gap
        tests.append(test)
    if len(tests) > 1:
        adjusted = holm(np.array([one.p for one in tests]))
        tests = [
            told
            for one, p in zip(tests, adjusted, strict=True)
            for told in (one, Test(f"{one.name}, Holm over {len(tests)}", one.statistic, one.df, float(p)))
        ]
    return estimates, [*tests, *_any_difference(data, asked, shown)]


def _mean_gap(mine: Numbers, others: Numbers, label: str, level: float) -> tuple[list[Estimate], Test]:
    n, gap = len(mine) + len(others), float(mine.mean() - others.mean())
    parts = [float(one.var(ddof=1)) / len(one) for one in (mine, others)]
    if sum(parts) == 0:  # all alike on both sides: no interval has a width
        return [Estimate(f"gap[{label}]", gap, None, None, n, "nothing varies")], Test(f"gap {label}", np.nan, (), 1.0)
    df = sum(parts) ** 2 / sum(one**2 / (len(y) - 1) for one, y in zip(parts, (mine, others), strict=True))
    se = float(np.sqrt(sum(parts)))
    told = Estimate(f"gap[{label}]", gap, *t_interval(gap, se, df, level), n, f"Welch, t({df:.1f}), {level:.0%}")
    return [told], Test(f"gap {label}", gap / se, (df,), float(2 * stats.t.sf(abs(gap / se), df)))


def _rate_gap(mine: Numbers, others: Numbers, label: str, level: float) -> tuple[list[Estimate], Test]:
    a, b, n1, n2 = int(mine.sum()), int(others.sum()), len(mine), len(others)
    low, high = confint_proportions_2indep(a, n1, b, n2, method="newcomb", compare="diff", alpha=1 - level)
    gap, n = a / n1 - b / n2, n1 + n2
    estimates = [Estimate(f"gap[{label}]", gap, low, high, n, f"difference of rates, Newcombe, {level:.0%}")]
    if a and b:
        ratio = stats.contingency.relative_risk(a, n1, b, n2)
        low, high = ratio.confidence_interval(level)
        estimates.append(
            Estimate(f"ratio[{label}]", ratio.relative_risk, low, high, n, f"ratio of rates, Katz, {level:.0%}")
        )
    pooled = (a + b) / n
    z = gap / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2)) if 0 < pooled < 1 else 0.0
    return estimates, Test(f"gap {label}", float(z), (), float(2 * stats.norm.sf(abs(z))))


def _clustered_gap(
    data: pd.DataFrame, mine: NDArray[np.bool_], label: str, asked: _Question
) -> tuple[list[Estimate], Test]:
    x = np.column_stack([np.ones(len(data)), mine.astype(float)])
    y = data[asked.outcome].to_numpy(dtype=float)
    beta, se, df = clustered_ols(x, y, data[str(asked.cluster)].to_numpy())
    gap, spread = float(beta[1]), float(se[1])
    how = f"CR1 by {asked.cluster}, t({df:.0f}), {asked.level:.0%}"
    told = Estimate(f"gap[{label}]", gap, *t_interval(gap, spread, df, asked.level), len(data), how)
    t = gap / spread
    return [told], Test(f"gap {label}", t, (df,), float(2 * stats.t.sf(abs(t), df)))


def _any_difference(data: pd.DataFrame, asked: _Question, shown: Sequence[str]) -> list[Test]:
    parts = [data.loc[data[asked.group] == one, asked.outcome].to_numpy(dtype=float) for one in shown]
    if len(parts) < 3 or asked.cluster is not None:
        return []
    if asked.is_rate:
        table = np.array([[one.sum(), len(one) - one.sum()] for one in parts])
        if (table.sum(axis=0) == 0).any():
            return []
        found = stats.chi2_contingency(table, correction=False)
        return [Test("any difference (chi squared)", float(found.statistic), (float(found.dof),), float(found.pvalue))]
    if min(float(np.var(one)) for one in parts) == 0:
        return []
    from statsmodels.stats.oneway import anova_oneway

    welch = anova_oneway(parts, use_var="unequal")
    df = (float(welch.df_num), float(welch.df_denom))
    return [Test("any difference (Welch's analysis of variance)", float(welch.statistic), df, float(welch.pvalue))]


def _levels(data: pd.DataFrame, asked: _Question, shown: Sequence[str]) -> list[Estimate]:
    name, estimates, means, variances = ("rate" if asked.is_rate else "mean"), [], [], []
    for one in shown:
        y = data.loc[data[asked.group] == one, asked.outcome].to_numpy(dtype=float)
        mean, n = float(y.mean()), len(y)
        if asked.is_rate:
            share = stats.binomtest(int(y.sum()), n).proportion_ci(asked.level, method="wilson")
            ends, how = (float(share.low), float(share.high)), f"Wilson, {asked.level:.0%}"
            variances.append(mean * (1 - mean) / n)
        else:
            variances.append(float(y.var(ddof=1)) / n)
            ends, how = t_interval(mean, float(np.sqrt(variances[-1])), n - 1, asked.level), f"t, {asked.level:.0%}"
        means.append(mean)
        estimates.append(Estimate(f"{name}[{one}]", mean, *ends, n, how))
    if len(shown) >= 3 and min(variances) > 0:
        counts = [one.n for one in estimates]
        estimates += shrink(shown, np.array(means), np.array(variances), counts, asked.level)
    return estimates


def _look(frame: pd.DataFrame, data: pd.DataFrame, asked: _Question, shown: Sequence[str]) -> list[Finding]:
    found = []
    if asked.cluster is None and "team" in frame.columns and asked.group != "team":
        message = "Learners share a team, and the intervals do not allow for it; they may be too narrow."
        found.append(remark("clustering-ignored", message, "Name it: cluster team."))
    if asked.cluster is not None and data[asked.cluster].nunique() < 30:
        message = (
            f"Only {data[asked.cluster].nunique()} clusters: cluster-robust intervals are too narrow below about 30."
        )
        found.append(remark("few-clusters", message, "Use a mixed model (growth)."))
    known = frame[frame[asked.group].notna()]
    told = known[asked.group].astype(str).str.strip()
    lacks = known[asked.outcome].isna() | (known[asked.outcome].astype(str).str.strip() == "")
    table = pd.crosstab(told[told.isin(list(shown))], lacks[told.isin(list(shown))])
    if table.shape[0] > 1 and table.shape[1] == 2:
        p = float(stats.chi2_contingency(table.to_numpy()).pvalue)
        if p < 0.05:
            message = f"Outcomes are missing unequally over the groups (p = {p:.3f}): gaps are of those who have one."
            found.append(remark("missing-differs", message, "Describe who is missing, by group."))
    return found


def _sentence(gaps: Sequence[Estimate], asked: _Question) -> str:
    told = [one for one in gaps if one.name.startswith("gap[")]
    if not told:
        return "Only the group that is compared with may be shown."
    main = max(told, key=lambda one: abs(one.estimate or 0.0))
    value = main.estimate or 0.0
    sign = 1 if value >= 0 else -1
    mine, other = main.name[4:-1].rsplit(" vs ", 1)
    other = other if asked.reference else "all others"
    what = "the rate was" if asked.is_rate else "scored"
    subject = f"In {mine} {what}" if asked.is_rate else f"{mine} {what}"
    return (
        f"The largest gap: {subject} {abs(value):.2f} {'higher' if value > 0 else 'lower'} than {other} "
        f"({interval_words(main, asked.level, sign)}); a gap says where groups differ, not why."
    )
