"""The catalogue page: complete, harmless, accessible, and the same each time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.reporting.catalogue import catalogue_page
from ipe_workbench.reporting.page import active_content, external_references

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_every_credential_and_stack_has_its_section():
    programme = example_programme()
    page = catalogue_page(programme)
    for name in (*programme.credentials, *programme.stacks):
        assert page.count(f'id="entry-{name}"') == 1
    for said in (
        "Rubric of Team simulation",
        "Coordination, weight 2",
        "Counts toward: </strong>",
        "within 36 months: all of:",
    ):
        assert said in page
    assert catalogue_page(example_programme()) == page


def test_hostile_texts_stay_texts():
    programme = example_programme()
    one = programme.credentials["team-simulation"].model_copy(update={"title": SCRIPT, "summary": SCRIPT})
    hostile = replace(programme.with_credential(one), info=programme.info.model_copy(update={"title": SCRIPT}))
    page = catalogue_page(hostile)
    assert (active_content(page), external_references(page)) == ([], [])
    assert "&lt;script&gt;" in page


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_passes_axe_and_fits_a_telephone(offline_page: Page, tmp_path, scheme):
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "catalogue.html"
    path.write_text(catalogue_page(example_programme()), encoding="utf-8")
    offline_page.emulate_media(color_scheme=scheme)
    offline_page.goto(path.resolve().as_uri())
    found = Axe().run(offline_page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    offline_page.set_viewport_size({"width": 400, "height": 800})
    assert offline_page.evaluate("document.documentElement.scrollWidth") <= 400
