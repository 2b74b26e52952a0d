"""``ipe credentials``: list and show the micro-credentials of a programme, begin a new one, and keep its versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipe_workbench.cli.groups import Group
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.cli.questions import ask, may_ask

if TYPE_CHECKING:
    from ipe_workbench.credentials import MicroCredential, Programme
    from ipe_workbench.credentials.model import Stack, Stage

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=Group)

Folder = Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)]
Format = Annotated[OutputFormat, typer.Option(help="Print a table for people, or JSON.")]


@app.command("list")
def list_(programme: Folder, format: Format = OutputFormat.table) -> None:
    """List the micro-credentials of a programme, foundation first.

    Example: ipe credentials list my-programme
    """
    from ipe_workbench.credentials import load_programme

    loaded = load_programme(programme)
    if format is OutputFormat.json:
        print_json([_summary(one) for one in loaded.credentials.values()])
        return
    columns = ("Id", "Title", "Level", "Stage", ("Hours", "right"), "Assessed by", "Status")
    rows = [
        (one.id, one.title, one.level, one.stage, f"{one.hours:g}", _assessors(one), one.status)
        for one in loaded.credentials.values()
    ]
    print_table(table(f"Credentials of {loaded.info.title}", columns, rows))


@app.command()
def show(
    programme: Folder,
    credential: Annotated[str, typer.Argument(help="Id of the credential.", show_default=False)],
    format: Format = OutputFormat.table,
) -> None:
    """Show one micro-credential: what is recognised, how it is earned, and what it counts toward.

    Example: ipe credentials show my-programme team-communication
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.errors import UnknownNameError, near_names

    loaded = load_programme(programme)
    if credential not in loaded.credentials:
        mend = near_names(credential, loaded.credentials)
        raise UnknownNameError(f"`{credential}` is not a credential of this programme.", mend=mend)
    one = loaded.credentials[credential]
    if format is OutputFormat.json:
        print_json(one.model_dump(mode="json", by_alias=True) | {"counts_toward": list(_counting(loaded, one.id))})
        return
    for name, value in _details(loaded, one):
        if value:
            typer.echo(printable(f"{name}: {value}"))


@app.command()
def new(
    programme: Folder,
    id: Annotated[str, typer.Argument(help="Id of the new credential; it identifies for good.", show_default=False)],
    title: Annotated[str | None, typer.Option(help="Its title (the id in words).", show_default=False)] = None,
    stage: Annotated[
        str | None, typer.Option(help="exposure, immersion or competence (exposure).", show_default=False)
    ] = None,
    competency: Annotated[
        list[str] | None,
        typer.Option(help="Code of a competency, or framework:code; repeat for more.", show_default=False),
    ] = None,
    hours: Annotated[float | None, typer.Option(help="The learner's whole effort.", show_default=False)] = None,
    like: Annotated[str | None, typer.Option(help="Id of a credential to copy.", show_default=False)] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take the defaults.")] = False,
) -> None:
    """Begin a new micro-credential: writes credentials/ID.yaml, a draft that passes the check.

    Comments in the file say what to fill in. On a terminal it asks what no option says; elsewhere, and with --yes, it
    takes the defaults. Exit code 2: the id is taken or is none, or an answer cannot be used; nothing is written then.

    Example: ipe credentials new my-programme home-visits --stage immersion --competency RR1 --hours 4

    Example: ipe credentials new my-programme ward-handover --like structured-handover
    """
    from ipe_workbench.credentials import read_programme
    from ipe_workbench.credentials.drafting import check_new_id, draft_credential, write_draft

    reading = read_programme(programme)
    loaded = reading.programme
    if loaded is None or loaded.folder is None:
        from ipe_workbench.credentials import load_programme

        load_programme(programme)  # says what is wrong
        raise typer.Exit(2)
    check_new_id(loaded, id, reading.damaged)
    answers: dict[str, Any] = {"title": title, "stage": stage, "competencies": competency or [], "hours": hours}
    if may_ask(yes):
        _ask_missing(loaded, id, like, answers)
    draft = draft_credential(loaded, id, like=like, damaged=reading.damaged, **answers)
    written = write_draft(draft, loaded.folder)
    for remark in draft.remarks:
        typer.echo(printable(remark), err=True)
    typer.echo(printable(f"Wrote {written}, a draft. Fill it in, then: ipe check {programme}"))


@app.command()
def versions(programme: Folder, format: Format = OutputFormat.table) -> None:
    """List the version of each credential and stack, those that were issued, and what has changed since.

    Example: ipe credentials versions my-programme
    """
    from ipe_workbench.credentials import load_programme

    rows = _versions(load_programme(programme))
    if format is OutputFormat.json:
        print_json(rows)
        return
    columns = ("Id", "Version", "Issued as", "Changed since")
    cells = [(row["id"], row["version"], ", ".join(row["issued"]), ", ".join(row["changed"])) for row in rows]
    print_table(table("Versions", columns, cells))


