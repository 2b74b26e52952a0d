"""``ipe init``: a new programme folder, ready to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make; it must not exist or be empty.")],
    title: Annotated[str, typer.Option(help="Title of the programme.")] = "Our interprofessional programme",
    issuer: Annotated[str, typer.Option(help="Name of the awarding body.")] = "Our university",
) -> None:
    """Make a first programme to edit.

    It is small, complete and passes every check.

    Example: ipe init my-programme --title "Team care at our school" --issuer "Our school of health"
    """
    from ipe_workbench.starter import start_programme

    made = start_programme(folder, title=title, issuer=issuer)
    typer.echo(f"Made {made} with {sum(1 for _ in made.rglob('*.yaml'))} files. Go on with: ipe check {made}")
