"""What changes between two values of one kind, field by field, in a designer's words."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

__all__ = ["FieldChange", "field_changes", "in_words", "plain_data"]

#: Longer texts and sentences are said to be rewritten, and shown in the JSON form only.
_SHORT = 60
#: How a field is called where its name does not say it.
_NAMES: Mapping[str, str] = {
    "hours": "the effort",
    "ects": "the ECTS credits",
    "eqf_level": "the EQF level",
    "validity_months": "the validity",
    "license": "the licence",
    "assessment.pass_score": "the pass mark",
    "assessment.assessor_minutes": "the assessor's time for an attempt",
    "assessment.attempts": "the number of attempts",
    "assessment.retake_after_weeks": "the wait before a retake",
    "assessment.double_rated": "the share that is rated twice",
    "assessment.methods": "the methods of assessment",
    "assessment.assessor": "the assessor",
    "rubric.pass_level": "the level that passes",
    "professions": "the professions that may earn it",
    "co_issuers": "the co-issuers",
    "capacity.assessor_hours": "the capacity",
    "descriptors": "the descriptor",
    "learners": "the number of learners",
    "weeks": "the number of weeks",
    "teams.size": "the size of a team",
    "teams.min_professions": "the least number of professions in a team",
    "teams.max_share": "the largest share of one profession in a team",
    "issuer.url": "the issuer's home page",
}
#: One item of a list, by the field that holds it.
_ITEMS: Mapping[str, str] = {
    "criteria": "criterion",
    "activities": "activity",
    "evidence": "evidence",
    "rubric.levels": "rubric level",
    "rubric.criteria": "rubric row",
    "alignments": "alignment",
    "professions": "profession",
    "terms": "term",
}
_SHARES = ("pass_score", "double_rated", "max_share")
_UNITS = {
    "hours": "hours",
    "preparation_hours": "hours",
    "validity_months": "months",
    "retention_months": "months",
    "assessor_minutes": "minutes",
    "retake_after_weeks": "weeks",
    "assessor_hours": "hours",
}


@dataclass(frozen=True)
class FieldChange:
    """A field that differs: its path, a phrase that says how, and the two values as plain JSON."""

    path: str
    phrase: str
    before: Any
    after: Any


def field_changes(before: BaseModel, after: BaseModel, *, leave_out: Sequence[str] = ()) -> Iterator[FieldChange]:
    """Every field of a value that differs from another value's of the same kind.

    Items of a list are matched by their ids, and alignments by framework and competency.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> one = example_programme().credentials["speaking-up"]
    >>> other = one.model_copy(update={"hours": one.hours + 1, "assessment": None})
    >>> [change.phrase for change in field_changes(one, other)]
    ['the assessment was removed', 'the effort is 7 instead of 6 hours']
    """
    yield from _model(before, after, "", "", leave_out)


def in_words(value: Any, field: str = "") -> str:
    """A value as a person reads it.

    Examples
    --------
    >>> in_words(0.7, "pass_score"), in_words(3.0, "hours"), in_words(("a", "b"))
    ('70%', '3 hours', 'a, b')
    """
    if value is None or value == "" or value == ():
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field in _SHARES:
        return f"{round(value * 100, 6):g}%"
    if isinstance(value, int | float):
        unit = _UNITS.get(field, "")
        return f"{value:g} {unit[:-1] if value == 1 else unit}".rstrip() if unit else f"{value:g}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return ", ".join(in_words(one, field) for one in value)
    if isinstance(value, BaseModel):
        return _called(value)
    return str(value)


def plain_data(value: Any) -> Any:
    """A value of a file as plain JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(value, tuple | list):
        return [plain_data(one) for one in value]
    if isinstance(value, Mapping):
        return {key: plain_data(one) for key, one in value.items()}
    return value.isoformat() if isinstance(value, datetime.date) else value


def _model(
    before: BaseModel, after: BaseModel, path: str, where: str, leave_out: Sequence[str]
) -> Iterator[FieldChange]:
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if name not in leave_out and old != new:
            yield from _field(old, new, f"{path}.{name}" if path else name, where)


def _field(old: Any, new: Any, path: str, where: str) -> Iterator[FieldChange]:
    name = path.rpartition(".")[2]
    label = _label(path)
    if isinstance(old, BaseModel) and isinstance(new, BaseModel):
        yield from _model(old, new, path, where, ())
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                phrase = _scalar(f"{label} of {key}", old.get(key), new.get(key), name)
                yield FieldChange(f"{path}.{key}", where + phrase, plain_data(old.get(key)), plain_data(new.get(key)))
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _list(old, new, path, where)
    elif isinstance(old, BaseModel) or isinstance(new, BaseModel):
        word = "was removed" if new is None else "was added"
        yield FieldChange(path, f"{where}{label} {word}", plain_data(old), plain_data(new))
    else:
        yield FieldChange(path, where + _scalar(label, old, new, name), plain_data(old), plain_data(new))


