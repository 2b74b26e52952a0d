"""From a key on a slider to the redrawn figure, in a real browser: the cohort explorer in Voilà, 700 learners.

    python benchmarks/slider.py [--moves 40]

The clock runs in the page: from the key's event to the first frame after the figure has changed. Each move waits until
everything is at rest. The bar for the programme as it runs today: median below 150 ms, 95 of 100 below 400 ms; the
scenario with every part of the model is printed beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from board import score
from playwright.sync_api import Page, sync_playwright

_NAME = "Attempts at each assessment"
_WATCH = """() => {
  const figure = document.querySelector('.ipe-studio figure[role=img]').closest('.widget-html-content');
  const range = [...document.querySelectorAll('.ipe-slider')].find(one => one.textContent.includes('%s'));
  window.taken = []; let pressed = 0;
  range.addEventListener('keydown', event => { pressed = event.timeStamp; }, true);
  new MutationObserver(() => {
    if (!pressed) return;
    const from = pressed; pressed = 0;
    requestAnimationFrame(() => setTimeout(() => window.taken.push(performance.now() - from), 0));
  }).observe(figure, {childList: true, subtree: true});
}"""


def notebook(scenario: str) -> str:
    """A notebook with nothing but the explorer."""
    source = (
        "import ipe_workbench as ipe\nfrom ipe_workbench.simulation import find_scenario\n"
        "from ipe_workbench.studio import cohort_explorer\nprogramme = ipe.example_programme()\n"
        f"cohort_explorer(programme, find_scenario(programme.folder, {scenario!r}))"
    )
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@contextmanager
def voila(folder: Path) -> Iterator[str]:
    """Voilà on a folder, apart from the user's own Jupyter; gives its address."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(folder / ".jupyter") for name in ("CONFIG", "DATA", "RUNTIME")}
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "voila", str(folder), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"],
        env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1", "IPYTHONDIR": str(folder / ".ipython"), **own},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def moves(page: Page, address: str, scenario: str, count: int) -> list[float]:
    """Milliseconds of each move; the slider goes up and down."""
    page.goto(f"{address}/voila/render/{scenario}.ipynb", wait_until="domcontentloaded")
    slider = page.get_by_role("slider", name=_NAME)
    slider.wait_for(timeout=120_000)
    page.locator(".ipe-studio figure[role=img]").first.wait_for(timeout=60_000)
    _at_rest(page)
    page.evaluate(_WATCH % _NAME)
    slider.focus()
    for number in range(count):
        page.keyboard.press("ArrowRight" if number // 5 % 2 == 0 else "ArrowLeft")
        page.wait_for_function("(wanted) => window.taken.length >= wanted", arg=number + 1, polling=20)
        _at_rest(page)
    taken: list[float] = page.evaluate("() => window.taken")
    return taken


def _at_rest(page: Page) -> None:
    """Until the figure holds all cohorts."""
    told = "() => document.querySelector('.ipe-studio figcaption').textContent.includes(': 20 cohorts')"
    page.wait_for_function(told, polling=50)
    page.wait_for_timeout(150)


def main(count: int) -> None:
    """Print the times of both scenarios."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        print("There is no Chromium on this machine; install it with: scripts/setup.sh browser")
        return
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        for scenario in ("today", "everything"):
            (folder / f"{scenario}.ipynb").write_text(notebook(scenario), encoding="utf-8")
        options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=program, args=options)
        with voila(folder) as address:
            for scenario in ("today", "everything"):
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                taken = moves(page, address, scenario, count)
                high = statistics.quantiles(taken, n=20)[-1]
                print(
                    f"{scenario:11} {len(taken)} moves, 700 learners: median {statistics.median(taken):4.0f} ms, "
                    f"p95 {high:4.0f} ms, slowest {max(taken):4.0f} ms"
                )
                bars = (150, 400) if scenario == "today" else (None, None)
                score(f"slider to figure, scenario {scenario}, median", statistics.median(taken), "ms", most=bars[0])
                score(f"slider to figure, scenario {scenario}, p95", high, "ms", most=bars[1])
                page.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=40, help="how often a slider is moved in each scenario")
    main(parser.parse_args().moves)
