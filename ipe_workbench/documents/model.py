"""The base of every value that a person writes in a file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["FileModel", "Step"]

#: One step on the way to a field: a key, or the place in a list.
Step = str | int


class FileModel(BaseModel):
    """Base of every value that a person writes in a file: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)
