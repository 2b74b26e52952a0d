"""Computed parts as files. The set of files is the only record of what is done: there is no list that could be wrong.

A file is named after its units (``000000040-000000080.parquet``), written beside its place and renamed, and carries
the key of the work and a hash of its arrays. A file that is cut short, changed or of other work is computed again.
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import EnvironmentFault, UnusableInputError

__all__ = ["PartFiles", "Span", "chosen_spans"]

_NAME = re.compile(r"(\d{9})-(\d{9})\.parquet")
_MARK = "ipe-parts"
Array = npt.NDArray[Any]


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """Units from `first` to `stop` (excluded)."""

    first: int
    stop: int


@dataclass(frozen=True)
class PartFiles:
    """The folder in which the parts of one work are kept.

    Parameters
    ----------
    root : Path
        Folder for the parts of any number of works; made when the first part is kept.
    key : str
        The key of the work.
    """

    root: Path
    key: str

    @property
    def folder(self) -> Path:
        """Where the parts of this work are."""
        return self.root / self.key[:24]

    def check_root(self) -> None:
        """Whether parts may be kept there; raises `UnusableInputError` before anybody waits."""
        if self.root.exists() and not self.root.is_dir():
            raise UnusableInputError("This is a file.", place=str(self.root), mend="Name a folder for the parts.")
        if self.root.is_dir() and any(self.root.iterdir()) and not (self.root / _MARK).exists():
            raise UnusableInputError(
                "The folder holds something other than parts of a simulation; nothing was written.",
                place=str(self.root),
                mend="Name a new folder.",
            )

    def spans(self) -> list[Span]:
        """Units of the files that are there, by their names alone."""
        if not self.folder.is_dir():
            return []
        names = (_NAME.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(Span(int(name[1]), int(name[2])) for name in names if name and int(name[1]) < int(name[2]))

    def keep(self, span: Span, arrays: Mapping[str, Array]) -> None:
        """Write a part.

        Raises
        ------
        EnvironmentFault
            When the disk is full or refuses.
        """
        try:
            if not self.folder.is_dir():
                self.folder.mkdir(parents=True, exist_ok=True)
                write_atomically(self.root / _MARK, "Parts of simulations; `ipe simulate` goes on from them.\n")
            write_atomically(self._path(span), _encoded(self.key, span, arrays), durable=False)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            why = "the disk is full" if full else error.strerror or str(error)
            raise EnvironmentFault(
                f"A computed part cannot be kept: {why}.",
                place=str(self.folder),
                mend="Make room and run the same command again: finished parts are not computed again.",
            ) from error

    def read(self, span: Span) -> dict[str, Array] | None:
        """The arrays of a part, or None where the file is missing, damaged, or not this work's."""
        try:
            return _decoded(self._path(span).read_bytes(), self.key, span)
        except (OSError, pa.ArrowException, KeyError, ValueError, TypeError):
            return None

    def forget(self) -> None:
        """Remove the parts of this work, and the folder when nothing else is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.root.is_dir() and [path.name for path in self.root.iterdir()] == [_MARK]:
            shutil.rmtree(self.root, ignore_errors=True)

    def _path(self, span: Span) -> Path:
        return self.folder / f"{span.first:09d}-{span.stop:09d}.parquet"


def chosen_spans(spans: Collection[Span], borders: Collection[int] = ()) -> list[Span]:
    """Spans that do not overlap and cross no border, from the first unit on; the longest where there is a choice.

    Examples
    --------
    >>> chosen_spans([Span(0, 4), Span(0, 8), Span(4, 6), Span(10, 12)], borders=[11])
    [Span(first=0, stop=8)]
    """
    chosen: list[Span] = []
    end = 0
    for span in sorted(spans, key=lambda one: (one.first, -one.stop)):
        if span.first >= end and not any(span.first < border < span.stop for border in borders):
            chosen.append(span)
            end = span.stop
    return chosen


def _encoded(key: str, span: Span, arrays: Mapping[str, Array]) -> bytes:
    names = sorted(arrays)
    plain = [np.asarray(arrays[name], order="C") for name in names]
    table = pa.table(
        {
            "name": pa.array(names, pa.string()),
            "type": pa.array([one.dtype.newbyteorder("<").str for one in plain], pa.string()),
            "shape": pa.array([list(one.shape) for one in plain], pa.list_(pa.int64())),
            "data": pa.array([one.astype(one.dtype.newbyteorder("<")).tobytes() for one in plain], pa.large_binary()),
        },
        metadata={"key": key, "span": f"{span.first}-{span.stop}", "simulated": "true", "sha256": _hash(names, plain)},
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", version="2.6")
    return buffer.getvalue()


def _decoded(content: bytes, key: str, span: Span) -> dict[str, Array]:
    table = pq.read_table(io.BytesIO(content))
    about = {name.decode(): value.decode() for name, value in table.schema.metadata.items()}
    rows = table.to_pylist()
    arrays = {row["name"]: np.frombuffer(row["data"], row["type"]).reshape(row["shape"]) for row in rows}
    names = sorted(arrays)
    if about["key"] != key or about["span"] != f"{span.first}-{span.stop}":
        raise ValueError("a part of other work")
    if about["sha256"] != _hash(names, [arrays[name] for name in names]):
        raise ValueError("the arrays are not those that were written")
    return arrays


def _hash(names: list[str], arrays: list[Array]) -> str:
    sha = hashlib.sha256()
    for name, array in zip(names, arrays, strict=True):
        little = array.dtype.newbyteorder("<")
        sha.update(f"{name} {little.str} {array.shape}".encode())
        sha.update(array.astype(little).tobytes())
    return sha.hexdigest()
