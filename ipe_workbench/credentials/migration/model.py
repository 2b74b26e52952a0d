"""The values of a migration: what is proposed, and what a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import field_validator

from ipe_workbench.documents import FileModel
from ipe_workbench.findings import Place
from ipe_workbench.frameworks import Competency, Framework
from ipe_workbench.frameworks.crosswalk import Relation

__all__ = ["Alternative", "CoverageCount", "Decision", "Migration", "Owner", "Proposal", "name_in"]

Owner = Literal["credential", "stack"]

_NOWHERE = Place()


@dataclass(frozen=True)
class Alternative:
    """A competency of the target framework that an old one may become; `relation` is the crosswalk's, if it has one."""

    code: str
    relation: Relation | None = None
    note: str = ""
    score: float | None = None
    suggested: bool = False


@dataclass(frozen=True)
class Proposal:
    """What an old alignment of a credential, or the competency of a stack, may become.

    `code` is the old competency as the file names it. ``automatic`` has exactly one alternative; ``decision`` needs a
    person, and `why` says for what reason.
    """

    owner: Owner
    reference: str
    code: str
    kind: Literal["automatic", "decision"]
    alternatives: tuple[Alternative, ...]
    why: str = ""
    place: Place = _NOWHERE

    @property
    def key(self) -> tuple[Owner, str, str]:
        """What identifies it: credential or stack, its id, the old code."""
        return self.owner, self.reference, self.code

    def to_dict(self) -> dict[str, Any]:
        """The proposal as plain JSON: ``credential`` or ``stack``, ``code, kind, why, alternatives, file, line``."""
        return {
            self.owner: self.reference,
            "code": self.code,
            "kind": self.kind,
            "why": self.why,
            "alternatives": [vars(one) for one in self.alternatives],
            "file": self.place.file,
            "line": self.place.line,
        }


@dataclass(frozen=True)
class CoverageCount:
    """How many of a framework's leaves credentials cover at all (`aligned`), teach, practise and assess."""

    leaves: int
    aligned: int
    taught: int
    practised: int
    assessed: int


@dataclass(frozen=True)
class Migration:
    """The proposal to move a programme from one framework to another.

    Parameters
    ----------
    programme, crosswalk : str
        Their ids.
    source, target : Framework
        From which, to which.
    target_reference : str
        How ``programme.yaml`` names the target framework: a built-in id, or a file relative to the programme's folder.
    proposals : tuple of Proposal
        One for each old code of each credential, then of each stack, in the programme's order.
    no_ancestor : tuple of str
        Codes of the target framework's leaves that the crosswalk leads to from nowhere.
    before, after : mapping of str to CoverageCount
        Coverage of both frameworks, by id: now, and when all automatic proposals are accepted.
    """

    programme: str
    crosswalk: str
    source: Framework
    target: Framework
    target_reference: str
    proposals: tuple[Proposal, ...]
    no_ancestor: tuple[str, ...]
    before: Mapping[str, CoverageCount]
    after: Mapping[str, CoverageCount]

    @property
    def automatic(self) -> tuple[Proposal, ...]:
        """What needs no decision."""
        return tuple(one for one in self.proposals if one.kind == "automatic")

    @property
    def open(self) -> tuple[Proposal, ...]:
        """What a person must decide."""
        return tuple(one for one in self.proposals if one.kind == "decision")

    def find(self, decision: Decision) -> Proposal | None:
        """The proposal that a decision is about; its code may be the old competency's code or id."""
        return self._by_owner_and_id.get((decision.owner, decision.reference, self._id(decision.code)))

    @cached_property
    def _by_owner_and_id(self) -> dict[tuple[Owner, str, str], Proposal]:
        return {(one.owner, one.reference, self._id(one.code)): one for one in self.proposals}

    def _id(self, code: str) -> str:
        found = self.source.find(code)
        return found.id if found is not None else code

    def to_dict(self) -> dict[str, Any]:
        """The migration as plain JSON."""
        return {
            "programme": self.programme,
            "from": self.source.id,
            "to": self.target.id,
            "crosswalk": self.crosswalk,
            "automatic": len(self.automatic),
            "decisions": len(self.open),
            "proposals": [one.to_dict() for one in self.proposals],
            "no_ancestor": list(self.no_ancestor),
            "coverage": {
                "before": {key: vars(one) for key, one in self.before.items()},
                "after_automatic": {key: vars(one) for key, one in self.after.items()},
            },
        }


class Decision(FileModel):
    """What a person decided about one proposal; nothing is accepted while `accept` is empty.

    `codes` are the chosen competencies of the target framework; empty stands for the only alternative. `proposal` and
    `why` repeat the proposal for the person who edits the file.
    """

    credential: str = ""
    stack: str = ""
    code: str
    proposal: tuple[str, ...] = ()
    why: str = ""
    accept: Literal["yes", "no"] | None = None
    codes: tuple[str, ...] = ()

    @field_validator("accept", mode="before")
    @classmethod
    def _as_word(cls, value: object) -> object:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return value.strip().lower() if isinstance(value, str) else value

    @property
    def owner(self) -> Owner:
        """Whether it is about a credential or a stack."""
        return "stack" if self.stack else "credential"

    @property
    def reference(self) -> str:
        """The id of the credential or stack."""
        return self.stack or self.credential


def name_in(framework: Framework, competency: Competency) -> str:
    """How a file names a competency: by its code where that finds it, else by its id."""
    code = competency.code
    return code if code and framework.find(code) is competency else competency.id
