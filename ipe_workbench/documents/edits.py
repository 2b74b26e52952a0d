"""Changing a round-trip tree in place, so that comments, order and quoting of what did not change survive."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

__all__ = ["merge", "plain", "quoted"]


def plain(value: Any) -> Any:
    """The tree as plain dictionaries, lists and scalars."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, ScalarInt):
        return int(value)
    if isinstance(value, ScalarFloat):
        return float(value)
    if isinstance(value, datetime.datetime):
        return value if type(value) is datetime.datetime else datetime.datetime.fromisoformat(str(value))
    if isinstance(value, str):
        return str(value)
    return value


def quoted(value: Any) -> Any:
    """The value with texts in quotes that need escapes: bare, the writer would put NEL (U+0085) out as a line break."""
    if isinstance(value, Mapping):
        return {key: quoted(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [quoted(one) for one in value]
    if isinstance(value, str) and any(not sign.isprintable() and sign != "\n" for sign in value):
        return DoubleQuotedScalarString(value)
    return value


def merge(tree: CommentedMap, data: Mapping[str, Any]) -> None:
    """Make the tree say `data`."""
    for key in [k for k in tree if k not in data]:
        del tree[key]
    for key, value in data.items():
        if key not in tree:
            tree[key] = value
        elif isinstance(tree[key], CommentedMap) and isinstance(value, Mapping):
            merge(tree[key], value)
        elif isinstance(tree[key], CommentedSeq) and isinstance(value, list):
            _merge_list(tree[key], value)
        elif plain(tree[key]) != value:
            tree[key] = value


def _merge_list(tree: CommentedSeq, data: list[Any]) -> None:
    """Make the list say `data`: items are matched by id, else by being equal, and keep their comments."""
    old = [plain(item) for item in tree]
    if old == data:
        return
    by_id = _identified(old) and _identified(data)
    before = [item["id"] if by_id else repr(item) for item in old]
    after = [item["id"] if by_id else repr(plain(item)) for item in data]
    nodes = dict(zip(before, list(tree), strict=True)) if by_id else {}
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    # From the end, so that places further up stay valid; one by one, so that comments move with their items.
    for tag, start, end, new_start, new_end in reversed(changes):
        if tag == "equal" and not by_id:
            continue
        shared = 0 if by_id and tag != "equal" else min(end - start, new_end - new_start)
        for index in range(end - 1, start + shared - 1, -1):
            del tree[index]
        for offset in range(shared):
            _merge_item(tree, start + offset, data[new_start + offset])
        for offset in range(shared, new_end - new_start):
            value = data[new_start + offset]
            known = nodes.get(after[new_start + offset])
            tree.insert(start + offset, value if known is None else known)
            _merge_item(tree, start + offset, value)


def _merge_item(tree: CommentedSeq, index: int, value: Any) -> None:
    if isinstance(tree[index], CommentedMap) and isinstance(value, Mapping):
        merge(tree[index], value)
    elif isinstance(tree[index], CommentedSeq) and isinstance(value, list):
        _merge_list(tree[index], value)
    elif plain(tree[index]) != value:
        tree[index] = value


def _identified(items: Sequence[Any]) -> bool:
    ids = [item.get("id") if isinstance(item, Mapping) else None for item in items]
    return None not in ids and len(set(ids)) == len(ids)
