"""The press as seen by who uses it: jobs in, outcomes out, in the order in which they are done."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.reporting.press.job import Job, Outcome
from ipe_workbench.reporting.press.server import FORK, HERE, READY, can_fork

__all__ = ["Press"]

#: Each report computes on one processor; there are others for the other reports.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
#: How often processes that print several reports at a time may be killed before the run is given up.
_LIVES = 3
_DIED = "The process that printed it died; it may have lacked memory."
_LATE = "It took longer than its limit."


class Press:
    """Warm processes that print reports; to be used with ``with``.

    Parameters
    ----------
    slots : int
        How many reports are printed at the same time.
    hints : mapping
        What reports share, to be read once: see `warming.read_shared`.
    folder : str
        The folder from which the paths of jobs are seen; the current one by default.
    forks : bool
        Whether one process forks for each report, or `slots` processes print one report after the other; by default
        what this system can do.
    """

    def __init__(
        self,
        slots: int,
        hints: Mapping[str, Any] | None = None,
        *,
        folder: str | None = None,
        forks: bool | None = None,
    ) -> None:
        self._slots = max(1, slots)
        self._forks = can_fork() if forks is None else forks
        self._hints, self._folder = json.dumps(dict(hints or {})), folder
        self._heard: queue.Queue[tuple[_Server, str | None]] = queue.Queue()
        self._servers: list[_Server] = []

    def __enter__(self) -> Press:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """End the processes, also while they print."""
        for one in self._servers:
            one.end()
        self._servers.clear()

    def print(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Print all jobs; gives each outcome as soon as it is there, failed ones as well.

        A process that dies takes no other report with it; a report whose process died is tried once more.

        Raises
        ------
        EnvironmentFault
            When the processes do not even start.
        """
        run = _Run(deque(jobs))
        left = len(run.waiting)
        if not self._servers and run.waiting:
            count, each = (1, self._slots) if self._forks else (min(self._slots, left), 1)
            self._servers = [self._started(each) for _ in range(count)]
        while left:
            for server in self._servers:
                while run.waiting and server.has_room:
                    server.give(run.waiting.popleft())
            server, line = self._next_heard()
            answers = self._after_death(server, run) if line is None else server.answers(line, run)
            for outcome in answers:
                left -= 1
                yield outcome

    def _next_heard(self) -> tuple[_Server, str | None]:
        """What a process says next; those that take too long are ended, and then say nothing more."""
        while True:
            ends = [one.until for one in self._servers]
            try:
                return self._heard.get(timeout=min(max(0.0, min(ends) - time.monotonic()), threading.TIMEOUT_MAX))
            except queue.Empty:
                for one in self._servers:
                    if one.until <= time.monotonic():
                        one.kill_late()

    def _after_death(self, server: _Server, run: _Run) -> list[Outcome]:
        """Begin what it was printing anew in another process; gives those reports that are given up."""
        if not self._forks:
            given_up = server.suspect(run)
        else:
            run.lives -= 1
            given_up = []
        if not server.ready or run.lives < 0:
            # Once it prints, its last words may be those of a report, and name somebody.
            words = "" if server.ready else server.last_words()
            what = "are killed again and again" if server.ready else "do not start"
            raise EnvironmentFault(
                f"The processes that print reports {what}.",
                mend=f"They said: {words}" if words else "Try again with --jobs 1.",
            )
        server.end()
        run.waiting.extendleft(reversed(server.jobs.values()))
        self._servers[self._servers.index(server)] = self._started(server.slots)
        return given_up

    def _started(self, slots: int) -> _Server:
        return _Server(slots, self._hints, self._heard, folder=self._folder, forks=self._forks)


@dataclass
class _Run:
    """The jobs that wait, and those whose process has died once."""

    waiting: deque[Job]
    tried: set[str] = field(default_factory=set)
    lives: int = _LIVES

    def again(self, job: Job) -> bool:
        """Whether a job whose process died is tried once more."""
        if job.id in self.tried:
            return False
        self.tried.add(job.id)
        self.waiting.append(job)
        return True


class _Server:
    """One process of the press."""

    def __init__(
        self,
        slots: int,
        hints: str,
        heard: queue.Queue[tuple[_Server, str | None]],
        *,
        folder: str | None,
        forks: bool,
    ) -> None:
        self.slots, self.ready = slots, False
        self.jobs: dict[str, Job] = {}
        self._forks, self._begun, self._late = forks, 0.0, False
        self._words: deque[str] = deque(maxlen=20)
        self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-m", "ipe_workbench.reporting.press.server", str(slots), hints, FORK if forks else HERE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": _search_path(), "PYTHONUTF8": "1"},
            cwd=folder,
        )
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._stdin, self._stdout, self._stderr = (cast("IO[bytes]", one) for one in streams)
        threading.Thread(target=self._listen, args=(heard,), daemon=True).start()
        threading.Thread(target=self._listen_to_errors, daemon=True).start()

    @property
    def has_room(self) -> bool:
        """Whether it can take a job, or have the next one at hand."""
        return len(self.jobs) < self.slots + 1

    @property
    def until(self) -> float:
        """When what it prints has to be done. A process that forks sees to that itself."""
        first = next(iter(self.jobs.values()), None)
        waits = self._forks or first is None or not self.ready or self._late
        return float("inf") if waits or first is None else self._begun + first.limit

    def give(self, job: Job) -> None:
        """Hand it a job."""
        if not self.jobs:
            self._begun = time.monotonic()
        self.jobs[job.id] = job
        with contextlib.suppress(OSError):  # when it is dead, the listener tells
            self._stdin.write(job.to_json().encode("utf-8") + b"\n")
            self._stdin.flush()

    def answers(self, line: str, run: _Run) -> list[Outcome]:
        """What a line that it wrote says of its jobs."""
        self._begun = time.monotonic()
        if line == READY:
            self.ready = True
            return []
        outcome = Outcome.from_json(line)
        job = self.jobs.pop(outcome.id)
        return [] if outcome.died and run.again(job) else [outcome]

    def suspect(self, run: _Run) -> list[Outcome]:
        """After its death: what it was printing is tried once more, or given up."""
        first = next(iter(self.jobs), None)
        if first is None:
            return []
        job = self.jobs.pop(first)
        if self._late:
            return [Outcome(job.id, problem=_LATE)]
        return [] if run.again(job) else [Outcome(job.id, problem=_DIED, died=True)]

    def kill_late(self) -> None:
        """End it, since its report takes too long."""
        self._late = True
        self._process.kill()

    def end(self) -> None:
        """Let it go: it ends when nobody can give it a job any more."""
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def last_words(self) -> str:
        """The last line that it wrote to standard error."""
        return self._words[-1] if self._words else ""

    def _listen(self, heard: queue.Queue[tuple[_Server, str | None]]) -> None:
        with self._stdout as lines:
            for line in lines:
                heard.put((self, line.decode("utf-8").strip()))
        heard.put((self, None))

    def _listen_to_errors(self) -> None:
        with self._stderr as lines:
            for line in lines:
                self._words.append(line.decode("utf-8", "replace").strip())


def _search_path() -> str:
    """Where this process finds its modules: a press of a checkout prints with that checkout."""
    return os.pathsep.join(str(Path(one).resolve()) for one in sys.path if one)
