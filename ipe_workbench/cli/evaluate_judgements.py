"""``ipe evaluate``: standards that panels and examiners set."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.evaluate import FileArgument, FormatOption, LevelOption, read, show
from ipe_workbench.cli.output import OutputFormat
from ipe_workbench.errors import UnusableInputError


class StandardMethod(StrEnum):
    """How the line between passing and failing is found."""

    angoff = "angoff"
    borderline_regression = "borderline-regression"
    borderline_group = "borderline-group"


def standard(
    file: FileArgument,
    method: Annotated[StandardMethod, typer.Option(help="How the standard is found.", show_default=False)],
    judge: Annotated[str, typer.Option(help="Angoff: column with the judge.")] = "judge",
    item: Annotated[str, typer.Option(help="Angoff: column with the item.")] = "item",
    rating: Annotated[str, typer.Option(help="Angoff: column with the probability or per cent.")] = "rating",
    round: Annotated[
        str | None, typer.Option(help="Angoff: column with the round; the last one counts.", show_default=False)
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(help="Angoff: file with learners' points: who would pass?", show_default=False),
    ] = None,
    correct: Annotated[
        Path | None, typer.Option(help="Angoff: file with item and share_correct.", show_default=False)
    ] = None,
    learner: Annotated[str, typer.Option(help="Borderline: column with the learner.")] = "learner",
    score: Annotated[str, typer.Option(help="Column with the points.")] = "score",
    grade: Annotated[str, typer.Option(help="Borderline: column with the overall grade.")] = "grade",
    station: Annotated[
        str | None, typer.Option(help="Borderline: column with the station.", show_default=False)
    ] = None,
    borderline: Annotated[
        float | None, typer.Option(help="Borderline: the grade that means borderline.", show_default=False)
    ] = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Where to draw the line between passing and failing, how sure that is, and who would pass.

    Example: ipe evaluate standard ratings.csv --method angoff --round round --scores scores.csv

    Example: ipe evaluate standard osce.csv --method borderline-regression --station station --borderline 2
    """
    from ipe_workbench.evaluation import set_standard_angoff, set_standard_borderline

    if method is StandardMethod.angoff:
        if borderline is not None or station is not None:
            raise UnusableInputError(
                "--borderline and --station belong to the borderline methods.", mend="Leave them out."
            )
        found = set_standard_angoff(
            read(file), judge=judge, item=item, rating=rating, round=round, scores=read(scores) if scores else None,
            score=score, correct=read(correct) if correct else None, level=level,
        )  # fmt: skip
    else:
        if borderline is None:
            raise UnusableInputError("Which grade means borderline?", mend="Give --borderline, such as 2.")
        if round or scores or correct:
            raise UnusableInputError("--round, --scores and --correct belong to Angoff.", mend="Leave them out.")
        found = set_standard_borderline(
            read(file), borderline=borderline, learner=learner, score=score, grade=grade, station=station,
            level=level,
            method="borderline-group" if method is StandardMethod.borderline_group else "borderline-regression",
        )  # fmt: skip
    show(found, format)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    for command in (standard,):
        app.command(command.__name__)(command)
