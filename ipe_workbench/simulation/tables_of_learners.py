"""When learners are there, who is left behind, and how well they know it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ipe_workbench.simulation.cohort_model import CohortModel
from ipe_workbench.simulation.intervals import eligible, interval, with_all
from ipe_workbench.simulation.results import COLUMNS
from ipe_workbench.simulation.totals import Totals

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
    """Share of each profession with an item at the end, against the share of all other professions together."""
    everyone = np.repeat(with_all(model.sizes)[:, None], len(model.stacks), axis=1)
    n = np.concatenate([eligible(model), everyone], axis=1)
    total, squares = totals.earned.total[:, :, -1], totals.earned.squares[:, :, -1]
    shares = interval(total, squares, n, totals.replicates)
    others = np.maximum(n[-1] - n[:-1], 1)
    rest = (total[-1] - total[:-1]) / totals.replicates / others
    rows = []
    for index, item in enumerate((*model.credentials, *model.stacks)):
        for row, profession in enumerate(model.professions):
            if n[row, index] == 0 or n[-1, index] == n[row, index]:
                continue
            share = float(shares["mean"][row, index])
            rows.append(
                {
                    "item": item,
                    "kind": "credential" if index < len(model.credentials) else "stack",
                    "profession": profession,
                    "share": share,
                    "others": float(rest[row, index]),
                    "gap": share - float(rest[row, index]),
                    "low": float(shares["low"][row, index] - rest[row, index]),
                    "high": float(shares["high"][row, index] - rest[row, index]),
                    "n": int(n[row, index]),
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS["equity"]))


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
