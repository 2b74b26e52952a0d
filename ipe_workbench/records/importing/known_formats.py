"""The formats that imports know, the most particular first: a file is of the first that it fits."""

from __future__ import annotations

from ipe_workbench.records.importing.canvas import CANVAS
from ipe_workbench.records.importing.plain_tables import PLAIN_TABLES
from ipe_workbench.records.importing.reading import Format

__all__ = ["FORMATS"]

FORMATS: dict[str, Format] = {one.id: one for one in (CANVAS, *PLAIN_TABLES)}
