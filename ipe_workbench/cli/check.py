"""``ipe check``: every finding of a design."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, printable


def check(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    format: Annotated[OutputFormat, typer.Option(help="Print a list for people, or JSON.")] = OutputFormat.table,
) -> None:
    """List every finding about a design.

    The gravest come first, each with its file and line and how to mend it.
    Exit code 0: clean, or warnings only; 1: the design has errors; 2: a file cannot be read.

    Example: ipe check data/programmes/cu-ipe --format json
    """
    from ipe_workbench.folder_check import check_folder

    result = check_folder(programme)
    if format is OutputFormat.json:
        print_json(result.to_dict())
    else:
        for finding in result.findings:
            typer.echo(printable(str(finding)))
        typer.echo(result.summary)
    raise typer.Exit(result.exit_code)
