"""``ipe evaluate process``: the ways that learners took, against the design."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.evaluate import FileArgument, FormatOption, LevelOption, columns_of, read, show
from ipe_workbench.cli.output import OutputFormat
from ipe_workbench.errors import UnusableInputError


def process(
    file: FileArgument,
    programme: Annotated[
        Path | None, typer.Option(help="Compare with the design in this folder.", show_default=False)
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(help="Stack or credential: who has it is through.", show_default=False),
    ] = None,
    ends: Annotated[
        str | None, typer.Option(help="Without a goal: activities that end a way, commas between.", show_default=False)
    ] = None,
    learner: Annotated[str, typer.Option(help="Column with the learner.")] = "learner",
    activity: Annotated[str, typer.Option(help="Column with what was done or earned.")] = "credential",
    time: Annotated[str, typer.Option(help="Column with the day.")] = "on",
    profession: Annotated[str | None, typer.Option(help="Column with the profession.", show_default=False)] = None,
    today: Annotated[
        str | None, typer.Option(help="The day of the question; the last in the file otherwise.", show_default=False)
    ] = None,
    idle_days: Annotated[int, typer.Option(min=1, help="Who had no event for so many days has stopped.")] = 180,
    threshold: Annotated[int, typer.Option(min=2, help="Smaller counts are hidden.")] = 10,
    figure: Annotated[
        Path | None, typer.Option(help="Draw the map of steps: .svg, .png or .pdf.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --figure.")] = False,
    level: LevelOption = 0.95,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Which step followed which and after how long; awards against the design; detours; where learners stop.

    The file holds one event a row, such as the records' frame of awards: ipe records export tables --frame awards

    Example: ipe evaluate process tables/awards.csv --programme cu-ipe --goal ipe-micro-credential
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.evaluation import study_process

    if goal is not None and programme is None:
        raise UnusableInputError("A goal is a stack of a programme.", mend="Add --programme, or use --ends.")
    if goal is not None and ends is not None:
        raise UnusableInputError("--goal and --ends say the same thing twice.", mend="Leave one out.")
    if figure is not None and figure.exists() and not force:
        raise UnusableInputError("The file exists.", place=str(figure), mend="Name another, or give --force.")
    design = load_programme(programme) if programme else None
    study = study_process(
        read(file), programme=design, goal=goal, ends=columns_of(ends),
        learner=learner, activity=activity, time=time, profession=profession,
        today=day_of(today, "--today") if today else None, idle_days=idle_days, threshold=threshold, level=level,
    )  # fmt: skip
    if figure is not None and study.map is not None:
        from ipe_workbench.figures import process_map

        titles = {one: design.title(one) for one in (*design.credentials, *design.stacks)} if design else None
        process_map(study.map, titles=titles).save(figure)
    show(study.analysis, format)


def add_to(app: typer.Typer) -> None:
    """Add the command to ``ipe evaluate``."""
    app.command("process")(process)
