"""The press: a process with everything imported, that forks a child for each report.

It reads jobs from its standard input, one a line, and writes what came of them to its standard output. Each report runs
in a child of its own, with memory of its own, which ends with it; so no report sees another, and memory stays bounded.
Where a system cannot fork, the reports run here one after the other.

Run by `pool.Press`; not for people.
"""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

__all__ = ["can_fork", "main"]

#: What the server says when it is ready for jobs.
READY = "ready"
#: How it prints: a forked child for each report, or all of them here, one after the other.
FORK, HERE = "fork", "here"


def can_fork() -> bool:
    """Whether a process with everything imported can be forked safely: on macOS, system libraries forbid it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def main(arguments: Sequence[str]) -> None:
    """Serve until standard input ends.

    Parameters
    ----------
    arguments : sequence of str
        The number of slots, what to warm up with as JSON, and ``fork`` or ``here``.
    """
    slots, hints, way = arguments
    jobs, replies = _job_stream(), _reply_stream()
    warm_up(hints)
    _say(replies, READY)
    if way == FORK:
        # Memory that is never looked at by the collector stays shared with the children.
        gc.collect()
        gc.freeze()
        _Fork(int(slots), jobs.fileno(), replies).serve()
    else:
        for line in jobs:
            _say(replies, _print_line(line.decode("utf-8")))


def warm_up(hints: str) -> None:
    """Import what reports need, compile the page's templates, and read what they share."""
    import json

    import nbformat

    from ipe_workbench.figures.accessible import AccessibleFigure
    from ipe_workbench.reporting.page import page_from_notebook
    from ipe_workbench.reporting.press import printing  # noqa: F401
    from ipe_workbench.reporting.press.engine import HERE, use_this_process
    from ipe_workbench.reporting.press.warming import read_shared

    use_this_process()
    cell = nbformat.v4.new_code_cell("1")  # type: ignore[no-untyped-call]
    note = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    page_from_notebook(note, title="")
    _run_once(note, HERE)
    from matplotlib.figure import Figure

    drawing = Figure()
    drawing.add_subplot().set_title("a")
    AccessibleFigure(drawing, alt="a", title="a").to_html()
    read_shared(json.loads(hints))


def _run_once(notebook: object, engine: str) -> None:
    import tempfile

    import papermill

    with tempfile.TemporaryDirectory() as folder:
        papermill.execute_notebook(
            notebook,
            f"{folder}/a.ipynb",
            engine_name=engine,
            kernel_name="python3",
            language="python",
            progress_bar=False,
        )


def _print_line(line: str) -> str:
    from ipe_workbench.reporting.press.engine import HERE
    from ipe_workbench.reporting.press.job import Job
    from ipe_workbench.reporting.press.printing import print_job

    return print_job(Job.from_json(line), engine=HERE).to_json()


@dataclass
class _Child:
    pid: int
    job: str
    pipe: int
    until: float
    said: bytes = b""


class _Fork:
    """Reads jobs, keeps at most `slots` children printing, and tells what came of each."""

    def __init__(self, slots: int, jobs: int, replies: IO[bytes]) -> None:
        self._slots, self._jobs, self._replies = slots, jobs, replies
        self._children: dict[int, _Child] = {}
        self._waiting: list[str] = []
        self._buffer = b""
        self._selector = selectors.DefaultSelector()
        self._open = True

    def serve(self) -> None:
        self._selector.register(self._jobs, selectors.EVENT_READ)
        try:
            while self._open:
                for key, _ in self._selector.select(timeout=self._patience()):
                    self._read_jobs() if key.fd == self._jobs else self._listen(key.fd)
                self._end_the_slow()
                while self._waiting and len(self._children) < self._slots:
                    self._begin(self._waiting.pop(0))
        finally:
            # Who asked is gone: nobody waits for what is being printed.
            for child in self._children.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGKILL)

    def _patience(self) -> float | None:
        ends = [one.until for one in self._children.values()]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _read_jobs(self) -> None:
        read = os.read(self._jobs, 1 << 20)
        self._open = bool(read)
        *lines, self._buffer = (self._buffer + read).split(b"\n")
        self._waiting += [one.decode("utf-8") for one in lines if one.strip()]

    def _begin(self, line: str) -> None:
        from ipe_workbench.reporting.press.job import Job

        job = Job.from_json(line)
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            _in_child(line, theirs)
        os.close(theirs)
        self._children[ours] = _Child(pid, job.id, ours, time.monotonic() + job.limit)
        self._selector.register(ours, selectors.EVENT_READ)

    def _listen(self, pipe: int) -> None:
        child = self._children[pipe]
        read = os.read(pipe, 1 << 20)
        child.said += read
        if not read:
            self._finish(child, "The process that printed it died; it may have lacked memory.", died=True)

    def _end_the_slow(self) -> None:
        for child in [one for one in self._children.values() if one.until <= time.monotonic()]:
            os.kill(child.pid, signal.SIGKILL)
            child.said = b""
            self._finish(child, "It took longer than its limit.")

    def _finish(self, child: _Child, otherwise: str, *, died: bool = False) -> None:
        from ipe_workbench.reporting.press.job import Outcome

        self._selector.unregister(child.pipe)
        os.close(child.pipe)
        del self._children[child.pipe]
        os.waitpid(child.pid, 0)
        whole = child.said.endswith(b"\n")
        said = (
            child.said.decode("utf-8").strip() if whole else Outcome(child.job, problem=otherwise, died=died).to_json()
        )
        _say(self._replies, said)


def _in_child(line: str, pipe: int) -> None:
    """Print the report and end; never returns."""
    code = 1
    try:
        said = _print_line(line)
        with os.fdopen(pipe, "wb") as stream:
            stream.write(said.encode("utf-8") + b"\n")
        code = 0
    finally:
        # No clean-up of the parent's: its files and handlers are not ours.
        os._exit(code)


def _say(replies: IO[bytes], text: str) -> None:
    replies.write(text.encode("utf-8") + b"\n")
    replies.flush()


def _job_stream() -> IO[bytes]:
    """The real standard input; what a template's own programs read from theirs is nothing, and not the jobs."""
    stream = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return stream


def _reply_stream() -> IO[bytes]:
    """The real standard output; whatever a template's own programs print goes nowhere."""
    stream = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return stream


if __name__ == "__main__":
    main(sys.argv[1:])
