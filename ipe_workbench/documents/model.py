"""The base of every value that a person writes in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

__all__ = ["FileModel", "IndexedModel", "Step"]

#: One step on the way to a field: a key, or the place in a list.
Step = str | int


class FileModel(BaseModel):
    """Base of every value that a person writes in a file: immutable, and unknown fields are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False, defer_build=True
    )


class IndexedModel(FileModel):
    """Base of values with indexes (cached properties) beside their fields."""

    # Indexes are made when they are first asked for, and stand beside the fields in the instance's dictionary. A copy
    # may have other fields and another process can make its own, so neither takes them along.

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, perhaps with other fields; it makes indexes of its own."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        fields = type(self).model_fields
        return {**state, "__dict__": {key: value for key, value in state["__dict__"].items() if key in fields}}
