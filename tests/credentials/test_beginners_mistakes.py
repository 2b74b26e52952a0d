"""What a person gets to read after the mistakes that people make: the line, plain words, and the mend."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials import check_programme, read_programme
from ipe_workbench.starter import start_programme
from tests.programmes import replace_in

FIRST, SECOND = "credentials/01-team-communication.yaml", "credentials/02-team-simulation.yaml"
STACK = "pathways/team-care-certificate.yaml"


@pytest.fixture
def folder(tmp_path):
    return start_programme(tmp_path / "mine", title="T", issuer="I")


def findings(folder):
    reading = read_programme(folder)
    design = check_programme(reading.programme, damaged=reading.damaged) if reading.programme else ()
    return [finding for finding in (*reading.findings, *design) if finding.severity != "info"]


@pytest.mark.parametrize(
    ("file", "old", "new", "words", "mend"),
    [
        (FIRST, "weeks: [3]", "weeks: 3", "this is a list", "[3]"),
        (FIRST, "pass_score: 0.7", "pass_score: 70", "a share between 0 and 1", "Write 0.7 for 70%"),
        (FIRST, "pass_score: 0.7", "pass_score: 70 %", "a share between 0 and 1", "Write 0.7"),
        (FIRST, "pass_score: 0.7", "pass_score: 0,7", "a share between 0 and 1", "Write 0.7"),
        (FIRST, "level: foundation", "level: fundation", "a word of a list", "Did you mean `foundation`"),
        (FIRST, "id: read-back", "id: Read_Back", "lower-case letters", "Write it like `read-back`"),
        (FIRST, "owner:", "ownr:", "`ownr` is not a known field", "Did you mean `owner`"),
        (FIRST, "owner:", "term:", "`term` is not a known field", "Move it to `activities`, or delete it."),
        (FIRST, "hours: 3\n", "hours: 3,5\n", "this is a number (found '3,5')", "Write it with a point: 3.5."),
        (FIRST, "- {framework: ipec-2023, competency: C3,", "- C3 #", "fields of its own", "`competency`"),
        (FIRST, "methods: [test, team-test]", "methods: [quiz]", "a word of a list", "self-report"),
        (FIRST, "term: 2027-spring", "term: Spring 2027", "lower-case letters", "Write it like `spring-2027`"),
        ("programme.yaml", "start: 2027-01-11", "start: 11 January 2027", "not a date", "YYYY-MM-DD"),
        ("programme.yaml", "start: 2027-01-11", "start: 2027-02-30", "not a day of the calendar", "YYYY-MM-DD"),
        ("programme.yaml", "start: 2027-08-23", "start: 2027-02-01", "begins before Spring 2027 has ended", ""),
        ("programme.yaml", "start: 2027-08-23", "start: 9999-12-01", "should be less than", ""),
        ("programme.yaml", "country: US", "country: United States", "two capital letters", "such as US"),
        ("programme.yaml", "id: nursing", "id: medicine", "`medicine` stands twice under `professions`", ""),
        ("programme.yaml", "learners: 40", "learners: 1000000000000", "less than or equal to 1000000", ""),
        ("programme.yaml", "- ipec-2023", "- ipec2023", "not a built-in framework", "ipec-2023"),
        ("programme.yaml", "short: RN", "colour: red", "`colour` is not a known field", "Known here: `id`, `title`,"),
        (
            "programme.yaml",
            "teams: {size: 6, min_professions: 2, max_share: 0.5}",
            "teams: six",
            "fields of its own",
            "`size`",
        ),
        (FIRST, "title: Team communication", "title: Teams: communication", "not valid YAML", "in quotes"),
        (FIRST, "title: Team communication", "title: @home", "not valid YAML", "in quotes"),
        (FIRST, "owner: Course director", "\towner: Course director", "not valid YAML", "Indent with spaces"),
        (STACK, "all: [team-communication, team-simulation]", "all: [one or two]", "lower-case", "any: [id, id]"),
        (STACK, "all:", "al:", "exactly one of", "Did you mean `all`"),
        (SECOND, "assessor_minutes: 15", "assessor_minutes: 1e308", "less than or equal to 10000", ""),
    ],
)
def test_one_mistake_gives_one_finding_at_its_line(folder, file, old, new, words, mend):
    line = replace_in(folder / file, old, new)
    found = [one for one in findings(folder) if one.severity == "error"]
    assert len(found) == 1, [str(one) for one in found]
    assert words in found[0].message
    assert mend in found[0].mend
    assert found[0].place.line == line
    assert found[0].place.file.endswith(file)


def test_a_missing_field_comes_with_the_words_that_it_takes(folder):
    replace_in(folder / FIRST, "stage: exposure\n", "")
    mends = [one.mend for one in findings(folder) if one.severity == "error"]
    assert mends == ["Add `stage:` here, with `exposure`, `immersion` or `competence`."]


@pytest.mark.parametrize("content", ["", "- a\n", "just text\n", "id: Team_Communication\n"])
def test_a_broken_file_is_the_only_one_blamed(folder, content):
    (folder / FIRST).write_text(content, encoding="utf-8")
    assert {one.place.file for one in findings(folder)} == {str(folder / FIRST)}


@pytest.mark.parametrize(
    "place",
    ["01.yaml", "credentials/sub/01.yaml", "credential/01.yaml", "credentials/01.yaml.txt", "credentials/A.YAML"],
)
def test_a_file_that_nothing_reads_is_named(folder, place):
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / FIRST).rename(folder / place)
    assert [one.place.file for one in findings(folder) if one.id == "stray-file"] == [str(folder / place)]


def test_both_yaml_endings_are_read(folder):
    for path in [*folder.glob("*.yaml"), *folder.glob("*/*.yaml")]:
        path.rename(path.with_suffix(".yml"))
    assert findings(folder) == []
    assert len(read_programme(folder).programme.credentials) == 2


def test_a_credential_among_the_stacks_is_told_where_it_belongs(folder):
    (folder / FIRST).rename(folder / "pathways" / "01-team-communication.yaml")
    found = findings(folder)
    assert [one.id for one in found] == ["wrong-folder"]
    assert "Move it to credentials/" in found[0].mend


def test_windows_line_ends_and_byte_order_mark_are_no_mistake(folder):
    for path in folder.rglob("*.yaml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert findings(folder) == []


def test_a_missing_credential_is_never_suggested_to_be_its_asker(folder):
    (folder / FIRST).unlink()
    for finding in findings(folder):
        assert finding.subject not in finding.mend


def test_an_empty_programme_is_not_called_sound(folder):
    for path in [*folder.glob("credentials/*"), *folder.glob("pathways/*")]:
        path.unlink()
    assert [one.id for one in findings(folder)] == ["no-credential"]


def test_a_broken_framework_file_is_reported_once_and_where_it_is(folder):
    (folder / "ours.yaml").write_text("id: ours\ntitle: Ours\nkind: x\ncompetencies: [{id: a}]\n", encoding="utf-8")
    replace_in(folder / "programme.yaml", "- ipec-2023", "- ours.yaml")
    assert [(one.place.file, one.place.line) for one in findings(folder)] == [(str(folder / "ours.yaml"), 3)]
