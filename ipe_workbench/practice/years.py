"""Cohorts of the years before, as rows: the whole of a cohort moved back by a year, with ids of its own."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ipe_workbench.credentials.programme import Programme, Term
from ipe_workbench.evaluation import Instrument
from ipe_workbench.simulation import Scenario
from ipe_workbench.simulation.scenario import DesignChange

__all__ = ["EarlierYear", "OlderDesign", "year_before"]

_Row = tuple[object, ...]
#: Columns that hold a day, and ids that are of one cohort alone.
_DAYS = {"on", "starts", "ends", "expires"}
_OWN = {"learner", "offering", "wave", "team", "email", "reference"}
#: Rows that all cohorts share.
_SHARED = {"staff"}


def year_before(day: datetime.date, years: int = 1) -> datetime.date:
    """The same day of the week, so many years of 52 weeks before."""
    return day - datetime.timedelta(weeks=52 * years)


class EarlierYear:
    """How the rows of a cohort become those of one that began years before.

    Parameters
    ----------
    programme : Programme
        Its terms are those of the newest cohort.
    years : int
        How many years before.
    """

    def __init__(self, programme: Programme, years: int) -> None:
        self.years = years
        self.terms = {one.id: _term_before(programme, one, years) for one in programme.info.terms}

    def rows(self, table: str, columns: tuple[str, ...], rows: Callable[[], Iterable[_Row]]) -> Iterator[_Row]:
        """The rows of a table; none of what all cohorts share, and only the terms that are not the newest one's."""
        if table in _SHARED:
            return
        if table == "terms":
            before = (one for one in self.terms.values() if one.id not in self.terms)
            yield from ((one.id, one.title, one.start, one.end) for one in before)
            return
        for row in rows():
            yield tuple(self._cell(name, value) for name, value in zip(columns, row, strict=True))

    def _cell(self, name: str, value: object) -> object:
        if isinstance(value, datetime.date):
            return year_before(value, self.years)
        if name == "term" and isinstance(value, str):
            return self.terms[value].id
        if name in _OWN and isinstance(value, str):
            mark = f"y{self.years}-"
            return value.replace("practice-", f"practice-{mark}", 1) if "practice-" in value else f"{mark}{value}"
        if name == "cohort" and isinstance(value, str):
            return re.sub(r"\d{4}$", lambda year: str(int(year[0]) - self.years), value)
        return value


def _term_before(programme: Programme, term: Term, years: int) -> Term:
    """The term as many years before: one of the programme's where it lies on it, else one with an id of that year."""
    start = year_before(term.start, years)
    end = start + datetime.timedelta(weeks=term.weeks, days=-1)
    for one in programme.info.terms:
        if start <= one.end and one.start <= end:
            return one
    named = {"id": _renamed(term.id, years, "-"), "title": _renamed(term.title, years, " ")}
    return term.model_copy(update={**named, "start": start})


def _renamed(text: str, years: int, between: str) -> str:
    """The text with its year moved, or with a word for it."""
    moved = re.sub(r"(?<!\d)(?:19|20|21)\d\d(?!\d)", lambda year: str(int(year[0]) - years), text)
    return moved if moved != text else f"{text}{between}minus{between}{years}"


@dataclass(frozen=True)
class OlderDesign:
    """What was otherwise before the break: a lower pass score of one credential, and items that were not asked yet.

    Parameters
    ----------
    credential : str
        Its id; empty where no credential has a pass score.
    version : str
        Of its design then.
    pass_score : float
        Then.
    instrument : str
        Id of the instrument; empty where none is long enough to lack items.
    items : tuple of str
        Items that were not asked then.
    """

    credential: str
    version: str
    pass_score: float
    instrument: str
    items: tuple[str, ...]

    @classmethod
    def of(cls, programme: Programme, instruments: Iterable[Instrument]) -> OlderDesign:
        """The first credential with a pass score, and the first instrument whose score bears the loss of two items."""
        scored = (
            (id, one) for id, one in programme.credentials.items() if one.assessment and one.assessment.pass_score
        )
        id, design = next(scored, ("", None))
        now = (design.assessment.pass_score or 0.0) if design is not None and design.assessment else 0.0
        version = "0.9" if design is None or design.version != "0.9" else "0.8"
        for one in instruments:
            items = [item.number for item in one.items if item.scored]
            if one.total and len(items) >= 10 and one.scoring == "mean":
                return cls(id, version, round(0.7 * now, 2), one.id, tuple(items[-2:]))
        return cls(id, version, round(0.7 * now, 2), "", ())

    def scenario(self, scenario: Scenario) -> Scenario:
        """The scenario with the design as it was."""
        if not self.credential:
            return scenario
        change = scenario.design_changes.get(self.credential, DesignChange())
        before = change.model_copy(update={"pass_score": self.pass_score})
        return scenario.model_copy(update={"design_changes": {**scenario.design_changes, self.credential: before}})

    def programme(self, programme: Programme) -> Programme:
        """The programme whose awards bear the version of then."""
        if not self.credential:
            return programme
        return programme.with_credential(
            programme.credentials[self.credential].model_copy(update={"version": self.version})
        )

    def asked(self, columns: tuple[str, ...], rows: Iterable[_Row]) -> Iterator[_Row]:
        """The answers of then."""
        instrument, item = columns.index("instrument"), columns.index("item")
        return (row for row in rows if row[instrument] != self.instrument or str(row[item]) not in self.items)
