"""``ipe evaluate``: scales, raters and items."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.evaluate import (
    FileArgument,
    FormatOption,
    LevelOption,
    MaxOption,
    MinOption,
    columns_of,
    read,
    scale_of,
    show,
)
from ipe_workbench.cli.output import OutputFormat
from ipe_workbench.errors import UnusableInputError

ItemsOption = Annotated[str, typer.Option(help="Columns of the items, commas between.", show_default=False)]


class Measurement(StrEnum):
    """Level of measurement."""

    nominal = "nominal"
    ordinal = "ordinal"
    interval = "interval"


class RaterModel(StrEnum):
    """Model of ratings."""

    mixed = "mixed"
    many_facet = "many-facet"


class Thresholds(StrEnum):
    """Whether criteria share their thresholds."""

    rating_scale = "rating-scale"
    partial_credit = "partial-credit"


class ItemModel(StrEnum):
    """Model of right-or-wrong items."""

    classical = "classical"
    rasch = "rasch"
    two_parameter = "2pl"


def reliability(
    file: FileArgument,
    items: ItemsOption,
    reverse: Annotated[
        str | None, typer.Option(help="Items worded the other way, commas between.", show_default=False)
    ] = None,
    minimum: MinOption = None,
    maximum: MaxOption = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Cronbach's alpha, McDonald's omega, and what each item adds to a scale.

    Example: ipe evaluate reliability answers.csv --items A1,A2,A3 --reverse A1 --min 1 --max 6
    """
    from ipe_workbench.evaluation import estimate_reliability

    scale = scale_of(minimum, maximum)
    show(
        estimate_reliability(read(file), columns_of(items), reverse=columns_of(reverse), scale=scale, level=level),
        format,
    )


