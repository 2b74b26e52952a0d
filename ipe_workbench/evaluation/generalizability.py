"""Generalizability: where error comes from over several facets (G-study), and what other numbers give (D-study)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    Status,
    left_out,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.growth import variance_estimates
from ipe_workbench.evaluation.mixed_models import RandomTerm, fit_mixed_model
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding

__all__ = ["study_generalizability"]

FEWEST_PERSONS, MOST_FACETS, MOST_ROWS = 5, 3, 400
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class _Facet:
    name: str
    parents: frozenset[str]  # the facets that it is nested in


_Effect = frozenset[str]  # of facets; with the person or without


def study_generalizability(
    frame: pd.DataFrame,
    *,
    facets: Sequence[str],
    learner: str = "learner",
    score: str = "score",
    fixed: Sequence[str] = (),
    sizes: Mapping[str, Sequence[int]] | None = None,
    aim: float = 0.8,
    level: float = 0.95,
) -> Analysis:
    """Components of variance over up to three facets, and the coefficients that other numbers of each would give.

    Parameters
    ----------
    frame : DataFrame
        One row a score.
    facets : sequence of str
        Columns such as item, rater, occasion. ``rater:task`` says that raters differ from task to task (nested).
    learner, score : str
        Columns with the object of measurement and the score.
    fixed : sequence of str
        Facets whose conditions are all that there are, such as the criteria of the rubric: their interaction with the
        learner is no error.
    sizes : mapping of str to sequence of int, optional
        For each facet the numbers to look at; by default half of those in the data, those, and twice as many. Of a
        nested facet it is the number inside each condition of the other.
    aim : float
        The dependability (absolute) that a mean should reach.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``sd[...]``, ``variance[...]`` of each effect, such as ``variance[learner:rater]``; the residual holds the
        highest interaction. For each combination of numbers ``e_rho2[item=4, rater=2]`` (relative decisions),
        ``phi[...]`` (absolute ones) and ``sem_absolute[...]`` in points; ``fewest_scores_for_phi``: the fewest scores a
        learner, among these combinations, whose phi reaches the aim.

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, a facet stands twice or is nested in no facet, or a number is below one.

    Notes
    -----
    A component counts for the universe score where it holds the learner and fixed facets only; for relative error where
    it holds the learner and a random facet; for absolute error where it holds a random facet. It is divided by the
    numbers of its facets. Components are by REML, which for balanced data is analysis of variance unless a component
    is below zero; empty cells are allowed.

    References
    ----------
    Brennan RL. Generalizability Theory, 2001, chapters 3 and 4, doi 10.1007/978-1-4757-3456-0.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> score = rng.normal(size=(30, 1, 1)) + 0.4 * rng.normal(size=(1, 1, 3)) + rng.normal(size=(30, 4, 3))
    >>> index = pd.MultiIndex.from_product([range(30), range(4), range(3)], names=["learner", "item", "rater"])
    >>> found = study_generalizability(pd.DataFrame({"score": score.ravel()}, index).reset_index(),
    ...                                facets=["item", "rater"], sizes={"item": [4, 8], "rater": [2]})
    >>> found["phi[item=4, rater=2]"].estimate < found["phi[item=8, rater=2]"].estimate
    True
    """
    parts = _parsed(facets)
    names = [one.name for one in parts]
    stray = [one for one in (*fixed, *(sizes or {})) if one not in names]
    if stray:
        raise UnusableInputError(f"`{stray[0]}` is no facet.", mend=f"The facets are {', '.join(names)}.")
    require_columns(frame, [learner, score, *names])
    data = frame[[learner, score, *names]].assign(**{score: numbers(frame, score)}).dropna()
    data = data.rename(columns={learner: "learner"}).astype(dict.fromkeys(("learner", *names), str))
    missing = {"not_complete": len(frame) - len(data)}
    effects = _effects(parts)
    refused = _refused(data, parts, score)
    if refused:
        return not_estimable("generalizability", [refused], missing)
    terms = [_term(data, person, effect, parts) for person, effect in effects]
    alone = next((one.name for one in terms if one.levels == len(data)), None)
    if alone:
        message = f"No two scores share a `{alone}`, so it cannot be told from the residual."
        mend = "Have more observed under the same conditions, or leave a facet out."
        return not_estimable("generalizability", [remark("not-crossed", message, mend, "error")], missing)
    model = fit_mixed_model(
        data[score].to_numpy(dtype=np.float64), pd.DataFrame({"intercept": np.ones(len(data))}), terms
    )
    found = left_out(missing["not_complete"], len(frame), "scores") + _few(data, names)
    again = data.loc[data.duplicated("learner"), "learner"].nunique()
    if again < FEWEST_PERSONS:
        message = f"Only {again} learners have more than one score: all that is said of facets rests on them."
        found.append(remark("few-repeated", message, "Observe more learners twice."))
    if model.status == "singular":
        zero = model.random.loc[model.random["log_sd_se"].isna(), "term"].tolist()
        message = f"Components of zero: {', '.join(zero)}."
        found.append(remark("singular", message, "Read them as: too small to be seen here."))
    estimates = variance_estimates(model, {one.name: one.levels for one in terms}, level)
    estimates = [one for one in estimates if not one.name.startswith("icc[")]
    variance = {row["term"]: float(row["sd"]) ** 2 for _, row in model.random.iterrows()}
    here = {one.name: _inside(data, one) for one in parts}
    rows, fewest = _decisions(variance, effects, parts, frozenset(fixed), _asked(sizes, here), aim)
    n = data["learner"].nunique()
    estimates += [Estimate(name, value, None, None, n, how) for name, value, how in rows]
    status: Status = status_of(found) if model.status == "ok" else model.status
    words = " + ".join(f"(1 | {one.name})" for one in terms)
    return Analysis(
        "generalizability", estimates, status, found, _sentence(fewest, aim), f"{score} ~ 1 + {words}", (), missing
    )


def _parsed(facets: Sequence[str]) -> list[_Facet]:
    names = [one.split(":")[0].strip() for one in facets]
    if not names or len(set(names)) < len(names) or len(names) > MOST_FACETS:
        raise UnusableInputError(
            f"One to {MOST_FACETS} facets are needed, each named once.", mend="Such as item,rater or task,rater:task."
        )
    parts: list[_Facet] = []
    for name, one in zip(names, facets, strict=True):
        outer = [each.strip() for each in one.split(":")[1:]]
        for each in outer:
            if each not in names or each == name:
                raise UnusableInputError(f"`{name}` is nested in `{each}`, which is no facet.", mend="Name it, too.")
        parts.append(_Facet(name, frozenset(outer)))
    return parts


def _effects(parts: Sequence[_Facet]) -> list[tuple[bool, _Effect]]:
    """With the person or without, and which facets; a nested one never without those it is nested in."""
    found: list[tuple[bool, _Effect]] = [(True, frozenset())]
    for count in range(1, len(parts) + 1):
        for some in combinations(parts, count):
            effect = frozenset(one.name for one in some)
            if all(one.parents <= effect for one in some):
                found += [(False, effect), (True, effect)]
    return found[:-1]  # the last, of all of them, is the residual


def _label(person: bool, effect: _Effect, parts: Sequence[_Facet]) -> str:
    return ":".join([*(["learner"] if person else []), *(one.name for one in parts if one.name in effect)])


def _term(data: pd.DataFrame, person: bool, effect: _Effect, parts: Sequence[_Facet]) -> RandomTerm:
    columns = [*(["learner"] if person else []), *(one.name for one in parts if one.name in effect)]
    codes, levels = pd.factorize(data[columns].agg(_SEPARATOR.join, axis=1))
    return RandomTerm(_label(person, effect, parts), codes, len(levels), np.ones((len(data), 1)))


def _refused(data: pd.DataFrame, parts: Sequence[_Facet], score: str) -> Finding | None:
    persons = data["learner"].nunique()
    if persons < FEWEST_PERSONS:
        return remark("too-few", f"Only {persons} learners; {FEWEST_PERSONS} are the least.", "", "error")
    for one in parts:
        if _inside(data, one) < 2:
            message = f"`{one.name}` has one condition only: what it adds cannot be told."
            return remark("one-condition", message, "Leave it out, or observe more.", "error")
    if np.ptp(data[score].to_numpy(dtype=float)) == 0:
        return remark("constant", "All scores are the same.", "Check the column.", "error")
    keys = ["learner", *(one.name for one in parts)]
    if data.duplicated(keys).any():
        row = data[data.duplicated(keys)].iloc[0]
        message = f"Learner {row['learner']} has more than one score under the same conditions."
        return remark("duplicate-score", message, "Keep one, or name the facet that tells them apart.", "error")
    for one in parts:
        if data.groupby("learner")[one.name].nunique().max() < 2:
            message = f"Every learner meets one `{one.name}` only: it cannot be told from the learner."
            return remark("not-crossed", message, "Have some learners observed twice.", "error")
    return None


def _few(data: pd.DataFrame, names: Sequence[str]) -> list[Finding]:
    few = [f"{one} ({data[one].nunique()})" for one in names if data[one].nunique() < 5]
    if not few:
        return []
    message = f"Few conditions: {', '.join(few)}. Their components are hardly known, and the coefficients with them."
    return [remark("few-levels", message, "", "info")]


def _inside(data: pd.DataFrame, facet: _Facet) -> int:
    """How many conditions a facet has; of a nested one, the usual number inside each of the others."""
    if not facet.parents:
        return int(data[facet.name].nunique())
    return round(float(data.groupby(sorted(facet.parents))[facet.name].nunique().median()))


def _asked(sizes: Mapping[str, Sequence[int]] | None, here: Mapping[str, int]) -> dict[str, list[int]]:
    asked = {}
    for name, now in here.items():
        wanted = (sizes or {}).get(name) or (max(now // 2, 1), now, 2 * now)
        if min(wanted) < 1:
            raise UnusableInputError(f"{min(wanted)} conditions of `{name}` are none.", mend="Ask for one or more.")
        asked[name] = sorted(set(map(int, wanted)))
    if math.prod(len(one) for one in asked.values()) > MOST_ROWS:
        raise UnusableInputError(f"That is more than {MOST_ROWS} combinations.", mend="Ask for fewer numbers.")
    return asked


def _decisions(
    variance: Mapping[str, float],
    effects: Sequence[tuple[bool, _Effect]],
    parts: Sequence[_Facet],
    fixed: frozenset[str],
    sizes: Mapping[str, Sequence[int]],
    aim: float,
) -> tuple[list[tuple[str, float, str]], tuple[int, str, float] | None]:
    everything = (True, frozenset(one.name for one in parts))
    components = [(*one, variance[_label(*one, parts)]) for one in effects]
    components.append((*everything, variance["residual"]))
    rows: list[tuple[str, float, str]] = []
    reached: list[tuple[int, str, float]] = []
    for numbers_of in product(*sizes.values()):
        size = dict(zip(sizes, numbers_of, strict=True))
        universe = relative = absolute = 0.0
        for person, effect, value in components:
            share = value / math.prod(size[one] for one in effect)
            if not effect - fixed:
                universe += share if person else 0.0
                continue
            absolute += share
            relative += share if person else 0.0
        words = ", ".join(f"{name}={number}" for name, number in size.items())
        rho, phi = (universe / (universe + error) if universe + error > 0 else math.nan
                    for error in (relative, absolute))  # fmt: skip
        rows += [(f"e_rho2[{words}]", rho, "relative decisions, from the components"),
                 (f"phi[{words}]", phi, "absolute decisions, from the components"),
                 (f"sem_absolute[{words}]", math.sqrt(absolute), "points, from the components")]  # fmt: skip
        if phi >= aim - 1e-12:
            reached.append((math.prod(numbers_of), words, phi))
    fewest = min(reached) if reached else None
    how = f"a learner, among these combinations, for phi {aim:g}" + (f": {fewest[1]}" if fewest else "")
    rows.append(("fewest_scores_for_phi", float(fewest[0]) if fewest else math.nan, how))
    return rows, fewest


def _sentence(fewest: tuple[int, str, float] | None, aim: float) -> str:
    if fewest is None:
        return f"None of these combinations reaches a dependability of {aim:.2f}."
    return f"The fewest scores a learner that reach a dependability of {aim:.2f}: {fewest[0]} ({fewest[1]})."
