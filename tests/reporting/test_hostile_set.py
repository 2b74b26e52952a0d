"""Hostile text through each shipped template: it stays text in every file of the set, and names stay out of all."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from html import unescape
from typing import TYPE_CHECKING

import nbformat
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from ipe_workbench.reporting import active_content, external_references
from ipe_workbench.reporting.edition import find_templates
from ipe_workbench.reporting.pdf import page_as_pdf
from tests.reporting.hostile import HOSTILE, NAME, HostileSet

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_each_shipped_template_is_printed(hostile: HostileSet) -> None:
    assert hostile.summary.failures == ()
    kinds = {nbformat.read(one, 4).metadata.ipe.title for one in hostile.files(".ipynb")}  # type: ignore[no-untyped-call]
    assert kinds == {one.title for one in find_templates("nowhere").values()}


def test_pages_hold_the_words_and_nothing_that_runs_or_loads(hostile: HostileSet) -> None:
    pages = hostile.files(".html")
    assert len(pages) >= 10
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert active_content(html) == external_references(html) == [], page.name
        assert "https://evil.example/" in unescape(html), page.name
        assert "<script>window.stolen=1</script>" in unescape(html), page.name
        assert "\u202e" not in html, page.name
        assert "{{7*7}}" in html
        assert not [one for one in ("`49{%x%}", "49$", "{%x%}49") if one in html], page.name


def test_tables_hold_no_formula(hostile: HostileSet) -> None:
    cells = 0
    for file in hostile.files(".csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        assert not [one for row in rows for one in row if one.startswith(("=", "@", "+", "\t", "\r"))], file.name
        cells += sum("HYPERLINK" in one for row in rows for one in row)
    for file in hostile.files(".xlsx"):
        for sheet in load_workbook(file):
            for row in sheet.iter_rows():
                assert not [one for one in row if one.data_type == "f" or one.hyperlink], file.name
                cells += sum("HYPERLINK" in str(one.value) for one in row)
        with zipfile.ZipFile(file) as parts:
            assert NAME not in "".join(parts.read(one).decode("utf-8", "ignore") for one in parts.namelist())
    assert cells > 20


def test_kept_notebooks_hold_the_words_as_data(hostile: HostileSet) -> None:
    for file in hostile.files(".ipynb"):
        kept = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(kept)
        assert "49" not in kept.metadata.papermill.parameters.values()
        assert kept.metadata.papermill.parameters.get("made_by", HOSTILE) == HOSTILE


def test_names_of_people_and_the_machines_folders_are_in_no_file(hostile: HostileSet) -> None:
    parts = (NAME, NAME.replace("<", "&lt;"), "Zzyxwv", str(hostile.folder))
    for file in (one for one in hostile.folder.rglob("*") if one.is_file() and ".work" not in one.parts):
        content = file.read_bytes()
        told = parts[:3] if file.name == "run-summary.json" else parts
        assert not [one for one in told if one.encode() in content or one in file.name], file
    summary = json.loads((hostile.folder / "run-summary.json").read_text(encoding="utf-8"))
    assert summary["failed"] == 0


def test_the_archive_names_what_it_holds_and_its_manifest_stays_data(hostile: HostileSet) -> None:
    (file,) = hostile.files(".zip")
    with zipfile.ZipFile(file) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert {one["path"] for one in told["files"]} == set(archive.namelist()) - {"manifest.json"}
        assert all(one.replace("/", "").replace("-", "").replace(".", "").isalnum() for one in archive.namelist())
    assert all("HYPERLINK" in one["title"] for one in told["reports"])


@pytest.mark.browser
def test_no_browser_runs_or_fetches_any_of_it(hostile: HostileSet, offline_page: Page) -> None:
    for page in hostile.files(".html"):
        offline_page.goto(page.as_uri())
        assert offline_page.evaluate("window.stolen") is None
        assert offline_page.locator("main h1").count() == 1
        assert offline_page.locator('main a[href*="evil"]').count() == 0
    (page,) = (one for one in hostile.files(".html") if one.name == "small-pathway-comparison.html")
    about = PdfReader(io.BytesIO(page_as_pdf(page.read_text(encoding="utf-8")))).metadata
    assert about is not None
    assert "<script>window.stolen=1</script>" in str(about.title)
    assert NAME not in str(about)


@pytest.mark.browser
def test_every_page_of_the_set_and_its_index_pass_axe(hostile: HostileSet, offline_page: Page) -> None:
    """Whatever words are in them: long ones, and such as would be markup."""
    from axe_playwright_python.sync_playwright import Axe

    every_page = hostile.files(".html")
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
