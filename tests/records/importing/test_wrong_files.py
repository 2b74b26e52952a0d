"""Wrong files, for each kind of file: a finding with its row and column, or one sentence; nothing is written."""

from __future__ import annotations

import io
import json
import re
import zipfile

import openpyxl
import pytest

from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.records.importing import FORMATS
from tests.records.importing.test_one_roster import PACKAGE
from tests.records.test_formats import OULAD_FILES, STATEMENT, WAVE, qualtrics

BADGE = {
    "type": "Assertion", "id": "https://b.example.org/1", "issuedOn": "2026-05-01T10:00:00Z",
    "recipient": {"type": "email", "hashed": False, "identity": "s1@example.edu"},
    "badge": {"id": "https://b.example.org/b", "issuer": "https://b.example.org"},
}  # fmt: skip

#: A good file of each kind with the values that it needs, the learner in it as `s1`.
GOOD: dict[str, tuple[object, dict[str, str]]] = {
    "oneroster": (PACKAGE, {}),
    "oulad": (OULAD_FILES, {}),
    "xapi": (json.dumps(STATEMENT) + "\n", {}),
    "open-badges": (json.dumps(BADGE) + "\n", {}),
    "qualtrics": (qualtrics(",,0,,100,1,2026-10-02,R_5,s1,1,,,"), WAVE),
    "redcap": (
        "record_id,redcap_event_name,iccas_timestamp,iccas_1,iccas_2,iccas_complete\ns1,post,2026-10-02,1,2,2\n",
        {},
    ),
    "survey-sheet": (
        "learner,time,date,SP01,SP02,SP03\ns1,after,2026-10-02,1,2,3\n",
        {"wave": "2026-fall", "instrument": "spice-r2"},
    ),
    "canvas-gradebook": (
        "Student,ID,SIS User ID,Section,iRAT (101)\nPoints Possible,,,,20\nOne,1,s1,A,18\n",
        {},
    ),
    "moodle-grades": ("First name,ID number,Email address,Quiz: A (Percentage)\nOne,s1,a@b.c,85 %\n", {}),
    "open-badges-list": ("recipient,badge,issuer,issued on\ns1,CPR,Red Cross,2026-05-01\n", {}),
    "rubric-sheet": ("learner,rater,date,listening,respect\ns1,f1,2026-10-02,3,4\n", {"assessment": "sim-1"}),
    "readiness-test": ("learner,date,Q1,Q2,Q3\nkey,,A,B,C\ns1,2026-10-02,A,B,D\n", {"assessment": "irat-1"}),
    "attendance-sheet": ("learner,name,team-day-1 2026-10-02\ns1,One,P\n", {}),
    "terms": ("id,title,starts,ends\n2027-spring,Spring,2027-01-11,2027-05-01\n", {}),
    "learners": ("learner,profession,starts\nnew,pharmacy,2026-10-02\n", {}),
    "staff": ("staff,given_name\nf1,Ann\n", {}),
    "teams": ("term,team,learner,facilitator,joined\n2026-fall,Green,s1,f1,2026-10-02\n", {}),
    "offerings": ("offering,activity,term,starts,seats\no1,a,2026-fall,2026-10-02,30\n", {}),
    "attendance": ("learner,offering,on,status\ns1,team-day-1,2026-10-02,present\n", {}),
    "assessments": ("learner,assessment,on,score\ns1,irat-1,2026-10-02,0.5\n", {}),
    "item-responses": ("learner,assessment,item,response,score\ns1,irat-1,1,B,1\n", {}),
    "rubric-scores": ("learner,assessment,criterion,rater,score,on\ns1,sim-1,listening,f1,3,2026-10-02\n", {}),
    "survey-responses": ("learner,wave,instrument,frame,item,value,on\ns1,w1,iccas,post,1,6,2026-10-02\n", {}),
    "evidence": ("learner,credential,kind,reference,on\ns1,huddles,form,https://example.edu/1,2026-10-02\n", {}),
    "awards": ("learner,credential,on,version\ns1,huddles,2026-10-02,1.0\n", {}),
    "consents": ("learner,purpose,given,on\ns1,research,yes,2026-10-02\n", {}),
}
PACKAGES = [kind for kind, (content, _) in GOOD.items() if isinstance(content, dict)]
JSON = ["xapi", "open-badges"]
TABLES = [kind for kind in GOOD if kind not in (*PACKAGES, *JSON)]
#: Kinds that make known whom they name, and those that name nobody who must be known.
MAKING = {"learners", "staff", "terms", "offerings"}
#: Where a table's learner and date stand: row, column.
LEARNER = {
    "qualtrics": (4, "Q1"), "redcap": (2, "iccas_1"), "survey-sheet": (2, "SP01"),
    "canvas-gradebook": (3, "iRAT (101)"),
    "moodle-grades": (2, "Quiz: A (Percentage)"), "open-badges-list": (2, "recipient"),
    "rubric-sheet": (2, "listening"),
    "readiness-test": (3, "learner"), "attendance-sheet": (2, "team-day-1 2026-10-02"),
}  # fmt: skip
DATE = {
    "qualtrics": (4, "RecordedDate"), "redcap": (2, "iccas_timestamp"), "survey-sheet": (2, "date"),
    "rubric-sheet": (2, "date"),
    "open-badges-list": (2, "issued on"), "readiness-test": (3, "date"), "terms": (2, "ends"),
    "learners": (2, "starts"), "teams": (2, "joined"), "offerings": (2, "starts"), "attendance": (2, "on"),
    "assessments": (2, "on"), "rubric-scores": (2, "on"), "survey-responses": (2, "on"), "evidence": (2, "on"),
    "awards": (2, "on"), "consents": (2, "on"),
}  # fmt: skip
DAY = {"open-badges-list": "2026-05-01", "terms": "2027-05-01"}
#: A row more that contradicts the first, and the row that is named.
TWICE = {
    "canvas-gradebook": ("One,1,s1,A,17\n", 4),
    "moodle-grades": ("One,s1,a@b.c,80 %\n", 3),
    "redcap": ("s1,post,2026-10-02,3,2,2\n", 3),
    "survey-sheet": ("s1,after,2026-10-02,2,2,3\n", 3),
    "qualtrics": (",,0,,100,1,2026-10-02,R_6,s1,2,,,\n", 5),
    "rubric-sheet": ("s1,f1,2026-10-02,2,4\n", 3),
    "readiness-test": ("s1,2026-10-02,A,A,A\n", 4),
    "attendance-sheet": ("s1,One,A\n", 3),
    "terms": ("2027-spring,Other,,\n", 3),
    "learners": ("new,pharmacy,2026-10-03\n", 3),
    "staff": ("f1,Bea\n", 3),
    "teams": ("2026-fall,Green,s1,f1,2026-10-03\n", 3),
    "offerings": ("o1,b,2026-fall,2026-10-02,30\n", 3),
    "attendance": ("s1,team-day-1,2026-10-02,absent\n", 3),
    "assessments": ("s1,irat-1,2026-10-02,0.6\n", 3),
    "item-responses": ("s1,irat-1,1,C,1\n", 3),
    "rubric-scores": ("s1,sim-1,listening,f1,2,2026-10-02\n", 3),
    "survey-responses": ("s1,w1,iccas,post,1,5,2026-10-02\n", 3),
    "evidence": ("s1,huddles,recording,https://example.edu/1,2026-10-02\n", 3),
    "awards": ("s1,huddles,2026-10-02,2.0\n", 3),
    "open-badges-list": ("s1,CPR,Red Cross,2026-05-01\n", None),
    "consents": ("s1,research,no,2026-10-02\n", 3),
}


