"""Twenty people on the learner's dashboard at once: none may fail, and each sees a page within five seconds.

Starts the real server on invented records of the example programme, waits until its kernels are warm, and lets all
people open their links in the same moment. They are twenty contexts of one Chromium: twenty sessions, caches and page
processes, with the browser's own process shared, which stands for twenty browsers that were open already. Browsers and
server share this machine, so the times are those of a server that does the work of twenty laptops besides.

    python benchmarks/dashboards.py [--people 20] [--role learner] [--without-browsers]

Without browsers, twenty programs read the page as browsers would: what the server alone takes.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import http.client
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from board import score

from ipe_workbench.resources import data_folder
from ipe_workbench.studio.dashboards.identity import LinkKeys, Visitor, make_key_file

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

PROGRAMME = data_folder() / "programmes" / "cu-ipe"
DAY = "2027-10-30"
BAR = 5.0
#: Megabytes that a kernel holds at least when pandas, the planner and the figures are loaded.
LOADED = 100
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
LAST = {"learner": "#growth", "faculty": "#ratings"}


def main() -> int:
    """Run the race and print what it showed; 1 when somebody failed or waited too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--role", choices=sorted(LAST), default="learner")
    parser.add_argument("--without-browsers", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        command = [sys.executable, "-m", "ipe_workbench", "records", "practice", str(PROGRAMME)]
        subprocess.run([*command, "--db", str(folder / "r.sqlite"), "--until", DAY, "--seed", "7"], check=True)  # noqa: S603 - our own command
        make_key_file(folder / "links.key")
        with served(folder, asked.role, asked.people) as (address, process):
            warm = until_warm(process, asked.people)
            print(f"{asked.people} kernels were warm after {warm:.0f} s.")
            idle = memory(process)
            addresses = links(folder, asked.role, asked.people, address)
            if asked.without_browsers:
                with ThreadPoolExecutor(asked.people) as pool:
                    shown = list(pool.map(partial(read_page, role=asked.role), addresses))
            else:
                shown = asyncio.run(visited(addresses, LAST[asked.role]))
            return report(asked.role, shown, idle, memory(process), browsers=not asked.without_browsers)


@contextmanager
def served(folder: Path, role: str, people: int) -> Iterator[tuple[str, psutil.Process]]:
    """The server, with a warm kernel for each visitor."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    options = {
        "--programme": PROGRAMME, "--db": folder / "r.sqlite", "--key": folder / "links.key", "--port": port,
        "--ready": people, "--most": 2 * people, "--on": DAY,
    }  # fmt: skip
    command = [sys.executable, "-m", "ipe_workbench", "dashboard", role]
    command += [str(part) for pair in options.items() for part in pair]
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    process = subprocess.Popen(command, env={**os.environ, **own, "OMP_NUM_THREADS": "1"}, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        yield f"http://127.0.0.1:{port}/", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def kernels(server: psutil.Process) -> list[psutil.Process]:
    """The kernels of the server; one that has just ended, or waits to be buried, is none."""
    found = []
    for one in server.children():
        with suppress(psutil.Error):
            if any("ipykernel" in part for part in one.cmdline()):
                found.append(one)
    return found


def until_warm(server: psutil.Process, people: int, patience: float = 900) -> float:
    """Wait until all kernels hold what a page needs and have nothing more to do; how long that took, in seconds."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience:
        before = worked(server)
        time.sleep(3)
        after = worked(server)
        busy = [pid for pid in after if after[pid] - before.get(pid, 0.0) > 0.05]
        # A kernel that still waits for its turn to start is idle, too, but holds little.
        if len(after) >= people and not busy and min(memory(server), default=0.0) > LOADED:
            return time.monotonic() - begun
    raise SystemExit("The kernels did not get warm.")


def memory(server: psutil.Process) -> list[float]:
    """Megabytes that each kernel has for itself."""
    found: list[float] = []
    for one in kernels(server):
        with suppress(psutil.Error):
            found.append(one.memory_full_info().uss / 1e6)
    return found


def worked(server: psutil.Process) -> dict[int, float]:
    """Seconds that each kernel has worked so far."""
    found: dict[int, float] = {}
    for one in kernels(server):
        with suppress(psutil.Error):
            found[one.pid] = sum(one.cpu_times()[:2])
    return found


def links(folder: Path, role: str, people: int, address: str) -> list[str]:
    """A link for each person: learners of the largest professions, or facilitators."""
    keys, now = LinkKeys.read(folder / "links.key"), datetime.datetime.now(datetime.UTC)
    names = [f"practice-medicine-{at:04}" for at in range(1, people + 1)]
    if role == "faculty":
        names = [f"practice-faculty-{at:02}" for at in range(1, people + 1)]
    tokens = [keys.seal(Visitor(role, one), audience="cu-ipe", now=now, days=1) for one in names]  # type: ignore[arg-type]
    return [f"{address}enter#{one}" for one in tokens]


def read_page(address: str, role: str) -> dict[str, Any]:
    """One program that reads a page: seconds until its first bytes, its top, and its end are there."""
    place, token = address.split("enter#")
    host, port = place.removeprefix("http://").rstrip("/").split(":")
    begun, found, read = time.time(), {}, b""
    try:
        connection = http.client.HTTPConnection(host, int(port), timeout=120)
        connection.request("GET", "/", headers={"Cookie": f"ipe-dashboard-{role}={token}"})
        answer = connection.getresponse()
        while part := answer.read1(65_536):
            read += part
            found.setdefault("paint", time.time() - begun)
            if b"class=ipe-tiles" in read:
                found.setdefault("top", time.time() - begun)
        return {**found, "whole": time.time() - begun, "failed": "top" not in found or b"ipe-notice" in read[-2_000:]}
    except OSError as error:
        return {"failed": True, "why": str(error)}


async def visited(addresses: list[str], last: str) -> list[dict[str, Any]]:
    """What each visitor met, all at once: seconds from the click until something of the page is seen, and all of it."""
    from playwright.async_api import async_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=OPTIONS)
        # Everybody has a browser open before the moment comes.
        pages = [await opened(browser) for _ in addresses]
        await asyncio.sleep(2)
        found = await asyncio.gather(*(one_visit(*one, last) for one in zip(pages, addresses, strict=True)))
        await browser.close()
    return list(found)


