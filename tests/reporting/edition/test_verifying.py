"""A report is verified by making it again: it is the same, or what differs is named."""

from __future__ import annotations

import datetime
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.records import Store
from ipe_workbench.reporting.edition import Asked, print_edition, verify_report
from tests.programmes import replace_in
from tests.reporting.printed import printed_report


def test_a_report_is_the_same_when_made_again_and_what_changed_is_named(
    small_programme: Path, small_records: Store, tmp_path: Path
) -> None:
    programme = shutil.copytree(small_programme, tmp_path / "small")
    at = datetime.datetime(2027, 6, 1, tzinfo=datetime.UTC)
    asked = Asked(programme, "2027-spring", tmp_path / "out", at=at, who="office", shelf=tmp_path / "shelf")
    asked = replace(asked, db=small_records.place, replicates=2, threshold=5, only=("term-evaluation",))
    page = tmp_path / "moved.html"
    shutil.move(printed_report(print_edition(asked)).page, page)
    found = verify_report(page, programme, db=small_records.place, shelf=asked.shelf)
    assert (found.reproducible, found.reproduced, found.reasons) == (True, True, ())

    page.write_text(page.read_text(encoding="utf-8").replace("Small &amp; plain", "Large &amp; plain", 1), "utf-8")
    changed = verify_report(page, programme, db=small_records.place, shelf=asked.shelf)
    assert (changed.reproducible, changed.reproduced) == (True, False)
    assert "the page was changed" in changed.reasons[0]

    replace_in(programme / "programme.yaml", "learners: 60", "learners: 61")
    other = verify_report(page, programme, db=small_records.place, shelf=asked.shelf)
    assert (other.reproducible, other.reproduced) == (False, False)
    assert other.reasons == ("The simulation behind it differs.", "programme/programme.yaml was changed.")

    replace_in(programme / "programme.yaml", "id: small", "id: smaller")
    told = verify_report(page, programme, db=small_records.place, shelf=asked.shelf)
    assert told.reasons == ("It is a report of the programme small, and this is smaller.",)


def test_a_page_that_says_nothing_is_refused(tmp_path: Path, small_programme: Path) -> None:
    page = tmp_path / "page.html"
    said: dict[str, object] = dict.fromkeys(("report", "job", "programme", "term", "key"), "x")
    said |= {one: {} for one in ("inputs", "versions", "parameters", "made")}
    wrong: tuple[dict[str, object], ...] = (
        {"parameters": []},
        {"made": {"rendered_at": "soon"}},
        {"made": {"made_by": 5}},
        {"term": None},
        {"key": {}},
    )
    contents = ["{", "[]", "5", "null", "", *(json.dumps({**said, **one}) for one in wrong)]
    for text in ("<p>plain</p>", *(f"<meta name='ipe-report' content='{one}'>" for one in contents)):
        page.write_text(text)
        with pytest.raises(UnreadableFileError, match=r"page\.html: .*how it was made"):
            verify_report(page, small_programme)
    page.write_bytes(b"\xff\xfe\x00")
    for file in (page, tmp_path / "gone.html", tmp_path):
        with pytest.raises(UnreadableFileError, match="how it was made"):
            verify_report(file, small_programme)


def test_a_pdf_without_its_page_says_what_is_missing(tmp_path: Path, small_programme: Path) -> None:
    alone = tmp_path / "alone.pdf"
    alone.write_bytes(b"%PDF-1.7")
    with pytest.raises(UnreadableFileError, match=r"alone\.pdf: The page that belongs to this PDF is not here"):
        verify_report(alone, small_programme)
