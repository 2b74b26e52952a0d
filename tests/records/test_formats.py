"""Each kind of file that other systems write: recognised, recorded, and the same a second time."""

from __future__ import annotations

import datetime
import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.records.importing import import_file

AT = datetime.datetime(2026, 11, 1, 9)  # noqa: DTZ001 - times in the records are UTC without saying so
OULAD = Path(__file__).resolve().parents[3] / "shared" / "data" / "oulad-bbb-2013j"

ROSTER = "learner,given name,family name,email,profession,cohort\n" + "".join(
    f"s{number},Given{number},Family{number},s{number}@example.edu,nursing,2026\n" for number in range(1, 9)
)


@pytest.fixture
def bring(store, tmp_path):
    """Import a text as a file, or texts by name as an archive."""

    def bring(content, name="file.csv", **options):
        file = tmp_path / name
        if isinstance(content, dict):
            with zipfile.ZipFile(file, "w") as packed:
                for inside, text in content.items():
                    packed.writestr(inside, text)
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(store, file, at=AT, **options)

    return bring


@pytest.fixture
def roster(bring):
    assert not bring(ROSTER).errors
    assert not bring("term,starts,ends\n2026-fall,2026-08-24,2026-12-11\n").errors
    assert not bring("term,team,learner\n2026-fall,Red,s1\n2026-fall,Red,s2\n2026-fall,Blue,s3\n").errors
    assert not bring("offering,term\nteam-day-1,2026-fall\n").errors


def ids(result):
    return [one.id for one in result.findings]


def again(bring, *arguments, **options):
    first = bring(*arguments, **options)
    assert not first.errors, [str(one) for one in first.errors]
    assert first.changed
    assert not bring(*arguments, **options).changed
    return first


# Sheets that people keep --------------------------------------------------------------------------------------------


def test_a_readiness_test_is_marked_by_its_key(bring, store, roster):
    sheet = "Student ID,Name,Q1,Q2,Q3,Q4\nkey,,A,B/C,C,D\ns1,One,A,b,c,A\ns2,Two,A,C,,D\ns3,,,,,\n"
    result = again(bring, sheet, values={"assessment": "irat-1", "on": "2026-09-10"})
    assert result.format == "readiness-test"
    frame = store.frame("assessments")
    assert frame["kind"].unique().tolist() == ["irat"]
    # By hand: s1 has three of four right, s2 three (an empty answer is wrong), s3 was not there.
    assert frame["points"].tolist() == [3, 3]
    assert frame["score"].tolist() == [0.75, 0.75]
    items = store.frame("item_responses")
    assert len(items) == 8
    assert items["score"].sum() == 6


def test_the_answers_of_a_team_count_for_each_member(bring, store, roster):
    sheet = "Team,1,2,3\npoints,4,4,4\nRed,4,2,0\nBlue,4,4,4\n"
    again(bring, sheet, values={"assessment": "trat-1", "term": "2026-fall"})
    frame = store.frame("assessments").sort_values(["team", "learner"])
    assert frame["kind"].unique().tolist() == ["trat"]
    assert frame[["team", "score"]].to_numpy().tolist() == [["Blue", 1.0], ["Red", 0.5], ["Red", 0.5]]
    result = bring("Team,1,2\nkey,A,B\nGreen,A,B\n", values={"assessment": "trat-2"})
    assert [(one.id, one.place.line) for one in result.errors] == [("unknown-team", 3)]


def test_what_a_sheet_does_not_say_must_be_set(bring, roster):
    with pytest.raises(UnusableInputError, match="does not say the assessment"):
        bring("learner,Q1,Q2\nkey,A,B\ns1,A,B\n")


