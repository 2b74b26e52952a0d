"""The press on a Dask cluster: each worker keeps a warm press of its own and prints a few reports at a time.

The workers must see the same files under the same paths, as on a shared disk. Each holds one report in memory, and
jobs are written out when a worker is free for them, so memory stays bounded however many there are.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from ipe_workbench.reporting.edition.distributed_worker import Part, end_presses, print_part, turn_at
from ipe_workbench.reporting.press import Job, Outcome
from ipe_workbench.reporting.provenance import installed_versions
from ipe_workbench.simulation.experiments.workers import DaskWorkers

__all__ = ["DaskPress"]

#: Reports of one task: enough that the cluster's own work is small beside them, few enough that a lost worker loses
#: little.
_AT_ONCE = 8


class DaskPress:
    """Prints reports on the workers of a cluster; to be used with ``with``.

    Parameters
    ----------
    scheduler : str
        Address of the scheduler, or ``local`` for a cluster on this machine.
    slots : int
        Workers of a local cluster.
    hints : mapping
        As for `Press`.
    force : bool
        Whether a report that a lost worker had completed is printed again.
    """

    def __init__(
        self, scheduler: str, slots: int, hints: Mapping[str, Any] | None = None, *, force: bool = False
    ) -> None:
        self._scheduler, self._slots, self._force = scheduler, slots, force
        self._hints = tuple(sorted((hints or {}).items()))
        self._turn = secrets.token_hex(16)
        self._stack = ExitStack()

    def __enter__(self) -> DaskPress:
        self._workers = self._stack.enter_context(DaskWorkers.running(self._scheduler, self._slots))
        self._stack.callback(self._workers.everywhere, end_presses, self._turn)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def print(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Print all jobs; gives each outcome as soon as its task is done.

        Raises
        ------
        EnvironmentFault
            When the cluster is lost, or a worker cannot load the package, has other versions or sees other files.
        """
        jobs = tuple(jobs)
        if not jobs:
            return
        self._stack.enter_context(turn_at(jobs[0], self._turn))
        waiting = self._parts(jobs)
        running: list[Any] = []
        while True:
            while len(running) < 2 * self._workers.size and (part := next(waiting, None)) is not None:
                running.append(self._workers.call(print_part, part))
            if not running:
                return
            for handle in self._workers.finished(running):
                running.remove(handle)
                yield from map(Outcome.from_json, self._workers.answer(handle))

    def _parts(self, jobs: Sequence[Job]) -> Iterator[Part]:
        """Large reports each in a part of its own, the many small ones a few at a time."""
        few = max(1, min(_AT_ONCE, len(jobs) // (4 * self._workers.size)))
        part: list[str] = []
        for number, job in enumerate(jobs, start=1):
            part.append(job.to_json())
            if len(part) >= few or not job.private or number == len(jobs):
                folder, versions = str(Path.cwd()), installed_versions()
                yield Part(tuple(part), self._hints, folder, self._turn, versions, self._force)
                part = []
