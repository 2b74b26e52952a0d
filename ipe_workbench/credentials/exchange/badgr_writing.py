"""Write a programme's stacks as a Badgr-native pathway.

What came from such a file goes back word for word, as long as the rule is still the one that came; a rule that was
changed, and a stack that is new, is written from the algebra. A choice inside a rule that Badgr has no place for
becomes an element of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ipe_workbench.credentials.exchange.achievements import achievement_id
from ipe_workbench.credentials.exchange.badgr import read_badgr
from ipe_workbench.credentials.exchange.design import Wanted, Wish
from ipe_workbench.credentials.exchange.importing import rule_of
from ipe_workbench.credentials.exchange.outgoing import conjuncts, content_losses, note_loss, peel_shortcuts, wanted_of
from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import parse_rule
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Finding
from ipe_workbench.frameworks.identifiers import address
from ipe_workbench.frameworks.import_result import Notes

__all__ = ["write_badgr"]

_FORMAT = "A Badgr pathway"
_ALL = {"@type": "all"}


def write_badgr(programme: Programme) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The pathway as plain JSON, and what it does not carry.

    Raises
    ------
    UnusableInputError
        When the programme has no stack.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> pathway, lost = write_badgr(example_programme())
    >>> pathway["name"], len(pathway["children"])
    ('Micro-credential in Interprofessional Practice', 4)
    """
    if not programme.stacks:
        raise UnusableInputError("The programme has no stack, so there is no pathway.", place=programme.id)
    notes = Notes(programme.id)
    writing = _Writing(programme, notes)
    pathway = writing.pathway()
    for one in programme.credentials.values():
        if one.requires is not None:
            note_loss(notes, _FORMAT, "prerequisites of credentials", one.id)
    content_losses(
        programme, notes, _FORMAT, badges={"requires"}, stacks={"title", "summary", "rule", "competency", "framework"}
    )
    return pathway, notes.all()