def test_rubric_ratings_with_a_column_a_criterion(bring, store, roster):
    sheet = "Learner;Rater;Date;Listening;Respect\ns1;f1;1.10.2026;3;2,5\ns1;f2;2.10.2026;meets;-\n"
    result = again(bring, sheet, values={"assessment": "sim-1"}, labels={"meets": 3})
    assert result.format == "rubric-sheet"
    frame = store.frame("rubric_scores").sort_values(["criterion", "on"])
    assert frame["criterion"].tolist() == ["Listening", "Listening", "Respect"]
    assert frame["score"].tolist() == [3, 3, 2.5]
    assert frame["level"].dropna().tolist() == ["meets"]


def test_attendance_with_a_column_a_session(bring, store, roster):
    sheet = "learner,name,team-day-1 2026-10-01,2026-10-08\ns1,One,P,late\ns2,Two,A,\n"
    result = again(bring, sheet, values={"offering": "team-day-1", "hours": "2"})
    assert result.format == "attendance-sheet"
    frame = store.frame("attendance").sort_values(["on", "status"])
    assert frame["status"].tolist() == ["absent", "present", "late"]
    assert frame["hours"].fillna(0).tolist() == [0, 2, 2]
    faulty = bring("learner,2026-10-15\ns1,sick\n", values={"offering": "team-day-1"})
    assert (faulty.errors[0].place.line, faulty.errors[0].place.field) == (2, "column 2026-10-15")


# Surveys ------------------------------------------------------------------------------------------------------------


def qualtrics(*rows: str) -> str:
    names = (
        "StartDate,EndDate,Status,IPAddress,Progress,Finished,RecordedDate,ResponseId,ExternalReference,Q1,Q2,Q3,arm"
    )
    texts = 'Start Date,End Date,Response Type,IP,Progress,Finished,Recorded,ID,Ref,"I listen,\nalways",Q2?,Say,arm'
    marks = ["startDate", "endDate", "status", "ipAddress", "progress", "finished", "recordedDate", "_recordId",
             "externalDataReference", "QID1", "QID2", "QID3_TEXT", "arm"]  # fmt: skip
    third = ",".join(f'"{{""ImportId"":""{one}""}}"' for one in marks)
    return "\n".join((names, texts, third, *rows)) + "\n"


WAVE = {"wave": "2026-fall-post", "instrument": "iccas", "frame": "post"}


def test_a_survey_of_qualtrics(bring, store, roster):
    text = qualtrics(
        "2026-10-01 09:00:00,,IP Address,1.2.3.4,100,True,2026-10-01 09:15:02,R_1,s1,5,5 - Strongly agree,Thanks,x",
        "2026-10-01 09:00:00,,IP Address,1.2.3.4,50,False,2026-10-01 09:15:02,R_2,s2,4,,,x",
        "2026-10-01 09:00:00,,Survey Preview,1.2.3.4,100,True,2026-10-01 09:15:02,R_3,s3,4,,,x",
        "2026-10-01 09:00:00,,0,1.2.3.4,100,1,2026-10-02 09:15:02,R_4,s4,Agree,,,x",
    )
    result = again(bring, text, values=WAVE, labels={"Agree": 4})
    assert result.format == "qualtrics"
    assert {"response-preview", "response-unfinished", "column-unread", "answers-in-words"} == set(ids(result))
    frame = store.frame("survey_responses").sort_values(["on", "item"])
    assert frame["item"].tolist() == ["Q1", "Q2", "Q3", "Q1"]
    assert frame["value"].tolist()[:2] == [5, 5]
    assert frame["value"].tolist()[3] == 4
    assert frame["comment"].dropna().tolist() == ["Thanks"]
    assert frame["on"].dt.day.tolist() == [1, 1, 1, 2]
    faulty = bring(qualtrics(",,0,,100,1,2026-10-02,R_5,s99,1,,,"), values=WAVE)
    assert (faulty.errors[0].id, faulty.errors[0].place.line) == ("unknown-learner", 4)
    with pytest.raises(UnusableInputError, match="no frame"):
        bring(text, values={**WAVE, "frame": "sometime"})


