"""The facilitator's page: own teams only, and what the records say of them."""

from __future__ import annotations

import re
import sqlite3

import numpy as np
import pytest
import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.records import Store
from ipe_workbench.records.privacy import audit_log
from ipe_workbench.studio.dashboards.faculty_model import FacultyModel
from ipe_workbench.studio.dashboards.faculty_page import FacultyPage, faculty_top
from ipe_workbench.studio.dashboards.hints import teaching_hints
from ipe_workbench.studio.dashboards.identity import Visitor
from ipe_workbench.studio.dashboards.opening import Sources, page_for
from ipe_workbench.studio.dashboards.ratings import RatedRow
from ipe_workbench.studio.dashboards.texts import Texts
from tests.studio.dashboards.campus import DAY

EN = Texts("en")


@pytest.fixture(scope="module")
def model(store: Store, programme: Programme) -> FacultyModel:
    return FacultyModel(store, programme, "f002", DAY)


def rows(campus: str, query: str, *values: object) -> list[tuple[object, ...]]:
    with sqlite3.connect(campus) as connection:
        return connection.execute(query, values).fetchall()


def test_the_teams_are_those_of_the_person(model: FacultyModel, campus: str) -> None:
    own = rows(campus, "SELECT term_id, name FROM teams WHERE facilitator_id = 1")
    assert {(one.term, one.name) for one in model.teams.values()} == set(own)
    assert next(one.term for one in model.teams.values()) == "2027-spring"
    names = [one.name for one in model.teams.values() if one.term == "2027-spring"]
    assert names == sorted(names, key=lambda one: int(one.split()[-1]))


def test_another_persons_team_cannot_be_chosen(store: Store, programme: Programme) -> None:
    mine, theirs = (FacultyModel(store, programme, one, DAY) for one in ("f001", "f002"))
    before = mine.team
    for key in [*theirs.teams, "", "2027-spring/", "<b>"]:
        with pytest.raises((UnknownNameError, traitlets.TraitError)):
            mine.team = key
    assert mine.team == before


@pytest.mark.parametrize("person", ["", "s001", "f003", "f00%"])
def test_who_is_not_of_the_staff_has_no_page(store: Store, programme: Programme, person: str) -> None:
    with pytest.raises(UnknownNameError, match="do not know you"):
        FacultyModel(store, programme, person, DAY)


def test_a_page_names_learners_of_own_teams_only(sources: Sources, campus: str) -> None:
    page = page_for(Visitor("faculty", "f002"), sources, EN)
    body = page.make_body()
    own = {
        str(one)
        for (one,) in rows(
            campus, "SELECT learner_id FROM team_members JOIN teams ON teams.id = team_id WHERE facilitator_id = 1"
        )
    }
    named = {one.name for members in body.model.members.values() for one in members}
    assert {re.search(r"Family(\d+)", one)[1] for one in named} == own
    for key in list(body.model.teams)[:2]:
        body.team.value = key
        seen = set(re.findall(r"Family(\d+)", body.shown.value + body.ratings.value))
        assert seen
        assert seen <= own
    assert body.alert.value == ""


def test_reading_names_is_written_to_the_log(store: Store, programme: Programme) -> None:
    before = len(audit_log(store))
    model = FacultyModel(store, programme, "f001", DAY)
    faculty_top(model, EN)
    log = audit_log(store)
    assert len(log) == before + 1
    assert "faculty dashboard" in str(log.iloc[-1].to_dict())


def test_sessions_are_counted_from_attendance(model: FacultyModel, store: Store, campus: str) -> None:
    for members in list(model.members.values())[:3]:
        for one in members:
            number = int(re.search(r"Family(\d+)", one.name)[1])
            term = next(team.term for team in model.teams.values() if one in model.members[team.key])
            counted = rows(
                campus,
                "SELECT sum(status = 'present'), count(*) FROM attendance JOIN offerings ON offerings.id = offering_id "
                "WHERE learner_id = ? AND term_id = ?",
                number,
                term,
            )
            assert [(one.attended, one.sessions)] == counted


