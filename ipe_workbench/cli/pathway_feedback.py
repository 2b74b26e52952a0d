"""``ipe pathways feedback``: what a learner has shown, what is close, and what to do next."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.output import OutputFormat, print_json, printable
from ipe_workbench.cli.pathway_plan import competency_of
from ipe_workbench.errors import UnknownNameError, UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.credentials import Facts, Programme

__all__ = ["feedback"]


def feedback(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    awards: Annotated[
        Path | None,
        typer.Option(help="CSV of what learners hold: learner, badge, awarded_on, profession.", show_default=False),
    ] = None,
    learner: Annotated[str | None, typer.Option(help="Id of the learner in --awards.", show_default=False)] = None,
    profession: Annotated[
        str | None, typer.Option(help="For a learner who holds nothing yet.", show_default=False)
    ] = None,
    goal: Annotated[
        str | None, typer.Option(help="Id of the stack or credential to plan for (the last stack).", show_default=False)
    ] = None,
    growth: Annotated[
        list[str] | None, typer.Option(help="A competency to grow in (repeat it).", show_default=False)
    ] = None,
    offerings: Annotated[
        Path | None, typer.Option(help="CSV or workbook of what is offered when.", show_default=False)
    ] = None,
    on: Annotated[str | None, typer.Option(help="Day of the feedback, YYYY-MM-DD (today).", show_default=False)] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print text, or JSON.")] = OutputFormat.table,
) -> None:
    """Tell a learner in plain words what is shown, what is close, and what to do next and why.

    It is about one person: mind where you send it. Nothing is kept.

    Example: ipe pathways feedback my-programme --awards awards.csv --learner L1

    Example: ipe pathways feedback my-programme --profession nursing --on 2026-08-01 --format json
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.pathways.feedback import feedback as feedback_of
    from ipe_workbench.pathways.planning import read_offerings

    found = load_programme(programme)
    name, facts = _learner(found, awards, learner, profession)
    wishes = [competency_of(found, code) for code in growth or []]
    result = feedback_of(
        found,
        facts,
        on=day_of(on, "--on") if on is not None else datetime.datetime.now().astimezone().date(),
        goal=goal,
        learner=name,
        offerings=None if offerings is None else read_offerings(offerings, found),
        growth=wishes,
    )
    if format is OutputFormat.json:
        print_json(result.to_dict())
        return
    for line in result.text().split("\n"):
        typer.echo(printable(line))


def _learner(
    programme: Programme, awards: Path | None, learner: str | None, profession: str | None
) -> tuple[str, Facts]:
    from ipe_workbench.credentials import Facts
    from ipe_workbench.pathways.comparison import read_awards

    if profession is not None:
        programme.profession(profession)
    if awards is None:
        if profession is None or learner is not None:
            mend = "Give --awards and --learner, or --profession for one who holds nothing yet."
            raise UnusableInputError("Nobody to give feedback to.", mend=mend)
        return "", Facts(profession=profession)
    if learner is None:
        raise UnusableInputError("Feedback is for one learner.", mend="Say which with --learner.")
    file = read_awards(awards, programme)
    for finding in file.findings:
        typer.echo(printable(str(finding)), err=True)
    if learner not in file.learners:
        mend = "Check the id; for one who holds nothing yet give --profession alone."
        raise UnknownNameError("The file has no such learner.", place=str(awards), mend=mend)
    return learner, file.learners[learner]
