"""``ipe pathways structure``: the figures of curricular analytics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table

__all__ = ["structure"]


def structure(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE_OR_PROGRAMME",
            help="CSV file of a curriculum or degree plan, or folder of a programme.",
            show_default=False,
        ),
    ],
    format: Annotated[OutputFormat, typer.Option(help="Print a table, or JSON.")] = OutputFormat.table,
) -> None:
    """Show how requisites delay and block: delay and blocking factor, centrality, complexity.

    A file is a curriculum or degree plan in the layout of CurricularAnalytics.jl. Of a programme, each credential
    requires every badge that its prerequisites name, alternatives included.

    Example: ipe pathways structure curriculum.csv --format json

    Example: ipe pathways structure data/programmes/cu-ipe
    """
    from ipe_workbench.pathways.curriculum_csv import read_curriculum
    from ipe_workbench.pathways.programme_structure import curriculum_of
    from ipe_workbench.pathways.structure import structure as structure_of

    if source.is_dir():
        from ipe_workbench.credentials import load_programme

        curriculum = curriculum_of(load_programme(source))
    else:
        curriculum = read_curriculum(source)
    found = structure_of(curriculum, str(source))
    if format is OutputFormat.json:
        print_json(found.to_dict())
        return
    for finding in found.findings:
        typer.echo(printable(str(finding)), err=True)
    columns: list[str | tuple[str, str]] = [
        "Id",
        "Name",
        ("Delay", "right"),
        ("Blocking", "right"),
        ("Centrality", "right"),
        ("Complexity", "right"),
    ]
    rows = [(one.id, one.name, one.delay, one.blocking, one.centrality, f"{one.complexity:g}") for one in found.nodes]
    totals = found.totals
    last = ("All", "", totals["delay"], totals["blocking"], totals["centrality"], f"{totals['complexity']:g}")
    print_table(table(f"Structure of {curriculum.name}", columns, [*rows, last]))
    typer.echo(printable("Longest path: " + " > ".join(found.longest_path)))
