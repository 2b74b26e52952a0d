"""Tables of a report as CSV files that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.documents import spreadsheet_safe, write_atomically

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_text", "write_tables"]


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV (RFC 4180, but with line feeds), every text neutralised; missing values are empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([spreadsheet_safe(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(cell) for cell in row])
    return stream.getvalue()


def write_tables(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> tuple[Path, ...]:
    """Write each frame as ``<name>.csv`` into the folder and return the files.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> (file,) = write_tables({"awards": pd.DataFrame({"badge": ["=huddles"], "learners": [12]})}, tempfile.mkdtemp())
    >>> print(file.read_text())
    badge,learners
    '=huddles,12
    <BLANKLINE>
    """
    written = []
    for name, frame in tables.items():
        target = Path(folder) / f"{name}.csv"
        rows = frame.astype(object).itertuples(index=False, name=None)
        write_atomically(target, csv_text([str(column) for column in frame.columns], rows))
        written.append(target)
    return tuple(written)


def _cell(value: object) -> object:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return spreadsheet_safe(value) if isinstance(value, str) else value
