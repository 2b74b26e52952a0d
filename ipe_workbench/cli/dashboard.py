"""``ipe dashboard``: the dashboards in Voilà, and the links that open them."""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.groups import Group
from ipe_workbench.cli.output import printable

if TYPE_CHECKING:
    from ipe_workbench.studio.dashboards.door import Door
    from ipe_workbench.studio.dashboards.identity import LinkKeys, Role
    from ipe_workbench.studio.dashboards.server import Deployment

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=Group)

Programme = Annotated[Path, typer.Option("--programme", help="Folder of the programme.", show_default=False)]
Database = Annotated[
    str | None,
    typer.Option("--db", help="SQLite file or PostgreSQL URL; IPE_DB, else records.sqlite here.", show_default=False),
]
Port = Annotated[
    int | None, typer.Option(help="Port to listen on; a free one by default.", min=1, max=65535, show_default=False)
]
Key = Annotated[
    Path | None,
    typer.Option("--key", help="File of the keys of links: ipe dashboard key FILE.", show_default=False),
]
Id = Annotated[
    str | None,
    typer.Option("--id", help="Print a link for this person, by the university's id.", show_default=False),
]
People = Annotated[
    Path | None,
    typer.Option("--people", help="Under JupyterHub: CSV with user, role, id, instead of links.", show_default=False),
]
Ip = Annotated[str, typer.Option("--ip", help="Address to listen on.")]
Base = Annotated[str, typer.Option("--base-url", help="Path under which a proxy serves the page.")]
Https = Annotated[bool, typer.Option("--https", help="Visitors come by HTTPS: cookies are kept to it.")]
Ready = Annotated[int, typer.Option(help="Kernels that wait for visitors, of about 200 MB each.", min=0, max=200)]
Most = Annotated[int, typer.Option(help="How many visitors there may be at once.", min=1, max=1000)]
Idle = Annotated[int, typer.Option(help="Seconds after which a closed page's kernel is stopped.", min=30)]
Language = Annotated[
    str | None, typer.Option(help="Language, en or es; by default that of the visitor's browser.", show_default=False)
]
On = Annotated[str | None, typer.Option("--on", help="Day of the page, as 2027-03-01; today.", show_default=False)]


@dataclass(frozen=True)
class _Asked:
    """What the options of a command that serves say; those that a role does not have are as here."""

    programme: Path
    key: Path | None
    people: Path | None
    port: int | None
    ip: str
    base_url: str
    https: bool
    ready: int
    most: int
    idle: int
    db: str | None = None
    id_: str | None = None
    on: str | None = None
    language: str | None = None

    def deployment(self) -> Deployment:
        """Where and how to serve."""
        from ipe_workbench.studio.dashboards.server import Deployment
        from ipe_workbench.studio.texts import texts_in

        language = texts_in(self.language).language if self.language is not None else ""
        base = f"/{self.base_url.strip('/')}/" if self.base_url.strip("/") else "/"
        port = _usable_port(self.ip, self.port)
        return Deployment(port, self.ip, base, self.ready, self.most, self.idle, language)


_Own = Callable[..., Mapping[str, str]]


def _serves(role: Role, *, ready: int, most: int, idle: int) -> Callable[[_Own], _Own]:
    """Make a command that serves a dashboard: it has the options that all of them share, then those of the function.

    The function gives what the kernels need to know besides. A page of one person has ``--id``; one on records has
    ``--db`` and ``--on``. The numbers are defaults of their options.
    """

    def made(own: _Own) -> _Own:
        added = inspect.signature(own, eval_str=True).parameters

        def command(**given: Any) -> None:
            more = own(**{name: given.pop(name) for name in added})
            _serve(role, _Asked(**given), more)

        signature = inspect.Signature([*_shared(role, ready, most, idle), *added.values()])
        # Typer reads the options from both.
        setattr(command, "__signature__", signature)  # noqa: B010 - functions have no such attribute for mypy
        command.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
        command.__doc__ = own.__doc__
        app.command(role)(command)
        return own

    return made