def test_a_failed_assessment_is_a_need_and_a_passed_one_is_not(
    model: FacultyModel, programme: Programme, campus: str
) -> None:
    for members in model.members.values():
        for one in members:
            number = int(re.search(r"Family(\d+)", one.name)[1])
            failed = rows(
                campus,
                "SELECT assessment_id FROM assessments WHERE learner_id = ? "
                "GROUP BY assessment_id HAVING max(passed) = 0",
                number,
            )
            named = {title for need in one.needs if need.kind == "failed" for title in need.titles}
            assert named == {programme.title(str(credential)) for (credential,) in failed}


def test_a_rater_is_compared_on_the_same_rows_only(model: FacultyModel, programme: Programme, campus: str) -> None:
    pairs = rows(
        campus,
        "SELECT m.assessment_id, m.level, o.level FROM rubric_scores m JOIN rubric_scores o USING "
        "(learner_id, assessment_id, attempt, criterion) WHERE m.rater_id = 1 AND o.rater_id = 0",
    )

    def rank(credential: object, level: object) -> int:
        return [one.id for one in programme.credentials[str(credential)].rubric.levels].index(str(level))

    differences = [rank(credential, mine) - rank(credential, theirs) for credential, mine, theirs in pairs]
    found = model.feedback()
    assert found.shared == len(pairs)
    assert found.difference == pytest.approx(np.mean(differences))
    assert found.exact == pytest.approx(np.mean([one == 0 for one in differences]))
    assert found.adjacent == pytest.approx(np.mean([abs(one) <= 1 for one in differences]))
    # The campus draws the second rater half a level stricter, before rounding to levels that end.
    assert found.low < found.difference < found.high < 0


def test_two_raters_of_the_same_rows_mirror_each_other(store: Store, programme: Programme) -> None:
    first, second = (FacultyModel(store, programme, one, DAY).feedback() for one in ("f001", "f002"))
    assert first.difference == pytest.approx(-second.difference)
    assert (first.shared, first.exact) == (second.shared, pytest.approx(second.exact))


def test_few_shared_ratings_say_nothing(store: Store, programme: Programme) -> None:
    import datetime

    found = FacultyModel(store, programme, "f001", datetime.date(2026, 8, 25)).feedback()
    assert (found.ratings, found.difference) == (0, None)


def test_hints_name_rows_that_a_third_of_the_team_finds_hard(programme: Programme) -> None:
    credential = programme.credentials["team-simulation"]
    first, second = credential.rubric.criteria[:2]
    rated = [RatedRow(f"L{at}", credential.id, first.id, 1 if at < 3 else 2, passed=at >= 3) for at in range(6)]
    rated += [RatedRow(f"L{at}", credential.id, second.id, 1 if at < 1 else 2, passed=at >= 1) for at in range(6)]
    (hint,) = teaching_hints(programme, rated, DAY)
    assert (hint.criterion, hint.below, hint.of, hint.level) == (first.title, 3, 6, "Proficient")
    assert hint.looks_like == first.descriptors["proficient"]
    activities = {one.title: one.term for other in programme.credentials.values() for one in other.activities}
    assert all(programme.term(activities[one]).end >= DAY for one in hint.practise)


@pytest.mark.parametrize("language", ["en", "es"])
def test_hostile_words_are_shown_as_text(sources: Sources, language: str) -> None:
    page = page_for(Visitor("faculty", "f001"), sources, Texts(language))
    body = page.make_body()
    hostile = next(key for key in body.model.teams if "=cmd" in key)
    body.team.value = hostile
    assert "<img src=x" not in body.shown.value
    assert "&lt;img src=x" in body.shown.value
    assert body.alert.value == ""


def test_somebody_without_a_team_is_told_what_to_do(store: Store, programme: Programme) -> None:
    import datetime

    model = FacultyModel(store, programme, "f001", datetime.date(2026, 1, 1))
    page = FacultyPage(model, EN)
    assert model.teams == {}
    assert "Ask the office to import the teams" in page.shown.value
    assert "No ratings of yours yet." in page.ratings.value