async def opened(browser: Browser) -> Page:
    """An empty page of a person of its own."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720})
    page = await context.new_page()
    await page.set_content("<p>An open browser.</p>")
    return page


async def one_visit(page: Page, address: str, last: str) -> dict[str, Any]:
    """One person: opens a link, reads, and chooses something else in the first list."""
    begun = time.time()
    try:
        await page.goto(address, wait_until="commit", timeout=120_000)
        await page.wait_for_selector(".ipe-tiles", timeout=120_000)
        top = time.time() - begun
        paint = await page.evaluate(
            "performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        await page.wait_for_selector(last, timeout=120_000)
        whole = time.time() - begun
        alert = await page.locator(".ipe-alert, .ipe-notice:not([hidden])").count()
        old = await page.locator(".ipe-section").first.inner_text()
        moment = time.time()
        await page.locator("select").first.select_option(index=1)
        differs = "(old) => document.querySelector('.ipe-section').innerText !== old"
        await page.wait_for_function(differs, arg=old, timeout=120_000)
        shown = {"paint": paint / 1000 - begun, "top": top, "whole": whole, "answer": time.time() - moment}
        return {**shown, "failed": alert > 0}
    except Exception as error:  # a visitor who sees nothing is what is counted here
        return {"failed": True, "why": f"{type(error).__name__}: {str(error)[:200]}"}


SEEN = {
    "paint": "first paint",
    "top": "name and numbers shown",
    "whole": "whole page shown",
    "answer": "answer to the first choice",
}
SENT = {"paint": "first bytes sent", "top": "name and numbers sent", "whole": "whole page sent"}


def report(role: str, shown: list[dict[str, Any]], idle: list[float], used: list[float], *, browsers: bool) -> int:
    """Print the numbers; 1 when somebody failed, or a browser showed nothing for too long."""
    people = len(shown)
    failed = [one for one in shown if one["failed"]]
    for one in failed:
        print("failed:", one.get("why", "the page shows an error"))
    score(f"of {people} people at once, without a page", len(failed), "", most=0)
    worst, rows = 0.0, []
    print(f"\n{'seconds':28}{'median':>9}{'p95':>9}{'longest':>9}")
    for name, words in (SEEN if browsers else SENT).items():
        times = sorted(one[name] for one in shown if not one["failed"])
        if times:
            high = times[min(len(times) - 1, int(0.95 * len(times)))]
            worst = high if name == "paint" else worst
            rows.append((words, high, BAR if browsers and name == "paint" else None))
            print(f"{words:28}{statistics.median(times):9.2f}{high:9.2f}{times[-1]:9.2f}")
    print(f"\n{'MB of a session':28}{'median':>9}{'':9}{'largest':>9}")
    for words, sizes in (("waiting for a visitor", idle), ("with a visitor", used)):
        print(f"{words:28}{statistics.median(sizes):9.0f}{'':9}{max(sizes):9.0f}")
    print()
    for words, high, bar in rows:
        score(f"{people} people at once on the {role}'s page, {words}, p95", high, "s", most=bar)
    score("memory of a session (a kernel with its visitor), at most", max(used), "MB")
    return 0 if not failed and (worst < BAR or not browsers) else 1


if __name__ == "__main__":
    sys.exit(main())