def agreement(
    file: FileArgument,
    unit: Annotated[str, typer.Option(help="Column with what is rated.")] = "unit",
    rater: Annotated[str, typer.Option(help="Column with who rates.")] = "rater",
    value: Annotated[str, typer.Option(help="Column with the rating.")] = "value",
    level: Annotated[Measurement, typer.Option(help="Level of measurement.")] = Measurement.nominal,
    order: Annotated[
        str | None, typer.Option(help="Words from lowest to highest, commas between.", show_default=False)
    ] = None,
    confidence: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Krippendorff's alpha, kappas, and intraclass correlations of interval scores.

    Example: ipe evaluate agreement codes.csv --unit comment --rater coder --value code --level nominal
    """
    from ipe_workbench.evaluation import estimate_agreement

    found = estimate_agreement(
        read(file), unit=unit, rater=rater, value=value, level=level.value, order=columns_of(order),
        confidence=confidence,
    )  # fmt: skip
    show(found, format)


def raters(
    file: FileArgument,
    learner: Annotated[str, typer.Option(help="Column with the learner.")] = "learner",
    rater: Annotated[str, typer.Option(help="Column with the rater.")] = "rater",
    score: Annotated[str, typer.Option(help="Column with the score.")] = "score",
    criterion: Annotated[
        str | None, typer.Option(help="Column with the rubric's criterion.", show_default=False)
    ] = None,
    model: Annotated[
        RaterModel, typer.Option(help="Points by a mixed model, or logits by the many-facet Rasch model.")
    ] = RaterModel.mixed,
    aim: Annotated[float, typer.Option(min=0.01, max=0.99, help="Dependability that raters should reach.")] = 0.8,
    occasion: Annotated[
        str | None, typer.Option(help="Column with the occasion, such as the attempt.", show_default=False)
    ] = None,
    scale: Annotated[Thresholds, typer.Option(help="Many-facet: one scale, or one a criterion.")] = (
        Thresholds.rating_scale
    ),
    bias: Annotated[bool, typer.Option("--bias", help="Many-facet: raters who are severe on one criterion.")] = False,
    learners: Annotated[
        Path | None,
        typer.Option(help="Many-facet: write what average raters would give each learner.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --learners.")] = False,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Severity of each rater: with how many raters would be enough, or in logits with fit and fair averages.

    Example: ipe evaluate raters ratings.csv --learner learner --rater rater --score score --criterion criterion

    Example: ipe evaluate raters ratings.csv --model many-facet --criterion criterion --bias --learners fair.csv
    """
    from ipe_workbench.documents import spreadsheet_safe
    from ipe_workbench.evaluation import study_many_facet, study_raters

    if model is RaterModel.mixed:
        if bias or learners or scale is Thresholds.partial_credit:
            raise UnusableInputError(
                "--scale, --bias and --learners belong to the many-facet model.",
                mend="Add --model many-facet.",
            )
        found = study_raters(
            read(file), learner=learner, rater=rater, score=score, criterion=criterion, occasion=occasion, aim=aim,
            level=level,
        )  # fmt: skip
        show(found, format)
        return
    if scale is Thresholds.partial_credit and criterion is None:
        raise UnusableInputError("Partial credit gives each criterion its thresholds.", mend="Name --criterion.")
    if learners is not None and learners.exists() and not force:
        raise UnusableInputError("The file exists.", place=str(learners), mend="Name another, or give --force.")
    study = study_many_facet(
        read(file), learner=learner, rater=rater, score=score, criterion=criterion, occasion=occasion,
        scale=scale.value, bias=bias, level=level,
    )  # fmt: skip
    if learners is not None and not study.learners.empty:
        safe = study.learners.assign(learner=study.learners["learner"].map(spreadsheet_safe))
        safe.round(6).to_csv(learners, index=False)
    show(study.analysis, format)


def generalizability(
    file: FileArgument,
    facets: Annotated[
        str, typer.Option(help="Columns of the facets, commas between; rater:task is nested.", show_default=False)
    ],
    learner: Annotated[str, typer.Option(help="Column with the learner.")] = "learner",
    score: Annotated[str, typer.Option(help="Column with the score.")] = "score",
    fixed: Annotated[
        str | None, typer.Option(help="Facets whose conditions are all that there are.", show_default=False)
    ] = None,
    sizes: Annotated[
        str | None, typer.Option(help="Numbers to look at, such as item=4,8;rater=1,2,3.", show_default=False)
    ] = None,
    aim: Annotated[float, typer.Option(min=0.01, max=0.99, help="Dependability to reach.")] = 0.8,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Where error comes from over several facets (G-study), and what other numbers of each would give (D-study).

    Example: ipe evaluate generalizability scores.csv --facets item,rater --sizes "item=4,8;rater=1,2,3"

    Example: ipe evaluate generalizability scores.csv --facets task,rater:task
    """
    from ipe_workbench.evaluation import study_generalizability

    found = study_generalizability(
        read(file), facets=columns_of(facets), learner=learner, score=score, fixed=columns_of(fixed),
        sizes=_sizes(sizes), aim=aim, level=level,
    )  # fmt: skip
    show(found, format)


def _sizes(text: str | None) -> dict[str, list[int]] | None:
    if text is None:
        return None
    sizes = {}
    for part in text.split(";"):
        name, sign, told = part.partition("=")
        wanted = [one.strip() for one in told.split(",") if one.strip()]
        if not sign or not wanted or not all(one.isascii() and one.isdigit() for one in wanted):
            raise UnusableInputError(f"--sizes {text} cannot be read.", mend='Such as --sizes "item=4,8;rater=1,2,3".')
        sizes[name.strip()] = [int(one) for one in wanted]
    return sizes


def items(
    file: FileArgument,
    items: ItemsOption,
    model: Annotated[ItemModel, typer.Option(help="Model beside the classical figures.")] = ItemModel.rasch,
    group: Annotated[
        str | None, typer.Option(help="Column with two groups, to see whether items favour one.", show_default=False)
    ] = None,
    reference: Annotated[str | None, typer.Option(help="The group to compare with.", show_default=False)] = None,
    key: Annotated[
        str | None, typer.Option(help="Right answers, commas between: the file holds A, B, C.", show_default=False)
    ] = None,
    graded: Annotated[
        bool, typer.Option("--graded", help="Graded items: only whether they work alike in the two groups.")
    ] = False,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Difficulty and discrimination of test items, what wrong answers draw, and whether items favour a group.

    Answers are 0 and 1, or with --key the letters that were chosen.

    Example: ipe evaluate items irat.csv --items Q1,Q2,Q3,Q4,Q5 --model 2pl

    Example: ipe evaluate items choices.csv --items Q1,Q2,Q3 --key A,C,B

    Example: ipe evaluate items survey.csv --items A1,A2,A3,A4 --graded --group profession
    """
    from ipe_workbench.evaluation import (
        analyse_items,
        compare_item_functioning,
        score_choices,
        study_distractors,
    )

    frame, names, right = read(file), columns_of(items), columns_of(key)
    if graded:
        if group is None or right:
            raise UnusableInputError("--graded compares two groups and goes without --key.", mend="Name --group.")
        show(compare_item_functioning(frame, names, group=group, reference=reference, level=level), format)
        return
    if right and len(right) != len(names):
        raise UnusableInputError(f"{len(names)} items but {len(right)} right answers.", mend="Give one an item.")
    keyed = dict(zip(names, right, strict=True)) if right else {}
    scored = score_choices(frame, keyed) if keyed else frame
    found = analyse_items(scored, names, model=model.value, group=group, reference=reference, level=level)
    if keyed and found.estimates:
        choices = study_distractors(frame, keyed, level=level)
        found = replace(
            found, estimates=[*found.estimates, *choices.estimates], findings=[*found.findings, *choices.findings],
            sentence=f"{found.sentence} {choices.sentence}",
            status=found.status if choices.status == "ok" else choices.status,
        )  # fmt: skip
    show(found, format)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    for command in (reliability, agreement, raters, generalizability, items):
        app.command(command.__name__)(command)
