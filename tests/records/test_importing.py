"""Files into the records: recognised, all or nothing, the same a second time, faults with their place."""

from __future__ import annotations

import datetime
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.records.importing import FORMATS, import_file
from ipe_workbench.records.importing.cells import parse_date
from ipe_workbench.records.importing.plain_tables import PLAIN_TABLES
from ipe_workbench.records.importing.source import open_source, plain

AT = datetime.datetime(2026, 11, 1, 9)  # noqa: DTZ001 - times in the records are UTC without saying so

ROSTER = "learner,given name,family name,profession,cohort,trait:age band\n" + "".join(
    f"s{number},Given{number},Family{number},{'nursing' if number % 2 else 'medicine'},2026,20-25\n"
    for number in range(1, 9)
)
RESULTS = "learner,assessment,attempt,on,score\ns1,irat-1,1,2026-10-01,0.5\ns2,irat-1,1,2026-10-01,75%\n"


@pytest.fixture
def bring(store, tmp_path):
    """Import a text as a file."""

    def bring(content: str | bytes, name: str = "file.csv", **options):
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return import_file(store, file, at=AT, **options)

    return bring


def counts(result) -> dict[str, tuple[int, int, int]]:
    return {one.target: (one.added, one.changed, one.unchanged) for one in result.tables}


def test_a_second_import_of_the_same_file_changes_nothing_and_says_so(bring, store):
    first = bring(ROSTER)
    assert counts(first)["learners"] == (8, 0, 0)
    assert first.format == "learners"
    before = store.counts()
    second = bring(ROSTER)
    assert not second.changed
    assert counts(second)["enrolments"] == (0, 0, 8)
    after = store.counts()
    assert after.pop("imports") == before.pop("imports") + 1
    assert after == before


def test_what_changed_is_changed_and_an_empty_cell_takes_nothing_away(bring, store):
    bring(ROSTER)
    bring(RESULTS)
    result = bring("learner,assessment,on,score\ns1,irat-1,,0.6\ns2,irat-1,2026-10-02,\ns3,irat-1,2026-10-03,1\n")
    assert counts(result)["assessments"] == (1, 2, 0)
    frame = store.frame("assessments").sort_values("on")
    assert frame["score"].tolist() == [0.6, 0.75, 1.0]
    assert frame["on"].dt.day.tolist() == [1, 2, 3]


def test_a_dry_run_tells_what_would_happen_and_records_nothing(bring, store):
    result = bring(ROSTER, dry_run=True)
    assert counts(result)["learners"] == (8, 0, 0)
    assert not result.recorded
    assert sum(store.counts().values()) == 0


@pytest.mark.parametrize(
    ("content", "id", "row", "words"),
    [
        ("learner,assessment,score\ns1,irat-1,0.5\ns99,irat-1,1\n", "unknown-learner", 3, "`s99` is not known"),
        ("learner,assessment,score\ns1,irat-1,abc\n", "cell-unreadable", 2, "`abc` is not a number"),
        ("learner,assessment,score\ns1,irat-1,50\n", "cell-unreadable", 2, "not a share"),
        ("learner,assessment,score\ns1,irat-1,1\ns1,irat-1,0\n", "row-twice", 3, "stands twice"),
        ("learner,assessment,score\n,irat-1,1\n", "cell-missing", 2, "`learner` is empty"),
        ("learner,assessment,on\ns1,irat-1,31.02.2026\n", "cell-unreadable", 2, "day that does not exist"),
        ("learner,assessment,on\ns1,irat-1,3/4/2026\n", "date-ambiguous", 2, "3 April 2026 or 4 March 2026"),
        ("learner,assessment,on\ns1,irat-1,13/4/2026\ns2,irat-1,4/13/2026\n", "date-styles", 3, "the day first"),
    ],
)
def test_a_faulty_row_is_named_with_its_place_and_nothing_is_recorded(bring, store, content, id, row, words):
    bring(ROSTER)
    before = store.counts()
    result = bring(content)
    assert (result.errors[0].id, result.errors[0].place.line) == (id, row)
    assert words in result.errors[0].message
    assert result.errors[0].mend
    assert not result.recorded
    assert store.counts() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (RESULTS + 's3,"irat', "opened and not closed"),
        (RESULTS + "s3,irat", "middle of a row"),
        (b"\x00\x01\x02" * 500, "not a table of text"),
        (RESULTS + "s3," + "x" * 10_000_000 + ",1,,\n", "more than 100,000 characters"),
        ("a,b\n1,2\n", "no kind of file"),
        ("", "no kind of file"),
        ("learner,student,assessment\ns1,s1,x\n", "are both `learner`"),
        (b"PK\x03\x04 and then nothing", "archive is damaged"),
    ],
)
def test_a_broken_file_is_refused_in_a_sentence(bring, store, content, words):
    bring(ROSTER)
    before = store.counts()
    with pytest.raises((UnreadableFileError, UnusableInputError), match=words) as refused:
        bring(content)
    assert "file.csv" in str(refused.value)
    assert store.counts() == before


