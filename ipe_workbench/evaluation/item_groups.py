"""Whether items work alike in two groups: ordinal (or plain) logistic regression on the total score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import Analysis, Estimate, left_out, not_estimable, remark, status_of
from ipe_workbench.evaluation.estimates import Test as StatisticalTest
from ipe_workbench.evaluation.tidy_files import numbers, repeated_learner, require_columns
from ipe_workbench.findings import Finding

__all__ = ["compare_item_functioning"]

Numbers = NDArray[np.float64]
FEWEST, MOST_CATEGORIES = 20, 12
#: Classes of Nagelkerke's R squared (Jodoin MG, Gierl MJ. Appl Meas Educ 2001;14:329, doi 10.1207/S15324818AME1404_2).
MODERATE, LARGE = 0.035, 0.070


def compare_item_functioning(
    frame: pd.DataFrame, names: Sequence[str], *, group: str, reference: str | None = None, level: float = 0.95
) -> Analysis:
    """Differential item functioning of right-or-wrong or graded items, at the same total score.

    Parameters
    ----------
    frame : DataFrame
        One row a learner, one column an item; answers are few ordered numbers, all keyed the same way.
    names : sequence of str
        The items' columns.
    group : str
        Column with two groups.
    reference : str, optional
        The group to compare with; the first by name otherwise.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``dif_log_odds_logistic[ITEM]``: log odds of a higher answer, reference against the other group, at the same
        total (above zero favours the reference), ``dif_r2[ITEM]``: what the group and its product with the total add to
        Nagelkerke's R squared; tests of uniform and of non-uniform functioning by likelihood ratio, with p adjusted by
        Holm's method over all items in the findings.

    Raises
    ------
    UnusableInputError
        When a column is missing, or an answer is no number.

    References
    ----------
    Swaminathan H, Rogers HJ. J Educ Meas 1990;27:361, doi 10.1111/j.1745-3984.1990.tb00754.x; Zumbo BD 1999 (ordinal).

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> ability, school = rng.normal(size=(400, 1)), np.tile(["north", "south"], 200)
    >>> shift = np.zeros((400, 5)); shift[:, 0] = np.where(school == "south", -1.2, 0)
    >>> answers = np.clip(np.round(3 + ability + shift + rng.normal(size=(400, 5))), 1, 5)
    >>> frame = pd.DataFrame(answers, columns=list("abcde")).assign(school=school)
    >>> compare_item_functioning(frame, list("abcde"), group="school")["dif_log_odds_logistic[a]"].low > 0
    True
    """
    require_columns(frame, [*names, group])
    if len(set(names)) < 3:
        raise UnusableInputError("Three items or more are needed, each named once.", mend="Mend the list of items.")
    data = pd.DataFrame({one: numbers(frame, one) for one in names}).assign(**{"\x1fgroup": frame[group]}).dropna()
    groups = data.pop("\x1fgroup").astype(str)
    missing = {"not_complete": len(frame) - len(data)}
    refused = _refused(data, groups, reference)
    if refused:
        return not_estimable("item-functioning", [refused], missing)
    first = reference if reference is not None else sorted(groups.unique())[0]
    focal: Numbers = np.asarray(groups != first, dtype=float)
    total = data.sum(axis=1).to_numpy(dtype=float)
    rows, tests, found = [], [], list[Finding]()
    for item in names:
        if data[item].nunique() < 2:
            found.append(remark("constant-item", f"Everybody answered item {item} alike.", "Leave it out."))
            continue
        try:
            own, pair = _item(item, data[item].to_numpy(dtype=float), focal, total, first, level)
        except np.linalg.LinAlgError:  # the total, or the group, says every answer
            message = f"Item {item} cannot be compared: the total or the group foretells every answer."
            found.append(remark("not-compared", message, "Ask more learners, or leave it out."))
            continue
        rows += own
        tests += pair
    if not rows:
        return not_estimable("item-functioning", [replace(one, severity="error") for one in found], missing)
    found += left_out(missing["not_complete"], len(frame), "learners")
    twice = repeated_learner(frame)
    if twice:
        found.append(remark("duplicate-learner", twice, "Choose a wave: intervals are too narrow."))
    found += _named(rows, tests, 1 - level)
    shown = [one for one in found if one.id.startswith("dif-")]
    sentence = f"{len(rows) // 2} items compared at the same total ({len(data)} learners): "
    sentence += f"{len(shown)} work otherwise in one group." if shown else "none works otherwise beyond chance."
    model = "ordered logistic: answer ~ total, + group, + group x total"
    return Analysis("item-functioning", rows, status_of(found), found, sentence, model, tests, missing)


def _refused(data: pd.DataFrame, groups: pd.Series[str], reference: str | None) -> Finding | None:
    sizes = groups.value_counts()
    if len(sizes) != 2 or (reference is not None and reference not in sizes.index):
        message = f"Two groups are compared; the column has {', '.join(map(str, sizes.index[:6])) or 'none'}."
        return remark("many-groups", message, "Keep the rows of two.", "error")
    if sizes.min() < FEWEST:
        return remark(
            "too-few", f"A group has only {sizes.min()} complete learners; {FEWEST} are the least.", "", "error"
        )
    if max(data[one].nunique() for one in data) > MOST_CATEGORIES:
        return remark("too-many-categories", "An item has more answers than a graded item has.", "", "error")
    if np.ptp(data.sum(axis=1).to_numpy()) == 0:
        return remark("constant", "All totals are the same.", "", "error")
    return None


def _item(
    item: str, answer: Numbers, focal: Numbers, total: Numbers, first: str, level: float
) -> tuple[list[Estimate], list[StatisticalTest]]:
    scaled = (total - total.mean()) / total.std()  # for the search; the group's coefficient stays the same
    empty, n = _empty(answer), len(answer)
    plain = _fit(answer, scaled[:, None])
    uniform = _fit(answer, np.column_stack([scaled, focal]))
    crossed = _fit(answer, np.column_stack([scaled, focal, focal * scaled]))
    z = float(stats.norm.ppf(0.5 + level / 2))
    value, se = -float(uniform.params[1]), float(uniform.bse[1])
    how = f"logistic on the total; Wald, {level:.0%}; above 0 favours {first}"
    top = 1 - np.exp(2 * empty / n)
    r2 = [(1 - np.exp(2 * (empty - one.llf) / n)) / top for one in (plain, crossed)]
    rows = [
        Estimate(f"dif_log_odds_logistic[{item}]", value, value - z * se, value + z * se, n, how),
        Estimate(f"dif_r2[{item}]", r2[1] - r2[0], None, None, n, "gain in Nagelkerke's R squared"),
    ]
    one, two = 2 * (uniform.llf - plain.llf), 2 * (crossed.llf - uniform.llf)
    tests = [
        StatisticalTest(f"uniform[{item}], likelihood ratio", float(one), (1.0,), float(stats.chi2.sf(one, 1))),
        StatisticalTest(f"non-uniform[{item}], likelihood ratio", float(two), (1.0,), float(stats.chi2.sf(two, 1))),
    ]
    return rows, tests


@dataclass(frozen=True)
class _Fit:
    """Coefficients of the predictors with their standard errors, and the log-likelihood."""

    params: Numbers
    bse: Numbers
    llf: float


def _fit(answer: Numbers, design: Numbers) -> _Fit:
    """Proportional odds by Newton's method; statsmodels differentiates by numbers and takes fifty times longer.

    McCullagh P. J R Stat Soc B 1980;42:109. The likelihood is concave in thresholds and coefficients.
    """
    codes = np.unique(answer, return_inverse=True)[1]
    top, size = int(codes.max()), design.shape[1]
    cut = np.eye(top + 1)[codes]  # the threshold above each answer; below it is the one before
    upper = np.hstack([cut[:, :top], -design])
    lower = np.hstack([cut[:, 1:], -design])
    open_above, open_below = codes == top, codes == 0
    share = np.cumsum(np.bincount(codes))[:-1] / len(codes)
    at = np.concatenate([np.log(share / (1 - share)), np.zeros(size)])

    def parts(where: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        above = np.where(open_above, 1.0, expit(upper @ where))
        below = np.where(open_below, 0.0, expit(lower @ where))
        return above, below, above - below

    def value(where: Numbers) -> float:
        p = parts(where)[2]
        return float(np.log(p).sum()) if (p > 0).all() else -np.inf

    best = value(at)
    for _ in range(100):
        above, below, p = parts(at)
        up, down = above * (1 - above) / p, below * (1 - below) / p
        gradient = upper.T @ up - lower.T @ down
        mixed = (upper * (up * down)[:, None]).T @ lower
        hessian = (upper * (up * (1 - 2 * above) - up**2)[:, None]).T @ upper
        hessian += (lower * (-down * (1 - 2 * below) - down**2)[:, None]).T @ lower + mixed + mixed.T
        step, part = np.linalg.solve(hessian, -gradient), 1.0
        while (moved := value(at + part * step)) < best - 1e-12 and part > 1e-8:
            part /= 2
        at, best = at + part * step, moved
        if np.abs(part * step).max() < 1e-9:
            break
    se = np.sqrt(np.maximum(np.diag(np.linalg.pinv(-hessian, hermitian=True)), 0))
    return _Fit(at[top:], se[top:], best)


def _empty(answer: Numbers) -> float:
    counts = np.unique(answer, return_counts=True)[1]
    return float((counts * np.log(counts / counts.sum())).sum())


def _named(rows: list[Estimate], tests: list[StatisticalTest], alpha: float) -> list[Finding]:
    """Items whose functioning differs by Holm's test and by more than a trifle."""
    r2 = {one.name[7:-1]: float(one.estimate or 0) for one in rows if one.name.startswith("dif_r2[")}
    value = {one.name[22:-1]: float(one.estimate or 0) for one in rows if one.name.startswith("dif_log_odds")}
    p = {
        item: float(stats.chi2.sf(tests[2 * at].statistic + tests[2 * at + 1].statistic, 2))
        for at, item in enumerate(r2)
    }
    found = []
    for rank, item in enumerate(sorted(p, key=lambda one: p[one])):
        if p[item] * (len(p) - rank) > alpha:
            break
        if r2[item] >= MODERATE:
            size = "large" if r2[item] >= LARGE else "moderate"
            way = "the reference group" if value[item] > 0 else "the other group"
            message = f"Item {item} favours {way} at the same total ({size}: R squared gains {r2[item]:.3f})."
            found.append(remark(f"dif-{size}", message, "Have it read by both groups' teachers."))
    return found
