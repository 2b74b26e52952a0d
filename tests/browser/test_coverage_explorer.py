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
    choice.wait_for()
    picture = offline_page.locator(".jp-OutputArea .widget-html figure[role=img]").first
    picture.wait_for()
    assert "for pharmacy" not in picture.inner_text()
    before = picture.inner_html()
    choice.select_option(label="Pharmacy")
    offline_page.wait_for_function(
        "(old) => document.querySelector('.widget-html figure').innerHTML !== old", arg=before
    )


def test_a_crosswalk_is_explored_and_another_file_is_imported(lab: Lab, offline_page: Page) -> None:
    lab.run(offline_page, "02_frameworks_and_coverage.ipynb")
    choice = offline_page.get_by_label("Code", exact=True)
    choice.wait_for()
    table = offline_page.locator(".jp-OutputArea .widget-html table", has_text="Relation").first
    table.wait_for()
    rows = table.locator("tbody tr")
    assert rows.count() > 20
    choice.select_option(index=1)
    offline_page.wait_for_function(
        "() => [...document.querySelectorAll('.widget-html table')].some("
        "table => table.innerText.includes('Relation') && table.querySelectorAll('tbody tr').length < 5)"
    )
    file = offline_page.get_by_label("File", exact=True)
    file.fill("/nowhere/at-all.json")
    file.press("Enter")
    offline_page.get_by_role("alert").filter(has_text="does not exist").wait_for()
