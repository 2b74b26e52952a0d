"""Wrong files, for each kind of file: a finding with its place, or one sentence; nothing is written."""

from __future__ import annotations

import json
import zipfile

import pytest

from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.records.importing import FORMATS, import_file
from tests.records.test_formats import AT, OULAD_FILES, PACKAGE, ROSTER, STATEMENT, WAVE, qualtrics

TEAMS = "term,team,learner\n2026-fall,Red,s1\n"
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
    "redcap": ("record_id,redcap_event_name,iccas_1,iccas_2,iccas_complete\ns1,post,1,2,2\n", {}),
    "canvas-gradebook": (
        "Student,ID,SIS User ID,Section,iRAT (101)\nPoints Possible,,,,20\nOne,1,s1,A,18\n",
        {},
    ),
    "moodle-grades": ("First name,ID number,Email address,Quiz: A (Percentage)\nOne,s1,a@b.c,85 %\n", {}),
    "open-badges-list": ("recipient,badge,issuer,issued on\ns1,CPR,Red Cross,2026-05-01\n", {}),
    "rubric-sheet": ("learner,rater,listening,respect\ns1,f1,3,4\n", {"assessment": "sim-1"}),
    "readiness-test": ("learner,Q1,Q2,Q3\nkey,A,B,C\ns1,A,B,D\n", {"assessment": "irat-1"}),
    "attendance-sheet": ("learner,name,team-day-1 2026-10-01\ns1,One,P\n", {}),
    "terms": ("id,title,starts,ends\n2027-spring,Spring,2027-01-11,2027-05-01\n", {}),
    "learners": ("learner,profession\nnew,pharmacy\n", {}),
    "staff": ("staff,given_name\nf1,Ann\n", {}),
    "teams": ("term,team,learner,facilitator\n2026-fall,Blue,s1,f1\n", {}),
    "offerings": ("offering,activity,term\no1,a,2026-fall\n", {}),
    "attendance": ("learner,offering,on,status\ns1,team-day-1,2026-10-01,present\n", {}),
    "assessments": ("learner,assessment,score\ns1,irat-1,0.5\n", {}),
    "item-responses": ("learner,assessment,item,response,score\ns1,irat-1,1,B,1\n", {}),
    "rubric-scores": ("learner,assessment,criterion,rater,score\ns1,sim-1,listening,f1,3\n", {}),
    "survey-responses": ("learner,wave,instrument,frame,item,value\ns1,w1,iccas,post,1,6\n", {}),
    "evidence": ("learner,credential,kind,reference\ns1,huddles,form,https://example.edu/1\n", {}),
    "awards": ("learner,credential,on,version\ns1,huddles,2026-10-20,1.0\n", {}),
    "consents": ("learner,purpose,given,on\ns1,research,yes,2026-09-01\n", {}),
}
TABLES = [kind for kind, (content, _) in GOOD.items() if isinstance(content, str) and not content.startswith("{")]
PACKAGES = [kind for kind, (content, _) in GOOD.items() if isinstance(content, dict)]
#: Kinds that make known whom they name, and those that name nobody who must be known.
MAKING = {"learners", "staff", "terms", "offerings"}


@pytest.fixture
def db(tmp_path, monkeypatch):
    """SQLite alone; what differs between the databases is tested with the engine."""
    monkeypatch.setenv("IPE_RECORDS_KEY", str(tmp_path / "records.key"))
    return str(tmp_path / "records.sqlite")


@pytest.fixture
def bring(store, tmp_path):
    """Import a file after the roster; the records must be as before when it is refused."""

    def write(content):
        file = tmp_path / "file"
        if isinstance(content, dict):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
                for name, text in content.items():
                    packed.writestr(name, text)
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def bring(content, **options):
        return import_file(store, write(content), at=AT, **options)

    return bring


@pytest.fixture
def roster(bring):
    for text in (ROSTER, "term,starts\n2026-fall,2026-08-24\n", TEAMS, "offering,term\nteam-day-1,2026-fall\n"):
        assert not bring(text).errors


