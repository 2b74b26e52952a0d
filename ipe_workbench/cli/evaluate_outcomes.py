"""``ipe evaluate``: missing scores, change when scores are missing, retention, equity, confidence, simulated power."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.evaluate import (
    ClusterOption,
    FileArgument,
    FormatOption,
    LevelOption,
    MaxOption,
    MinOption,
    columns_of,
    numbers_of,
    read,
    scale_of,
    show,
)
from ipe_workbench.cli.output import OutputFormat
from ipe_workbench.errors import UnusableInputError

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
    imputations: Annotated[
        int, typer.Option("--imputations", "-m", min=2, max=1000, help="How many imputations.")
    ] = 20,
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


def equity(
    file: FileArgument,
    group: Annotated[str, typer.Option(help="Column with the groups, such as the profession.", show_default=False)],
    value: Annotated[str | None, typer.Option(help="Column with a number.", show_default=False)] = None,
    rate: Annotated[str | None, typer.Option(help="Column with yes and no, or 1 and 0.", show_default=False)] = None,
    reference: Annotated[
        str | None, typer.Option(help="Group to compare with; all others otherwise.", show_default=False)
    ] = None,
    stratify: Annotated[
        str | None, typer.Option(help="Column within which groups are compared, too.", show_default=False)
    ] = None,
    cluster: ClusterOption = None,
    minimum: MinOption = None,
    maximum: MaxOption = None,
    threshold: Annotated[int, typer.Option(min=2, help="Fewest learners that are shown.")] = 10,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Gaps between groups in a mean or a rate; small groups, and what would give them away, are hidden.

    Example: ipe evaluate equity learners.csv --group profession --value score --stratify site

    Example: ipe evaluate equity learners.csv --group profession --rate earned --reference nursing
    """
    from ipe_workbench.evaluation import estimate_equity

    found = estimate_equity(
        read(file), group=group, value=value, rate=rate, reference=reference, stratify=stratify, cluster=cluster,
        scale=scale_of(minimum, maximum), threshold=threshold, level=level,
    )  # fmt: skip
    show(found, format)


def confidence(
    file: FileArgument,
    confidence: Annotated[str, typer.Option(help="Column with the self-rating.")] = "confidence",
    skill: Annotated[str, typer.Option(help="Column with the shown skill.")] = "skill",
    skill_again: Annotated[
        str | None, typer.Option(help="Column with a second measure of the skill.", show_default=False)
    ] = None,
    group: Annotated[str | None, typer.Option(help="Column such as the profession.", show_default=False)] = None,
    cluster: ClusterOption = None,
    confidence_scale: Annotated[
        str | None, typer.Option(help="Ends of the self-rating, such as 1,5.", show_default=False)
    ] = None,
    skill_scale: Annotated[
        str | None, typer.Option(help="Ends of the skill, such as 0,100.", show_default=False)
    ] = None,
    ordinal: Annotated[bool, typer.Option("--ordinal", help="Ranks only: no bias, no slope.")] = False,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Self-rated confidence against shown skill: bias, correlation, calibration; and what noise alone would show.

    Example: ipe evaluate confidence ratings.csv --confidence-scale 1,5 --skill-scale 0,100 --group profession
    """
    from ipe_workbench.evaluation import calibrate_confidence

    found = calibrate_confidence(
        read(file), confidence=confidence, skill=skill, skill_again=skill_again, group=group, cluster=cluster,
        confidence_scale=ends_of("--confidence-scale", confidence_scale), ordinal=ordinal,
        skill_scale=ends_of("--skill-scale", skill_scale), level=level,
    )  # fmt: skip
    show(found, format)


def power_simulated(
    effect: Annotated[float, typer.Option(help="Standardised effect.", show_default=False)],
    n: Annotated[int, typer.Option("--n", help="Pairs, or learners a group.", show_default=False)],
    paired: Annotated[bool, typer.Option("--paired/--two-groups", help="Pairs, or two groups.")] = True,
    alpha: Annotated[float, typer.Option(help="Size of the two-sided test.")] = 0.05,
    icc: Annotated[float, typer.Option(help="Share of the variance between teams.")] = 0.0,
    team_size: Annotated[int, typer.Option(help="Learners a team.")] = 1,
    correlation: Annotated[float, typer.Option(help="Of the waves, or of baseline and outcome.")] = 0.5,
    leave: Annotated[float, typer.Option(help="Share without the second score.")] = 0.0,
    selective: Annotated[bool, typer.Option("--selective", help="Those who began low leave more.")] = False,
    minimum: MinOption = None,
    maximum: MaxOption = None,
    start: Annotated[float | None, typer.Option(help="Mean at first, in points.", show_default=False)] = None,
    sd: Annotated[float | None, typer.Option(help="Standard deviation in points.", show_default=False)] = None,
    tables: Annotated[int, typer.Option(min=20, max=100_000, help="Simulated tables.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same numbers.")] = 1,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Power of the analysis itself on simulated tables: teams, leaving, a ceiling; how often it errs without effect.

    Example: ipe evaluate power-simulated --effect 0.3 --n 240 --icc 0.1 --team-size 6 --leave 0.2 --selective
    """
    from ipe_workbench.evaluation import simulate_power

    found = simulate_power(
        design="paired" if paired else "two-groups", effect=effect, n=n, alpha=alpha, icc=icc, team_size=team_size,
        correlation=correlation, leave=leave, selective=selective, scale=scale_of(minimum, maximum), start=start,
        sd=sd, tables=tables, seed=seed,
    )  # fmt: skip
    show(found, format)


def power_of_designs(
    first: Annotated[Path, typer.Argument(help="Folder of a run, as `ipe simulate --out` writes it.")],
    second: Annotated[Path, typer.Argument(help="Folder of the run to hold against it.")],
    item: Annotated[str, typer.Option(help="Credential or stack.", show_default=False)],
    measure: Annotated[str, typer.Option(help="earned, or retained.")] = "earned",
    alpha: Annotated[float, typer.Option(min=0.0001, max=0.5, help="Size of the two-sided test.")] = 0.05,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Whether one cohort under each of two simulated designs would show the difference between them.

    Example: ipe evaluate power-of-designs runs/today runs/redesign --item ipe-core
    """
    from ipe_workbench.evaluation import power_of_designs
    from ipe_workbench.simulation import read_result

    show(power_of_designs(read_result(first), read_result(second), item, measure=measure, alpha=alpha), format)


def ends_of(option: str, text: str | None) -> tuple[float, float] | None:
    """Both ends of a scale from ``1,5``."""
    ends = numbers_of(option, text)
    if not ends:
        return None
    if len(ends) != 2:
        raise UnusableInputError(f"{option} {text} does not have two ends.", mend=f"Such as {option} 1,5.")
    return scale_of(*ends)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    for command in (missing, change_imputed, retention, equity, confidence, power_simulated, power_of_designs):
        app.command(command.__name__.replace("_", "-"))(command)
