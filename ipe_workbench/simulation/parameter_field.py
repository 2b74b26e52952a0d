"""A parameter of the model: a field with its unit, its source and the range worth trying."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, JsonValue

__all__ = ["Probability", "offered_range", "parameter"]

Probability = Annotated[float, Field(ge=0, le=1)]


def parameter(default: Any, text: str, *, unit: str, source: str, offered: str = "", **limits: Any) -> Any:
    """A field with the unit, the source and the range worth trying that the manual prints."""
    extra: dict[str, JsonValue] = {"unit": unit, "source": source, "range": offered}
    return Field(default, description=text, json_schema_extra=extra, **limits)


def offered_range(text: str) -> tuple[float, float] | None:
    """The two ends of a range such as ``0.1-0.85``; ``None`` when there is no such range.

    Examples
    --------
    >>> offered_range("0.1-0.85"), offered_range("")
    ((0.1, 0.85), None)
    """
    found = re.fullmatch(r"(-?[\d.]+)-(-?[\d.]+)", text)
    return (float(found[1]), float(found[2])) if found else None
