"""The tidy frames as files for other programs: CSV, Excel or Parquet, learners by pseudonym."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.frames import FRAMES, frame_named
from ipe_workbench.records.importing.source import quoted
from ipe_workbench.records.privacy.audit import record, this_person
from ipe_workbench.records.store import Store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExportKind", "export_frames"]

ExportKind = Literal["csv", "xlsx", "parquet"]

#: The most rows of a sheet, its heading among them. Source: Microsoft, Excel specifications and limits.
_MOST_ROWS = 1_048_576


def export_frames(
    store: Store,
    folder: Path,
    names: Collection[str] | None = None,
    *,
    kind: ExportKind = "csv",
    who: str | None = None,
) -> tuple[Path, ...]:
    """Write frames as files ``NAME.csv`` (or ``.xlsx``, ``.parquet``) into a folder, in bounded memory.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; an import undoes it. Numbers stay
    numbers, negative ones too; dates are written as 2026-10-01. A file appears under its name when it is whole.

    Parameters
    ----------
    store : Store
        The records.
    folder : Path
        Where the files go; it is made where it is missing.
    names : collection of str, optional
        Only these frames.
    kind : {"csv", "xlsx", "parquet"}
        What is written.
    who : str, optional
        Who exports, for the audit log; the name on this machine by default.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    UnknownNameError
        When there is no frame of that name.
    UnusableInputError
        When a frame has more rows than a workbook holds.
    """
    for name in names or ():
        frame_named(name)
    counts = store.counts()
    with store.writing() as connection:
        rows = sum(counts[FRAMES[name].table] for name in names or FRAMES)
        what = f"{', '.join(names) if names else 'all frames'} as {kind} in {folder.resolve()}"
        record(connection, who=who or this_person(), action="export", what=what, rows=rows)
    if kind == "parquet":
        return store.to_parquet(folder, names)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names or FRAMES:
        target = folder / f"{name}.{kind}"
        part = target.with_name(f".{target.name}.part")
        try:
            (_write_csv if kind == "csv" else _write_workbook)(store, name, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        written.append(target)
    return tuple(written)


def _write_csv(store: Store, name: str, file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(one.name for one in FRAMES[name].columns)
        for piece in store.batches(name):
            writer.writerows(_rows(piece, name))


def _write_workbook(store: Store, name: str, file: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.append([one.name for one in FRAMES[name].columns])
    count = 1
    for piece in store.batches(name):
        count += len(piece)
        if count > _MOST_ROWS:
            raise UnusableInputError(
                f"The frame `{name}` has more rows than a sheet of Excel holds.",
                place=str(store.place),
                mend="Export it as csv or parquet.",
            )
        for row in _rows(piece, name):
            sheet.append(row)
    book.save(file)


def _rows(piece: pd.DataFrame, name: str) -> Any:
    """The rows as a spreadsheet may hold them; what is missing is empty."""
    columns = [
        [
            None if missing else write(value)
            for value, missing in zip(piece[one.name], piece[one.name].isna(), strict=True)
        ]
        for one in FRAMES[name].columns
        for write in [_writer(one.type)]
    ]
    return zip(*columns, strict=True)


def _writer(type: str) -> Callable[[Any], Any]:
    if type in ("text", "learner", "staff"):
        return lambda value: quoted(str(value))
    if type == "date":
        return lambda value: f"{value:%Y-%m-%d}"
    if type == "time":
        return lambda value: f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if type == "truth":
        return lambda value: "true" if value else "false"
    return int if type == "integer" else float