def _shared(role: Role, ready: int, most: int, idle: int) -> list[inspect.Parameter]:
    """The options of every command that serves, in the order of its help."""
    personal, on_records = role in ("learner", "faculty"), role not in ("designer", "simulator")
    wanted: list[tuple[str, Any, Any, bool]] = [
        ("programme", Programme, inspect.Parameter.empty, True),
        ("db", Database, None, on_records),
        ("key", Key, None, True),
        ("id_", Id, None, personal),
        ("people", People, None, True),
        ("port", Port, None, True),
        ("ip", Ip, "127.0.0.1", True),
        ("base_url", Base, "/", True),
        ("https", Https, False, True),
        ("ready", Ready, ready, True),
        ("most", Most, most, True),
        ("idle", Idle, idle, True),
        ("on", On, None, on_records),
        ("language", Language, None, not on_records),
    ]
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, kind, default=default, annotation=annotation)
        for name, annotation, default, there in wanted
        if there
    ]


@_serves("learner", ready=2, most=40, idle=600)
def learner(
    *,
    badges: Annotated[
        Path | None, typer.Option(help="Folder of signed badges, to download.", show_default=False)
    ] = None,
) -> Mapping[str, str]:
    """Serve learners their own badges, growth areas and next steps. It opens with personal links.

    Example: ipe dashboard learner --programme my-programme --id s1234567

    Example: ipe dashboard learner --programme my-programme --key links.key --port 8866 --https --base-url /ipe/learner/
    """
    return {"IPE_DASHBOARD_BADGES": str(badges.resolve())} if badges is not None else {}


@_serves("faculty", ready=2, most=40, idle=600)
def faculty() -> Mapping[str, str]:
    """Serve facilitators their own teams: rubrics, who needs help, feedback to raters. It opens with personal links.

    Example: ipe dashboard faculty --programme my-programme --id f042
    """
    return {}


@_serves("programme", ready=1, most=20, idle=600)
def programme() -> Mapping[str, str]:
    """Serve the programme's office attainment, coverage, equity and load; small groups are hidden.

    Example: ipe dashboard programme --programme my-programme --db records.sqlite
    """
    return {}


@_serves("designer", ready=1, most=10, idle=3600)
def designer() -> Mapping[str, str]:
    """Serve the designer on a programme's folder: who opens it may change its files. See docs/designer.md.

    Example: ipe dashboard designer --programme my-programme
    """
    return {}


@_serves("simulator", ready=1, most=10, idle=3600)
def simulator() -> Mapping[str, str]:
    """Serve the simulator on a programme: scenarios, two designs, what it would take. See docs/simulator.md.

    Example: ipe dashboard simulator --programme my-programme
    """
    return {}


