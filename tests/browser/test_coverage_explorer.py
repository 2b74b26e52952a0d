"""The notebook on frameworks and coverage in a real JupyterLab: another profession is another picture."""

from __future__ import annotations

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


def test_choosing_a_profession_redraws_the_coverage(lab: Lab, offline_page: Page) -> None:
    lab.run(offline_page, "02_frameworks_and_coverage.ipynb")
    choice = offline_page.locator(".jp-OutputArea select").first
    choice.wait_for(timeout=120_000)
    picture = offline_page.locator(".jp-OutputArea .widget-html figure[role=img]").first
    picture.wait_for(timeout=60_000)
    assert "for pharmacy" not in picture.inner_text()
    before = picture.inner_html()
    choice.select_option(label="Pharmacy")
    offline_page.wait_for_function(
        "(old) => document.querySelector('.widget-html figure').innerHTML !== old", arg=before
    )