@pytest.mark.parametrize(
    ("encode", "sign", "guessed"),
    [
        (lambda text: text.encode("utf-8-sig"), ",", False),
        (lambda text: text.encode("utf-16"), ";", False),
        (lambda text: text.encode("cp1252"), "\t", True),
        (lambda text: text.replace("\n", "\r\n").encode(), "|", False),
        (lambda text: text.replace("\n", "\r").encode(), ",", False),
    ],
)
def test_files_are_read_however_a_program_wrote_them(bring, store, encode, sign, guessed):
    text = f"Student ID{sign}First Name{sign}profession\ns1{sign}Zoë{sign}nursing\ns2{sign}Jürgen{sign}nursing\n"
    result = bring(encode(text))
    assert counts(result)["learner_names"] == (2, 0, 0)
    assert [one.id for one in result.findings if one.id == "guessed-encoding"] == ["guessed-encoding"] * guessed


def test_dates_are_read_in_three_styles(bring, store):
    bring(ROSTER)
    for style, dates in (
        ("auto", ("2026-10-01", "2026-10-13")),
        ("auto", ("1/10/2026", "13/10/2026")),
        ("mdy", ("10/1/2026", "10/13/2026")),
    ):
        rows = "".join(f"s{number},irat-1,{day}\n" for number, day in enumerate(dates, start=1))
        result = bring(f"learner,assessment,on\n{rows}", dates=None if style == "auto" else "mdy")
        assert not result.errors
    assert store.frame("assessments")["on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-10-01", "2026-10-13"]
    assert not result.changed


@given(st.dates())
def test_any_date_is_read_back_from_each_style(day):
    for text, style in (
        (day.isoformat(), None),
        (f"{day.day}.{day.month}.{day.year:04}", "dmy"),
        (f"{day.month:02}/{day.day:02}/{day.year:04}", "mdy"),
    ):
        assert parse_date(text, style) == day


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=20))
def test_the_quote_that_keeps_a_formula_from_running_is_undone(text):
    assert plain(spreadsheet_safe(text)) == text.strip() or text.strip().startswith("'")


@pytest.mark.parametrize("name", ["../out.csv", "/abs.csv", "a/../../b.csv", "C:\\x.csv"])
def test_an_archive_that_reaches_outside_is_refused(tmp_path, name):
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(name, "a,b\n")
    with pytest.raises(UnreadableFileError, match="outside of itself"):
        open_source(file)


def test_an_archive_that_grows_without_measure_is_refused(tmp_path):
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("users.csv", b"a,b\n" + b"0" * 50_000_000)
    with pytest.raises(UnreadableFileError, match="200 times"):
        open_source(file)


