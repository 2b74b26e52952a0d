"""``ipe badges``: keys, issuing, verifying, revoking of Open Badges 3.0."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from ipe_workbench.cli.badge_inputs import badge_id_of, content_of, keys_of, lists_of, moment_of, passphrase
from ipe_workbench.cli.groups import Group
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.errors import UnreadableFileError, UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.badges import Badge, Keyring, Verification
    from ipe_workbench.badges.keys import KeyKind

__all__ = ["app"]


class _Badges(Group):
    sections: ClassVar[dict[str, tuple[str, ...]]] = {
        "Issue": ("keygen", "images", "issue", "publish", "claim", "revoke"),
        "Verify and read": ("verify", "read"),
        "Carry and vouch": ("bake", "extract", "transcript", "endorse"),
    }


app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=_Badges)


class KindChoice(StrEnum):
    """Kinds of keys."""

    ed25519 = "ed25519"
    rsa = "rsa"
    p256 = "p256"


_KINDS: dict[KindChoice, KeyKind] = {KindChoice.ed25519: "Ed25519", KindChoice.rsa: "RSA", KindChoice.p256: "P-256"}


@app.command()
def keygen(
    out: Annotated[Path, typer.Option(help="Folder for the keys.", show_default=False)],
    issuer: Annotated[
        str | None, typer.Option(help="did:web:... or https address; a did:key without it.", show_default=False)
    ] = None,
    kind: Annotated[
        list[KindChoice] | None, typer.Option(help="Repeatable; ed25519 and rsa by default.", show_default=False)
    ] = None,
    rotate: Annotated[bool, typer.Option("--rotate", help="Retire the keys in use and make new ones.")] = False,
    leaked: Annotated[bool, typer.Option("--leaked", help="With --rotate: the old keys are known to others.")] = False,
    public: Annotated[
        Path | None, typer.Option(help="With --command: file of the public key (PEM).", show_default=False)
    ] = None,
    command: Annotated[
        str | None, typer.Option(help="A command that signs standard input: for a token or an HSM.", show_default=False)
    ] = None,
) -> None:
    """Make the keys of an issuer, encrypted with a passphrase.

    The passphrase comes from a prompt or from IPE_KEY_PASSPHRASE. The folder gets the private keys (PEM, mode 0600),
    and the documents to publish: jwks.json, and did.json for a did:web.

    Example: ipe badges keygen --out keys --issuer did:web:badges.example.edu
    """
    from ipe_workbench.badges import Keyring

    now = moment_of(None)
    kinds = [_KINDS[one] for one in kind or (KindChoice.ed25519, KindChoice.rsa)]
    if command is not None:
        ring = _with_command(out, issuer, command, public, now)
    elif rotate:
        old = Keyring.read(out)
        used = kinds if kind else list(dict.fromkeys(key.public.kind for key in old.keys if key.signs))
        ring = old.rotated(passphrase(confirm=True), now=now, kinds=used, leaked=leaked)
    else:
        ring = Keyring.generated(out, passphrase(confirm=True), issuer=issuer, kinds=kinds, now=now)
    for key in ring.keys:
        if key.signs:
            typer.echo(printable(f"{key.public.kind}: {ring.method(key.public.kind)}"))
    published = ", ".join(ring.documents())
    typer.echo(
        printable(f"Keep {out} and the passphrase safe, each in its own place. For publication: {published}."), err=True
    )


@app.command()
def endorse(
    about: Annotated[str, typer.Argument(help="Id of the achievement or issuer.", show_default=False)],
    key: Annotated[Path, typer.Option(help="Folder of the endorser's keys.", show_default=False)],
    name: Annotated[str, typer.Option(help="The endorser's name.", show_default=False)],
    comment: Annotated[str, typer.Option(help="What is said.", show_default=False)],
    out: Annotated[Path, typer.Option(help="File to write.", show_default=False)],
) -> None:
    """Sign an endorsement of a credential or an issuer, for others to embed in their badges.

    Example: ipe badges endorse urn:uuid:af1c... --key keys --name "A society" --comment "Up to date." --out e.json
    """
    import json

    from ipe_workbench.badges import Keyring
    from ipe_workbench.badges import endorse as endorsed
    from ipe_workbench.documents import write_atomically

    if out.exists():
        raise UnusableInputError("The file exists.", place=str(out), mend="Choose another name.")
    ring = Keyring.read(key)
    secret = passphrase() if ring.needs_passphrase else None
    made = endorsed(about, comment, ring, name=name, now=moment_of(None), passphrase=secret)
    write_atomically(out, json.dumps(made, indent=2, ensure_ascii=False) + "\n")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The badge: JSON, JSON Web Token, PNG or SVG.", show_default=False)],
    status: Annotated[
        list[Path] | None, typer.Option(help="A status list, or a folder of them. Repeatable.", show_default=False)
    ] = None,
    jwks: Annotated[
        list[Path] | None,
        typer.Option(help="Keys of the issuer: JWKS, did.json, controller document.", show_default=False),
    ] = None,
    issuer: Annotated[
        list[str] | None, typer.Option(help="Id of a trusted issuer. Repeatable.", show_default=False)
    ] = None,
    recipient: Annotated[
        str | None, typer.Option(help="E-mail address or id of who shows it.", show_default=False)
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="Verify at this moment; the present by default.", show_default=False)
    ] = None,
    programme: Annotated[
        Path | None,
        typer.Option(help="Its rules say whether the stacks of a record are complete.", show_default=False),
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Fetch keys and status lists that were not given (https, public hosts).")
    ] = False,
    format: Annotated[OutputFormat, typer.Option(help="Print a table for people, or JSON.")] = OutputFormat.table,
) -> None:
    """Verify a badge, without any network unless asked: a list of checks, and a verdict.

    Verdicts: verified, issuer-unknown (both valid), expired, not-yet-valid, revoked, suspended, status-unknown,
    invalid. Exit code 0: valid; 1: not valid; 2: the file is no badge.

    Example: ipe badges verify badge.json --status revocation-1.json --jwks jwks.json --recipient a@example.edu
    """
    from ipe_workbench.badges import UnreadableBadgeError
    from ipe_workbench.badges import verify as verify_content
    from ipe_workbench.badges.alignments import is_known_alignment
    from ipe_workbench.credentials import load_programme

    content = content_of(file)
    fetched, more_lists = _fetched(content) if online else ([], [])
    options: dict[str, Any] = {
        "now": moment_of(now),
        "keys": keys_of(jwks or [], fetched),
        "issuers": tuple(issuer or ()),
        "lists": [*lists_of(status or []), *more_lists],
        "recipient": recipient,
        "known_alignment": is_known_alignment,
        "programme": load_programme(programme) if programme is not None else None,
    }
    try:
        report = verify_content(content, **options)
    except UnreadableBadgeError as error:
        if format is OutputFormat.json:
            check = {"id": "readable", "state": "failed", "detail": str(error)}
            print_json({"valid": False, "verdict": "invalid", "checks": [check]})
        raise UnreadableFileError(str(error), place=str(file)) from None
    _print_report(report, format)
    raise typer.Exit(0 if report.valid else 1)


@app.command()
def revoke(
    badges: Annotated[Path, typer.Argument(help="Folder of the badges.", show_default=False)],
    badge: Annotated[str, typer.Argument(help="Id of the badge, or its file.", show_default=False)],
    key: Annotated[Path, typer.Option(help="Folder of the keys.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why; the reason is published.", show_default=False)],
    suspend: Annotated[bool, typer.Option("--suspend", help="Only for a time.")] = False,
    restore: Annotated[bool, typer.Option("--restore", help="End a suspension.")] = False,
    valid_days: Annotated[
        int | None, typer.Option(min=1, help="Copies of the lists are too old after so many days.", show_default=False)
    ] = None,
) -> None:
    """Revoke a badge with a reason, or suspend it, and sign the status lists anew.

    Publish the lists that it names; until then verifiers see the old ones.

    Example: ipe badges revoke badges badges/badges/6f0c....json --key keys --reason "Issued by mistake"
    """
    from ipe_workbench.badges import Keyring, change_status

    if suspend and restore:
        raise typer.BadParameter("Choose one of --suspend and --restore.", param_hint="--restore")
    ring = Keyring.read(key)
    paths = change_status(
        badges,
        badge_id_of(badge),
        ring,
        change="suspended" if suspend else "restored" if restore else "revoked",
        reason=reason,
        now=moment_of(None),
        passphrase=passphrase() if ring.needs_passphrase else None,
        valid_days=valid_days,
    )
    typer.echo(printable("Publish now: " + ", ".join(str(path) for path in paths)))


def _with_command(out: Path, issuer: str | None, command: str, public: Path | None, now: datetime.datetime) -> Keyring:
    import shlex

    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    from ipe_workbench.badges import Keyring, PublicKey, UnsoundKeyError

    if public is None:
        raise typer.BadParameter("Name the file of the public key, too.", param_hint="--public")
    try:
        key = PublicKey.of(load_pem_public_key(content_of(public)))
    except (ValueError, UnsoundKeyError) as error:
        raise UnusableInputError(f"This is no public key that can be used ({error}).", place=str(public)) from None
    ring = Keyring.read(out) if (out / "keys.json").exists() else Keyring.empty(out, issuer)
    return ring.with_command(key.kind, key, shlex.split(command), now=now)


def _fetched(content: bytes) -> tuple[list[Any], list[Badge]]:
    """Key documents and status lists from the web; what could not be had is said, and the checks will show it."""
    from ipe_workbench.badges import RefusedBadgeError, UnreadableBadgeError, read_badge
    from ipe_workbench.badges.online import fetched_keys, fetched_lists

    try:
        badge = read_badge(content)
    except (RefusedBadgeError, UnreadableBadgeError):
        return [], []
    documents, troubles = fetched_keys(badge)
    lists, more = fetched_lists(badge)
    for trouble in (*troubles, *more):
        typer.echo(printable(trouble), err=True)
    return documents, lists


def _print_report(report: Verification, format: OutputFormat) -> None:
    if format is OutputFormat.json:
        checks = [{"id": one.id, "state": one.state, "detail": one.detail} for one in report.checks]
        print_json({"valid": report.valid, "verdict": report.verdict, "checks": checks})
        return
    print_table(
        table("Checks", ["check", "state", "detail"], [(one.id, one.state, one.detail) for one in report.checks])
    )
    typer.echo(f"{'Valid' if report.valid else 'Not valid'}: {report.verdict}")
