"""YAML documents that remember where each value stands and keep people's comments when they are written.

A :class:`Document` is the text of one file and its content with the line of every value. Readers validate that content
with a pydantic model and turn every violation into a finding with file and line; writers edit the text, so that
comments, order and quoting of what did not change survive.
"""

from ipe_workbench.documents.document import MAX_BYTES, Document, field_path, parse_document, read_document
from ipe_workbench.documents.ids import id_from
from ipe_workbench.documents.model import FileModel, IndexedModel, Step
from ipe_workbench.documents.violations import misplaced, validate
from ipe_workbench.documents.writing import plain_cell, safe_cell, spreadsheet_safe, write_atomically

__all__ = [
    "MAX_BYTES",
    "Document",
    "FileModel",
    "IndexedModel",
    "Step",
    "field_path",
    "id_from",
    "misplaced",
    "parse_document",
    "plain_cell",
    "read_document",
    "safe_cell",
    "spreadsheet_safe",
    "validate",
    "write_atomically",
]
