"""``ipe pathways plan``: the proven best plan by term, for a learner or for a cohort."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, progress_bar, table
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

if TYPE_CHECKING:
    from ipe_workbench.credentials import Programme
    from ipe_workbench.pathways.planning import CohortPlans, JointPlans, Offering, Plan, PlanFor

__all__ = ["competency_of", "plan"]


def plan(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    goal: Annotated[str, typer.Option(help="Id of the stack or credential to complete.", show_default=False)],
    profession: Annotated[
        str | None, typer.Option(help="Plan for a learner of this profession.", show_default=False)
    ] = None,
    awards: Annotated[
        Path | None,
        typer.Option(help="CSV of what learners hold: learner, badge, awarded_on, profession.", show_default=False),
    ] = None,
    learner: Annotated[str | None, typer.Option(help="With --awards: only this learner.", show_default=False)] = None,
    cohort: Annotated[bool, typer.Option("--cohort", help="Plan for the programme's whole cohort.")] = False,
    joint: Annotated[
        bool, typer.Option("--joint", help="Share seats and assessors' hours among the learners.")
    ] = False,
    aim: Annotated[str, typer.Option(help="What to make best: hours, earliest or growth.")] = "hours",
    growth: Annotated[
        list[str] | None, typer.Option(help="A competency to grow in (repeat it).", show_default=False)
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Only what begins on that day or later.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Only what ends on that day or earlier.", show_default=False)
    ] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option("--hours", help="Most hours in a term: 30, or 2027-fall=30 (repeat it).", show_default=False),
    ] = None,
    closed: Annotated[
        list[str] | None,
        typer.Option(help="An offering that cannot be taken: credential or credential@term.", show_default=False),
    ] = None,
    offerings: Annotated[
        Path | None,
        typer.Option(
            help="CSV or workbook of what is offered when: credential, term, starts, ends, seats, assessor_hours.",
            show_default=False,
        ),
    ] = None,
    seats: Annotated[
        list[str] | None,
        typer.Option(help="With --joint: seats of an offering, credential@term=30.", show_default=False),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Also write the plans to this CSV file.", show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --out if it exists.")] = False,
    format: Annotated[OutputFormat, typer.Option(help="Print a table, or JSON.")] = OutputFormat.table,
) -> None:
    """Plan which credentials to earn in which term, proven best.

    A plan assumes that the learner passes at the first attempt. When there is no plan, the smallest reason and the
    cheapest way out are given; the exit code is then 1.

    Example: ipe pathways plan cu-ipe --goal ipe-micro-credential --profession nursing --hours 20

    Example: ipe pathways plan cu-ipe --goal ipe-micro-credential --cohort --joint --out plans.csv
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.pathways.planning import offerings_of, read_offerings
    from ipe_workbench.pathways.planning import plan as plan_one

    if out is not None and out.exists() and not force:
        raise UnusableInputError("The file exists.", place=str(out), mend="Give another name, or --force.")
    if seats and not joint:
        raise UnusableInputError("--seats are shared in a joint plan only.", mend="Give --joint too.")
    found = load_programme(programme)
    offered = offerings_of(found) if offerings is None else read_offerings(offerings, found)
    base = _situation(found, offered, aim, growth or [], (start, until), hours or [], closed or [])
    learners = _learners(found, base, profession, awards, learner, cohort)
    if joint or len(learners) > 1:
        plans = _of_cohort(found, goal, learners, offered, joint, seats or [], format)
        made = plans.plans
    else:
        ((name, one),) = learners.items()
        single = plan_one(found, goal, one, offered)
        made = {name: single}
        if format is OutputFormat.json:
            print_json(single.to_dict())
        else:
            _print_plan(found, single)
    if out is not None:
        from ipe_workbench.documents import write_atomically
        from ipe_workbench.pathways.planning import CohortPlans

        write_atomically(out, CohortPlans(made, len(made)).to_csv())
    raise typer.Exit(1 if any(one.impossible for one in made.values()) else 0)


def _situation(
    programme: Programme,
    offered: tuple[Offering, ...],
    aim: str,
    growth: Sequence[str],
    time: tuple[str | None, str | None],
    hours: Sequence[str],
    closed: Sequence[str],
) -> PlanFor:
    from ipe_workbench.pathways.planning import AIMS, PlanFor

    if aim not in AIMS:
        raise UnknownNameError(f"`{aim}` is no aim.", mend=near_names(aim, AIMS))
    if (aim == "growth") != bool(growth):
        raise UnusableInputError("The aim `growth` and competencies to grow in go together.", mend="Give both.")
    names = [*programme.credentials, *(name for one in offered for name in (one.id, f"{one.credential}@{one.term}"))]
    for one in closed:
        if one not in names:
            raise UnknownNameError(f"`{one}` is no offering of this programme.", mend=near_names(one, names))
    wanted = [competency_of(programme, code) for code in growth]
    limits = _hours(programme, hours)
    start, end = time
    return PlanFor(
        hours_per_term=limits,
        closed=frozenset(closed),
        from_day=day_of(start, "--from") if start else datetime.date.min,
        until=day_of(end, "--until") if end else datetime.date.max,
        aim=aim,
        growth=frozenset(wanted),
    )


def competency_of(programme: Programme, code: str) -> str:
    """The id of a competency of the programme's frameworks, from its id or code."""
    for framework in programme.frameworks.values():
        if (found := framework.find(code)) is not None:
            return found.id
    raise UnknownNameError(f"`{code}` is no competency of this programme's frameworks.")


