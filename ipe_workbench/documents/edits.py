"""Writing the content of a document, so that comments, order and quoting of what did not change survive.

A text with something to keep is edited as ruamel.yaml's round-trip tree. That takes milliseconds for a file that a
person wrote and half a minute for one with ten thousand competencies, so that large content without comments is
written anew by libyaml.
"""

from __future__ import annotations

import datetime
import difflib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from ipe_workbench.documents.blocks import block_text
from ipe_workbench.documents.content import Fields
from ipe_workbench.documents.scalars import resolved

__all__ = ["edited_text"]

#: Content with more values than this is large (a framework of some 500 competencies).
_LARGE = 2_500


def edited_text(text: str, content: Fields, data: Mapping[str, Any], path: str) -> str:
    """The text changed so that it says `data` instead of `content`, which it says now."""
    if "#" not in text and _values(data, _LARGE) >= _LARGE:
        return block_text(data)
    editor = YAML(typ="rt")
    editor.Representer = _Representer
    editor.indent(mapping=2, sequence=4, offset=2)
    editor.width = 120
    editor.preserve_quotes = True
    tree = editor.load(text)
    merge(tree, quoted(data))
    stream = io.StringIO()
    editor.dump(tree, stream)
    return stream.getvalue()


def _values(value: Any, enough: int) -> int:
    """How many values there are inside, counted up to about `enough`."""
    count, waiting = 0, [value]
    while waiting and count < enough:
        one = waiting.pop()
        count += 1
        if isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)
    return count


class _Representer(RoundTripRepresenter):
    """Writes a number as it stood in the text, where that is still the same number."""


def _number(representer: _Representer, value: ScalarFloat) -> Any:
    # ruamel works out the digits before an exponent anew, which can lose the last, and moves underscores.
    node = representer.represent_scalar_float(value)
    try:
        same = resolved(node.value) == float(value)
    except ValueError:
        same = False
    return node if same else representer.represent_float(float(value))


_Representer.add_representer(ScalarFloat, _number)


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
        return {quoted(key): quoted(one) for key, one in value.items()}
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
