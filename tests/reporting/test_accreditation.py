"""The accreditation evidence as page, CSV and workbook: complete, marked, harmless, and the same each time."""

from __future__ import annotations

import csv
import datetime
import io
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.frameworks.standards import AccreditationBody, load_standards
from ipe_workbench.pathways.accreditation import AccreditationMatrix, accreditation
from ipe_workbench.reporting.accreditation import NOT_CHECKED, accreditation_page, write_accreditation
from ipe_workbench.reporting.accreditation_sheets import accreditation_workbook, sheet_names
from ipe_workbench.reporting.page import active_content, external_references
from ipe_workbench.resources import data_folder
from tests.programmes import copy_of_cu_ipe, credential, programme

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = datetime.date(2026, 11, 24)
FORMULA = '=HYPERLINK("http://evil.example","click")'
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def example() -> AccreditationMatrix:
    return accreditation(example_programme(), load_standards()[0])


@pytest.fixture(scope="module")
def planted() -> AccreditationMatrix:
    """A checked standard with hostile evidence, an unchecked gap, and a profession without a standard."""
    hostile = credential(
        "a",
        title=FORMULA,
        evidence=[{"id": "e", "kind": "artefact", "description": SCRIPT, "kept_in": "+cmd|' /C calc'!A0"}],
    )
    bare = credential("b", title="#N/A", evidence=[])
    standards = [
        {
            "id": "one",
            "number": FORMULA,
            "kind": "competence",
            "summary": SCRIPT,
            "checked": True,
            "checked_on": "2026-02-03",
            "checked_by": SCRIPT,
        },
        {
            "id": "two",
            "number": "2",
            "kind": "competence",
            "summary": "Lead.",
            "competencies": {"ipec-2023": ["TT4"]},
        },
    ]
    body = {"id": "council", "name": f"Council {SCRIPT}", "professions": ["medicine"], "standards": standards}
    professions = [
        {"id": "medicine", "title": f"[Medicine]: {SCRIPT}", "learners": 60},
        {"id": "nursing", "title": FORMULA, "learners": 40},
    ]
    small = programme([hostile, bare], title=SCRIPT, version=FORMULA, professions=professions)
    return accreditation(small, [AccreditationBody.model_validate(body)])


def book_of(matrix: AccreditationMatrix) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(accreditation_workbook(matrix, on=DAY)))


def rows_of(sheet, first: int = 1) -> list[dict[str, object]]:
    head, *rows = list(sheet.iter_rows(min_row=first, values_only=True))
    return [dict(zip(head, row, strict=True)) for row in rows]


class _Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_of_the_example_shows_every_row_and_stands_alone(example):
    page = accreditation_page(example, on=DAY)
    assert external_references(page) == active_content(page) == []
    read = _Text(page)
    headings = [attributes.get("id") for tag, attributes in read.tags if tag == "h2"]
    professions = [f"profession-{one.id}" for one in example.professions]
    assert [one for one in headings if one in professions] == professions
    kept = [row for row in example.rows if row.role == "evidence" and row.evidence]
    assert sum(read.text.count(f"{row.evidence.retention_months} months") > 0 for row in kept) == len(kept)
    assert all(row.evidence.description in read.text and row.credential.title in read.text for row in kept)
    assert "No standard on file." in read.text
    assert "24 November 2026" in read.text
    assert "programme version 1.0" in read.text
    for other in example.other_bodies:
        assert other.name in read.text


def test_every_unchecked_standard_is_marked_on_the_page(example, planted):
    assert _Text(accreditation_page(example, on=DAY)).text.count(NOT_CHECKED) == 13 + 1
    small = _Text(accreditation_page(planted, on=DAY)).text
    assert small.count(NOT_CHECKED) == 1 + 1
    assert "1 of 2 standards" in small
    assert "checked on 3 February 2026 by" in small


def test_tables_have_captions_and_their_headers_a_scope(example):
    tags = _Text(accreditation_page(example, on=DAY)).tags
    names = [tag for tag, _ in tags]
    assert names.count("table") == names.count("caption") > 13
    assert all(attributes.get("scope") for tag, attributes in tags if tag == "th")
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in tags if tag == "a" and str(attributes["href"]).startswith("#")]
    assert {str(one)[1:] for one in links} <= set(ids)


