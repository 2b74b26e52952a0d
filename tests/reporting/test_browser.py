from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from ipe_workbench.reporting.pdf import page_as_pdf
from tests.reporting.printed import Printed

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_shows_everything_offline_and_passes_axe(offline_page: Page, rendered: Printed, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    offline_page.context.set_offline(True)
    offline_page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    offline_page.goto(rendered.page.resolve().as_uri())
    boxes = [box.bounding_box() for box in offline_page.locator("figure svg").all()]
    assert len(boxes) == 7
    assert all(box and box["width"] > 300 and box["height"] > 150 for box in boxes)
    found = Axe().run(offline_page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_the_report_fits_a_telephone(offline_page: Page, rendered: Printed) -> None:
    offline_page.set_viewport_size({"width": 400, "height": 800})
    offline_page.goto(rendered.page.resolve().as_uri())
    assert offline_page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_keyboard_skips_to_the_report(offline_page: Page, rendered: Printed) -> None:
    offline_page.goto(rendered.page.resolve().as_uri())
    offline_page.keyboard.press("Tab")
    assert offline_page.evaluate("document.activeElement.className") == "skip"
    offline_page.keyboard.press("Enter")
    assert offline_page.evaluate("document.activeElement.id") == "main"


def test_the_minute_is_one_page_of_paper(rendered: Printed) -> None:
    pages = PdfReader(io.BytesIO(page_as_pdf(rendered.page.read_text(encoding="utf-8")))).pages
    first, second = (" ".join(one.extract_text().split()) for one in pages[:2])
    assert first.startswith("Interprofessional Practice and Education")
    assert "Evidence. The programme makes 4 claims" in first
    assert second.startswith("Coverage of the framework")


def test_folded_tables_are_there_on_paper(offline_page: Page, rendered: Printed) -> None:
    offline_page.goto(rendered.page.resolve().as_uri())
    offline_page.emulate_media(media="print")
    heights = [box.bounding_box() for box in offline_page.locator("details table").all()]
    assert heights
    assert all(box and box["height"] > 50 for box in heights)
