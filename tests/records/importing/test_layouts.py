"""Files laid out as Canvas, Moodle, OneRoster, Qualtrics and REDCap write them, with what their makers forget."""

from __future__ import annotations

import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.importing.qualtrics import QUALTRICS
from tests.records.importing.test_one_roster import PACKAGE
from tests.records.test_formats import WAVE


def ids(result):
    return [one.id for one in result.findings]


# Canvas -------------------------------------------------------------------------------------------------------------

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Root Account,Section,Notes,iRAT 1 (101),Essay (102),Essays Current Score"
    ",Current Score (2026),Final Score (2026)\n"
    ",,,,,,,Manual Posting,,,,\n"
    "    Points Possible,,,,,,,20.00,10.00,(read only),(read only),(read only)\n"
    '"One, Learner",11,s1,one,canvas.example.edu,Section A and B,late,18.00,N/A,90.00,90.00,90.00\n'
    '"Two, Learner",12,s2,two,canvas.example.edu,Section A,,EX,,,,\n'
    '"Student, Test",99,,7f0,canvas.example.edu,Section A,,1.00,1.00,1,1,1\n'
)


def test_canvas_posts_some_by_hand_and_sums_by_grading_period(bring, roster, store):
    result = bring(CANVAS)
    assert (result.format, list(result.errors)) == ("canvas-gradebook", [])
    frame = store.frame("assessments")
    assert frame[["assessment", "score", "points_possible"]].to_numpy().tolist() == [["101", 0.9, 20.0]]
    assert not bring(CANVAS).changed


def test_canvas_may_part_the_names_and_write_decimal_commas(bring, roster, store):
    text = (
        "LastName;FirstName;ID;SIS Login ID;Section;iRAT 1 (101);Essay (102)\n"
        "    Points Possible;;;;;20,00;10,00\n"
        "Learner;One;11;s1;A;17,50;B+\nStudent;Test;99;x;A;1;1\n"
    )
    result = bring(text)
    assert ids(result) == ["grade-letters"]
    assert store.frame("assessments")["score"].tolist() == [0.875]


def test_canvas_without_its_row_of_points_gives_points_alone(bring, roster, store):
    result = bring("Student,ID,SIS User ID,iRAT 1 (101)\nOne,11,s1,18\n")
    assert ids(result) == ["points-possible-missing"]
    assert store.frame("assessments")[["score", "points"]].fillna(-1).to_numpy().tolist() == [[-1, 18]]


# Moodle -------------------------------------------------------------------------------------------------------------


def test_moodle_has_fields_of_the_profile_scales_and_feedback(bring, roster, store):
    text = (
        "First name,Last name,ID number,Institution,Department,Email address,Pronouns,Suspended,"
        "Quiz: iRAT 1 (Real),Quiz: iRAT 1 (Percentage),Quiz: iRAT 1 (Letter),Quiz: iRAT 1 (Feedback),"
        "Assignment: Reflection (Real),Category total (Real),Course total (Real),Last downloaded from this course\n"
        "One,L,s1,U,D,a@b.c,she,,17.50,87.50 %,B,well done,Satisfactory,17.50,17.50,1790000000\n"
        "Two,L,s2,U,D,b@b.c,,Yes,-,-,-,,-,-,-,1790000000\n"
    )
    result = bring(text)
    assert ids(result) == ["grade-words", "column-sum", "column-unread"]
    frame = store.frame("assessments")
    assert frame[["assessment", "score", "points"]].to_numpy().tolist() == [["Quiz: iRAT 1", 0.875, 17.5]]


def test_a_slip_in_a_column_of_numbers_is_no_scale(bring, roster, store):
    text = "ID number,Email address,Quiz: A (Percentage)\ns1,a@b.c,85 %\ns2,b@b.c,9o %\n"
    (error,) = bring(text).errors
    assert (error.id, error.place.line, error.place.field) == ("cell-unreadable", 3, "column Quiz: A (Percentage)")


# OneRoster ----------------------------------------------------------------------------------------------------------


def test_the_end_of_oneroster_is_the_first_day_after(bring, store):
    assert not bring(PACKAGE, "roster.zip").errors
    teams = store.frame("teams")
    assert teams["left"].dropna().astype(str).tolist() == ["2026-12-10"]
    with store.reading() as connection:
        from sqlalchemy import text

        assert str(connection.scalar(text("SELECT ends FROM terms"))) == "2026-12-10"


@pytest.mark.parametrize(
    ("file", "old", "new", "column"),
    [
        ("orgs.csv", "school,,\n", "school,,org-z\n", "parentSourcedId"),
        ("academicSessions.csv", "2026-12-11,,", "2026-12-11,year,", "parentSourcedId"),
        ("courses.csv", "c1,active,,,", "c1,active,,year,", "schoolYearSourcedId"),
        ("classes.csv", "hall,org-n", "hall,org-z", "schoolSourcedId"),
        ("enrollments.csv", "k1,org-n,u1", "k1,org-z,u1", "schoolSourcedId"),
    ],
)
def test_every_reference_of_oneroster_must_resolve(bring, store, file, old, new, column):
    assert old in PACKAGE[file]
    (error,) = bring({**PACKAGE, file: PACKAGE[file].replace(old, new, 1)}, "roster.zip").errors
    assert (error.id, error.place.field) == ("reference-unknown", f"column {column}")
    assert sum(store.counts().values()) == 0


