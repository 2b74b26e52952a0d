"""``ipe evaluate``: feedback for faculty and for a learner, from the records."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.evaluate import FormatOption
from ipe_workbench.cli.output import OutputFormat, print_json, printable

if TYPE_CHECKING:
    from ipe_workbench.records import Store

ProgrammeArgument = Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--db", help="SQLite file or PostgreSQL URL; IPE_DB, else records.sqlite here.", show_default=False),
]
DayOption = Annotated[
    str | None,
    typer.Option("--on", help="What was known on this day, YYYY-MM-DD; today.", show_default=False),
]


def faculty_feedback(
    programme: ProgrammeArgument,
    db: DatabaseOption = None,
    rater: Annotated[
        str | None,
        typer.Option(help="For one of the staff alone (id or pseudonym): own ratings, own teams.", show_default=False),
    ] = None,
    on: DayOption = None,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Severity and agreement of raters, rows that tell few apart, what to teach more, who may need help.

    People appear by pseudonym. Mind where you send it.

    Example: ipe evaluate faculty-feedback my-programme --db records.sqlite

    Example: ipe evaluate faculty-feedback my-programme --rater f1 --on 2027-05-01 --format json
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.evaluation.feedback import faculty_feedback as feedback_of
    from ipe_workbench.records import open_store

    loaded = load_programme(programme)
    with open_store(db) as store:
        who = None if rater is None else _known(store, "staff", rater)
        found = feedback_of(loaded, store, on=_day(on), rater=who)
    _show(found.to_dict(), found.text(), format)


def learner_feedback(
    programme: ProgrammeArgument,
    learner: Annotated[str, typer.Option(help="The learner, by id or pseudonym.", show_default=False)],
    db: DatabaseOption = None,
    goal: Annotated[
        str | None, typer.Option(help="Id of the stack or credential to plan for (the last stack).", show_default=False)
    ] = None,
    on: DayOption = None,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Where a learner can grow, by the rubrics' own words, and what to do next, from the records.

    It is about one person: mind where you send it. `ipe pathways feedback` does the same without records.

    Example: ipe evaluate learner-feedback my-programme --learner s1 --db records.sqlite --on 2027-05-01
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.evaluation.feedback import learner_feedback as feedback_of
    from ipe_workbench.records import open_store

    loaded = load_programme(programme)
    with open_store(db) as store:
        found = feedback_of(loaded, store, _known(store, "learner", learner), on=_day(on), goal=goal)
    _show(found.to_dict(), found.text(), format)


def _known(store: Store, who: str, name: str) -> str:
    """The pseudonym of somebody named by the university's id; a pseudonym is left as it is."""
    from sqlalchemy import select

    from ipe_workbench.records.tables import table

    people = table("learners" if who == "learner" else "staff")
    with store.reading() as connection:
        there = connection.scalar(select(people.c.id).where(people.c.source_id == name))
    return name if there is None else store.key.pseudonym(name if who == "learner" else f"staff {name}")


def _day(on: str | None) -> datetime.date:
    return day_of(on, "--on") if on is not None else datetime.datetime.now().astimezone().date()


def _show(data: dict[str, object], text: str, format: OutputFormat) -> None:
    if format is OutputFormat.json:
        print_json({"format": 1, **data})
        return
    for line in text.split("\n"):
        typer.echo(printable(line))


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    app.command("faculty-feedback")(faculty_feedback)
    app.command("learner-feedback")(learner_feedback)
