"""Change when scores are missing: over multiple imputations, and how wrong the assumption would have to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    Test,
    interval_words,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.imputation import Pooled, impute, pool
from ipe_workbench.evaluation.intervals import clustered_mean, t_interval
from ipe_workbench.evaluation.missingness import wide_scores
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.evaluation.waves import choose_waves
from ipe_workbench.findings import Finding

__all__ = ["change_with_imputation"]

_FEWEST = 10
_SHIFTS = (-0.5, -0.2, 0.2, 0.5)
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Filled:
    before: Numbers  # imputations by learners
    after: Numbers
    gone: NDArray[np.bool_]  # learners whose score after is imputed
    cluster: NDArray[Any] | None

    def pooled(self, shift: float = 0.0) -> Pooled:
        """The mean change, had those who are missing after scored higher by `shift` than the imputations say."""
        changes = self.after + shift * self.gone - self.before
        return self._over(changes)

    def mean_of(self, scores: Numbers) -> Pooled:
        return self._over(scores)

    def _over(self, values: Numbers) -> Pooled:
        n = values.shape[1]
        if self.cluster is None:
            return pool(values.mean(axis=1), values.var(axis=1, ddof=1) / n, n)
        groups = len(np.unique(self.cluster))
        found = [clustered_mean(one, self.cluster) for one in values]
        return pool([mean for mean, _, _ in found], [se**2 for _, se, _ in found], groups)


def change_with_imputation(
    frame: pd.DataFrame,
    *,
    id: str = "learner",
    time: str = "wave",
    value: str = "value",
    before: Any = None,
    after: Any = None,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    m: int = 20,
    seed: int = 1,
    level: float = 0.95,
) -> Analysis:
    """Mean change between two waves of everybody who answered at least one of them.

    Parameters
    ----------
    frame : DataFrame
        One row a learner and wave.
    id, time, value : str
        Columns with the learner, the wave and the score.
    before, after : optional
        The two waves, as for `estimate_change`. Scores of further waves help to impute.
    covariates : sequence of str
        Columns to impute from, such as the profession; a learner's first known value counts.
    cluster : str, optional
        Column such as the team, in imputation and analysis.
    m, seed : int
        Imputations, and the seed.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``mean_change_imputed`` (Rubin's rules, Barnard and Rubin's degrees of freedom), ``mean_before_imputed``,
        ``mean_after_imputed``, ``mean_change_complete_cases`` for comparison, ``fraction_missing_information``;
        sensitivity to scores that are not missing at random: ``mean_change_shifted[-0.5 SD]`` and others, where the
        imputed scores after are moved by that share of the SD of the scores after, and ``tipping_shift``: the least
        move (in points) that would let the interval reach zero; none when it does already.

    Raises
    ------
    UnusableInputError
        When a column is missing, a score is no number, or the order of the waves cannot be told.

    References
    ----------
    Tipping point: Cro S et al. Stat Med 2020;39:2815, doi 10.1002/sim.8569. Number of imputations: White IR, Royston P,
    Wood AM. Stat Med 2011;30:377, doi 10.1002/sim.4067.

    Examples
    --------
    >>> frame = pd.DataFrame({"learner": [*range(20)] * 2, "wave": ["pre"] * 20 + ["post"] * 20, "value": [
    ...     3, 4, 2, 5, 3, 4, 3, 2, 4, 5, 1, 3, 4, 2, 3, 5, 4, 3, 2, 4,
    ...     4, 4, 3, 6, 5, 5, 3, 4, 5, 5, 3, 4, 6, None, 4, None, 5, 4, None, 5]})
    >>> found = change_with_imputation(frame)
    >>> found["mean_change_imputed"].n, found["mean_change_complete_cases"].n
    (20, 17)
    """
    columns = [id, time, value, *covariates, *([cluster] if cluster else [])]
    require_columns(frame, columns)
    scored = frame.assign(**{value: numbers(frame, value)})
    first, last, found = choose_waves(scored, time, value, before, after)
    if first is None:
        return not_estimable("change-imputed", found)
    wide, refused = wide_scores(frame, id, time, value)
    if refused or wide is None:
        return not_estimable("change-imputed", [*([refused] if refused else []), *found])
    answered = wide[wide[[first, last]].notna().any(axis=1)]
    both = answered[[first, last]].dropna()
    missing = {
        "before": int(answered[first].isna().sum()),
        "after": int(answered[last].isna().sum()),
        "neither": len(wide) - len(answered),
    }
    reason = _refusal(both, first, last)
    if reason:
        return not_estimable("change-imputed", [reason, *found], missing)
    try:
        filled, left_out = _fill(answered, frame, id, (first, last), covariates, cluster, m, seed)
    except UnusableInputError as error:
        few = remark("too-few", str(error).removeprefix("error: "), "Impute from fewer columns.", "error")
        return not_estimable("change-imputed", [few, *found], missing)
    found += left_out
    main = filled.pooled()
    found += _findings(main, missing, len(answered), frame, cluster, filled)
    estimates = _estimates(filled, main, answered, both, (first, last), level)
    estimates += _sensitivity(filled, main, both[last].std(ddof=1), level) if filled.gone.any() else []
    t = main.estimate / main.se
    tests = [Test("pooled t", t, (main.df,), float(2 * stats.t.sf(abs(t), main.df)))]
    moved = "rose" if main.estimate > 0 else "fell"
    sentence = (
        f"Had everybody answered both, the score {moved} by {abs(main.estimate):.2f} on average from {first} to {last} "
        f"({interval_words(estimates[0], level, 1 if main.estimate > 0 else -1)}; {len(answered)} learners, "
        f"{len(both)} with both), if scores are missing at random."
    )
    model = f"chained equations, {m} imputations; paired differences, Rubin's rules"
    return Analysis("change-imputed", estimates, status_of(found), found, sentence, model, tests, missing)


def _refusal(both: pd.DataFrame, first: Any, last: Any) -> Finding | None:
    if len(both) < _FEWEST:
        message = f"Only {len(both)} learners have both waves; {_FEWEST} are the least to impute from."
        return remark("too-few", message, "Describe them in words, or wait for more.", "error")
    if min(np.ptp(both[first].to_numpy()), np.ptp(both[last].to_numpy())) == 0:
        return remark("constant", "All scores of a wave are the same; nothing varies.", "Check the column.", "error")
    if np.ptp((both[last] - both[first]).to_numpy()) < 1e-12:
        message = "All learners changed by the same amount, so the interval would have no width."
        return remark("constant", message, "Check that one wave is not computed from the other.", "error")
    return None


def _fill(
    wide: pd.DataFrame, frame: pd.DataFrame, id: str, waves: tuple[Any, Any], covariates: Sequence[str],
    cluster: str | None, m: int, seed: int,
) -> tuple[_Filled, list[Finding]]:  # fmt: skip
    names = {wave: f"wave {i}" for i, wave in enumerate(wide.columns)}
    table = wide.rename(columns=names)
    columns = [name for name in names.values() if table[name].notna().sum() >= max(_FEWEST, 0.2 * len(table))]
    found = []
    if len(columns) < len(names):
        message = f"{len(names) - len(columns)} other waves have too few scores to impute from and are left out."
        found.append(remark("wave-left-out", message, "", "info"))
    extra = [*covariates, *([cluster] if cluster else [])]
    known = frame.dropna(subset=[id]).groupby(id, sort=False)[extra].first().reindex(table.index) if extra else None
    constant = [one for one in covariates if known is not None and known[one].nunique(dropna=False) < 2]
    if constant:
        found.append(remark("constant", f"`{constant[0]}` is the same for everybody and is left out.", "", "info"))
    used = [one for one in covariates if one not in constant]
    joined = table[columns] if known is None else table[columns].join(known)
    joined = joined.reset_index(drop=True)
    filled = impute(joined, columns=columns, predictors=used, cluster=cluster, m=m, seed=seed)
    before, after = (np.array([one[names[wave]] for one in filled]) for wave in waves)
    group = None if cluster is None else joined[cluster].astype(str).to_numpy()
    return _Filled(before, after, wide[waves[1]].isna().to_numpy(), group), found


def _findings(
    main: Pooled, missing: dict[str, int], n: int, frame: pd.DataFrame, cluster: str | None, filled: _Filled
) -> list[Finding]:
    found = []
    if 100 * main.fraction_missing > main.m:
        message = f"{main.m} imputations are few for {main.fraction_missing:.0%} of missing information."
        found.append(remark("few-imputations", message, f"Take {int(np.ceil(100 * main.fraction_missing))}."))
    if max(missing["before"], missing["after"]) > 0.5 * n:
        message = "More than half of a wave is imputed: the result rests on the model of the missing scores."
        found.append(remark("mostly-imputed", message, "Read the sensitivity first."))
    if cluster is None and "team" in frame.columns:
        message = "Learners share a team, and the interval does not allow for it; it may be too narrow."
        found.append(remark("clustering-ignored", message, "Name it: cluster team."))
    if filled.cluster is not None and len(np.unique(filled.cluster)) < 30:
        message = f"Only {len(np.unique(filled.cluster))} clusters: cluster-robust intervals are too narrow below 30."
        found.append(remark("few-clusters", message, "Use a mixed model (growth)."))
    return found


def _estimates(
    filled: _Filled, main: Pooled, answered: pd.DataFrame, both: pd.DataFrame, waves: tuple[Any, Any], level: float
) -> list[Estimate]:
    n, percent = len(answered), f"{level:.0%}"
    how = f"{main.m} imputations, Rubin, t({main.df:.1f}), {percent}"
    estimates = [Estimate("mean_change_imputed", main.estimate, *main.interval(level), n, how)]
    for name, scores in (("mean_before_imputed", filled.before), ("mean_after_imputed", filled.after)):
        side = filled.mean_of(scores)
        how = f"{main.m} imputations, Rubin, t({side.df:.1f}), {percent}"
        estimates.append(Estimate(name, side.estimate, *side.interval(level), n, how))
    change = (both[waves[1]] - both[waves[0]]).to_numpy(dtype=float)
    mean, se, df = float(change.mean()), float(change.std(ddof=1) / np.sqrt(len(change))), float(len(change) - 1)
    how = f"paired t, {percent}; those with both"
    if filled.cluster is not None:
        rows = answered.index.get_indexer(both.index)
        mean, se, groups = clustered_mean(change, filled.cluster[rows])
        df, how = float(groups - 1), f"paired, CR1 by cluster, t({groups - 1}), {percent}; those with both"
    interval = t_interval(mean, se, df, level)
    estimates.append(Estimate("mean_change_complete_cases", mean, *interval, len(both), how))
    share = main.fraction_missing
    estimates.append(Estimate("fraction_missing_information", share, None, None, n, "Barnard and Rubin"))
    return estimates


def _sensitivity(filled: _Filled, main: Pooled, sd: float, level: float) -> list[Estimate]:
    n, estimates = filled.before.shape[1], []
    for times in _SHIFTS:
        one = filled.pooled(times * sd)
        how = f"imputed scores after moved by {times * sd:+.2f}; Rubin, {level:.0%}"
        estimates.append(Estimate(f"mean_change_shifted[{times:+g} SD]", one.estimate, *one.interval(level), n, how))
    low, high = main.interval(level)
    how = f"points by which imputed scores after must move for the {level:.0%} interval to reach zero"
    if low <= 0 <= high:
        how, tipping = "the interval holds zero without any move", None
    else:
        sign = -1.0 if low > 0 else 1.0  # toward no change

        def end(shift: float) -> float:
            ends = filled.pooled(sign * shift).interval(level)
            return ends[0] if sign < 0 else -ends[1]

        reach = sd
        while end(reach) > 0 and reach < 1e3 * sd:
            reach *= 2
        tipping = sign * float(optimize.brentq(end, 0.0, reach)) if end(reach) <= 0 else None
    estimates.append(Estimate("tipping_shift", tipping, None, None, n, how))
    return estimates
