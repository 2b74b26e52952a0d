"""``ipe simulate sweep``, ``sensitivity`` and ``optimise``: many simulations as one study."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.cli.simulation_means import SchedulerOption, WorkersOption, simulation_means

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.credentials import Programme
    from ipe_workbench.simulation import Scenario

__all__ = [
    "FigureOption",
    "check_figure",
    "check_table",
    "item_titles",
    "optimise",
    "plain_rows",
    "sensitivity",
    "sweep",
    "write_table",
]

ProgrammeArgument = Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)]
ScenarioOption = Annotated[str, typer.Option(help="Name of a scenario of the programme, or a scenario file.")]
VaryOption = Annotated[
    list[str],
    typer.Option(
        help="PATH=LOW:HIGH, PATH=LOW:HIGH:log or PATH=VALUE,VALUE; once for each parameter.", show_default=False
    ),
]
OutcomeOption = Annotated[
    list[str],
    typer.Option(help="earned:ITEM, retained:CREDENTIAL, hours:ROLE or badges; may be repeated.", show_default=False),
]
SeedOption = Annotated[
    int | None, typer.Option(help="Names the random numbers; the scenario's by default.", show_default=False)
]
ReplicatesOption = Annotated[int, typer.Option(help="Simulated cohorts at each point.")]
OutOption = Annotated[
    Path | None, typer.Option(help="Write the table to this Parquet or CSV file.", show_default=False)
]
FigureOption = Annotated[
    Path | None, typer.Option(help="Also draw it to this .svg, .png or .pdf file.", show_default=False)
]
FormatOption = Annotated[OutputFormat, typer.Option(help="Print a table or JSON.")]


class DesignName(StrEnum):
    """How points are laid out."""

    grid = "grid"
    latin_hypercube = "latin-hypercube"
    sobol = "sobol"


class Direction(StrEnum):
    """Which way is better."""

    maximise = "maximise"
    minimise = "minimise"


def sweep(
    programme: ProgrammeArgument,
    vary: VaryOption,
    outcome: OutcomeOption,
    scenario: ScenarioOption = "today",
    design: Annotated[DesignName, typer.Option(help="Every combination, or evenly spread points.")] = DesignName.grid,
    points: Annotated[int, typer.Option(help="How many points, for latin-hypercube and sobol.")] = 64,
    levels: Annotated[int, typer.Option(help="How many values of a range, for grid.")] = 5,
    replicates: ReplicatesOption = 20,
    seed: SeedOption = None,
    out: OutOption = None,
    figure: FigureOption = None,
    scheduler: SchedulerOption = "auto",
    workers: WorkersOption = None,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Simulate a scenario under many values of its parameters.

    Example: ipe simulate sweep cu-ipe --vary assessment.slip=0.05:0.3 --outcome badges --levels 4
    """
    from ipe_workbench.simulation import experiments

    loaded, chosen = _inputs(programme, scenario)
    factors = [experiments.parse_factor(one) for one in vary]
    outcomes = [experiments.parse_outcome(one) for one in outcome]
    made = experiments.design_points(
        factors, design.value, points=points, levels=levels, seed=chosen.seed if seed is None else seed
    )
    check_table(out)
    check_figure(figure)
    with simulation_means(scheduler, workers, out, "Simulating points") as means:
        found = experiments.sweep(loaded, chosen, made, outcomes, replicates=replicates, seed=seed, means=means)
    if figure is not None:
        from ipe_workbench.figures import sweep_curves

        sweep_curves(found, names=item_titles(loaded)).save(figure)
    _print(found.about, found.frame, out, format, f"{len(made)} points, {replicates} cohorts each (simulated)")


