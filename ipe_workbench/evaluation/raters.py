"""Raters: who is severe or lenient, how far scores depend on the rater, and how many raters would be enough."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ipe_workbench.evaluation.estimates import Analysis, Estimate, Status, left_out, not_estimable, remark, status_of
from ipe_workbench.evaluation.growth import design_of, foretold, variance_estimates
from ipe_workbench.evaluation.mixed_models import MixedModel, RandomTerm, fit_mixed_model
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding

__all__ = ["study_raters"]

FEWEST, FEWEST_LEARNERS = 10, 5


def study_raters(
    frame: pd.DataFrame,
    *,
    learner: str = "learner",
    rater: str = "rater",
    score: str = "score",
    criterion: str | None = None,
    occasion: str | None = None,
    aim: float = 0.8,
    level: float = 0.95,
) -> Analysis:
    """Severity of each rater, components of variance (G-study), and the raters needed (D-study).

    Parameters
    ----------
    frame : DataFrame
        One row a score.
    learner, rater, score : str
        Columns.
    criterion : str, optional
        Column with the criterion of the rubric; its means are fixed effects, and learner by criterion is a component.
    occasion : str, optional
        Column with the occasion, such as the attempt: what is rated is then a performance, and a learner who tries
        again shows another one.
    aim : float
        The dependability that a mean of raters should reach.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``sd[learner]``, ``sd[rater]``, ``sd[residual]`` and their variances; ``dependability_phi[1]`` (absolute
        decisions), ``generalizability_e_rho2[1]`` (relative ones), each for one rater; ``raters_for_phi``: the fewest
        raters whose mean reaches the aim; ``severity[RATER]`` in points of the score (positive: severe), against the
        mean of these raters: a prediction from the mixed model, which pulls those with few scores toward the mean; its
        interval takes the components as known, and holds the truth a little less often than it says (`make validate`).

    Raises
    ------
    UnusableInputError
        When a column is missing or a score is no number.

    Notes
    -----
    Learner, rater and learner by criterion are random and crossed; learner by rater lies in the residual unless several
    criteria tell them apart. Raters who share no learner, directly or through others, cannot be compared: a finding
    says so.

    References
    ----------
    Brennan RL. Generalizability Theory, 2001, doi 10.1007/978-1-4757-3456-0.

    Examples
    --------
    >>> frame = pd.DataFrame({"learner": np.repeat(list("abcdef"), 3), "rater": list("XYZ") * 6,
    ...                       "score": [5, 4, 3, 6, 5, 5, 3, 3, 1, 7, 6, 5, 4, 2, 2, 6, 6, 4]})
    >>> result = study_raters(frame)
    >>> result["severity[Z]"].estimate > 0, result["raters_for_phi"].estimate
    (True, 2.0)
    """
    columns = [learner, rater, score, *(one for one in (criterion, occasion) if one)]
    require_columns(frame, columns)
    data = frame[columns].assign(**{score: numbers(frame, score)}).dropna()
    data = data.assign(**{one: data[one].astype(str) for one in columns if one != score})
    if occasion:
        data = data.assign(**{learner: data[learner] + "\x1f" + data[occasion]}).drop(columns=occasion)
    missing = {"not_complete": len(frame) - len(data)}
    refused, found = _look(data, learner, rater, score, criterion)
    if refused:
        return not_estimable("raters", [refused, *found], missing)
    fixed, _ = design_of(data, [criterion] if criterion else [])
    none_left = foretold(data[score].to_numpy(dtype=float), fixed)
    if none_left:
        return not_estimable("raters", [none_left, *found], missing)
    terms = [_term("learner", data[learner]), _term("rater", data[rater])]
    if criterion and data[criterion].nunique() > 1:
        terms.append(_term("learner:criterion", data[learner] + "\x1f" + data[criterion]))
        if data.duplicated([learner, rater]).any():
            terms.append(_term("learner:rater", data[learner] + "\x1f" + data[rater]))
        terms = [one for one in terms if one.levels < len(data)]
    model = fit_mixed_model(data[score].to_numpy(dtype=float), fixed, terms)
    estimates = variance_estimates(model, {one.name: one.levels for one in terms}, level)
    estimates += _decision_study(model, data, criterion, aim)
    estimates += _severities(model, data, rater, level)
    found += left_out(missing["not_complete"], len(frame), "scores")
    if model.status == "singular":
        found.append(remark("singular", "A component of variance is zero here.", "Read it as: too small to be seen."))
    status: Status = status_of(found) if model.status == "ok" else model.status
    return Analysis(
        "raters", estimates, status, found, _sentence(model, estimates, aim),
        f"{score} ~ {criterion or 1} + " + " + ".join(f"(1 | {one.name})" for one in terms), (), missing,
    )  # fmt: skip


def _term(name: str, key: pd.Series[str]) -> RandomTerm:
    codes, levels = pd.factorize(key)
    return RandomTerm(name, codes, len(levels), np.ones((len(key), 1)))


def _look(
    data: pd.DataFrame, learner: str, rater: str, score: str, criterion: str | None
) -> tuple[Finding | None, list[Finding]]:
    keys = [learner, rater, *([criterion] if criterion else [])]
    if len(data) < FEWEST or data[learner].nunique() < FEWEST_LEARNERS:
        return remark("too-few", f"Only {len(data)} scores of {data[learner].nunique()} learners.", "", "error"), []
    if data[rater].nunique() < 2:
        return remark("one-rater", "All scores come from one rater.", "Have some learners rated twice.", "error"), []
    if np.ptp(data[score].to_numpy()) == 0:
        return remark("constant", "All scores are the same.", "Check the column.", "error"), []
    if data.duplicated(keys).any():
        row = data[data.duplicated(keys)].iloc[0]
        message = f"Rater {row[rater]} has more than one score for learner {row[learner].replace(chr(31), ', ')}."
        mend = "Keep one, or name the column of the criterion, or of the occasion (such as the attempt)."
        return remark("duplicate-rating", message, mend, "error"), []
    if not data.duplicated(learner).any():
        message = "No learner was scored twice, so raters and learners cannot be told apart."
        return remark("no-repetition", message, "Have 10 to 15 % of performances rated twice.", "error"), []
    found = []
    again = data.loc[data.duplicated(learner), learner].nunique()
    if again < FEWEST_LEARNERS:
        message = f"Only {again} learners were scored twice: all that is said of raters rests on them."
        found.append(remark("few-repeated", message, "Have 10 to 15 % of performances rated twice."))
    codes_learner, learners = pd.factorize(data[learner])
    codes_rater, people = pd.factorize(data[rater])
    size = len(learners) + len(people)
    edges = coo_array((np.ones(len(data)), (codes_learner, codes_rater + len(learners))), shape=(size, size))
    groups, group = connected_components(edges, directed=False)
    if groups > 1:
        sizes = np.bincount(group[len(learners) :], minlength=groups)
        shown = ", ".join(map(str, sorted(sizes, reverse=True)[:6]))
        message = f"The raters fall into {groups} groups that share no learner ({shown} raters)."
        found.append(remark("not-connected", message, "Compare severity inside a group only; swap some learners."))
    if data[rater].nunique() < 5:
        found.append(
            remark("few-levels", f"Only {data[rater].nunique()} raters: their variance is hardly known.", "", "info")
        )
    return None, found


def _decision_study(model: MixedModel, data: pd.DataFrame, criterion: str | None, aim: float) -> list[Estimate]:
    variance = {row["term"]: float(row["sd"]) ** 2 for _, row in model.random.iterrows()}
    criteria = data[criterion].nunique() if criterion else 1
    person = variance["learner"]
    # Averaged over the criteria of the rubric, which are fixed: the interaction with them is no error.
    person += variance.get("learner:criterion", 0.0) / criteria
    relative = variance.get("learner:rater", 0.0) + variance["residual"] / criteria
    absolute = relative + variance["rater"]
    n, how = int(data.iloc[:, 0].nunique()), "from the components of variance, REML"
    phi, rho = (person / (person + one) if person + one > 0 else float("nan") for one in (absolute, relative))
    needed = np.ceil(aim / (1 - aim) * absolute / person - 1e-9) if person > 0 else float("nan")
    return [
        Estimate("dependability_phi[1]", phi, None, None, n, how),
        Estimate("generalizability_e_rho2[1]", rho, None, None, n, how),
        Estimate("raters_for_phi", float(max(needed, 1.0)), None, None, n, f"fewest for phi {aim:g}; {how}"),
    ]


def _severities(model: MixedModel, data: pd.DataFrame, rater: str, level: float) -> list[Estimate]:
    z = float(stats.norm.ppf(0.5 + level / 2))
    _, people = pd.factorize(data[rater])
    counts = data[rater].value_counts()
    how = f"minus the predicted effect (BLUP); components taken as known, {level:.0%}"
    values, spread = -model.effects["rater"].ravel(), model.effects_se["rater"].ravel()
    order = np.argsort(-values, kind="stable")
    return [
        Estimate(
            f"severity[{people[i]}]",
            float(values[i]),
            float(values[i] - z * spread[i]),
            float(values[i] + z * spread[i]),
            int(counts[people[i]]),
            how,
        )
        for i in order
    ]


def _sentence(model: MixedModel, estimates: list[Estimate], aim: float) -> str:
    known = {one.name: one.estimate for one in estimates}
    share = known["icc[rater]"] or 0.0
    return (
        f"{100 * share:.0f} % of the variance of single scores lies between raters; a mean of "
        f"{known['raters_for_phi']:.0f} raters would reach a dependability of {aim:.2f}."
    )