def _scalar(label: str, old: Any, new: Any, field: str) -> str:
    before, after = in_words(old, field), in_words(new, field)
    if isinstance(old, str) and isinstance(new, str) and (_is_prose(old) or _is_prose(new)):
        return f"{label} was {'removed' if not new else 'added' if not old else 'rewritten'}"
    if before == "nothing":
        return f"{label} is set to {after}"
    if after == "nothing":
        return f"{label} is no longer set (was {before})"
    unit = _UNITS.get(field, "")
    if unit and not isinstance(new, str):
        before = before.rpartition(" ")[0]
        return f"{label} is {after.rpartition(' ')[0]} instead of {before} {unit}"
    return f"{label} is {after} instead of {before}"


def _is_prose(text: str) -> bool:
    """Whether a text is too long, or too much of a sentence, to stand inside another one."""
    return len(text) > _SHORT or text.endswith((".", "!", "?"))


def _list(old: tuple[Any, ...], new: tuple[Any, ...], path: str, where: str) -> Iterator[FieldChange]:
    item = _ITEMS.get(path, "")
    identify = _identity(old, new)
    if identify is None:
        # `weeks` counts those of a term and lists those of an activity.
        label = "the weeks" if path == "weeks" else _label(path)
        gone = [one for one in old if one not in new]
        come = [one for one in new if one not in old]
        parts = [f"without {_shortened(one)}" for one in gone] + [f"with {_shortened(one)}" for one in come]
        phrase = f"{label}: now {'; '.join(parts)}" if parts else f"{label} stand in another order"
        if path == "how" and parts:
            # Of an alignment: taught, practised or assessed.
            phrase = "; ".join([f"no longer {one}" for one in gone] + [f"now {one}, too" for one in come])
        elif not old or not new:
            none = "all" if path == "professions" else "nothing"
            phrase = f"{label}: {_shortened(new) if new else none} instead of {_shortened(old) if old else none}"
        yield FieldChange(path, where + phrase, plain_data(old), plain_data(new))
        return
    mine, other = ({identify(one): one for one in many} for many in (old, new))
    for key in dict.fromkeys((*mine, *other)):
        before, after = mine.get(key), other.get(key)
        place = f"{path}.{key}"
        if before is None or after is None:
            present = before if after is None else after
            word = "removed" if after is None else "added"
            phrase = f"the {item or path} {_called(present)} was {word}"
            yield FieldChange(place, where + phrase, plain_data(before), plain_data(after))
        elif before != after:
            for change in _model(before, after, "", f"{where}the {item or path} {_called(after)}: ", ("id",)):
                yield FieldChange(f"{place}.{change.path}", change.phrase, change.before, change.after)
    if [key for key in mine if key in other] != [key for key in other if key in mine]:
        phrase = f"the {path.rpartition('.')[2].replace('_', ' ')} stand in another order"
        yield FieldChange(path, where + phrase, list(map(str, mine)), list(map(str, other)))


def _identity(old: Sequence[Any], new: Sequence[Any]) -> Callable[[Any], str] | None:
    """What identifies an item of both lists: its id, an alignment's competency; ``None`` when nothing does so once."""
    items = (*old, *new)
    if not all(isinstance(one, BaseModel) for one in items):
        return None
    if all(hasattr(one, "id") for one in items):
        identify: Callable[[Any], str] = lambda one: str(one.id)  # noqa: E731
    elif all(hasattr(one, "competency") for one in items):
        identify = lambda one: f"{one.framework}:{one.competency}"  # noqa: E731
    else:
        return None
    once = all(len({identify(one) for one in many}) == len(many) for many in (old, new))
    return identify if once else None


def _called(item: Any) -> str:
    """How an item of a list is called in a sentence."""
    for name in ("title", "statement", "competency", "id"):
        found = getattr(item, name, "")
        if found:
            return _shortened(found)
    return _shortened(str(item))


def _shortened(value: Any) -> str:
    text = in_words(value).removesuffix(".")
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3].rstrip()}..."


def _label(path: str) -> str:
    """How a field is called in a sentence."""
    if path in _NAMES:
        return _NAMES[path]
    outer, _, name = path.rpartition(".")
    words = name.replace("_", " ")
    known = _NAMES.get(name) if not outer else None
    if known:
        return known
    inside = {
        "assessment": " of the assessment",
        "issuer": " of the issuer",
        "value": "'s value",
        "rubric": " of the rubric",
    }
    if outer == "value":
        return f"the value to the {words}"
    return f"the {words}{inside.get(outer, '')}"
