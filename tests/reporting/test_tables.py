from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.reporting.html import Number, safe, table
from ipe_workbench.reporting.tables import csv_text, write_tables

HOSTILE = '<img src=x onerror="alert(1)">'


@given(st.text(max_size=30))
def test_no_text_cell_starts_a_formula(text: str) -> None:
    assert not spreadsheet_safe(text).lstrip().startswith(("=", "+", "-", "@"))
    assert not spreadsheet_safe(text).startswith(("\t", "\r", "\n", "\x00"))


@given(st.lists(st.text(max_size=20)))
def test_a_csv_reader_gets_the_neutralised_cells_back(cells: list[str]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(["a", "b"], [[cell, 1] for cell in cells]), newline="")))
    assert read == [["a", "b"], *[[spreadsheet_safe(cell), "1"] for cell in cells]]


@pytest.mark.parametrize(
    "text", [" =1+1", "\n=1+1", "\x00=1+1", "\x1b=1+1", "\u202e=1+1", "\u00a0=1+1", "\ufeff=1+1", "\uff1d1+1", "\r\nx"]
)
def test_nothing_unseen_hides_a_formula(text: str) -> None:
    assert spreadsheet_safe(text).startswith("'")


MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def test_marks_that_reorder_text_reach_neither_a_page_nor_a_spreadsheet() -> None:
    text = f"Team{MARKS}work"
    assert safe(text).markup == spreadsheet_safe(text) == "Teamwork"
    assert table(text, [text], [[text]]).markup == table("Teamwork", ["Teamwork"], [["Teamwork"]]).markup
    assert csv_text([text], [[text]]) == "Teamwork\nTeamwork\n"


def test_letters_of_every_script_stay() -> None:
    text = "Équipe, 团队, צוות, فريق, 👩‍⚕️, a\tb"
    assert safe(text).markup == spreadsheet_safe(text) == text


def test_numbers_stay_numbers_and_missing_ones_are_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=name": ["=1+1", "x"], "value": [-1.5, float("nan")]})
    (path,) = write_tables({"t": frame}, tmp_path)
    assert path.read_text() == "'=name,value\n'=1+1,-1.5\nx,\n"


def test_a_table_has_caption_and_headers_and_escapes_hostile_cells() -> None:
    markup = table(HOSTILE, ["Badge", Number("Share")], [[HOSTILE], [HOSTILE, Number("83 %")]]).markup
    assert "<img" not in markup
    assert "<caption>" in markup
    assert markup.count('scope="col"') == 2
    assert 'scope="row"' in markup
    assert 'scope="rowgroup"' in markup
