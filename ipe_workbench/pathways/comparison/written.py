"""The form of a rule without what does not change its meaning: the order of parts, nesting and spelling."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Hours,
    InOrder,
    PerProfession,
    Points,
    Rule,
    Shortcut,
    Within,
    parse_rule,
    rule_to_data,
)

__all__ = ["canonical", "with_new_ids"]


def canonical(rule: Rule) -> str:
    """A text that two rules share only when they mean the same, however their parts are ordered and nested.

    Nested `all` and `any` are flattened, parts that stand twice are dropped, and `at_least` of one or of every part is
    `any` or `all`. Order is kept in `in_order` alone. Rules of other texts may still be equivalent.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> one = parse_rule({"all": ["a", {"all": ["b", {"at_least": {"count": 1, "of": ["c", "d"]}}]}]})
    >>> canonical(one) == canonical(parse_rule({"all": [{"any": ["d", "c"]}, "b", "a"]}))
    True
    """
    return json.dumps(_plain(rule), sort_keys=True)


def with_new_ids(rule: Rule, becomes: Mapping[str, str]) -> Rule:
    """The rule with other ids of badges, assessments and activities.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> with_new_ids(parse_rule({"any": ["a", {"score": {"assessment": "a", "min": 0.5}}]}), {"a": "b"}).any[0]
    Badge(badge='b')
    """
    return parse_rule(_replaced(rule_to_data(rule), becomes)) if becomes else rule


def _replaced(data: Any, becomes: Mapping[str, str]) -> Any:
    if isinstance(data, list):
        return [becomes.get(one, one) if isinstance(one, str) else _replaced(one, becomes) for one in data]
    if isinstance(data, dict):
        return {
            key: becomes.get(one, one)
            if key in ("badge", "assessment") and isinstance(one, str)
            else _replaced(one, becomes)
            for key, one in data.items()
        }
    return data


def _plain(rule: Rule) -> Any:
    match rule:
        case AllOf(all=parts):
            return _joined("all", parts)
        case AnyOf(any=parts):
            return _joined("any", parts)
        case AtLeast():
            count, of = rule.at_least.count, rule.at_least.of
            if count == 1 or count == len(of):
                return _joined("any" if count == 1 else "all", of)
            return {"at_least": count, "of": sorted((_plain(one) for one in of), key=_text)}
        case InOrder(in_order=parts):
            return {"in_order": [_plain(one) for one in parts]} if len(parts) > 1 else _plain(parts[0])
        case Points():
            items = {item.badge: [item.points, item.kind] for item in rule.points.from_}
            kinds = {item.kind for item in rule.points.from_}
            caps = {kind: most for kind, most in rule.points.cap.items() if kind in kinds}
            return {"points": rule.points.min, "from": items, "cap": caps}
        case Hours():
            return {"hours": rule.hours.min, "of": sorted(set(rule.hours.of))}
        case Within():
            return {"within": rule.within.months, "rule": _plain(rule.within.rule)}
        case PerProfession():
            return {"per_profession": {name: _plain(one) for name, one in rule.per_profession.items()}}
        case Shortcut():
            return {"shortcut": rule.shortcut.badge, "otherwise": _plain(rule.shortcut.otherwise)}
        case _:
            return rule_to_data(rule)


def _joined(kind: str, parts: tuple[Rule, ...]) -> Any:
    flat: dict[str, Any] = {}
    for part in parts:
        plain = _plain(part)
        inside = plain[kind] if isinstance(plain, dict) and set(plain) == {kind} else [plain]
        flat.update((_text(one), one) for one in inside)
    if len(flat) == 1:
        return next(iter(flat.values()))
    return {kind: [flat[text] for text in sorted(flat)]}


def _text(plain: Any) -> str:
    return json.dumps(plain, sort_keys=True)