def test_an_export_of_redcap_raw_and_with_labels(bring, store, roster):
    raw = (
        "record_id,redcap_event_name,iccas_timestamp,iccas_1,iccas_2,iccas_complete,rips_1,rips_complete\n"
        "s1,baseline_arm_1,2026-09-01 10:00,3,4,2,1,2\ns1,post_arm_1,2026-12-01 10:00,5,5,2,,0\n"
        "s2,baseline_arm_1,[not completed],2,,0,,\n"
    )
    result = again(bring, raw, values={"wave": "2026"})
    assert result.format == "redcap"
    assert ids(result) == ["response-unfinished"]
    frame = store.frame("survey_responses")
    assert sorted(set(zip(frame["wave"], frame["instrument"], frame["frame"], strict=True))) == [
        ("2026-baseline_arm_1-iccas", "iccas", "pre"),
        ("2026-baseline_arm_1-rips", "rips", "pre"),
        ("2026-post_arm_1-iccas", "iccas", "post"),
    ]
    assert frame["value"].sum() == 3 + 4 + 1 + 5 + 5
    labels = "Record ID,Event Name,I listen,I speak,Complete?\ns3,After the course,Agree,5 = Always,Complete\n"
    again(bring, labels, values={"instrument": "iccas", "wave": "2027"}, labels={"Agree": 4})
    assert store.frame("survey_responses", where={"wave": "2027-After the course"})["value"].tolist() == [4, 5]


# Learning platforms -------------------------------------------------------------------------------------------------


def test_the_grades_of_moodle(bring, store, roster):
    text = (
        'First name;Last name;ID number;Email address;"Quiz: iRAT 1 (Real)";"Quiz: iRAT 1 (Percentage)";'
        '"Assignment: Essay (Real)";"Course total (Real)";"Last downloaded from this course"\n'
        'One;L;s1;a@b.c;17,50;"87,50 %";8;90;1790000000\nTwo;L;s2;b@b.c;-;-;-;-;1790000000\n'
    )
    result = again(bring, text, values={"points_possible:Assignment: Essay": "10"})
    assert result.format == "moodle-grades"
    assert ids(result) == ["column-sum"]
    frame = store.frame("assessments").sort_values("assessment")
    assert frame["assessment"].tolist() == ["Assignment: Essay", "Quiz: iRAT 1"]
    assert frame["kind"].tolist() == ["assignment", "quiz"]
    assert frame["score"].tolist() == [0.8, 0.875]
    assert frame["points"].tolist() == [8, 17.5]
    assert "points-possible-missing" in ids(bring(text))


