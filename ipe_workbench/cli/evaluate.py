"""``ipe evaluate``: one analysis of a tidy file, with intervals and findings; what asks for change and groups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.evaluation import Analysis

__all__ = ["FileArgument", "FormatOption", "LevelOption", "app", "columns_of", "numbers_of", "read", "scale_of", "show"]

FileArgument = Annotated[Path, typer.Argument(help="Tidy CSV or Parquet file.", show_default=False)]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="Print a table or JSON.")]
LevelOption = Annotated[float, typer.Option(min=0.5, max=0.999, help="Confidence level of the intervals.")]
MinOption = Annotated[float | None, typer.Option("--min", help="Smallest answer of the scale.", show_default=False)]
MaxOption = Annotated[float | None, typer.Option("--max", help="Largest answer of the scale.", show_default=False)]
ClusterOption = Annotated[
    str | None, typer.Option(help="Column such as the team; intervals allow for it.", show_default=False)
]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("change")
def change(
    file: FileArgument,
    id: Annotated[str, typer.Option(help="Column with the learner.")] = "learner",
    time: Annotated[str, typer.Option(help="Column with the wave.")] = "wave",
    value: Annotated[str, typer.Option(help="Column with the score.")] = "value",
    before: Annotated[str | None, typer.Option(help="The wave before.", show_default=False)] = None,
    after: Annotated[str | None, typer.Option(help="The wave after.", show_default=False)] = None,
    cluster: ClusterOption = None,
    minimum: MinOption = None,
    maximum: MaxOption = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Mean change of the same learners between two waves, with standardised effects.

    Example: ipe evaluate change scores.csv --id learner --time wave --value score --before pre --after post
    """
    from ipe_workbench.evaluation import estimate_change

    found = estimate_change(
        read(file),
        id=id,
        time=time,
        value=value,
        before=before,
        after=after,
        cluster=cluster,
        scale=scale_of(minimum, maximum),
        level=level,
    )
    show(found, format)


