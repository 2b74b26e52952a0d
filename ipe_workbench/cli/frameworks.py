"""``ipe frameworks``: list, show, import and export competency frameworks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.groups import Group
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table

if TYPE_CHECKING:
    from ipe_workbench.errors import UnusableInputError
    from ipe_workbench.frameworks import Export, FrameworkReading

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=Group)
#: Named here, since loading the room takes longer than showing a help page; a test keeps them equal.
_EXPORT_FORMATS = ("case-1.0", "case-1.1", "ctdl-asn", "csv", "xlsx", "graphml", "node-link")

_Format = Annotated[OutputFormat, typer.Option(help="Print a table, or JSON.")]


@app.command("list")
def list_all(format: _Format = OutputFormat.table) -> None:
    """List the built-in frameworks.

    Example: ipe frameworks list
    """
    from dataclasses import asdict

    from ipe_workbench.frameworks import list_frameworks

    found = list_frameworks()
    if format is OutputFormat.json:
        print_json([asdict(one) for one in found])
        return
    rows = [(one.id, one.title, one.version, one.status, one.competencies) for one in found]
    columns = ("Id", "Title", "Version", "Status", ("Competencies", "right"))
    print_table(table("Built-in frameworks", columns, rows))


@app.command()
def show(
    framework: Annotated[str, typer.Argument(help="Id of a built-in framework, or a file.")],
    format: _Format = OutputFormat.table,
) -> None:
    """Show a framework's competencies with their codes and statements.

    Example: ipe frameworks show ipec-2023
    """
    from ipe_workbench.frameworks import open_framework

    shown = open_framework(framework)
    if format is OutputFormat.json:
        print_json(shown.model_dump(mode="json"))
        return
    rows = [
        (
            "  " * len(shown.ancestors(one.id)) + (one.code or one.id),
            ". ".join(filter(None, (one.title, one.statement))) or "(no text included)",
        )
        for one in shown.in_order()
    ]
    print_table(table(shown.title, ("Code", "Statement"), rows))
    source, licence = (value or "not stated" for value in (shown.source, shown.license))
    typer.echo(printable(f"Status: {shown.status}. Source: {source}. Licence: {licence}."))


@app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="A CASE package or CTDL-ASN graph (JSON), a sheet (CSV, XLSX), or our YAML.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write the framework there as YAML, ready to name in a programme.")
    ] = None,
    mend: Annotated[
        bool, typer.Option("--mend", help="Take the mended framework of a file that contradicts itself.")
    ] = False,
    format: _Format = OutputFormat.table,
) -> None:
    """Read a framework from anybody's file and say what was found; with --out, write it as our YAML.

    A file that contradicts itself (an identifier twice, a circle of parents) is refused and nothing is written, unless
    --mend is given.

    Example: ipe frameworks import package.json --out my-programme --format json
    """
    from ipe_workbench.frameworks import import_framework, write_framework

    reading = import_framework(file)
    refused = reading.errors and not mend
    written = write_framework(reading.framework, out) if out is not None and not refused else None
    facts = reading.to_dict()
    if format is OutputFormat.json:
        print_json(facts)
    else:
        for finding in reading.findings:
            typer.echo(printable(str(finding)))
        typer.echo(
            printable(
                f"{facts['title']}: {facts['items']} items, {facts['top_items']} at the top, {facts['depth']} levels, "
                f"{sum(reading.associations.values())} associations, {facts['external_links']} external ends."
            )
        )
        if written is not None:
            typer.echo(printable(f"Written to {written}."))
    if refused:
        raise _self_contradiction(reading)


@app.command("export")
def export(
    framework: Annotated[str, typer.Argument(help="Id of a built-in framework, or a file.", show_default=False)],
    to: Annotated[str, typer.Option(help=f"The format: {', '.join(_EXPORT_FORMATS)}.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="A file, or a folder for a file of the usual name; standard output by default.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    format: _Format = OutputFormat.table,
) -> None:
    """Write a framework in another format, and say what that format does not carry.

    Without --out the content goes to standard output and the report to standard error; with it, the report goes to
    standard output.

    Example: ipe frameworks export ipec-2023 --to case-1.1 --out exports
    """
    import datetime
    import sys

    from ipe_workbench.documents import write_atomically
    from ipe_workbench.errors import UnusableInputError
    from ipe_workbench.frameworks import export_framework, open_framework

    exported = export_framework(open_framework(framework), to, datetime.datetime.now(datetime.UTC))
    if out is None:
        if exported.format == "xlsx" and sys.stdout.isatty():
            raise UnusableInputError("A workbook cannot be shown on a terminal.", mend="Name a file with --out.")
        typer.get_binary_stream("stdout").write(exported.content)
    else:
        file = out / exported.name if out.is_dir() or not out.suffix else out
        if file.exists() and not force:
            mend = "Name another file, or give --force to replace it."
            raise UnusableInputError("The file exists already.", place=str(file), mend=mend)
        write_atomically(file, exported.content)
    _report(exported, None if out is None else file, format)


def _report(exported: Export, file: Path | None, format: OutputFormat) -> None:
    if file is not None and format is OutputFormat.json:
        print_json(exported.to_dict() | {"file": str(file)})
        return
    to_errors = file is None
    for loss in exported.losses:
        typer.echo(printable(loss.message), err=to_errors)
    if file is not None:
        lost = "nothing is lost" if not exported.losses else "what is not carried stands above"
        typer.echo(printable(f"Written to {file}; {lost}."))


def _self_contradiction(reading: FrameworkReading) -> UnusableInputError:
    """The error for a file with findings that are errors, in one sentence."""
    from ipe_workbench.errors import UnusableInputError

    first, more = reading.errors[0], len(reading.errors) - 1
    others = f" (And {more} more.)" if more else ""
    mend = f"{first.mend}{others} With --mend the framework is taken as far as it can be used."
    return UnusableInputError(first.message, place=str(first.place), mend=mend.strip(), findings=reading.findings)
