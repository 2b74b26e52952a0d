"""``ipe evaluate``: standards that panels and examiners set, and comments that people have coded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.evaluate import FileArgument, FormatOption, LevelOption, read, show
from ipe_workbench.cli.output import OutputFormat, print_json, printable
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


class CodeRule(StrEnum):
    """How many coders a code needs to count."""

    majority = "majority"
    any = "any"
    all = "all"


def comments(
    file: FileArgument,
    comment: Annotated[str, typer.Option(help="Column with the number of the comment.")] = "comment",
    code: Annotated[str, typer.Option(help="Column with the code; empty: none found.")] = "code",
    coder: Annotated[str | None, typer.Option(help="Column with who coded.", show_default=False)] = None,
    learner: Annotated[
        str | None, typer.Option(help="Column with the learner: count learners, not comments.", show_default=False)
    ] = None,
    group: Annotated[str | None, typer.Option(help="Column with the group.", show_default=False)] = None,
    wave: Annotated[str | None, typer.Option(help="Column with the wave.", show_default=False)] = None,
    rule: Annotated[CodeRule, typer.Option(help="How many of a comment's coders a code needs.")] = CodeRule.majority,
    threshold: Annotated[int, typer.Option(min=2, help="Smaller counts are hidden.")] = 10,
    quotes: Annotated[int, typer.Option(min=0, max=20, help="Also print so many comments a code; needs --text.")] = 0,
    text: Annotated[str | None, typer.Option(help="Column with the words, for --quotes.", show_default=False)] = None,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """What coded comments say: shares by group and wave, the coders' agreement, codes said together.

    One row a code that a coder gave to a comment. No words are printed unless --quotes asks for them.

    Example: ipe evaluate comments codes.csv --coder coder --learner learner --group profession --wave wave
    """
    from ipe_workbench.evaluation import count_comments, quotations

    if bool(quotes) != bool(text):
        raise UnusableInputError("--quotes and --text go together.", mend="Such as --quotes 3 --text comment_text.")
    frame = read(file)
    found = count_comments(
        frame, comment=comment, code=code, coder=coder, learner=learner, group=group, wave=wave, rule=rule.value,
        threshold=threshold, level=level,
    )  # fmt: skip
    shown = quotations(frame, text, comment=comment, code=code, most=quotes) if text and found.estimates else {}
    if format is OutputFormat.json and shown:
        print_json({**found.to_dict(), "quotations": shown})
        return
    show(found, format)
    for name, said in shown.items():
        typer.echo(printable(f"{name}:"))
        for one in said:
            typer.echo(printable(f"  - {one}"))
    if shown:
        typer.echo("Read each quotation before you share it: words can name a person.", err=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    for command in (standard, comments):
        app.command(command.__name__)(command)
