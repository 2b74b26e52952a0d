"""Frames as files, mapping files proposed, and what is odd in the records."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.records.checks import check_records
from ipe_workbench.records.export import export_frames
from ipe_workbench.records.importing import import_file, propose_mapping, read_mapping
from ipe_workbench.records.importing.source import plain

AT = datetime.datetime(2026, 11, 1, 9)  # noqa: DTZ001 - times in the records are UTC without saying so


@pytest.fixture
def bring(store, tmp_path):
    """Import a text as a file."""

    def bring(content, **options):
        file = tmp_path / "file.csv"
        file.write_text(content)
        result = import_file(store, file, at=AT, **options)
        assert not result.errors, result.errors
        return result

    return bring


@pytest.fixture
def filled(bring, store):
    bring("learner,profession,cohort,start date,end date\ns1,nursing,2026,2026-08-01,2026-12-01\ns2,,,,\n")
    bring("learner,assessment,score,on\ns1,irat-1,0.5,2026-10-01\ns1,irat-2,0.5,2027-10-01\n")
    bring('learner,wave,instrument,frame,item,value,comment\ns1,w,iccas,post,1,-2.5,\ns2,w,iccas,post,2,,"=1+1"\n')
    bring("learner,credential,on,expires\ns1,no-such,2025-01-01,2026-01-01\n")
    return store


def test_exports_run_no_formula_and_keep_negative_numbers(filled, tmp_path):
    (file,) = export_frames(filled, tmp_path / "out", ["survey_responses"])
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [one["value"] for one in rows] == ["-2.5", ""]
    assert rows[1]["comment"] == "'=1+1"
    assert plain(rows[1]["comment"]) == "=1+1"
    (book,) = export_frames(filled, tmp_path / "out", ["survey_responses"], kind="xlsx")
    cells = list(openpyxl.load_workbook(book).active.values)
    at = cells[0].index("value")
    assert cells[1][at] == -2.5
    assert not any(one.data_type == "f" for row in openpyxl.load_workbook(book).active for one in row)
    (table,) = export_frames(filled, tmp_path / "out", ["survey_responses"], kind="parquet")
    assert pd.read_parquet(table)["value"].tolist()[0] == -2.5
    with pytest.raises(UnknownNameError):
        export_frames(filled, tmp_path / "out", ["survey"])
    assert not list((tmp_path / "out").glob(".*"))


@pytest.mark.parametrize(
    ("text", "format", "columns"),
    [
        (
            "Student Number,Date of award,Badge ID,Note\ns1,2026-10-01,huddles,x\n",
            "awards",
            {"learner": "Student Number", "on": "Date of award", "credential": "Badge ID"},
        ),
        (
            "Matrikel;Datum;Test Name;Resultat\ns1;1.10.2026;irat-1;0,5\ns2;13.10.2026;irat-1;0,8\n",
            "assessments",
            {"learner": "Matrikel", "on": "Datum", "assessment": "Test Name", "score": "Resultat"},
        ),
        (
            "Student ID;Vorname;Nachname;Studiengang;Beginn\ns1;Ann;Maier;Pharmazie;11.01.2027\n",
            "learners",
            {"given_name": "Vorname", "family_name": "Nachname", "study_programme": "Studiengang", "starts": "Beginn"},
        ),
        (
            "StudentNr,SessionID,SessionDate,Attendance Status\ns1,o1,2026-10-01,present\n",
            "attendance",
            {
                "learner": "StudentNr",
                "offering": "SessionID",
                "on": "SessionDate",
                "status": "Attendance Status",
            },
        ),
    ],
)
def test_a_mapping_is_proposed_that_imports_read(tmp_path, text, format, columns):
    file = tmp_path / "of-the-dean.csv"
    file.write_text(text)
    proposal = propose_mapping(file)
    assert proposal.format == format
    assert proposal.columns == columns
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(proposal.to_yaml())
    chosen = read_mapping(mapping)
    assert (chosen.format, chosen.columns) == (format, columns)


def test_headings_that_are_hostile_stay_text_in_a_mapping(tmp_path):
    file = tmp_path / "file.csv"
    file.write_text('Learner,"badge: [x]\n- !!python/object #\u202e\U0001f600",Awarded on\ns1,huddles,2026-10-01\n')
    text = propose_mapping(file).to_yaml()
    assert "\u202e" not in text
    (tmp_path / "mapping.yaml").write_text(text)
    assert read_mapping(tmp_path / "mapping.yaml").format == "awards"


def test_what_no_constraint_can_refuse_is_found(filled):
    found = {one.id: one for one in check_records(filled, on=AT.date())}
    assert set(found) == {
        "award-expired",
        "assessment-unplanned",
        "result-outside-enrolment",
        "learner-without-enrolment",
    }
    assert found["result-outside-enrolment"].message.startswith("1 of the results")
    assert "s1" not in found["result-outside-enrolment"].message
    assert "award-expired" not in {one.id for one in check_records(filled, on=datetime.date(2025, 6, 1))}


def test_what_the_programme_does_not_have_is_found_with_what_was_meant(bring, store, db):
    programme = example_programme()
    good = next(iter(programme.credentials.values()))
    assert good.rubric is not None
    criterion, level = good.rubric.criteria[0].id, good.rubric.levels[0].id
    bring("learner,profession,cohort\ns1,nursing,2026\ns2,nursng,2026\n")
    bring("id,starts\n2026-fall,2026-08-24\n2026-autumn,2026-08-24\n")
    bring(f"learner,credential,on,version\ns1,{good.id},2026-10-01,{good.version}\ns2,{good.id},2026-10-01,0.1\n")
    bring(f"learner,credential,on,issuer\ns1,{good.id}x,2026-10-01,\ns1,cpr,2026-10-01,Red Cross\n")
    bring(f"offering,activity,term\no1,{good.activities[0].id},2026-fall\no2,no-such-thing,2026-fall\n")
    bring(
        f"learner,assessment,criterion,rater,level\ns1,{good.id},{criterion},f1,{level}\n"
        f"s1,{good.id},{criterion}-x,f1,superb\n"
    )
    found = check_records(store, on=datetime.date(2026, 10, 2), programme=programme)
    told = {one.id: one for one in found if one.id.endswith("unknown")}
    assert {name: (one.severity, one.subject) for name, one in told.items()} == {
        "award-unknown": ("error", f"{good.id}x"),
        "award-version-unknown": ("warning", good.id),
        "offering-activity-unknown": ("warning", "no-such-thing"),
        "study-programme-profession-unknown": ("warning", "nursng"),
        "term-unknown": ("warning", "2026-autumn"),
        "rating-criterion-unknown": ("warning", good.id),
        "rating-level-unknown": ("warning", good.id),
    }
    assert "nursing" in told["study-programme-profession-unknown"].mend
    run = CliRunner().invoke
    folder = str(Path(__file__).resolve().parents[2] / "data" / "programmes" / "cu-ipe")
    done = run(app, ["records", "check", "--db", db, "--on", "2026-10-02", "--programme", folder, "--format", "json"])
    assert done.exit_code == 1
    assert {one["id"] for one in json.loads(done.stdout)["findings"]} == {one.id for one in found}
    assert run(app, ["records", "check", "--db", db, "--on", "2026-10-02"]).exit_code == 0


def test_the_command_line_maps_exports_and_checks(filled, db, tmp_path):
    run = CliRunner().invoke
    file = tmp_path / "awards.csv"
    file.write_text("Student Number,Date of award,Badge ID\ns1,2026-10-01,huddles\n")
    out = tmp_path / "mapping.yaml"
    assert run(app, ["records", "map", str(file), "--out", str(out)]).exit_code == 0
    done = run(app, ["records", "import", str(file), "--mapping", str(out), "--db", db])
    assert (done.exit_code, "awards" in done.output) == (0, True)
    done = run(app, ["records", "export", str(tmp_path / "out"), "--db", db, "--frame", "awards"])
    assert (tmp_path / "out" / "awards.csv").read_text().count("\n") == 3
    assert done.exit_code == 0
    done = run(app, ["records", "check", "--db", db, "--on", "2026-11-01", "--format", "json"])
    assert (done.exit_code, "award-expired" in done.output) == (0, True)
