"""``ipe records practice``: an invented cohort of a programme, to learn on."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, printable
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

if TYPE_CHECKING:
    from ipe_workbench.credentials import Programme
    from ipe_workbench.practice import PracticeRecords
    from ipe_workbench.simulation import Scenario


def practice(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the files; it must not exist or be empty.", show_default=False)
    ] = None,
    db: Annotated[
        str | None,
        typer.Option("--db", help="Or a database for them: SQLite file or PostgreSQL URL.", show_default=False),
    ] = None,
    learners: Annotated[
        int | None, typer.Option(min=2, help="Size of the cohort; the programme's by default.", show_default=False)
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="Scenario to simulate; `today` where the programme has it.", show_default=False),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="Last day that the records know, or a term's id for its end.", show_default=False),
    ] = None,
    earlier_cohort: Annotated[
        bool, typer.Option("--earlier-cohort", help="Add last year's cohort: no badges, asked once at its end.")
    ] = False,
    cohorts: Annotated[
        int, typer.Option(min=1, max=6, help="So many cohorts, a year apart; the older half had an older design.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Names the random numbers.")] = 1,
    format: Annotated[OutputFormat, typer.Option(help="Say it for people, or as JSON.")] = OutputFormat.table,
) -> None:
    """Make practice records: a whole invented cohort of the programme, with teams, results, ratings and surveys.

    Everything in them is marked as practice. The same seed makes the same records. `truth.json` in the folder says what
    an analysis should find.

    Example: ipe records practice cu-ipe --out practice --seed 7

    Example: ipe records practice my-programme --db practice.sqlite --cohorts 3 --learners 150

    Example: ipe records practice my-programme --db practice.sqlite --until 2027-spring
    """
    if out is None and db is None:
        raise typer.BadParameter("Say where the records go: --out FOLDER, --db DATABASE or both.")
    records = _made(programme, scenario, learners, until, earlier_cohort, cohorts, seed)
    counts: dict[str, int] = {}
    if out is not None:
        from ipe_workbench.practice import write_practice

        write_practice(records, out)
    if db is not None:
        from datetime import UTC

        from ipe_workbench.practice import record_practice
        from ipe_workbench.records import make_store

        with make_store(db) as store:
            for one in record_practice(records, store, at=datetime.datetime.now(UTC).replace(tzinfo=None)):
                if one.errors:
                    first = one.errors[0]
                    raise UnusableInputError(first.message, place=str(first.place), findings=one.errors)
            counts = store.counts()
    if format is OutputFormat.json:
        print_json({"format": 1, **records.about, "out": str(out) if out else None, "tables": counts})
        return
    said = f"{records.about['learners']:,} practice learners, invented (seed {seed})"
    for place, how in ((out, "written to"), (db, "recorded in")):
        if place is not None:
            typer.echo(printable(f"{said}: {how} {place}"))


def _made(
    folder: Path,
    scenario: str | None,
    learners: int | None,
    until: str | None,
    earlier_cohort: bool,
    cohorts: int,
    seed: int,
) -> PracticeRecords:
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.evaluation import EvaluationPlan, list_instruments, read_plan
    from ipe_workbench.practice import practice_records

    programme = load_programme(folder)
    home = programme.folder or folder
    plan, findings = read_plan(home)
    wrong = [one for one in findings if one.severity == "error"]
    if plan is None and wrong:
        raise UnusableInputError(wrong[0].message, place=str(wrong[0].place), mend=wrong[0].mend, findings=wrong)
    return practice_records(
        programme,
        plan=plan or EvaluationPlan(),
        instruments=list_instruments(home),
        scenario=_scenario(home, scenario),
        seed=seed,
        learners=learners,
        until=_day(programme, until),
        earlier_cohort=earlier_cohort,
        cohorts=cohorts,
    )


def _scenario(folder: Path, wanted: str | None) -> Scenario:
    from ipe_workbench.simulation import Scenario, find_scenario, read_scenarios

    if wanted is not None:
        return find_scenario(folder, wanted)
    scenarios = {one.id: one for one in read_scenarios(folder)[0]}
    default = next(iter(scenarios.values()), Scenario(id="practice", title="Practice"))
    return scenarios.get("today", default)


def _day(programme: Programme, until: str | None) -> datetime.date | None:
    if until is None:
        return None
    ends = {one.id: one.end for one in programme.info.terms}
    if until in ends:
        return ends[until]
    try:
        return datetime.date.fromisoformat(until)
    except ValueError:
        mend = f"{near_names(until, ends)} Or write a day as YYYY-MM-DD."
        raise UnknownNameError(f"`{until}` is neither a term of the programme nor a day.", mend=mend) from None
