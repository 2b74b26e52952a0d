"""Who visits a dashboard: said by a sealed link or by the JupyterHub, never by anything that a visitor can edit.

A link carries a token of the Fernet kind: encrypted with AES-128 in CBC mode, authenticated with HMAC-SHA-256,
compared in constant time (the Fernet specification, as the library `cryptography` implements it). So a link says
nothing about its learner to those who see it pass, and a changed one is refused.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ipe_workbench.errors import UnusableInputError, WorkbenchError

__all__ = [
    "LONGEST",
    "PERSONAL",
    "ROLES",
    "WITHOUT_RECORDS",
    "LinkKeys",
    "RefusedLinkError",
    "Role",
    "Visitor",
    "hub_visitor",
    "make_key_file",
]

Role = Literal["programme", "faculty", "learner", "designer", "simulator"]
ROLES: tuple[Role, ...] = get_args(Role)
#: Whose page is one person's, and whose is made of a programme's files alone, without records.
PERSONAL: tuple[Role, ...] = ("faculty", "learner")
WITHOUT_RECORDS: tuple[Role, ...] = ("designer", "simulator")
#: The longest life of a link, in days.
LONGEST = 400
_LONGEST_TOKEN = 4_000
Refusal = Literal["changed", "expired", "elsewhere"]
_WORDS: dict[Refusal, str] = {
    "changed": "This link is not one of ours, or it was changed on its way.",
    "expired": "This link has run out.",
    "elsewhere": "This link is for another dashboard.",
}


class RefusedLinkError(WorkbenchError):
    """A link that opens nothing; `why` says which of the reasons it is."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(_WORDS[why], mend="Ask the office for a new link.")
        self.why = why

    def __reduce__(self) -> tuple[object, ...]:
        return (RefusedLinkError, (self.why,))


@dataclass(frozen=True)
class Visitor:
    """Who visits: the role, and the id that the university has for the person (empty for the programme's office)."""

    role: Role
    id: str = ""


class LinkKeys:
    """The keys of a deployment: the first one seals new links, all of them open links.

    Parameters
    ----------
    keys : sequence of str
        Fernet keys.

    Examples
    --------
    >>> now = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)
    >>> keys = LinkKeys([Fernet.generate_key().decode()])
    >>> token = keys.seal(Visitor("learner", "s1"), audience="cu-ipe", now=now, days=7)
    >>> keys.open(token, role="learner", audience="cu-ipe", now=now).id
    's1'
    >>> keys.open(token, role="learner", audience="cu-ipe", now=now + datetime.timedelta(days=8))
    Traceback (most recent call last):
    ...
    ipe_workbench.studio.dashboards.identity.RefusedLinkError: This link has run out. Ask the office for a new link.
    """

    def __init__(self, keys: list[str]) -> None:
        self._keys = MultiFernet([Fernet(one) for one in keys])

    @classmethod
    def fresh(cls) -> LinkKeys:
        """One new key that is kept nowhere: links live as long as the server."""
        return cls([Fernet.generate_key().decode()])

    @classmethod
    def read(cls, file: str | Path) -> LinkKeys:
        """The keys in a file, one a line.

        Raises
        ------
        UnusableInputError
            When there is none, it holds no keys, or others may read it.
        """
        path = Path(file)
        try:
            with path.open(encoding="ascii") as stream:
                mode, text = os.fstat(stream.fileno()).st_mode, stream.read(100_000)
        except (OSError, UnicodeDecodeError):
            mend = "Make one with: ipe dashboard key FILE"
            raise UnusableInputError("The keys of links cannot be read.", place=str(path), mend=mend) from None
        if os.name == "posix" and mode & 0o077:
            mend = f"Close it: chmod 600 {path.name}"
            raise UnusableInputError("Others may read the keys of links.", place=str(path), mend=mend)
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        try:
            return cls(lines) if lines else _no_keys(path)
        except ValueError:
            return _no_keys(path)

    def seal(self, visitor: Visitor, *, audience: str, now: datetime.datetime, days: float) -> str:
        """A token for a link.

        Parameters
        ----------
        visitor : Visitor
            Whose link it is.
        audience : str
            The programme whose dashboards it opens.
        now : datetime
            With its time zone.
        days : float
            How long the link lives.

        Raises
        ------
        UnusableInputError
            When that is no reasonable time.
        """
        if not 0 < days <= LONGEST:
            raise UnusableInputError(f"A link lives for up to {LONGEST} days.", mend="Name a number of days.")
        expires = int((now + datetime.timedelta(days=days)).timestamp())
        content = {"role": visitor.role, "id": visitor.id, "aud": audience, "exp": expires}
        return self._keys.encrypt_at_time(json.dumps(content).encode(), int(now.timestamp())).decode("ascii")

    def open(self, token: str, *, role: Role, audience: str, now: datetime.datetime) -> Visitor:
        """Whose link it is. Raises `RefusedLinkError` when it is changed, out of date, or for another dashboard."""
        return self.open_until(token, role=role, audience=audience, now=now)[0]

    def open_until(
        self, token: str, *, role: Role, audience: str, now: datetime.datetime
    ) -> tuple[Visitor, datetime.datetime]:
        """Whose link it is, and until when."""
        if len(token) > _LONGEST_TOKEN:
            raise RefusedLinkError("changed")
        try:
            content: dict[str, Any] = json.loads(self._keys.decrypt(token.encode("ascii", "replace")))
        except InvalidToken:
            raise RefusedLinkError("changed") from None
        expires = datetime.datetime.fromtimestamp(content["exp"], datetime.UTC)
        if now >= expires:
            raise RefusedLinkError("expired")
        if content["role"] != role or content["aud"] != audience:
            raise RefusedLinkError("elsewhere")
        return Visitor(role, content["id"]), expires