def test_hostile_texts_do_nothing_on_the_page(planted):
    page = accreditation_page(planted, on=DAY)
    assert active_content(page) == external_references(page) == []
    assert not {"script", "img"} & {tag for tag, _ in _Text(page).tags}
    assert SCRIPT in _Text(page).text


def test_gaps_and_missing_evidence_are_on_the_page(planted):
    text = _Text(accreditation_page(planted, on=DAY)).text
    assert "Gap. Nothing serves this standard." in text
    assert "No evidence kept." in text
    assert "No standard on file." in text


def test_the_workbook_has_a_sheet_for_each_profession_with_every_row(example):
    book = book_of(example)
    assert book.sheetnames == ["Overview", *(one.title for one in example.professions)]
    for profession in example.professions:
        rows = rows_of(book[profession.title])
        mine = [row for row in example.rows if row.profession == profession.id]
        assert [row["Credential"] for row in rows] == [one.credential.title if one.credential else None for one in mine]
        assert [row["Kept for (months)"] for row in rows] == [
            one.evidence.retention_months if one.evidence else None for one in mine
        ]
    overview = rows_of(book["Overview"], first=5)
    assert len(overview) == 13 + 1
    assert overview[-1]["Body"] == "No standard on file"
    assert all(str(row["Checked"]).startswith("NOT CHECKED") for row in overview[:-1])


def test_the_workbook_can_be_read_and_filtered(example):
    sheet = book_of(example)["Nursing"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == f"A1:Q{sheet.max_row}"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet["F2"].alignment.wrap_text
    assert sheet.column_dimensions["F"].width > 30
    assert sheet.page_setup.orientation == "landscape"


def test_no_cell_is_a_formula_whatever_the_texts_are(planted):
    book = book_of(planted)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not [text for text in texts if text[0] in "=+-@"]
    assert f"'{FORMULA}" in texts
    assert "#N/A" in texts


def test_gaps_and_marks_are_in_the_workbook(planted):
    book = book_of(planted)
    rows = rows_of(book.worksheets[1])
    assert [row["Role"] for row in rows] == ["evidence", "evidence", "GAP"]
    assert [str(row["Checked"])[:11] for row in rows] == ["checked 202", "checked 202", "NOT CHECKED"]
    assert rows[1]["Remark"] == "No evidence kept."
    assert rows_of(book.worksheets[2])[0]["Body"] == "No standard on file"


def test_sheet_names_are_safe_short_and_unique():
    names = sheet_names(["Overview", "a/b:c*?[d]\\", "A B C D", "x" * 40, "X" * 40, "'", "History", "\U0001f9d1" * 40])
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) <= 62
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
        assert name.casefold() != "history"


def test_the_same_matrix_and_date_give_the_same_bytes(example, tmp_path):
    one = accreditation_workbook(example, on=DAY)
    assert accreditation_workbook(example, on=DAY) == one
    properties = openpyxl.load_workbook(io.BytesIO(one)).properties
    assert properties.created == properties.modified == datetime.datetime(2026, 11, 24)  # noqa: DTZ001
    assert accreditation_page(example, on=DAY) == accreditation_page(example, on=DAY)


@pytest.mark.parametrize("kind", ["html", "csv", "xlsx"])
def test_a_file_is_written_and_not_replaced_unless_asked(planted, tmp_path, kind):
    path = tmp_path / f"evidence.{kind}"
    assert write_accreditation(planted, path, on=DAY) == path
    before = path.read_bytes()
    with pytest.raises(UnusableInputError, match="exists already"):
        write_accreditation(planted, path, on=DAY)
    write_accreditation(planted, path, on=DAY, replace=True)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["evidence.pdf", "evidence"])
def test_another_suffix_is_refused_before_anything_is_written(planted, tmp_path, name):
    with pytest.raises(UnusableInputError, match=r"\.html, \.csv or \.xlsx"):
        write_accreditation(planted, tmp_path / name, on=DAY)
    assert list(tmp_path.iterdir()) == []


