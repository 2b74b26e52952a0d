"""The counts of learners that a term's reports may show, as the templates get them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.records.privacy import TOTAL

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.evaluation.trend import Trend

__all__ = ["Released", "read_released"]


@dataclass(frozen=True)
class Released:
    """The counts of a term that may be shown.

    Parameters
    ----------
    term : str
        Id of the term.
    threshold : int
        The least count that is shown.
    tables : mapping of str to DataFrame
        ``awards`` (credential, profession, count, suppressed) and ``learners`` (profession, status, count, suppressed);
        ``"(all)"`` stands for a total. `count` is missing where it is hidden.
    trend : Trend or None
        The trend over terms, with what may not be shown hidden.
    """

    term: str
    threshold: int
    tables: Mapping[str, pd.DataFrame]
    trend: Trend | None = None

    def count(self, table: str, **cell: str) -> int | None:
        """A count; None where it is hidden or there is no such cell."""
        frame = self.tables[table]
        for name in frame.columns:
            if name not in ("count", "suppressed"):
                frame = frame[frame[name] == cell.get(name, TOTAL)]
        if frame.empty or frame["count"].isna().iloc[0]:
            return None
        return int(frame["count"].iloc[0])


def read_released(file: str | Path) -> Released:
    """The counts that may be shown, from the file that the engine hands to templates."""
    import pandas as pd

    from ipe_workbench.evaluation.trend import Trend

    told = json.loads(Path(file).read_text(encoding="utf-8"))
    tables = {
        name: pd.DataFrame(one["rows"], columns=one["columns"]).astype({"count": "Int64", "suppressed": bool})
        for name, one in told["tables"].items()
    }
    trend = Trend.from_dict(told["trend"]) if "trend" in told else None
    return Released(str(told["term"]), int(told["threshold"]), tables, trend)
