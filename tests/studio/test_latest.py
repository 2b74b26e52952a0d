"""Long work beside the page: the latest request only, with cancel, its answer on the thread of the page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ipe_workbench.studio.latest import Latest


def in_a_loop_of_its_own(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """In a thread: Playwright keeps a loop running in the main one once a browser test has run."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(story())).result()


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

    in_a_loop_of_its_own(story)
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

    in_a_loop_of_its_own(story)
    assert stopped.is_set()
    assert answers == ["quick"]


def test_the_answer_arrives_on_the_thread_of_the_page_and_an_error_is_an_answer() -> None:
    places: list[int] = []
    worked: list[int] = []
    pages: list[int] = []
    answers: list[object] = []

    def work(request: int, _: Callable[[], None]) -> float:
        worked.append(threading.get_ident())
        return 1 / request

    def done(answer: object) -> None:
        places.append(threading.get_ident())
        answers.append(answer)

    async def story() -> None:
        pages.append(threading.get_ident())
        latest = Latest(work, done, wait=0)
        latest.ask(0)
        await until(lambda: len(answers) == 1)
        latest.ask(2)
        await until(lambda: len(answers) == 2)

    in_a_loop_of_its_own(story)
    assert set(places) == set(pages)
    assert not set(worked) & set(pages)
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

    in_a_loop_of_its_own(story)
    assert answers == ["not begun", "begun"]
