"""``ipe init``: a new programme folder, ready to edit."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.output import printable
from ipe_workbench.cli.questions import ask, may_ask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ipe_workbench.credentials.programme import Profession

_TITLE, _ISSUER = "Our interprofessional programme", "Our university"


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make; it must not exist or be empty.")],
    title: Annotated[str | None, typer.Option(help=f"Title of the programme ({_TITLE!r}).", show_default=False)] = None,
    issuer: Annotated[
        str | None, typer.Option(help=f"Name of the awarding body ({_ISSUER!r}).", show_default=False)
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Its country, two letters of ISO 3166-1 (US).", show_default=False)
    ] = None,
    url: Annotated[str | None, typer.Option(help="Address of its home page (none).", show_default=False)] = None,
    framework: Annotated[
        list[str] | None, typer.Option(help="Id of a framework (ipec-2023); repeat for more.", show_default=False)
    ] = None,
    profession: Annotated[
        list[str] | None,
        typer.Option(help="A profession and its learners, as Medicine=40; repeat for each.", show_default=False),
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="First day of the first term, as 2027-01-11.", show_default=False)
    ] = None,
    template: Annotated[
        str, typer.Option(help="What to begin from: starter, blank or cu-ipe (the whole example).")
    ] = "starter",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take the defaults.")] = False,
) -> None:
    """Make a first programme to edit.

    It is small, complete and passes every check. On a terminal it asks what no option says; Enter takes what stands in
    brackets. Elsewhere, and with --yes, it takes the defaults. Exit code 2: the folder is in use, or an answer cannot
    be used; nothing is written then.

    Example: ipe init my-programme

    Example: ipe init my-programme --yes --title "Team care at our school" --issuer "Our school of health"
    --profession Medicine=40 --profession Nursing=60 --start 2027-09-06
    """
    from ipe_workbench import starter

    chosen = starter.find_template(template)
    asking = may_ask(yes)
    adapts = asking and chosen.adapts
    if asking:
        starter.check_target(folder)
        typer.echo("Enter takes what stands in brackets; everything can be edited afterwards.", err=True)

    if title is None:
        title = _asked("Title of the programme", _TITLE, lambda one: starter.check_text(one, "title"), asking)
    if issuer is None:
        issuer = _asked(
            "University or other awarding body",
            _ISSUER,
            lambda one: starter.check_text(one, "name of the awarding body"),
            asking,
        )
    if country is None and asking:
        country = ask("Its country, two letters of ISO 3166-1", "US", starter.check_country)
    if url is None:
        url = _asked("Its home page, if it has one", "", starter.check_home_page, asking)
    frameworks: Sequence[str] | None = framework or None
    if not frameworks and adapts:
        frameworks = _ask_frameworks()
    professions: Sequence[Profession] | None = starter.check_professions(profession) if profession else None
    if professions is None and adapts:
        professions = ask(
            "Professions with the learners of a cohort",
            "Medicine 40, Nursing 60, Pharmacy 20",
            starter.read_professions,
        )
    day: datetime.date | None = starter.check_start(start) if start is not None else None
    if day is None and adapts:
        day = ask("First day of the first term", "2027-01-11", starter.check_start)

    made = starter.start_programme(
        folder,
        title=title,
        issuer=issuer,
        template=chosen.id,
        country=country,
        url=url,
        frameworks=frameworks,
        professions=professions,
        start=day,
    )
    if not asking and not yes:
        typer.echo("Nobody was asked: what no option says is a default. Edit programme.yaml, or begin again.", err=True)
    shown = printable(str(made))
    typer.echo(f"Made {shown} with {sum(1 for _ in made.rglob('*.yaml'))} files. Go on with: ipe check {shown}")


def _asked(question: str, default: str, read: Callable[[str], str], asking: bool) -> str:
    return ask(question, default, read) if asking else default


def _ask_frameworks() -> Sequence[str]:
    from ipe_workbench.frameworks import list_frameworks
    from ipe_workbench.starter import check_frameworks

    for one in list_frameworks():
        state = "" if one.status == "current" else f" ({one.status})"
        typer.echo(f"  {one.id:<12} {printable(one.title)}{state}", err=True)
    return ask("Frameworks", "ipec-2023", lambda typed: check_frameworks(typed.replace(";", ",").split(",")))
