"""``ipe check``: every finding of a design, and what each kind of finding means."""

from __future__ import annotations

import gc
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.output import print_json, printable

__all__ = ["CheckFormat", "check"]


class CheckFormat(StrEnum):
    """What the findings are printed as."""

    table = "table"
    json = "json"
    sarif = "sarif"


def check(
    programme: Annotated[Path | None, typer.Argument(help="Folder of the programme.", show_default=False)] = None,
    format: Annotated[
        CheckFormat, typer.Option(help="Print a list for people, JSON, or SARIF 2.1.0 for code-review tools.")
    ] = CheckFormat.table,
    explain: Annotated[
        str | None, typer.Option(metavar="ID", help="Explain a kind of finding instead.", show_default=False)
    ] = None,
) -> None:
    """List every finding about a design.

    The gravest come first, each with its file and line and how to mend it. Findings that a file allows under `allow`,
    with a reason, are counted apart.
    Exit code 0: clean, or warnings only; 1: the design has errors; 2: a file cannot be read.

    Example: ipe check cu-ipe --format json

    Example: ipe check --explain redundant-prerequisite
    """
    if explain is not None:
        _explain(explain, format)
        return
    if programme is None:
        raise typer.BadParameter("Name the folder of a programme, or a finding with --explain.", param_hint="PROGRAMME")
    # The process ends with this check; looking for garbage among a million live objects takes a fifth of its time.
    gc.disable()
    from ipe_workbench.folder_check import check_folder

    result = check_folder(programme)
    if format is CheckFormat.json:
        print_json(result.to_dict())
    elif format is CheckFormat.sarif:
        from ipe_workbench import __version__
        from ipe_workbench.sarif import sarif_log

        folder = programme if programme.is_dir() else programme.parent
        print_json(sarif_log(result, folder=folder, root=Path.cwd(), version=__version__))
    else:
        for finding in result.findings:
            typer.echo(printable(str(finding)))
        typer.echo(printable(result.summary))
    raise typer.Exit(result.exit_code)


def _explain(id: str, format: CheckFormat) -> None:
    from ipe_workbench.credentials.checks import explanation

    page = explanation(id)
    if format is CheckFormat.json:
        print_json({"id": id, "explanation": page})
    else:
        typer.echo(page.rstrip("\n"))
