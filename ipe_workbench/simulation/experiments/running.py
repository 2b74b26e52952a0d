"""Working through a work: parts of a fraction of a second, kept as files, until all is there or precise enough."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

from ipe_workbench.errors import EnvironmentFault, UnusableInputError
from ipe_workbench.simulation.engine import processors
from ipe_workbench.simulation.experiments.part_files import PartFiles, Span, chosen_spans
from ipe_workbench.simulation.experiments.work import Work
from ipe_workbench.simulation.experiments.workers import (
    DaskWorkers,
    LocalProcesses,
    LostWorkersError,
    ThisProcess,
    Workers,
)

__all__ = ["Means", "Progress", "run_work"]

#: Called with the units done and all of them.
Progress = Callable[[int, int], None]
Kept = dict[str, npt.NDArray[Any]]

#: Seconds that a part should take: long against handing it out (a few ms), short against waiting for the last one.
_WANTED, _SHORTEST = 0.25, 0.05
#: Seconds of work below which starting processes costs more than it saves: each loads the packages, 2 to 5 s.
_WORTH_PROCESSES = 20.0
_MOST_LOSSES = 3
#: So many parts are joined to one, which bounds the memory.
_JOIN_AT = 64


@dataclass(frozen=True)
class Means:
    """What to compute with, and where to keep it.

    Parameters
    ----------
    scheduler : str
        ``auto`` (this process; processes of this machine for long work), ``threads``, ``processes``, ``local`` (a Dask
        cluster on this machine) or the address of a Dask scheduler. The result is the same.
    workers : int, optional
        How many; by default one a processor. A cluster at an address has its own number.
    parts : Path, optional
        Folder for finished parts, from which killed work goes on; by default they are only in memory.
    progress : callable, optional
        Called with the units done and all of them.
    """

    scheduler: str = "auto"
    workers: int | None = None
    parts: Path | None = None
    progress: Progress | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        known = ("auto", "threads", "processes", "local")
        if self.scheduler not in known and "://" not in self.scheduler:
            raise UnusableInputError(
                f"`{self.scheduler}` is no scheduler.", mend=f"Give one of {', '.join(known)}, or tcp://host:port."
            )
        if self.workers is not None and not 1 <= self.workers <= 4096:
            raise UnusableInputError("The number of workers must lie between 1 and 4,096.")


def run_work(
    work: Work,
    units: int,
    means: Means,
    *,
    looks: Sequence[int] = (),
    enough: Callable[[list[Kept]], bool] | None = None,
) -> list[Kept]:
    """Compute the units 0 to `units`, or fewer, and give the arrays of the parts in order.

    Parameters
    ----------
    work : Work
        What to compute.
    units : int
        How many units at most.
    means : Means
        Workers, folder and progress.
    looks : sequence of int
        Numbers of units after which `enough` is asked with all parts up to there, so that stopping depends on the
        numbers alone and never on who was quick.
    enough : callable, optional
        Whether the parts up to a look suffice.

    Raises
    ------
    EnvironmentFault
        When the disk refuses or workers are lost again and again.
    """
    looks = sorted({look for look in looks if 0 < look < units}) if enough else []
    files = PartFiles(means.parts, work.key) if means.parts else None
    if files:
        files.check_root()
    state = _State(work, units, looks, files)
    state.take_up()
    report = means.progress or (lambda done, total: None)
    report(state.done, units)

    count = means.workers or processors()
    if means.scheduler == "auto":
        # Start here: quick work is over before a process has been started.
        _compute(
            state, ThisProcess(count), report, enough, give_up=lambda: count > 1 and state.left() > _WORTH_PROCESSES
        )
    with _workers(means.scheduler, count, needed=not state.over) as workers:
        if workers is not None:
            _compute(state, workers, report, enough)
    report(state.until, state.until)
    return state.ready


@contextmanager
def _workers(scheduler: str, count: int, *, needed: bool) -> Iterator[Workers | None]:
    if not needed:
        yield None
        return
    if scheduler == "threads":
        yield ThisProcess(count)
        return
    local = scheduler in ("auto", "processes")
    with LocalProcesses.running(count) if local else DaskWorkers.running(scheduler, count) as workers:
        yield workers


class _State:
    """What is done, what is open, and how long a unit takes."""

    def __init__(self, work: Work, units: int, looks: list[int], files: PartFiles | None) -> None:
        self.work = work
        self.until = units
        self.looks = deque(looks)
        self.files = files
        self.kept: dict[Span, Kept] = {}  # done, but after a gap
        self.ready: list[Kept] = []  # done without a gap from the first unit on, in order
        self.borders = [*looks, units]
        self.open: deque[Span] = deque()
        self.seconds_per_unit: float | None = None
        self.measured = 0  # parts
        self.prefix = 0
        self.over = False

    def take_up(self) -> None:
        """Find the finished parts and what is still open between them."""
        if self.files:
            inside = [span for span in self.files.spans() if span.stop <= self.until]
            for span in chosen_spans(inside, self.borders):
                arrays = self.files.read(span)
                if arrays is not None:
                    self.kept[span] = arrays
        at = 0
        for span in [*sorted(self.kept), Span(self.until, self.until)]:
            if at < span.first:
                self.open.append(Span(at, span.first))
            at = span.stop

    @property
    def done(self) -> int:
        """Units that are there."""
        return self.prefix + sum(span.stop - span.first for span in self.kept)

    def left(self) -> float:
        """Seconds of work left, for one worker; nought as long as only a first part was timed."""
        if self.measured < 2:
            return 0.0
        return (self.until - self.done) * (self.seconds_per_unit or 0.0)

    def next_span(self, workers: int) -> Span | None:
        """A piece of what is open: as long as a part should take, and across no look."""
        if not self.open:
            return None
        whole = self.open.popleft()
        size = 1
        if self.seconds_per_unit is not None:
            size = max(1, int(_WANTED / max(self.seconds_per_unit, 1e-9)))
            if workers > 1:  # the last parts small enough that nobody waits long for the slowest
                fair = max(1, (self.until - self.done) // (2 * workers))
                shortest = max(1, int(_SHORTEST / max(self.seconds_per_unit, 1e-9)))
                size = min(size, max(fair, shortest))
        stop = min([whole.first + size, whole.stop, *(one for one in self.borders if one > whole.first)])
        if stop < whole.stop:
            self.open.appendleft(Span(stop, whole.stop))
        return Span(whole.first, stop)

    def again(self, span: Span) -> None:
        """Hand out a span once more, before later ones."""
        self.open.append(span)
        self.open = deque(sorted(self.open))

    def keep(self, span: Span, arrays: Kept, seconds: float) -> None:
        """Keep a computed part."""
        if self.files:
            self.files.keep(span, arrays)
        self.kept[span] = arrays
        each = seconds / (span.stop - span.first)
        self.measured += 1
        # The first part of a worker includes loading or even compiling the model: what is far quicker counts at once.
        before = self.seconds_per_unit
        quicker = before is None or each < before / 3
        self.seconds_per_unit = each if quicker or before is None else 0.5 * (before + each)

    def look(self, enough: Callable[[list[Kept]], bool] | None) -> None:
        """Take up what follows without a gap, and see at each look whether it is enough."""
        starts = {span.first: span for span in self.kept}
        while self.prefix < self.until and self.prefix in starts:
            span = starts[self.prefix]
            self.ready.append(self.kept.pop(span))
            self.prefix = span.stop
            if len(self.ready) >= _JOIN_AT:
                self.ready = [self.work.join(self.ready)]
            if enough and self.looks and self.prefix == self.looks[0]:
                self.looks.popleft()
                if enough(self.ready):
                    self.until = self.prefix
        self.over = self.prefix >= self.until


def _compute(
    state: _State,
    workers: Workers,
    report: Progress,
    enough: Callable[[list[Kept]], bool] | None,
    give_up: Callable[[], bool] = lambda: False,
) -> None:
    """Hand out parts until all is there; `give_up` may end it earlier, between two parts."""
    losses = 0
    waiting: dict[Any, Span] = {}
    state.look(enough)
    while not state.over and not (give_up() and not waiting):
        try:
            while len(waiting) < (1 if workers.size == 1 else 2 * workers.size):
                span = state.next_span(workers.size)
                if span is None:
                    break
                try:
                    handle = workers.submit(state.work.part(span.first, span.stop - span.first))
                except LostWorkersError:
                    state.again(span)
                    raise
                waiting[handle] = span
            for handle in workers.finished(list(waiting)):
                computed = workers.result(handle)
                state.keep(waiting.pop(handle), computed.arrays, computed.seconds)
        except LostWorkersError:
            losses += 1
            for span in waiting.values():
                state.again(span)
            waiting.clear()
            if losses > _MOST_LOSSES:
                raise EnvironmentFault(
                    "The worker processes died several times; they may lack memory, or a script that starts them has "
                    'no `if __name__ == "__main__":`.',
                    mend="Use fewer workers (`--workers 1` needs none).",
                ) from None
        state.look(enough)
        report(state.done, state.until)
