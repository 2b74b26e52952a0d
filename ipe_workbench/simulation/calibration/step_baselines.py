"""Two naive forecasts that a calibrated model has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ipe_workbench.simulation.calibration.recorded_steps import StepCohort
from ipe_workbench.simulation.calibration.step_points import StepPoints

__all__ = ["last_rate", "logistic_regression"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
#: Weeks over which the last rate of withdrawal is taken.
_LAST_WEEKS = 4


def last_rate(cohort: StepCohort, points: StepPoints, *, draws: int, seed: int) -> Floats:
    """What was seen last goes on: the shares of the last assessment of the kind, the withdrawal of the last four weeks.

    Draws are binomial, by group, as if the rate were certain.
    """
    rng = np.random.default_rng(seed)
    groups, known = len(cohort.groups), cohort.known_steps
    sizes = points.sizes
    rates = {}
    for name, table in (("submitted", cohort.submitted), ("passed", cohort.passed)):
        shares = np.stack([table[cohort.group == g, :known].mean(axis=0) for g in range(groups)])
        rates[name] = shares[:, [_last_of_kind(cohort, kind) for kind in cohort.kinds[known:]]]
    recent = (cohort.withdrew > cohort.seen - _LAST_WEEKS) & (cohort.withdrew > 0)
    at_risk = sizes - points.before
    hazard = np.bincount(cohort.group[recent], minlength=groups) / np.maximum(1, _LAST_WEEKS * at_risk)
    found = np.empty((draws, len(points.frame)))
    for index in range(draws):
        counts = {name: rng.binomial(sizes[:, None], rate) for name, rate in rates.items()}
        found[index] = points.shares({**counts, "withdrawn": _withdrawn(cohort, at_risk, hazard[:, None], rng)})
    return found


def logistic_regression(cohort: StepCohort, points: StepPoints, *, draws: int, seed: int) -> Floats:
    """Logistic regressions of handing in, of passing and of withdrawing on what each learner has done so far.

    For each assessment that is known and each earlier one as the time of forecasting, what a learner had done by then
    is related to the result (share handed in and passed so far, the last one handed in, group, how many assessments
    ahead). Draws are independent by learner with the predicted chances, as if these were certain.
    """
    rng = np.random.default_rng(seed)
    known, ahead = cohort.known_steps, len(cohort.steps) - cohort.known_steps
    there = cohort.withdrew == 0
    chances: dict[str, Floats] = {}
    for name, table in (("submitted", cohort.submitted), ("passed", cohort.passed)):
        rows, results = [], []
        for now in range(1, known):
            for step in range(now, known):
                still = (cohort.withdrew == 0) | (cohort.withdrew > cohort.due[now - 1])
                rows.append(_features(cohort, now, step - now)[still])
                results.append(table[still, step])
        if not rows:
            chances[name] = np.repeat(table[:, :1].mean(keepdims=True), ahead, axis=1) * there[:, None]
            continue
        predict = _fitted(np.concatenate(rows), np.concatenate(results))
        predicted = [predict(_features(cohort, known, step)) for step in range(ahead)]
        chances[name] = np.stack(predicted, axis=1) * there[:, None] if ahead else np.zeros((cohort.learners, 0))
    weekly = _withdrawal_chances(cohort) * there
    found = np.empty((draws, len(points.frame)))
    for index in range(draws):
        # One luck for both, since who passes has handed in.
        luck = rng.random((cohort.learners, ahead))
        counts = {name: _by_group(cohort, luck < chance) for name, chance in chances.items()}
        week = cohort.seen + rng.geometric(np.clip(weekly, 1e-9, 1))
        withdrawn = np.zeros((len(cohort.groups), cohort.weeks), np.int64)
        leaves = there & (week <= cohort.weeks)
        np.add.at(withdrawn, (cohort.group[leaves], week[leaves] - 1), 1)
        found[index] = points.shares({**counts, "withdrawn": withdrawn})
    return found


def _last_of_kind(cohort: StepCohort, kind: str) -> int:
    same = [step for step in range(cohort.known_steps) if cohort.kinds[step] == kind]
    return same[-1] if same else cohort.known_steps - 1


def _withdrawn(cohort: StepCohort, at_risk: Integers, hazard: Floats, rng: np.random.Generator) -> Integers:
    """Withdrawals (groups, weeks) in the weeks to come at a constant weekly chance."""
    found = np.zeros((len(cohort.groups), cohort.weeks), np.int64)
    left = at_risk.copy()
    for week in range(cohort.seen, cohort.weeks):
        found[:, week] = rng.binomial(left, hazard[:, 0])
        left = left - found[:, week]
    return found


def _features(cohort: StepCohort, now: int, ahead: int) -> Floats:
    """What each learner had done when `now` assessments were known, and how far ahead the forecast looks."""
    done, passed = cohort.submitted[:, :now], cohort.passed[:, :now]
    groups = np.eye(len(cohort.groups))[cohort.group]
    constant = np.full(cohort.learners, float(ahead))
    own = [done.mean(axis=1), passed.mean(axis=1), done[:, -1], done[:, -2:].mean(axis=1), constant]
    return np.column_stack([*own, groups])


def _fitted(features: Floats, results: npt.NDArray[np.bool_]) -> Any:
    """Chances as a function of features; constant where only one result was seen."""
    from sklearn.linear_model import LogisticRegression

    if results.all() or not results.any():
        share = float(results.mean())
        return lambda rows: np.full(len(rows), share)
    model = LogisticRegression(max_iter=1000).fit(features, results)
    return lambda rows: model.predict_proba(rows)[:, 1]


def _withdrawal_chances(cohort: StepCohort) -> Floats:
    """Weekly chance of each learner to withdraw, from the weeks since the first known assessment."""
    known = cohort.known_steps
    rows, results = [], []
    for now in range(1, known + 1):
        start = int(cohort.due[now - 1])
        stop = int(cohort.due[now]) if now < known else cohort.seen
        for week in range(start + 1, stop + 1):
            risk = (cohort.withdrew == 0) | (cohort.withdrew >= week)
            rows.append(_features(cohort, now, 0)[risk])
            results.append(cohort.withdrew[risk] == week)
    if not rows:
        return np.zeros(cohort.learners)
    return np.asarray(_fitted(np.concatenate(rows), np.concatenate(results))(_features(cohort, known, 0)))


def _by_group(cohort: StepCohort, table: npt.NDArray[np.bool_]) -> Integers:
    return np.stack([table[cohort.group == g].sum(axis=0) for g in range(len(cohort.groups))]).astype(np.int64)
