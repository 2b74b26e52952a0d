"""Items of a test: how hard and how telling they are, and whether they treat groups alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.sparse.csgraph import connected_components

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import Analysis, Estimate, Status, left_out, not_estimable, remark, status_of
from ipe_workbench.evaluation.item_response import TwoParameter, rasch_difficulties, two_parameter
from ipe_workbench.evaluation.tidy_files import numbers, repeated_learner, require_columns
from ipe_workbench.findings import Finding

__all__ = ["analyse_items", "mantel_haenszel"]

Model = Literal["classical", "rasch", "2pl"]
FEWEST = 20
Numbers = NDArray[np.float64]


def analyse_items(
    frame: pd.DataFrame,
    names: Sequence[str],
    *,
    model: Model = "rasch",
    group: str | None = None,
    reference: str | None = None,
    level: float = 0.95,
) -> Analysis:
    """Difficulty and discrimination of right-or-wrong items, such as those of a readiness test.

    Parameters
    ----------
    frame : DataFrame
        One row a learner, one column an item, answers 0 or 1.
    names : sequence of str
        The items' columns.
    model : {"rasch", "2pl", "classical"}
        What to fit beside the classical figures.
    group : str, optional
        Column with two groups for differential item functioning.
    reference : str, optional
        The group to compare with; the first by name otherwise.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``share_correct[ITEM]`` (Wilson's interval), ``item_rest_r[ITEM]`` (point-biserial with the other items),
        ``discrimination_27[ITEM]`` (share correct in the upper minus the lower 27 %), ``kr20``;
        ``rasch_difficulty[ITEM]`` (logits, sum zero, conditional maximum likelihood) or ``slope_2pl[ITEM]`` and
        ``difficulty_2pl[ITEM]`` (marginal maximum likelihood, ability standard normal); ``dif_log_odds_mh[ITEM]`` and
        ``dif_ets_delta[ITEM]``.

    Raises
    ------
    UnusableInputError
        When a column is missing or an answer is neither 0 nor 1.

    References
    ----------
    Andersen EB. J R Stat Soc B 1970;32:283 (conditional likelihood); Bock RD, Aitkin M. Psychometrika 1981;46:443, doi
    10.1007/BF02293801; Holland PW, Thayer DT 1988 (Mantel-Haenszel); ETS classes: Zwick R. ETS RR-12-08, 2012.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> answers = (rng.normal(size=(200, 1)) > np.array([-1, -.5, 0, .5, 1])).astype(int) ^ (rng.random((200, 5)) < .15)
    >>> result = analyse_items(pd.DataFrame(answers, columns=list("abcde")), list("abcde"))
    >>> result["rasch_difficulty[a]"].estimate < result["rasch_difficulty[e]"].estimate
    True
    """
    require_columns(frame, [*names, *([group] if group else [])])
    if len(set(names)) < 3:
        raise UnusableInputError("Three items or more are needed, each named once.", mend="Mend the list of items.")
    answers = pd.DataFrame({one: numbers(frame, one) for one in names})
    bad = answers.notna() & ~answers.isin([0, 1])
    if bad.to_numpy().any():
        item = next(one for one in names if bad[one].any())
        row = int(np.flatnonzero(bad[item].to_numpy())[0])
        raise UnusableInputError(
            f"`{answers[item].iloc[row]:g}` in column `{item}` is neither 0 nor 1.", place=f"row {row + 2}",
            mend="Score the answers first: 1 right, 0 wrong.",
        )  # fmt: skip
    complete = answers.dropna()
    missing = {"not_complete": len(answers) - len(complete)}
    if len(complete) < FEWEST:
        message = f"Only {len(complete)} learners answered every item; {FEWEST} are the least."
        return not_estimable("items", [remark("too-few", message, "", "error")], missing)
    x = complete.to_numpy(dtype=float)
    found = _look(x, list(names))
    twice = repeated_learner(frame)
    if twice:
        found.append(remark("duplicate-learner", twice, "Choose a wave: intervals are too narrow."))
    telling = [i for i in range(x.shape[1]) if 0 < x[:, i].mean() < 1]
    if len(telling) < 3:
        message = "Fewer than three items have both right and wrong answers."
        return not_estimable("items", [remark("constant", message, "Use other items.", "error"), *found], missing)
    estimates = _classical(x, list(names), level)
    found += left_out(missing["not_complete"], len(answers), "learners")
    kept = [names[i] for i in telling]
    converged = True
    if model == "rasch":
        fitted_rasch, said = _rasch(x[:, telling])
        converged = fitted_rasch is not None
        if fitted_rasch is not None:
            estimates += _with_se("rasch_difficulty", kept, *fitted_rasch, len(x), "CML, sum zero; Wald", level)
        found += said
    elif model == "2pl":
        fitted = two_parameter(x[:, telling])
        converged = fitted.converged
        if converged:
            estimates += _two_parameter_estimates(fitted, kept, len(x), level)
        else:
            message = "The 2PL model has no finite estimates here: an item parts all learners, or they are few."
            found.append(remark("not-converged", message, "Use the Rasch model."))
    if group is not None:
        more, said = _dif(x, frame.loc[complete.index, group].astype(str), list(names), telling, reference, level)
        estimates += more
        found += said
    status: Status = status_of(found) if converged else "not-converged"
    shares = dict(zip(names, x.mean(axis=0), strict=True))
    hard = min(shares, key=lambda one: float(shares[one]))
    sentence = (
        f"The hardest of {len(names)} items is {hard} ({100 * shares[hard]:.0f} % right; {len(x)} learners); "
        f"KR-20 is {next(one.estimate for one in estimates if one.name == 'kr20'):.2f}."
    )
    return Analysis("items", estimates, status, found, sentence, model, (), missing)


def mantel_haenszel(right: Numbers, focal: Numbers, stratum: Numbers) -> tuple[float, float]:
    """Common log odds ratio of a right answer, reference against focal group, and its standard error.

    Parameters
    ----------
    right, focal : array (n,) of 0 and 1
    stratum : array (n,)
        Learners of the same total score are compared.

    References
    ----------
    Robins J, Breslow N, Greenland S. Biometrics 1986;42:311, doi 10.2307/2531052.

    Examples
    --------
    >>> right = np.array([1, 1, 1, 0, 1, 0, 0, 0.] * 2)
    >>> focal = np.array([0, 0, 0, 0, 1, 1, 1, 1.] * 2)
    >>> value, se = mantel_haenszel(right, focal, np.repeat([0, 1], 8))
    >>> round(float(np.exp(value)), 2)
    9.0
    """
    _, codes = np.unique(stratum, return_inverse=True)
    a, b, c, d = (
        np.bincount(codes, weights=one, minlength=codes.max() + 1)
        for one in (right * (1 - focal), (1 - right) * (1 - focal), right * focal, (1 - right) * focal)
    )
    n = a + b + c + d
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    if r.sum() == 0 or s.sum() == 0:
        return float("nan"), float("nan")
    variance = (p * r).sum() / (2 * r.sum() ** 2) + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
    variance += (q * s).sum() / (2 * s.sum() ** 2)
    return float(np.log(r.sum() / s.sum())), float(np.sqrt(variance))


def _look(x: Numbers, names: list[str]) -> list[Finding]:
    found = []
    rest = x.sum(axis=1, keepdims=True) - x
    for i, name in enumerate(names):
        share = x[:, i].mean()
        if share in (0.0, 1.0):
            message = f"Item {name} was {'right' if share else 'wrong'} for everybody: it tells nobody apart."
            found.append(remark("constant-item", message, "Replace it."))
            continue
        r = _correlation(x[:, i], rest[:, i])
        if r < 0:
            message = f"Item {name}: those who do well otherwise tend to get it wrong (r = {r:.2f})."
            found.append(remark("item-against-rest", message, "Check its key."))
        elif r < 0.1:
            found.append(
                remark("item-not-telling", f"Item {name} hardly goes with the rest (r = {r:.2f}).", "", "info")
            )
    return found


def _correlation(a: Numbers, b: Numbers) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else float("nan")


def _classical(x: Numbers, names: list[str], level: float) -> list[Estimate]:
    n, k = x.shape
    z = float(stats.norm.ppf(0.5 + level / 2))
    total = x.sum(axis=1)
    order = np.argsort(total, kind="stable")
    tail = max(1, round(0.27 * n))  # Kelley TL 1939
    share = x.mean(axis=0)
    estimates = []
    for i, name in enumerate(names):
        centre, width = share[i] + z**2 / (2 * n), z * np.sqrt(share[i] * (1 - share[i]) / n + z**2 / (4 * n**2))
        low, high = (float((centre + side * width) / (1 + z**2 / n)) for side in (-1, 1))
        estimates.append(Estimate(f"share_correct[{name}]", float(share[i]), low, high, n, f"Wilson, {level:.0%}"))
    for i, name in enumerate(names):
        r = _correlation(x[:, i], total - x[:, i])
        reach = z / np.sqrt(n - 3)
        low, high = (float(np.tanh(np.arctanh(np.clip(r, -0.999999, 0.999999)) + one)) for one in (-reach, reach))
        how = f"point-biserial with the other items; Fisher z, {level:.0%}"
        estimates.append(Estimate(f"item_rest_r[{name}]", r, low, high, n, how))
        upper, lower = x[order[-tail:], i].mean(), x[order[:tail], i].mean()
        estimates.append(
            Estimate(f"discrimination_27[{name}]", float(upper - lower), None, None, n, "upper - lower 27 %")
        )
    variance = total.var(ddof=0)
    kr20 = k / (k - 1) * (1 - (share * (1 - share)).sum() / variance) if variance > 0 else float("nan")
    estimates.append(Estimate("kr20", float(kr20), None, None, n, "Kuder-Richardson 20, listwise"))
    return estimates


def _with_se(
    name: str, items: Sequence[str], values: Numbers, se: Numbers, n: int, how: str, level: float
) -> list[Estimate]:
    z = float(stats.norm.ppf(0.5 + level / 2))
    return [
        Estimate(f"{name}[{item}]", float(v), float(v - z * s), float(v + z * s), n, f"{how}, {level:.0%}")
        for item, v, s in zip(items, values, se, strict=True)
    ]


def _rasch(x: Numbers) -> tuple[tuple[Numbers, Numbers] | None, list[Finding]]:
    # Finite only where no set of items is right whenever the others are: Fischer GH. Psychometrika 1981;46:59.
    beats = (x.T @ (1 - x)) > 0
    if connected_components(beats, directed=True, connection="strong")[0] > 1:
        message = (
            "The Rasch model has no finite estimates here: whoever gets some items right gets all others right, too."
        )
        return None, [remark("not-converged", message, "Read the shares of right answers.")]
    difficulty, se = rasch_difficulties(x)
    apart = np.ptp(difficulty) > 10
    found = [remark("extreme-items", "Items lie more than 10 logits apart.", "Look at the hardest.")] if apart else []
    return (difficulty, se), found


def _two_parameter_estimates(fitted: TwoParameter, names: Sequence[str], n: int, level: float) -> list[Estimate]:
    how = "MML, EM; observed information, Wald"
    return [
        *_with_se("slope_2pl", names, fitted.slope, fitted.slope_se, n, how, level),
        *_with_se("difficulty_2pl", names, fitted.difficulty, fitted.difficulty_se, n, how, level),
        Estimate("log_likelihood_2pl", fitted.log_likelihood, None, None, n, "marginal"),
    ]


def _dif(
    x: Numbers, group: pd.Series[str], names: list[str], telling: list[int], reference: str | None, level: float
) -> tuple[list[Estimate], list[Finding]]:
    groups = sorted(group.unique())
    first = reference if reference is not None else groups[0]
    if len(groups) != 2 or first not in groups:
        message = (
            f"Differential item functioning compares two groups; the column has {', '.join(groups[:6]) or 'none'}."
        )
        return [], [remark("many-groups", message, "Keep the rows of two.")]
    focal: Numbers = np.asarray(group != first, dtype=float)
    if min(focal.sum(), (1 - focal).sum()) < FEWEST:
        return [], [remark("too-few", f"A group has fewer than {FEWEST} learners: no item comparison.", "")]
    total = x.sum(axis=1)
    estimates, found = [], []
    z = float(stats.norm.ppf(0.5 + level / 2))
    for i in telling:
        value, se = mantel_haenszel(x[:, i], focal, total)
        how = f"Mantel-Haenszel by total score; Robins-Breslow-Greenland, {level:.0%}; above 0 favours {first}"
        estimates.append(Estimate(f"dif_log_odds_mh[{names[i]}]", value, value - z * se, value + z * se, len(x), how))
        delta = -2.35 * value
        estimates.append(Estimate(f"dif_ets_delta[{names[i]}]", delta, None, None, len(x), "-2.35 x log odds"))
        # Class C: |delta| of 1.5 or more and significantly above 1.
        if abs(delta) >= 1.5 and abs(delta) - 1.645 * 2.35 * se > 1:
            message = f"Item {names[i]} favours one group at the same total score (ETS class C, delta {delta:.2f})."
            found.append(remark("dif-large", message, "Have it read by both groups' teachers."))
    return estimates, found
