"""``ipe evaluate``: missing scores, change when scores are missing, and retention."""

from __future__ import annotations

from typing import Annotated

import typer

from ipe_workbench.cli.evaluate import (
    ClusterOption,
    FileArgument,
    FormatOption,
    LevelOption,
    columns_of,
    numbers_of,
    read,
    show,
)
from ipe_workbench.cli.output import OutputFormat

CovariatesOption = Annotated[
    str | None, typer.Option(help="Columns known of everybody, commas between.", show_default=False)
]
IdOption = Annotated[str, typer.Option(help="Column with the learner.")]
WaveOption = Annotated[str, typer.Option(help="Column with the wave.")]
ValueOption = Annotated[str, typer.Option(help="Column with the score.")]


def missing(
    file: FileArgument,
    id: IdOption = "learner",
    time: WaveOption = "wave",
    value: ValueOption = "value",
    covariates: CovariatesOption = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """What is missing at each wave, in which patterns, and how those who left differed from those who stayed.

    Example: ipe evaluate missing scores.csv --time wave --value score --covariates profession
    """
    from ipe_workbench.evaluation import describe_missing

    columns = columns_of(covariates)
    show(describe_missing(read(file), id=id, time=time, value=value, covariates=columns, level=level), format)


def change_imputed(
    file: FileArgument,
    id: IdOption = "learner",
    time: WaveOption = "wave",
    value: ValueOption = "value",
    before: Annotated[str | None, typer.Option(help="The wave before.", show_default=False)] = None,
    after: Annotated[str | None, typer.Option(help="The wave after.", show_default=False)] = None,
    covariates: CovariatesOption = None,
    cluster: ClusterOption = None,
    imputations: Annotated[int, typer.Option("--imputations", "-m", min=2, max=1000, help="How many.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same numbers.")] = 1,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Mean change of everybody who answered at least once: multiple imputation, and how wrong it would have to be.

    Example: ipe evaluate change-imputed scores.csv --value score --before pre --after post --covariates profession
    """
    from ipe_workbench.evaluation import change_with_imputation

    found = change_with_imputation(
        read(file),
        id=id,
        time=time,
        value=value,
        before=before,
        after=after,
        covariates=columns_of(covariates),
        cluster=cluster,
        m=imputations,
        seed=seed,
        level=level,
    )
    show(found, format)


def retention(
    file: FileArgument,
    id: IdOption = "learner",
    time: Annotated[str, typer.Option(help="Column with the time since the badge, a number.")] = "days",
    value: ValueOption = "value",
    pass_mark: Annotated[float | None, typer.Option(help="Score needed for the badge.", show_default=False)] = None,
    floor: Annotated[float, typer.Option(help="Score of somebody who knows nothing, as by guessing.")] = 0.0,
    at: Annotated[str | None, typer.Option(help="Times to report, commas between.", show_default=False)] = None,
    second_rating: Annotated[
        str | None,
        typer.Option(help="Column with a second rating at time zero, not decisive.", show_default=False),
    ] = None,
    reliability: Annotated[
        float | None, typer.Option(help="Of the score at time zero, without a second rating.", show_default=False)
    ] = None,
    assessed_mean: Annotated[
        float | None, typer.Option(help="Mean of all who were assessed, failed ones too.", show_default=False)
    ] = None,
    cluster: ClusterOption = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """The forgetting curve since the badge: half-life, what is retained, and the share that still passes.

    Example: ipe evaluate retention scores.csv --time days --value score --pass-mark 70 --cluster team
    """
    from ipe_workbench.evaluation import estimate_retention

    found = estimate_retention(
        read(file), id=id, time=time, value=value, pass_mark=pass_mark, floor=floor, at=numbers_of("--at", at),
        second_rating=second_rating, reliability=reliability, assessed_mean=assessed_mean, cluster=cluster, level=level,
    )  # fmt: skip
    show(found, format)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    for command in (missing, change_imputed, retention):
        app.command(command.__name__.replace("_", "-"))(command)
