"""Rows of rubrics that tell nobody apart, and rows and competencies in which most learners are still low."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.evaluation.feedback.shares import Share, share_of
from ipe_workbench.records.privacy.suppression import THRESHOLD

__all__ = ["judge_criteria", "low_competencies", "low_criteria"]

#: Learners below which nothing is said of a row.
FEWEST_LEARNERS = 30
#: Corrected item-total correlations: below 0.2 an item is poor (Ebel 1972, Essentials of Educational Measurement).
POOR = 0.2
#: Share of learners on one level from which a row cannot tell much, whatever its correlation.
ALIKE = 0.9


def judge_criteria(programme: Programme, ratings: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """How well each row of each rubric tells learners apart.

    Parameters
    ----------
    programme : Programme
    ratings : DataFrame
        As `levelled_ratings` gives them; first attempts are used, several raters averaged.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        ``credential, criterion, title, discrimination`` (correlation with the mean of the other rows of the same
        performance), ``low, high, n, alike`` (share of learners on the commonest level), ``verdict``: ``tells-apart``,
        ``tells-nobody-apart`` (the whole interval lies below 0.2), ``all-alike`` (nine in ten on one level),
        ``unclear``, or ``too-few``; and ``sentence``. A rubric with one row has no correlation.

    Notes
    -----
    Rows that one rater gives together go together for that reason, too (halo): a high correlation does not prove a
    good row, a low one shows a row that measures something else, or nothing.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> names = ["learner", "assessment", "attempt", "criterion", "rater", "on", "credential", "place", "passing"]
    >>> judge_criteria(example_programme(), pd.DataFrame(columns=names)).empty
    True
    """
    rows = []
    for (credential, _), part in ratings[ratings["attempt"] == 1].groupby(["credential", "assessment"], sort=False):
        wide = part.pivot_table(index="learner", columns="criterion", values="place", aggfunc="mean")
        titles = _titles(programme, str(credential))
        for criterion in wide.columns:
            own = wide[criterion]
            rest = wide.drop(columns=criterion).mean(axis=1)
            both = pd.concat([own, rest], axis=1).dropna()
            alike = (
                float(own.dropna().round().value_counts(normalize=True).max()) if own.notna().any() else float("nan")
            )
            r, low, high = _correlation(both, level)
            verdict = _verdict(r, low, high, alike, int(own.notna().sum()))
            title = titles.get(str(criterion), str(criterion))
            rows.append(
                (credential, criterion, title, r, low, high, int(own.notna().sum()), alike, verdict,
                 _row_words(title, programme.title(str(credential)), verdict, r, alike))
            )  # fmt: skip
    columns = ["credential", "criterion", "title", "discrimination", "low", "high", "n", "alike", "verdict", "sentence"]
    return pd.DataFrame(rows, columns=columns)


def low_criteria(programme: Programme, ratings: pd.DataFrame, *, threshold: int = THRESHOLD) -> pd.DataFrame:
    """Rows of rubrics by how many learners are below the pass level at their first attempt, most first.

    Parameters
    ----------
    programme, ratings
        As for `judge_criteria`. Where several raters disagree, the lower median counts.
    threshold : int
        Shares with fewer learners on either side are hidden.

    Returns
    -------
    DataFrame
        ``credential, criterion, title, share`` (below the pass level), ``low, high`` (95 %), ``n, hidden, most`` and
        ``more`` (whether the whole interval lies above one half, and above the share over all rows), ``sentence``.
    """
    first = ratings[ratings["attempt"] == 1]
    keys = ["credential", "criterion", "learner", "passing"]
    given = first.groupby(keys, sort=False)["place"].quantile(0.5, interpolation="lower").reset_index()
    given["below"] = given["place"] < given["passing"]
    rows = []
    for (credential, criterion), part in given.groupby(["credential", "criterion"], sort=False):
        found = share_of(int(part["below"].sum()), len(part), threshold=threshold)
        title = _titles(programme, str(credential)).get(str(criterion), str(criterion))
        where = f"“{title}” ({programme.title(str(credential))})"
        rows.append((credential, criterion, title, *_shown(found, where, float(given["below"].mean()))))
    return _most_first(rows, ["credential", "criterion", "title"])


def low_competencies(
    programme: Programme, ratings: pd.DataFrame, results: pd.DataFrame, *, threshold: int = THRESHOLD
) -> pd.DataFrame:
    """Competencies by how many learners fell short of them at first attempts, most first.

    Parameters
    ----------
    programme, ratings
        As for `low_criteria`.
    results : DataFrame
        As `first_results` gives them: credentials without ratings count by whether the first attempt passed.
    threshold : int
        As for `low_criteria`.

    Returns
    -------
    DataFrame
        ``framework, competency, title, share, low, high, n, hidden, most, more, sentence``. A learner falls short of a
        competency who is below the pass level in more than half of what assesses it: the rows of rubrics that have the
        name of a criterion that the alignment names, or else all rows.
    """
    tasks = pd.concat([_rated_tasks(ratings), _other_tasks(ratings, results)], ignore_index=True)
    usual = float(tasks["below"].mean()) if len(tasks) else 0.0
    rows = []
    for (framework, competency), evidence in _assessed(programme, tasks).items():
        parts = [
            tasks[(tasks["credential"] == credential) & (tasks["criterion"].isin(names) if names else True)]
            for credential, names in evidence
        ]
        own = pd.concat(parts) if parts else tasks.iloc[:0]
        if own.empty:
            continue
        below = own.groupby("learner")["below"].mean() > 0.5
        item = programme.frameworks[framework][competency]
        title = f"{item.code} {item.title or item.statement}".strip()
        found = share_of(int(below.sum()), len(below), threshold=threshold)
        rows.append((framework, competency, title, *_shown(found, f"“{title}”", usual)))
    return _most_first(rows, ["framework", "competency", "title"])


def _correlation(both: pd.DataFrame, level: float) -> tuple[float, float, float]:
    """Pearson's correlation with Fisher's interval; NaN where one side does not vary."""
    nothing = (float("nan"),) * 3
    if both.shape[1] < 2 or len(both) < 4 or both.nunique().min() < 2:
        return nothing
    found = stats.pearsonr(both.iloc[:, 0], both.iloc[:, 1])
    low, high = found.confidence_interval(level)
    return float(found.statistic), float(low), float(high)


def _verdict(r: float, low: float, high: float, alike: float, n: int) -> str:
    if n < FEWEST_LEARNERS:
        return "too-few"
    if alike >= ALIKE:
        return "all-alike"
    if np.isnan(r):
        return "unclear"
    return "tells-nobody-apart" if high < POOR else "tells-apart" if low > POOR else "unclear"


def _row_words(title: str, credential: str, verdict: str, r: float, alike: float) -> str:
    name = f"“{title}” ({credential})"
    if verdict == "tells-nobody-apart":
        return f"{name} hardly goes with the other rows (r = {r:.2f}): look at its descriptors, or drop it."
    if verdict == "all-alike":
        return f"{name} puts {alike:.0%} of learners on one level: it tells few apart."
    if verdict == "too-few":
        return f"{name}: too few learners to say how well it tells them apart."
    return f"{name} goes with the other rows (r = {r:.2f})." if verdict == "tells-apart" else f"{name}: not clear yet."


def _titles(programme: Programme, credential: str) -> dict[str, str]:
    rubric = programme.credentials[credential].rubric
    return {one.id: one.title for one in rubric.criteria} if rubric else {}


def _shown(found: Share, where: str, usual: float) -> tuple[float | int | bool | str | None, ...]:
    most, more = (found.low is not None and found.low > limit for limit in (0.5, usual))
    if found.share is None or found.low is None or found.high is None:
        words = f"{where}: not shown, since few learners stand behind it or all are alike."
    else:
        words = (
            f"{where}: {found.share:.0%} of {found.n:,} learners were below the pass level at the first attempt "
            f"(95 % interval {found.low:.0%} to {found.high:.0%})."
        )
    return found.share, found.low, found.high, found.n, found.hidden, most, more, words


def _most_first(rows: Sequence[tuple[object, ...]], names: list[str]) -> pd.DataFrame:
    types: dict[str, Any] = {
        "share": float,
        "low": float,
        "high": float,
        "n": "Int64",
        "hidden": bool,
        "most": bool,
        "more": bool,
    }
    typed = pd.DataFrame(rows, columns=[*names, *types, "sentence"]).astype(types)
    return typed.sort_values("share", ascending=False, na_position="last", kind="stable").reset_index(drop=True)


def _rated_tasks(ratings: pd.DataFrame) -> pd.DataFrame:
    first = ratings[ratings["attempt"] == 1]
    keys = ["credential", "criterion", "learner", "passing"]
    given = first.groupby(keys, sort=False)["place"].quantile(0.5, interpolation="lower").reset_index()
    return given.assign(below=given["place"] < given["passing"])[["learner", "credential", "criterion", "below"]]


def _other_tasks(ratings: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    rest = results[~results["credential"].isin(ratings["credential"].unique())]
    return pd.DataFrame(
        {"learner": rest["learner"], "credential": rest["credential"], "criterion": "", "below": rest["passed"] == 0}
    )


def _assessed(programme: Programme, tasks: pd.DataFrame) -> dict[tuple[str, str], list[tuple[str, set[str]]]]:
    """For each competency the credentials that assess it, with the rows that bear on it; an empty set means all."""
    there = {name: set(part["criterion"]) for name, part in tasks.groupby("credential")}
    found: dict[tuple[str, str], list[tuple[str, set[str]]]] = {}
    for id, credential in programme.credentials.items():
        if id not in there:
            continue
        for one in credential.alignments:
            framework = programme.frameworks.get(one.framework)
            if "assessed" not in one.how or framework is None or one.competency not in framework:
                continue
            key = (one.framework, framework[one.competency].id)
            found.setdefault(key, []).append((id, set(one.criteria) & there[id]))
    return found
