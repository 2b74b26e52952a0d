"""Severity of raters by the many-facet Rasch model, with what a learner's score would be from an average rater."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.evaluation.estimates import Analysis, Estimate, Status, not_estimable, remark, status_of
from ipe_workbench.evaluation.estimates import Test as StatisticalTest
from ipe_workbench.evaluation.facet_design import categories, refused_design, usable
from ipe_workbench.evaluation.facet_fit import Fit, biases, fits, sums
from ipe_workbench.evaluation.facet_model import FacetModel, Facets, Ratings, fit_facets
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding

__all__ = ["ManyFacetStudy", "study_many_facet"]

Numbers = NDArray[np.float64]
Scale = Literal["rating-scale", "partial-credit"]
#: No rubric tells learners apart by so many logits; the search is on its way to infinity.
WIDEST = 15.0
#: Mean squares that are fit for use (Linacre JM, Wright BD. Rasch Meas Trans 1994;8:370).
MUTED, NOISY = 0.5, 1.5


@dataclass(frozen=True)
class ManyFacetStudy:
    """The analysis, and what it says of each learner.

    Parameters
    ----------
    analysis : Analysis
    learners : DataFrame
        ``learner, ratings, mean`` (as given), ``measure, se`` (logits; mean and standard deviation of the posterior:
        few ratings pull it to the mean of all) and ``fair_average`` (points from average raters on all criteria).
    """

    analysis: Analysis
    learners: pd.DataFrame = field(default_factory=pd.DataFrame)


def study_many_facet(
    frame: pd.DataFrame,
    *,
    learner: str = "learner",
    rater: str = "rater",
    score: str = "score",
    criterion: str | None = None,
    occasion: str | None = None,
    scale: Scale = "rating-scale",
    bias: bool = False,
    level: float = 0.95,
) -> ManyFacetStudy:
    """Severity of raters and difficulty of criteria in logits, with fit, fair averages and separation.

    Parameters
    ----------
    frame : DataFrame
        One row a rating.
    learner, rater, score : str
        Columns; scores are few ordered categories, such as the levels of a rubric.
    criterion, occasion : str, optional
        Columns of further facets.
    scale : {"rating-scale", "partial-credit"}
        Whether all criteria share their thresholds, or each has its own.
    bias : bool
        Whether to look for raters who are severe or lenient on a criterion beyond their severity.
    level : float
        Of the intervals.

    Returns
    -------
    ManyFacetStudy
        ``severity[RATER]`` (logits, sum zero, positive: severe), ``fair_average[RATER]`` (points for an average learner
        over all criteria), ``infit[RATER]``, ``outfit[RATER]`` (mean squares; 1 is expected, 0.5 to 1.5 is fit for
        use), ``difficulty[CRITERION]`` with fit, ``effect[OCCASION]``, ``threshold[...]``, ``rater_separation``,
        ``rater_reliability`` (near zero is good: the raters are alike), ``learner_reliability``, ``sd_ability``;
        ``bias[RATER,CRITERION]`` on request.

    Raises
    ------
    UnusableInputError
        When a column is missing, a score is no number, or partial credit is asked for without a criterion.

    Notes
    -----
    Marginal maximum likelihood with normal abilities (`fit_facets`). Raters are only compared where learners link them:
    severity must be told apart from the learners' abilities without taking these to be alike, else there is no number.
    Mean squares average over the posterior of each learner's ability, so that 1 is expected whatever the number of
    ratings.

    Examples
    --------
    >>> rng = np.random.default_rng(4)
    >>> rows = [(n, r, int(np.clip(round(3 + a - s + rng.normal()), 1, 5)))
    ...         for n, a in enumerate(rng.normal(size=80)) for r, s in (("X", -.6), ("Y", 0), ("Z", .6))]
    >>> study = study_many_facet(pd.DataFrame(rows, columns=["learner", "rater", "score"]))
    >>> study.analysis["severity[Z]"].low > 0 > study.analysis["severity[X]"].high
    True
    """
    facets = {"rater": rater} | {n: c for n, c in (("criterion", criterion), ("occasion", occasion)) if c}
    require_columns(frame, [learner, score, *facets.values()])
    data = pd.DataFrame({"learner": frame[learner], "score": numbers(frame, score)})
    data = data.assign(**{name: frame[column] for name, column in facets.items()}).dropna()
    data = data.assign(**{one: data[one].astype(str) for one in ("learner", *facets)})
    missing = {"not_complete": len(frame) - len(data)}
    own = "criterion" if scale == "partial-credit" and criterion else None
    data, found = usable(data, list(facets), own)
    missing["extreme"] = len(frame) - missing["not_complete"] - len(data)
    refused = refused_design(data, list(facets))
    if refused:
        return ManyFacetStudy(not_estimable("raters", [refused, *found], missing))
    kept = [one for one in facets if one == "rater" or data[one].nunique() > 1]
    coded = _Coded.of(data, kept, own if own in kept else None)
    model = fit_facets(coded.ratings, coded.facets)
    vague = max(float(np.sqrt(np.abs(np.diag(one)).max())) for one in model.covariance.values())
    if not model.converged or model.sd > WIDEST or not vague < WIDEST:
        message = "No finite model: the ratings part learners or raters completely, or are too few for this scale."
        none = remark("not-converged", message, "Use the mixed model, or fewer categories.", "error")
        return ManyFacetStudy(not_estimable("raters", [none, *found], missing))
    return _study(coded, model, found, missing, bias=bias, level=level)


@dataclass(frozen=True)
class _Coded:
    data: pd.DataFrame
    ratings: Ratings
    facets: Facets
    names: dict[str, list[str]]
    learners: list[str]
    points: Numbers  # of each category

    @classmethod
    def of(cls, data: pd.DataFrame, facets: list[str], own: str | None) -> _Coded:
        codes, learners = pd.factorize(data["learner"])
        parts = {one: pd.factorize(data[one], sort=True) for one in facets}
        names = {one: list(map(str, labels)) for one, (_, labels) in parts.items()}
        category, points = categories(data["score"].to_numpy(dtype=float))
        ratings = Ratings(codes, {one: code for one, (code, _) in parts.items()}, category)
        sizes = {one: len(labels) for one, labels in names.items()}
        return cls(data, ratings, Facets(sizes, own), names, list(map(str, learners)), points)


def _study(
    coded: _Coded, model: FacetModel, found: list[Finding], missing: dict[str, int], *, bias: bool, level: float
) -> ManyFacetStudy:
    z = float(stats.norm.ppf(0.5 + level / 2))
    counted = sums(model, coded.ratings)
    fit = fits(counted, coded.ratings, model)
    estimates = _raters(coded, model, fit["rater"], z, level)
    for facet in [one for one in coded.names if one != "rater"]:
        estimates += _elements(coded, model, facet, fit[facet], z, level)
    estimates += _thresholds(coded, model)
    estimates += _separation(coded, model, z, level)
    if bias and "criterion" in coded.names:
        rows, said = _bias(coded, model, z, level)
        estimates, found = estimates + rows, found + said
    found += _fit_findings(coded, fit)
    test = _all_equal(model)
    status: Status = status_of(found)
    if model.sd < 0.05:
        status = "singular"
        found.append(remark("singular", "Learners do not differ beyond chance here.", "Read severities with care."))
    words = f"ability + {' + '.join(coded.names)}, adjacent-categories logit; "
    words += "own thresholds by criterion" if coded.facets.own_thresholds else "one set of thresholds"
    analysis = Analysis(
        "raters", estimates, status, found, _sentence(coded, estimates, test), words + "; abilities normal, marginal "
        "maximum likelihood", (test,), missing,
    )  # fmt: skip
    return ManyFacetStudy(analysis, _learner_table(coded, model))


def _fair(coded: _Coded, model: FacetModel, ability: Numbers, severity: Numbers | float = 0.0) -> Numbers:
    """Points expected at an ability from a rater of some severity, on average over all criteria."""
    difficulty = model.effects.get("criterion", np.zeros(1))
    at = np.asarray(ability)[:, None] - np.asarray(severity).reshape(-1, 1) - difficulty
    total = np.zeros(at.shape[0])
    for one in range(len(difficulty)):
        cumulated = model.cumulated[one if len(model.cumulated) > 1 else 0]
        weights = at[:, [one]] * np.arange(len(cumulated)) - np.where(np.isfinite(cumulated), cumulated, np.inf)
        p = np.exp(weights - weights.max(axis=1, keepdims=True))
        total += (p / p.sum(axis=1, keepdims=True)) @ coded.points
    return np.asarray(total / len(difficulty))


def _raters(coded: _Coded, model: FacetModel, fit: Fit, z: float, level: float) -> list[Estimate]:
    names, value, se = coded.names["rater"], model.effects["rater"], model.errors["rater"]
    order = np.argsort(-value, kind="stable")
    mean = np.full(len(names), model.mean)
    fair, low, high = (_fair(coded, model, mean, value + side * z * se) for side in (0, 1, -1))
    how = f"logits, sum zero; marginal ML, Wald {level:.0%}"
    estimates = [
        Estimate(f"severity[{names[i]}]", value[i], value[i] - z * se[i], value[i] + z * se[i], int(fit.n[i]), how)
        for i in order
    ]
    how = f"points expected for an average learner; from the severity's interval, {level:.0%}"
    estimates += [Estimate(f"fair_average[{names[i]}]", fair[i], low[i], high[i], int(fit.n[i]), how) for i in order]
    return estimates + _mean_squares(names, fit, order)


def _elements(coded: _Coded, model: FacetModel, facet: str, fit: Fit, z: float, level: float) -> list[Estimate]:
    names, value, se = coded.names[facet], model.effects[facet], model.errors[facet]
    order = np.argsort(-value, kind="stable")
    word = "difficulty" if facet == "criterion" else "effect"
    how = f"logits, positive: harder; sum zero; marginal ML, Wald {level:.0%}"
    rows = [
        Estimate(f"{word}[{names[i]}]", value[i], value[i] - z * se[i], value[i] + z * se[i], int(fit.n[i]), how)
        for i in order
    ]
    return rows + _mean_squares([f"{facet}:{one}" for one in names], fit, order)


def _mean_squares(names: list[str], fit: Fit, order: NDArray[np.intp]) -> list[Estimate]:
    how = "mean square, 1 expected; over the posterior of ability"
    return [
        Estimate(f"{word}[{names[i]}]", values[i], None, None, int(fit.n[i]), how)
        for word, values in (("infit", fit.infit), ("outfit", fit.outfit))
        for i in order
    ]


def _thresholds(coded: _Coded, model: FacetModel) -> list[Estimate]:
    rows = []
    for row, cumulated in enumerate(model.cumulated):
        of = f"{coded.names['criterion'][row]}:" if len(model.cumulated) > 1 else ""
        for low, high in pairwise(np.flatnonzero(np.isfinite(cumulated))):
            name = f"threshold[{of}{coded.points[low]:g}-{coded.points[high]:g}]"
            value = float(cumulated[high] - cumulated[low]) / (high - low)
            rows.append(Estimate(name, value, None, None, len(coded.data), "logits, Rasch-Andrich, mean zero"))
    return rows


def _separation(coded: _Coded, model: FacetModel, z: float, level: float) -> list[Estimate]:
    value, se = model.effects["rater"], model.errors["rater"]
    error = float((se**2).mean())
    true = max(float(value.var(ddof=1)) - error, 0.0)
    ability = model.posterior @ model.nodes
    spread = float((model.posterior @ model.nodes**2 - ability**2).mean())
    people = len(coded.learners)
    reliability = float(ability.var() / (ability.var() + spread)) if ability.var() + spread > 0 else float("nan")
    width = z * model.sd_se / model.sd if model.sd > 0 else np.inf
    low, high = (model.sd * np.exp(side * width) if width < 5 else None for side in (-1, 1))  # no interval at zero
    how = "from severities and their errors"
    return [
        Estimate("rater_separation", float(np.sqrt(true / error)), None, None, len(value), f"true SD / RMSE; {how}"),
        Estimate("rater_reliability", true / (true + error), None, None, len(value), f"of differences; {how}"),
        Estimate("learner_reliability", reliability, None, None, people, "posterior means (EAP)"),
        Estimate("mean_ability", model.mean, model.mean - z * model.mean_se, model.mean + z * model.mean_se, people,
                 f"logits, Wald {level:.0%}"),
        Estimate("sd_ability", model.sd, low, high, people,
                 f"logits, Wald on the logarithm, {level:.0%}"),
    ]  # fmt: skip


def _bias(coded: _Coded, model: FacetModel, z: float, level: float) -> tuple[list[Estimate], list[Finding]]:
    pairs, value, se, n = biases(model, coded.ratings, "rater", "criterion")
    raters, criteria = coded.names["rater"], coded.names["criterion"]
    names = [f"{raters[r]},{criteria[c]}" for r, c in pairs]
    how = f"logits, positive: severe on this criterion; all else as fitted, Wald {level:.0%}"
    rows = [
        Estimate(f"bias[{name}]", v, v - z * s, v + z * s, int(count), how)
        for name, v, s, count in zip(names, value, se, n, strict=True)
    ]
    order = np.argsort(-np.abs(value / se))
    found = []
    for rank, i in enumerate(order):  # Holm over all pairs
        if 2 * stats.norm.sf(abs(value[i] / se[i])) * (len(order) - rank) > 1 - level:
            break
        if abs(value[i]) >= 0.5:
            way = "severe" if value[i] > 0 else "lenient"
            of = f"Rater {raters[pairs[i][0]]} is {way} on criterion {criteria[pairs[i][1]]}"
            message = f"{of} ({value[i]:+.1f} logits beyond the usual)."
            found.append(remark("rater-bias", message, "Talk over what this criterion means."))
    return rows, found


def _fit_findings(coded: _Coded, fit: dict[str, Fit]) -> list[Finding]:
    found = []
    for facet, one in fit.items():
        for i, name in enumerate(coded.names[facet]):
            if one.infit[i] > NOISY and one.infit_z[i] > 2:
                message = f"{facet.capitalize()} {name} is erratic: infit {one.infit[i]:.2f}."
                found.append(remark(f"{facet}-misfit", message, "Look at the ratings that surprise most."))
            elif one.infit[i] < MUTED and one.infit_z[i] < -2:
                message = f"{facet.capitalize()} {name} hardly tells performances apart: infit {one.infit[i]:.2f}."
                found.append(remark(f"{facet}-muted", message, "Is one score given to everything?"))
    few = [name for i, name in enumerate(coded.names["rater"]) if fit["rater"].n[i] < 10]
    if few:
        message = f"{len(few)} raters have fewer than 10 ratings: their severity is hardly known."
        found.append(remark("few-ratings", message, "Mind the intervals.", "info"))
    return found


def _all_equal(model: FacetModel) -> StatisticalTest:
    value = model.effects["rater"][1:]
    statistic = float(value @ np.linalg.solve(model.covariance["rater"][1:, 1:], value))
    return StatisticalTest("all raters equally severe, Wald chi-squared", statistic, (float(len(value)),),
                           float(stats.chi2.sf(statistic, len(value))))  # fmt: skip


def _sentence(coded: _Coded, estimates: list[Estimate], test: StatisticalTest) -> str:
    raters = len(coded.names["rater"])
    severe, lenient = estimates[0], estimates[raters - 1]
    apart = float(severe.estimate or 0) - float(lenient.estimate or 0)
    fair = {one.name: float(one.estimate or 0) for one in estimates[raters : 2 * raters]}
    first, last = (fair[one.name.replace("severity", "fair_average", 1)] for one in (severe, lenient))
    names = [one.name.removeprefix("severity[").removesuffix("]") for one in (severe, lenient)]
    told = "differ" if test.p < 0.05 else "do not differ beyond chance"
    return (
        f"The {raters} raters {told}: from {names[0]}, the most severe, to {names[1]} it is {apart:.2f} logits; an "
        f"average learner would get {first:.2f} points from the one and {last:.2f} from the other."
    )


def _learner_table(coded: _Coded, model: FacetModel) -> pd.DataFrame:
    ability = model.posterior @ model.nodes
    se = np.sqrt(np.maximum(model.posterior @ model.nodes**2 - ability**2, 0))
    grouped = coded.data.groupby("learner", sort=False)["score"]
    return pd.DataFrame({
        "learner": coded.learners, "ratings": grouped.size().to_numpy(), "mean": grouped.mean().to_numpy(),
        "measure": ability, "se": se, "fair_average": _fair(coded, model, ability),
    })  # fmt: skip
