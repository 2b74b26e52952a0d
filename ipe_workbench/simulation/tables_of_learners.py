"""When learners are there, who is left behind, and how well they know it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ipe_workbench.simulation.cohort_model import CohortModel
from ipe_workbench.simulation.intervals import Floats, eligible, reach, variance, with_all
from ipe_workbench.simulation.results import COLUMNS
from ipe_workbench.simulation.totals import Integers, Totals

__all__ = ["equity", "self_ratings", "time_to_award"]

_QUARTERS = ("lowest", "second", "third", "highest")


def time_to_award(model: CohortModel, totals: Totals) -> pd.DataFrame:
    """Weeks until a quarter, half and three quarters of those who earn an item in the end have it."""
    rows = []
    professions, items = (*model.professions, "all"), (*model.credentials, *model.stacks)
    for index, item in enumerate(items):
        for row in (len(professions) - 1, *range(len(professions) - 1)):
            curve = totals.earned.total[row, index]
            if curve[-1] == 0:
                continue
            weeks = [int(np.searchsorted(curve, share * curve[-1])) + 1 for share in (0.25, 0.5, 0.75)]
            rows.append(
                {
                    "item": item,
                    "kind": "credential" if index < len(model.credentials) else "stack",
                    "profession": professions[row],
                    "quarter_by": weeks[0],
                    "half_by": weeks[1],
                    "three_quarters_by": weeks[2],
                    "half_by_date": np.datetime64(model.calendar.dates[weeks[1] - 1], "s"),
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS["time_to_award"]))


def equity(model: CohortModel, totals: Totals) -> pd.DataFrame:
    """Share of each profession with an item at the end, against the share of all other professions together.

    The interval is that of the gap within a cohort: both groups vary, and what befalls all of a cohort cancels out.
    """
    everyone = np.repeat(with_all(model.sizes)[:, None], len(model.stacks), axis=1)
    n = np.concatenate([eligible(model), everyone], axis=1)
    total = totals.earned.total[:, :, -1]
    own, rest = np.maximum(n[:-1], 1), np.maximum(n[-1] - n[:-1], 1)
    shares = total[:-1] / totals.replicates / own
    others = (total[-1] - total[:-1]) / totals.replicates / rest
    spread = _spread_of_gaps(totals, own, rest)
    far = reach(totals.replicates)
    rows = []
    for index, item in enumerate((*model.credentials, *model.stacks)):
        for row, profession in enumerate(model.professions):
            if n[row, index] == 0 or n[-1, index] == n[row, index]:
                continue
            gap = float(shares[row, index] - others[row, index])
            rows.append(
                {
                    "item": item,
                    "kind": "credential" if index < len(model.credentials) else "stack",
                    "profession": profession,
                    "share": float(shares[row, index]),
                    "others": float(others[row, index]),
                    "gap": gap,
                    "low": max(gap - far * float(spread[row, index]), -1.0),
                    "high": min(gap + far * float(spread[row, index]), 1.0),
                    "se": float(spread[row, index]) / totals.replicates**0.5,
                    "n": int(n[row, index]),
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS["equity"]))


def _spread_of_gaps(totals: Totals, own: Integers, rest: Integers) -> Floats:
    """Standard deviation between cohorts of the difference of two shares (P, I); missing with a single cohort.

    The variance of all learners together is that of the two groups and twice their covariance, which gives the latter.
    """
    if totals.replicates < 2:
        return np.full(own.shape, np.nan)
    total, squares = totals.earned.total[:, :, -1], totals.earned.squares[:, :, -1]
    of_own = variance(total[:-1], squares[:-1], totals.replicates)
    of_rest = variance(total[-1] - total[:-1], totals.others_squares, totals.replicates)
    of_all = variance(total[-1], squares[-1], totals.replicates)
    together = (of_all - of_own - of_rest) / 2
    return np.asarray(np.sqrt(np.maximum(of_own / own**2 + of_rest / rest**2 - 2 * together / (own * rest), 0)))


def self_ratings(model: CohortModel, totals: Totals) -> pd.DataFrame:
    """Self-rated against true percentile, by quarters of the true one; no rows without the part."""
    rows = []
    for time, name in enumerate(("start", "end")):
        for quarter, learners in enumerate(totals.self_rating[time, :, 0]):
            if learners == 0:
                continue
            true, rated = totals.self_rating[time, quarter, 1:] / learners / 1000
            rows.append(
                {
                    "time": name,
                    "quarter": _QUARTERS[quarter],
                    "true": float(true),
                    "rated": float(rated),
                    "error": float(rated - true),
                    "n": learners / totals.replicates,
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS["self_ratings"]))