def test_there_is_a_file_for_each_kind():
    assert set(GOOD) == set(FORMATS)
    assert set(TWICE) == set(TABLES)


@pytest.fixture
def refused(bring, store):
    """What is said of a wrong file: findings, or one sentence; the records must be as before."""

    def refused(content, kind, name="file.csv", **options):
        before = store.counts()
        options = {"values": GOOD[kind][1], "format": kind, **options}
        try:
            result = bring(content, name, **options)
        except (UnreadableFileError, UnusableInputError) as error:
            said = [str(error)]
        else:
            assert not result.recorded
            assert all(one.mend or one.id == "more-errors" for one in result.errors)
            said = list(result.errors)
        assert store.counts() == before
        assert all(len(str(one)) < 1000 for one in said)
        return said

    return refused


@pytest.mark.parametrize("kind", GOOD)
def test_good_files_are_recognised_however_a_program_writes_them_and_a_second_time_change_nothing(bring, roster, kind):
    content, values = GOOD[kind]
    dry = bring(content, values=values, dry_run=True)
    assert (dry.format, list(dry.errors), dry.recorded, dry.changed) == (kind, [], False, True)
    assert bring(content, values=values).recorded
    for name, same in _same(kind, content).items():
        result = bring(same, values=values)
        assert (result.format, list(result.errors), result.changed) == (kind, [], False), name
        assert "guessed-encoding" not in [one.id for one in result.findings] or name == "Windows-1252"


