"""``ipe coverage``: competency by credential, and the gaps."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.output import print_json, print_table, printable, table

if TYPE_CHECKING:
    from ipe_workbench.pathways import Coverage


class CoverageFormat(StrEnum):
    """What the coverage is printed as."""

    table = "table"
    csv = "csv"
    json = "json"


def coverage(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    framework: Annotated[
        str | None, typer.Option(help="Id of the framework; the programme's first one by default.", show_default=False)
    ] = None,
    profession: Annotated[
        str | None, typer.Option(help="Count only what learners of this profession may earn.", show_default=False)
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Also draw the heatmap to this .svg, .png or .pdf file.", show_default=False)
    ] = None,
    format: Annotated[CoverageFormat, typer.Option(help="Print a table, CSV or JSON.")] = CoverageFormat.table,
) -> None:
    """Show who covers which competency, and the gaps.

    For each competency of the framework: the credentials that teach, practise and assess it.

    Example: ipe coverage data/programmes/cu-ipe --framework ipec-2023 --format csv
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.pathways import coverage as cover

    loaded = load_programme(programme)
    result = cover(loaded, framework or next(iter(loaded.frameworks)), profession)
    if figure is not None:
        from ipe_workbench.figures import coverage_heatmap

        coverage_heatmap(result, {one.id: one.title for one in loaded.credentials.values()}).save(figure)
    if format is CoverageFormat.json:
        print_json(result.to_dict())
    elif format is CoverageFormat.csv:
        typer.echo(result.to_csv(), nl=False)
    else:
        _print_for_people(result)


def _print_for_people(result: Coverage) -> None:
    rows = [
        (row.code, *(", ".join(getattr(row, how)) or "-" for how in ("taught", "practised", "assessed")))
        for row in result.rows
    ]
    print_table(table(f"Coverage of {result.framework_title}", ("Code", "Taught", "Practised", "Assessed"), rows))
    for how, codes in result.gaps.items():
        typer.echo(printable(f"Not {how}: {', '.join(codes) if codes else 'none'}"))
