"""Rosters, rooms and teams as people keep them: every fault by row and column, and files that run nothing."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.credentials import example_programme
from ipe_workbench.documents import plain_cell, safe_cell
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.pathways.teams import (
    FormingRules,
    Learner,
    Room,
    Roster,
    Seat,
    Slot,
    Team,
    TeamPlan,
    Timetable,
    blau,
    check_teams,
    form_teams,
    mix_index,
    parse_wish,
    quality_of,
    read_roster,
    read_teams,
    read_timetable,
    teams_csv,
    teams_xlsx,
    write_teams,
)
from tests.pathways.rosters import as_csv, cohort

PROGRAMME = example_programme()


def written(tmp_path, text: str, name: str = "roster.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(error: pytest.ExceptionInfo[UnusableInputError]) -> list[tuple[str, int | None, str]]:
    return [(one.id, one.place.line, one.place.field) for one in error.value.findings]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_roster_is_read_as_it_was_written(tmp_path, delimiter):
    roster = cohort(PROGRAMME, learners=40, together=3, apart=2)
    path = written(tmp_path, as_csv(roster, delimiter))
    read = read_roster(path, PROGRAMME)
    assert read.learners == roster.learners
    assert read.previous == roster.previous


def test_ids_under_together_and_apart_name_learners(tmp_path):
    text = "learner,profession,together,apart\na,nursing,b,\nb,nursing,,c;x\nc,medicine,,x\nd,medicine,,c\n"
    a, b, c, d = read_roster(written(tmp_path, text), PROGRAMME).learners
    assert a.together == b.together == ("a and b",)
    assert (b.apart, c.apart, d.apart) == (("b and c", "x"), ("b and c", "x", "c and d"), ("c and d",))


def test_a_profession_may_be_written_by_a_beginning_that_only_one_has(tmp_path):
    text = "learner,profession\na,Dental\nb,PHYSICAL therapy\nc,physic\nd,p\ne,physic\n"
    with pytest.raises(UnusableInputError) as error:
        read_roster(written(tmp_path, text), PROGRAMME)
    assert faults(error) == [
        ("unknown-profession", 4, "column profession"),
        ("unknown-profession", 5, "column profession"),
    ]
    assert "`physic` is not a profession of this programme (2 rows: 4 and 6)" in str(error.value)


def test_a_workbook_is_read_like_a_csv_file(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ["Student ID", "Program", "GPA", "Available slots"],
        [17, "RN", 3.5, "mon; tue"],
        ["x", "Medicine", None, None],
    ):
        book.active.append(row)
    path = tmp_path / "roster.xlsx"
    book.save(path)
    assert read_roster(path, PROGRAMME).learners == (
        Learner("17", "nursing", 3.5, frozenset({"mon", "tue"})),
        Learner("x", "medicine"),
    )


def test_every_fault_is_found_by_row_and_column(tmp_path):
    text = "learner,profession,score\nL1,nursing,80\nL1,nursing,70\n,medicine,70\nL4,wizardry,70\nL5,,x\n"
    with pytest.raises(UnusableInputError) as error:
        read_roster(written(tmp_path, text), PROGRAMME)
    assert faults(error) == [
        ("id-twice", 3, "column learner"),
        ("no-id", 4, "column learner"),
        ("unknown-profession", 5, "column profession"),
        ("no-profession", 6, "column profession"),
        ("not-a-number", 6, "column score"),
    ]
    assert "row 2 already (and 4 more faults)" in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty-table"),
        ("learner,profession\n", "empty-roster"),
        ("learner,points\nL1,3\n", "column-missing"),
        ("learner,id,profession\nL1,L1,nursing\n", "column-twice"),
    ],
)
def test_a_file_that_is_no_roster_says_what_it_lacks(tmp_path, text, fault):
    with pytest.raises(UnusableInputError) as error:
        read_roster(written(tmp_path, text), PROGRAMME)
    assert faults(error)[0][0] == fault


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"learner,profession\nL\xff,nursing\n", b"PK\x03\x04broken"])
def test_a_file_that_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError):
        read_roster(path, PROGRAMME)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match="does not exist"):
        read_roster(tmp_path / "none.csv", PROGRAMME)


@given(st.text(max_size=12))
def test_a_cell_never_begins_a_formula_and_is_read_back(text):
    cell = safe_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\n"))
    plain = text.strip()
    if plain.isprintable() and plain:
        assert plain_cell(safe_cell(plain)) == plain


def test_rooms_are_named_or_counted(tmp_path):
    text = "slot,room,rooms,seats\nmon,A,,6\nmon,B,,\ntue,,3,7\n"
    table = read_timetable(written(tmp_path, text))
    assert table.slots[0] == Slot("mon", (Room("A", 6), Room("B")))
    assert len(table.slots[1].rooms or ()) == 3
    assert [table.slots[0].rooms_for(size) for size in (6, 7)] == [2, 1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("slot,room\nmon,A\nmon,A\n", "room-twice"),
        ("slot,room,seats\nmon,A,many\n", "not-a-number"),
        ("slot,room\n,A\n", "no-slot"),
        ("slot,room\n", "empty-rooms"),
    ],
)
def test_faults_of_rooms_are_found(tmp_path, text, fault):
    with pytest.raises(UnusableInputError) as error:
        read_timetable(written(tmp_path, text))
    assert faults(error)[0][0] == fault


def test_a_team_meets_at_one_time(tmp_path):
    with pytest.raises(UnusableInputError) as error:
        read_teams(written(tmp_path, "team,learner,slot\nT1,a,mon\nT1,b,tue\nT2,b,tue\n"))
    assert [one.id for one in error.value.findings] == ["id-twice", "two-places"]


def hostile_plan() -> tuple[TeamPlan, Roster]:
    kinds = ("nursing", "medicine", "pharmacy")
    people = [
        Learner(f"=cmd|{kind}{n}", kind, name='=HYPERLINK("x")', slots=frozenset({"@mon"}))
        for kind in kinds
        for n in range(2)
    ]
    roster = Roster(tuple(people))
    plan = form_teams(roster, FormingRules())
    assert isinstance(plan, TeamPlan)
    return plan, roster


def test_teams_are_written_without_formulas_scores_or_names_and_read_back(tmp_path):
    plan, roster = hostile_plan()
    text = teams_csv(plan, roster)
    cells = [cell for line in text.splitlines() for cell in line.split(",")]
    assert not any(cell.startswith(("=", "@")) for cell in cells)
    assert "HYPERLINK" not in text
    assert "HYPERLINK" in teams_csv(plan, roster, names=True)
    assert text.splitlines()[0] == "team,slot,room,learner,profession"
    seats = read_teams(written(tmp_path, text, "teams.csv"))
    assert seats == tuple(Seat(one, team.id, team.slot, team.room) for team in plan.teams for one in team.learners)


def test_a_workbook_of_teams_holds_text_only_and_a_row_a_team():
    openpyxl = pytest.importorskip("openpyxl")
    plan, roster = hostile_plan()
    book = openpyxl.load_workbook(io.BytesIO(teams_xlsx(plan, roster)))
    assert book.sheetnames == ["Learners", "Teams", "Quality"]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
    assert [cell.value for cell in book["Teams"][2]][3:5] == [6, 3]


def test_files_are_not_replaced_unless_asked(tmp_path):
    plan, roster = hostile_plan()
    written_files = write_teams(plan, roster, tmp_path / "out")
    assert {one.name for one in written_files} == {"teams.csv", "teams.xlsx", "teams.json"}
    with pytest.raises(UnusableInputError, match="exists"):
        write_teams(plan, roster, tmp_path / "out")
    write_teams(plan, roster, tmp_path / "out", replace=True)
    with pytest.raises(UnusableInputError, match="cannot be written"):
        write_teams(plan, roster, tmp_path / "teams.pdf")


def test_the_check_finds_every_kind_of_breach():
    people = [
        Learner("a", "nursing", slots=frozenset({"mon"}), together=("t",), apart=("x",)),
        Learner("b", "nursing", apart=("x",)),
        Learner("c", "nursing", together=("t",)),
        Learner("d", "medicine"),
        Learner("e", "medicine"),
    ]
    roster = Roster(tuple(people), {"a": "old", "b": "old"})
    rules = FormingRules(
        size=3, min_size=3, max_size=3, min_professions=2, wishes=(parse_wish("at-most", "nursing=1", PROGRAMME),)
    )
    table = Timetable((Slot("tue", (Room("R", 2),)), Slot("wed", (Room("R"),))))
    teams = [Team("T1", ("a", "b", "d"), "tue", "R"), Team("T2", ("c", "z"), "wed"), Team("T3", ("c",), "sun")]
    found = {one.id for one in check_teams(teams, roster, rules, table)}
    assert found == {
        "not-once", "not-in-roster", "size", "min-professions", "max-share", "wish", "availability", "seats", "room",
        "slot", "together", "apart", "repeat",
    }  # fmt: skip


def test_mix_and_blau_have_their_published_values():
    # A team of the published example: two nursing, one PT, one pharmacy, two medicine.
    team = ["nursing", "nursing", "pt", "pharmacy", "medicine", "medicine"]
    assert mix_index([team]) == pytest.approx(13 / 15)
    assert blau(team) == pytest.approx(1 - 10 / 36)
    assert mix_index([["x"] * 4]) == blau(["x"] * 4) == 0


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=2, max_size=7), min_size=1, max_size=4))
def test_indices_lie_between_0_and_1_and_blau_below_the_mix_of_one_team(teams):
    assert 0 <= mix_index(teams) <= 1
    for team in teams:
        assert blau(team) <= mix_index([team]) + 1e-12
        assert blau(team) <= 1 - 1 / len(set(team)) + 1e-12


def test_quality_without_scores_has_no_balance():
    quality = quality_of([Team("T", ("a", "b"))], Roster((Learner("a", "nursing"), Learner("b", "medicine"))))
    assert (quality.imbalance, quality.spread, quality.range) == (None, None, None)


@pytest.mark.parametrize("text", ["nursing", "nursing=", "nursing=x", "wizard=1", "=2", "nursing=1:"])
def test_a_wish_that_is_none_is_refused(text):
    with pytest.raises(UnusableInputError):
        parse_wish("at-least", text, PROGRAMME)


@pytest.mark.parametrize(
    "fields", [{"size": 8}, {"min_size": 0}, {"max_share": 0}, {"min_professions": 0}, {"teams": 0}, {"max_size": 200}]
)
def test_rules_that_contradict_themselves_are_refused(fields):
    with pytest.raises(UnusableInputError):
        FormingRules(**fields)
