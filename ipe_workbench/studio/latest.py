"""Long work beside the page: in a thread, the latest request only, with cancel.

What is asked for waits a moment, in case more comes; what runs is told to stop when something newer is asked for. The
answer arrives where the page is handled, so that it may change widgets and figures without care. Code that runs without
an event loop, outside Jupyter, asks and then takes the answer with `settle`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Cancelled", "Latest"]

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Cancelled(Exception):
    """The work was told to stop."""


class Latest(Generic[Request, Answer]):
    """Runs the latest of several requests.

    Parameters
    ----------
    work : callable
        Takes a request and `check`, a function to call now and then, which raises `Cancelled` when the work is no
        longer wanted. It runs in a thread and must touch no widget.
    done : callable
        Takes the answer, or the exception that the work ended with.
    wait : float
        Seconds to wait for a newer request before the work begins.

    Examples
    --------
    >>> answers = []
    >>> latest = Latest(lambda request, check: request + 1, answers.append, wait=0)
    >>> latest.ask(1); latest.ask(2); latest.settle()
    >>> answers[-1]
    3
    """

    def __init__(
        self,
        work: Callable[[Request, Callable[[], None]], Answer],
        done: Callable[[Answer | Exception], None],
        *,
        wait: float = 0.3,
    ) -> None:
        self._work, self._done, self._wait = work, done, wait
        self._stop = threading.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._thread: threading.Thread | None = None
        self._left: list[Request] = []
        self._answers: list[tuple[Answer | Exception, threading.Event]] = []

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._left) or (self._thread is not None and not self._stop.is_set())

    def ask(self, request: Request) -> None:
        """Work on this instead of what was asked for before."""
        self.cancel()
        self._left = [request]
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._timer = loop.call_later(self._wait, self._begin, loop)

    def cancel(self) -> None:
        """No answer is wanted any more."""
        self._stop.set()
        self._left.clear()
        self._end_timer()

    def settle(self) -> None:
        """Have the answer now, in this thread: for code that does not go through the event loop, such as a script."""
        self._end_timer()
        if self._thread is not None:
            self._thread.join()
        self._take()
        while self._left:
            stop = self._stop = threading.Event()
            self._answers.append((self._answer(self._left.pop(), stop), stop))
            self._take()

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _take(self) -> None:
        """Hand over the answers that are still wanted."""
        while self._answers:
            answer, stop = self._answers.pop(0)
            if not stop.is_set() and not isinstance(answer, Cancelled):
                stop.set()
                self._done(answer)

    def _answer(self, request: Request, stop: threading.Event) -> Answer | Exception:
        def check() -> None:
            if stop.is_set():
                raise Cancelled

        try:
            check()
            return self._work(request, check)
        except Exception as error:  # it is the page that says what went wrong
            return error

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        request = self._left.pop()
        stop = self._stop = threading.Event()
        before = self._thread

        def run() -> None:
            if before is not None:
                before.join()  # one at a time: it has been told to stop
            self._answers.append((self._answer(request, stop), stop))
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._take)

        self._thread = threading.Thread(target=run, daemon=True, name="ipe-studio")
        self._thread.start()
