from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.reporting.html import Number, table
from ipe_workbench.reporting.tables import csv_text, neutral, write_tables

HOSTILE = '<img src=x onerror="alert(1)">'


@given(st.text(max_size=30))
def test_no_text_cell_starts_a_formula(text: str) -> None:
    cell = neutral(text)
    assert isinstance(cell, str)
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\x00"))


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=20)))
def test_a_csv_reader_gets_the_neutralised_cells_back(cells: list[str]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(["a", "b"], [[cell, 1] for cell in cells]), newline="")))
    assert read == [["a", "b"], *[[str(neutral(cell)), "1"] for cell in cells]]


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
