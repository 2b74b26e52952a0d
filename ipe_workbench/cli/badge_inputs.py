"""What the commands of ``ipe badges`` share: moments, passphrases, files of badges, keys and lists."""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ipe_workbench.errors import UnreadableFileError, UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.badges import Badge, KnownKeys

__all__ = ["badge_id_of", "content_of", "keys_of", "lists_of", "moment_of", "passphrase"]


def moment_of(text: str | None) -> datetime.datetime:
    """The moment of `--now`; the present one where it is not given."""
    if text is None:
        return datetime.datetime.now(datetime.UTC)
    try:
        when = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            "Write the moment as 2027-06-01 or 2027-06-01T12:00:00Z.", param_hint="--now"
        ) from None
    return when if when.tzinfo is not None else when.replace(tzinfo=datetime.UTC)


def passphrase(*, confirm: bool = False) -> str:
    """The passphrase of the keys: from IPE_KEY_PASSPHRASE, else asked for on a terminal."""
    given = os.environ.get("IPE_KEY_PASSPHRASE")
    given = _asked(confirm) if given is None else given
    if confirm and len(given) < 12:
        typer.echo("A short passphrase is soon guessed; take a few words.", err=True)
    return given


def _asked(confirm: bool) -> str:
    if not sys.stdin.isatty():
        raise UnusableInputError(
            "The passphrase of the keys is needed.", mend="Set IPE_KEY_PASSPHRASE, or run this in a terminal."
        )
    asked: str = typer.prompt("Passphrase of the keys", hide_input=True, confirmation_prompt=confirm, err=True)
    return asked


def content_of(path: Path) -> bytes:
    """What a file holds, up to a little more than a badge may hold."""
    from ipe_workbench.badges.strict_json import MAXIMUM_BYTES

    try:
        with path.open("rb") as file:
            content = file.read(2 * MAXIMUM_BYTES)
    except FileNotFoundError:
        raise UnreadableFileError("The file does not exist.", place=str(path), mend="Check the path.") from None
    except IsADirectoryError:
        raise UnreadableFileError(
            "This is a folder, not a file.", place=str(path), mend="Name the file of one badge."
        ) from None
    except OSError as error:
        raise UnreadableFileError(f"The file cannot be read: {error.strerror}.", place=str(path)) from None
    return content


def keys_of(paths: list[Path], fetched: list[Any]) -> KnownKeys:
    """The keys in files of `--jwks`, and those that were fetched."""
    from ipe_workbench.badges import KnownKeys, UnsoundKeyError
    from ipe_workbench.badges.strict_json import AmbiguousJsonError, parse_json

    documents = []
    for path in paths:
        try:
            documents.append(parse_json(content_of(path)))
            KnownKeys(documents[-1:])
        except (AmbiguousJsonError, UnsoundKeyError) as error:
            raise UnreadableFileError(
                str(error), place=str(path), mend="Give a JWKS, DID or controller document."
            ) from None
    return KnownKeys(documents, fetched=fetched)


def lists_of(paths: list[Path]) -> list[Badge]:
    """The status lists in files and folders of `--status`."""
    from ipe_workbench.badges import RefusedBadgeError, UnreadableBadgeError, read_badge

    lists = []
    for path in paths:
        files = sorted([*path.glob("*.json"), *path.glob("*.jwt")]) if path.is_dir() else [path]
        for file in files:
            try:
                lists.append(read_badge(content_of(file)))
            except (RefusedBadgeError, UnreadableBadgeError) as error:
                raise UnreadableFileError(str(error), place=str(file), mend="Give a status list.") from None
    return lists


def badge_id_of(badge: str) -> str:
    """The id of a badge that is named by its id or its file."""
    from ipe_workbench.badges import RefusedBadgeError, UnreadableBadgeError, read_badge

    if badge.startswith("urn:"):
        return badge
    try:
        return str(read_badge(content_of(Path(badge))).credential.get("id"))
    except (RefusedBadgeError, UnreadableBadgeError) as error:
        raise UnreadableFileError(str(error), place=badge, mend="Give the badge's file, or its id.") from None
