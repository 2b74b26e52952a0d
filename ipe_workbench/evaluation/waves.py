"""Waves of a repeated measurement: which comes first, whatever they are called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.evaluation.estimates import remark
from ipe_workbench.evaluation.tidy_files import named
from ipe_workbench.findings import Finding

__all__ = ["choose_waves", "ordered_waves"]

_EARLY = ("retrospectivepre", "pre", "pretest", "before", "baseline", "start", "t0", "admission")
_LATE = ("post", "posttest", "after", "end", "exit")
_LATER = ("followup", "retention", "delayedpost", "delayedposttest")


def choose_waves(
    data: pd.DataFrame, time: str, value: str, before: Any = None, after: Any = None
) -> tuple[Any, Any, list[Finding]]:
    """The wave before and the wave after, as named or told from their order, and what was chosen.

    Raises
    ------
    UnusableInputError
        When a named wave has no score, or the order cannot be told.
    """
    waves = list(pd.unique(data.loc[data[value].notna(), time].dropna()))
    known = {str(wave): wave for wave in waves}
    before, after = (None if asked is None else _asked(asked, known, time) for asked in (before, after))
    if before is not None and after is not None:
        return known[before], known[after], []
    if len(waves) < 2:
        message = f"Column `{time}` has {'one wave' if waves else 'no wave'} with scores; a change needs two."
        return None, None, [remark("one-wave", message, "Give a table with both waves.", "error")]
    ordered = ordered_waves(waves, time)
    first = known[before] if before is not None else ordered[0]
    last = known[after] if after is not None else ordered[-1]
    message = f"Compared: `{first}` (before) with `{last}` (after)" + (
        f"; {len(waves) - 2} other waves were left out." if len(waves) > 2 else "."
    )
    return first, last, [remark("wave-order", message, "Name others with before and after.", "info")]


def ordered_waves(waves: list[Any], time: str) -> list[Any]:
    """Waves in the order of time: as numbers, dates, or by names such as pre and post.

    Raises
    ------
    UnusableInputError
        When the order cannot be told.

    Examples
    --------
    >>> ordered_waves(["post", "pre"], "wave"), ordered_waves(["T10", "T2"], "week")
    (['pre', 'post'], ['T2', 'T10'])
    """
    if len(waves) < 2:
        return waves
    for place in (_as_numbers, _as_counted, _as_occasions, _as_dates):
        places = place([str(wave).strip().casefold() for wave in waves])
        if places is not None:
            return [waves[i] for i in np.argsort(np.array(places), kind="stable")]
    shown = ", ".join(str(wave) for wave in waves[:6])
    raise UnusableInputError(
        f"The order in time of `{time}` ({shown}) cannot be told from the names.",
        mend="Name the wave before (and the wave after).",
    )


def _asked(asked: Any, known: Mapping[str, Any], time: str) -> str:
    name = named(asked, known)
    if name is None:
        raise UnusableInputError(
            f"No score has the wave `{asked}` in column `{time}`.", mend=near_names(str(asked), known)
        )
    return name


def _as_numbers(names: Sequence[str]) -> list[float] | None:
    values = pd.to_numeric(pd.Series(names), errors="coerce")
    return values.tolist() if values.notna().all() else None


def _as_counted(names: Sequence[str]) -> list[float] | None:
    """Names that differ in one number only: T1 and T2, wave 1 and wave 2, 6 months and 12 months."""
    parts = [re.fullmatch(r"(\D*)(\d{1,9})(\D*)", name) for name in names]
    if any(part is None for part in parts) or len({part.group(1, 3) for part in parts if part}) > 1:
        return None
    return [float(part.group(2)) for part in parts if part]


def _as_occasions(names: Sequence[str]) -> list[int] | None:
    """Names such as Pre-test, post and follow-up; of two waves it is enough to know one."""
    words = [re.sub(r"[^a-z0-9]", "", name) for name in names]
    places = [next((i for i, group in enumerate((_EARLY, _LATE, _LATER)) if one in group), None) for one in words]
    if len(places) == 2 and places.count(None) == 1:
        return [{None: 1, 0: 0}.get(one, 2) for one in places]
    told = [one for one in places if one is not None]
    return told if len(set(told)) == len(places) else None


def _as_dates(names: Sequence[str]) -> list[float] | None:
    try:
        dates = pd.to_datetime(pd.Series(names), format="ISO8601")
    except ValueError:
        return None
    return [float(one) for one in dates.astype("int64")]
