"""Simulation results on disk: a folder of Parquet files and ``summary.json``, the same bytes for the same result."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import EnvironmentFault, UnreadableFileError, UnusableInputError
from ipe_workbench.simulation.results import COLUMNS, SimulationResult

__all__ = ["check_target", "read_result", "write_result"]

_SUMMARY = "summary.json"
_SHORT = ("badges", "stacks", "bottlenecks", "assessor_hours")


def write_result(result: SimulationResult, folder: str | Path) -> Path:
    """Write a result.

    A new folder appears whole or not at all. In the folder of an earlier run the files of the run are replaced, the
    summary last; other files in it stay.

    Raises
    ------
    UnusableInputError
        When the folder holds something else, or is a file.
    EnvironmentFault
        When the disk refuses.
    """
    target = Path(folder)
    check_target(target)
    files = {f"{name}.parquet": _parquet(frame, result.digest) for name, frame in result.frames.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    summary = json.dumps({**result.summary(), "files": hashes}, indent=2, ensure_ascii=False, allow_nan=False)
    files[_SUMMARY] = (summary + "\n").encode()
    try:
        if target.exists():
            for name, content in files.items():
                write_atomically(target / name, content)
        else:
            _create(target, files)
    except OSError as error:
        raise EnvironmentFault(f"The result cannot be written: {error.strerror}.", place=str(target)) from error
    return target


def check_target(folder: str | Path) -> None:
    """Whether a result may be written there; raises `UnusableInputError` before anybody waits for a simulation."""
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise UnusableInputError("This is a file.", place=str(target), mend="Name a folder for the result.")
    if target.is_dir() and any(target.iterdir()) and not _is_run(target):
        raise UnusableInputError(
            "The folder holds something other than a simulation result; nothing was written.",
            place=str(target),
            mend="Name a new folder.",
        )


def read_result(folder: str | Path) -> SimulationResult:
    """Read a result that `write_result` wrote.

    Raises
    ------
    UnreadableFileError
        When files are missing, were changed, or are of another format.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> folder = tempfile.mkdtemp()
    >>> _ = result.write(folder)
    >>> read_result(folder).digest == result.digest
    True
    """
    target = Path(folder)
    summary = _summary(target)
    frames = {}
    for name, columns in COLUMNS.items():
        path = target / f"{name}.parquet"
        try:
            content = path.read_bytes()
        except OSError:
            raise UnreadableFileError(
                "The file of the result is missing.", place=str(path), mend="Simulate again."
            ) from None
        if hashlib.sha256(content).hexdigest() != summary.get("files", {}).get(path.name):
            raise UnreadableFileError(
                "The file is not the one that the summary describes.", place=str(path), mend="Simulate again."
            )
        frames[name] = pq.read_table(io.BytesIO(content)).to_pandas()[list(columns)]
    about = {key: value for key, value in summary.items() if key not in (*_SHORT, "files")}
    return SimulationResult(about, frames)


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / _SUMMARY
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableFileError(
            "There is no simulation result here.",
            place=str(path),
            mend="Name the folder that `ipe simulate --out` wrote.",
        ) from None
    except (OSError, ValueError):
        raise UnreadableFileError("The summary cannot be read.", place=str(path), mend="Simulate again.") from None
    if not isinstance(summary, dict) or summary.get("kind") != "ipe-simulation":
        raise UnreadableFileError("This is not the summary of a simulation.", place=str(path))
    if summary.get("format") != 2:
        raise UnreadableFileError(
            f"The result has format {summary.get('format')}; this version reads format 2.",
            place=str(path),
            mend="Simulate again.",
        )
    return summary


def _is_run(folder: Path) -> bool:
    try:
        _summary(folder)
    except UnreadableFileError:
        return False
    return True


def _parquet(frame: pd.DataFrame, digest: str) -> bytes:
    """Parquet without pandas' own metadata, which would name versions and not numbers."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(
        {"simulated": "true", "digest": digest}
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", version="2.6")
    return buffer.getvalue()


def _create(target: Path, files: dict[str, bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        for name, content in files.items():
            (new / name).write_bytes(content)
        new.chmod(0o755)
        new.rename(target)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