class _Writing:
    """One writing of one programme."""

    def __init__(self, programme: Programme, notes: Notes) -> None:
        self.programme = programme
        self.notes = notes
        self.elements = {one.id: _kept_id(one) or _made_id(programme, one.id) for one in programme.stacks.values()}
        self.stacks = {element: name for name, element in self.elements.items()}
        self.parent: dict[str, str] = {}
        self._take_places()
        self.below: dict[str, dict[str, None]] = {}
        for child, parent in self.parent.items():
            self.below.setdefault(parent, {})[child] = None
        self.same = self._unchanged()

    def pathway(self) -> dict[str, Any]:
        tops = [name for name in self.programme.stacks if name not in self.parent]
        if len(tops) == 1:
            return self._element(self.programme.stacks[tops[0]])
        message = "A Badgr pathway has one root; one was made, which any one of these completes"
        for name in tops:
            self.notes.count("root-made", "info", message, name)
        return {
            "elementId": _made_id(self.programme, ""),
            "name": self.programme.info.title,
            "description": self.programme.info.summary or None,
            "completionBadge": None,
            "requirements": _requirements(children={"@type": "atLeastN", "requiredCount": 1}),
            "requiredForParentCompletion": True,
            "children": [self._element(self.programme.stacks[name]) for name in tops],
        }

    def _take_places(self) -> None:
        """Each stack under the one it came from, else under the first that asks for it; never in a circle."""
        for stack in self.programme.stacks.values():
            for child in _said(stack).get("children") or ():
                if child in self.stacks and self._may_stand(self.stacks[child], stack.id):
                    self.parent[self.stacks[child]] = stack.id
        for stack in self.programme.stacks.values():
            asked = wanted_of(stack.rule, self.programme, stack.id, Notes(""), _FORMAT)
            for wish in _wishes(asked):
                if (
                    wish.kind == "element"
                    and self._may_stand(wish.id, stack.id)
                    and not _said(self.programme.stacks[wish.id])
                ):
                    self.parent[wish.id] = stack.id

    def _may_stand(self, child: str, parent: str) -> bool:
        if child in self.parent:
            return False
        above: str | None = parent
        while above is not None and above != child:
            above = self.parent.get(above)
        return above is None

    def _children(self, name: str) -> list[str]:
        came = [
            self.stacks[one] for one in _said(self.programme.stacks[name]).get("children") or () if one in self.stacks
        ]
        mine = self.below.get(name, {})
        return [*(one for one in came if one in mine), *(one for one in mine if one not in came)]

    def _unchanged(self) -> set[str]:
        """Stacks whose rule is still what their element says."""
        ids = {("element", element): name for name, element in self.elements.items()}
        ids |= {("badge", self._badge(one.id)): one.id for one in self.programme.credentials.values()}
        same: set[str] = set()
        for name in self.programme.stacks:
            if name in self.parent or not _said(self.programme.stacks[name]):
                continue
            design = read_badgr(self._as_it_came(name), Notes(""))
            for element in design.elements.values():
                stack = self.programme.stacks[self.stacks[element.id]]
                if parse_rule(rule_of(element, design, ids)) == stack.rule:
                    same.add(stack.id)
        return same

    def _as_it_came(self, name: str) -> dict[str, Any]:
        said = _said(self.programme.stacks[name])
        listed = {
            "children": [self._as_it_came(one) for one in self._children(name) if _said(self.programme.stacks[one])]
        }
        return said | (listed if isinstance(said.get("children"), list) else {})

    def _badge(self, name: str) -> str:
        """The address of a badge: the one it came with, else the id of its achievement."""
        design = self.programme.credentials.get(name) or self.programme.stacks.get(name)
        if isinstance(design, MicroCredential):
            return str(design.extras.get("badgr", {}).get("id") or achievement_id(design, self.programme))
        if design is None:
            return name
        came = _said(design).get("completionBadge")
        address = came.get("badgeUrl") or came.get("id") if isinstance(came, dict) else came
        return (
            address.strip() if isinstance(address, str) and address.strip() else achievement_id(design, self.programme)
        )

    def _element(self, stack: Stack, required: bool | None = None) -> dict[str, Any]:
        """The element of a stack; `required` says whether a parent that was changed asks for it."""
        said = _said(stack)
        if said and required not in (None, said.get("requiredForParentCompletion") is not False):
            said["requiredForParentCompletion"] = required
        children = self._children(stack.id)
        if stack.id in self.same:
            parts = [self._element(self.programme.stacks[one]) for one in children]
            listed = parts or isinstance(said.get("children"), list)
            return self._texts(stack, said) | ({"children": parts} if listed else {})
        made = {
            "elementId": self.elements[stack.id],
            "name": stack.title,
            "shortCode": None,
            "description": stack.summary or None,
            **self._alignment(stack),
            "completionBadge": {"badgeUrl": self._badge(stack.id)},
        }
        shortcuts, rule = peel_shortcuts(stack.rule)
        asked = conjuncts(wanted_of(rule, self.programme, stack.id, self.notes, _FORMAT))
        requirements, extra, needed = self._split(asked, children, stack.id)
        requirements["shortcutBadges"] = [{"badgeUrl": self._badge(one)} for one in shortcuts]
        kept = {key: value for key, value in said.items() if key not in ("requirements", "children")}
        parts = [self._element(self.programme.stacks[one], one in needed) for one in children]
        return {
            **made,
            **self._texts(stack, kept),
            "requirements": requirements,
            "requiredForParentCompletion": said.get("requiredForParentCompletion", required is not False),
            "children": [*parts, *extra],
        }

    def _texts(self, stack: Stack, said: dict[str, Any]) -> dict[str, Any]:
        """The element as it came, but for a title and a summary that were changed since."""
        if not said:
            return {}
        name = said.get("name")
        came = (name.strip() if isinstance(name, str) else "") or self.elements[stack.id]
        description = said.get("description")
        text = description.strip() if isinstance(description, str) else ""
        return (
            said
            | ({"name": stack.title} if stack.title != came else {})
            | ({"description": stack.summary} if stack.summary != text else {})
        )

    def _alignment(self, stack: Stack) -> dict[str, Any]:
        framework = self.programme.frameworks.get(stack.framework or "")
        found = framework.find(stack.competency) if framework is not None and stack.competency else None
        if framework is None or found is None:
            return {"alignmentUrl": None, "frameworkName": None, "targetCode": None}
        uri = address(found.uri, framework.id, found.id)
        return {"alignmentUrl": uri, "frameworkName": framework.title, "targetCode": found.code or found.id}

    def _split(
        self, asked: list[Wish | Wanted], children: list[str], subject: str
    ) -> tuple[dict[str, Any], list[dict[str, Any]], set[str]]:
        """The rules of an element for what is asked, elements made for what has no place there, and needed children."""
        badges = [one.id for one in asked if isinstance(one, Wish) and one.kind == "badge"]
        elements = [one.id for one in asked if isinstance(one, Wish) and one.kind == "element"]
        choices = [one for one in asked if isinstance(one, Wanted)]
        rules: dict[str, Any] = {}
        extra: list[dict[str, Any]] = []
        for choice in choices:
            names = [one.id for one in choice.of if isinstance(one, Wish)]
            kinds = {one.kind if isinstance(one, Wish) else "mixed" for one in choice.of}
            number = {"@type": "atLeastN", "requiredCount": choice.count}
            alone = len(set(names)) == len(choice.of)
            if alone and kinds == {"badge"} and not badges and "badges" not in rules:
                rules |= {"badges": number, "required": map(self._badge, names)}
            elif alone and kinds == {"element"} and len(choices) == 1 and not elements and set(names) == set(children):
                rules["children"], elements = number, names
            else:
                extra.append(self._made(choice, f"{subject}/{len(extra) + 1}"))
        if badges:
            rules |= {"badges": _ALL, "required": map(self._badge, badges)}
        rules["others"] = [self.elements[one] for one in elements if one not in children]
        return _requirements(**rules), extra, {one for one in elements if one in children}

    def _made(self, wanted: Wanted | Wish, subject: str) -> dict[str, Any]:
        """An element for a part of a rule: so many of these."""
        of = wanted.of if isinstance(wanted, Wanted) else (wanted,)
        number = {"@type": "atLeastN", "requiredCount": wanted.count if isinstance(wanted, Wanted) else 1}
        kinds = {one.kind if isinstance(one, Wish) else "mixed" for one in of}
        names = [one.id for one in of if isinstance(one, Wish)]
        rules: dict[str, Any] = {}
        parts: list[dict[str, Any]] = []
        if len(set(names)) == len(of) and kinds == {"badge"}:
            rules = {"badges": number, "required": map(self._badge, names)}
        elif len(set(names)) == len(of) and kinds == {"element"}:
            rules = {"other": number, "others": [self.elements[one] for one in names]}
        elif isinstance(wanted, Wanted):
            parts = [self._made(one, f"{subject}/{at}") for at, one in enumerate(of, start=1)]
            rules = {"children": number}
        whole, _, place = subject.partition("/")
        return {
            "elementId": _made_id(self.programme, subject),
            "name": f"Part {place.replace('/', '.')} of {self.programme.title(whole)}",
            "description": f"At least {number['requiredCount']} of {len(of)}.",
            "completionBadge": None,
            "requirements": _requirements(**rules),
            "requiredForParentCompletion": True,
            "children": parts,
        }