@pytest.mark.parametrize("kind", [one.id for one in PLAIN_TABLES])
def test_each_simple_file_is_recognised_by_the_names_of_the_manual_and_recorded(bring, store, kind):
    bring(ROSTER)
    bring("term,starts,ends\n2026-fall,2026-08-24,2026-12-11\n")
    bring("offering,term\nteam-day-1,2026-fall\n")
    example = {
        "terms": "id,title,starts,ends\n2027-spring,Spring,2027-01-11,2027-05-01\n",
        "learners": "learner,profession\nnew,pharmacy\n",
        "staff": "staff,given_name\nf1,Ann\n",
        "teams": "term,team,learner,facilitator\n2026-fall,Red,s1,f1\n2026-fall,Red,s2,f1\n",
        "offerings": "offering,activity,credential,term,starts,ends,room,seats\no1,a,c,2026-fall,2026-09-01,,hall,72\n",
        "attendance": "learner,offering,on,status,hours\ns1,team-day-1,2026-10-01,present,2\n",
        "assessments": "learner,assessment,points,points_possible\ns1,irat-1,4,5\n",
        "item-responses": "learner,assessment,item,response,score\ns1,irat-1,1,B,1\n",
        "rubric-scores": "learner,assessment,criterion,rater,level,score\ns1,sim-1,listening,f1,meets,3\n",
        "survey-responses": "learner,wave,instrument,frame,item,value\ns1,w1,iccas,post,1,6\n",
        "evidence": "learner,credential,kind,reference\ns1,huddles,recording,https://example.edu/1\n",
        "awards": "learner,credential,on,version\ns1,huddles,2026-10-20,1.0\n",
        "consents": "learner,purpose,given,on\ns1,research,yes,2026-09-01\n",
    }[kind]
    before = sum(store.counts().values())
    result = bring(example)
    assert result.format == kind
    assert not result.errors
    assert result.recorded
    assert sum(store.counts().values()) > before + 1


def test_teams_need_their_term_and_members_need_to_be_known(bring):
    bring(ROSTER)
    result = bring("term,team,learner\n2026-fall,Red,s1\n2026-fall,Red,s77\n")
    assert {one.id for one in result.errors} == {"unknown-term", "unknown-learner"}


def test_an_award_that_is_recorded_is_never_changed(bring, store):
    bring(ROSTER)
    bring("learner,credential,on,version\ns1,huddles,2026-10-20,1.0\n")
    result = bring("learner,credential,on,version\ns1,huddles,2026-10-20,2.0\n")
    assert not result.changed
    assert store.frame("awards")["version"].tolist() == ["1.0"]


def test_the_gradebook_of_canvas(bring, store):
    bring(ROSTER)
    result = bring(
        "Student,ID,SIS User ID,SIS Login ID,Section,iRAT 1 (101),Essay (102),Current Score\n"
        "    Points Possible,,,,,20,10,(read only)\n"
        '"One, Learner",11,s1,one,A,18,N/A,90\n"Two, Learner",12,s2,two,A,EX,12,100\n"Student, Test",99,,x,A,1,1,1\n'
    )
    assert result.format == "canvas-gradebook"
    assert [one.id for one in result.findings] == ["score-clipped"]
    frame = store.frame("assessments")
    assert frame[["assessment", "score", "points", "points_possible"]].values.tolist() == [
        ["101", 0.9, 18, 20],
        ["102", 1.0, 12, 10],
    ]


def test_a_mapping_names_columns_and_fixed_values(bring, store):
    bring(ROSTER)
    content = "who,result\ns1,0.5\n"
    result = bring(
        content, format="assessments", columns={"learner": "who", "score": "result"}, values={"assessment": "irat-9"}
    )
    assert result.recorded
    assert store.frame("assessments")["assessment"].tolist() == ["irat-9"]
    with pytest.raises(UnusableInputError, match="does not have"):
        bring(content, format="assessments", columns={"learner": "nobody"})
    with pytest.raises(UnusableInputError, match="no format"):
        bring(content, format="assessment")
    assert "assessments" in FORMATS
