"""What leaves the records for a spreadsheet runs nothing there, and comes back as it was."""

from __future__ import annotations

import csv
import datetime

import openpyxl
import pytest

from ipe_workbench.records import make_store
from ipe_workbench.records.export import export_frames
from ipe_workbench.records.importing import import_file
from ipe_workbench.records.tables import table

AT = datetime.datetime(2026, 11, 1, 9)  # noqa: DTZ001 - times in the records are UTC without saying so
HOSTILE = [
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "  =1+1", "\uff1d1+1", "\u200b=1", "'=quoted",
    "''=twice",
    '=HYPERLINK("https://x.example","y")', "=DDE(1)\nnext line",
]  # fmt: skip
HARMLESS = ["plain", "'tis", "1'000", "a = b", "7 - 5", "say \"so\"; or, 'not'", "line\nbreak", "Zoë Ünal"]


@pytest.fixture
def answered(store):
    """A learner who answers with formulas, and with negative numbers."""
    with store.writing() as connection:
        for name, rows in {
            "learners": [{"source_id": "s1"}],
            "survey_waves": [{"id": "w", "instrument": "i", "frame": "pre"}],
            "survey_responses": [
                {"learner_id": 1, "wave_id": "w", "item": f"c{number}", "comment": one}
                for number, one in enumerate([*HOSTILE, *HARMLESS])
            ]
            + [{"learner_id": 1, "wave_id": "w", "item": "v", "value": -2.5}],
            "evidence": [
                {"learner_id": 1, "credential": "huddles", "kind": "form", "reference": one} for one in HOSTILE
            ],
        }.items():
            for row in rows:
                connection.execute(table(name).insert().values(row))
    return store


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_runs_nothing_and_comes_back(answered, tmp_path, kind):
    files = export_frames(answered, tmp_path / "out", ["survey_responses", "evidence"], kind=kind)
    for file in files:
        if kind == "csv":
            with file.open(newline="", encoding="utf-8") as stream:
                cells = [cell for row in csv.reader(stream) for cell in row]
        else:
            sheet = openpyxl.load_workbook(file).active
            assert not any(one.data_type == "f" for row in sheet for one in row)
            cells = [one for row in sheet.values for one in row]
        risky = [
            one for one in cells if isinstance(one, str) and one.strip(" \t\u200b\u00a0")[:1] in tuple("=+-@\uff1d")
        ]
        assert risky in ([], ["-2.5"])
        assert kind == "csv" or "v" not in cells or -2.5 in cells
    with make_store(tmp_path / "second.sqlite") as second:
        # The pseudonyms of the one are the ids of the other.
        (learner,) = set(answered.frame("evidence")["learner"])
        (tmp_path / "roster.csv").write_text(f"learner,profession\n{learner},nursing\n")
        assert import_file(second, tmp_path / "roster.csv", at=AT).recorded
        for file in files:
            result = import_file(second, file, at=AT)
            assert not result.errors, result.errors
            assert not import_file(second, file, at=AT).changed
        before, after = (one.frame("survey_responses").set_index("item")["comment"] for one in (answered, second))
        assert after.dropna().to_dict() == before.dropna().to_dict()
        assert set(second.frame("evidence")["reference"]) == set(HOSTILE)
        assert second.frame("survey_responses", where={"item": "v"})["value"].tolist() == [-2.5]


def test_parquet_holds_the_texts_as_they_are(answered, tmp_path):
    import pandas as pd

    (file,) = export_frames(answered, tmp_path / "out", ["evidence"], kind="parquet")
    assert set(pd.read_parquet(file)["reference"]) == set(HOSTILE)
