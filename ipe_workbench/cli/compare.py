"""``ipe compare``: two simulated designs against each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.cli.simulation_studies import FigureOption, check_figure

if TYPE_CHECKING:
    from ipe_workbench.simulation import SimulationResult


def compare(
    first: Annotated[Path, typer.Argument(help="Folder of a run, as `ipe simulate --out` writes it.")],
    second: Annotated[Path, typer.Argument(help="Folder of the run to hold against it.")],
    figure: FigureOption = None,
    format: Annotated[OutputFormat, typer.Option(help="Print a table or JSON.")] = OutputFormat.table,
) -> None:
    """Compare two simulated designs, in pairs of replicates where they share a seed.

    Example: ipe compare runs/today runs/redesign
    """
    from ipe_workbench.simulation import read_result
    from ipe_workbench.simulation.experiments import compare_results

    check_figure(figure)
    runs = read_result(first), read_result(second)
    compared = compare_results(*runs)
    if figure is not None:
        from ipe_workbench.figures import comparison_forest

        comparison_forest(compared, names=_titles(runs[1])).save(figure)
    if format is OutputFormat.json:
        print_json({**compared.about, "differences": compared.frame.to_dict("records")})
        return
    about = compared.about
    rows = [
        (
            row["item"],
            row["measure"],
            f"{row['first']:.1%}",
            f"{row['second']:.1%}",
            f"{100 * row['difference']:+.1f}",
            f"{100 * row['low_all']:+.1f} to {100 * row['high_all']:+.1f}",
            f"{100 * row['cohort_low']:+.1f} to {100 * row['cohort_high']:+.1f}",
        )
        for row in compared.frame.to_dict("records")
    ]
    right = "right"
    columns = (
        "", "", (about["first"]["scenario"], right), (about["second"]["scenario"], right), ("difference", right),
        ("expected, 95 % for all rows", right), ("one cohort, 95 %", right),
    )  # fmt: skip
    print_table(table("Differences in percentage points (simulated)", columns, rows))
    if about["paired"]:
        ratio = about["variance_ratio"]
        gain = f"; independent runs would need {ratio:.0f} times as many replicates" if ratio else ""
        typer.echo(f"Compared in pairs with common random numbers{gain}.")
    else:
        typer.echo("The runs do not share seed and cohort: compared as independent samples.")
    if about["only_in_one"]:
        typer.echo(printable(f"Only in one of the runs: {', '.join(about['only_in_one'])}."))
    typer.echo("The intervals hold the luck of the simulation, not the uncertainty of the parameters.")


def _titles(run: SimulationResult) -> dict[str, str]:
    badges, stacks = run.badges("all", "earned"), run.stacks("all", "earned")
    named = dict(zip(badges["credential"], badges["title"], strict=True))
    return named | dict(zip(stacks["stack"], stacks["title"], strict=True))
