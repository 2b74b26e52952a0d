"""Long work beside the page: the latest request only, with cancel, its answer on the thread of the page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from ipe_workbench.studio.latest import Latest


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not there():  # noqa: ASYNC110 - what is waited for happens in a thread of its own
            await asyncio.sleep(0.005)


def test_of_many_requests_in_a_row_only_the_last_is_worked_on() -> None:
    worked: list[int] = []
    answers: list[object] = []

    def work(request: int, _: Callable[[], None]) -> int:
        worked.append(request)
        return request

    async def story() -> None:
        latest = Latest(work, answers.append, wait=0.02)
        for one in range(5):
            latest.ask(one)
        assert latest.busy
        await until(lambda: bool(answers))
        assert not latest.busy

    asyncio.run(story())
    assert (worked, answers) == ([4], [4])


def test_work_that_runs_is_stopped_by_a_newer_request_and_never_answers() -> None:
    answers: list[object] = []
    begun, stopped = threading.Event(), threading.Event()

    def work(request: str, check: Callable[[], None]) -> str:
        if request == "endless":
            begun.set()
            try:
                while True:
                    check()
            finally:
                stopped.set()
        return request

    async def story() -> None:
        latest = Latest(work, answers.append, wait=0)
        latest.ask("endless")
        await until(begun.is_set)
        latest.ask("quick")
        await until(lambda: bool(answers))

    asyncio.run(story())
    assert stopped.is_set()
    assert answers == ["quick"]


def test_the_answer_arrives_on_the_thread_of_the_page_and_an_error_is_an_answer() -> None:
    places: list[int] = []
    answers: list[object] = []

    def work(request: int, _: Callable[[], None]) -> float:
        assert threading.get_ident() != threading.main_thread().ident
        return 1 / request

    def done(answer: object) -> None:
        places.append(threading.get_ident())
        answers.append(answer)

    async def story() -> None:
        latest = Latest(work, done, wait=0)
        latest.ask(0)
        await until(lambda: len(answers) == 1)
        latest.ask(2)
        await until(lambda: len(answers) == 2)

    asyncio.run(story())
    assert set(places) == {threading.get_ident()}
    assert isinstance(answers[0], ZeroDivisionError)
    assert answers[1] == 0.5


def test_cancel_leaves_nothing_to_come() -> None:
    answers: list[object] = []
    latest: Latest[int, int] = Latest(lambda request, _: request, answers.append)
    latest.ask(1)
    latest.cancel()
    latest.settle()
    assert (answers, latest.busy) == ([], False)


def test_settle_takes_the_answer_whether_the_work_has_begun_or_not() -> None:
    answers: list[object] = []

    async def story() -> None:
        waiting = Latest(lambda request, _: request, answers.append, wait=60)
        waiting.ask("not begun")
        waiting.settle()
        running = Latest(lambda request, _: request, answers.append, wait=0)
        running.ask("begun")
        await asyncio.sleep(0.05)
        running.settle()
        running.settle()

    asyncio.run(story())
    assert answers == ["not begun", "begun"]
