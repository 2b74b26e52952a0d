"""``ipe teams``: interprofessional teams for a cohort, and their mending after late changes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, progress_bar, table
from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.credentials import Programme
    from ipe_workbench.findings import Finding
    from ipe_workbench.pathways.teams import NoTeams, Roster, Seat, TeamPlan, Timetable

_SHOWN = 50


class RepeatsChoice(StrEnum):
    """What to do about last term's team-mates."""

    forbid = "forbid"
    minimise = "minimise"
    allow = "allow"


def teams(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    roster: Annotated[Path, typer.Option(help="CSV or .xlsx: learner, profession, and more.", show_default=False)],
    previous: Annotated[
        Path | None, typer.Option(help="Last term's teams: a CSV or .xlsx with team, learner.", show_default=False)
    ] = None,
    rooms: Annotated[
        Path | None, typer.Option(help="CSV or .xlsx: slot, and room or number of rooms, seats.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write a .csv or .xlsx file, or all into a folder.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files of --out that exist.")] = False,
    names: Annotated[bool, typer.Option("--names", help="Write names, too, if the roster has them.")] = False,
    figure: Annotated[
        Path | None, typer.Option(help="Also draw the teams to this .svg, .png or .pdf file.", show_default=False)
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Usual size; the programme's by default.", show_default=False)
    ] = None,
    min_size: Annotated[int | None, typer.Option(help="Smallest; one less by default.", show_default=False)] = None,
    max_size: Annotated[int | None, typer.Option(help="Largest; one more by default.", show_default=False)] = None,
    number: Annotated[
        int | None, typer.Option("--teams", help="Exactly so many teams; else as many as fill up.", show_default=False)
    ] = None,
    min_professions: Annotated[
        int | None, typer.Option(help="Professions in a team; the programme's by default.", show_default=False)
    ] = None,
    max_share: Annotated[
        float | None, typer.Option(help="Largest share of one profession; the programme's.", show_default=False)
    ] = None,
    repeats: Annotated[
        RepeatsChoice, typer.Option(help="Last term's team-mates: never, as seldom as can be, or no matter.")
    ] = RepeatsChoice.forbid,
    at_least: Annotated[
        list[str] | None, typer.Option(help="PROFESSION=N, ONE|OTHER=N, or =N:TEAMS. Repeatable.", show_default=False)
    ] = None,
    at_most: Annotated[
        list[str] | None, typer.Option(help="PROFESSION=N in each team. Repeatable.", show_default=False)
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="Mend these teams with the fewest moves instead.", show_default=False)
    ] = None,
    withdraw: Annotated[
        list[str] | None, typer.Option(help="Learners who drop out: ids, commas between.", show_default=False)
    ] = None,
    close_slot: Annotated[list[str] | None, typer.Option(help="A slot that closes.", show_default=False)] = None,
    close_room: Annotated[
        list[str] | None, typer.Option(help="A room that closes: ROOM, or SLOT:ROOM.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same teams.")] = 0,
    time_limit: Annotated[float, typer.Option(min=1, max=3600, help="About how many seconds it may take.")] = 60,
    format: Annotated[OutputFormat, typer.Option(help="Print a table or JSON.")] = OutputFormat.table,
) -> None:
    """Form interprofessional teams that keep every rule, or mend teams after late changes.

    Exit code 1 when there are no such teams; what is printed then says why, and what could give way.

    Example: ipe teams cu-ipe --roster cohort.csv --out teams.csv

    Example: ipe teams cu-ipe --roster cohort.csv --at-least "MD|PA=1" --repeats minimise

    Example: ipe teams cu-ipe --roster cohort.csv --keep teams.csv --withdraw L00012,L00340
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.pathways import teams as room

    if out is not None:
        room.check_team_target(out, replace=force)
    loaded = load_programme(programme)
    wishes = [room.parse_wish("at-least", one, loaded) for one in at_least or ()]
    wishes += [room.parse_wish("at-most", one, loaded) for one in at_most or ()]
    rules = room.FormingRules.of(
        loaded, size=size, min_size=min_size, max_size=max_size, min_professions=min_professions, max_share=max_share,
        repeats=repeats.value, wishes=wishes, teams=number,
    )  # fmt: skip
    people, slots, kept = _read(loaded, roster, previous, rooms, keep)
    slots = slots.without(close_slot or (), close_room or ())
    gone = [one.strip() for ids in withdraw or () for one in ids.split(",") if one.strip()]
    with progress_bar() as bar:
        bar.add_task("Forming teams" if kept is None else "Mending teams", total=None)
        if kept is None:
            people = people.without(gone)
            found = room.form_teams(people, rules, slots, seed=seed, time_limit=time_limit)
        else:
            found = room.replan(people, rules, kept, slots, withdraw=gone, seed=seed, time_limit=time_limit)
    if isinstance(found, room.NoTeams):
        _print_conflict(found, format)
        raise typer.Exit(1)
    written = room.write_teams(found, people, out, names=names, replace=force) if out is not None else ()
    if figure is not None:
        from ipe_workbench.figures import team_composition

        titles = {one.id: one.title for one in loaded.info.professions}
        written += (team_composition(found, people, titles).save(figure),)
    _print_plan(found, written, format)


def _read(
    programme: Programme, roster: Path, previous: Path | None, rooms: Path | None, keep: Path | None
) -> tuple[Roster, Timetable, tuple[Seat, ...] | None]:
    """The files; every fault of the first one that has any is printed."""
    from ipe_workbench.pathways import teams as room

    try:
        people = room.read_roster(roster, programme)
        if previous is not None:
            people = people.with_previous(room.read_teams(previous))
        slots = room.read_timetable(rooms) if rooms is not None else room.timetable_of(people)
        return people, slots, None if keep is None else room.read_teams(keep)
    except UnusableInputError as error:
        for finding in error.findings[1:_SHOWN]:
            typer.echo(printable(_line(finding)), err=True)
        raise


def _print_plan(plan: TeamPlan, written: tuple[Path, ...], format: OutputFormat) -> None:
    _warn(plan.findings)
    if format is OutputFormat.json:
        print_json(plan.to_dict())
        return
    quality = plan.quality
    sizes = ", ".join(f"{count} of {size}" for size, count in quality.sizes.items())
    heading = f"{quality.learners} learners in {quality.teams} teams ({sizes})"
    rows = [(aim.title, f"{aim.value:.4g}", f"{aim.bound:.4g}", _proof(aim.proven, aim.gap)) for aim in plan.aims]
    print_table(table(heading, ("Made least, in this order", ("Value", "right"), ("Bound", "right"), "Proof"), rows))
    typer.echo(f"Mix index {quality.mix_index:.3f} (share of pairs of team-mates of different professions).")
    typer.echo(f"Blau's index {quality.blau:.3f} (mean over teams); repeats {quality.repeats}.")
    if quality.imbalance is not None:
        typer.echo(f"Team means differ by {quality.range:.3g} at most; standard deviation {quality.spread:.3g}.")
    if plan.moves is not None:
        moves = plan.moves
        typer.echo(printable(f"Moved {len(moves.moved)}: {', '.join(moves.moved[:_SHOWN]) or 'nobody'}."))
        for word, ids in (
            ("Joined", moves.added),
            ("Teams at another time", moves.relocated),
            ("Gone", moves.dissolved),
        ):
            if ids:
                typer.echo(printable(f"{word}: {', '.join(ids[:_SHOWN])}."))
    for one in written:
        typer.echo(printable(f"Written to {one}."))


def _proof(proven: bool, gap: float) -> str:
    return "proven" if proven else f"gap {gap:.1%}"


def _print_conflict(found: NoTeams, format: OutputFormat) -> None:
    _warn(found.findings)
    if format is OutputFormat.json:
        print_json(found.to_dict())
        return
    if not found.proven:
        typer.echo(
            "No teams were found in the time; that there are none is not proven. Allow more time, or less rules."
        )
        return
    typer.echo("There are no such teams.")
    for reason in found.reasons:
        typer.echo(printable(f"  {reason}"))
    if found.conflict:
        several = "These rules conflict; without any one of them the others could hold:"
        typer.echo(several if len(found.conflict) > 1 else "This rule cannot hold:")
        for text in found.conflict.values():
            typer.echo(printable(f"  - {text}"))
    if found.relaxations:
        typer.echo("Ways out, the one that concerns the fewest learners first:")
        for one in found.relaxations:
            option = f" [{one.option}]" if one.option else ""
            typer.echo(printable(f"  - {one.text}{option}"))


def _warn(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        if finding.severity != "info":
            typer.echo(printable(_line(finding)), err=True)


def _line(finding: Finding) -> str:
    """A finding with its row and column, where it has them."""
    place, column = finding.place, finding.place.field
    where = f"{place}{', ' + column if column else ''}: " if place.file else ""
    return f"{where}{finding.severity}: {finding.message} {finding.mend}".rstrip()
