"""Turns: of many who come at once only so many are served at a time, in the order in which they came."""

from __future__ import annotations

import asyncio

__all__ = ["Turns"]


class Turns:
    """So many turns at a time.

    A machine that makes the pages of all who come at the same moment shows each of them as late as the last; in turn,
    the first have theirs at once and the last no later.

    Parameters
    ----------
    at_once : int
        How many have a turn at a time.

    Examples
    --------
    >>> turns = Turns(2)
    >>> async def serve() -> None:
    ...     has_turn = await turns.take(patience=15)
    ...     if has_turn:
    ...         turns.give_back()
    >>> turns.waiting
    0
    """

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        #: How many wait for a turn.
        self.waiting = 0

    async def take(self, *, patience: float) -> bool:
        """Wait for a turn, up to `patience` seconds; whether there was one, which is then to be given back."""
        # Not `wait_for`: what it cancels may have got its turn in the same moment, and nobody would give it back.
        asking = asyncio.ensure_future(self._free.acquire())
        self.waiting += 1
        try:
            done, _ = await asyncio.wait({asking}, timeout=patience)
        finally:
            self.waiting -= 1
        if not done:
            asking.add_done_callback(lambda _: self._free.release())
        return bool(done)

    def give_back(self) -> None:
        """Let the next one have the turn."""
        self._free.release()
