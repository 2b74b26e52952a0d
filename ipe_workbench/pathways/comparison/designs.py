"""What was changed between two programmes: added, removed, renamed, and field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from ipe_workbench.credentials.equivalent import Equivalence, equivalent
from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Rule, describe, rule_to_data
from ipe_workbench.pathways.comparison.fields import field_changes
from ipe_workbench.pathways.comparison.rules import rule_changes
from ipe_workbench.pathways.comparison.values import Change
from ipe_workbench.pathways.comparison.written import with_new_ids

__all__ = ["Designs", "design_changes"]

_Item = TypeVar("_Item", MicroCredential, Stack)
Kind = Literal["credential", "stack"]

#: From this share of equal fields on, something that went and something of the same title that came are one thing
#: under another id. Under another title, every field that tells has to be equal: drafts look alike.
_RENAMED = 0.5
#: Fields that say nothing about whether two things are one.
_NOT_TELLING = ("id", "title", "version", "status")
#: What it may take to decide whether two rules mean the same (see `equivalent`).
_EFFORT = 2.0


@dataclass(frozen=True)
class Designs:
    """Two programmes, and which ids of the old one stand under another id in the new one."""

    old: Programme
    new: Programme
    renamed: Mapping[str, str]

    @classmethod
    def of(cls, old: Programme, new: Programme) -> Designs:
        """Two programmes with the ids that were renamed between them."""
        renamed = {
            **_renamed(old.credentials, new.credentials),
            **_renamed(old.stacks, new.stacks),
        }
        return cls(old, new, renamed)

    def title(self, reference: str) -> str:
        """The title of an id in the new design, else in the old one; with the id where it is one that was given up."""
        found = self.new.title(reference)
        if found != reference:
            return found
        title = self.old.title(reference)
        return f"{title} ({reference})" if reference in self.renamed else title

    def both(self, kind: Kind) -> Iterator[tuple[MicroCredential | Stack, MicroCredential | Stack]]:
        """Each credential or stack that both designs have, renamed ones too, in the order of the new one."""
        before = {self.renamed.get(one, one): one for one in _of(self.old, kind)}
        for reference, item in _of(self.new, kind).items():
            if reference in before:
                yield _of(self.old, kind)[before[reference]], item

    def rules(self, kind: Kind) -> Iterator[tuple[MicroCredential | Stack, Rule | None, Rule | None]]:
        """Each of `both` with what it asked for, in the ids of the new design, and what it asks for."""
        for before, after in self.both(kind):
            old = rule_of(before)
            yield after, None if old is None else with_new_ids(old, self.renamed), rule_of(after)


def rule_of(item: MicroCredential | Stack) -> Rule | None:
    """What a stack asks for, or what a credential requires."""
    return item.rule if isinstance(item, Stack) else item.requires


def design_changes(designs: Designs, *, by_meaning: bool = True) -> tuple[Change, ...]:
    """Every change, programme first, then frameworks, credentials and stacks.

    With `by_meaning` a rule that is only written differently is told apart, and a learner shows what differs; it can
    take seconds.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> old = example_programme()
    >>> new = old.without_credential("speaking-up")
    >>> [change.message for change in design_changes(Designs.of(old, new))]
    ['Speaking up for safety (speaking-up) was removed.']
    """
    return (
        *_programme(designs),
        *_frameworks(designs),
        *_items(designs, "credential", by_meaning),
        *_items(designs, "stack", by_meaning),
    )


def _programme(designs: Designs) -> Iterator[Change]:
    info = designs.new.info
    for one in field_changes(designs.old.info, info):
        yield Change("programme", "changed", info.id, one.path, f"The programme: {one.phrase}.", one.before, one.after)


def _frameworks(designs: Designs) -> Iterator[Change]:
    """Changes inside a framework that both designs name; which ones they name is a change of the programme."""
    for name, source in designs.new.frameworks.items():
        before = designs.old.frameworks.get(name)
        if before is None or before == source:
            continue
        mine, other = ({one.id: one for one in many.competencies} for many in (before, source))
        counts = {
            "added": len(other.keys() - mine.keys()),
            "removed": len(mine.keys() - other.keys()),
            "changed": sum(mine[one] != other[one] for one in mine.keys() & other.keys()),
        }
        said = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
        message = (
            f"The framework {source.title} differs: {f'competencies {said}' if said else 'its description changed'}."
        )
        yield Change("framework", "changed", name, "", message)


def _items(designs: Designs, kind: Kind, by_meaning: bool) -> Iterator[Change]:
    before, after = _of(designs.old, kind), _of(designs.new, kind)
    for reference, item in before.items():
        if designs.renamed.get(reference, reference) not in after:
            yield Change(kind, "removed", reference, "", f"{item.title} ({reference}) was removed.", item.title, None)
    for reference, item in after.items():
        if reference not in before and reference not in designs.renamed.values():
            yield Change(kind, "added", reference, "", f"{item.title} ({reference}) was added.", None, item.title)
    for old, new in designs.both(kind):
        if old is not new:
            yield from _item(designs, kind, old, new, by_meaning)


def _item(
    designs: Designs, kind: Kind, old: MicroCredential | Stack, new: MicroCredential | Stack, by_meaning: bool
) -> Iterator[Change]:
    if old.id != new.id:
        message = (
            f"{old.title} has the id {new.id} instead of {old.id}. An id identifies for good: awards of {old.id} "
            f"do not count as {new.id}."
        )
        yield Change(kind, "renamed", new.id, "id", message, old.id, new.id)
    if old.title != new.title:
        yield Change(kind, "renamed", new.id, "title", f"{old.title} is called {new.title} now.", old.title, new.title)
    for one in field_changes(old, new, leave_out=("id", "title", "rule", "requires")):
        yield Change(kind, "changed", new.id, one.path, f"{new.title}: {one.phrase}.", one.before, one.after)
    yield from _rule(designs, old, new, by_meaning)


def _rule(
    designs: Designs, old: MicroCredential | Stack, new: MicroCredential | Stack, by_meaning: bool
) -> Iterator[Change]:
    before, after = rule_of(old), rule_of(new)
    area: Literal["rule", "prerequisite"] = "rule" if isinstance(new, Stack) else "prerequisite"
    field = "rule" if area == "rule" else "requires"
    if before is None or after is None:
        if before is not None:
            message = f"{new.title} has no prerequisite any more (was {describe(before, designs.title)})."
        elif after is not None:
            message = f"{new.title} has a prerequisite now: {describe(after, designs.title)}."
        else:
            return
        yield Change(area, "changed", new.id, field, message, _data(before), _data(after))
        return
    then = with_new_ids(before, designs.renamed)
    if rule_to_data(then) == rule_to_data(after):
        return
    data = (_data(before), _data(after))
    phrases = rule_changes(then, after, designs.title)
    asked = by_meaning and bool(phrases)
    found = equivalent(then, after, effort=_EFFORT) if asked else Equivalence(not phrases)
    if found:
        what = "asks for the same as before" if area == "rule" else "has the same prerequisite as before"
        message = f"{new.title} {what}, written differently: {describe(after, designs.title)}."
        yield Change(area, "rewritten", new.id, field, message, data[0], data[1])
        return
    for phrase in phrases:
        start = new.title if area == "rule" else f"The prerequisite of {new.title}"
        start += "," if phrase.startswith("for ") else ""
        shown = _shown_by(found, designs.title) if asked and phrase == phrases[-1] else ""
        yield Change(area, "changed", new.id, field, f"{start} {phrase}.", data[0], data[1], shown)


def _shown_by(found: Equivalence, title: Callable[[str], str]) -> str:
    if found.satisfies is None:
        return "Whether that asks for the same as before was not decided: the limit of the search was passed."
    then, now = ("met", "does not meet") if found.satisfies == "first" else ("did not meet", "meets")
    return f"A learner {found.who(title)} {then} the old rule and {now} the new one."


def _data(rule: Rule | None) -> object:
    return None if rule is None else rule_to_data(rule)


def _of(programme: Programme, kind: Kind) -> Mapping[str, MicroCredential | Stack]:
    return programme.credentials if kind == "credential" else programme.stacks


def _renamed(before: Mapping[str, _Item], after: Mapping[str, _Item]) -> dict[str, str]:
    """Ids that went and came with the same content; the most alike first, each once."""
    gone = [one for key, one in before.items() if key not in after]
    come = [one for key, one in after.items() if key not in before]
    alike = sorted(
        (-share, one.id, other.id)
        for one in gone
        for other in come
        if (share := _alike(one, other)) >= (_RENAMED if one.title == other.title else 1)
    )
    found: dict[str, str] = {}
    for _, old, new in alike:
        if old not in found and new not in found.values():
            found[old] = new
    return found


def _alike(one: MicroCredential | Stack, other: MicroCredential | Stack) -> float:
    """The share of fields that say something in either value and are equal in both."""
    fields = type(one).model_fields
    telling = [
        name
        for name, field in fields.items()
        if name not in _NOT_TELLING
        and (getattr(one, name) != field.get_default() or getattr(other, name) != field.get_default())
    ]
    return sum(getattr(one, name) == getattr(other, name) for name in telling) / len(telling) if telling else 0.0
