"""What every page asks of the records: what was known by a day, the rows of a frame, whether people are invented."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records import Store

__all__ = ["is_practice", "rows_of", "until"]


def until(frame: pd.DataFrame, day: datetime.date) -> pd.DataFrame:
    """What was recorded up to a day; what has no day counts, too.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"on": pd.to_datetime(["2027-03-01", "2027-03-02", None]), "what": ["a", "b", "c"]})
    >>> until(frame, datetime.date(2027, 3, 1))["what"].tolist()
    ['a', 'c']
    """
    import pandas as pd

    return frame[~(frame["on"] > pd.Timestamp(day))]


def is_practice(store: Store, learners: Collection[str] | None = None) -> bool:
    """Whether any of these learners, or any at all, is invented: see ``ipe records practice``."""
    where: dict[str, Any] = {"trait": "practice", "value": "yes"}
    if learners is not None:
        where["learner"] = list(learners)
    return len(store.frame("traits", where=where)) > 0


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, columns by name."""
    return iter(frame.itertuples(index=False))
