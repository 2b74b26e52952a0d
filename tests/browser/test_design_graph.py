"""The designer's graph in a real browser, with its Python half behind it: mouse, keyboard and hostile names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ipe_workbench.studio import DesignerModel
from ipe_workbench.studio.components import AlertArea
from ipe_workbench.studio.design_graph import DesignGraph
from tests.browser.widget_page import mounted
from tests.programmes import credential, programme, stack

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from ipe_workbench.credentials import Rule

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOSTILE = '<img src=x onerror="window.hurt = 1">'


@pytest.fixture
def graph(offline_page: Page) -> DesignGraph:
    later = [{"id": "late-1", "title": "Session", "kind": "workshop", "hours": 3, "term": "spring"}]
    made = programme(
        [
            credential("roles", title=HOSTILE),
            credential("huddles"),
            credential("late", activities=later, requires={"badge": "huddles"}),
        ],
        [stack("whole", {"all": ["late"]}, title="The whole <script>window.hurt = 2</script>")],
        title=HOSTILE,
    )
    model = DesignerModel(made)
    shown = DesignGraph(model, AlertArea())
    model.observe(lambda _: shown.refresh(), "revision")
    mounted(offline_page, shown)
    return shown


def box(page: Page, reference: str) -> Locator:
    return page.locator(f"[data-box='{reference}']")


def rule_of(graph: DesignGraph, reference: str) -> Rule | None:
    return graph.design.programme.credentials[reference].requires


def focus(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.dataset.box ?? document.activeElement.dataset.line"))


def middle(page: Page, reference: str) -> tuple[float, float]:
    place = box(page, reference).locator("> rect").bounding_box()
    assert place is not None
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def test_a_line_is_drawn_with_the_mouse_and_removed_again(graph: DesignGraph, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    page.mouse.move(*middle(page, "roles"))
    page.mouse.down()
    page.mouse.move(*middle(page, "late"), steps=6)
    page.mouse.up()
    line = page.locator("[data-line='roles late']")
    expect(line).to_have_count(1)
    assert graph.edges[-1]["source"] == "late"
    expect(box(page, "late")).to_have_attribute("aria-pressed", "true")
    # A press beside every box moves the picture; one on a line chooses it.
    line.dispatch_event("pointerdown", {"button": 0})
    line.dispatch_event("pointerup", {"button": 0, "bubbles": True})
    assert focus(page) == "roles late"
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(line).to_have_count(0)
    assert str(rule_of(graph, "late")) == str(graph.design.saved.credentials["late"].requires)


def test_a_drag_that_ends_beside_every_box_draws_nothing_and_one_on_the_paper_moves_it(
    graph: DesignGraph, offline_page: Page
) -> None:
    from playwright.sync_api import expect

    page = offline_page
    x, y = middle(page, "roles")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 150, steps=4)
    page.mouse.up()
    expect(page.get_by_role("status")).to_have_text("No line was drawn.")
    assert not graph.design.dirty
    page.mouse.move(x + 20, y + 150)
    page.mouse.down()
    page.mouse.move(x + 80, y + 190, steps=4)
    page.mouse.up()
    assert middle(page, "roles") == pytest.approx((x + 60, y + 40), abs=1)


def test_everything_is_done_by_keyboard_alone(graph: DesignGraph, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    page.get_by_role("button", name="Show all").focus()
    page.keyboard.press("Tab")
    assert focus(page) == "roles"
    page.keyboard.press("ArrowRight")
    assert focus(page) == "late"
    page.keyboard.press("ArrowRight")
    assert focus(page) == "whole"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert focus(page) == "huddles"
    page.keyboard.press("Enter")
    expect(box(page, "huddles")).to_have_attribute("aria-pressed", "true")
    # C, then the badge that shall ask for it; Escape gives up.
    page.keyboard.press("ArrowUp")
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text(f"From {HOSTILE}: choose")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    line = page.locator("[data-line='roles huddles']")
    expect(line).to_have_count(1)
    assert focus(page) == "huddles"
    # E goes to the lines of the box; Delete removes one; Ctrl+Z takes it back.
    page.keyboard.press("e")
    while focus(page) != "roles huddles":
        page.keyboard.press("e")
    page.keyboard.press("Delete")
    expect(line).to_have_count(0)
    assert focus(page) == "huddles"
    assert rule_of(graph, "huddles") is None
    page.keyboard.press("Control+z")
    expect(line).to_have_count(1)
    page.keyboard.press("Delete")
    expect(box(page, "huddles")).to_have_count(0)
    assert focus(page) != "undefined"
    page.keyboard.press("Control+z")
    expect(box(page, "huddles")).to_have_count(1)


def test_the_box_in_focus_is_in_sight_however_large_the_picture(graph: DesignGraph, offline_page: Page) -> None:
    page = offline_page
    box(page, "roles").focus()
    for _ in range(4):
        page.keyboard.press("+")
    page.keyboard.press("End")
    assert focus(page) == "whole"
    frame = page.locator(".ipe-graph-frame").bounding_box()
    assert frame is not None
    x, y = middle(page, "whole")
    assert frame["x"] < x < frame["x"] + frame["width"]
    assert frame["y"] < y < frame["y"] + frame["height"]


def test_names_are_text_and_nothing_grave_is_found_by_axe(graph: DesignGraph, offline_page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    page = offline_page
    expect(box(page, "roles").locator("title")).to_have_text(HOSTILE)
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("rowheader", name=HOSTILE)).to_be_visible()
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    assert page.evaluate("() => window.hurt") is None
    found = Axe().run(page, context=".ipe-graph").response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:160]) for one in found]