@app.command("mark-issued")
def mark_issued(
    programme: Folder,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Credentials and stacks.", show_default=False)
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Every active credential and every stack.")] = False,
) -> None:
    """Keep a copy of what is awarded from now on in issued/, so that its awards keep their meaning.

    Do this when the first learner is awarded a version. A later change of what it means then needs a new `version`, and
    `ipe check` says so. Exit code 2: the version was issued with another content; nothing is written then.

    Example: ipe credentials mark-issued my-programme team-communication team-care-certificate
    """
    from ipe_workbench.credentials import keep_issued, load_programme

    if bool(ids) == all:
        raise typer.BadParameter("Name credentials and stacks, or use --all for all of them.", param_hint="ID")
    loaded = load_programme(programme)
    active = [one.id for one in loaded.credentials.values() if one.status == "active"]
    _, written = keep_issued(loaded, ids or (*active, *loaded.stacks))
    for path in written:
        typer.echo(printable(f"Wrote {path}"))
    if not written:
        typer.echo("Nothing to write: these versions are kept already.")


def _versions(loaded: Programme) -> list[dict[str, Any]]:
    from ipe_workbench.credentials import changes_since
    from ipe_workbench.credentials.versions import version_order

    rows = []
    designs: list[MicroCredential | Stack] = [*loaded.credentials.values(), *loaded.stacks.values()]
    for one in designs:
        issued = sorted((version for name, version in loaded.issued if name == one.id), key=version_order)
        changed = changes_since(loaded.issued[one.id, issued[-1]].value, one) if issued else ()
        rows.append({"id": one.id, "version": one.version, "issued": issued, "changed": list(changed)})
    return rows


def _ask_missing(loaded: Programme, reference: str, like: str | None, answers: dict[str, Any]) -> None:
    """Fill in what no option said; a copy keeps what the other credential has."""
    from ipe_workbench.credentials.drafting import find_competency, read_hours, read_stage, title_of
    from ipe_workbench.starter import check_text

    if answers["title"] is None:
        answers["title"] = ask("Title", title_of(reference), lambda one: check_text(one, "title"))
    if like is not None:
        return
    if answers["stage"] is None:
        stage: Stage = ask("Stage (exposure, immersion, competence)", "exposure", read_stage)
        answers["stage"] = stage
    if answers["hours"] is None:
        answers["hours"] = ask("Hours of a learner's effort", "4", read_hours)
    if not answers["competencies"]:

        def codes(typed: str) -> list[str]:
            named = typed.replace(",", " ").replace(";", " ").split()
            return [":".join(find_competency(loaded, one)) for one in named]

        answers["competencies"] = ask("Codes of competencies, if you know them yet (such as RR1 C3)", "", codes)


def _summary(one: MicroCredential) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "level": one.level,
        "stage": one.stage,
        "type": one.type,
        "hours": one.hours,
        "status": one.status,
        "version": one.version,
        "assessor": one.assessment.assessor if one.assessment else None,
        "requires": bool(one.requires),
    }


def _assessors(one: MicroCredential) -> str:
    return one.assessment.assessor if one.assessment else "-"


def _counting(loaded: Programme, reference: str) -> tuple[str, ...]:
    from ipe_workbench.credentials import badges_in

    return tuple(one.id for one in loaded.stacks.values() if reference in badges_in(one.rule))


def _details(loaded: Programme, one: MicroCredential) -> list[tuple[str, str]]:
    from ipe_workbench.credentials import describe

    assessment = one.assessment
    how = "; ".join(f"{item.competency} ({', '.join(item.how)})" for item in one.alignments)
    where = "; ".join(
        f"{item.title} ({item.kind}, {item.hours + item.preparation_hours:g} h, {item.term})" for item in one.activities
    )
    return [
        ("Id", one.id),
        ("Title", one.title),
        ("Kind", f"{one.type}, {one.level}, {one.stage}, {one.status}, version {one.version}"),
        ("Summary", one.summary),
        ("Effort", f"{one.hours:g} hours" + (f", {one.ects:g} ECTS" if one.ects else "")),
        ("Valid", f"{one.validity_months} months" if one.validity_months else "for good"),
        ("Criteria", "; ".join(item.statement for item in one.criteria)),
        ("Activities", where),
        (
            "Assessment",
            f"{', '.join(assessment.methods)} by {assessment.assessor}, pass at {assessment.pass_score:.0%}"
            if assessment
            else "",
        ),
        ("Evidence", "; ".join(item.kind for item in one.evidence)),
        ("Alignments", how),
        ("Only for", ", ".join(one.professions)),
        ("Requires", describe(one.requires, loaded.title) if one.requires is not None else ""),
        ("Counts toward", "; ".join(loaded.title(name) for name in _counting(loaded, one.id))),
    ]
