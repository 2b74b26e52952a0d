"""The notebook on pathways in a real JupyterLab: another situation is another plan and another map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Lab


pytestmark = [
    pytest.mark.browser,
    # Playwright's own event loop is closed while its last tasks are pending.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_another_situation_is_another_plan_and_an_impossible_one_is_explained(lab: Lab, offline_page: Page) -> None:
    lab.run(offline_page, "03_explore_pathways.ipynb")
    explorer = offline_page.locator(".jp-OutputArea .ipe-studio").first
    explorer.wait_for()
    explorer.locator("figure[role=img]").nth(1).wait_for()
    status = explorer.locator("[role=status]")
    before = status.inner_text()
    assert "proven best" in before
    explorer.get_by_label("Badges held").select_option(label=["Foundations of shared values"])
    offline_page.wait_for_function(
        "(old) => document.querySelector('.ipe-studio [role=status]').innerText !== old", arg=before
    )
    assert "cannot be completed" in status.inner_text()
    explorer.get_by_label("Goal").select_option(label="Working through conflict")
    explorer.get_by_label("Plan from the start of").select_option(label="Fall 2026")
    # Foundations of team communication and of teamwork come before it.
    explorer.get_by_text("3 more credentials").first.wait_for()
    found = Axe().run(offline_page, context=".ipe-studio").response["violations"]
    assert not [one["id"] for one in found if one["impact"] in ("serious", "critical")], found
