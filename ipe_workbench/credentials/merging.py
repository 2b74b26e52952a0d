"""Two people's edits of one programme brought together, field by field, as in a three-way merge.

What only one of them changed is taken from that one. A field that both changed, each to something else, is a clash, and
a person says whose it is to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme, ProgrammeInfo

__all__ = ["Clash", "Merged", "Side", "merge_programmes"]

Side = Literal["mine", "theirs"]
_Value = TypeVar("_Value", MicroCredential, Stack, ProgrammeInfo)


@dataclass(frozen=True)
class Clash:
    """A field that both changed.

    Parameters
    ----------
    kind : {"programme", "credential", "stack"}
    id : str
        Of the programme, credential or stack.
    field : str
        Its field; empty where one removed it and the other changed it.
    mine, theirs
        The two values; ``None`` for one that was removed.
    """

    kind: Literal["programme", "credential", "stack"]
    id: str
    field: str
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """The programme with both people's edits, and where they clashed."""

    programme: Programme
    clashes: tuple[Clash, ...]


def merge_programmes(
    base: Programme, mine: Programme, theirs: Programme, choose: Callable[[Clash], Side] = lambda _: "theirs"
) -> Merged:
    """Bring my edits and theirs together.

    Parameters
    ----------
    base : Programme
        What both began with.
    mine, theirs : Programme
        What became of it. Documents, frameworks, issued versions and the folder are theirs, so that what is saved next
        is compared with their files.
    choose : callable
        Whose value a clash gets.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> base = example_programme()
    >>> one = base.credentials["speaking-up"]
    >>> mine = base.with_credential(one.model_copy(update={"hours": 7.0, "owner": "Me"}))
    >>> theirs = base.with_credential(one.model_copy(update={"hours": 8.0, "renewal": "Yearly."}))
    >>> merged = merge_programmes(base, mine, theirs)
    >>> [clash.field for clash in merged.clashes]
    ['hours']
    >>> both = merged.programme.credentials["speaking-up"]
    >>> both.hours, both.owner, both.renewal
    (8.0, 'Me', 'Yearly.')
    """
    clashes: list[Clash] = []

    def chosen(clash: Clash) -> bool:
        clashes.append(clash)
        return choose(clash) == "mine"

    info = _fields("programme", base.info, mine.info, theirs.info, chosen)
    credentials = _items("credential", base.credentials, mine.credentials, theirs.credentials, chosen)
    stacks = _items("stack", base.stacks, mine.stacks, theirs.stacks, chosen)
    return Merged(replace(theirs, info=info, credentials=credentials, stacks=stacks), tuple(clashes))


_Item = TypeVar("_Item", MicroCredential, Stack)


def _items(
    kind: Literal["credential", "stack"],
    base: Mapping[str, _Item],
    mine: Mapping[str, _Item],
    theirs: Mapping[str, _Item],
    is_mine: Callable[[Clash], bool],
) -> dict[str, _Item]:
    merged: dict[str, _Item] = {}
    for reference in dict.fromkeys((*theirs, *mine)):
        before, own, other = base.get(reference), mine.get(reference), theirs.get(reference)
        found: _Item | None
        if own in (before, other):
            found = other
        elif other == before:
            found = own
        elif own is None or other is None:
            found = own if is_mine(Clash(kind, reference, "", own, other)) else other
        else:
            found = _fields(kind, before, own, other, is_mine)
        if found is not None:
            merged[reference] = found
    return merged


def _fields(
    kind: Literal["programme", "credential", "stack"],
    before: _Value | None,
    own: _Value,
    other: _Value,
    is_mine: Callable[[Clash], bool],
) -> _Value:
    update: dict[str, Any] = {}
    for name in type(own).model_fields:
        my_value, their_value = getattr(own, name), getattr(other, name)
        if my_value == their_value:
            continue
        if before is not None and my_value == getattr(before, name):
            continue
        theirs_is_old = before is not None and their_value == getattr(before, name)
        if theirs_is_old or is_mine(Clash(kind, own.id, name, my_value, their_value)):
            update[name] = my_value
    return other.model_copy(update=update) if update else other
