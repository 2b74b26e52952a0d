"""Frames a second of the designer's graph at 300 badges, measured in the browser while one pans, connects and zooms.

    python benchmarks/designer_graph.py [--badges 300]

The bar: more than 30 frames a second at 300 badges, as the median and in the slowest tenth of the frames' times. The
programme is the example over and over; the movement comes from the browser's own pointer events, one a frame. The peer
in the same run: an empty page that does nothing in a frame, which is what the machine can do at best.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from board import score
from playwright.sync_api import Page, sync_playwright

from ipe_workbench.credentials import Programme, example_programme, parse_rule
from ipe_workbench.studio.components import AlertArea
from ipe_workbench.studio.design_graph import DesignGraph
from ipe_workbench.studio.designer_model import DesignerModel
from tests.browser.widget_page import mounted

_SECONDS = 3
#: A movement by one pointer event a frame; gives the milliseconds between frames.
_MOVE = """([kind, seconds]) => new Promise((done) => {
  const frame = document.querySelector('.ipe-graph-frame');
  const place = frame?.getBoundingClientRect();
  const box = document.querySelector('[data-box]');
  const from = kind === 'connect' ? box : frame;
  const pointer = (name, x, y) => new PointerEvent(name, { bubbles: true, button: 0, clientX: x, clientY: y });
  const start = kind === 'connect' ? box.getBoundingClientRect() : place;
  if (kind !== 'nothing' && kind !== 'zoom') from.dispatchEvent(pointer('pointerdown', start.x + 5, start.y + 5));
  const times = [];
  const begin = performance.now();
  let last = begin, at = 0;
  requestAnimationFrame(function tick(now) {
    if (at) times.push(now - last);
    last = now;
    at += 1;
    const x = (place?.x ?? 0) + 300 + 250 * Math.cos(at / 15);
    const y = (place?.y ?? 0) + 150 + 120 * Math.sin(at / 15);
    if (kind === 'zoom') frame.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, ctrlKey: true,
      deltaY: Math.sin(at / 10) > 0 ? -20 : 20, clientX: x, clientY: y }));
    else if (kind !== 'nothing') window.dispatchEvent(pointer('pointermove', x, y));
    if (performance.now() - begin < seconds * 1000) requestAnimationFrame(tick);
    else {
      if (kind !== 'nothing') window.dispatchEvent(pointer('pointercancel', x, y));
      done(times);
    }
  });
})"""


def large(badges: int) -> Programme:
    """The example's credentials over and over, each asking for what its model asks for in its own copy."""
    example = example_programme()
    models = list(example.credentials.values())
    names = [f"{models[at % len(models)].id}-{at // len(models)}" for at in range(badges)]
    made = {}
    for at, name in enumerate(names):
        model = models[at % len(models)]
        rule = parse_rule({"any": names[max(0, at - 20) : at - 16]}) if at >= 20 else None
        activities = tuple(one.model_copy(update={"id": f"{one.id}-{at}"}) for one in model.activities)
        made[name] = model.model_copy(update={"id": name, "activities": activities, "requires": rule})
    return replace(example, credentials=made, stacks={}, documents={}, folder=None)


@contextmanager
def browser_page() -> Iterator[Page]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield running.new_page(viewport={"width": 1280, "height": 720})
        running.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--badges", type=int, default=300)
    badges = parser.parse_args().badges
    graph = DesignGraph(DesignerModel(large(badges)), AlertArea())
    print(
        f"{len(graph.nodes)} badges, {len(graph.edges)} lines; {_SECONDS} s of each movement, without a graphics card"
    )
    with browser_page() as page:
        show("an empty page", page.evaluate(_MOVE, ["nothing", _SECONDS]), badges)
    with browser_page() as page:
        mounted(page, graph)
        page.wait_for_selector("[data-box]")
        page.wait_for_timeout(500)
        for kind, words in (("pan", "panning"), ("connect", "drawing a line"), ("zoom", "zooming")):
            show(words, page.evaluate(_MOVE, [kind, _SECONDS]), badges)
        page.get_by_role("button", name="Show all").click()
        page.wait_for_timeout(3000)
        show("panning, all in sight", page.evaluate(_MOVE, ["pan", _SECONDS]), badges)


def show(words: str, times: list[float], badges: int) -> None:
    mean, median = 1000 * len(times) / sum(times), 1000 / statistics.median(times)
    slow = 1000 / sorted(times)[int(len(times) * 0.9)]
    print(f"{words:<24} {mean:5.0f} frames a second; median {median:4.0f}, slowest tenth below {slow:4.0f}")
    score(f"the designer's graph at {badges} badges, {words}", median, "frames a second", least=30)


if __name__ == "__main__":
    main()
