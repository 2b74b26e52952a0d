"""``ipe records``: the database of what really happened."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from ipe_workbench.cli.groups import Group
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.cli.records_practice import practice
from ipe_workbench.cli.records_privacy import Who, audit, erase, new_key, research
from ipe_workbench.phrases import counted

if TYPE_CHECKING:
    from ipe_workbench.findings import Finding
    from ipe_workbench.records.importing import ImportResult


class _Records(Group):
    sections: ClassVar[dict[str, tuple[str, ...]]] = {
        "Fill": ("init", "import", "map", "practice"),
        "Look": ("check", "stats"),
        "Give, forget and account for": ("export", "erase", "audit", "new-key"),
    }


app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=_Records)
app.command()(erase)
app.command()(audit)
app.command("new-key")(new_key)
app.command()(practice)

Database = Annotated[
    str | None,
    typer.Option("--db", help="SQLite file or PostgreSQL URL; IPE_DB, else records.sqlite here.", show_default=False),
]
Format = Annotated[OutputFormat, typer.Option(help="Print a table for people, or JSON.")]


class DateOrder(StrEnum):
    """Which comes first in dates such as 03/04/2026."""

    dmy = "dmy"
    mdy = "mdy"


class ExportAs(StrEnum):
    """What an export writes."""

    csv = "csv"
    xlsx = "xlsx"
    parquet = "parquet"


@app.command()
def init(db: Database = None) -> None:
    """Make the records, or bring those that are there up to date.

    Example: ipe records init --db records.sqlite
    """
    from ipe_workbench.records import make_store

    with make_store(db) as store:
        typer.echo(f"The records are ready: {printable(store.place)}")


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files, folders or archives of CSV files.", show_default=False)],
    db: Database = None,
    kind: Annotated[
        str | None, typer.Option("--as", help="Kind of file; recognised by default.", show_default=False)
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="YAML file that says which column is which.", show_default=False)
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE for all rows. Repeatable.", show_default=False)
    ] = None,
    dates: Annotated[
        DateOrder | None, typer.Option(help="Which comes first in 03/04/2026: day or month.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be recorded; record nothing.")] = False,
    format: Format = OutputFormat.table,
) -> None:
    """Bring files of other systems into the records: all of a file or nothing; a second time changes nothing.

    Exit code 2 when a file has errors; what stands before it on the command line is recorded.

    Example: ipe records import roster.csv readiness-tests.csv

    Example: ipe records import gradebook.csv --set term=2026-fall --dry-run
    """
    from ipe_workbench.records import open_store
    from ipe_workbench.records.importing import import_file, read_mapping

    chosen = read_mapping(mapping, set_ or ())
    results = []
    with open_store(db) as store:
        for file in files:
            result = import_file(
                store,
                file,
                at=datetime.now(UTC).replace(tzinfo=None),
                format=kind or chosen.format,
                columns=chosen.columns,
                values=chosen.values,
                dates=dates.value if dates else chosen.dates,
                labels=chosen.labels,
                dry_run=dry_run,
            )
            results.append(result)
            if format is OutputFormat.table:
                _show(result, dry_run)
            if result.errors:
                break
    if format is OutputFormat.json:
        print_json({"format": 1, "dry_run": dry_run, "imports": [one.to_dict() for one in results]})
    if any(one.errors for one in results):
        raise typer.Exit(2)


@app.command("map")
def map_(
    file: Annotated[Path, typer.Argument(help="A table that imports do not know.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="Write the mapping here; else print it.", show_default=False)] = None,
) -> None:
    """Propose a mapping file for a table: which column is which.

    Example: ipe records map results-of-the-dean.csv --out mapping.yaml
    """
    from ipe_workbench.documents import write_atomically
    from ipe_workbench.errors import UnusableInputError
    from ipe_workbench.records.importing import propose_mapping

    text = propose_mapping(file).to_yaml()
    if out is None:
        typer.echo(text, nl=False)
        return
    if out.exists():
        raise UnusableInputError("This file exists already.", place=str(out), mend="Name another one.")
    write_atomically(out, text)
    typer.echo(f"Look at the proposal before you use it: {printable(str(out))}")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where the files go.", show_default=False)],
    db: Database = None,
    frame: Annotated[
        list[str] | None, typer.Option(help="Only this frame. Repeatable; all by default.", show_default=False)
    ] = None,
    as_: Annotated[ExportAs, typer.Option("--as", help="What to write.")] = ExportAs.csv,
    for_research: Annotated[
        bool, typer.Option("--research", help="De-identified, of those who agreed, with a k-anonymity report.")
    ] = False,
    purpose: Annotated[str, typer.Option(help="With --research: what learners agreed to.")] = "research",
    k: Annotated[int, typer.Option("-k", min=2, help="With --research: least number that share what is known.")] = 5,
    trait: Annotated[
        list[str] | None, typer.Option(help="With --research: trait to take along. Repeatable.", show_default=False)
    ] = None,
    sensitive: Annotated[
        str | None, typer.Option(help="With --research: column whose diversity is reported.", show_default=False)
    ] = None,
    who: Who = None,
) -> None:
    """Write the tidy frames as files, learners by pseudonym; no spreadsheet runs what they hold.

    Example: ipe records export tables --frame assessments --as xlsx

    Example: ipe records export study-2026 --research
    """
    if for_research:
        research(folder, db, purpose, k, trait or (), sensitive, who)
        return
    from ipe_workbench.records import open_store
    from ipe_workbench.records.export import export_frames

    with open_store(db) as store:
        for file in export_frames(store, folder, frame or None, kind=as_.value, who=who):
            typer.echo(printable(str(file)))


@app.command()
def check(
    db: Database = None,
    programme: Annotated[
        Path | None, typer.Option(help="Folder of the programme, to compare the records with it.", show_default=False)
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which awards should count; today.", show_default=False),
    ] = None,
    format: Format = OutputFormat.table,
) -> None:
    """What is odd in the records. Exit code 1 with an error.

    Example: ipe records check --programme my-programme
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.records import open_store
    from ipe_workbench.records.checks import check_records

    loaded = load_programme(programme) if programme is not None else None
    day = (on or datetime.now(UTC)).date()
    with open_store(db) as store:
        findings = check_records(store, on=day, programme=loaded)
    if format is OutputFormat.json:
        print_json({"format": 1, "on": str(day), "findings": [one.to_dict() for one in findings]})
    else:
        for finding in findings:
            typer.echo(printable(str(finding)))
        typer.echo(f"{counted(len(findings), 'finding')}." if findings else "Nothing is odd in the records.")
    if any(one.severity == "error" for one in findings):
        raise typer.Exit(1)


