"""``ipe frameworks``: list, show and import competency frameworks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table

app = typer.Typer(no_args_is_help=True)

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
    framework: Annotated[str, typer.Argument(help="Id of a built-in framework, or a file (YAML, or CASE in JSON).")],
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
def import_case(
    file: Annotated[Path, typer.Argument(help="A CASE package in JSON.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Write the framework there as YAML, ready to name in a programme.")
    ] = None,
    format: _Format = OutputFormat.table,
) -> None:
    """Read a framework from a CASE package and say what was found; with --out, write it as our YAML.

    Example: ipe frameworks import package.json --out my-programme --format json
    """
    from ipe_workbench.frameworks import read_case, write_framework

    reading = read_case(file)
    written = write_framework(reading.framework, out) if out is not None else None
    if format is OutputFormat.json:
        print_json(reading.to_dict())
        return
    for finding in reading.findings:
        typer.echo(printable(str(finding)))
    facts = reading.to_dict()
    typer.echo(
        printable(
            f"{facts['title']}: {facts['items']} items, {facts['top_items']} at the top, {facts['depth']} levels, "
            f"{sum(reading.associations.values())} associations, {facts['external_links']} external ends."
        )
    )
    if written is not None:
        typer.echo(printable(f"Written to {written}."))