def _same(kind: str, content: object) -> dict[str, object]:
    """The same file as other programs write it."""
    if isinstance(content, dict):
        return {"byte order marks": {one: "\ufeff" + text.replace("\n", "\r\n") for one, text in content.items()}}
    assert isinstance(content, str)
    same: dict[str, object] = {
        "again": content,
        "mark": content.encode("utf-8-sig"),
        "line ends": content.replace("\n", "\r\n"),
        "16 bits": content.encode("utf-16"),
    }
    if kind in TABLES:
        same["old Mac"] = content.replace("\n", "\r")
    if kind in TABLES and '"' not in content:
        same["semicolons"] = content.replace(",", ";")
        same["tabs, 16 bits"] = content.replace(",", "\t").encode("utf-16")
        # A column that nobody reads, with a letter that is no UTF-8.
        first, *rest = content.splitlines()
        if kind not in ("rubric-sheet", "moodle-grades"):
            same["Windows-1252"] = "\n".join([f"{first},Größe", *(f"{one},ü" for one in rest), ""]).encode("cp1252")
    return same


@pytest.mark.parametrize("kind", [*TABLES, *JSON])
def test_files_that_are_cut_off_or_no_text_or_hold_a_huge_cell_are_refused(refused, roster, kind):
    content, _ = GOOD[kind]
    assert isinstance(content, str)
    whole = content.rstrip("\n")
    cut = whole[:-3] if kind in JSON else whole[: whole.rindex(",")][:-1]
    wrongs: dict[str, str | bytes] = {
        "cut": cut,
        "no text": b"\x00\x01\x02\x03" * 200,
        "16 bits without a mark": content.encode("utf-16-le"),
        "huge cell": content + ('{"id": "' if kind in JSON else "") + "x" * 10_000_000 + "\n",
        "damaged archive": b"PK\x03\x04 and then nothing",
        "empty": "",
    }
    if kind in TABLES:
        wrongs["cut in quotes"] = whole + '\n"s2'
        wrongs["no column"] = "nothing,known\n" + content.partition("\n")[2]
    for name, wrong in wrongs.items():
        said = refused(wrong, kind)
        assert said, name
        if name == "huge cell":
            assert ("line" if kind in JSON else "row") in said[0]
            first = content.partition(",")[0]
            assert kind in JSON or f"column {first}" in said[0], said
        if name == "cut" and kind in TABLES and isinstance(said[0], str):
            assert ", row " in said[0]


@pytest.mark.parametrize("kind", [*JSON, *(one for one in TABLES if one not in MAKING)])
def test_an_unknown_learner_is_named_with_row_and_column(refused, roster, kind):
    content, _ = GOOD[kind]
    wrong = content.replace('"s1"', '"s99"').replace("s1@", "s99@").replace("s1,", "s99,")
    first = refused(wrong, kind)[0]
    assert first.id == "unknown-learner"
    if kind in TABLES:
        row, column = LEARNER.get(kind, (2, "learner"))
        assert (first.place.line, first.place.field) == (row, f"column {column}")
    else:
        assert first.place.line == 1