@app.command("compare")
def compare(
    file: FileArgument,
    group: Annotated[str, typer.Option(help="Column with two groups.", show_default=False)],
    value: Annotated[str, typer.Option(help="Column with the score.")] = "value",
    baseline: Annotated[
        str | None, typer.Option(help="Column with the score before: adjust for it (ANCOVA).", show_default=False)
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Column with two times: compare the changes instead.", show_default=False)
    ] = None,
    id: Annotated[str, typer.Option(help="Column with the learner, with --time.")] = "learner",
    reference: Annotated[str | None, typer.Option(help="The group to compare with.", show_default=False)] = None,
    before: Annotated[str | None, typer.Option(help="The earlier time, with --time.", show_default=False)] = None,
    covariates: Annotated[
        str | None,
        typer.Option(help="Columns to weight for, commas between; C(x): a group.", show_default=False),
    ] = None,
    cluster: ClusterOption = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Two groups at one time, adjusted on request; or their changes against each other (difference in differences).

    Example: ipe evaluate compare scores.csv --group cohort --value after --baseline before --reference 2025
    """
    from ipe_workbench.evaluation import compare_changes, compare_groups

    frame, fixed = with_covariates(file, covariates)
    if time is None:
        found = compare_groups(
            frame, group=group, value=value, baseline=baseline, reference=reference, cluster=cluster, level=level,
            covariates=fixed,
        )  # fmt: skip
    elif baseline or covariates:
        raise UnusableInputError("--time goes with neither --baseline nor --covariates.", mend="Leave one out.")
    else:
        found = compare_changes(
            frame, group=group, time=time, value=value, id=id, reference=reference, before=before, cluster=cluster,
            level=level,
        )  # fmt: skip
    show(found, format)


@app.command("growth")
def growth(
    file: FileArgument,
    outcome: Annotated[str, typer.Option(help="Column with the score.", show_default=False)],
    crossed: Annotated[
        str | None, typer.Option(help="Crossed grouping columns, commas between.", show_default=False)
    ] = None,
    nested: Annotated[
        str | None, typer.Option(help="Nested grouping columns, the outermost first.", show_default=False)
    ] = None,
    time: Annotated[str | None, typer.Option(help="Column with the time, a number.", show_default=False)] = None,
    covariates: Annotated[
        str | None,
        typer.Option(help="Further fixed effects, commas between; C(x): a group.", show_default=False),
    ] = None,
    random_slope: Annotated[
        str | None, typer.Option(help="Grouping column in which the slope of time varies.", show_default=False)
    ] = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """A mixed model by REML: growth over time, and what lies between learners, teams or raters.

    Example: ipe evaluate growth scores.csv --outcome score --nested team,learner --time week

    Example: ipe evaluate growth ratings.csv --outcome score --crossed learner,rater

    Example: ipe evaluate growth scores.csv --outcome score --nested learner --time week --covariates "C(cohort)"
    """
    from ipe_workbench.evaluation import fit_growth

    frame, fixed = with_covariates(file, covariates)
    found = fit_growth(
        frame,
        outcome=outcome,
        crossed=columns_of(crossed),
        nested=columns_of(nested),
        time=time,
        covariates=fixed,
        random_slope=random_slope,
        level=level,
    )
    show(found, format)


@app.command("time-to-badge")
def time_to_badge(
    file: FileArgument,
    duration: Annotated[str, typer.Option(help="Column with the time observed.")] = "days",
    status: Annotated[str, typer.Option(help="Column with how it ended.")] = "status",
    event: Annotated[str, typer.Option(help="Status of those who earned it.")] = "badge",
    competing: Annotated[
        str | None, typer.Option(help="Statuses that end the chance, commas between.", show_default=False)
    ] = None,
    entry: Annotated[
        str | None, typer.Option(help="Column with the time of entry, for those who came late.", show_default=False)
    ] = None,
    at: Annotated[str | None, typer.Option(help="Times to report, commas between.", show_default=False)] = None,
    covariates: Annotated[
        str | None,
        typer.Option(help="Columns of a Cox model, commas between; C(x): a group.", show_default=False),
    ] = None,
    cluster: ClusterOption = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """What share has earned a badge by when, with withdrawal as a competing event.

    Example: ipe evaluate time-to-badge times.csv --event badge --competing withdrawn --at 30,60,90
    """
    from ipe_workbench.evaluation import estimate_time_to_badge

    times = numbers_of("--at", at)
    frame, fixed = with_covariates(file, covariates)
    found = estimate_time_to_badge(
        frame,
        duration=duration,
        status=status,
        event=event,
        competing=columns_of(competing),
        entry=entry,
        at=times,
        covariates=fixed,
        cluster=cluster,
        level=level,
    )
    show(found, format)


@app.command("power")
def power(
    paired: Annotated[bool, typer.Option("--paired/--two-groups", help="Pairs, or two equal groups.")] = True,
    effect: Annotated[float | None, typer.Option(help="Standardised effect.", show_default=False)] = None,
    n: Annotated[float | None, typer.Option("--n", help="Pairs, or learners a group.", show_default=False)] = None,
    power: Annotated[float | None, typer.Option(help="Such as 0.8.", show_default=False)] = None,
    alpha: Annotated[float, typer.Option(help="Size of the two-sided test.")] = 0.05,
    icc: Annotated[float, typer.Option(help="Intraclass correlation of teams.")] = 0.0,
    team_size: Annotated[float, typer.Option(help="Learners a team.")] = 1.0,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Learners needed, power, or the smallest effect that can be seen: leave out what you ask for.

    Example: ipe evaluate power --paired --effect 0.2 --power 0.8

    Example: ipe evaluate power --two-groups --n 350 --power 0.8 --icc 0.05 --team-size 6
    """
    from ipe_workbench.evaluation import solve_power

    design: Literal["paired", "two-groups"] = "paired" if paired else "two-groups"
    show(solve_power(design=design, effect=effect, n=n, aim=power, alpha=alpha, icc=icc, team_size=team_size), format)


def read(file: Path) -> pd.DataFrame:
    """The table of the file."""
    from ipe_workbench.evaluation import read_tidy

    return read_tidy(file)


def columns_of(text: str | None) -> list[str]:
    """Names with commas between."""
    return [one.strip() for one in (text or "").split(",") if one.strip()]


def with_covariates(file: Path, text: str | None) -> tuple[pd.DataFrame, list[str]]:
    """The table and the covariates; a column of numbers named as ``C(x)`` is taken as names of groups."""
    frame, names = read(file), []
    for one in columns_of(text):
        name = one[2:-1].strip() if one.startswith("C(") and one.endswith(")") else one
        if name != one and name in frame.columns:
            frame[name] = frame[name].map(str, na_action="ignore").astype(object)
        names.append(name)
    return frame, names


def numbers_of(option: str, text: str | None) -> list[float]:
    """Numbers with commas between."""
    try:
        return [float(one) for one in columns_of(text)]
    except ValueError:
        raise UnusableInputError(
            f"{option} {text} holds what is no number.", mend=f"Such as {option} 30,60,90."
        ) from None


def scale_of(minimum: float | None, maximum: float | None) -> tuple[float, float] | None:
    """Both ends of a scale, or none."""
    if minimum is None and maximum is None:
        return None
    if minimum is None or maximum is None or minimum >= maximum:
        raise UnusableInputError("A scale needs --min and a larger --max.", mend="Such as --min 1 --max 5.")
    return minimum, maximum


def show(analysis: Analysis, format: OutputFormat) -> None:
    """Print an analysis; leave with 1 when nothing could be estimated."""
    if format is OutputFormat.json:
        print_json(analysis.to_dict())
    else:
        for finding in analysis.findings:
            message = " ".join(one for one in (finding.message, finding.mend) if one)
            typer.echo(printable(f"{finding.severity}: {message} [{finding.id}]"), err=True)
        if analysis.estimates:
            rows = [
                (e.name, _number(e.estimate), _number(e.low), _number(e.high), e.n, e.method)
                for e in analysis.estimates
            ]
            heads: list[str | tuple[str, str]] = [
                "Estimate",
                ("Value", "right"),
                ("Low", "right"),
                ("High", "right"),
                ("n", "right"),
                "Method",
            ]
            print_table(table(f"{analysis.question} ({analysis.status})", heads, rows))
            for test in analysis.tests:
                df = ", ".join(f"{one:.1f}" for one in test.df)
                typer.echo(
                    printable(f"{test.name}: {test.statistic:.3f}{f' (df {df})' if df else ''}, p = {test.p:.4f}")
                )
        typer.echo(printable(analysis.sentence))
    if analysis.status == "not-estimable":
        raise typer.Exit(1)


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.4g}"
