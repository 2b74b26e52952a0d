"""Which awards count on a day: what became of them says whether they were revoked or suspended since."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["awards_out_of_force"]


def awards_out_of_force(events: pd.DataFrame, on: datetime.date | None = None) -> frozenset[int]:
    """Numbers of the awards whose last word is that they do not count: revoked, or suspended and not reinstated.

    Parameters
    ----------
    events : DataFrame
        The frame ``award_events`` of the records.
    on : date, optional
        What was said after that day is not known; everything by default.

    Examples
    --------
    >>> import pandas as pd
    >>> events = pd.DataFrame({"award": [1, 2, 2], "event": ["revoked", "suspended", "reinstated"],
    ...                        "at": pd.to_datetime(["2027-03-01", "2027-01-10", "2027-02-01"])})
    >>> sorted(awards_out_of_force(events)), sorted(awards_out_of_force(events, datetime.date(2027, 1, 31)))
    ([1], [2])
    """
    said = events[events["event"].isin(["suspended", "reinstated", "revoked"])].sort_values("at", kind="stable")
    if on is not None:
        said = said[said["at"].dt.date <= on]
    last = said.drop_duplicates("award", keep="last")
    return frozenset(map(int, last.loc[last["event"] != "reinstated", "award"]))