@pytest.mark.parametrize("kind", DATE)
def test_dates_in_three_styles(refused, bring, roster, kind):
    content, values = GOOD[kind]
    row, column = DATE[kind]
    day = DAY.get(kind, "2026-10-02")

    def dated(text):
        assert day in content
        return content.replace(day, text)

    month, number = {"open-badges-list": ("May", 1), "terms": ("May", 1)}.get(kind, ("Oct", 2))
    year, in_numbers = day[:4], f"{int(day[5:7]):02}"
    assert bring(dated(day), values=values).recorded
    for style, text in (
        (None, f"{number} {month} {year}"),
        (None, f'"{month} {number}, {year}"'),
        (None, f"{number}-{month}-{year}"),
        ("dmy", f"{number:02}/{in_numbers}/{year}"),
        ("mdy", f"{in_numbers}/{number:02}/{year}"),
        (None, f"{number:02}.{in_numbers}.{year}"),
    ):
        result = bring(dated(text), values=values, dates=style)
        assert (list(result.errors), result.changed) == ([], False), text
    (said,) = refused(dated(f"{number:02}/{in_numbers}/{year}"), kind)
    assert (said.id, said.place.line, said.place.field) == ("date-ambiguous", row, f"column {column}")
    assert "--dates dmy" in said.mend
    (said,) = refused(dated("31.02.2026"), kind)
    assert (said.id, said.place.line) == ("cell-unreadable", row)
    assert "does not exist" in said.message


@pytest.mark.parametrize("kind", [one for one, (_, row) in TWICE.items() if row])
def test_one_thing_twice_with_different_words_is_refused_and_with_the_same_is_one(refused, bring, roster, kind):
    content, values = GOOD[kind]
    assert isinstance(content, str)
    more, row = TWICE[kind]
    said = refused(content + more, kind)
    assert {one.id for one in said} == {"row-twice"}
    assert said[0].place.line == row
    assert "row" in said[0].message
    *_, last = content.splitlines(keepends=True)
    assert bring(content + last, values=values).recorded


def test_one_statement_or_badge_or_row_of_a_package_twice_is_refused(refused, roster):
    failed = {**STATEMENT, "result": {"score": {"scaled": 0.1}}}
    other = {**BADGE, "badge": {**BADGE["badge"], "version": "2"}}
    for kind, (one, two) in {"xapi": (STATEMENT, failed), "open-badges": (BADGE, other)}.items():
        said = refused(f"{json.dumps(one)}\n{json.dumps(two)}\n", kind)
        assert ([one.id for one in said], said[0].place.line) == (["row-twice"], 2)
    for kind, file, row in (
        ("oneroster", "orgs.csv", "org-n,active,,Another,school,,\n"),
        ("oneroster", "results.csv", "x9,active,,l1,u1,fully graded,14,2026-09-10,\n"),
        ("oulad", "studentInfo.csv", "BBB,2013J,1,F,Scotland,A,10-20,0-35,0,60,N,Pass\n"),
        ("oulad", "studentAssessment.csv", "7,1,18,0,40\n"),
    ):
        content = GOOD[kind][0]
        assert isinstance(content, dict)
        said = refused({**content, file: content[file] + row}, kind, "package.zip")
        assert {one.id for one in said} == {"row-twice"}
        assert said[0].place.line == len((content[file] + row).splitlines())
        assert file in said[0].place.file


@pytest.mark.parametrize("kind", TABLES)
def test_a_formula_in_a_cell_is_text(refused, roster, kind):
    text, _ = GOOD[kind]
    assert isinstance(text, str)
    if kind not in MAKING:
        said = refused(text.replace("s1,", "'=HYPERLINK(1)&s1,"), kind)
        assert "=HYPERLINK" in str(said[0])
    for good, column in (("0.5\n", "score"), ("85 %", "Quiz: A (Percentage)"), (",18\n", "iRAT (101)")):
        if good in text:
            (said,) = refused(text.replace(good, good.replace(good.strip(" ,\n"), "=1+1")), kind)
            assert (said.id, said.place.field) == ("cell-unreadable", f"column {column}")


