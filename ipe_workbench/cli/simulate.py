"""``ipe simulate``: what a cohort would achieve."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.cli.simulation_means import SchedulerOption, WorkersOption, simulation_means
from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.credentials import Programme
    from ipe_workbench.simulation import SimulationResult


def simulate(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    scenario: Annotated[str, typer.Option(help="Name of a scenario of the programme, or a scenario file.")] = "today",
    replicates: Annotated[
        int | None, typer.Option(help="How many cohorts; the scenario's number by default.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Names the random numbers; the scenario's by default.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write Parquet files and summary.json to this folder.", show_default=False)
    ] = None,
    scheduler: SchedulerOption = "auto",
    workers: WorkersOption = None,
    precision: Annotated[
        float | None,
        typer.Option(help="Stop when the Monte Carlo standard error is at most this, as a share.", show_default=False),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            help="What has to be that precise, such as earned:ITEM; all awards by default.", show_default=False
        ),
    ] = None,
    keep_parts: Annotated[
        bool, typer.Option("--keep-parts", help="Keep the parts in OUT.parts, for more replicates later.")
    ] = False,
    traces: Annotated[
        bool, typer.Option("--traces", help="Also write every attempt of every learner to OUT/traces.parquet.")
    ] = False,
    format: Annotated[OutputFormat, typer.Option(help="Print a table or JSON.")] = OutputFormat.table,
) -> None:
    """Simulate a cohort through the programme, with 95 % intervals.

    A run that was stopped goes on where it was, when the same command is given again: finished parts are kept in the
    folder OUT.parts until all is there.

    Example: ipe simulate cu-ipe --scenario today --seed 7 --out runs/today
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.simulation import find_scenario

    loaded = load_programme(programme)
    chosen = find_scenario(programme, scenario)
    if traces and out is None:
        raise UnusableInputError("--traces needs a folder to write to.", mend="Add --out FOLDER.")
    if out is not None:
        from ipe_workbench.simulation.runs import check_target

        check_target(out)
    from ipe_workbench.simulation.experiments.outcomes import parse_outcome
    from ipe_workbench.simulation.experiments.precision import Precision
    from ipe_workbench.simulation.experiments.replication import replicate

    wanted = None
    if precision is not None:
        wanted = Precision(precision, tuple(parse_outcome(one) for one in outcome or ()))
    started = time.perf_counter()
    with simulation_means(scheduler, workers, out, "Simulating cohorts") as means:
        result, reached = replicate(
            loaded, chosen, replicates=replicates, seed=seed, means=means, precision=wanted, keep_parts=keep_parts
        )
    wall = time.perf_counter() - started
    _warn_of_errors(loaded)
    if out is not None:
        result.write(out)
        if traces:
            from ipe_workbench.simulation import write_traces

            write_traces(loaded, chosen, out / "traces.parquet", replicates=result.replicates, seed=result.seed)
    if format is OutputFormat.json:
        summary = result.summary()
        order = ("learners", "replicates", "badges", "digest")
        first: dict[str, Any] = {name: summary.pop(name) for name in order}
        if reached is not None:
            summary["precision"] = {**asdict(reached), "outcomes": list(reached.outcomes)}
        print_json({**first, "wall_s": round(wall, 3), **summary})
        return
    _print_for_people(result, chosen.title, wall, out)
    if reached is not None:
        said = "reached" if reached.reached else "not reached: give more --replicates"
        typer.echo(
            f"Wanted precision {said}: standard error {reached.standard_error:.2g}, with 95 % confidence at most "
            f"{reached.upper_limit:.2g}, after {reached.replicates:,} cohorts."
        )


def _warn_of_errors(programme: Programme) -> None:
    """A design that cannot work gives numbers, too; say so before anybody believes them."""
    from ipe_workbench.credentials import check_programme

    errors = [finding for finding in check_programme(programme) if finding.severity == "error"]
    if errors:
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        typer.echo(printable(f"Warning: the design has errors ({errors[0].message}{more}); see `ipe check`."), err=True)


def _print_for_people(result: SimulationResult, title: str, wall: float, out: Path | None) -> None:
    cohorts = "cohort" if result.replicates == 1 else "cohorts"
    heading = f"{title}: {result.learners:,} learners, {result.replicates:,} simulated {cohorts}, seed {result.seed}"
    columns = ("", ("Earned (simulated)", "right"), ("95 % interval", "right"), ("Retained", "right"), "Main obstacle")
    badges = result.summary()
    obstacles = {entry["id"]: entry for entry in badges["bottlenecks"]}
    rows = []
    for entry in badges["badges"]:
        obstacle = obstacles.get(entry["id"], {"main": None, "shares": {}})
        reason = f"{obstacle['main']} ({obstacle['shares'][obstacle['main']]:.0%})" if obstacle["main"] else "-"
        rows.append((entry["title"], *_share(entry["earned"]), f"{entry['retained']['mean']:.1%}", reason))
    print_table(table(heading, columns, rows))
    if badges["stacks"]:
        stacks = [(entry["title"], *_share(entry["earned"])) for entry in badges["stacks"]]
        print_table(table("Stacks", columns[:3], stacks))
    over = [row for row in badges["assessor_hours"] if row["share_over"] and row["share_over"] > 0.05]
    for row in over:
        typer.echo(
            printable(
                f"Assessors: {row['role']} in {row['term']} need {row['mean']:.0f} hours, "
                f"capacity {row['capacity']:.0f} (exceeded in {row['share_over']:.0%} of the simulated cohorts)."
            )
        )
    typer.echo(f"Simulated, not recorded. {wall:.1f} s. Digest {result.digest[:16]}.")
    if out is not None:
        typer.echo(printable(f"Written to {out}."))


def _share(entry: dict[str, Any]) -> tuple[str, str]:
    if entry["low"] is None:
        return f"{entry['mean']:.1%}", "-"
    return f"{entry['mean']:.1%}", f"{entry['low']:.1%} to {entry['high']:.1%}"
