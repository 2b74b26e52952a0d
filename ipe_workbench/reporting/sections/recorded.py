"""What is on record of learners, as counts that may be shown: who took part, and who holds which badge."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.figures.charts import percent
from ipe_workbench.records.privacy import TOTAL
from ipe_workbench.reporting.html import Html, Number, element, join, notice, table
from ipe_workbench.reporting.learner_record import shared_programme
from ipe_workbench.reporting.released import Released, read_released
from ipe_workbench.reporting.term_report import TermReport

__all__ = ["flow", "learners_on_record", "recorded_awards"]

_NO_RECORDS = "No records were given to this report. Name them with --db."
_SIMULATED = "No records were given to this report: what it says of learners is simulated. Name them with --db."
_STATES = {"active": "active", "completed": "completed", "paused": "paused", "withdrawn": "withdrawn"}


class _Counted(Protocol):
    """A report that may show counts of the records."""

    @property
    def programme(self) -> Programme: ...

    @property
    def term(self) -> Term: ...

    @property
    def released(self) -> Released | None: ...


def flow(report: _Counted) -> Html:
    """The flow of learners: enrolled, and what became of them, by profession."""
    if report.released is None:
        return element("p", _SIMULATED if isinstance(report, TermReport) else _NO_RECORDS)
    return _flow(report.programme, report.term, report.released)


def learners_on_record(programme: str | Path, term: str, released: str | Path) -> Html:
    """The flow of learners for a template of your own, from the parameters that the engine gives it.

    Parameters
    ----------
    programme : path
        Folder of the programme.
    term : str
        Id of the term.
    released : path
        File of the counts that may be shown; a sentence says so where there is none.

    Examples
    --------
    >>> learners_on_record("", "", "").markup
    '<p>No records were given to this report. Name them with --db.</p>'
    """
    if not released:
        return element("p", _NO_RECORDS)
    design = shared_programme(str(programme))
    return _flow(design, design.term(term), read_released(released))


def _flow(programme: Programme, term: Term, released: Released) -> Html:
    there = set(released.tables["learners"]["status"])
    states = [one for one in _STATES if one in there]
    rows: list[list[object]] = []
    for id, title in [*((one.id, one.title) for one in programme.info.professions), (TOTAL, "All professions")]:
        counts = [released.count("learners", profession=id, status=one) for one in (TOTAL, *states)]
        rows.append([title, *(_number(one) for one in counts)])
    caption = f"Learners on record by the end of {term.title}"
    heads: list[str | Number] = ["Profession", Number("Enrolled")]
    heads += [Number(f"Of these {_STATES[one]}") for one in states]
    return join([table(caption, heads, rows), _hidden(released.threshold)])


def recorded_awards(report: TermReport) -> Html:
    """Learners who hold each badge by the end of the term, by profession, with the simulated share beside the total."""
    released = report.released
    if released is None:
        return element("p", _SIMULATED)
    professions = report.programme.info.professions
    everybody = released.count("learners", profession=TOTAL, status=TOTAL)
    rows: list[list[object]] = []
    for id, title in report.titles.items():
        total = released.count("awards", credential=id, profession=TOTAL)
        share = percent(total / everybody) if total is not None and everybody else "–"
        expected = report.earned(id)
        cells = [_number(released.count("awards", credential=id, profession=one.id)) for one in professions]
        rows.append([title, _number(total), Number(share), Number(percent(expected.mean) if expected else "–"), *cells])
    heads: list[str | Number] = ["Credential", Number("Learners"), Number("Of all"), Number("Simulated")]
    heads += [Number(one.short or one.title) for one in professions]
    caption = f"Learners on record who hold each credential by the end of {report.term.title}"
    words = (
        "“Simulated” is the share among learners who may earn it under the scenario; where not every profession may, "
        "it is of fewer people than “of all”."
    )
    return join([table(caption, heads, rows), element("p", words, class_="muted"), _hidden(released.threshold)])


def _number(count: int | None) -> Number:
    return Number("hidden" if count is None else f"{count:,}")


def _hidden(threshold: int) -> Html:
    return notice(
        f"Counts from 1 to {threshold - 1} are hidden, and with them as many others as keep them from being worked "
        "out, over all reports of the term."
    )
