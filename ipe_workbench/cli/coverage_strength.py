"""The views of ``ipe coverage`` beyond the matrix: strength, equity and the smallest set of credentials."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import typer

from ipe_workbench.cli.output import print_json, print_table, printable, table

if TYPE_CHECKING:
    from ipe_workbench.credentials import Programme
    from ipe_workbench.pathways import Cover, CoverageEquity, WeightedCoverage

__all__ = ["View", "show_view"]


class View(StrEnum):
    """What is shown of the coverage."""

    matrix = "matrix"
    strength = "strength"
    equity = "equity"
    smallest = "smallest"


def show_view(
    view: View,
    programme: Programme,
    framework: str,
    *,
    profession: str | None,
    pathway: str | None,
    term: str | None,
    through: str | None,
    format: str,
) -> None:
    """Work out one view and print it as ``table``, ``csv`` or ``json``."""
    from ipe_workbench.pathways import coverage_equity, smallest_cover, weighted_coverage

    if view is View.strength:
        weighted = weighted_coverage(
            programme, framework, profession=profession, pathway=pathway, term=term, through=through
        )
        if format == "csv":
            typer.echo(weighted.to_csv(), nl=False)
        elif format == "json":
            print_json(weighted.to_dict())
        else:
            _print_strength(weighted)
        return
    if format == "csv":
        raise typer.BadParameter("--format csv goes with --view matrix and --view strength.")
    if view is View.equity:
        equity = coverage_equity(programme, framework)
        print_json(equity.to_dict()) if format == "json" else _print_equity(equity)
    else:
        cover = smallest_cover(programme, framework, profession=profession)
        print_json(cover.to_dict()) if format == "json" else _print_smallest(programme, cover)


def _print_strength(result: WeightedCoverage) -> None:
    columns = ("Code", "Level", ("Hours", "right"), ("Assessed by", "right"), "Strongest evidence", "Reached by")
    rows = [
        (row.code, row.level or "-", f"{row.hours:.1f}", len(row.assessed), row.strength or "-", _reached(row.reach))
        for row in result.rows
    ]
    print_table(table(f"Strength of the coverage of {result.framework_title}", columns, rows))
    typer.echo(
        printable(f"Pathways counted: {', '.join(result.pathways)}. Guaranteed: no way of completing misses it.")
    )


def _reached(reach: Mapping[str, str]) -> str:
    found: dict[str, list[str]] = {}
    for profession, how in reach.items():
        found.setdefault(how, []).append(profession)
    if len(found) == 1:
        return f"{next(iter(found))} to all"
    return "; ".join(f"{how}: {', '.join(professions)}" for how, professions in found.items())


def _print_equity(result: CoverageEquity) -> None:
    columns = (
        *("Profession", ("Learners", "right"), ("Taught", "right"), ("Practised", "right"), ("Assessed", "right")),
        *(("Guaranteed", "right"), ("Hours", "right"), "Not offered to them"),
    )
    rows = [
        (
            *(one.profession, one.learners),
            *(f"{share:.0%}" for share in (one.taught, one.practised, one.assessed, one.guaranteed)),
            *(f"{one.hours:g}", ", ".join(one.denied) or "-"),
        )
        for one in result.professions
    ]
    print_table(table("Coverage by profession", columns, rows))
    typer.echo(
        f"Assessed: gap {result.gap:.0%}, least to most {result.ratio:.2f}, Gini {result.gini:.3f} (0 is equal)."
    )


def _print_smallest(programme: Programme, result: Cover) -> None:
    rows = [(one, programme.title(one), ", ".join(result.covers[one])) for one in result.credentials]
    title = f"The fewest credentials that assess all that is assessed: {len(rows)}"
    print_table(table(title, ("Credential", "Title", "Assesses"), rows))
    if result.uncoverable:
        typer.echo(printable(f"Assessed by none: {', '.join(result.uncoverable)}."))
    proof = (
        f"no set costs less than {float(result.bound):g}" if result.proof == "dual" else "every smaller set was tried"
    )
    typer.echo(f"Proved smallest: {proof}{'' if result.verify() else ' (the check failed)'}.")
