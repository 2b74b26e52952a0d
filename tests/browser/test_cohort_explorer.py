"""The sliders of the cohort explorer in a real JupyterLab and in Voilà: by keyboard, with the figure that follows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Lab, Voila

pytestmark = [
    pytest.mark.browser,
    # Playwright's own event loop is closed while its last tasks are pending.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_NOTEBOOK = "04_simulate_cohorts.ipynb"
_FEWER, _THE_SAME = re.compile(r"^-\d"), re.compile(r"^\+0\.00 badges a learner")
_ALL_COHORTS = "20 cohorts of 700 learners"


# As on a machine so busy that no module arrives in time: anywidget gives each of its widgets up at once.
_NO_PATIENCE = """const limit = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (time) => {
  if (time < 1000) return limit(time);
  const over = new AbortController();
  queueMicrotask(() => over.abort());
  return over.signal;
};"""


def test_a_slider_moved_by_keyboard_redraws_the_figure_and_its_words(lab: Lab, browser_page: Page) -> None:
    """The slider hears what the notebook's cells do to it, although anywidget gave it up."""
    browser_page.add_init_script(_NO_PATIENCE)
    lab.run(browser_page, _NOTEBOOK)
    _moves(browser_page)


def test_the_same_in_voila(voila: Voila, browser_page: Page) -> None:
    """Voilà's own page asks a network for icons, which is not there; the sliders need none of it."""
    voila.show(browser_page, _NOTEBOOK)
    _moves(browser_page)


def _moves(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    studio = page.locator(".ipe-studio")
    figures = studio.locator("figure[role=img]")
    attempts = studio.get_by_role("slider", name="Attempts at each assessment (0: as designed)")
    attempts.wait_for()
    # The notebook's own check sets five attempts; then all cohorts come.
    expect(attempts).to_have_value("5")
    expect(figures.first).to_contain_text(_ALL_COHORTS)
    drawn, told = figures.first.inner_html(), figures.first.get_attribute("aria-label")
    obstacles = figures.nth(1).get_attribute("aria-label")
    assert told is not None
    assert told.startswith("+")
    attempts.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(attempts).to_have_value("1")
    expect(attempts).to_have_attribute("aria-valuetext", "1")
    expect(figures.first).to_have_attribute("aria-label", _FEWER)
    expect(figures.first).to_contain_text(_ALL_COHORTS)
    assert figures.first.inner_html() != drawn
    assert figures.nth(1).get_attribute("aria-label") != obstacles
    page.keyboard.press("Home")
    expect(figures.first).to_have_attribute("aria-label", _THE_SAME)

    answer = Axe().run(page, context=".ipe-studio").response
    grave = [(one["id"], one["nodes"][0]["html"][:200]) for one in answer["violations"]]
    assert not grave