STATEMENT = {
    "id": "0190aaaa-0000-7000-8000-000000000001",
    "actor": {"objectType": "Agent", "account": {"homePage": "https://lms.example.edu", "name": "s1"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en": "passed"}},
    "object": {"id": "https://example.edu/module-1"},
    "result": {"score": {"scaled": 0.9}, "duration": "PT4M"},
    "timestamp": "2026-10-01T10:00:00+02:00",
}


def test_statements_of_xapi_in_each_wrapping(bring, store, roster):
    by_mail = {
        "actor": {"mbox": "mailto:S2@example.edu"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://example.edu/module-1"},
        "result": {"score": {"raw": 15, "min": 0, "max": 20}},
        "timestamp": "2026-10-02T10:00:00Z",
    }
    void = {
        "id": "v", "actor": STATEMENT["actor"], "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
        "object": {"objectType": "StatementRef", "id": "gone"}, "timestamp": "2026-10-03T10:00:00Z",
    }  # fmt: skip
    statements = [STATEMENT, {**STATEMENT, "id": "gone"}, void, by_mail]
    result = again(bring, "\n".join(map(json.dumps, statements)), "statements.jsonl")
    assert result.format == "xapi"
    frame = store.frame("events").sort_values("at")
    assert frame["verb"].tolist() == ["passed", "completed"]
    assert frame["at"].astype(str).tolist()[0].startswith("2026-10-01 08:00:00")
    assert frame["score"].tolist() == [0.9, 0.75]
    assert frame["success"].fillna(False).tolist() == [True, False]
    assert frame["completion"].fillna(False).tolist() == [False, True]
    for wrapped in (json.dumps(statements, indent=2), json.dumps({"statements": statements, "more": ""})):
        assert not bring(wrapped, "statements.json").changed


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        ({"actor": {"account": {"name": "s99"}}}, 2, "`s99` is not known"),
        ({"result": {"score": {"scaled": 9}}}, 2, "not from -1 to 1"),
        ({"timestamp": "yesterday"}, 2, "not a time"),
        ({"verb": {}}, 2, "no verb"),
    ],
)
def test_a_statement_that_cannot_be_recorded_is_named(bring, store, roster, change, line, words):
    text = json.dumps(STATEMENT) + "\n" + json.dumps({**STATEMENT, "id": "2", **change})
    result = bring(text, "statements.jsonl")
    assert words in result.errors[0].message
    assert result.errors[0].place.line == line
    assert store.frame("events").empty


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(STATEMENT) + '\n{"id": "cut',
        "[" + json.dumps(STATEMENT),
        "[" + json.dumps(STATEMENT) + json.dumps(STATEMENT) + "]",
        json.dumps(STATEMENT) + "\n" + "[" * 100_000,
        json.dumps(STATEMENT) + '\n{"score": NaN}',
        json.dumps(STATEMENT) + '\n{"id": "' + "x" * 10_000_000 + '"}',
    ],
)
def test_broken_json_is_refused_in_a_sentence(bring, store, roster, text):
    with pytest.raises(UnreadableFileError) as refused:
        bring(text, "statements.jsonl", format="xapi")
    assert "line" in str(refused.value)
    assert len(str(refused.value)) < 400
    assert store.frame("events").empty


# Badges earned elsewhere --------------------------------------------------------------------------------------------


def test_badges_earned_elsewhere_become_awards_with_their_issuer(bring, store, roster):
    hashed = "sha256$" + hashlib.sha256(b"s1@example.edusalt").hexdigest()
    second = {
        "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": "https://badges.example.org/a/1",
        "recipient": {"type": "email", "hashed": True, "salt": "salt", "identity": hashed},
        "badge": {"id": "https://badges.example.org/b/1", "issuer": {"id": "https://badges.example.org"}},
        "issuedOn": "2026-05-01T10:00:00Z", "expires": "2028-05-01T10:00:00Z",
    }  # fmt: skip
    third = {
        "type": ["VerifiableCredential", "OpenBadgeCredential"], "issuer": {"id": "did:web:example.org"},
        "validFrom": "2026-06-01T00:00:00Z",
        "credentialSubject": {
            "identifier": [{"identityType": "emailAddress", "hashed": False, "identityHash": "s2@example.edu"}],
            "achievement": {"id": "https://example.org/ach/1", "name": "Triage"},
        },
    }  # fmt: skip
    result = again(
        bring, json.dumps([second, third]), "badges.json", values={"credential:https://example.org/ach/1": "triage"}
    )
    assert result.format == "open-badges"
    frame = store.frame("awards").sort_values("on")
    assert frame["credential"].tolist() == ["https://badges.example.org/b/1", "triage"]
    assert frame["issuer"].tolist() == ["https://badges.example.org", "did:web:example.org"]
    assert frame["expires"].dt.year.dropna().tolist() == [2028]
    stranger = {**second, "recipient": {"type": "email", "hashed": False, "identity": "x@example.edu"}}
    assert [one.id for one in bring(json.dumps(stranger), "b.json").errors] == ["unknown-learner"]
    assert ids(bring(json.dumps({**second, "revoked": True}), "b.json")) == ["nothing-to-record", "badge-revoked"]


def test_a_list_of_badges(bring, store, roster):
    text = "Recipient Email,Badge Name,Issuer,Issued On,Revoked\ns1@example.edu,CPR,Red Cross,2026-05-01,no\n"
    assert again(bring, text).format == "open-badges-list"
    assert store.frame("awards")["issuer"].tolist() == ["Red Cross"]
    assert [one.id for one in bring(text.replace("s1@", "x@")).errors] == ["unknown-learner"]


