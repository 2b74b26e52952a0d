"""``ipe diff``: what changed between two designs, and what that does."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table

if TYPE_CHECKING:
    from ipe_workbench.credentials import Programme
    from ipe_workbench.pathways.comparison import DesignComparison, LearnersInProgress

_SECTIONS = {
    "programme": "Programme",
    "framework": "Frameworks",
    "credential": "Credentials",
    "stack": "Stacks",
    "prerequisite": "Prerequisites",
    "rule": "Rules of stacks",
}
_ACCESS = {
    "shut out": "can no longer be earned",
    "admitted": "can be earned now",
    "out of time": "can no longer be earned within the calendar",
    "in time": "can be earned within the calendar now",
    "later": "can be earned later",
    "earlier": "can be earned earlier",
}
#: So many learners are named on the screen; the JSON form names them all.
_SHOWN = 20


def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the design as it was.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="Folder of the design as it is to be.", show_default=False)],
    awards: Annotated[
        Path | None,
        typer.Option(
            "--awards",
            help="CSV of learners' awards: learner, badge, awarded_on, profession (expires_on, score).",
            show_default=False,
        ),
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="Day on which to look at the learners, YYYY-MM-DD (today).", show_default=False)
    ] = None,
    within: Annotated[int, typer.Option(min=0, max=3, help="A learner who lacks so many badges is nearly there.")] = 2,
    framework: Annotated[
        str | None, typer.Option(help="Compare the coverage of this framework only.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print text and tables, or JSON.")] = OutputFormat.table,
) -> None:
    """Say what changed from one design to another, and what that does.

    It compares programme.yaml, credentials and pathways by meaning (not scenarios and the evaluation plan): rules,
    hours, coverage, who is shut out, and the least that completes each stack. With --awards also who gains, loses or
    keeps a step or a stack; learners are named by their ids only, and small groups are not hidden, since the file is
    yours: mind where you send the result.

    Of a rule that asks for something else, a learner is named who meets one of the two and not the other; where that
    was not decided within the limit of the search (some seconds for one rule), it says so, and counts it as changed.

    Exit code 0: the designs mean the same; 1: they differ; 2: a design or the file of awards cannot be used.

    Example: ipe diff last-year this-year

    Example: ipe diff last-year this-year --awards awards.csv --on 2027-06-01 --format json
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.pathways.comparison import compare_designs, read_awards

    before, after = load_programme(old), load_programme(new)
    file = read_awards(awards, before, after) if awards is not None else None
    result = compare_designs(
        before,
        after,
        learners=file.learners if file is not None else None,
        on=day_of(on, "--on") if on is not None else datetime.datetime.now().astimezone().date(),
        within=within,
        framework=framework,
    )
    findings = (*(file.findings if file is not None else ()), *result.findings)
    if format is OutputFormat.json:
        print_json(result.to_dict() | {"findings": [one.to_dict() for one in findings]})
    else:
        for finding in findings:
            typer.echo(printable(str(finding)), err=True)
        _print(result, before, after)
    raise typer.Exit(result.exit_code)


def _print(result: DesignComparison, before: Programme, after: Programme) -> None:
    if result.same:
        _say("The designs mean the same." if result.changes else "The designs do not differ.")
    for area, heading in _SECTIONS.items():
        changes = [one for one in result.changes if one.area == area]
        if changes:
            _say(f"\n{heading}")
        for one in changes:
            _say(f"  {one.message}", *([f"    {one.note}"] if one.note else []))
    professions = [one.id for one in after.info.professions]
    _print_hours(result, professions)
    _print_coverage(result, professions)

    def title(reference: str) -> str:
        found = after.title(reference)
        return found if found != reference else before.title(reference)

    rows = [
        (title(one.item), _ACCESS[one.kind], _whose(one.professions, professions), one.before or "-", one.after or "-")
        for one in result.access
    ]
    _table("Who is shut out or let in, and the earliest day", ("What", "Change", "Professions", "Was", "Is"), rows)
    rows = [
        (title(one.stack), one.cost, _whose(one.professions, professions), _number(one.before), _number(one.after))
        for one in result.minimum
    ]
    columns: Sequence[Any] = ("Stack", "Least", "Professions", ("Was", "right"), ("Is", "right"))
    _table("The least that completes each stack", columns, rows)
    if result.learners is not None:
        _print_learners(result.learners, title)


