"""What an export did not carry, found by reading it back and comparing: nothing is lost in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from ipe_workbench.findings import Finding, Place
from ipe_workbench.frameworks.model import Framework
from ipe_workbench.phrases import listed

__all__ = ["losses"]

#: A place in the order is compared as an order, not as a number.
_NOT_COMPARED = {"order", "competencies", "associations", "external", "definitions", "rubrics"}
#: Lists of the framework whose members are compared one by one, and what one of them is called.
_LISTS = {"external": "external node", "definitions": "definition", "rubrics": "rubric"}


def losses(before: Framework, after: Framework, format: str, file: str) -> tuple[Finding, ...]:
    """Each kind of thing that `before` says and `after` does not, once, with how often and an example.

    Parameters
    ----------
    before : Framework
        What was exported.
    after : Framework
        What was read back from the export.
    format : str
        The format's name, for the messages.
    file : str
        The export's name, for the place.

    Returns
    -------
    tuple of Finding
        Id ``lost-in-export``; empty when `after` says all that `before` says. What `after` says besides (such as the
        time of the export) is no loss.

    Examples
    --------
    >>> from ipe_workbench.frameworks import load_framework
    >>> framework = load_framework("ipec-2023")
    >>> [one.message for one in losses(framework, framework.model_copy(update={"year": None}), "CSV", "x.csv")]
    ['CSV does not carry the `year` of the framework (2023).']
    """
    found = [f"the `{name}` of the framework ({_shown(value)})" for name, value in _differing(before, after)]
    found += _of_items("competency", "competencies", before.competencies, _by_id(after.competencies))
    found += _of_associations(before, after)
    for name, noun in _LISTS.items():
        found += _of_items(noun, f"{noun}s", getattr(before, name), _by_id(getattr(after, name)))
    if [one.id for one in before.in_order()] != [one.id for one in after.in_order() if before.by_id(one.id)]:
        found.append("the order of the competencies")
    mend = "Keep the framework's own file as the master copy."
    return tuple(
        Finding("lost-in-export", "warning", f"{format} does not carry {one}.", mend, Place(file)) for one in found
    )


def _of_items(noun: str, nouns: str, before: Iterable[Any], after: Mapping[str, Any]) -> list[str]:
    fields: dict[str, list[str]] = {}
    for one in before:
        other = after.get(one.id)
        if other is None:
            fields.setdefault("", []).append(one.id)
            continue
        for name, _ in _differing(one, other):
            fields.setdefault(name, []).append(getattr(one, "code", None) or one.id)
    return [
        f"{f'the `{name}` of ' if name else ''}{len(ids)} {noun if len(ids) == 1 else nouns} ({_shown(ids)})"
        for name, ids in fields.items()
    ]


def _of_associations(before: Framework, after: Framework) -> list[str]:
    left: dict[tuple[str, str, str], list[Any]] = {}
    for one in after.associations:
        left.setdefault((one.source, one.relation, one.target), []).append(one)
    missing: dict[str, Counter[str]] = {}
    for one in before.associations:
        same = left.get((one.source, one.relation, one.target))
        if not same:
            missing.setdefault("", Counter())[one.relation] += 1
            continue
        # Of several links between the same two, the ids tell which is which.
        other = same.pop(next((at for at, candidate in enumerate(same) if candidate.id == one.id), 0))
        for name, _ in _differing(one, other):
            missing.setdefault(name, Counter())[one.relation] += 1
    found = []
    for name, counts in missing.items():
        what = f"{counts.total()} association{'s' * (counts.total() != 1)}"
        kinds = ", ".join(f"{relation} {count}" for relation, count in counts.items())
        found.append(f"{f'the `{name}` of ' if name else ''}{what} ({kinds})")
    return found


def _differing(before: BaseModel, after: BaseModel) -> Iterable[tuple[str, Any]]:
    said, repeated = vars(before), vars(after)
    for name, default in _compared(type(before)):
        value = said[name]
        if value in (None, "", (), {}) or value == default:
            continue
        if not _carried(value, repeated[name]):
            yield name, value


@lru_cache
def _compared(model: type[BaseModel]) -> tuple[tuple[str, Any], ...]:
    """The fields that are compared, with the value that says nothing."""
    return tuple(
        (name, None if name in ("status", "language") else field.default)
        for name, field in model.model_fields.items()
        if name not in _NOT_COMPARED
    )


def _carried(value: Any, other: Any) -> bool:
    """Whether `other` says all that `value` says; what it says besides is no loss."""
    if value == other or value in (None, "", (), [], {}):
        return True
    if isinstance(value, BaseModel):
        # By attributes, since a dictionary of the model would turn its members into dictionaries, too.
        return isinstance(other, type(value)) and all(_carried(part, getattr(other, name)) for name, part in value)
    if isinstance(value, dict):
        return isinstance(other, dict) and all(_carried(part, other.get(name)) for name, part in value.items())
    if isinstance(value, tuple | list):
        same = isinstance(other, tuple | list) and len(value) == len(other)
        return same and all(_carried(part, its) for part, its in zip(value, other, strict=True))
    return isinstance(value, str) and isinstance(other, str) and value.strip() == other.strip()


def _by_id(items: Iterable[Any]) -> dict[str, Any]:
    return {one.id: one for one in items}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return listed((str(one)[:40] for one in value), 3)
    if isinstance(value, dict):
        return ", ".join(
            f"{name}: {_shown(list(part) if isinstance(part, dict) else part)}" for name, part in value.items()
        )
    shown = str(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
