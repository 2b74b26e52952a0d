"""What a model refuses, in a person's words: the line, the field, what is wrong and how to mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from ipe_workbench.documents.document import Document, field_path, locate
from ipe_workbench.documents.expected import Expected, expected_at, homes
from ipe_workbench.documents.ids import id_from
from ipe_workbench.documents.model import Step
from ipe_workbench.findings import Finding, Place

__all__ = ["misplaced", "validate"]

Model = TypeVar("Model", bound=BaseModel)

_LISTS = ("tuple_type", "list_type")
_MAPPINGS = ("model_type", "dict_type", "model_attributes_type", "mapping_type")
#: A sentence names so many fields and no more.
_NAMED = 12


def validate(model: type[Model], document: Document) -> tuple[Model | None, tuple[Finding, ...]]:
    r"""Check a document against a pydantic model.

    Returns
    -------
    (model or None, findings)
        The value, or ``None`` and one finding with id ``invalid-field`` for each violation, all of them at once.

    Examples
    --------
    >>> from ipe_workbench.documents import FileModel, parse_document
    >>> class Term(FileModel):
    ...     id: str
    ...     weeks: int
    >>> print(*validate(Term, parse_document("id: fall\nweks: 16\n", "term.yaml"))[1], sep="\n")
    term.yaml:1: error: The field `weeks` is missing. Add `weeks:` here. [invalid-field]
    term.yaml:2: error: `weks` is not a known field. Did you mean `weeks`? [invalid-field]
    """
    try:
        return model.model_validate(document.data), ()
    except ValidationError as error:
        subject = str(document.tree.get("id", "") or "")
        problems = list(error.errors(include_url=False))
        told = [one for one in problems if not _follows_from_others(one, problems)]
        return None, tuple(_as_finding(one, document, subject, model) for one in told)


def misplaced(message: str, *steps: Step) -> PydanticCustomError:
    """An error for a validator of a whole file to raise, which stands at one of its fields."""
    return PydanticCustomError("misplaced", "{text}", {"text": message, "steps": steps})


def _follows_from_others(problem: Mapping[str, Any], problems: Iterable[Mapping[str, Any]]) -> bool:
    """A list is not too short because an item of it was refused."""
    loc = problem["loc"]
    return problem["type"] == "too_short" and any(
        len(one["loc"]) > len(loc) and one["loc"][: len(loc)] == loc for one in problems
    )


def _as_finding(problem: Mapping[str, Any], document: Document, subject: str, model: type[BaseModel]) -> Finding:
    context = problem.get("ctx", {})
    steps: list[Step] = list(context.get("steps", problem["loc"]))
    place, walked = locate(document, steps)
    kind = problem["type"]
    name = str(steps[-1]) if steps else "file"
    if kind == "missing":
        field = field_path([*walked, name])
        place = Place(place.file, place.line, field)
        choices = expected_at(model, steps).choices
        mend = f"Add `{name}:` here" + (f", with {_listed(choices, 'or')}." if choices else ".")
        return Finding("invalid-field", "error", f"The field `{field}` is missing.", mend, place, subject)
    if kind == "extra_forbidden":
        mend = _mend_unknown(name, expected_at(model, steps[:-1]), model)
        return Finding("invalid-field", "error", f"`{name}` is not a known field.", mend, place, subject)
    if kind == "misplaced":
        return Finding("invalid-field", "error", context["text"], "Correct one of the two.", place, subject)
    found = problem.get("input")
    if kind == "rule_kind" and isinstance(found, dict) and len(found) == 1:
        place, _ = locate(document, [*steps, next(iter(found))])
    what, mend = _in_words(problem, found, expected_at(model, steps))
    shown = repr(found)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    message = f"`{place.field or name}` is not valid: {what} (found {shown})."
    return Finding("invalid-field", "error", message, mend, place, subject)


def _mend_unknown(name: str, here: Expected, model: type[BaseModel]) -> str:
    """What to do with a field that is not known where it stands."""
    if near := _near(name, here.fields):
        return near
    if elsewhere := homes(model, name):
        return f"Move it to {_listed([one or 'the top of the file' for one in elsewhere], 'or')}, or delete it."
    if 0 < len(here.fields) <= _NAMED:
        return f"Known here: {_listed(here.fields, 'and')}. Correct its spelling or delete it."
    return "Correct its spelling or delete it."


def _in_words(problem: Mapping[str, Any], found: Any, expected: Expected) -> tuple[str, str]:
    """What is wrong and how to mend it, for the violations that people meet."""
    kind, context = problem["type"], problem.get("ctx", {})
    plain = str(problem["msg"]).removeprefix("Value error, ")
    plain = plain[0].lower() + plain[1:]
    if kind in _LISTS:
        return "this is a list", f"Write the values in brackets: [{found}]."
    if kind in _MAPPINGS:
        needed = expected.needed or expected.fields
        names = f": {_listed(needed, 'and')}" if 0 < len(needed) <= _NAMED else ""
        return "this has fields of its own", f"Write them below it, indented, one a line{names}."
    if kind == "string_pattern_mismatch":
        return _pattern_in_words(context.get("pattern", ""), str(found))
    if kind.startswith("date"):
        return "this is not a date", "Write it as YYYY-MM-DD, such as 2027-01-11."
    if kind in ("less_than_equal", "float_parsing") and (share := _as_share(found, expected.most)):
        return "this is a share between 0 and 1", f"Write {share:g} for {share:.0%}."
    if kind == "float_parsing" and re.fullmatch(r"\s*-?\d+,\d+\s*", str(found)):
        return "this is a number", f"Write it with a point: {str(found).strip().replace(',', '.')}."
    if kind in ("int_parsing", "float_parsing", "int_type", "float_type", "int_from_float"):
        return "this is a " + ("whole number" if kind.startswith("int") else "number"), "Write digits, without a unit."
    if kind == "literal_error":
        options = re.findall(r"'([^']+)'", str(context.get("expected", "")))
        mend = _near(str(found).lower(), options)
        return "this takes a word of a list", f"{mend} It takes: {', '.join(options)}.".lstrip()
    if kind == "rule_kind":
        key = next(iter(found)) if isinstance(found, dict) and found else ""
        return plain, _near(str(key), re.findall(r"[a-z_]+", plain.partition("exactly one of")[2]))
    return plain, "Correct the value; the schema named in the file's first line lists what is allowed."


def _pattern_in_words(pattern: str, found: str) -> tuple[str, str]:
    if "A-Z" in pattern:
        return "this is a code of two capital letters", "Write an ISO 3166-1 code, such as US or CA."
    what = "an id has lower-case letters, digits and single hyphens only"
    if joined := re.search(r"\s(and|or|&|\+)\s", found):
        key = "any" if joined[1] == "or" else "all"
        return what, f"Write several ids as a rule: {key}: [id, id]."
    return what, f"Write it like `{id_from(found) or 'team-communication'}`; the title may have any characters."


def _as_share(found: Any, limit: Any) -> float | None:
    """The share that somebody meant who wrote 70, ``70 %`` or ``0,7``."""
    if limit != 1 or not (match := re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(%?)\s*", str(found))):
        return None
    number = float(match.group(1).replace(",", "."))
    share = number / 100 if match.group(2) or number > 1 else number
    return share if 0 < share <= 1 else None


def _listed(names: Sequence[str], last: str) -> str:
    """``a`, `b` and `c``, for a sentence; what has a space is no name and stays without marks."""
    marked = [one if " " in one else f"`{one}`" for one in names]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} {last} {marked[-1]}"


def _near(wanted: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    return f"Did you mean `{near[0]}`?" if near else ""
