"""Edits of one credential or stack as plain data: one comes in, another or what is wrong with the edit goes out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from ipe_workbench.credentials import MicroCredential, Rule, Stack, rule_to_data
from ipe_workbench.documents import Step, parse_document
from ipe_workbench.errors import UnreadableFileError, WorkbenchError

__all__ = ["EditError", "edited", "field_of", "rule_from_text", "rule_text", "starting_assessment", "starting_rubric"]


_Item = TypeVar("_Item", bound=MicroCredential | Stack)


class EditError(WorkbenchError):
    """The value cannot stand in that field; the credential stays as it was."""


def edited(item: _Item, path: str, value: Any) -> _Item:
    """The credential or stack with one field changed.

    Parameters
    ----------
    item : MicroCredential or Stack
        As it is before.
    path : str
        The field, such as ``title``, ``criteria[0].statement`` or ``rubric.criteria[1].descriptors.meets``.
    value : plain data
        The new value.

    Raises
    ------
    EditError
        When there is no such field, or it cannot have that value.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> before = example_programme().credentials["values-foundations"]
    >>> edited(before, "assessment.pass_score", 0.8).assessment.pass_score
    0.8
    """
    data = _plain(item)
    steps = _steps(path)
    inner: Any = data
    if path == "id":
        raise EditError("An id identifies for good and cannot be changed.", mend="Make a new credential instead.")
    try:
        for step in steps[:-1]:
            inner = inner[step]
        if not isinstance(inner, dict):
            inner[steps[-1]]  # an item that is not there cannot be replaced
        inner[steps[-1]] = value
    except (KeyError, IndexError, TypeError, ValueError):
        raise EditError(f"`{item.id}` has no field `{path}`.", mend="Check its spelling.") from None
    try:
        return cast("_Item", type(item).model_validate(data))
    except ValidationError as error:
        raise EditError(_sentence(error, steps)) from None


def field_of(item: MicroCredential | Stack, path: str) -> Any:
    """The value of a field as plain data; ``None`` where there is no such part.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> field_of(example_programme().credentials["values-foundations"], "assessment.attempts")
    3
    """
    inner: Any = _plain(item)
    for step in _steps(path):
        try:
            inner = inner[step]
        except (KeyError, IndexError, TypeError):
            return None
    return inner


def rule_from_text(text: str) -> Any:
    """Plain data of a rule written in YAML; ``None`` for an empty text.

    Raises
    ------
    EditError
        When it is not YAML; with the line.

    Examples
    --------
    >>> rule_from_text("all: [roles, huddles]")
    {'all': ['roles', 'huddles']}
    >>> rule_from_text("roles")
    'roles'
    """
    body = textwrap.dedent(text.expandtabs(2)).strip("\n")
    if not body.strip():
        return None
    try:
        return parse_document("requires:\n" + textwrap.indent(body, "  ") + "\n").data["requires"]
    except UnreadableFileError as error:
        line = error.findings[0].place.line if error.findings else None
        where = f"Line {max(line - 1, 1)}: " if line else ""
        raise EditError(f"{where}{error.message}", mend=error.mend) from None


def rule_text(rule: Rule | None) -> str:
    r"""The rule as a person would write it in the file; empty for none.

    Examples
    --------
    >>> from ipe_workbench.credentials import parse_rule
    >>> print(rule_text(parse_rule({"all": ["roles", "huddles"]})))
    all:
      - roles
      - huddles
    """
    if rule is None:
        return ""
    written = parse_document("requires: none\n").edited({"requires": rule_to_data(rule)}).text
    return textwrap.dedent(written.removeprefix("requires:")).strip()


def starting_assessment() -> dict[str, Any]:
    """An assessment to begin with."""
    return {"methods": ["test"], "assessor": "faculty", "pass_score": 0.7}


def starting_rubric(credential: MicroCredential) -> dict[str, Any]:
    """A rubric to begin with: a row for each criterion of the credential, three levels, descriptors to be written."""
    levels = [("not-yet", "Not yet", 1), ("meets", "Meets", 3), ("exceeds", "Exceeds", 4)]
    rows = [{"id": one.id, "title": one.statement} for one in credential.criteria]
    return {
        "levels": [{"id": id, "title": title, "points": points} for id, title, points in levels],
        "criteria": rows or [{"id": "overall", "title": "Overall"}],
        "pass_level": "meets",
    }


def _plain(item: MicroCredential | Stack) -> dict[str, Any]:
    data = _listed(item.model_dump(by_alias=True))
    name = "rule" if isinstance(item, Stack) else "requires"
    rule: Rule | None = getattr(item, name)
    data[name] = rule_to_data(rule) if rule is not None else None
    return data  # type: ignore[no-any-return]


def _listed(value: Any) -> Any:
    """Tuples as lists, so that an edit can replace an item."""
    if isinstance(value, Mapping):
        return {key: _listed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    return value


def _steps(path: str) -> list[Step]:
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", path)
    return [int(index) if index else name for index, name in parts]


def _sentence(error: ValidationError, steps: list[Step]) -> str:
    """What is wrong, in a sentence about the field that was edited; the first problem stands for all."""
    problem = error.errors(include_url=False)[0]
    where = [str(step) for step in problem["loc"] if step not in steps]
    kind, text = problem["type"], str(problem["msg"]).removeprefix("Value error, ")
    if kind == "string_too_short":
        text = "This must not be empty"
    elif kind == "string_pattern_mismatch":
        text = "Use lower-case letters, digits and single hyphens"
    elif kind.startswith("date"):
        text = "Write the date as year-month-day, such as 2027-06-01"
    elif kind in ("float_parsing", "float_type", "int_parsing", "int_type", "int_from_float"):
        text = "This must be a whole number" if kind.startswith("int") else "This must be a number"
    elif kind == "too_short":
        text = "Choose at least one"
    elif kind == "extra_forbidden":
        text = f"`{where[-1] if where else steps[-1]}` is not a known field"
    text = text.replace("Input should be", "This must be")
    inside = f" (in {' > '.join(where)})" if where and kind != "extra_forbidden" else ""
    return f"{text[0].upper()}{text[1:]}{inside}."
