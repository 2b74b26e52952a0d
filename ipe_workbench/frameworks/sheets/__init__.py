"""Frameworks in sheets, CSV and Excel: read with forgiving headers, written in the layouts of OpenSALT."""

from ipe_workbench.frameworks.sheets.reading import read_sheet, read_sheet_bytes

__all__ = ["read_sheet", "read_sheet_bytes"]
