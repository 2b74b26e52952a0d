from __future__ import annotations

import datetime
import io
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from ipe_workbench.records import Store
from ipe_workbench.reporting.edition import Asked, print_edition
from ipe_workbench.reporting.pdf import page_as_pdf
from ipe_workbench.reporting.snapshot import take_snapshot
from tests.reporting.printed import Printed

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def every_page(small_programme: Path, small_records: Store, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A page of each template, and the index of the term."""
    folder = tmp_path_factory.mktemp("set")
    programme = shutil.copytree(small_programme, folder / "small")
    open_ones = ["term_evaluation", "term_trend", "pathway_comparison", "research_methods", "faculty_feedback"]
    entries = [f"- template: {one}" for one in open_ones]
    entries.append("- {template: accreditation_alignment, professions: [nursing]}")
    file = programme / "programme.yaml"
    listed = "\n".join(["reports:", *entries])
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{listed}\n", encoding="utf-8")
    asked = Asked(
        programme, "2027-spring", folder / "out", db=small_records.place, shelf=folder / "shelf", who="office"
    )
    asked = replace(asked, replicates=2, seed=7)
    made = [print_edition(asked, jobs=2)]
    day = datetime.date(2027, 3, 1)
    learner = take_snapshot(small_records, folder / "snapshot").learners(day, day)[0]
    file.write_text(file.read_text(encoding="utf-8").replace(listed, ""), encoding="utf-8")
    made.append(print_edition(replace(asked, only=(f"learner-record-{learner}",))))
    assert not [one for summary in made for one in summary.failures]
    pages = {file for summary in made for file in map(Path, summary.files) if file.suffix == ".html"}
    return sorted(pages)


def test_every_page_of_the_set_and_its_index_pass_axe(offline_page: Page, every_page: list[Path]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    assert len([one for one in every_page if one.name != "index.html"]) >= 7
    assert any(one.name == "index.html" for one in every_page)
    found = []
    for scheme, width in (("light", 1280), ("dark", 400)):
        offline_page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        offline_page.set_viewport_size({"width": width, "height": 900})
        for page in every_page:
            offline_page.goto(page.resolve().as_uri())
            found += [(page.stem, scheme, one["id"]) for one in Axe().run(offline_page).response["violations"]]
            assert offline_page.evaluate("document.documentElement.scrollWidth") <= width, page.stem
    assert found == []


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
