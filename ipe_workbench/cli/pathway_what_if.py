"""``ipe pathways what-if``: what a change of the design would do, without making it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.pathways.what_if import WhatIf

__all__ = ["what_if"]

#: So many rows are shown of each table; the JSON form has them all.
_SHOWN = 25


def what_if(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    change: Annotated[
        list[str],
        typer.Option(
            help='"drop A from X", "add A to X", "move A from X to Y", "set A to 6 hours" or '
            '"close A for nursing, medicine"; names are ids (repeat it).',
            show_default=False,
        ),
    ],
    awards: Annotated[
        Path | None,
        typer.Option(help="CSV of what learners hold: who of them could still finish?", show_default=False),
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="With --awards: the day from which they plan.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print tables, or JSON.")] = OutputFormat.table,
) -> None:
    """Show what a change of the design would do; nothing is written.

    It gives the change in each structural figure, in coverage, in the least hours to each stack, and in who can still
    finish within the calendar. Exit code 1: somebody could no longer finish a stack.

    Example: ipe pathways what-if my-programme --change "set team-simulation to 9 hours"

    Example: ipe pathways what-if my-programme --change "move speaking-up from team-simulation to transitions-of-care"
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.pathways.comparison import read_awards
    from ipe_workbench.pathways.design_edits import parse_edit
    from ipe_workbench.pathways.what_if import what_if as effects_of

    edits = [parse_edit(one) for one in change]
    if (awards is None) != (on is None):
        raise UnusableInputError("The awards and a day go together.", mend="Give --awards and --on YYYY-MM-DD.")
    found = load_programme(programme)
    learners, day = None, None
    if awards is not None and on is not None:
        file = read_awards(awards, found)
        for finding in file.findings:
            typer.echo(printable(str(finding)), err=True)
        learners, day = file.learners, day_of(on, "--on")
    result = effects_of(found, edits, learners=learners, on=day)
    if format is OutputFormat.json:
        print_json(result.to_dict())
    else:
        _print(result)
    shut_out = any(one.before is not None and one.after is None for one in result.finishing)
    shut_out |= any(one.before is not None and one.after is None for one in result.learners)
    raise typer.Exit(1 if shut_out else 0)


def _print(result: WhatIf) -> None:
    typer.echo(printable("What if: " + " ".join(one.message for one in result.changes)))
    metrics = result.metrics()
    rows = [
        (choice, badge, figure, _number(was), _number(now))
        for choice, badge, _, figure, was, now in metrics.itertuples(index=False, name=None)
        if figure != "centrality"
    ]
    _table("Structural figures that change", ["Choice", "Badge", "Figure"], rows)
    hours = [
        (one.stack, one.profession, one.learners, _number(one.before), _number(one.after))
        for one in result.hours
        if one.before != one.after
    ]
    _table("Least hours from nothing", ["Stack", "Profession", ("Learners", "right")], hours)
    days = [
        (one.stack, one.profession, one.learners, _day(one.before), _day(one.after))
        for one in result.finishing
        if one.before != one.after
    ]
    _table("Earliest completion", ["Stack", "Profession", ("Learners", "right")], days)
    for covered in result.coverage:
        who = f", {covered.profession}" if covered.profession else ""
        for kind, codes in covered.changes.items():
            if codes:
                gained = "gain their only credential that has them" if kind.endswith("+") else "lose the last"
                said = f"Coverage of {covered.framework}{who}: {', '.join(codes)} {gained} {kind[:-1]}."
                typer.echo(printable(said))
    learners = [
        (one.learner, one.stack, _day(one.before), _day(one.after))
        for one in result.learners
        if one.before != one.after
    ]
    _table("Learners in progress", ["Learner", "Stack"], learners)
    if not (rows or hours or days or learners or any(any(one.changes.values()) for one in result.coverage)):
        typer.echo("Nothing changes in figures, coverage, hours and completion.")


def _table(title: str, columns: list[str | tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    print_table(table(title, [*columns, ("Before", "right"), ("After", "right")], rows[:_SHOWN]))
    if len(rows) > _SHOWN:
        typer.echo(f"and {len(rows) - _SHOWN} more; --format json gives them all.")


def _number(value: float | None) -> str:
    return "-" if value is None or value != value else f"{value:g}"


def _day(value: datetime.date | None) -> str:
    return "not in time" if value is None else value.isoformat()
