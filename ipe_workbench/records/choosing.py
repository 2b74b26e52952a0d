"""Rows and columns of a frame in memory, chosen as the database would choose them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ipe_workbench.records.frames import frame_named

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["choose"]


def choose(
    frame: pd.DataFrame,
    name: str,
    *,
    where: Mapping[str, Any] | None = None,
    columns: Collection[str] | None = None,
) -> pd.DataFrame:
    """The rows that meet conditions, with some of the columns, in the frame's order.

    Parameters
    ----------
    frame : pandas.DataFrame
        A whole frame.
    name : str
        Its name in `FRAMES`.
    where, columns
        As in `Store.frame`.

    Raises
    ------
    UnknownNameError
        When there is no such frame or column.

    Examples
    --------
    >>> import pandas as pd
    >>> consents = pd.DataFrame({"learner": ["L1", "L2"], "purpose": "research", "given": [True, False], "on": None})
    >>> choose(consents, "consents", where={"given": True}, columns=["learner"])["learner"].tolist()
    ['L1']
    """
    described = frame_named(name)
    found = frame
    for column, condition in (where or {}).items():
        described.column(column)
        found = found[_meets(found[column], condition)]
    for one in columns or ():
        described.column(one)
    wanted = [one.name for one in described.columns if columns is None or one.name in columns]
    return found[wanted].reset_index(drop=True)


def _meets(column: pd.Series[Any], condition: Any) -> pd.Series[bool]:
    if isinstance(condition, slice):
        import pandas as pd

        met = pd.Series(True, index=column.index)
        if condition.start is not None:
            met &= column >= condition.start
        if condition.stop is not None:
            met &= column <= condition.stop
        return met.fillna(False).astype(bool)
    several = condition if isinstance(condition, list | tuple | set | frozenset) else [condition]
    return column.isin(list(several))