def sensitivity(
    programme: ProgrammeArgument,
    vary: VaryOption,
    outcome: OutcomeOption,
    scenario: ScenarioOption = "today",
    base: Annotated[int, typer.Option(help="Saltelli's N, a power of two; N x (parameters + 2) points.")] = 128,
    replicates: ReplicatesOption = 20,
    seed: SeedOption = None,
    out: OutOption = None,
    figure: FigureOption = None,
    scheduler: SchedulerOption = "auto",
    workers: WorkersOption = None,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Which parameters an outcome depends on: Sobol indices with 95 % intervals.

    Example: ipe simulate sensitivity cu-ipe --vary learning.learn_per_opportunity=0.05:0.3
    --vary assessment.slip=0.05:0.3 --outcome earned:ipe-micro-credential --base 64
    """
    from ipe_workbench.simulation import experiments

    loaded, chosen = _inputs(programme, scenario)
    factors = [experiments.parse_factor(one) for one in vary]
    outcomes = [experiments.parse_outcome(one) for one in outcome]
    check_table(out)
    check_figure(figure)
    with simulation_means(scheduler, workers, out, "Simulating points") as means:
        found = experiments.sobol_sensitivity(
            loaded, chosen, factors, outcomes, base=base, replicates=replicates, seed=seed, means=means
        )
    if figure is not None:
        from ipe_workbench.figures import sensitivity_bars

        sensitivity_bars(found, names=item_titles(loaded)).save(figure)
    title = f"Shares of the variance, {found.about['points']} points, {replicates} cohorts each (simulated)"
    _print(found.about, found.frame, out, format, title)
    noisy = found.frame.loc[found.frame["noise_share"] > 0.05, "outcome"].unique()
    if len(noisy) and format is OutputFormat.table:
        typer.echo(printable(f"Noisy, give more --replicates: {', '.join(noisy)}."))


def optimise(
    programme: ProgrammeArgument,
    vary: VaryOption,
    objective: Annotated[str, typer.Option(help="The outcome that should be large.", show_default=False)],
    scenario: ScenarioOption = "today",
    direction: Annotated[Direction, typer.Option(help="Which way is better.")] = Direction.maximise,
    limit: Annotated[
        list[str] | None, typer.Option(help="OUTCOME<=NUMBER or OUTCOME>=NUMBER; may be repeated.", show_default=False)
    ] = None,
    trials: Annotated[int, typer.Option(help="Candidates at most; all are tried where there are no more.")] = 100,
    replicates: ReplicatesOption = 20,
    fresh_replicates: Annotated[int, typer.Option(help="Cohorts of the short list on the fresh seed.")] = 200,
    seed: SeedOption = None,
    out: OutOption = None,
    scheduler: SchedulerOption = "auto",
    workers: WorkersOption = None,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Search the best design, and simulate the winner again on a seed that the search has not seen.

    Example: ipe simulate optimise cu-ipe --vary design_changes.values-foundations.attempts=2:5
    --objective earned:ipe-micro-credential --limit "hours:faculty<=600"
    """
    from ipe_workbench.simulation import experiments

    loaded, chosen = _inputs(programme, scenario)
    factors = [experiments.parse_factor(one) for one in vary]
    goal = experiments.parse_outcome(objective)
    limits = [experiments.parse_limit(one) for one in limit or ()]
    check_table(out)
    with simulation_means(scheduler, workers, out, "Simulating candidates") as means:
        found = experiments.optimise(
            loaded, chosen, factors, goal, direction=direction.value, limits=limits, trials=trials,
            replicates=replicates, fresh_replicates=fresh_replicates, seed=seed, means=means,
        )  # fmt: skip
    about = found.about
    how = "all" if about["exhaustive"] else "proposed"
    _print(about, found.frame, out, format, f"Short list of {about['candidates']} {how} candidates (simulated)")
    if format is OutputFormat.json:
        return
    if about["best"] is None:
        typer.echo("No candidate of the short list keeps the limits on the fresh seed.")
    typer.echo("`searched` is what the search saw and flatters the winner; `fresh` is on another seed. -1 is today.")


def _inputs(folder: Path, scenario: str) -> tuple[Programme, Scenario]:
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.simulation import find_scenario

    return load_programme(folder), find_scenario(folder, scenario)


def check_table(out: Path | None) -> None:
    """Whether a table can be written under that name; told before anybody waits."""
    from ipe_workbench.errors import UnusableInputError

    if out is not None and out.suffix not in (".parquet", ".csv"):
        raise UnusableInputError("The table is written as .parquet or .csv.", place=str(out), mend="Name such a file.")


def check_figure(figure: Path | None) -> None:
    """Whether a figure can be drawn under that name; told before anybody waits."""
    from ipe_workbench.errors import UnusableInputError

    if figure is not None and figure.suffix.lower() not in (".svg", ".png", ".pdf"):
        raise UnusableInputError(
            "The figure is drawn as .svg, .png or .pdf.", place=str(figure), mend="Name such a file."
        )


def item_titles(programme: Programme) -> dict[str, str]:
    """Titles of credentials, stacks and professions by id."""
    titles = {one.id: one.title for one in programme.credentials.values()}
    titles |= {one.id: one.title for one in programme.stacks.values()}
    return titles | {one.id: one.title for one in programme.info.professions}


def write_table(frame: pd.DataFrame, out: Path | None) -> None:
    """Write a table as Parquet or CSV."""
    if out is None:
        return
    from ipe_workbench.documents import write_atomically

    content = frame.to_parquet(index=False) if out.suffix == ".parquet" else frame.to_csv(index=False).encode()
    write_atomically(out, content)


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON values."""
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _print(about: Any, frame: pd.DataFrame, out: Path | None, format: OutputFormat, title: str) -> None:
    write_table(frame, out)
    if format is OutputFormat.json:
        print_json({**about, "rows": plain_rows(frame)})
        return
    columns = [(str(name), "right" if frame[name].dtype.kind in "fi" else "left") for name in frame.columns]
    cells = [[f"{one:.4g}" if isinstance(one, float) else one for one in row] for row in frame.to_numpy(object)]
    print_table(table(title, columns, cells))
    if out is not None:
        typer.echo(printable(f"Written to {out}."))


def _plain(value: Any) -> Any:
    """JSON has no missing number but null, and no NumPy types."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and value != value else value
