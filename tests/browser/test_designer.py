"""The designer in a real JupyterLab: what a faculty member does, from the open notebook to the saved file."""

from __future__ import annotations

from collections import Counter
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

TABS = ("Identity", "Criteria", "Activities", "Assessment", "Rubric", "Evidence", "Alignments", "Requirements")
# Labels that do not fit on their tab, or tabs beyond the edge of the form; and how far below the top edge of its tab's
# page a control is.
_CUT_OFF = """all => all.filter(one => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().right
  > one.closest('.ipe-main').getBoundingClientRect().right).map(one => one.textContent)"""
_OFFSET = """one => one.getBoundingClientRect().top
  - one.closest('.widget-tab-contents').getBoundingClientRect().top"""


def test_a_credential_is_edited_in_jupyterlab_and_saved_with_its_comments(lab: Lab, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    lab.run(page, "01_design_credentials.ipynb")
    studio = page.locator(".ipe-studio")
    expect(studio.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    findings = studio.get_by_role("status", name="Findings")
    coverage = studio.get_by_role("status", name="Coverage")

    title = studio.get_by_label("Title", exact=True)
    expect(title).to_have_value("Foundations of shared values")
    title.fill("Values we share")
    title.press("Tab")
    expect(studio.get_by_text("Unsaved changes")).to_be_visible()
    hours = studio.get_by_label("Hours of the learner's effort")
    hours.fill("8")
    hours.press("Tab")
    expect(findings).to_contain_text("hours says 8")
    expect(studio.get_by_role("status", name="Hours")).to_contain_text("5 more than saved")

    studio.get_by_role("tab", name="Alignments").click()
    expect(coverage).to_contain_text("no change")
    studio.get_by_label("Competency", exact=True).select_option(label=_option(page, "VE9"))
    assessed = studio.get_by_label("Assessed", exact=True)
    # The form first shows what the credential does about VE9 now (the competency before it was assessed).
    expect(assessed).not_to_be_checked()
    assessed.check()
    studio.get_by_role("button", name="Change alignment").click()
    expect(coverage).to_contain_text("Now assessed: VE9")
    # And one that the credential had no alignment with.
    studio.get_by_label("Competency", exact=True).select_option(label=_option(page, "TT9"))
    add = studio.get_by_role("button", name="Add alignment")
    expect(add).to_be_visible()
    assessed.check()
    add.click()
    expect(studio.get_by_role("button", name="Remove TT9")).to_be_visible()
    expect(coverage).to_contain_text("Now assessed: VE9, TT9")

    file = lab.folder / "my-programmes" / "cu-ipe" / "credentials" / "01-values-foundations.yaml"
    before = file.read_text(encoding="utf-8")
    studio.get_by_role("button", name="Save", exact=True).click()
    expect(studio.locator(".ipe-said")).to_have_text("Saved 01-values-foundations.yaml.")
    after = file.read_text(encoding="utf-8")
    comments = [line for line in before.splitlines() if line.startswith("#")]
    assert len(comments) >= 3
    assert [line for line in after.splitlines() if line.startswith("#")] == comments
    assert {"title: Values we share", "hours: 8", "    competency: TT9"} <= set(after.splitlines())
    gone = Counter(before.splitlines()) - Counter(after.splitlines())
    assert gone == Counter(["title: Foundations of shared values", "hours: 3", "    how: [taught]"])
    expect(coverage).to_contain_text("no change")

    studio.get_by_role("button", name="Undo").click()
    expect(coverage).to_contain_text("No longer assessed by any credential: TT9")
    expect(studio.get_by_role("button", name="Remove TT9")).to_have_count(0)
    expect(studio.get_by_text("Unsaved changes")).to_be_visible()
    assert file.read_text(encoding="utf-8") == after


def test_the_form_is_whole_in_a_narrow_window(lab: Lab, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    page.set_viewport_size({"width": 900, "height": 800})
    lab.run(page, "01_design_credentials.ipynb")
    studio = page.locator(".ipe-studio")
    title = studio.get_by_label("Title", exact=True)
    expect(title).to_have_value("Foundations of shared values")
    labels = studio.locator(".lm-TabBar-tabLabel")
    assert labels.count() == len(TABS)
    assert labels.evaluate_all(_CUT_OFF) == []

    # Each tab keeps its own place: one opens at its top, however far another is scrolled.
    studio.get_by_label("Quality assurance").scroll_into_view_if_needed()
    studio.get_by_role("tab", name="Rubric").click()
    least = studio.get_by_label("The least level that passes a row")
    expect(least).to_be_visible()
    assert least.evaluate(_OFFSET) >= 0

    studio.get_by_role("tab", name="Identity").click()
    title.fill("")
    title.press("Tab")
    studio.get_by_role("tab", name="Rubric").click()
    expect(studio.get_by_text("Cannot be used yet: Title (Identity).")).to_be_visible()


def test_every_control_of_the_designer_has_a_name(lab: Lab, offline_page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    lab.run(offline_page, "01_design_credentials.ipynb")
    studio = offline_page.locator(".ipe-studio")
    expect(studio.get_by_label("Title", exact=True)).to_have_value("Foundations of shared values")
    for tab in TABS:
        studio.get_by_role("tab", name=tab).click()
        answer = Axe().run(offline_page, context=".ipe-studio").response
        grave = [(one["id"], one["nodes"][0]["html"][:200]) for one in answer["violations"]]
        assert not grave, (tab, grave)


def _option(page: Page, start: str) -> str:
    """The whole label of the option that begins so."""
    labels = page.locator(".ipe-studio option").all_text_contents()
    return next(label for label in labels if label.startswith(start))
