"""``ipe evaluate``: instruments and their scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.evaluate import FileArgument, FormatOption, read
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.errors import UnusableInputError, near_names

if TYPE_CHECKING:
    from ipe_workbench.evaluation import Instrument

ProgrammeOption = Annotated[
    Path | None, typer.Option(help="Also the instruments in this programme's folder.", show_default=False)
]


def instruments(programme: ProgrammeOption = None, format: FormatOption = OutputFormat.table) -> None:
    """List the instruments whose scoring keys are here.

    Example: ipe evaluate instruments
    """
    from ipe_workbench.evaluation import list_instruments

    known = list_instruments(programme)
    if format is OutputFormat.json:
        print_json([one.model_dump(mode="json") for one in known])
        return
    rows = [(one.id, one.title, len(one.items), f"{one.minimum:g} to {one.maximum:g}", _checked(one)) for one in known]
    print_table(table("Instruments", ["Id", "Title", ("Items", "right"), "Scale", "Key checked"], rows))


def _checked(one: Instrument) -> str:
    return "not whole" if one.to_complete else "yes" if one.checked else "no"


def score(
    file: FileArgument,
    instrument: Annotated[str, typer.Option(help="Id of the instrument, or its file.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Write the scores to this CSV file.", show_default=False)],
    scale: Annotated[
        str | None, typer.Option(help="Write this scale only, such as total: what the other analyses take.")
    ] = None,
    programme: ProgrammeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --out.")] = False,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Score a questionnaire: answers in, one row a learner, wave, frame and scale out.

    The file holds one row an answer: learner, item, value, and where they exist wave, frame and instrument.

    Example: ipe evaluate score answers.csv --instrument iccas-r --scale total --out scores.csv
    """
    from ipe_workbench.documents import spreadsheet_safe
    from ipe_workbench.evaluation import load_instrument, score_instrument

    if out.exists() and not force:
        raise UnusableInputError("The file exists.", place=str(out), mend="Name another, or give --force.")
    form = load_instrument(instrument, programme)
    scores, findings = score_instrument(read(file), form)
    if scale is not None:
        known = list(scores["scale"].unique())
        if scale not in known:
            raise UnusableInputError(f"There is no scale `{scale}` in {form.id}.", mend=near_names(scale, known))
        scores = scores[scores["scale"] == scale]
    names = ["learner", "wave", "frame"]
    scores.assign(**{one: scores[one].astype(str).map(spreadsheet_safe) for one in names}).to_csv(out, index=False)
    if format is OutputFormat.json:
        print_json({
            "instrument": form.id,
            "learners": int(scores["learner"].nunique()),
            "scores": int(scores["score"].notna().sum()),
            "not_scored": int(scores["score"].isna().sum()),
            "written": str(out),
            "findings": [one.to_dict() for one in findings],
        })  # fmt: skip
        return
    for finding in findings:
        typer.echo(printable(f"{finding.severity}: {finding.message} {finding.mend} [{finding.id}]"), err=True)
    rows = [
        (frame or "-", scale, len(part), int(part.isna().sum()), f"{part.mean():.2f}", f"{part.std():.2f}")
        for (frame, scale), part in scores.groupby(["frame", "scale"], sort=False)["score"]
    ]
    figures = [(name, "right") for name in ("Forms", "Not scored", "Mean", "SD")]
    print_table(table(form.title, ["Frame", "Scale", *figures], rows))
    typer.echo(printable(f"Wrote {out}."))


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    for command in (instruments, score):
        app.command(command.__name__)(command)
