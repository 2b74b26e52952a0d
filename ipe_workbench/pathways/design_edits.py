"""Changes of a design that one thinks of in a meeting: move, add or drop a requirement, change hours, close a badge."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Badge,
    Hours,
    InOrder,
    PerProfession,
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
    badges_in,
    walk,
)
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

__all__ = [
    "AddRequirement",
    "ChangeHours",
    "CloseFor",
    "DropRequirement",
    "Edit",
    "MoveRequirement",
    "always_asked",
    "edited",
    "parse_edit",
    "scored",
]

_MOST_HOURS = 2000


@dataclass(frozen=True)
class DropRequirement:
    """`of` no longer asks for the badge, in alternatives neither; a count that is then too high is lowered."""

    badge: str
    of: str


@dataclass(frozen=True)
class AddRequirement:
    """`to`, a credential or stack, asks for the badge on top of what it asks for."""

    badge: str
    to: str


@dataclass(frozen=True)
class MoveRequirement:
    """The badge is asked for by `to` instead of `of`."""

    badge: str
    of: str
    to: str


@dataclass(frozen=True)
class ChangeHours:
    """A learner's whole effort for a credential, in hours."""

    credential: str
    hours: float


@dataclass(frozen=True)
class CloseFor:
    """Learners of these professions may no longer earn the credential; it is retired when nobody may."""

    credential: str
    professions: tuple[str, ...]


Edit: TypeAlias = DropRequirement | AddRequirement | MoveRequirement | ChangeHours | CloseFor

_WORDS = (
    (r"drop (\S+) from (\S+)", lambda a, b: DropRequirement(a, b)),
    (r"add (\S+) to (\S+)", lambda a, b: AddRequirement(a, b)),
    (r"move (\S+) from (\S+) to (\S+)", lambda a, b, c: MoveRequirement(a, b, c)),
    (r"set (\S+) to (\d+(?:\.\d+)?) hours?", lambda a, b: ChangeHours(a, float(b))),
    (r"close (\S+) for (\S+(?:, ?\S+)*)", lambda a, b: CloseFor(a, tuple(re.split(", ?", b)))),
)


def parse_edit(words: str) -> Edit:
    """An edit from the words that say it.

    Parameters
    ----------
    words : str
        ``drop BADGE from X``, ``add BADGE to X``, ``move BADGE from X to Y``, ``set BADGE to 6 hours`` or
        ``close BADGE for PROFESSION, PROFESSION``; names are ids.

    Raises
    ------
    UnusableInputError
        When it is none of these.

    Examples
    --------
    >>> parse_edit("move speaking-up from team-simulation to transitions-of-care")
    MoveRequirement(badge='speaking-up', of='team-simulation', to='transitions-of-care')
    >>> parse_edit("set team-simulation to 8 hours")
    ChangeHours(credential='team-simulation', hours=8.0)
    """
    said = " ".join(words.split())
    for pattern, made in _WORDS:
        found = re.fullmatch(pattern, said, re.IGNORECASE | re.ASCII)
        if found:
            edit: Edit = made(*found.groups())
            return edit
    mend = (
        "Say drop A from X, add A to X, move A from X to Y, set A to 6 hours, or close A for PROFESSION; names are ids."
    )
    raise UnusableInputError(f"`{said[:80]}` is no change that is understood.", mend=mend)


def edited(programme: Programme, edits: Iterable[Edit]) -> Programme:
    """The programme with the edits made, one after the other; the given one stays as it is.

    Raises
    ------
    UnknownNameError
        When a credential, stack or profession is not in the programme, or a requirement is not there to be dropped.
    UnusableInputError
        When a requirement is there already, would be one of a badge for itself, or would leave a stack without any; or
        the hours are out of range.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> edits = ChangeHours("team-simulation", 8), CloseFor("speaking-up", ("nursing",))
    >>> changed = edited(example_programme(), edits)
    >>> changed.credentials["team-simulation"].hours, changed.may_earn("speaking-up", "nursing")
    (8.0, False)
    """
    for edit in edits:
        match edit:
            case DropRequirement():
                programme = _dropped(programme, edit.badge, edit.of)
            case AddRequirement():
                programme = _added(programme, edit.badge, edit.to)
            case MoveRequirement():
                programme = _added(_dropped(programme, edit.badge, edit.of), edit.badge, edit.to)
            case ChangeHours():
                programme = _with_hours(programme, edit)
            case CloseFor():
                programme = _closed(programme, edit)
    return programme


def _with_hours(programme: Programme, edit: ChangeHours) -> Programme:
    one = programme.credentials[_credential(programme, edit.credential)]
    if not 0 < edit.hours <= _MOST_HOURS:
        message = f"{one.title} cannot take {edit.hours:g} hours."
        raise UnusableInputError(message, mend=f"Give more than 0 and up to {_MOST_HOURS} hours.")
    return programme.with_credential(one.model_copy(update={"hours": float(edit.hours)}))


def _closed(programme: Programme, edit: CloseFor) -> Programme:
    one = programme.credentials[_credential(programme, edit.credential)]
    for profession in edit.professions:
        programme.profession(profession)
    may = [other.id for other in programme.info.professions if programme.may_earn(one.id, other.id)]
    left = tuple(other for other in may if other not in edit.professions)
    return programme.with_credential(one.model_copy(update={"professions": left} if left else {"status": "retired"}))


