"""``ipe pathways structure``: the figures of curricular analytics."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.pathways.programme_structure import ProgrammeStructure
    from ipe_workbench.pathways.structure import Structure

__all__ = ["structure"]

_FIGURES: tuple[str, ...] = ("delay", "blocking", "centrality", "complexity")


def structure(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE_OR_PROGRAMME",
            help="CSV file of a curriculum or degree plan, or folder of a programme.",
            show_default=False,
        ),
    ],
    profession: Annotated[
        str | None, typer.Option(help="Of a programme: the learners of this profession.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print a table, or JSON.")] = OutputFormat.table,
) -> None:
    """Show how requisites delay and block: delay and blocking factor, centrality, complexity.

    A file is a curriculum or degree plan in the layout of CurricularAnalytics.jl. The rules of a programme leave
    choices, so that each figure is given three times: what no choice avoids, on the cheapest way to each badge, and
    what some choice can bring.

    Example: ipe pathways structure curriculum.csv --format json

    Example: ipe pathways structure cu-ipe --profession nursing
    """
    from ipe_workbench.pathways.curriculum_csv import read_curriculum
    from ipe_workbench.pathways.programme_structure import programme_structure
    from ipe_workbench.pathways.structure import structure as structure_of

    found: ProgrammeStructure | Structure
    if source.is_dir():
        from ipe_workbench.credentials import load_programme

        programme = load_programme(source)
        name = programme.info.title
        found = programme_structure(programme, profession)
    else:
        if profession is not None:
            raise UnusableInputError("A curriculum has no professions.", mend="Leave out --profession.")
        curriculum = read_curriculum(source)
        name = curriculum.name
        found = structure_of(curriculum, str(source))
    if format is OutputFormat.json:
        print_json(found.to_dict())
    else:
        for finding in found.findings:
            typer.echo(printable(str(finding)), err=True)
        _print(name, found)


#: From here on a whole number is shown short; Python's own short form ends where its floating-point numbers do.
_MANY_DIGITS = 10**15


def _print(name: str, found: ProgrammeStructure | Structure) -> None:
    from ipe_workbench.pathways.structure import Structure

    columns: list[str | tuple[str, str]] = ["Id", "Name", *((one.capitalize(), "right") for one in _FIGURES)]
    shown = (found,) if isinstance(found, Structure) else tuple(found.choices.values())
    rows = [
        (
            first[0].id,
            first[0].name,
            *(" / ".join(_number(getattr(one, figure)) for one in first) for figure in _FIGURES),
        )
        for first in zip(*(one.nodes for one in shown), strict=True)
    ]
    last = ("All", "", *(" / ".join(_number(one.totals[figure]) for one in shown) for figure in _FIGURES))
    print_table(table(f"Structure of {name}", columns, [*rows, last]))
    if len(shown) > 1:
        typer.echo("Each figure: what no choice avoids / on the cheapest way to a badge / what some choice can bring.")
    typer.echo(printable("Longest path: " + " > ".join(shown[-1].longest_path)))


def _number(value: float) -> str:
    """Whole numbers in full, those of very many digits with four of them."""
    if isinstance(value, int) and value >= _MANY_DIGITS:
        return f"{Decimal(value):.3e}"
    return str(value) if isinstance(value, int) else f"{value:g}"
