"""Rules as nested blocks, and what one does to a block; plain data as it stands in a file goes in and comes out.

A block is named by its path: the numbers of the parts that lead to it, none for the whole rule. Each action gives a
rule that can be read, so that findings and forecast follow each step; what is new begins as a badge that is not named
yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipe_workbench.credentials.rules import RULE_KINDS, badges_in, parse_rule

__all__ = ["ITEM_KINDS", "LISTS", "Rule", "acted", "parts_of", "spelled_out"]

#: A rule as plain data, a mapping with its kind as the one key.
Rule = dict[str, Any]
Path = Sequence[int]

#: Kinds that are a list of rules.
LISTS = ("all", "any", "at_least", "in_order")
#: Kinds that are rows of badges rather than rules.
ITEM_KINDS = ("points", "hours")


def spelled_out(data: Any) -> Rule | None:
    """Plain data of a rule with every badge as a mapping; ``None`` for none.

    Examples
    --------
    >>> spelled_out({"any": ["a", {"hours": {"min": 2, "of": ["b"]}}]})
    {'any': [{'badge': 'a'}, {'hours': {'min': 2.0, 'of': ['b']}}]}
    """
    if data is None:
        return None
    return parse_rule(data).model_dump(mode="json", by_alias=True, exclude_defaults=True)


def parts_of(rule: Rule) -> list[Rule]:
    """The rules directly inside a rule."""
    kind, body = _only(rule)
    if kind in ("all", "any", "in_order"):
        return list(body)
    if kind == "at_least":
        return list(body["of"])
    if kind == "within":
        return [body["rule"]]
    if kind == "per_profession":
        return list(body.values())
    return [body["otherwise"]] if kind == "shortcut" else []


def acted(
    rule: Rule | None, action: Mapping[str, Any], names: Sequence[str], professions: Sequence[str]
) -> Rule | None:
    """The rule after an action on one of its blocks.

    Parameters
    ----------
    rule : plain data or None
        The whole rule.
    action : mapping
        ``do`` says what and ``path`` where; see the functions below for what else it says.
    names : sequence of str
        Ids of badges that a new part may begin with, best first.
    professions : sequence of str
        Ids of professions, for branches.

    Returns
    -------
    plain data or None
        ``None`` when nothing is left.

    Raises
    ------
    LookupError
        When there is no such block, or nothing of that name to be done.

    Examples
    --------
    >>> acted({"badge": "a"}, {"do": "kind", "path": [], "kind": "at_least"}, ["b"], [])
    {'at_least': {'count': 1, 'of': [{'badge': 'a'}]}}
    >>> acted({"all": [{"badge": "a"}]}, {"do": "add", "path": []}, ["a", "b"], [])
    {'all': [{'badge': 'a'}, {'badge': 'b'}]}
    """
    free = [one for one in names if rule is None or one not in badges_in(parse_rule(rule))] or list(names)
    if rule is None:
        return {"badge": free[0]} if free else {"all": []}
    path = [int(step) for step in action.get("path", ())]
    act = _ACTIONS[action["do"]]
    return _at(rule, path, lambda block: act(block, action, free, professions))


def _at(rule: Rule, path: Path, change: Callable[[Rule], Rule | None]) -> Rule | None:
    """The rule with the block at a path changed; one that is left empty goes, too."""
    if not path:
        return change(rule)
    parts = parts_of(rule)
    changed = _at(parts[path[0]], path[1:], change)
    return _with_parts(rule, parts, path[0], changed)


def _with_parts(rule: Rule, parts: list[Rule], at: int, changed: Rule | None) -> Rule | None:
    kind, body = _only(rule)
    left = [*parts[:at], *([changed] if changed is not None else []), *parts[at + 1 :]]
    if kind == "per_profession":
        keys = list(body)
        kept = keys if changed is not None else [*keys[:at], *keys[at + 1 :]]
        return {kind: dict(zip(kept, left, strict=True))} if kept else None
    if not left:
        return None
    if kind == "at_least":
        return {kind: {"count": min(body["count"], len(left)), "of": left}}
    if kind == "within":
        return {kind: {**body, "rule": left[0]}}
    if kind == "shortcut":
        return {kind: {**body, "otherwise": left[0]}}
    return {kind: left}


def _become_kind(block: Rule, action: Mapping[str, Any], free: Sequence[str], professions: Sequence[str]) -> Rule:
    """Another `kind`, with as much as can be kept: parts go along, and a single badge becomes the first part."""
    kind = str(action["kind"])
    if kind not in RULE_KINDS:
        raise LookupError(kind)
    before, _ = _only(block)
    if kind == before:
        return block
    parts = parts_of(block) if before in LISTS else [block]
    inner = parts[0] if len(parts) == 1 else {"all": parts}
    named = list(badges_in(parse_rule(block))) or list(free[:1])
    first = named[0] if named else "a-badge"
    made: dict[str, Any] = {
        "badge": first,
        "at_least": {"count": max(1, len(parts) - 1), "of": parts},
        "points": {"min": len(named), "from": [{"badge": one, "points": 1} for one in named]},
        "hours": {"min": 1, "of": named},
        "score": {"assessment": first, "min": 0.7},
        "approval": {"role": "faculty"},
        "within": {"months": 12, "rule": inner},
        "per_profession": {professions[0] if professions else "default": inner},
        "shortcut": {"badge": next((one for one in free if one != first), first), "otherwise": inner},
    }
    return {kind: made.get(kind, parts)}


def _add(block: Rule, _: Mapping[str, Any], free: Sequence[str], professions: Sequence[str]) -> Rule:
    """One part more: a badge that the rule does not name yet; of branches that of the next profession."""
    kind, body = _only(block)
    new: Rule = {"badge": free[0]} if free else {"all": []}
    if kind in ("all", "any", "in_order"):
        return {kind: [*body, new]}
    if kind == "at_least":
        return {kind: {**body, "of": [*body["of"], new]}}
    if kind == "per_profession":
        name = next((one for one in (*professions, "default") if one not in body), None)
        if name is None:
            raise LookupError("every profession has its branch")
        return {kind: {**body, name: new}}
    if kind == "points":
        item = {"badge": _unused(free, [one["badge"] for one in body["from"]]), "points": 1}
        return {kind: {**body, "from": [*body["from"], item]}}
    if kind == "hours":
        return {kind: {**body, "of": [*body["of"], _unused(free, body["of"])]}}
    raise LookupError(kind)


def _remove(_: Rule, __: Mapping[str, Any], ___: Sequence[str], ____: Sequence[str]) -> None:
    """Nothing is left of the block."""
    return


def _move(block: Rule, action: Mapping[str, Any], _: Sequence[str], __: Sequence[str]) -> Rule:
    """The part `at` goes `by` one up (-1) or down (1)."""
    kind, body = _only(block)
    parts, at = parts_of(block), int(action["at"])
    to = at + int(action["by"])
    if not (0 <= at < len(parts) and 0 <= to < len(parts)):
        return block
    order = list(range(len(parts)))
    order[at], order[to] = order[to], order[at]
    if kind == "per_profession":
        keys = list(body)
        return {kind: {keys[one]: parts[one] for one in order}}
    moved = [parts[one] for one in order]
    return {kind: {**body, "of": moved}} if kind == "at_least" else {kind: moved}


def _field(block: Rule, action: Mapping[str, Any], _: Sequence[str], __: Sequence[str]) -> Rule:
    """The field `key` gets `value`; ``badge`` of a badge stands without a mapping."""
    kind, body = _only(block)
    key, value = str(action["key"]), action["value"]
    if kind == "badge":
        return {kind: value}
    if not isinstance(body, dict) or kind == "per_profession":
        raise LookupError(key)
    return {kind: {**body, key: value}}


def _branch(block: Rule, action: Mapping[str, Any], _: Sequence[str], __: Sequence[str]) -> Rule:
    """The branch `at` is for the profession `value`; one that has a branch already swaps with it."""
    _kind, body = _only(block)
    keys, value = list(body), str(action["value"])
    old = keys[int(action["at"])]
    names = {old: value, value: old}
    return {"per_profession": {names.get(name, name): part for name, part in body.items()}}


def _item(block: Rule, action: Mapping[str, Any], _: Sequence[str], __: Sequence[str]) -> Rule:
    """In the row `at`, `key` gets `value`; an empty value takes it away."""
    kind, body = _only(block)
    at, key, value = int(action["at"]), str(action["key"]), action["value"]
    if kind == "hours":
        return {kind: {**body, "of": [*body["of"][:at], value, *body["of"][at + 1 :]]}}
    rows = body["from"]
    row = {name: old for name, old in {**rows[at], key: value}.items() if old not in ("", None)}
    return _capped({kind: {**body, "from": [*rows[:at], row, *rows[at + 1 :]]}})


def _remove_item(block: Rule, action: Mapping[str, Any], _: Sequence[str], __: Sequence[str]) -> Rule | None:
    """Without the row `at`; nothing is left without any row."""
    kind, body = _only(block)
    name, at = ("of" if kind == "hours" else "from"), int(action["at"])
    rows = [*body[name][:at], *body[name][at + 1 :]]
    return _capped({kind: {**body, name: rows}}) if rows else None


def _cap(block: Rule, action: Mapping[str, Any], _: Sequence[str], __: Sequence[str]) -> Rule:
    """At most `value` items of a kind (`key`) count; ``None`` for any number."""
    kind, body = _only(block)
    cap = {**body.get("cap", {}), str(action["key"]): action["value"]}
    return _capped({kind: {**body, "cap": {name: most for name, most in cap.items() if most is not None}}})


def _capped(block: Rule) -> Rule:
    """Without caps of kinds that no item has any more."""
    kind, body = _only(block)
    if kind != "points":
        return block
    kinds = {one.get("kind") for one in body["from"]}
    cap = {name: most for name, most in body.get("cap", {}).items() if name in kinds}
    rest = {name: value for name, value in body.items() if name != "cap"}
    return {kind: {**rest, **({"cap": cap} if cap else {})}}


def _unused(free: Sequence[str], used: Sequence[str]) -> str:
    return next((one for one in free if one not in used), "a-badge")


def _only(rule: Rule) -> tuple[str, Any]:
    ((kind, body),) = rule.items()
    return kind, body


_ACTIONS: dict[str, Callable[[Rule, Mapping[str, Any], Sequence[str], Sequence[str]], Rule | None]] = {
    "kind": _become_kind,
    "add": _add,
    "remove": _remove,
    "move": _move,
    "field": _field,
    "branch": _branch,
    "item": _item,
    "remove_item": _remove_item,
    "cap": _cap,
}
