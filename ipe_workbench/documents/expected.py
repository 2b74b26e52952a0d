"""What a model of a file takes at one place: which fields, which of them it needs, which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from ipe_workbench.documents.model import Step

__all__ = ["Expected", "expected_at", "homes"]

Schema = Mapping[str, Any]


class Expected(NamedTuple):
    """What may stand at one place of a file.

    Examples
    --------
    >>> Expected(fields=("id", "title"), needed=("id",)).needed
    ('id',)
    """

    #: Names of the fields, in the order of the model; empty where there are none.
    fields: tuple[str, ...] = ()
    #: Those of them that must not be missing.
    needed: tuple[str, ...] = ()
    #: The words that are allowed, where only some are.
    choices: tuple[str, ...] = ()
    #: The largest number that is allowed, where there is one.
    most: float | None = None


def expected_at(model: type[BaseModel], steps: Sequence[Step]) -> Expected:
    """What the model takes at the place that `steps` lead to.

    Steps that name no field, as pydantic puts them into the places of unions, are passed over.

    Examples
    --------
    >>> from typing import Literal
    >>> from pydantic import create_model
    >>> Term = create_model("Term", id=(str, ...), season=(Literal["spring", "fall"], "fall"))
    >>> Calendar = create_model("Calendar", terms=(tuple[Term, ...], ...))
    >>> expected_at(Calendar, ["terms", 0])
    Expected(fields=('id', 'season'), needed=('id',), choices=(), most=None)
    >>> expected_at(Calendar, ["terms", 0, "season"]).choices
    ('spring', 'fall')
    """
    whole = _schema(model)
    node: Schema = whole
    for step in steps:
        node = _inside(node, step, whole) or node
    for branch in _branches(node, whole):
        if "properties" in branch:
            return Expected(tuple(branch["properties"]), tuple(branch.get("required", ())))
        if "enum" in branch:
            return Expected(choices=tuple(map(str, branch["enum"])))
        if "maximum" in branch:
            return Expected(most=branch["maximum"])
    return Expected()


def homes(model: type[BaseModel], name: str) -> tuple[str, ...]:
    """The fields of a file that have a field of this name inside them; an empty text stands for the file itself.

    Examples
    --------
    >>> from pydantic import create_model
    >>> Term = create_model("Term", weeks=(int, ...))
    >>> Calendar = create_model("Calendar", title=(str, ...), terms=(tuple[Term, ...], ...))
    >>> homes(Calendar, "weeks"), homes(Calendar, "title"), homes(Calendar, "colour")
    (('terms',), ('',), ())
    """
    whole = _schema(model)
    found = [""] if name in whole.get("properties", {}) else []
    for field, node in whole.get("properties", {}).items():
        inside = _inside(node, 0, whole) or node
        if any(name in branch.get("properties", {}) for branch in _branches(inside, whole)):
            found.append(field)
    return tuple(found)


@cache
def _schema(model: type[BaseModel]) -> Schema:
    return model.model_json_schema(by_alias=True)


def _inside(node: Schema, step: Step, whole: Schema) -> Schema | None:
    """The schema one step further in."""
    for branch in _branches(node, whole):
        further = branch.get("items") if isinstance(step, int) else branch.get("properties", {}).get(step)
        further = further or branch.get("additionalProperties")
        if isinstance(further, Mapping):
            return further
    return None


def _branches(node: Schema, whole: Schema) -> Iterator[Schema]:
    """The schemas that a schema stands for: what it refers to, and each of its alternatives."""
    if "$ref" in node:
        node = whole.get("$defs", {}).get(str(node["$ref"]).rpartition("/")[2], {})
    yield node
    for one in [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]:
        # A rule refers to itself; one level of alternatives is all that a field's own sentence needs.
        yield whole.get("$defs", {}).get(str(one["$ref"]).rpartition("/")[2], {}) if "$ref" in one else one
