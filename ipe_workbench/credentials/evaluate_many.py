"""The answer to a rule for every learner of a cohort at once."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.rules import Rule, badges_in
from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.credentials.cohort_pass import Dated

__all__ = ["evaluate_many"]


def evaluate_many(
    rule: Rule,
    awards: pd.DataFrame | Mapping[str, Facts],
    *,
    on: datetime.date,
    learners: Sequence[str] | None = None,
    professions: Mapping[str, str] | pd.Series | None = None,
    scores: pd.DataFrame | None = None,
    hours: pd.DataFrame | None = None,
    approvals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Evaluate a rule for many learners in one pass of array operations; the meaning is that of `evaluate`.

    Parameters
    ----------
    rule : Rule
        What has to be satisfied.
    awards : DataFrame, or mapping of str to Facts
        What the learners hold, in one of three forms: a row an award, with the columns `learner`, `badge`, `on` and,
        where they matter, `expires` (the last day on which it counts; missing for never) and `hours`; or a row a
        learner and a column a badge, holding the day of the award (missing for none) or simply whether it is held; or
        the facts of each learner, with which the other tables are not given.
    on : datetime.date
        The day of the question; what is dated later, and awards that had expired by then, do not count.
    learners : sequence of str, optional
        Who is asked about; those of `awards` by default.
    professions : mapping or Series, optional
        The profession of each learner, by learner.
    scores, hours, approvals : DataFrame, optional
        A row each, with the columns `learner`, `assessment`, `score` (a share), `on`; `learner`, `activity`, `hours`,
        `on`; and `learner`, `role`, `on`.

    Returns
    -------
    DataFrame
        A row a learner, in the order asked: `learner`, `satisfied` (bool), `progress` (share in [0, 1]) and
        `completed_on` (datetime64[s]; missing where not satisfied, 1 January of the year 1 where nothing dated was
        asked for).

    Raises
    ------
    UnusableInputError
        When a column is missing, or a table names a learner who is not asked about.

    Notes
    -----
    Linear in learners times the size of the rule; `within` times the number of things it looks at, and `points` with
    its items, `hours` with its records, squared. Memory is a few arrays of 4 or 8 bytes a learner for each badge.

    Examples
    --------
    >>> import pandas as pd
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> held = pd.DataFrame({"roles": [True, True], "huddles": [True, False]}, index=["ann", "ben"])
    >>> rule = parse_rule({"all": ["roles", "huddles"]})
    >>> evaluate_many(rule, held, on=datetime.date(2026, 12, 1))[["learner", "satisfied", "progress"]]
      learner  satisfied  progress
    0     ann       True       1.0
    1     ben      False       0.5
    """
    import numpy as np
    import pandas as pd

    from ipe_workbench.credentials.cohort_pass import NEVER, CohortArrays, CohortPass

    if isinstance(awards, Mapping):
        return evaluate_many(rule, on=on, **_tables(awards))
    tidy = {"learner", "badge"} <= set(awards.columns)
    index = pd.Index(learners if learners is not None else awards["learner"].unique() if tidy else awards.index)
    if not index.is_unique:
        raise UnusableInputError("A learner stands twice.", mend="Give each learner once.")
    reading = _Reading(index, on)
    cohort = CohortArrays(
        size=len(index),
        professions=_professions(professions, index),
        awards=reading.tidy(awards, "badge", "hours", badges_in(rule)) if tidy else reading.wide(awards, rule),
        scores={} if scores is None else reading.tidy(scores, "assessment", "score", needs_amount=True),
        hours={} if hours is None else reading.tidy(hours, "activity", "hours", needs_amount=True),
        approvals={} if approvals is None else reading.tidy(approvals, "role", None),
    )
    asked = CohortPass(cohort)
    days, progress = asked.completed(rule), asked.progress(rule)
    satisfied = days != NEVER
    dates = np.where(satisfied, days, np.int64(np.iinfo(np.int64).min)).astype("datetime64[D]").astype("datetime64[s]")
    return pd.DataFrame({"learner": index, "satisfied": satisfied, "progress": progress, "completed_on": dates})


