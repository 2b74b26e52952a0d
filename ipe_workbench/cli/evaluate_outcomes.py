"""``ipe evaluate``: missing scores, and change when scores are missing."""

from __future__ import annotations

from typing import Annotated

import typer

from ipe_workbench.cli.evaluate import ClusterOption, FileArgument, FormatOption, LevelOption, columns_of, read, show
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


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    for command in (missing, change_imputed):
        app.command(command.__name__.replace("_", "-"))(command)
