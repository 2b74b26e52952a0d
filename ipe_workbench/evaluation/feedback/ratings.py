"""Ratings and results of the records, tied to the programme: which level of which rubric, in which credential."""

from __future__ import annotations

import pandas as pd

from ipe_workbench.badges.award_file import criterion_named, level_named
from ipe_workbench.credentials.model import Rubric
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.evaluation.tidy_files import require_columns

__all__ = ["first_results", "latest_levels", "levelled_ratings", "own_assessments"]


def own_assessments(programme: Programme, results: pd.DataFrame) -> dict[str, str]:
    """The assessments that decide about a credential of the programme, with its id.

    That is the assessment with the credential's own id or, where there is none, the only one that names it.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> results = pd.DataFrame({"assessment": ["speaking-up", "speaking-up.later", "sim-1"],
    ...                         "credential": ["speaking-up", "speaking-up", "team-simulation"]})
    >>> own_assessments(example_programme(), results)
    {'speaking-up': 'speaking-up', 'sim-1': 'team-simulation'}
    """
    require_columns(results, ["assessment", "credential"])
    pairs = results[["assessment", "credential"]].drop_duplicates()
    found = {one: one for one in pairs["assessment"] if one in programme.credentials}
    known = pairs[pairs["credential"].isin(programme.credentials) & ~pairs["credential"].isin(list(found))]
    for credential, part in known.groupby("credential", sort=False):
        if len(part) == 1:
            found[str(part["assessment"].iloc[0])] = str(credential)
    return found


def levelled_ratings(programme: Programme, ratings: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Ratings by the programme's rubrics, each with the place of its level.

    Parameters
    ----------
    programme : Programme
    ratings, results : DataFrame
        The frames ``rubric_scores`` and ``assessments`` of the records.

    Returns
    -------
    DataFrame
        ``learner, assessment, attempt, criterion, rater, on`` as recorded, ``credential``, ``place`` (of the level, 0
        the lowest) and ``passing`` (the least place that passes). Rows and levels go by id or title; a rating without a
        level has the level of its points. Ratings of other rows or levels are left out.
    """
    require_columns(ratings, ["learner", "assessment", "attempt", "criterion", "rater", "level", "score", "on"])
    own = own_assessments(programme, results)
    data = ratings[ratings["assessment"].isin(list(own))].copy()
    data["credential"] = data["assessment"].map(own)
    rubrics = {id: one.rubric for id, one in programme.credentials.items() if one.rubric is not None}
    data = data[data["credential"].isin(list(rubrics))]
    rows = {
        (credential, row): criterion_named(rubrics[credential], str(row))
        for credential, row in set(zip(data["credential"], data["criterion"], strict=True))
    }
    data["criterion"] = [rows[key] for key in zip(data["credential"], data["criterion"], strict=True)]
    data = data[data["criterion"].notna()]
    given = data["level"].astype(object).where(data["level"].notna(), None), data["score"].astype(float).fillna(-1.0)
    places = {
        (credential, level, score): _place(rubrics[credential], level, score)
        for credential, level, score in set(zip(data["credential"], *given, strict=True))
    }
    passing = {id: _place(one, one.pass_level, -1.0) for id, one in rubrics.items()}
    found = [places[key] for key in zip(data["credential"], *given, strict=True)]
    data["place"] = pd.array(found, dtype="Int64")
    data["passing"] = data["credential"].map(passing).astype("Int64")
    wanted = ["learner", "assessment", "attempt", "criterion", "rater", "on", "credential", "place", "passing"]
    return data.dropna(subset=["place"])[wanted].astype({"place": int, "passing": int}).reset_index(drop=True)


def latest_levels(ratings: pd.DataFrame) -> pd.DataFrame:
    """Where learners stand in each row of each rubric: by the last attempt that was rated.

    Parameters
    ----------
    ratings : DataFrame
        As `levelled_ratings` gives them.

    Returns
    -------
    DataFrame
        ``learner, credential, criterion, place`` (where raters differ, the lower median), ``passing, raters`` and
        ``on`` (the last day of that attempt on which it was rated).

    Examples
    --------
    >>> names = ["learner", "assessment", "attempt", "criterion", "rater", "on", "credential", "place", "passing"]
    >>> rows = [("L", "a", 1, "c", "X", pd.NaT, "a", 0, 2), ("L", "a", 2, "c", "X", pd.NaT, "a", 1, 2),
    ...         ("L", "a", 2, "c", "Y", pd.NaT, "a", 3, 2)]
    >>> latest_levels(pd.DataFrame(rows, columns=names))[["place", "passing", "raters"]].to_numpy().tolist()
    [[1, 2, 2]]
    """
    keys = ["learner", "credential", "criterion"]
    last = ratings[ratings["attempt"] == ratings.groupby(keys, sort=False)["attempt"].transform("max")]
    typed = last.assign(on=pd.to_datetime(last["on"])).astype({"place": int, "passing": int})
    groups = typed.groupby(keys, sort=False)
    found = groups.agg(passing=("passing", "first"), raters=("rater", "nunique"), on=("on", "max"))
    found["place"] = groups["place"].quantile(0.5, interpolation="lower")
    return found.reset_index()[[*keys, "place", "passing", "raters", "on"]].astype({"place": int, "passing": int})


def first_results(programme: Programme, results: pd.DataFrame) -> pd.DataFrame:
    """First attempts in the credentials' own assessments of which it is known whether they passed.

    Returns
    -------
    DataFrame
        ``learner, credential, on, passed`` (0 or 1) and ``value``: the score, or where there is none 0 or 1.
    """
    require_columns(results, ["learner", "assessment", "credential", "attempt", "on", "score", "passed"])
    own = own_assessments(programme, results)
    data = results[results["assessment"].isin(list(own)) & (results["attempt"] == 1)]
    data = data[data["passed"].notna() & data["on"].notna()]
    passed = data["passed"].astype(float)
    return pd.DataFrame(
        {
            "learner": data["learner"].astype(str),
            "credential": data["assessment"].map(own),
            "on": data["on"],
            "passed": passed,
            "value": data["score"].astype(float).fillna(passed),
        }
    ).reset_index(drop=True)


def _place(rubric: Rubric, level: str | None, score: float) -> int | None:
    """The place of a level by its id or title or, where there is none, by its points."""
    if level is None:
        return next((place for place, one in enumerate(rubric.levels) if one.points == score), None)
    named = level_named(rubric, level)
    return next((place for place, one in enumerate(rubric.levels) if one.id == named), None)