def test_there_is_a_file_for_each_kind():
    assert set(GOOD) == set(FORMATS)


@pytest.mark.parametrize("kind", GOOD)
def test_good_files_are_recognised_and_wrong_ones_of_each_kind_are_refused(bring, roster, store, kind):
    content, values = GOOD[kind]
    before = store.counts()
    wrongs = _wrong_packages(content) if kind in PACKAGES else _wrong_texts(kind, content)
    for name, wrong in wrongs.items():
        said = _refusal(bring, wrong, values, kind)
        assert said, f"{name}: nothing was said"
        assert store.counts() == before, name
        assert all(len(one) < 1000 for one in said), name
    result = bring(content, values=values, dry_run=True)
    assert result.format == kind
    assert not result.errors, [str(one) for one in result.errors]
    for name, same in _same(kind, content).items():
        result = bring(same, values=values, dry_run=True)
        assert (result.format, list(result.errors)) == (kind, []), name


def _refusal(bring, wrong, values, kind) -> list[str]:
    try:
        result = bring(wrong, values=values, format=kind)
    except (UnreadableFileError, UnusableInputError) as error:
        return [str(error)]
    assert not result.recorded
    assert all(one.place.line is not None or one.id == "unknown-learner" for one in result.errors[:1])
    return [str(one) for one in result.errors]


def _wrong_texts(kind: str, text: str) -> dict[str, str | bytes]:
    _, _, body = text.partition("\n")
    wrongs: dict[str, str | bytes] = {
        "truncated": text.rstrip("\n")[:-3] + ("" if kind in ("xapi", "open-badges") else ',"x'),
        "not text": b"\x00\x01\x02\x03" * 200,
        "long cell": text + ('{"id": "' if kind in ("xapi", "open-badges") else "") + "x" * 10_000_000 + "\n",
        "empty": "",
        "damaged archive": b"PK\x03\x04 and then nothing",
    }
    if kind not in MAKING:
        # The last s1 is the learner: `s1` is also in the names of nothing else here.
        wrongs["unknown learner"] = text.replace('"s1"', '"s99"').replace("s1@", "s99@").replace("s1,", "s99,")
    if kind in TABLES:
        wrongs["no column"] = "nothing,known\n" + body
    return wrongs


def _wrong_packages(content: dict[str, str]) -> dict[str, dict[str, str]]:
    users = "users.csv" if "users.csv" in content else "studentInfo.csv"
    return {
        "path": {**content, "../evil.csv": "a,b\n"},
        "bomb": {**content, "zeros.csv": "0" * 30_000_000},
        "long cell": {**content, users: content[users] + "x" * 200_000 + "\n"},
        "cut": {**content, users: content[users].rstrip("\n")[:-1] + ',"x'},
        "unknown": {one: text.replace(",u2,", ",u9,").replace("7,1,18", "7,9,18") for one, text in content.items()},
        "no column": {**content, users: content[users].replace("sourcedId", "x", 1).replace("id_student", "x", 1)},
    }


def _same(kind: str, content: object) -> dict[str, object]:
    """The same file as other programs write it."""
    if isinstance(content, dict):
        return {"byte order marks": {one: "\ufeff" + text.replace("\n", "\r\n") for one, text in content.items()}}
    assert isinstance(content, str)
    same: dict[str, object] = {"mark": content.encode("utf-8-sig"), "line ends": content.replace("\n", "\r\n")}
    if kind in TABLES and '"' not in content:
        same["semicolons"] = content.replace(",", ";")
        same["tabs, 16 bits"] = content.replace(",", "\t").encode("utf-16")
    return same


@pytest.mark.parametrize("kind", [one for one in TABLES if one not in ("qualtrics", "redcap")])
def test_a_formula_in_a_cell_is_text(bring, roster, store, kind):
    text, values = GOOD[kind]
    assert isinstance(text, str)
    if "s1," not in text:
        return
    said = _refusal(bring, text.replace("s1,", "'=HYPERLINK(1)&s1,"), values, kind)
    if kind not in MAKING:
        assert any("=HYPERLINK" in one for one in said)


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