# OULAD --------------------------------------------------------------------------------------------------------------

OULAD_FILES = {
    "courses.csv": "code_module,code_presentation,module_presentation_length\nBBB,2013J,268\nBBB,2014B,240\n",
    "studentInfo.csv": "code_module,code_presentation,id_student,gender,region,highest_education,imd_band,age_band,"
    "num_of_prev_attempts,studied_credits,disability,final_result\n"
    "BBB,2014B,1,F,Wales,A,?,35-55,1,60,N,Pass\nBBB,2013J,1,F,Scotland,A,10-20,0-35,0,60,N,Withdrawn\n",
    "studentRegistration.csv": "code_module,code_presentation,id_student,date_registration,date_unregistration\n"
    "BBB,2013J,1,-10,31\nBBB,2014B,1,-1,\n",
    "assessments.csv": "code_module,code_presentation,id_assessment,assessment_type,date,weight\n"
    "BBB,2013J,7,TMA,19,10\nBBB,2014B,8,Exam,,100\n",
    "studentAssessment.csv": "id_assessment,id_student,date_submitted,is_banked,score\n7,1,18,0,39\n8,1,-1,1,?\n",
}


def test_days_of_oulad_count_from_the_start_of_the_presentation(bring, store):
    result = again(bring, OULAD_FILES, "oulad.zip")
    assert result.format == "oulad"
    enrolments = store.frame("enrolments").sort_values("cohort")
    assert enrolments["starts"].astype(str).tolist() == ["2013-09-21", "2014-01-31"]
    assert enrolments["ends"].astype(str).tolist()[0] == "2013-11-01"
    assert enrolments["status"].tolist() == ["withdrawn", "completed"]
    results = store.frame("assessments").sort_values("assessment")
    assert results["on"].dropna().astype(str).tolist() == ["2013-10-19"]
    assert results["passed"].tolist()[0] is False
    traits = store.frame("traits").set_index("trait")["value"]
    # What is said of a person twice counts as the later presentation says it.
    assert traits["region"] == "Wales"
    assert traits["BBB-2013J final_result"] == "Withdrawn"
    hasty = {**OULAD_FILES, "studentRegistration.csv": OULAD_FILES["studentRegistration.csv"].replace("-10,31", "20,5")}
    (early,) = [one for one in bring(hasty, "oulad.zip").findings if one.id == "unregistered-early"]
    assert (early.place.line, early.place.field) == (2, "column date_unregistration")
    hurried = store.frame("enrolments", where={"cohort": "2013J"})
    assert hurried["starts"].tolist() == hurried["ends"].tolist()
    broken = {**OULAD_FILES, "studentAssessment.csv": OULAD_FILES["studentAssessment.csv"] + "7,99,1,0,140\n"}
    found = bring(broken, "oulad.zip").errors
    assert [(one.place.line, one.place.field) for one in found] == [(4, "column score")]


@pytest.mark.skipif(not OULAD.is_dir(), reason="the real excerpt of OULAD is not on this machine")
def test_the_facts_of_a_real_presentation_come_back(store):
    result = import_file(store, OULAD, at=AT)
    assert not result.errors
    # Facts worked out apart from this program; see the excerpt's own description.
    enrolments, results = store.frame("enrolments"), store.frame("assessments")
    assert enrolments["learner"].nunique() == 2237
    assert enrolments["ends"].notna().sum() == 647
    traits = store.frame("traits", where={"trait": "BBB-2013J final_result"})
    assert traits["value"].value_counts().to_dict() == {
        "Pass": 896,
        "Distinction": 176,
        "Fail": 521,
        "Withdrawn": 644,
    }
    assert len(results) == 14375
    assert round(100 * results["score"].mean(), 2) == 78.92
    assert not import_file(store, OULAD, at=AT).changed
