"""Whether ratings can tell raters apart: extreme elements, categories, and links through learners."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ipe_workbench.evaluation.estimates import remark
from ipe_workbench.findings import Finding

__all__ = ["categories", "refused_design", "usable"]

Numbers = NDArray[np.float64]
FEWEST_LEARNERS, FEWEST_RATINGS, MOST_CATEGORIES = 20, 60, 12


def categories(scores: Numbers) -> tuple[NDArray[np.intp], Numbers]:
    """Codes from zero, and the points of each; whole numbers keep the gaps that nobody used."""
    values = np.unique(scores)
    if np.all(values == np.round(values)) and np.ptp(values) < MOST_CATEGORIES:
        values = np.arange(values[0], values[-1] + 1)
    return np.searchsorted(values, scores).astype(np.intp), values


def usable(data: pd.DataFrame, facets: list[str], own: str | None) -> tuple[pd.DataFrame, list[Finding]]:
    """Without elements that were only given the lowest or only the highest score: their place has no end."""
    found: list[Finding] = []
    while len(data):
        scores = data["score"].groupby(data[own]) if own else None
        low = scores.transform("min") if scores is not None else data["score"].min()
        high = scores.transform("max") if scores is not None else data["score"].max()
        ends = pd.DataFrame({"low": data["score"] == low, "high": data["score"] == high})
        for facet in facets:
            extreme = ends.groupby(data[facet]).all().any(axis=1)
            names = [str(one) for one in extreme.index[extreme]]
            if names and len(names) < len(extreme):
                break
        else:
            return data, found
        way = "lowest" if bool(ends.loc[data[facet] == names[0], "low"].all()) else "highest"
        message = f"{facet.capitalize()} {names[0]} has only the {way} score: how far beyond, nobody can tell."
        found.append(remark(f"extreme-{facet}", message, "Its ratings are left out of the model."))
        data = data[data[facet] != names[0]]
    return data, found


def refused_design(data: pd.DataFrame, facets: list[str]) -> Finding | None:
    """Why there can be no model of the ratings, or none: too few, one rater, one score, a score twice, no links."""
    learners, raters = data["learner"].nunique(), data["rater"].nunique()
    if learners < FEWEST_LEARNERS or len(data) < FEWEST_RATINGS:
        least = f"{FEWEST_RATINGS} of {FEWEST_LEARNERS} are the least."
        message = f"Only {len(data)} usable ratings of {learners} learners; {least}"
        return remark("too-few", message, "See the mixed model for small tables.", "error")
    if raters < 2:
        return remark("one-rater", "All usable ratings come from one rater.", "Have learners rated twice.", "error")
    if data["score"].nunique() < 2:
        return remark("constant", "All scores are the same.", "Check the column.", "error")
    if len(categories(data["score"].to_numpy(dtype=float))[1]) > MOST_CATEGORIES:
        message = f"{data['score'].nunique()} different scores are no rating scale; {MOST_CATEGORIES} are the most."
        return remark("too-many-categories", message, "Use the mixed model.", "error")
    twice = data.duplicated(["learner", *facets])
    if twice.any():
        row = data[twice].iloc[0]
        message = f"Rater {row['rater']} has more than one score for learner {row['learner']}."
        return remark("duplicate-rating", message, "Keep one, or name the column of criterion or occasion.", "error")
    return _linked(data, facets)


def _linked(data: pd.DataFrame, facets: list[str]) -> Finding | None:
    """Whether severity can be told from ability, whatever the abilities: the design's rank within learners."""
    columns = [pd.get_dummies(data[one], dtype=float).to_numpy()[:, 1:] for one in facets if data[one].nunique() > 1]
    design = np.hstack(columns)
    codes, people = pd.factorize(data["learner"])
    counts = np.bincount(codes)[:, None]
    totals = [np.bincount(codes, weights=column, minlength=len(people)) for column in design.T]
    means = np.stack(totals, axis=1) / counts
    within = design - means[codes]
    if np.linalg.matrix_rank(within.T @ within, tol=1e-8 * len(data)) == design.shape[1]:
        return None
    raters, labels = pd.factorize(data["rater"])
    size = len(people) + len(labels)
    edges = coo_array((np.ones(len(data)), (codes, raters + len(people))), shape=(size, size))
    groups, group = connected_components(edges, directed=False)
    if groups > 1:
        sizes = sorted(np.bincount(group[len(people) :], minlength=groups), reverse=True)
        shown = ", ".join(map(str, sizes[:6])) + (" ..." if groups > 6 else "")
        message = f"The raters fall into {groups} groups that share no learner ({shown} raters): no comparison."
        return remark("not-connected", message, "Have some learners rated by raters of both groups.", "error")
    message = "Raters cannot be told from criteria or occasions: each has its own, or nobody links them."
    return remark("confounded", message, "Have raters share criteria and occasions of the same learners.", "error")
