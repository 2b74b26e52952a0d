"""``ipe playbook``: the way to the first badges, week by week, with the programme's own figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.errors import UnusableInputError


def playbook(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    start: Annotated[str, typer.Option(help="First day of the first week, YYYY-MM-DD.", show_default=False)],
    file: Annotated[
        Path | None,
        typer.Option(help="A playbook; by default the programme's playbook.yaml, else ours.", show_default=False),
    ] = None,
    scenario: Annotated[str, typer.Option(help="Id or file of the scenario for the forecasts.")] = "today",
    replicates: Annotated[int, typer.Option(min=2, help="Simulated cohorts.")] = 100,
    out: Annotated[Path | None, typer.Option(help="Also write this .html or .csv file.", show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --out if it exists.")] = False,
    format: Annotated[OutputFormat, typer.Option("--format", help="Print a table or JSON.")] = OutputFormat.table,
) -> None:
    """Fill the twelve-week playbook: who does what when, with figures of this programme.

    Example: ipe playbook my-programme --start 2027-01-11 --out plan.html
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.documents import write_atomically
    from ipe_workbench.reporting.playbook import implementation_plan, playbook_figures, read_playbook
    from ipe_workbench.simulation import find_scenario, simulate

    if out is not None:
        _check_target(out, force=force)
    design = load_programme(programme)
    weeks = read_playbook(file or programme)
    day = day_of(start, "--start")
    result = simulate(design, find_scenario(programme, scenario), replicates=replicates)
    plan = implementation_plan(weeks, playbook_figures(design, result), programme=design.info.title, starts=day)
    if out is not None:
        write_atomically(out, plan.to_html() if out.suffix.lower() == ".html" else plan.to_csv())
    frame = plan.frame
    if format is OutputFormat.json:
        rows = frame.assign(starts=frame["starts"].map(str), ends=frame["ends"].map(str)).to_dict("records")
        print_json({"title": plan.title, "programme": plan.programme, "figures": dict(plan.figures), "rows": rows})
        return
    cells = [
        [row.week, row.starts, f"To decide: {row.what}" if row.kind == "decision" else row.what, row.who]
        for row in frame.itertuples()
    ]
    print_table(table(f"{plan.title}: {plan.programme}", [("Week", "right"), "From", "What", "Who"], cells))
    if out is not None:
        typer.echo(f"Wrote {printable(str(out))}.")


def _check_target(out: Path, *, force: bool) -> None:
    if out.suffix.lower() not in (".html", ".csv"):
        message = f"A file of this kind ({out.suffix or 'without a suffix'}) cannot be written."
        raise UnusableInputError(message, place=str(out), mend="Let its name end in .html or .csv.")
    if out.exists() and not force:
        raise UnusableInputError("The file exists already.", place=str(out), mend="Name another, or add --force.")