@app.command()
def link(
    programme: Programme,
    role: Annotated[str, typer.Option(help="programme, faculty, learner, designer or simulator.", show_default=False)],
    key: Annotated[Path, typer.Option("--key", help="File of the keys of links.", show_default=False)],
    id_: Annotated[str, typer.Option("--id", help="The university's id of the person.", show_default=False)] = "",
    days: Annotated[float, typer.Option(help="How long the link opens the page.")] = 7,
    address: Annotated[str, typer.Option(help="Where the page is served.")] = "http://127.0.0.1:8866/",
) -> None:
    """Print a personal link: sealed, for one person, one dashboard and a while. Send it to that person only.

    Example: ipe dashboard link --programme my-programme --role learner --id s1234567 --days 7 --key links.key
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.studio.dashboards.identity import LinkKeys

    wanted = _role(role, id_)
    keys = LinkKeys.read(key)
    typer.echo(_link(keys, wanted, id_, load_programme(programme).id, address, days))


@app.command("key")
def key_(
    file: Annotated[Path, typer.Argument(help="The new file; only you may read it.", show_default=False)],
) -> None:
    """Make a key that seals links. Keep it where the servers are, and nowhere else.

    Example: ipe dashboard key links.key
    """
    from ipe_workbench.studio.dashboards.identity import make_key_file

    typer.echo(f"The key is in {printable(str(make_key_file(file)))}.")


def _serve(role: Role, asked: _Asked, more: Mapping[str, str]) -> None:
    import os

    from ipe_workbench.credentials import load_programme
    from ipe_workbench.records import open_store
    from ipe_workbench.studio.dashboards.identity import WITHOUT_RECORDS
    from ipe_workbench.studio.dashboards.server import serve

    # What cannot work is said here, not on a page.
    found = load_programme(asked.programme)
    if role not in WITHOUT_RECORDS:
        open_store(asked.db).close()
    day = None if asked.on is None else day_of(asked.on, "--on")
    door, link = _door(role, found.id, asked)
    deployment = asked.deployment()
    environment = {"IPE_DASHBOARD_PROGRAMME": str(asked.programme.resolve()), **more}
    chosen = asked.db or os.environ.get("IPE_DB") or "records.sqlite"
    environment["IPE_DB"] = chosen if "://" in chosen else str(Path(chosen).resolve())
    if day is not None:
        environment["IPE_DASHBOARD_TODAY"] = day.isoformat()
    address = f"http://{deployment.ip}:{deployment.port}{deployment.base}"
    typer.echo(f"The {role} dashboard is served at {address} - press Ctrl+C here to stop it.", err=True)
    if link is not None and door.keys is not None:
        typer.echo(_link(door.keys, role, link, found.id, address, 1))
    serve(role, door, deployment, environment)


def _door(role: Role, audience: str, asked: _Asked) -> tuple[Door, str | None]:
    """Who comes in, and for whom a link is printed now."""
    import os

    from ipe_workbench.errors import UnusableInputError
    from ipe_workbench.studio.dashboards.door import Door
    from ipe_workbench.studio.dashboards.identity import PERSONAL, LinkKeys, hub_visitor

    key, person = asked.key, asked.id_
    if asked.people is not None:
        user = os.environ.get("JUPYTERHUB_USER", "")
        if not user or key is not None or person is not None:
            mend = "Start it from the hub, without --key and --id."
            raise UnusableInputError("A table of people is for a server that JupyterHub started.", mend=mend)
        if asked.ip not in ("127.0.0.1", "localhost", "::1"):
            # The hub's proxy does not ask who comes: what does stands before us, on this machine.
            raise UnusableInputError(
                "Under JupyterHub the page is served to this machine only.", mend="Leave --ip out."
            )
        return Door(role, audience, resident=hub_visitor(user, asked.people, role)), None
    keys = LinkKeys.read(key) if key is not None else LinkKeys.fresh()
    if key is None and person is None and role in PERSONAL:
        mend = "Give --key FILE (made by: ipe dashboard key), or --id for a link of your own to one person's page."
        raise UnusableInputError("Nobody could open this page.", mend=mend)
    printed = "" if role not in PERSONAL and key is None else person
    return Door(role, audience, keys=keys, secure=asked.https), printed


def _link(keys: LinkKeys, role: Role, person: str, audience: str, address: str, days: float) -> str:
    from ipe_workbench.studio.dashboards.identity import Visitor

    now = datetime.datetime.now(datetime.UTC)
    token = keys.seal(Visitor(role, person), audience=audience, now=now, days=days)
    return f"{address.rstrip('/')}/enter#{token}"


def _role(role: str, person: str) -> Role:
    from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
    from ipe_workbench.studio.dashboards.identity import PERSONAL, ROLES

    if role not in ROLES:
        raise UnknownNameError(f"There is no dashboard `{role}`.", mend=near_names(role, ROLES))
    if role in PERSONAL and not person.strip():
        raise UnusableInputError("A link is for one person.", mend="Say which with --id.")
    return role


def _usable_port(ip: str, wanted: int | None) -> int:
    """The port, which must be free: the kernels are told of it before the server listens."""
    import socket

    from ipe_workbench.errors import EnvironmentFault

    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((ip, wanted or 0))
        except OSError as error:
            place = f"{ip}:{wanted or ''}"
            raise EnvironmentFault(
                f"The port cannot be used: {error.strerror}.", place=place, mend="Name another one."
            ) from None
        return int(one.getsockname()[1])
