"""``ipe evaluate PROGRAMME``: the evaluation plan run on the records; ``ipe evaluate register``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from ipe_workbench.cli.evaluate import FormatOption
from ipe_workbench.cli.groups import DEFAULT, GroupWithDefault
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, progress_bar, table
from ipe_workbench.errors import UnusableInputError, near_names

if TYPE_CHECKING:
    from ipe_workbench.credentials.programme import Programme
    from ipe_workbench.evaluation import Answer, ClaimResult, EvaluationPlan, PlanResult
    from ipe_workbench.findings import Finding
    from ipe_workbench.records.store import Store

__all__ = ["GroupWithPlan", "add_to"]

_ENDINGS = (".csv", ".parquet", ".tsv", ".txt")

ProgrammeArgument = Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)]


class GroupWithPlan(GroupWithDefault):
    """The questions as commands; a first word that is none of them is the folder of a programme.

    A folder that is called like a command is meant by ``./change``.
    """

    sections: ClassVar[dict[str, tuple[str, ...]]] = {
        "The plan of a programme": ("run", "register"),
        "Before the data": ("power", "power-simulated", "power-of-designs"),
        "Questionnaires and tests": ("instruments", "score", "reliability", "items", "standard"),
        "Change, groups and time": (
            "change",
            "change-imputed",
            "missing",
            "compare",
            "equity",
            "growth",
            "time-to-badge",
            "retention",
            "process",
        ),
        "Raters, self-ratings and comments": ("agreement", "raters", "generalizability", "confidence", "comments"),
        "Feedback": ("faculty-feedback", "learner-feedback"),
    }

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse a first word that is neither; put in the command that runs a plan where none is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            named = Path(args[0])
            if not args[0].startswith("-") and not named.is_dir():
                known = [one for one in self.commands if one != DEFAULT]
                if named.suffix in _ENDINGS:
                    mend = f"Say what to do with the file first: {', '.join(known)}."
                else:
                    mend = near_names(args[0], known)
                raise UnusableInputError(f"`{args[0]}` is neither a question nor a programme's folder.", mend=mend)
        return super().parse_args(ctx, args)


def plan(
    programme: ProgrammeArgument,
    db: Annotated[
        str | None, typer.Option(help="The records; IPE_DB, else records.sqlite here.", show_default=False)
    ] = None,
    claim: Annotated[str | None, typer.Option(help="Only the claim of this id.", show_default=False)] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write estimates.csv, outcomes.html, result.json and figures here.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is in --out.")] = False,
    seed: Annotated[int, typer.Option(help="Of multiple imputation.")] = 1,
    format: FormatOption = OutputFormat.table,
) -> None:
    """Run the evaluation plan of a programme on its records: what can be said, and how the evaluation left its plan.

    Example: ipe evaluate cu-ipe --db records.sqlite --out outcomes
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.evaluation import run_plan
    from ipe_workbench.records.store import open_store

    if out is not None and out.exists() and not out.is_dir():
        raise UnusableInputError("This is a file.", place=str(out), mend="Name a folder.")
    if out is not None and out.is_dir() and any(out.iterdir()) and not force:
        raise UnusableInputError("The folder is not empty.", place=str(out), mend="Name another, or give --force.")
    design, found = load_programme(programme), _plan_of(programme)
    with open_store(db) as store, progress_bar() as bar:
        task = bar.add_task("Analyses")
        result = run_plan(
            found, design, store, claim=claim, seed=seed,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
        written = _write(result, out, found, design, store) if out is not None else []
    if format is OutputFormat.json:
        print_json(result.to_dict())
    else:
        _print(result)
        for path in written:
            typer.echo(printable(f"Wrote {path}."))
    if result.status == "not-estimable":
        raise typer.Exit(1)


def register(
    programme: ProgrammeArgument,
    on: Annotated[str | None, typer.Option(help="Day, YYYY-MM-DD; today.", show_default=False)] = None,
    again: Annotated[bool, typer.Option("--again", help="Also when it is registered already.")] = False,
) -> None:
    """Hold the evaluation plan fast: its hash goes into evaluation.yaml, a copy beside it. Later changes are listed.

    Example: ipe evaluate register my-programme --on 2026-08-01
    """
    from ipe_workbench.evaluation import register_plan

    try:
        day = datetime.date.fromisoformat(on) if on else datetime.datetime.now(tz=datetime.UTC).date()
    except ValueError:
        raise UnusableInputError(f"--on {on} is not a date.", mend="Write it as YYYY-MM-DD.") from None
    path, copy = register_plan(programme, day, again=again)
    typer.echo(printable(f"Registered the plan on {day}: {path}, {copy}. Keep both under version control."))


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to ``ipe evaluate``."""
    app.command(DEFAULT)(plan)
    app.command("register")(register)


def _plan_of(programme: Path) -> EvaluationPlan:
    from ipe_workbench.evaluation import read_plan

    found, findings = read_plan(programme)
    errors = [one for one in findings if one.severity == "error"]
    if found is None or errors:
        if not errors:
            raise UnusableInputError(
                "There is no evaluation plan here.", place=str(programme), mend="Write evaluation.yaml first."
            )
        first = errors[0]
        raise UnusableInputError(first.message, place=str(first.place), mend=first.mend, findings=errors)
    return found


def _write(result: PlanResult, out: Path, found: EvaluationPlan, design: Programme, store: Store) -> list[Path]:
    from ipe_workbench.reporting.outcomes import outcome_figures, write_outcomes

    return write_outcomes(result, out, figures=outcome_figures(result, found, design, store))


def _print(result: PlanResult) -> None:
    for one in result.claims:
        _print_claim(one)
    _print_findings("Deviations from the plan", result.deviations)
    _print_findings("Findings about the plan", result.findings)


def _print_claim(claim: ClaimResult) -> None:
    typer.echo()
    typer.echo(printable(f"{claim.claim.id} ({claim.claim.outcome_level}): {' '.join(claim.claim.statement.split())}"))
    rows = [_row(one) for one in claim.answers]
    if rows:
        heads: list[str | tuple[str, str]] = [
            "Analysis", "Planned", ("Estimate", "right"), ("Interval", "right"), ("n", "right"),
            ("p", "right"), ("Holm", "right"), ("FDR", "right"), "Verdict",
        ]  # fmt: skip
        print_table(table("", heads, rows))
    for one in claim.answers:
        typer.echo(printable(f"  {one.planned.id}: {one.sentence}"))
        for finding in _told(one):
            typer.echo(printable(f"    {finding.severity}: {finding.message} [{finding.id}]"))
    typer.echo(printable(f"  => {claim.sentence}"))


def _told(answer: Answer) -> list[Finding]:
    all_of_them = [*answer.analysis.findings, *(each for one in answer.checks for each in one.findings)]
    return [one for one in all_of_them if one.severity != "info" and one.message != answer.sentence]


def _row(answer: Answer) -> tuple[Any, ...]:
    planned, main, tested = answer.planned, answer.headline, answer.tested
    what = f"{planned.question}, {answer.measure}, {planned.role}" + (f"; {answer.waves}" if answer.waves else "")
    interval = f"{_number(main.low)} to {_number(main.high)}" if main and main.low is not None else ""
    ps = [_p(tested.p), _p(tested.p_holm), _p(tested.p_fdr)] if tested else ["", "", ""]
    return (planned.id, what, _number(main.estimate) if main else "", interval, answer.n, *ps, answer.verdict)


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.2f}"


def _p(value: float | None) -> str:
    from ipe_workbench.evaluation.planned.saying import p_words

    return "" if value is None else p_words(value).removeprefix("= ")


def _print_findings(title: str, findings: Any) -> None:
    if findings:
        typer.echo(f"\n{title}")
    for one in findings:
        subject = f"{one.subject}: " if one.subject else ""
        typer.echo(printable(f"  {one.severity}: {subject}{one.message} {one.mend} [{one.id}]".replace("  [", " [")))
