"""The press on a Dask cluster: each worker keeps a warm press of its own and prints a few reports at a time.

The workers must see the same files under the same paths, as on a shared disk. Each holds one report in memory, so
memory stays bounded however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from types import TracebackType
from typing import Any

from ipe_workbench.reporting.press import Job, Outcome, Press
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
    """

    def __init__(self, scheduler: str, slots: int, hints: Mapping[str, Any] | None = None) -> None:
        self._scheduler, self._slots, self._hints = scheduler, slots, dict(hints or {})
        self._stack = ExitStack()

    def __enter__(self) -> DaskPress:
        self._workers = self._stack.enter_context(DaskWorkers.running(self._scheduler, self._slots))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def print(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Print all jobs; gives each outcome as soon as its task is done.

        Raises
        ------
        EnvironmentFault
            When the cluster is lost, or a worker cannot load the package.
        """
        hints = tuple(sorted(self._hints.items()))
        lines = [one.to_json() for one in jobs]
        waiting = [lines[at : at + _AT_ONCE] for at in range(0, len(lines), _AT_ONCE)]
        running: list[Any] = []
        while waiting or running:
            while waiting and len(running) < 2 * self._workers.size:
                running.append(self._workers.call(print_part, waiting.pop(0), hints))
            for handle in self._workers.finished(running):
                running.remove(handle)
                yield from map(Outcome.from_json, self._workers.answer(handle))


def print_part(jobs: list[str], hints: tuple[tuple[str, Any], ...]) -> list[str]:
    """Print some reports in the warm press of this worker."""
    return [one.to_json() for one in _press(hints).print([Job.from_json(line) for line in jobs])]


@cache
def _press(hints: tuple[tuple[str, Any], ...]) -> Press:
    # It ends with the worker: its process closes the pipe that the press listens to.
    return Press(1, dict(hints))