def ipe(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        [sys.executable, "-c", "from ipe_workbench.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    return answer


EXAMPLE = str(data_folder() / "programmes" / "cu-ipe")


def test_the_command_prints_and_writes_each_format(tmp_path: Path):
    page, book = tmp_path / "e.html", tmp_path / "e.xlsx"
    data = json.loads(ipe("coverage", EXAMPLE, "--standards", "--format", "json", "--out", str(page)).stdout)
    assert data["totals"] == {"standards": 13, "unchecked": 13, "gaps": 0}
    assert NOT_CHECKED in page.read_text(encoding="utf-8").replace("&#x27;", "'")
    answer = ipe(
        *("coverage", EXAMPLE, "--standards", "--profession", "nursing", "--body", "acen"),
        *("--format", "csv", "--out", str(book)),
    )
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    assert {(row["profession"], row["body"], row["checked"]) for row in rows} == {("nursing", "acen", "not checked")}
    assert openpyxl.load_workbook(book).sheetnames == ["Overview", "Nursing"]
    table = ipe("coverage", EXAMPLE, "--standards").stdout
    assert "no standard on" in table
    assert "13 of 13 standards were not checked" in table


def test_the_command_reads_the_programmes_own_standards(tmp_path: Path):
    folder = copy_of_cu_ipe(tmp_path)
    (folder / "standards").mkdir()
    own = (
        "id: arc-aa\nname: Council of the AA\nprofessions: [anesthesiologist-assistant]\n"
        "standards:\n  - {id: aa-1, number: A1, kind: participation, summary: Learn in teams.}\n"
        "  - {id: aa-2, number: A2, kind: competence, summary: Lead., competencies: {ipec-2023: [TT99]}}\n"
    )
    (folder / "standards" / "arc-aa.yaml").write_text(own, encoding="utf-8")
    answer = ipe("coverage", str(folder), "--standards", "--format", "json")
    data = json.loads(answer.stdout)
    assert data["without_standard"] == []
    assert [(one["body"], one["number"]) for one in data["gaps"]] == [("arc-aa", "A2")]
    assert "arc-aa.yaml:6: warning: `TT99` is not in ipec-2023." in answer.stderr


def test_unusable_requests_leave_with_2_and_a_sentence(tmp_path: Path):
    there = tmp_path / "there.csv"
    there.write_text("mine", encoding="utf-8")
    refused = ipe("coverage", EXAMPLE, "--standards", "--out", str(there), code=2)
    assert "--force" in refused.stderr
    assert there.read_text(encoding="utf-8") == "mine"
    assert refused.stdout == ""
    ipe("coverage", EXAMPLE, "--standards", "--out", str(there), "--force")
    assert there.read_text(encoding="utf-8").startswith("profession,body,")
    assert ".xlsx" in ipe("coverage", EXAMPLE, "--standards", "--out", str(tmp_path / "x.docx"), code=2).stderr
    assert "Did you mean acen" in ipe("coverage", EXAMPLE, "--standards", "--body", "acn", code=2).stderr
    assert "needs --standards" in ipe("coverage", EXAMPLE, "--body", "acen", code=2).stderr
    refused = ipe("coverage", EXAMPLE, "--standards", "--framework", "ipec-2023", code=2)
    assert "does not go with --standards" in refused.stderr


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_passes_axe_and_fits_a_telephone(offline_page: Page, planted, example, tmp_path, scheme):
    from axe_playwright_python.sync_playwright import Axe

    for name, matrix in (("planted", planted), ("example", example)):
        path = write_accreditation(matrix, tmp_path / f"{name}.html", on=DAY)
        offline_page.emulate_media(color_scheme=scheme)
        offline_page.goto(path.resolve().as_uri())
        found = Axe().run(offline_page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
        offline_page.set_viewport_size({"width": 400, "height": 800})
        assert offline_page.evaluate("document.documentElement.scrollWidth") <= 400
        offline_page.set_viewport_size({"width": 1280, "height": 900})