def _added(programme: Programme, badge: str, to: str) -> Programme:
    _known(programme, badge)
    rule = _rule(programme, to)
    if badge == to:
        raise UnusableInputError(f"{programme.title(to)} cannot ask for itself.", mend="Name another badge.")
    if rule is not None and badge in always_asked(rule):
        raise UnusableInputError(f"{programme.title(to)} asks for {badge} already.", mend="Leave this change out.")
    return _with_rule(programme, to, _and(rule, Badge(badge=badge)))


def _dropped(programme: Programme, badge: str, of: str) -> Programme:
    rule = _rule(programme, of)
    named = () if rule is None else (*badges_in(rule), *scored(rule))
    if badge not in named or rule is None:
        message = f"{programme.title(of)} does not ask for `{badge}`."
        mend = near_names(badge, named) if named else "It asks for nothing."
        raise UnknownNameError(message, mend=mend)
    left = _without(rule, badge)
    if left is None and of in programme.stacks:
        message = f"Without {badge} nothing would be left that {programme.title(of)} asks for."
        raise UnusableInputError(message, mend="Add what it shall ask for first.")
    return _with_rule(programme, of, left)


def _without(rule: Rule, badge: str) -> Rule | None:
    """The rule without a badge; ``None`` when it then asks for nothing."""
    match rule:
        case Badge():
            return None if rule.badge == badge else rule
        case Score():
            return None if rule.score.assessment == badge else rule
        case AllOf():
            parts = _each_without(rule.all, badge)
            if len(parts) == 1 < len(rule.all):
                return parts[0]
            return AllOf(all=parts) if parts else None
        case InOrder():
            parts = _each_without(rule.in_order, badge)
            return InOrder(in_order=parts) if parts else None
        case AnyOf():
            parts = _each_without(rule.any, badge)
            return AnyOf(any=parts) if parts else None
        case AtLeast():
            parts = _each_without(rule.at_least.of, badge)
            count = min(rule.at_least.count, len(parts))
            return AtLeast.model_validate({"at_least": {"count": count, "of": parts}}) if parts else None
        case Points():
            items = tuple(one for one in rule.points.from_ if one.badge != badge)
            return Points(points=rule.points.model_copy(update={"from_": items})) if items else None
        case Hours():
            of = tuple(one for one in rule.hours.of if one != badge)
            return Hours(hours=rule.hours.model_copy(update={"of": of})) if of else None
        case Within():
            inner = _without(rule.within.rule, badge)
            return None if inner is None else Within(within=rule.within.model_copy(update={"rule": inner}))
        case PerProfession():
            branches = {name: _without(part, badge) or AllOf(all=()) for name, part in rule.per_profession.items()}
            return PerProfession(per_profession=branches)
        case Shortcut():
            otherwise = _without(rule.shortcut.otherwise, badge)
            if otherwise is None or rule.shortcut.badge == badge:
                return otherwise
            return Shortcut(shortcut=rule.shortcut.model_copy(update={"otherwise": otherwise}))
        case _:
            return rule


def _each_without(parts: tuple[Rule, ...], badge: str) -> tuple[Rule, ...]:
    left = (_without(part, badge) for part in parts)
    return tuple(one for one in left if one is not None)


def _and(rule: Rule | None, badge: Badge) -> Rule:
    match rule:
        case None:
            return badge
        case AllOf():
            return AllOf(all=(*rule.all, badge))
        case Within():
            inner = _and(rule.within.rule, badge)
            return Within(within=rule.within.model_copy(update={"rule": inner}))
        case _:
            return AllOf(all=(rule, badge))


def always_asked(rule: Rule) -> tuple[str, ...]:
    """The badges that stand in a rule outside every alternative.

    Examples
    --------
    >>> from ipe_workbench.credentials import parse_rule
    >>> always_asked(parse_rule({"all": ["a", {"any": ["b", "c"]}]}))
    ('a',)
    """
    match rule:
        case Badge():
            return (rule.badge,)
        case AllOf(all=parts) | InOrder(in_order=parts):
            return tuple(badge for part in parts for badge in always_asked(part))
        case Within():
            return always_asked(rule.within.rule)
        case _:
            return ()


def scored(rule: Rule) -> tuple[str, ...]:
    """The credentials in whose assessment a rule asks for a score."""
    return tuple(part.score.assessment for part in walk(rule) if isinstance(part, Score))


def _rule(programme: Programme, reference: str) -> Rule | None:
    _known(programme, reference)
    if reference in programme.stacks:
        return programme.stacks[reference].rule
    return programme.credentials[reference].requires


def _with_rule(programme: Programme, reference: str, rule: Rule | None) -> Programme:
    if reference in programme.stacks:
        return programme.with_stack(programme.stacks[reference].model_copy(update={"rule": rule}))
    return programme.with_credential(programme.credentials[reference].model_copy(update={"requires": rule}))


def _credential(programme: Programme, reference: str) -> str:
    if reference not in programme.credentials:
        mend = near_names(reference, programme.credentials)
        raise UnknownNameError(f"`{reference}` is not a credential of this programme.", mend=mend)
    return reference


def _known(programme: Programme, reference: str) -> None:
    known = (*programme.credentials, *programme.stacks)
    if reference not in known:
        message = f"`{reference}` is neither a credential nor a stack."
        raise UnknownNameError(message, mend=near_names(reference, known))