def test_a_formula_of_a_workbook_counts_as_the_value_that_was_stored_or_is_refused(refused, bring, store, roster, put):
    book = openpyxl.Workbook()
    for row in (["learner", "assessment", "score"], ["s1", "irat-1", "=1/2"]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    (said,) = refused(stream.getvalue(), "assessments", "results.xlsx")
    assert "C2 is a formula whose value was not stored" in said
    # A spreadsheet program stores the value beside the formula.
    stored = {}
    with zipfile.ZipFile(stream) as packed:
        for name in packed.namelist():
            stored[name] = re.sub(rb"<f>1/2</f><v ?/?>(</v>)?", b"<f>1/2</f><v>0.5</v>", packed.read(name))
    assert any(b"<v>0.5</v>" in one for one in stored.values())
    result = bring(stored, "results.xlsx")
    assert (list(result.errors), [one.id for one in result.findings]) == ([], ["sheet-formula"])
    assert store.frame("assessments")["score"].tolist() == [0.5]


@pytest.mark.parametrize("kind", PACKAGES)
def test_wrong_archives_are_refused(refused, put, kind):
    content = GOOD[kind][0]
    assert isinstance(content, dict)
    users, id = ("users.csv", "sourcedId") if kind == "oneroster" else ("studentInfo.csv", "id_student")
    unknown = {one: text.replace(",u2,", ",u9,").replace("7,1,18", "7,9,18") for one, text in content.items()}
    damaged = bytearray(put(content, "whole.zip").read_bytes())
    # In the middle of what is packed, behind the first member's own heading.
    damaged[60:90] = bytes(30)
    wrongs: dict[str, tuple[object, str]] = {
        "path": ({**content, "../evil.csv": "a,b\n"}, "outside of itself"),
        "absolute path": ({**content, "/etc/cron.d/x.csv": "a,b\n"}, "outside of itself"),
        "bomb": ({**content, "zeros.csv": "0" * 30_000_000}, "times its size"),
        "long cell": ({**content, users: content[users] + "x" * 200_000 + "\n"}, f"{users}, row "),
        "cut": ({**content, users: content[users].rstrip("\n")[:-1] + ',"x'}, f"{users}, row "),
        "unknown": (unknown, ""),
        "no column": ({**content, users: content[users].replace(id, "x", 1)}, id),
        "damaged": (bytes(damaged), "damaged"),
        "cut archive": (bytes(put(content, "whole.zip").read_bytes()[:-40]), "damaged"),
        "no tables": ({"readme.txt": "x"}, "no CSV"),
    }
    for name, (wrong, words) in wrongs.items():
        said = refused(wrong, kind, "package.zip")
        assert said, name
        assert words in str(said[0]), (name, said)
    (first, *_) = refused(unknown, kind, "package.zip")
    assert first.place.line
    assert first.place.field


def test_a_workbook_that_is_a_bomb_is_refused(refused):
    bomb = {"[Content_Types].xml": "x", "xl/worksheets/sheet1.xml": "0" * 300_000_000}
    (said,) = refused(bomb, "assessments", "bomb.xlsx")
    assert "too large" in said


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("learner,offering,on,status\ns1,team-day-1,2026-10-01,sick\n", 2, "status"),
        ("learner,offering,on,status,hours\ns1,team-day-1,2026-10-01,present,-3\n", 2, "hours"),
        ("learner,wave,instrument,frame,item,value\ns1,w1,iccas,sometime,1,6\n", 2, "frame"),
        ("learner,assessment,attempt,score\ns1,irat-1,0,1\n", 2, "attempt"),
        ("learner,assessment,criterion,rater\ns1,sim-1,listening,f1\n", 2, "level"),
        ("id,starts,ends\nx,2027-01-11,2026-05-01\n", 2, "starts"),
    ],
)
def test_what_the_database_would_refuse_is_a_finding_first(bring, roster, store, text, row, column):
    before = store.counts()
    (error,) = bring(text).errors
    assert (error.id, error.place.line) == ("value-refused", row)
    assert column in error.place.field
    assert store.counts() == before


def test_a_list_with_a_column_of_ids_is_no_roster(bring, store, roster):
    before = store.counts()
    with pytest.raises(UnusableInputError, match="ipe records map"):
        bring("Student ID;Badge;Datum\nnew;huddles;02.10.2026\n")
    assert store.counts() == before
    assert bring("Student ID\nnew\n").format == "learners"
    assert bring("Student ID,trait:site\nnewer,north\n").format == "learners"
