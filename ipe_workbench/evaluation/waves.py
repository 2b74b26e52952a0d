"""Waves of a repeated measurement: which comes first, whatever they are called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.evaluation.estimates import remark
from ipe_workbench.findings import Finding

__all__ = ["choose_waves", "ordered_waves"]

_EARLY = ("retrospective pre", "pre", "pretest", "before", "baseline", "start", "t0", "admission")
_LATE = ("post", "posttest", "after", "end", "exit", "follow-up", "followup", "retention")


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
    for named in (before, after):
        if named is not None and str(named) not in known:
            raise UnusableInputError(
                f"No score has the wave `{named}` in column `{time}`.", mend=near_names(str(named), known)
            )
    if before is not None and after is not None:
        return known[str(before)], known[str(after)], []
    if len(waves) < 2:
        message = f"Column `{time}` has {'one wave' if waves else 'no wave'} with scores; a change needs two."
        return None, None, [remark("one-wave", message, "Give a table with both waves.", "error")]
    ordered = ordered_waves(waves, time)
    first = known[str(before)] if before is not None else ordered[0]
    last = known[str(after)] if after is not None else ordered[-1]
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
    >>> ordered_waves(["post", "pre"], "wave"), ordered_waves(["10", "2"], "week")
    (['pre', 'post'], ['2', '10'])
    """
    as_numbers = pd.to_numeric(pd.Series([str(wave) for wave in waves]), errors="coerce")
    if as_numbers.notna().all():
        return [waves[i] for i in np.argsort(as_numbers.to_numpy(), kind="stable")]
    names = [str(wave).strip().casefold() for wave in waves]
    if len(waves) == 2:
        early, late = ([name in words for name in names] for words in (_EARLY, _LATE))
        if early[0] + early[1] == 1:
            return waves if early[0] else waves[::-1]
        if late[0] + late[1] == 1:
            return waves if late[1] else waves[::-1]
    try:
        dates = pd.to_datetime(pd.Series(names), format="ISO8601")
    except ValueError:
        shown = ", ".join(str(wave) for wave in waves[:6])
        raise UnusableInputError(
            f"The order in time of `{time}` ({shown}) cannot be told from the names.",
            mend="Name the two waves with before and after.",
        ) from None
    return [waves[i] for i in np.argsort(dates.to_numpy(), kind="stable")]