def make_key_file(file: str | Path) -> Path:
    """A new key in a new file that only its owner may read.

    Raises
    ------
    UnusableInputError
        When there is such a file, or its folder is missing.
    """
    path = Path(file)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UnusableInputError("This file exists already.", place=str(path), mend="Name another one.") from None
    except OSError as error:
        message = f"The file cannot be made: {error.strerror}."
        raise UnusableInputError(message, place=str(path), mend="Name a folder that is there.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(
            "# Keys of dashboard links, the one that seals new links first. Without a line its links are void.\n"
        )
        stream.write(Fernet.generate_key().decode() + "\n")
    return path


def hub_visitor(user: str, people: str | Path, role: Role) -> Visitor:
    """Who a user of the JupyterHub is, by a table that the office keeps.

    Parameters
    ----------
    user : str
        The name that the hub gives, in ``JUPYTERHUB_USER``.
    people : path
        A CSV file with the columns ``user``, ``role`` and ``id``.
    role : Role
        The role of the dashboard; a user may have several.

    Raises
    ------
    UnusableInputError
        When the file cannot be used.
    RefusedLinkError
        When the table does not have that user in that role.
    """
    path = Path(people)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = list(reader)
            missing = [one for one in ("user", "role", "id") if one not in (reader.fieldnames or ())]
    except (OSError, UnicodeDecodeError, csv.Error):
        mend = "Name a CSV file with the columns user, role and id."
        raise UnusableInputError("The table of people cannot be read.", place=str(path), mend=mend) from None
    if missing:
        message = f"The table of people has no column `{missing[0]}`."
        raise UnusableInputError(message, place=str(path), mend="It needs the columns user, role and id.")
    found = {(one["id"] or "").strip() for one in rows if (one["user"], (one["role"] or "").strip()) == (user, role)}
    if not user or not found:
        raise RefusedLinkError("elsewhere")
    if len(found) > 1 or (role != "programme" and not min(found)):
        message = f"A user of the hub is not exactly one person in the role `{role}`."
        raise UnusableInputError(message, place=str(path), mend="Give each user one row for a role, with an id.")
    return Visitor(role, cast("str", found.pop()))


def _no_keys(path: Path) -> LinkKeys:
    mend = "Make one with: ipe dashboard key FILE"
    raise UnusableInputError("This file holds no keys of links.", place=str(path), mend=mend)