class _Reading:
    """Tables of dated things as arrays, for the learners of an index and a day of the question."""

    def __init__(self, index: pd.Index, on: datetime.date) -> None:
        import numpy as np

        self.index = index
        self.on = int(np.datetime64(on, "D").astype(np.int64))

    def tidy(
        self,
        table: pd.DataFrame,
        name: str,
        amount: str | None,
        wanted: Collection[str] | None = None,
        *,
        needs_amount: bool = False,
    ) -> dict[str, Dated]:
        """The things of a table with a row each, by the column `name`; only those wanted, if any are."""
        import numpy as np
        import pandas as pd

        needed = ["learner", name, "on", *([amount] if amount and needs_amount else [])]
        missing = [one for one in needed if one not in table.columns]
        if missing:
            raise UnusableInputError(
                f"The table of {name}s has no column {' and no column '.join(missing)}.",
                mend=f"Its columns are {', '.join(needed)}.",
            )
        codes, names = pd.factorize(table[name])
        learners, days = self._places(table["learner"]), _days(table["on"])
        useful = np.array([*(wanted is None or one in wanted for one in names), False])
        counts = useful[codes] & (days <= self.on) & (days != _missing())
        if "expires" in table.columns:
            last = _days(table["expires"])
            counts &= (last == _missing()) | (last >= self.on)
        amounts = np.zeros(len(table)) if amount not in table.columns else table[amount].to_numpy(np.float64)
        kept = np.flatnonzero(counts)
        order = kept[np.lexsort((days[kept], learners[kept], codes[kept]))]
        bounds = np.searchsorted(codes[order], np.arange(len(names) + 1))
        return {
            str(one): self._rows(learners[part], days[part], amounts[part])
            for at, one in enumerate(names)
            if (part := order[bounds[at] : bounds[at + 1]]).size
        }

    def wide(self, table: pd.DataFrame, rule: Rule) -> dict[str, Dated]:
        """The awards of a table with a row a learner and a column a badge."""
        import numpy as np

        from ipe_workbench.credentials.cohort_pass import EVER, NEVER, Dated

        if not table.index.equals(self.index):
            table = table.reindex(self.index)
        found = {}
        for one in (badge for badge in badges_in(rule) if badge in table.columns):
            column = table[one]
            if column.dtype == bool:
                days = np.where(column.to_numpy(), EVER, NEVER).astype(np.int32)
            else:
                known = _days(column)
                days = np.where((known <= self.on) & (known != _missing()), known, NEVER).astype(np.int32)
            found[one] = Dated(days[np.newaxis], np.zeros((1, days.size)))
        return found

    def _places(self, learners: pd.Series) -> Any:
        """Where each row's learner stands in the index."""
        import numpy as np
        import pandas as pd

        # Each name is looked up once, however many rows it has.
        codes, names = pd.factorize(learners)
        places = self.index.get_indexer(pd.Index(names))
        if (places < 0).any():
            stranger = names[int(np.argmax(places < 0))]
            raise UnusableInputError(
                f"A table names the learner {stranger!r}, who is not asked about.", mend="Add them to `learners`."
            )
        if (codes < 0).any():
            raise UnusableInputError("A table has a row without a learner.", mend="Name the learner or leave it out.")
        return np.asarray(places[codes])

    def _rows(self, learners: Any, days: Any, amounts: Any) -> Dated:
        """Rows for the first, second and so on of each learner; given by learner and day."""
        import numpy as np

        from ipe_workbench.credentials.cohort_pass import NEVER, Dated

        first = np.flatnonzero(np.r_[True, learners[1:] != learners[:-1]])
        row = np.arange(learners.size) - np.repeat(first, np.diff(np.r_[first, learners.size]))
        shape = int(row.max()) + 1, len(self.index)
        dated, worth = np.full(shape, NEVER, np.int32), np.zeros(shape)
        dated[row, learners], worth[row, learners] = days, amounts
        return Dated(dated, worth)


def _missing() -> int:
    """The number of no day at all."""
    import numpy as np

    return int(np.iinfo(np.int64).min)


def _days(column: pd.Series) -> Any:
    """Days since 1970 of a column of dates, of whatever type."""
    import numpy as np
    import pandas as pd

    if pd.api.types.is_datetime64_dtype(column.dtype):
        return column.to_numpy().astype("datetime64[D]").astype(np.int64)
    # Each date is read once: a term has far fewer days than awards.
    codes, days = pd.factorize(column)
    try:
        known = np.array([np.datetime64(one, "D") for one in days], "datetime64[D]").astype(np.int64)
    except (ValueError, TypeError) as error:
        raise UnusableInputError(f"The column {column.name} holds something that is no date: {error}.") from None
    return np.r_[known, _missing()].astype(np.int64)[codes]


def _professions(given: Mapping[str, str] | pd.Series | None, index: pd.Index) -> Any:
    import numpy as np
    import pandas as pd

    if given is None:
        return np.full(len(index), "", object)
    return pd.Series(given, dtype=object).reindex(index).fillna("").to_numpy(object)


def _tables(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """The facts of learners as tables."""
    import pandas as pd

    def table(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
        return pd.DataFrame(list(rows), columns=["learner", *columns], dtype=object)

    each = list(facts.items())
    return {
        "learners": list(facts),
        "professions": {who: one.profession or "" for who, one in each},
        "awards": table(
            ["badge", "on", "expires", "hours"],
            ((who, a.badge, a.on, a.expires, a.hours) for who, one in each for a in one.awards),
        ),
        "scores": table(
            ["assessment", "score", "on"], ((who, s.assessment, s.score, s.on) for who, one in each for s in one.scores)
        ),
        "hours": table(
            ["activity", "hours", "on"], ((who, h.activity, h.hours, h.on) for who, one in each for h in one.hours)
        ),
        "approvals": table(["role", "on"], ((who, a.role, a.on) for who, one in each for a in one.approvals)),
    }
