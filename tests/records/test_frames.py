"""The description of the frames is what the database holds, what the manual says and what the schemas check."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pandera.errors
import pytest
from sqlalchemy import Boolean, Date, DateTime, Float, Integer

from ipe_workbench.records import FRAMES, schema
from ipe_workbench.records.frames import DTYPES
from ipe_workbench.records.frames_page import frames_page
from ipe_workbench.records.tables import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "frames.md"
REFUSED = (pandera.errors.SchemaError, pandera.errors.SchemaErrors)
#: The type of a column of the database for each type of a frame's column.
KINDS = {"date": Date, "time": DateTime, "integer": Integer, "number": Float, "share": Float, "truth": Boolean}


def test_the_manual_lists_every_column_as_it_is():
    assert PAGE.read_text(encoding="utf-8") == frames_page(), "run scripts/publish_frames.py"
    for one in FRAMES.values():
        for column in one.columns:
            assert f"| `{column.name}`{'' if column.missing else ' *'} | {DTYPES[column.type]} |" in frames_page()


@pytest.mark.parametrize("name", FRAMES)
def test_columns_are_described_as_the_database_holds_them(name):
    described = FRAMES[name]
    joined = {table for table, _, _ in described.joins}
    for one in described.columns:
        home, column = one.source.split(".")
        held = table(home).c[column]
        if one.type in KINDS:
            assert isinstance(held.type, KINDS[one.type]), one.name
        # What is never missing in a frame cannot be missing in the database, nor come from a row that may not be there.
        if not one.missing and home not in joined:
            assert not held.nullable, one.name
        assert len(one.about) > 2


@pytest.mark.parametrize("name", FRAMES)
def test_an_empty_frame_is_of_the_schema_and_one_of_other_columns_is_not(name):
    described = FRAMES[name]
    empty = pd.DataFrame({one.name: pd.Series([], dtype=DTYPES[one.type]) for one in described.columns})
    schema(name).validate(empty)
    for wrong in (empty.iloc[:, 1:], empty.assign(more=1), empty.astype({described.columns[0].name: "float64"})):
        with pytest.raises(REFUSED):
            schema(name).validate(wrong)


def test_a_share_beyond_one_and_a_learner_who_is_missing_are_refused():
    columns = FRAMES["item_responses"].columns
    row = {"learner": "Lx", "assessment": "a", "attempt": 1, "item": "1", "response": None, "score": 0.5}
    good = pd.DataFrame([row]).astype({one.name: DTYPES[one.type] for one in columns})
    schema("item_responses").validate(good)
    for wrong in (good.assign(score=1.5), good.assign(learner=pd.Series([None], dtype="str"))):
        with pytest.raises(REFUSED):
            schema("item_responses").validate(wrong)
