"""Turns come in order, and none is lost."""

from __future__ import annotations

import asyncio

from ipe_workbench.studio.dashboards.turns import Turns


def test_turns_come_in_the_order_of_those_who_wait() -> None:
    served: list[int] = []
    together: list[int] = []

    async def visit(turns: Turns, number: int) -> None:
        assert await turns.take(patience=60)
        together.append(number)
        assert len(together) <= 2
        await asyncio.sleep(0)
        served.append(number)
        together.remove(number)
        turns.give_back()

    async def all_at_once() -> None:
        turns = Turns(2)
        await asyncio.gather(*(visit(turns, number) for number in range(20)))
        assert turns.waiting == 0

    asyncio.run(all_at_once())
    assert served == list(range(20))


def test_who_does_not_wait_any_longer_leaves_the_turn_to_the_next() -> None:
    async def story() -> None:
        turns = Turns(1)
        assert await turns.take(patience=60)
        assert not await turns.take(patience=0)
        turns.give_back()
        # The one who left was first in the line; the turn is not lost with it.
        assert await turns.take(patience=60)
        turns.give_back()
        assert await turns.take(patience=60)

    asyncio.run(story())