def _requirements(
    children: dict[str, Any] = _ALL,
    other: dict[str, Any] = _ALL,
    others: Iterable[str] = (),
    badges: dict[str, Any] = _ALL,
    required: Iterable[str] = (),
) -> dict[str, Any]:
    return {
        "childElementRequirements": {"countRule": dict(children)},
        "nonChildElementRequirements": {"countRule": dict(other), "elementIds": list(others)},
        "badgeRequirements": {"countRule": dict(badges), "requiredBadges": [{"badgeUrl": one} for one in required]},
        "shortcutBadges": [],
        "allowCompletionBadgeShortcut": True,
    }


def _wishes(asked: Wish | Wanted | None) -> Iterator[Wish]:
    if isinstance(asked, Wish):
        yield asked
    elif asked is not None:
        yield from asked.wishes()


def _said(stack: Stack) -> dict[str, Any]:
    said = stack.extras.get("badgr", {}).get("said", {})
    return dict(said) if isinstance(said, dict) else {}


def _kept_id(stack: Stack) -> str | None:
    found = stack.extras.get("badgr", {}).get("id") if isinstance(stack.extras.get("badgr"), dict) else None
    return found if isinstance(found, str) and found else None


def _made_id(programme: Programme, reference: str) -> str:
    """An element id in the form that Badgr gives them: 24 hexadecimal digits; always the same."""
    return uuid5(NAMESPACE_URL, f"ipe-workbench:badgr:{len(programme.id)}:{programme.id}:{reference}").hex[:24]
