"""What a format may ask the records about people while it reads: who has an address, who is in a team."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select

from ipe_workbench.records.tables import table

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["People"]


class People:
    """The people of the records, by what other systems know of them; looked up when first asked for."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection

    def by_email(self, email: str) -> str | None:
        """The id of the learner with this address; ``None`` when nobody, or more than one, has it."""
        return self._by_email.get(email.strip().casefold())

    def by_hash(self, identity: str, salt: str = "") -> str | None:
        """The id of the learner whose address has this hash, ``sha256$...``, as Open Badges write it.

        Source: 1EdTech, Open Badges 2.0, IdentityHash; Open Badges 3.0, IdentityObject.
        """
        kind, _, wanted = identity.partition("$")
        if kind not in ("sha256", "md5"):
            return None
        for email, learner in self._by_email.items():
            if hashlib.new(kind, f"{email}{salt}".encode(), usedforsecurity=False).hexdigest() == wanted.casefold():
                return learner
        return None

    def members(self, term: str | None, team: str) -> dict[str, list[str]]:
        """The ids of a team's members by term: of the one term, or of each that has a team of that name."""
        return {one: who for (one, name), who in self._teams.items() if name == team and term in (None, one)}

    @cached_property
    def _by_email(self) -> dict[str, str]:
        if self._connection is None:
            return {}
        names, learners = table("learner_names"), table("learners")
        query = select(names.c.email, learners.c.source_id).join(learners, learners.c.id == names.c.learner_id)
        found: dict[str, str] = {}
        shared: set[str] = set()
        for email, learner in self._connection.execute(query.where(names.c.email.is_not(None))):
            plain = email.strip().casefold()
            if plain in found:
                shared.add(plain)
            found[plain] = learner
        return {email: learner for email, learner in found.items() if email not in shared}

    @cached_property
    def _teams(self) -> dict[tuple[str, str], list[str]]:
        if self._connection is None:
            return {}
        teams, members, learners = table("teams"), table("team_members"), table("learners")
        query = (
            select(teams.c.term_id, teams.c.name, learners.c.source_id)
            .join(members, members.c.team_id == teams.c.id)
            .join(learners, learners.c.id == members.c.learner_id)
            .order_by(learners.c.source_id)
        )
        found: dict[tuple[str, str], list[str]] = {}
        for term, name, learner in self._connection.execute(query):
            found.setdefault((term, name), []).append(learner)
        return found
