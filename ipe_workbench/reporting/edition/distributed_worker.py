"""What a Dask worker does with some reports: print them in a warm press that it keeps between tasks."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.reporting.edition.receipts import completed, is_current
from ipe_workbench.reporting.press import Job, Outcome, Press
from ipe_workbench.reporting.provenance import installed_versions

__all__ = ["Part", "end_presses", "print_part", "turn_at"]

#: Says whose turn it is to write into the folder of a term.
_TURN = Path(".work", "turn")
#: Presses that wait for the next task, with the turn that they belong to. Several threads of a worker take from them.
_IDLE: list[tuple[str, Press]] = []
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Part:
    """What one task prints.

    Parameters
    ----------
    jobs : tuple of str
        As JSON.
    hints : tuple of (str, Any)
        As for `Press`.
    folder : str
        The folder from which paths are seen.
    turn : str
        Of the run that asks, see `turn_at`.
    versions : mapping
        Of the packages on the machine that asks.
    force : bool
        Whether a report that a lost worker had completed is printed again.
    """

    jobs: tuple[str, ...]
    hints: tuple[tuple[str, Any], ...]
    folder: str
    turn: str
    versions: Mapping[str, str]
    force: bool = False


@contextlib.contextmanager
def turn_at(job: Job, turn: str) -> Iterator[None]:
    """Let only tasks with this word write into the folder of a term: what a stopped run left on the cluster ends."""
    file = _term_folder(job) / _TURN
    write_atomically(file, turn)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def print_part(part: Part) -> list[str]:
    """Print some reports, but for those that a lost worker had completed; gives the outcomes as JSON.

    Raises
    ------
    EnvironmentFault
        When this worker has other versions, does not see the files, or another run has taken its turn.
    """
    for name, here in installed_versions().items():
        if (there := part.versions.get(name, "none")) != here:
            raise EnvironmentFault(
                f"A worker has {name} {here}, where {there} is asked for.",
                mend="Install the same versions on every worker; reports would differ otherwise.",
            )
    outcomes: list[Outcome] = []
    with _lent(part) as press:
        for job in map(Job.from_json, part.jobs):
            _check_turn(job, part)
            seen = replace(job, receipt=str(Path(part.folder, job.receipt)))
            known = not part.force and is_current(seen, _term_folder(seen))
            outcomes += [completed(seen)] if known else press.print([job])
    return [one.to_json() for one in outcomes]


def end_presses(turn: str) -> None:
    """End the presses of a run on this worker."""
    with _LOCK:
        ended = [press for of, press in _IDLE if of == turn]
        _IDLE[:] = [(of, press) for of, press in _IDLE if of != turn]
    for press in ended:
        press.end()


@contextlib.contextmanager
def _lent(part: Part) -> Iterator[Press]:
    """A press for one task alone, warm when there was a task of the run before."""
    with _LOCK:
        at = next((at for at, (turn, _) in enumerate(_IDLE) if turn == part.turn), None)
        press = None if at is None else _IDLE.pop(at)[1]
    if press is None:
        if not Path(part.folder).is_dir():
            raise _other_files(part.folder)
        # It ends with the worker: its process closes the pipe that the press listens to.
        press = Press(1, dict(part.hints), folder=part.folder)
    try:
        yield press
    except BaseException:
        press.end()  # Nobody knows what it is doing.
        raise
    with _LOCK:
        _IDLE.append((part.turn, press))


def _check_turn(job: Job, part: Part) -> None:
    folder = Path(part.folder, _term_folder(job))
    try:
        turn = (folder / _TURN).read_text(encoding="utf-8")
    except OSError:
        raise _other_files(str(folder)) from None
    if turn != part.turn:
        raise EnvironmentFault("Another run writes the reports of this term.", place=str(folder))


def _term_folder(job: Job) -> Path:
    return Path(job.receipt).parents[1]


def _other_files(place: str) -> EnvironmentFault:
    return EnvironmentFault(
        "A worker does not see this folder.",
        place=place,
        mend="Put programme, records and reports on a disk that all workers share under the same path.",
    )