def _print_hours(result: DesignComparison, professions: Sequence[str]) -> None:
    alike: dict[tuple[str, str], list[str]] = {}
    for one in result.hours:
        if one.kind == "learner":
            alike.setdefault((_number(one.before), _number(one.after)), []).append(one.of)
    rows = [(f"learner of {_whose(many, professions)}", *numbers) for numbers, many in alike.items()]
    rows += [
        (f"{one.of} in {one.term}", _number(one.before), _number(one.after))
        for one in result.hours
        if one.kind != "learner"
    ]
    _table(
        "Hours: of a learner for all credentials, and of assessors for the cohort",
        ("Whose", ("Was", "right"), ("Is", "right")),
        rows,
    )


def _whose(some: Sequence[str], professions: Sequence[str]) -> str:
    return "all professions" if set(professions) <= set(some) else ", ".join(some)


def _print_coverage(result: DesignComparison, professions: Sequence[str]) -> None:
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for row in result.coverage:
        for how, codes in row.changes.items():
            if codes:
                change = "gained" if how[-1] == "+" else "lost"
                key = (row.framework, how[:-1], change, ", ".join(codes))
                alike.setdefault(key, []).extend([row.profession] if row.profession else professions)
    rows = [
        (framework, _whose(many, professions), how, change, codes)
        for (framework, how, change, codes), many in alike.items()
    ]
    _table("Coverage of competencies", ("Framework", "For", "Covered", "Change", "Codes"), rows)


def _print_learners(effects: LearnersInProgress, title: Any) -> None:
    _say(f"\nLearners in progress on {effects.on.isoformat()} ({effects.learners} in the file)")
    numbers = [(word, "right") for word in ("Gain", "Lose", "Keep")]
    rows: list[tuple[Any, ...]] = [
        (title(one.stack), len(one.gains), len(one.loses), len(one.keeps)) for one in effects.stacks
    ]
    _table("Stacks completed", ("Stack", *numbers), rows)
    rows = [
        (
            title(one.owner),
            _short(one.step) + (f" (was: {_short(one.was)})" if one.was else ""),
            *(len(ids) for ids in (one.gains, one.loses, one.keeps)),
        )
        for one in effects.steps
    ]
    _table("Steps and prerequisites that changed", ("Of", "Step", *numbers), rows)
    for one in effects.stacks:
        if one.to_grandfather:
            _say(f"  Hold {title(one.stack)} by the old design only, badge not issued: {_listed(one.to_grandfather)}.")
        if one.issued:
            _say(f"  Keep the badge of {title(one.stack)} that they were given: {_listed(one.issued)}.")
        if one.gains:
            _say(f"  Hold {title(one.stack)} by the new design: {_listed(one.gains)}.")
    near = [one for one in effects.nearly_there if one.farther]
    rows = [(one.learner, title(one.stack), one.before, _lacks(one.after, one.possible)) for one in near[:_SHOWN]]
    few = f"{effects.within} badge{'' if effects.within == 1 else 's'}"
    heading = f"At most {few} from a stack by the old design, and farther by the new one: {len(near)}"
    _table(heading, ("Learner", "Stack", ("Lacked", "right"), ("Lacks", "right")), rows)
    if len(near) > _SHOWN:
        _say(f"  The first {_SHOWN} are shown; --format json names all.")


def _listed(learners: Sequence[str]) -> str:
    more = f" and {len(learners) - _SHOWN} more (--format json names all)" if len(learners) > _SHOWN else ""
    return ", ".join(learners[:_SHOWN]) + more


def _lacks(after: int | None, possible: bool) -> str:
    if not possible:
        return "cannot complete it"
    return "more" if after is None else str(after)


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:97].rstrip()}..."


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}".removesuffix(".0")


def _table(heading: str, columns: Sequence[Any], rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        _say(f"\n{heading}")
        print_table(table("", columns, rows))


def _say(*lines: str) -> None:
    for line in lines:
        start = "\n" if line.startswith("\n") else ""
        typer.echo(start + printable(line.removeprefix("\n")))
