"""Tables of a report as CSV files that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.documents import write_atomically

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_text", "neutral", "write_tables"]

#: A spreadsheet reads text that starts so as a formula (CWE-1236; OWASP ASVS 5, 1.2.10).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")


def neutral(cell: object) -> object:
    r"""The cell with a quote before text that a spreadsheet would run; numbers stay numbers.

    Examples
    --------
    >>> neutral('=HYPERLINK("x")'), neutral("-5"), neutral(-5), neutral("Teams")
    ('\'=HYPERLINK("x")', "'-5", -5, 'Teams')
    """
    if not isinstance(cell, str):
        return cell
    shown = cell.replace("\x00", "")
    # Some spreadsheets skip leading blanks before they look for a formula.
    return f"'{shown}" if shown.lstrip(" ").startswith(_FORMULA_STARTS) or cell.startswith("\x00") else shown


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV (RFC 4180, but with line feeds), every text neutralised; missing values are empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([neutral(column) for column in columns])
    for row in rows:
        writer.writerow(["" if _missing(cell) else neutral(cell) for cell in row])
    return stream.getvalue()


def write_tables(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> tuple[Path, ...]:
    """Write each frame as ``<name>.csv`` into the folder and return the files."""
    written = []
    for name, frame in tables.items():
        target = Path(folder) / f"{name}.csv"
        rows = frame.astype(object).itertuples(index=False, name=None)
        write_atomically(target, csv_text([str(column) for column in frame.columns], rows))
        written.append(target)
    return tuple(written)


def _missing(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell)