def _hours(programme: Programme, written: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in written:
        term, _, number = one.rpartition("=")
        try:
            most = float(number)
        except ValueError:
            most = -1.0
        if not 0 <= most <= 10_000:
            raise UnusableInputError(f"`{one}` is no number of hours.", mend="Write 30, or 2027-fall=30.")
        terms = [programme.term(term).id] if term else [known.id for known in programme.info.terms]
        found |= dict.fromkeys(terms, most)
    return found


def _learners(
    programme: Programme,
    base: PlanFor,
    profession: str | None,
    awards: Path | None,
    learner: str | None,
    cohort: bool,
) -> dict[str, PlanFor]:
    from ipe_workbench.pathways.comparison import read_awards
    from ipe_workbench.pathways.planning import cohort_of

    if learner is not None and awards is None:
        raise UnusableInputError("--learner names a learner of --awards.", mend="Give --awards too.")
    if awards is not None:
        file = read_awards(awards, programme)
        for finding in file.findings:
            typer.echo(printable(str(finding)), err=True)
        found = {name: replace(base, facts=facts) for name, facts in file.learners.items()}
        if learner is None and found:
            return found
        if learner is None or learner not in found:
            raise UnknownNameError("The file has no such learner.", place=str(awards), mend="Check the id.")
        return {learner: found[learner]}
    if cohort:
        return cohort_of(programme, base)
    if profession is None:
        raise UnusableInputError("Nobody to plan for.", mend="Give --profession, --awards or --cohort.")
    programme.profession(profession)
    return {"learner": replace(base, facts=replace(base.facts, profession=profession))}


def _of_cohort(
    programme: Programme,
    goal: str,
    learners: Mapping[str, PlanFor],
    offered: tuple[Offering, ...],
    joint: bool,
    seats: Sequence[str],
    format: OutputFormat,
) -> CohortPlans:
    from ipe_workbench.pathways.planning import limit_seats, plan_cohort, plan_jointly

    shared: JointPlans | None = None
    offerings = limit_seats(offered, _seats(seats)) if joint else offered
    with progress_bar() as bar:
        task = bar.add_task("Planning", total=None)
        if joint:
            shared = plan_jointly(
                programme,
                goal,
                learners,
                offerings,
                progress=lambda number, hours: bar.update(
                    task, description=f"Sharing seats, round {number}: {hours:,.0f} hours"
                ),
            )
            plans = shared.plans
        else:
            plans = plan_cohort(
                programme, goal, learners, offered, progress=lambda done, of: bar.update(task, completed=done, total=of)
            )
    if format is OutputFormat.json:
        print_json((shared or plans).to_dict())
        return plans
    groups: dict[tuple[str, ...], list[Plan]] = {}
    for one in plans.plans.values():
        way = tuple(f"{step.credential} ({step.term})" for step in one.steps)
        groups.setdefault(way or one.impossible_because(), []).append(one)
    rows = [
        (len(members), f"{members[0].hours:g}", members[0].completed_on or "-", "; ".join(way))
        for way, members in sorted(groups.items(), key=lambda pair: -len(pair[1]))
    ]
    columns: list[str | tuple[str, str]] = [("Learners", "right"), ("Hours", "right"), "Complete", "Plan"]
    print_table(table(f"Plans for {programme.title(goal)}", columns, rows[:20]))
    if len(rows) > 20:
        typer.echo(f"and {len(rows) - 20} more plans; --out writes them all.")
    typer.echo(f"{len(plans.plans)} learners in {plans.states} states; {_proof(plans, shared)}")
    if shared is not None:
        limits = [(one.name, f"{one.used:.4g}", f"{one.limit:g}") for one in shared.uses if one.used > 0]
        print_table(table("Seats and assessors' hours", ["Limit", ("Used", "right"), ("Of", "right")], limits))
    return plans


def _proof(plans: CohortPlans, shared: JointPlans | None) -> str:
    if shared is not None:
        left = f"; {len(shared.unserved)} without a seat" if shared.unserved else ""
        return f"{shared.hours:g} hours in all, none below {shared.bound:g} (gap {shared.gap:.2%}){left}."
    return "each plan proven best." if plans.proven else "not every plan is proven best."


def _seats(written: Sequence[str]) -> dict[str, int]:
    found = {}
    for one in written:
        name, _, number = one.rpartition("=")
        if not name or not number.isascii() or not number.isdigit():
            raise UnusableInputError(f"`{one}` gives no seats.", mend="Write credential@term=30.")
        found[name] = int(number)
    return found


def _print_plan(programme: Programme, found: Plan) -> None:
    if found.impossible is not None:
        typer.echo(printable(f"{found.goal_title} cannot be completed:"))
        for reason in found.impossible.reasons:
            typer.echo(printable(f"  {reason}"))
        if found.impossible.relaxation:
            typer.echo("The cheapest way out:")
            for change in found.impossible.relaxation:
                typer.echo(printable(f"  {change}"))
        return
    if not found.steps:
        typer.echo(printable(f"{found.goal_title}: nothing more to earn; complete on {found.completed_on}."))
        for role in found.approvals:
            typer.echo(printable(f"Ask for the approval of the {role}."))
        return
    rows = [
        (programme.term(one.term).title, one.ends, one.title, f"{sum(one.hours.values()):g}", ", ".join(one.completes))
        for one in found.steps
    ]
    columns: list[str | tuple[str, str]] = ["Term", "Earned on", "Credential", ("Hours", "right"), "Completes"]
    print_table(table(f"Plan for {found.goal_title}", columns, rows))
    proof = "proven best" if found.proven else f"at most {found.gap:.1%} from the best"
    typer.echo(f"Complete on {found.completed_on} with {found.hours:g} hours; {proof}.")
    for role in found.approvals:
        typer.echo(printable(f"Ask for the approval of the {role}."))
