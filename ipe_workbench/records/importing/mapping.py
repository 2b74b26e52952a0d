"""Mapping files: which column of somebody's file is which field, in YAML that a person edits once and keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ipe_workbench.documents import FileModel, read_document, validate
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.importing.cells import DateStyle

__all__ = ["MappingFile", "read_mapping"]


class MappingFile(FileModel):
    """What a mapping file says; all of it may be left out."""

    format: str | None = None
    dates: DateStyle | None = None
    columns: Mapping[str, str] = {}
    values: Mapping[str, str] = {}
    labels: Mapping[str, float] = {}


@dataclass(frozen=True)
class Chosen:
    """How to read a file: what the mapping file says, with the values of the command line over it."""

    format: str | None = None
    dates: DateStyle | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, float] = field(default_factory=dict)


def read_mapping(file: Path | None, settings: Sequence[str] = ()) -> Chosen:
    """A mapping file, and settings ``FIELD=VALUE`` beside it.

    Raises
    ------
    UnusableInputError
        When the file is none, or a setting has no equals sign.

    Examples
    --------
    >>> read_mapping(None, ["term=2026-fall"]).values
    {'term': '2026-fall'}
    """
    values: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.strip():
            raise UnusableInputError(f"`{setting}` sets nothing.", place="--set", mend="Write FIELD=VALUE.")
        values[name.strip()] = value.strip()
    if file is None:
        return Chosen(values=values)
    found, findings = validate(MappingFile, read_document(file))
    if found is None:
        raise UnusableInputError(
            findings[0].message, place=str(findings[0].place), mend=findings[0].mend or None, findings=findings
        )
    return Chosen(found.format, found.dates, dict(found.columns), {**found.values, **values}, dict(found.labels))
