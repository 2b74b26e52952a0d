"""Learners who were measured again because they had passed: how much they would fall by chance alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ipe_workbench.evaluation.estimates import Estimate, remark
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.findings import Finding

__all__ = ["lowered_for_selection", "reliability_of_one_rating"]

_FEWEST = 30


def lowered_for_selection(
    planned: PlannedAnalysis, table: pd.DataFrame, data: PlanData
) -> tuple[pd.DataFrame, list[Estimate], list[Finding]]:
    """Scores of the first point in time, lowered for those who were measured again and held the award by then.

    The move is ``(1 - reliability) x (mean of the followed - mean of all who were assessed)``, taken as known.
    Reliability is that of one rating, from performances that two people rated.

    References
    ----------
    Barnett AG, van der Pols JC, Dobson AJ. Int J Epidemiol 2005;34:215, doi 10.1093/ije/dyh299.
    """
    if planned.selected_by is None or planned.measured.kind != "rubric":
        return table, [], []
    first = table["wave"] == planned.waves[0].words
    holders = set(data.earned([planned.selected_by])["learner"])
    again = set(table.loc[~first, "learner"])
    followed = first & table["learner"].isin(holders & again)
    everybody = data.scores(planned.measured, (planned.waves[0].model_copy(update={"attempt": "first"}),)).table
    reliability, n = reliability_of_one_rating(data.ratings(planned.measured.id, planned.waves[:1]))
    if reliability is None or not followed.any() or everybody.empty:
        message = f"Only {n} performances were rated twice: regression to the mean after the pass is not allowed for."
        return table, [], [remark("selection-not-allowed-for", message, "Rate more performances twice.")]
    mean, centre = float(table.loc[followed, "value"].mean()), float(everybody["value"].mean())
    moved = (1 - reliability) * (mean - centre)
    how = (
        f"(1 - {reliability:.2f}) x ({mean:.2f} of the followed - {centre:.2f} of all first attempts); "
        f"reliability of one rating from {n} performances rated twice"
    )
    message = (
        f"First scores of those who had passed were lowered by {moved:.2f}: chosen by a score with error, they would "
        "fall by so much without forgetting. Error of raters only; that of the occasion is not in it."
    )
    lowered = table["value"].where(~followed, table["value"] - moved)
    told = [Estimate("regression_to_the_mean", moved, None, None, int(followed.sum()), how)]
    return table.assign(value=lowered), told, [remark("corrected-start", message, "", "info")]


def reliability_of_one_rating(ratings: pd.DataFrame) -> tuple[float | None, int]:
    """ICC(1,1) of the mean over criteria of two ratings of the same performance, and how many there are.

    ``None`` with fewer than 30 performances.

    References
    ----------
    Shrout PE, Fleiss JL. Psychol Bull 1979;86:420, doi 10.1037/0033-2909.86.2.420.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> level = np.repeat(rng.normal(3, 1, 400), 2)
    >>> frame = pd.DataFrame({"learner": np.repeat(np.arange(400), 2), "assessment": "a", "attempt": 1,
    ...                       "criterion": "c", "rater": ["x", "y"] * 400, "points": level + rng.normal(0, 1, 800)})
    >>> value, n = reliability_of_one_rating(frame)
    >>> round(value, 1), n
    (0.5, 400)
    """
    keys = ["learner", "assessment", "attempt"]
    totals = ratings.dropna(subset=["points"]).groupby([*keys, "rater"])["points"].mean().reset_index()
    totals = totals.assign(place=totals.groupby(keys).cumcount())
    pairs = (
        totals[totals["place"] < 2].pivot(index=keys, columns="place", values="points").reindex(columns=[0, 1]).dropna()
    )
    n = len(pairs)
    if n < _FEWEST:
        return None, n
    between = 2 * float(pairs.mean(axis=1).var(ddof=1))
    within = float(((pairs[0] - pairs[1]) ** 2).mean() / 2)
    total = between + within
    return (float(np.clip((between - within) / total, 0.0, 1.0)) if total > 0 else None), n
