"""PDFs that everybody can read: each point is taken away from a good file, and missed."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.reporting.pdf import page_as_pdf
from ipe_workbench.reporting.pdf_structure import pdf_faults

pytestmark = pytest.mark.browser

_DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_FIGURE = f'<img alt="Two bars" src="{_DOT}">'
_TABLE = "<table><caption>Counts</caption><tr><th scope='col'>A</th></tr><tr><td>1</td></tr></table>"
PAGE = (
    f"<!DOCTYPE html><html lang='en'><title>A page</title><h1>One</h1><h2>Two</h2><p>Text.</p>{_FIGURE}{_TABLE}</html>"
)
AT = datetime.datetime(2026, 12, 20, 9, 30, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def good() -> bytes:
    return page_as_pdf(PAGE, at=AT)


def changed(content: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(content))
    change(writer)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def each(writer: PdfWriter, kind: str, change: Callable[[DictionaryObject], object]) -> None:
    """Change every tag of a kind, or every font with `kind` as its type."""
    for one in writer._objects:
        if isinstance(one, DictionaryObject) and kind in (one.get("/S"), one.get("/Type")):
            change(one)


def without(*names: str) -> Callable[[Any], None]:
    def take(one: Any) -> None:
        for name in names:
            one.pop(NameObject(name), None)

    return take


def renamed(kind: str) -> Callable[[DictionaryObject], None]:
    return lambda one: one.update({NameObject("/S"): NameObject(kind)})


def running(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
    note = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([note])


def test_a_good_file_has_no_faults_and_says_what_it_is(good: bytes) -> None:
    assert pdf_faults(good) == ()
    assert pdf_faults(changed(good, lambda writer: None)) == ()
    reader = PdfReader(io.BytesIO(good))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.creation_date) == ("A page", AT)
    assert [one["/Title"] for one in reader.outline if isinstance(one, dict)] == ["One"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda writer: without("/MarkInfo")(writer._root_object), "not tagged"),
        (lambda writer: without("/StructTreeRoot")(writer._root_object), "not tagged"),
        (lambda writer: without("/Lang")(writer._root_object), "no language"),
        (lambda writer: without("/ViewerPreferences")(writer._root_object), "no title"),
        (lambda writer: without("/Outlines")(writer._root_object), "no outline"),
        (lambda writer: each(writer, "/Figure", without("/Alt")), "1 of 1 figures have no alternative text"),
        (lambda writer: each(writer, "/TH", renamed("/TD")), "1 of 1 tables have no header cells"),
        (lambda writer: each(writer, "/H2", renamed("/H3")), "out of order"),
        (lambda writer: each(writer, "/H2", renamed("/H1")), "out of order"),
        (lambda writer: each(writer, "/FontDescriptor", without("/FontFile2", "/FontFile3")), "not embedded"),
        (running, "runs"),
    ],
)
def test_what_is_taken_away_is_missed(good: bytes, change: Callable[[PdfWriter], object], fault: str) -> None:
    assert fault in " ".join(pdf_faults(changed(good, change)))


def test_half_a_file_and_another_file_are_no_pdf(good: bytes) -> None:
    for content in (b"", b"<html>", good[:200], b"%PDF-1.7\n%%EOF"):
        assert pdf_faults(content) == ("It is no PDF that can be read.",)


def test_a_page_that_gives_a_bad_pdf_is_refused(good: bytes) -> None:
    with pytest.raises(WorkbenchError, match="1 of 1 figures have no alternative text"):
        page_as_pdf(PAGE.replace('alt="Two bars"', ""))
    # A figure that the browser leaves out of the structure is missed.
    with pytest.raises(WorkbenchError, match="1 of 2 figures are not tagged"):
        page_as_pdf(PAGE.replace("<h2>", '<figure role="img" aria-label="None"></figure><h2>'))
    # The same page at the same time gives the same bytes.
    assert page_as_pdf(PAGE, at=AT) == good
