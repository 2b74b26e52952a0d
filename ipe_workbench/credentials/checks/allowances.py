"""What the designers know and accept: findings that an `allow` in a file sets apart, with its reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ipe_workbench.credentials.checks.explanations import NEVER_ALLOWED, explained_ids
from ipe_workbench.credentials.model import Allowance
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import near_names
from ipe_workbench.findings import Finding, sort_findings

__all__ = ["Allowed", "Review", "reviewed"]

_Kind = Literal["programme", "credential", "stack"]


@dataclass(frozen=True)
class Allowed:
    """A finding that is accepted, and why."""

    finding: Finding
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain JSON, with the `reason`."""
        return {**self.finding.to_dict(), "reason": self.reason}


@dataclass(frozen=True)
class Review:
    """What a check comes to.

    Parameters
    ----------
    findings : tuple of Finding
        What is to be looked at, gravest first; allowances that allow nothing are among them.
    allowed : tuple of Allowed
        What the designers accept, with their reasons.
    """

    findings: tuple[Finding, ...]
    allowed: tuple[Allowed, ...] = ()


def reviewed(programme: Programme, findings: Iterable[Finding], *, ran: Collection[str] | None = None) -> Review:
    """Set apart what the files allow.

    Parameters
    ----------
    programme : Programme
        Whose files hold the allowances.
    findings : iterable of Finding
        What the checks have found.
    ran : collection of str, optional
        Ids of the checks that have run: an allowance for another one is not called idle. All, by default.
    """
    given = list(_allowances(programme))
    if not given:
        return Review(sort_findings(findings))
    kept: list[Finding] = []
    allowed: list[Allowed] = []
    used: set[tuple[_Kind, str, int]] = set()
    for finding in sort_findings(findings):
        fitting = [(key, one) for key, one in given if _covers(programme, key, one, finding)]
        used.update(key for key, _ in fitting)
        if reason := next((one.reason.strip() for _, one in fitting if one.reason.strip()), ""):
            allowed.append(Allowed(finding, reason))
        else:
            kept.append(finding)
    for key, one in given:
        kept.extend(_about(programme, key, one, idle=key not in used and (ran is None or one.id in ran)))
    return Review(sort_findings(kept), tuple(allowed))


def _allowances(programme: Programme) -> Iterator[tuple[tuple[_Kind, str, int], Allowance]]:
    for index, one in enumerate(programme.info.allow):
        yield ("programme", programme.id, index), one
    for credential in programme.credentials.values():
        for index, one in enumerate(credential.allow):
            yield ("credential", credential.id, index), one
    for stack in programme.stacks.values():
        for index, one in enumerate(stack.allow):
            yield ("stack", stack.id, index), one


def _covers(programme: Programme, key: tuple[_Kind, str, int], one: Allowance, finding: Finding) -> bool:
    if one.id != finding.id or finding.id in NEVER_ALLOWED:
        return False
    kind, owner, _ = key
    document = programme.documents.get((kind, owner))
    its_own = finding.place.file == document.path if document and finding.place.file else finding.subject == owner
    field = finding.place.field
    inside = not one.field or field == one.field or field.startswith((f"{one.field}.", f"{one.field}["))
    return inside and (its_own or kind == "programme")


def _about(programme: Programme, key: tuple[_Kind, str, int], one: Allowance, *, idle: bool) -> Iterator[Finding]:
    """What is wrong with the allowance itself."""
    kind, owner, index = key
    place = programme.place(kind, owner, "allow", index)
    unknown = one.id not in explained_ids()
    if not one.reason.strip():
        message = f"`{one.id}` is allowed without a reason, so it is reported all the same."
        yield Finding("allow-without-reason", "warning", message, "Add `reason:` with a sentence.", place, owner)
    if one.id in NEVER_ALLOWED:
        message = f"`{one.id}` cannot be allowed: what it finds cannot be used."
        yield Finding("allow-without-finding", "warning", message, "Delete the allowance.", place, owner)
    elif unknown:
        message = f"`{one.id}` is not the id of any finding."
        yield Finding("allow-without-finding", "warning", message, near_names(one.id, explained_ids()), place, owner)
    elif idle:
        where = f" at `{one.field}`" if one.field else ""
        message = f"`{one.id}` is allowed, but nothing of the kind is found{where}."
        yield Finding("allow-without-finding", "warning", message, "Delete the allowance.", place, owner)
