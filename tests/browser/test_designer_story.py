"""A credential from nothing in a real JupyterLab: made, connected, mended, undone, saved and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Lab

pytestmark = [
    pytest.mark.browser,
    # Playwright's own event loop is closed while its last tasks are pending.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOSTILE = '<img src=x onerror="window.hurt = 1">'
FINDING = "counts toward no stack"
NOTEBOOK = "01_design_credentials.ipynb"


def opened(lab: Lab, page: Page) -> Locator:
    from playwright.sync_api import expect

    lab.run(page, NOTEBOOK)
    studio = page.locator(".ipe-studio")
    expect(studio.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    expect(studio.locator("[data-box]")).to_have_count(21)
    return studio


def box(studio: Locator, reference: str) -> Locator:
    return studio.locator(f"[data-box='{reference}']")


def reach(page: Page, control: Locator) -> None:
    """Go on with the Tab key until a control has the focus; with nothing else."""
    for _ in range(120):
        if control.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"The Tab key does not come to {control}.")


def focused_box(page: Page) -> str | None:
    found: str | None = page.evaluate("() => document.activeElement.dataset.box ?? null")
    return found


def test_a_credential_from_nothing_by_keyboard_then_with_the_mouse(lab: Lab, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page, studio = offline_page, opened(lab, offline_page)
    keys, findings = page.keyboard, studio.get_by_role("status", name="Findings")
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length")
    studio.get_by_label("Credential or stack", exact=True).focus()
    reach(page, studio.get_by_role("button", name="New credential or stack"))
    keys.press("Enter")
    title = studio.get_by_label("Title of what is new")
    expect(title).to_be_visible()
    reach(page, title)
    keys.insert_text(HOSTILE)
    reach(page, studio.get_by_label("Its id (for good)"))
    keys.type("team-art")
    reach(page, studio.get_by_role("button", name="Create"))
    keys.press("Enter")
    expect(box(studio, "team-art")).to_have_attribute("aria-pressed", "true")
    expect(findings).to_contain_text("New since the last save")
    # The focus is on what is new; from the first badge a line leads to it.
    expect(box(studio, "team-art")).to_be_focused()
    keys.press("Home")
    assert focused_box(page) == "values-foundations"
    keys.press("c")
    for _ in range(40):
        if focused_box(page) == "team-art":
            break
        at = focused_box(page)
        keys.press("ArrowRight")
        if focused_box(page) == at:
            keys.press("ArrowDown")
    keys.press("Enter")
    line = studio.locator("[data-line='values-foundations team-art']")
    expect(line).to_have_count(1)
    expect(studio.get_by_text("now asks for Foundations of shared values.").first).to_be_visible()

    # The finding, mended in a form by arrow keys, and taken back in the graph.
    expect(findings).to_contain_text(FINDING)
    stackability = studio.get_by_label("Stackability")
    reach(page, stackability)
    keys.press("ArrowDown")
    expect(stackability).to_have_value("stand-alone")
    expect(findings).not_to_contain_text(FINDING)
    box(studio, "team-art").focus()
    keys.press("Control+z")
    expect(findings).to_contain_text(FINDING)
    keys.press("Control+y")
    expect(findings).not_to_contain_text(FINDING)
    keys.press("Control+s")
    expect(studio.locator(".ipe-said")).to_contain_text("team-art.yaml")
    file = lab.folder / "my-programmes" / "cu-ipe" / "credentials" / "team-art.yaml"
    assert "values-foundations" in file.read_text(encoding="utf-8")
    # JupyterLab's own keys did nothing meanwhile: C would copy a cell, arrows leave it.
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == cells

    # With the mouse: the line drawn anew, and a licence.
    studio.get_by_role("button", name="Undo").click()
    expect(findings).to_contain_text(FINDING)
    studio.get_by_role("button", name="Undo").click()
    expect(line).to_have_count(0)
    studio.get_by_role("button", name="Show all").click()
    box(studio, "values-foundations").drag_to(box(studio, "team-art"), force=True)
    expect(line).to_have_count(1)
    studio.get_by_label("Licence", exact=True).fill("CC-BY-4.0")
    studio.get_by_label("Licence", exact=True).press("Tab")

    # The rule in blocks: one of two badges.
    studio.get_by_role("tab", name="Requirements").click()
    studio.get_by_role("combobox", name="What is asked for", exact=True).first.select_option("any")
    studio.get_by_role("button", name="Add: one of these").click()
    studio.get_by_label("Badge", exact=True).nth(1).select_option("speaking-up")
    expect(studio.locator("[data-line='speaking-up team-art']")).to_have_count(1)

    studio.get_by_role("button", name="Save", exact=True).click()
    expect(studio.locator(".ipe-said")).to_have_text("Saved team-art.yaml.")
    text = file.read_text(encoding="utf-8")
    assert "requires:\n  any:\n    - values-foundations\n    - speaking-up\n" in text

    # Somebody else writes the same file: nothing is written over.
    file.write_text(text.replace("license: CC-BY-4.0", "license: CC0-1.0"), encoding="utf-8")
    studio.get_by_role("tab", name="Identity").click()
    studio.get_by_label("Owner", exact=True).fill("Me")
    studio.get_by_label("Owner", exact=True).press("Tab")
    studio.get_by_role("button", name="Save", exact=True).click()
    expect(studio.get_by_role("region", name="Conflict")).to_contain_text("CC0-1.0")
    assert "license: CC0-1.0" in file.read_text(encoding="utf-8")
    studio.get_by_role("button", name="Bring both together").click()
    studio.get_by_role("button", name="Save", exact=True).click()
    expect(studio.locator(".ipe-said")).to_have_text("Saved team-art.yaml.")
    text = file.read_text(encoding="utf-8")
    assert "license: CC0-1.0" in text
    assert "owner: Me" in text

    lab.run(page, NOTEBOOK)
    expect(page.locator("[data-line='speaking-up team-art']")).to_have_count(1)
    expect(box(page.locator(".ipe-studio"), "team-art").locator("title")).to_have_text(HOSTILE)
    assert page.evaluate("() => window.hurt") is None
