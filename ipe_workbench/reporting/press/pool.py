"""The press as seen by who uses it: jobs in, outcomes out, in the order in which they are done."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.reporting.press.job import Job, Outcome
from ipe_workbench.reporting.press.server import READY, can_fork

__all__ = ["Press"]

#: Each report computes on one processor; there are others for the other reports.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
_LIVES = 3


class Press:
    """Warm processes that print reports; to be used with ``with``.

    Parameters
    ----------
    slots : int
        How many reports are printed at the same time.
    hints : mapping
        What reports share, to be read once: see `warming.read_shared`.
    """

    def __init__(self, slots: int, hints: Mapping[str, Any] | None = None) -> None:
        self._slots = max(1, slots)
        self._hints = json.dumps(dict(hints or {}))
        self._heard: queue.Queue[tuple[_Server, str | None]] = queue.Queue()
        self._servers: list[_Server] = []

    def __enter__(self) -> Press:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
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
        waiting = deque(jobs)
        left = len(waiting)
        tried: set[str] = set()
        if not self._servers and waiting:
            each = 1 if not can_fork() else self._slots
            self._servers = [self._started(each) for _ in range(min(self._slots // each, len(waiting)))]
        lives = _LIVES
        while left:
            for server in self._servers:
                while waiting and server.has_room:
                    server.give(waiting.popleft())
            server, line = self._heard.get()
            if line == READY:
                server.ready = True
            elif line is not None:
                outcome = Outcome.from_json(line)
                job = server.jobs.pop(outcome.id)
                if outcome.died and job.id not in tried:
                    tried.add(job.id)
                    waiting.append(job)
                    continue
                left -= 1
                yield outcome
            else:
                lives -= 1
                if not server.ready or lives < 0:
                    raise EnvironmentFault(
                        "The processes that print reports do not start.",
                        mend=f"They said: {server.last_words()}" if server.last_words() else "Try again with --jobs 1.",
                    )
                # Killed from outside: its reports begin anew in another.
                waiting.extendleft(server.jobs.values())
                self._servers[self._servers.index(server)] = self._started(server.slots)

    def _started(self, slots: int) -> _Server:
        return _Server(slots, self._hints, self._heard)


class _Server:
    """One process of the press."""

    def __init__(self, slots: int, hints: str, heard: queue.Queue[tuple[_Server, str | None]]) -> None:
        self.slots, self.ready = slots, False
        self.jobs: dict[str, Job] = {}
        self._words: deque[str] = deque(maxlen=20)
        self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-m", "ipe_workbench.reporting.press.server", str(slots), hints],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": _search_path(), "PYTHONUTF8": "1"},
        )
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._stdin, self._stdout, self._stderr = (cast("IO[bytes]", one) for one in streams)
        threading.Thread(target=self._listen, args=(heard,), daemon=True).start()
        threading.Thread(target=self._listen_to_errors, daemon=True).start()

    @property
    def has_room(self) -> bool:
        """Whether it can take a job, or have the next one at hand."""
        return len(self.jobs) < self.slots + 1

    def give(self, job: Job) -> None:
        """Hand it a job."""
        self.jobs[job.id] = job
        with contextlib.suppress(OSError):  # when it is dead, the listener tells
            self._stdin.write(job.to_json().encode("utf-8") + b"\n")
            self._stdin.flush()

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