def test_learners_of_oneroster_may_be_known_by_the_id_that_other_systems_use(bring, store):
    result = bring(PACKAGE, "roster.zip", columns={"learner": "identifier"})
    assert not result.errors
    assert not bring("learner,assessment,score\n1,irat-1,0.5\n").errors
    assert bring("learner,assessment,score\nu1,irat-1,0.5\n").errors
    assert store.frame("teams")["learner"].nunique() == 2
    with pytest.raises(UnusableInputError, match="studentNumber"):
        bring(PACKAGE, "roster.zip", columns={"learner": "studentNumber"})


def test_results_in_words_alone_are_counted_and_left_out(bring, store):
    results = PACKAGE["results.csv"].replace("comment\n", "comment,textScore\n", 1)
    results = results.replace("u1,fully graded,15,2026-09-10,", "u1,fully graded,,2026-09-10,,Good")
    result = bring({**PACKAGE, "results.csv": results}, "roster.zip")
    assert not result.errors
    assert "grade-words" in ids(result)
    assert store.frame("assessments").empty


# Qualtrics ----------------------------------------------------------------------------------------------------------


def survey(columns: dict[str, str], *rows: str) -> str:
    marks = ",".join(f'"{{""ImportId"":""{id}""}}"' for id in columns.values())
    return "\n".join((",".join(columns), ",".join("text" for _ in columns), marks, *rows)) + "\n"


def test_what_qualtrics_notes_beside_an_answer_is_not_an_answer(bring, roster, store):
    columns = {
        "Status": "status", "ExternalReference": "externalDataReference", "Q1_1": "QID1_1", "Q11": "QID11",
        "Q1_DO": "QID1_DO", "Q9_Page Submit": "QID9_PAGE_SUBMIT", "Q9_Browser": "QID8_BROWSER", "2_Q5": "2_QID5",
    }  # fmt: skip
    result = bring(survey(columns, "0,s1,4,5,1|2,12.5,Firefox,3", "40,s2,4,5,1|2,12.5,Firefox,3"), values=WAVE)
    assert (result.format, list(result.errors)) == ("qualtrics", [])
    assert ids(result) == ["response-preview"]
    frame = store.frame("survey_responses")
    assert dict(zip(frame["item"], frame["value"], strict=True)) == {"Q1_1": 4, "Q11": 5, "2_Q5": 3}


def test_two_questions_of_one_name_are_refused(bring, roster):
    columns = "Status,ExternalReference,Q1,Q1\na,b,c,d\n"
    marks = '"{""ImportId"":""status""}","{""ImportId"":""externalDataReference""}",'
    marks += '"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n'
    with pytest.raises(UnusableInputError, match="`Q1` and `Q1`"):
        bring(columns + marks + "0,s1,4,5\n", values=WAVE)


def test_an_export_of_qualtrics_without_its_third_row_is_not_taken_for_one(bring, put, roster):
    from ipe_workbench.records.importing.source import open_source

    text = "Status,ExternalReference,Q1\nResponse Type,Ref,I listen\n0,s1,4\n"
    assert not QUALTRICS.fits(open_source(put(text)))
    with pytest.raises(UnusableInputError, match="third row"):
        bring(text, values=WAVE, format="qualtrics")


# REDCap -------------------------------------------------------------------------------------------------------------


def test_redcap_knows_its_participants_by_record_or_by_survey_identifier(bring, roster, store):
    text = (
        "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_survey_identifier,"
        "iccas_timestamp,iccas_1,roles___1,roles___2,iccas_complete,log_timestamp,hours,log_complete\n"
        "1,baseline_arm_1,,,s1,2026-09-01 10:00:00,3,0,1,2,,,\n"
        "1,baseline_arm_1,log,1,s1,,,,,,2026-09-02 10:00:00,2,2\n"
        "1,baseline_arm_1,log,2,s1,,,,,,2026-09-09 10:00:00,3,2\n"
    )
    result = bring(text, columns={"learner": "redcap_survey_identifier"}, values={"wave": "2026"})
    assert (result.format, list(result.errors)) == ("redcap", [])
    frame = store.frame("survey_responses").sort_values(["wave", "item"])
    assert frame[["wave", "item", "value"]].to_numpy().tolist() == [
        ["2026-baseline_arm_1-iccas", "iccas_1", 3],
        ["2026-baseline_arm_1-iccas", "roles___1", 0],
        ["2026-baseline_arm_1-iccas", "roles___2", 1],
        ["2026-baseline_arm_1-log", "hours", 2],
        ["2026-baseline_arm_1-log-2", "hours", 3],
    ]


def test_redcap_with_labels_has_checkmarks_in_words_and_instruments_without_names(bring, roster, store):
    text = (
        "Record ID,Event Name,I listen,Roles (choice=Nurse),Complete?,I speak,Complete?\n"
        "s1,Post,5,Checked,Complete,4,Complete\ns2,Post,2,Unchecked,Complete,,\n"
    )
    result = bring(text, values={"wave": "2026", "instrument:1": "iccas", "instrument:2": "rips"})
    assert (result.format, list(result.errors)) == ("redcap", [])
    frame = store.frame("survey_responses")
    assert set(frame["instrument"]) == {"iccas", "rips"}
    assert frame.loc[frame["item"] == "Roles (choice=Nurse)", "value"].tolist() == [1, 0]
