"""Read a pathway as Badgr and Canvas Credentials export it: JSON of elements within elements.

Identity is `elementId`; names repeat. An element is complete when its rules about child elements, about other elements
and about badges all hold (`all`, or `atLeastN` of them); or by a shortcut badge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ipe_workbench.credentials.exchange.design import Element, PathwayDesign, Wanted, Wish
from ipe_workbench.credentials.exchange.numbers import unkept_numbers, whole_number
from ipe_workbench.frameworks.import_result import Notes, refused

__all__ = ["is_badgr", "read_badgr"]


def is_badgr(data: Any) -> bool:
    """Whether the JSON looks like such a pathway."""
    return isinstance(data, dict) and "requirements" in data and ("elementId" in data or "children" in data)


def read_badgr(data: Any, notes: Notes) -> PathwayDesign:
    """The pathway of JSON that `parse_json` has read.

    Raises
    ------
    UnreadableFileError
        When it is no such pathway, or an elementId stands twice.
    """
    if not is_badgr(data):
        raise refused("This is not a Badgr pathway.", notes.file)
    reading = _Reading(notes)
    root = reading.element(data, None, "pathway")
    return reading.done(data, root)


@dataclass
class _Reading:
    notes: Notes
    elements: dict[str, Element] = field(default_factory=dict)
    badges: dict[str, str] = field(default_factory=dict)
    inside: dict[str, list[str]] = field(default_factory=dict)
    conditions: int = 0
    targets: int = 0

    def element(self, data: dict[str, Any], parent: str | None, where: str) -> str:
        name = data.get("elementId")
        if not isinstance(name, str) or not name.strip():
            raise refused(f"The element at {where} has no elementId.", self.notes.file)
        if name in self.elements:
            raise refused(f"The elementId {name} stands twice.", self.notes.file, mend="Export the pathway again.")
        # It takes its place in the order of the file before its children do.
        self.elements[name] = Element(name, "")
        listed = _list(data.get("children"))
        children = [one for one in listed if isinstance(one, dict)]
        if len(children) < len(listed):
            self.notes.count("exchange-lost", "warning", "Children that are no elements, left out", name)
        inside = [self.element(one, name, f"{where}/children[{at}]") for at, one in enumerate(children)]
        self.inside[name] = inside
        required = [
            child
            for child, one in zip(inside, children, strict=True)
            if one.get("requiredForParentCompletion") is not False
        ]
        rules = data.get("requirements")
        rules = rules if isinstance(rules, dict) else {}
        wanted = [
            self._children(rules.get("childElementRequirements"), inside, required, name),
            self._rule(rules.get("nonChildElementRequirements"), "elementIds", "element", name),
            self._rule(rules.get("badgeRequirements"), "requiredBadges", "badge", name),
        ]
        title = _text(data.get("name")) or name
        description = _text(data.get("description"))
        # A number of nothing at all cannot be reached; it must not count as nothing asked.
        asked = [one for one in wanted if one.of or one.count]
        self._compare_texts(f"{title}. {description}", asked + self._of_parts(inside, title), name)
        self.elements[name] = Element(
            id=name,
            name=title,
            wanted=tuple(asked),
            badge=_badge(data.get("completionBadge")),
            shortcuts=tuple(filter(None, map(_badge, _list(rules.get("shortcutBadges"))))),
            parent=parent,
            description=description,
            kept=data | ({"children": inside} if isinstance(data.get("children"), list) else {}),
        )
        return name

    def _of_parts(self, inside: list[str], title: str) -> list[Wanted]:
        """What the steps ask for that our own export makes of a choice within a rule; the whole says it in its text."""
        parts = [one for one in inside if re.fullmatch(rf"Part [\d.]+ of {re.escape(title)}", self.elements[one].name)]
        found: list[Wanted] = []
        for one in parts:
            found += self.elements[one].wanted
            found += self._of_parts(self.inside[one], title)
        return found

    def _children(self, rule: Any, inside: list[str], required: list[str], name: str) -> Wanted:
        of = inside if _kind(rule) == "atLeastN" else required
        return self._counted(rule, [Wish("element", one) for one in of], name)

    def _rule(self, rule: Any, key: str, kind: Any, name: str) -> Wanted:
        listed = _list(rule.get(key)) if isinstance(rule, dict) else []
        ids = [_badge(one) if kind == "badge" else _text(one) for one in listed]
        wishes = [Wish(kind, one) for one in dict.fromkeys(ids) if one]
        if len(wishes) < len(listed):
            self.notes.count("exchange-mended", "warning", "Things that are asked for twice, counted once", name)
        if kind == "badge":
            self.badges.update({one.id: one.id.rstrip("/").rsplit("/", 1)[-1] for one in wishes})
        return self._counted(rule, wishes, name)

    def _counted(self, rule: Any, wishes: list[Wish], name: str) -> Wanted:
        count = len(wishes)
        kind = _kind(rule)
        if kind == "atLeastN":
            stated = whole_number(rule["countRule"].get("requiredCount"))
            if stated is not None:
                count = stated
            else:
                self.notes.count("exchange-guessed", "warning", "Rules atLeastN without a number, read as all", name)
        elif kind not in ("all", ""):
            self.notes.count("exchange-guessed", "warning", f"Rules of the kind {kind[:40]}, read as all", name)
        if count > len(wishes):
            message = f"Asks for {count} of {len(wishes)} things, which nobody can do"
            self.notes.count("unsatisfiable-count", "warning", message, name, "Lower the number.")
        if wishes and count:
            self.conditions += 1
            self.targets += len(wishes)
        return Wanted(count, tuple(wishes))

    def _compare_texts(self, text: str, asked: list[Wanted], name: str) -> None:
        for claim, instead in unkept_numbers(text, [(one.count, len(one.of)) for one in asked]):
            message = f"The text says {claim}, but the rule asks for {instead}."
            self.notes.say("text-number-mismatch", "warning", message, name, "Correct the text or the rule.")

    def done(self, data: dict[str, Any], root: str) -> PathwayDesign:
        missing = [
            wish.id
            for one in self.elements.values()
            for wish in one.wishes()
            if wish.kind == "element" and wish.id not in self.elements
        ]
        for one in missing:
            message = "Elements that are asked for and are not in the file"
            self.notes.count("dangling-target", "error", message, one, "Export the whole pathway.")
        return PathwayDesign(
            format="badgr",
            title=self.elements[root].name,
            root=root,
            elements=self.elements,
            badges=self.badges,
            conditions=self.conditions,
            targets=self.targets,
            dangling=len(missing),
            findings=self.notes.all(),
        )


def _kind(rule: Any) -> str:
    counted = rule.get("countRule") if isinstance(rule, dict) else None
    kind = counted.get("@type") if isinstance(counted, dict) else None
    return kind if isinstance(kind, str) else ""


def _badge(value: Any) -> str | None:
    address = value.get("badgeUrl") or value.get("id") if isinstance(value, dict) else value
    return address.strip() if isinstance(address, str) and address.strip() else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