@app.command()
def stats(db: Database = None, format: Format = OutputFormat.table) -> None:
    """How many rows the records hold, by table.

    Example: ipe records stats
    """
    from ipe_workbench.records import open_store

    with open_store(db) as store:
        counts = store.counts()
    if format is OutputFormat.json:
        print_json({"format": 1, "tables": counts})
        return
    rows = [(name.replace("_", " "), f"{count:,}") for name, count in sorted(counts.items())]
    print_table(table(f"Records of {store.place}", ("Table", ("Rows", "right")), rows))


def _line(finding: Finding) -> str:
    """A finding about a file of rows, with its row and column as the person who made the file would look for them."""
    place = finding.place
    where = [place.file or "", f"row {place.line}" if place.line else "", place.field]
    mend = f" {finding.mend}" if finding.mend else ""
    return f"{', '.join(filter(None, where))}: {finding.severity}: {finding.message}{mend} [{finding.id}]"


def _show(result: ImportResult, dry_run: bool) -> None:
    for finding in result.findings:
        typer.echo(printable(_line(finding)), err=True)
    name = printable(result.file)
    if result.errors:
        typer.echo(f"{name}: nothing was recorded; mend the errors first.", err=True)
        return
    if not result.changed:
        typer.echo(f"{name}: all of it is in the records already ({result.format}).")
        return
    columns = ("Table", ("Added", "right"), ("Changed", "right"), ("As before", "right"))
    rows = [
        (one.target.replace("_", " "), f"{one.added:,}", f"{one.changed:,}", f"{one.unchanged:,}")
        for one in result.tables
    ]
    start = "would be recorded" if dry_run else "recorded"
    print_table(table(f"{result.file}: {start} as {result.format}", columns, rows))
