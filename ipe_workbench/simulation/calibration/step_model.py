"""The likelihood of what a cohort did step by step: who stays, who silently stops, who submits, who passes.

A learner is *active*, has silently *stopped* (no record tells when), has *lapsed* (stopped so long ago that the
record will never say so), or has *withdrawn* (recorded). In each week an active learner withdraws or stops; one who
has stopped may withdraw or lapse; each with a chance. At each assessment an active learner submits with a chance, the
others do not; what is submitted passes with a chance. This is the drop-out, attempt and pass part of the cohort
model, with leaving seen through a record that may lag behind or be missing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ipe_workbench.simulation.compilation import compiled

__all__ = ["log_likelihood", "log_posterior", "states_at_end"]


@compiled
def log_likelihood(
    group: Any, last: Any, withdrew: Any, submitted: Any, count: Any, due: Any,
    withdraw: Any, stop: Any, withdraw_late: Any, lapse: float, submit: Any,
) -> float:  # fmt: skip
    """Logarithm of the chance of the histories of all kinds of learners.

    One kind of learner a row: `group`; `last` week seen, counted from 1; whether `withdrew` in it; `submitted` (kinds,
    steps); `count` of learners. `due` (steps) ascends. `withdraw` and `stop` are weekly chances (groups, weeks),
    `withdraw_late` (weeks) those of withdrawing after having stopped.
    """
    total = 0.0
    for kind in range(group.size):
        g = group[kind]
        active, stopped, lapsed = 1.0, 0.0, 0.0
        step = 0
        for week in range(1, last[kind] + 1):
            leaves, stops, late = withdraw[g, week - 1], stop[g, week - 1], withdraw_late[week - 1]
            if withdrew[kind] and week == last[kind]:
                active, stopped, lapsed = active * leaves + stopped * late, 0.0, 0.0
                break
            lapsed += stopped * (1.0 - late) * lapse
            stopped = active * (1.0 - leaves) * stops + stopped * (1.0 - late) * (1.0 - lapse)
            active = active * (1.0 - leaves) * (1.0 - stops)
            while step < due.size and due[step] == week:
                if submitted[kind, step]:
                    active, stopped, lapsed = active * submit[step], 0.0, 0.0
                else:
                    active *= 1.0 - submit[step]
                step += 1
        total += count[kind] * math.log(max(active + stopped + lapsed, 1e-300))
    return total


@compiled
def log_normal(x: Any, mean: float, sd: float) -> Any:
    """Logarithm of the density of independent normal numbers, without the constant."""
    total = -x.size * math.log(sd)
    for value in x:
        total -= 0.5 * ((value - mean) / sd) ** 2
    return total


@compiled
def log_posterior(
    x: Any, at: Any, kind_of_step: Any, block_weeks: int, priors: Any, settling: Any,
    group: Any, last: Any, withdrew: Any, submitted: Any, count: Any, due: Any, tried: Any, passed: Any,
) -> Any:  # fmt: skip
    """Logarithm of prior times likelihood, up to a constant.

    `at` says where each part of `x` begins, in the order of `step_fit.Layout.places`, and ends with the size of `x`;
    `priors` has a mean and a standard deviation for each part, `settling` those of the first step of the walks.
    """
    first, withdraw, stop = x[at[0] : at[1]], x[at[1] : at[2]], x[at[2] : at[3]]
    late, lapse, drift = x[at[3]], x[at[4]], x[at[5]]
    submit, passing = x[at[6] : at[7]], x[at[7] : at[8]]
    submit_step, passing_step = x[at[8] : at[9]], x[at[9] : at[10]]
    leaving, group_passing = x[at[10] : at[11]], x[at[11] : at[12]]
    total = 0.0
    for part in (0, 3, 4, 5, 6, 7, 10, 11):
        total += log_normal(x[at[part] : at[part + 1]], priors[part, 0], priors[part, 1])
    for spread in range(12, 16):  # half-normal, sampled as logarithms
        sd = math.exp(x[at[spread]])
        total += x[at[spread]] - 0.5 * (sd / priors[spread, 1]) ** 2
    total += log_normal(withdraw[:1], priors[1, 0], priors[1, 1]) + log_normal(stop[:1], priors[2, 0], priors[2, 1])
    for walk, spread in ((withdraw, 12), (stop, 13)):
        total += log_normal(walk[1:2] - walk[0:1], settling[0], settling[1])
        total += log_normal(walk[2:] - walk[1:-1], drift, math.exp(x[at[spread]]))
    total += log_normal(submit_step - submit[kind_of_step], 0.0, math.exp(x[at[14]]))
    total += log_normal(passing_step - passing[kind_of_step], 0.0, math.exp(x[at[15]]))

    groups, weeks = leaving.size + 1, withdraw.size * block_weeks
    weekly_withdraw, weekly_stop = np.empty((groups, weeks)), np.empty((groups, weeks))
    for g in range(groups):
        effect = leaving[g] if g < leaving.size else -leaving.sum()
        for week in range(weeks):
            logit = first[0] if week == 0 else withdraw[week // block_weeks]
            weekly_withdraw[g, week] = 1.0 / (1.0 + math.exp(-logit - effect))
            weekly_stop[g, week] = 1.0 / (1.0 + math.exp(-stop[week // block_weeks] - effect))
        effect = group_passing[g] if g < group_passing.size else -group_passing.sum()
        for step in range(due.size):
            logit = passing_step[step] + effect
            total -= passed[g, step] * math.log1p(math.exp(-logit))
            total -= (tried[g, step] - passed[g, step]) * math.log1p(math.exp(logit))
    chances = 1.0 / (1.0 + np.exp(-submit_step))
    late_chance = np.empty(weeks)
    for week in range(weeks):
        late_chance[week] = 1.0 / (1.0 + math.exp(-late - withdraw[week // block_weeks] + withdraw[0]))
    lapse_chance = 1.0 / (1.0 + math.exp(-lapse))
    return total + log_likelihood(
        group, last, withdrew, submitted, count, due, weekly_withdraw, weekly_stop, late_chance, lapse_chance, chances
    )


@compiled
def states_at_end(
    group: Any, last: Any, withdrew: Any, submitted: Any, due: Any,
    withdraw: Any, stop: Any, withdraw_late: Any, lapse: float, submit: Any,
) -> Any:  # fmt: skip
    """For each kind of learner who has not withdrawn: the chances of being active, stopped or lapsed at the end."""
    found = np.zeros((group.size, 3))
    for kind in range(group.size):
        if withdrew[kind]:
            continue
        g = group[kind]
        active, stopped, lapsed = 1.0, 0.0, 0.0
        step = 0
        for week in range(1, last[kind] + 1):
            leaves, stops, late = withdraw[g, week - 1], stop[g, week - 1], withdraw_late[week - 1]
            lapsed += stopped * (1.0 - late) * lapse
            stopped = active * (1.0 - leaves) * stops + stopped * (1.0 - late) * (1.0 - lapse)
            active = active * (1.0 - leaves) * (1.0 - stops)
            while step < due.size and due[step] == week:
                if submitted[kind, step]:
                    active, stopped, lapsed = active * submit[step], 0.0, 0.0
                else:
                    active *= 1.0 - submit[step]
                step += 1
        whole = max(active + stopped + lapsed, 1e-300)
        found[kind] = np.array([active / whole, stopped / whole, lapsed / whole])
    return found
