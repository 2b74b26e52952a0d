"""The transcript of a learner: a Comprehensive Learner Record (CLR 2.0) of the signed badges and how they stack.

References
----------
1EdTech, Comprehensive Learner Record Standard 2.0 (https://www.imsglobal.org/spec/clr/v2p0), ClrCredential, ClrSubject.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.badges.contexts import CLR_CONTEXT, CREDENTIALS_CONTEXT, EXTENSIONS_CONTEXT, OPEN_BADGES_CONTEXT
from ipe_workbench.badges.credential import badge_design, issuer_profile
from ipe_workbench.badges.issue import badge_path
from ipe_workbench.badges.known_keys import KnownKeys
from ipe_workbench.badges.reading import RefusedBadgeError, UnreadableBadgeError, read_badge
from ipe_workbench.badges.register import REGISTER, Entry, Register
from ipe_workbench.badges.stack_check import completed_stacks, member_facts, references_of
from ipe_workbench.badges.times import written
from ipe_workbench.badges.verify import verify_badge
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import InOrder, badges_in, walk
from ipe_workbench.errors import UnknownNameError, UnreadableFileError, UnusableInputError

__all__ = ["LearnersBadges", "build_transcript", "learners_badges"]

_CONTEXTS = [CREDENTIALS_CONTEXT, CLR_CONTEXT, OPEN_BADGES_CONTEXT, EXTENSIONS_CONTEXT]


@dataclass(frozen=True)
class LearnersBadges:
    """The badges of one learner in a folder.

    Parameters
    ----------
    issuer : str
        The issuer's id.
    base : str
        Address under which achievements and lists are published.
    members : tuple of mapping
        The genuine ones by day of award, expired ones included.
    left_out : tuple of str
        Titles of those that are revoked or suspended.
    """

    issuer: str
    base: str
    members: tuple[Mapping[str, Any], ...]
    left_out: tuple[str, ...] = ()


def learners_badges(folder: Path, learner: str, keys: KnownKeys, *, now: datetime.datetime) -> LearnersBadges:
    """The badges of a learner, each verified.

    Parameters
    ----------
    folder : Path
        A folder of badges, with its register.
    learner : str
        The learner, as in the list of awards.
    keys : KnownKeys
        The issuer's keys.
    now : datetime
        The moment to verify at.

    Raises
    ------
    UnknownNameError
        When the learner has no badge here.
    UnusableInputError
        When the badges are tokens, which a record cannot hold, or when one is missing or not genuine.
    """
    register = Register.read(folder / REGISTER)
    entries = sorted(
        (one for one in register.entries.values() if one.award[0] == learner), key=lambda one: one.award[3]
    )
    if not entries:
        # The name is not repeated: messages end up in logs.
        raise UnknownNameError(
            "This learner has no badge here.", place=str(folder), mend="Give the id that the list of awards has."
        )
    if register.settings["proof"] == "jwt":
        raise UnusableInputError(
            "A record holds badges with a proof inside; these are tokens.",
            place=str(folder),
            mend="Issue them with --proof data-integrity into another folder, too.",
        )
    lists = [read_badge(path.read_bytes()) for path in _list_files(folder)]
    members, left_out = [], []
    for entry in entries:
        path = badge_path(folder, register, entry)
        badge = _read(path, entry)
        report = verify_badge(badge, now=now, keys=keys, lists=lists)
        if report.verdict in ("revoked", "suspended"):
            left_out.append(str(badge.credential["name"]))
        elif report.verdict in ("verified", "issuer-unknown", "expired", "not-yet-valid"):
            members.append(badge.credential)
        else:
            failed = next((one.detail for one in report.checks if one.state != "ok" and one.id != "issuer"), "")
            raise UnusableInputError(f"This badge does not verify. {failed}", place=str(path))
    if not members:
        raise UnusableInputError("Every badge of this learner is revoked or suspended.", place=str(folder))
    return LearnersBadges(register.settings["issuer"], register.settings["base"], tuple(members), tuple(left_out))


def build_transcript(
    programme: Programme,
    badges: LearnersBadges,
    *,
    identifier: str,
    now: datetime.datetime,
    stack: str | None = None,
    profession: str | None = None,
) -> dict[str, Any]:
    """The record of a learner, or of one completed stack, ready to be signed.

    Parameters
    ----------
    programme : Programme
        Its rules say which stacks are complete, and what comes before what.
    badges : LearnersBadges
        What the learner holds.
    identifier : str
        Id of the record, a URN.
    now : datetime
        The moment that it is true of.
    stack : str, optional
        Only this stack and what counts toward it.
    profession : str, optional
        For rules that differ by profession.

    Returns
    -------
    dict
        A ClrCredential. Stacks whose own badge was not issued stand in ``achievement``; ``association`` has
        ``isPartOf`` (badge to stack), ``isChildOf`` (stack to stack) and ``precedes``.

    Raises
    ------
    UnknownNameError
        When there is no such stack.
    UnusableInputError
        When the stack is not complete, or badges are of different persons.
    """
    facts = member_facts(badges.members, badges.issuer, programme, profession=profession)
    complete = completed_stacks(programme, facts, on=now.date())
    members = list(badges.members)
    if stack is not None:
        complete, members = _of_stack(programme, stack, complete, members)
    held = references_of(members, badges.issuer, programme)
    known = {name: str(member["credentialSubject"]["achievement"]["id"]) for name, member in held.items()}
    definitions = []
    for name in complete:
        if name not in known:
            design = badge_design(
                programme.stacks[name], programme, creator=badges.issuer, base=badges.base + "/achievements"
            )
            definitions.append(dict(design.achievement))
            known[name] = str(design.achievement["id"])
    subject: dict[str, Any] = {**_person(members), "type": ["ClrSubject"]}
    if definitions:
        subject["achievement"] = definitions
    subject["verifiableCredential"] = members
    associations = list(dict.fromkeys(_associations(programme, known)))
    if associations:
        subject["association"] = [
            {"type": "Association", "associationType": kind, "sourceId": source, "targetId": target}
            for kind, source, target in associations
        ]
    title = programme.stacks[stack].title if stack is not None else f"Record of learning: {programme.info.title}"
    made: dict[str, Any] = {
        "@context": _CONTEXTS,
        "id": identifier,
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": title,
        "description": "The badges of one learner, each with its own proof, and the stacks that they complete.",
        "issuer": issuer_profile(programme, badges.issuer),
        "validFrom": written(now),
        "awardedDate": written(now),
        "credentialSubject": subject,
    }
    if len(members) < len(badges.members) + len(badges.left_out):
        made["partial"] = True
    return made


def _read(path: Path, entry: Entry) -> Any:
    try:
        badge = read_badge(path.read_bytes())
    except FileNotFoundError:
        raise UnreadableFileError(
            "A badge of this learner is missing.", place=str(path), mend="Issue again with --resume."
        ) from None
    except (RefusedBadgeError, UnreadableBadgeError) as error:
        raise UnreadableFileError(str(error), place=str(path), mend="Restore it from a backup.") from None
    if badge.credential.get("id") != entry.id:
        raise UnusableInputError("This file holds another badge than the register says.", place=str(path))
    return badge


def _list_files(folder: Path) -> list[Path]:
    return sorted((folder / "status").glob("*.json"))


def _of_stack(
    programme: Programme, stack: str, complete: Sequence[str], members: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[Mapping[str, Any]]]:
    if stack not in programme.stacks:
        raise UnknownNameError(
            f"The programme has no stack {stack!r}.", mend=f"Choose of: {', '.join(programme.stacks)}."
        )
    if stack not in complete:
        raise UnusableInputError(
            f"{programme.stacks[stack].title} is not complete.",
            mend="See what is missing with: ipe pathways plan. Rules by profession need --profession.",
        )
    wanted, open_ones = {stack}, [stack]
    while open_ones:
        design = programme.stacks.get(open_ones.pop())
        fresh = [one for one in (badges_in(design.rule) if design else ()) if one not in wanted]
        wanted.update(fresh)
        open_ones += fresh
    kept = [one for one in members if one["credentialSubject"]["achievement"].get("humanCode") in wanted]
    return [name for name in complete if name in wanted], kept


def _person(members: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The one person that all members are about: an id, and the identities by which the others are recognised."""
    subjects = [one["credentialSubject"] for one in reversed(members)]
    # A learner who brought a wallet's DID later is known by it from then on.
    chosen = next((one["id"] for one in subjects if str(one.get("id")).startswith("did:")), subjects[0].get("id"))
    identities: list[Any] = []
    for subject in subjects:
        if (subject.get("id") != chosen or not identities) and subject.get("identifier"):
            identities += [one for one in subject["identifier"] if one not in identities]
        elif subject.get("id") != chosen:
            raise UnusableInputError(
                "The badges of this learner name different ids and no e-mail address by which they are one person."
            )
    return {"id": chosen} | ({"identifier": identities} if identities else {})


def _associations(programme: Programme, known: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, identifier in known.items():
        design = programme.stacks.get(name) or programme.credentials[name]
        if isinstance(design, MicroCredential):
            before = badges_in(design.requires) if design.requires is not None else ()
            yield from (("precedes", known[one], identifier) for one in before if one in known and one != name)
            continue
        for part in badges_in(design.rule):
            if part in known and part != name:
                yield "isChildOf" if part in programme.stacks else "isPartOf", known[part], identifier
        for rule in walk(design.rule):
            if isinstance(rule, InOrder):
                yield from _in_order(rule, known)


def _in_order(rule: InOrder, known: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for earlier, later in zip(rule.in_order, rule.in_order[1:], strict=False):
        for one in badges_in(earlier):
            for other in badges_in(later):
                if one in known and other in known and one != other:
                    yield "precedes", known[one], known[other]
