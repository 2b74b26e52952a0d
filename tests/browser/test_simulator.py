"""The simulator in a real JupyterLab: a slider, another scenario, what it would take, a saved scenario."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Lab

pytestmark = [
    pytest.mark.browser,
    # Playwright's own event loop is closed while its last tasks are pending.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_two_designs_are_moved_sought_and_saved_by_keyboard(lab: Lab, offline_page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    page = offline_page
    lab.run(page, "08_try_designs.ipynb")
    studio = page.locator(".ipe-studio")
    slider = studio.get_by_role("slider", name="Further terms that assessments stay open")
    # The notebook's own cells move it to 1 at the end.
    expect(slider).to_have_value("1")
    figure = studio.locator("figure[role=img]").first
    expect(figure).to_have_attribute("aria-label", re.compile(r"^\+\d"))
    told = figure.get_attribute("aria-label")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(figure).not_to_have_attribute("aria-label", told or "")

    studio.get_by_label("Which slider may move").select_option("Chance to try in a week")
    studio.get_by_label("What shall reach the target").select_option("Share who earn Certificate in Communication")
    target = studio.get_by_label("Target (a share in %)")
    target.fill("30")
    target.press("Tab")
    studio.get_by_role("button", name="Find the value").focus()
    page.keyboard.press("Enter")
    expect(studio.get_by_text("On fresh cohorts that gives")).to_be_visible()
    studio.get_by_role("button", name="Move the slider there").click()
    chance = studio.get_by_role("slider", name="Chance to try in a week")
    expect(chance).not_to_have_value("0.7")

    studio.get_by_label("Title of a new scenario").fill("Open longer <b>")
    studio.get_by_label("Title of a new scenario").press("Tab")
    studio.get_by_role("button", name="Save second design as scenario").click()
    expect(studio.get_by_role("heading", name="Open longer <b>")).to_be_visible()
    assert (lab.folder / "my-programmes" / "cu-ipe" / "scenarios" / "open-longer-b.yaml").is_file()

    for tab in ("Week by week", "In the way", "Assessors"):
        studio.get_by_role("tab", name=tab).click()
        expect(studio.locator("figure[role=img]:visible")).to_have_count(2)
    found = Axe().run(page, context=".ipe-studio").response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:160]) for one in found]
