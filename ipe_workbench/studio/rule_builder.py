"""The rule of a credential or stack as nested blocks that one changes in place; the picture is `rule_builder.js`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ipe_workbench.studio.browser_code import module
from ipe_workbench.studio.components import AlertArea, guarded
from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.rule_blocks import ITEM_KINDS, LISTS, Rule, parts_of, spelled_out
from ipe_workbench.studio.said import said_in
from ipe_workbench.studio.texts import ENGLISH, Texts, mark

__all__ = ["RuleBuilder", "block_of"]

_HERE = Path(__file__)
#: Each kind of rule as one reads it, above what stands inside it.
_KINDS = {
    "badge": mark("the badge"),
    "all": mark("all of these"),
    "any": mark("one of these"),
    "at_least": mark("at least so many of these"),
    "points": mark("points from badges"),
    "hours": mark("hours in badges or activities"),
    "score": mark("a score in an assessment"),
    "approval": mark("an approval"),
    "in_order": mark("these, one after the other"),
    "within": mark("within so many months"),
    "per_profession": mark("another rule for each profession"),
    "shortcut": mark("a completion badge, or else"),
}
_WORDS = {
    "none": mark("Nothing is asked for: a learner may begin at once."),
    "start": mark("Ask for something"),
    "kind": mark("What is asked for"),
    "add": mark("Add"),
    "remove": mark("Remove"),
    "up": mark("Up"),
    "down": mark("Down"),
    "unknown": mark("(unknown)"),
    "row": mark("Row"),
    "branch": mark("Branch for"),
}


class RuleBuilder(anywidget.AnyWidget):
    """Blocks for what is selected in a `DesignerModel`.

    Parameters
    ----------
    model : DesignerModel
        Its rule is shown and changed.
    alert : AlertArea
        Where an unexpected error shows.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> model = DesignerModel(example_programme())
    >>> model.select("team-clinical-experience")
    True
    >>> builder = RuleBuilder(model, AlertArea())
    >>> builder.block["kind"], builder.block["fields"][0]["value"], len(builder.block["parts"])
    ('at_least', 3, 5)
    """

    _esm = module("pieces", "listening", "rule_builder")
    _css = _HERE.with_name("rule_builder.css")

    block = traitlets.Any(None, help="As `block_of` draws it; None for no rule.").tag(sync=True)
    options: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)
    optional = traitlets.Bool(True, help="Whether nothing may be asked for.").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)
    #: Grows with each answer, so that the view shows the rule as it is, also after a refused change.
    answer = traitlets.Int().tag(sync=True)

    def __init__(self, model: DesignerModel, alert: AlertArea) -> None:
        self.design, self.texts = model, alert.texts
        words = {name: self.texts(text) for name, text in _WORDS.items()}
        super().__init__(words=words, language=self.texts.language)
        self.on_msg(guarded(alert)(self._wished))
        self.refresh()

    def refresh(self) -> None:
        """Show the rule of what is selected."""
        rule = spelled_out(self.design.value(self.design.rule_field))
        self.options = self._options()
        self.optional = self.design.stack is None
        self.error = said_in(self.design.field_errors.get(self.design.rule_field, ""), self.texts)
        self.block = block_of(rule, texts=self.texts) if rule is not None else None
        self.answer = self.design.revision

    def _wished(self, _: object, action: dict[str, Any], __: object) -> None:
        self.design.change_rule(action)

    def _options(self) -> dict[str, list[list[str]]]:
        programme = self.design.programme
        badges = [one for one in (*programme.credentials, *programme.stacks) if one != self.design.selected]
        titles = [[one, programme.title(one)] for one in badges]
        activities = [[one.id, one.title] for one in programme.activities()]
        professions = [[one.id, one.title] for one in programme.info.professions]
        return {
            "kinds": [[kind, self.texts(words)] for kind, words in _KINDS.items()],
            "badges": titles,
            "assessments": [[one.id, one.title] for one in programme.credentials.values() if one.assessment],
            "effort": [*titles, *activities],
            "professions": [*professions, ["default", self.texts("all other professions")]],
        }


def block_of(rule: Rule, path: tuple[int, ...] = (), texts: Texts = ENGLISH) -> dict[str, Any]:
    """A rule as the view draws it: fields, rows and the parts inside it, with labels in the language of `texts`.

    Examples
    --------
    >>> drawn = block_of({"within": {"months": 6, "rule": {"badge": "a"}}})
    >>> drawn["fields"][0]["key"], drawn["parts"][0]["block"]["path"]
    ('months', [0])
    """
    ((kind, body),) = rule.items()
    names = list(body) if kind == "per_profession" else []
    return {
        "path": list(path),
        "kind": kind,
        "fields": list(_fields(kind, body, texts)),
        "items": list(_items(kind, body, texts)),
        "parts": [
            {"block": block_of(part, (*path, at), texts), "branch": names[at] if names else ""}
            for at, part in enumerate(parts_of(rule))
        ],
        "adds": kind in (*LISTS, *ITEM_KINDS, "per_profession"),
        "ordered": kind in (*LISTS, "per_profession"),
    }


def _fields(kind: str, body: Any, texts: Texts) -> Iterator[dict[str, Any]]:
    match kind:
        case "badge":
            yield _choice("badge", texts("Badge"), body, "badges")
        case "at_least":
            yield _number("count", texts("How many"), body["count"], least=1, most=len(body["of"]), step=1)
        case "points":
            yield _number("min", texts("Points needed"), body["min"], least=0, step=0.5)
        case "hours":
            yield _number("min", texts("Hours needed"), body["min"], least=0, step=0.5)
        case "score":
            yield _choice("assessment", texts("Assessment of"), body["assessment"], "assessments")
            yield _number("min", texts("Least score (share of all points)"), body["min"], least=0, most=1, step=0.05)
        case "approval":
            yield {
                "key": "role",
                "label": texts("By whom (such as programme-lead)"),
                "type": "text",
                "value": body["role"],
            }
        case "within":
            yield _number("months", texts("Months"), body["months"], least=1, step=1)
        case "shortcut":
            yield _choice("badge", texts("Completion badge"), body["badge"], "badges")


def _items(kind: str, body: Any, texts: Texts) -> Iterator[list[dict[str, Any]]]:
    if kind == "hours":
        for one in body["of"]:
            yield [_choice("id", texts("Badge or activity"), one, "effort")]
    if kind == "points":
        cap = body.get("cap", {})
        for one in body["from"]:
            kind_of = one.get("kind", "")
            row = [
                _choice("badge", texts("Badge"), one["badge"], "badges"),
                _number("points", texts("Points"), one["points"], least=0, step=0.5),
                {"key": "kind", "label": texts("Kind (to cap several together)"), "type": "text", "value": kind_of},
            ]
            if kind_of:
                label = texts("Of this kind ({kind}) count at most", kind=kind_of)
                most = _number("cap", label, cap.get(kind_of), least=0, step=1)
                row.append({**most, "cap": kind_of})
            yield row


def _choice(key: str, label: str, value: str, options: str) -> dict[str, Any]:
    return {"key": key, "label": label, "type": "choice", "value": value, "options": options}


def _number(
    key: str, label: str, value: float | None, *, least: float, step: float, most: float | None = None
) -> dict[str, Any]:
    shown = int(value) if value is not None and float(value).is_integer() else value
    return {"key": key, "label": label, "type": "number", "value": shown, "min": least, "max": most, "step": step}
