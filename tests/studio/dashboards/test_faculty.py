"""The facilitator's page: own teams only, and what the records say of them."""

from __future__ import annotations

import dataclasses
import datetime
import re
import sqlite3

import pandas as pd
import pytest
import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.evaluation.feedback import MayNeedHelp, SupportStudy, TrackRecord, faculty_feedback
from ipe_workbench.records import Store
from ipe_workbench.records.privacy import audit_log
from ipe_workbench.studio.dashboards.faculty_model import FacultyModel
from ipe_workbench.studio.dashboards.faculty_page import FacultyPage, faculty_top
from ipe_workbench.studio.dashboards.identity import Visitor
from ipe_workbench.studio.dashboards.opening import Sources, page_for
from ipe_workbench.studio.dashboards.sentences import sentence
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


def test_what_is_not_passed_is_open_and_what_is_passed_is_not(
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
            named = {found[1] for said in one.open if (found := re.match(r"Has not passed “(.+)” yet", said))}
            assert named == {programme.title(str(credential)) for (credential,) in failed}


def test_the_page_shows_the_feedback_of_the_evaluation_for_the_own_teams(
    model: FacultyModel, store: Store, programme: Programme
) -> None:
    whole = faculty_feedback(programme, store, on=DAY)
    own = {learner for team in model.teams.values() for learner in team.members}
    named = {one.learner for one in whole.support.learners}
    shown = {one.learner: one.help for members in model.members.values() for one in members if one.help is not None}
    assert set(shown) == named & own
    assert all(one.low > one.usual for one in shown.values())
    assert [one.rater for one in model.feedback.raters] == [model.rater]
    assert model.feedback.criteria.equals(whole.criteria)
    page = FacultyPage(model, EN)
    for said in model.feedback.raters[0].sentences:
        assert str(sentence(said, EN)) in page.ratings.value


def test_who_is_named_comes_with_chance_interval_and_caution(store: Store, programme: Programme) -> None:
    of_all = faculty_feedback(programme, store, on=DAY)
    before = FacultyModel(store, programme, "f002", DAY, of_all)
    learner = before.chosen.members[0]
    named = MayNeedHelp(learner, 0.52, 0.41, 0.63, 0.2, 5, ("Absent from 2 of 9 sessions in the last 16 weeks.",))
    record = TrackRecord(3_498, 0.15, 0.17, 0.01, pd.DataFrame(), 263, 93, 719)
    certain = dataclasses.replace(of_all, support=SupportStudy((named,), record, ()))
    model = FacultyModel(store, programme, "f002", DAY, certain)
    assert model.members[model.team][0].help == named
    english = FacultyPage(model, EN).shown.value
    assert "52\xa0% (90 % interval 41\xa0% to 63\xa0%; usual 20\xa0%)" in english
    assert "A chance is not a verdict" in english
    assert "may need help</span>" in english
    spanish = FacultyPage(model, Texts("es")).shown.value
    assert "Faltó a 2 de 9 sesiones" in spanish
    assert "3.498 casos anteriores" in spanish
    # Another facilitator is told nothing of that learner.
    other = FacultyModel(store, programme, "f001", DAY, certain)
    assert not [one for members in other.members.values() for one in members if one.help]


def test_too_little_on_record_names_nobody_and_says_so(store: Store, programme: Programme) -> None:
    model = FacultyModel(store, programme, "f001", datetime.date(2026, 9, 20))
    assert model.feedback.support.learners == ()
    for language, words in (("en", "too few to say who may need help"), ("es", "son pocos para decir")):
        assert words in FacultyPage(model, Texts(language)).shown.value


def test_all_that_the_feedback_says_is_said_in_spanish(store: Store, programme: Programme) -> None:
    texts, said = Texts("es"), set()
    for day in (datetime.date(2026, 9, 20), datetime.date(2026, 12, 1), DAY):
        found = faculty_feedback(programme, store, on=day)
        said |= {words for one in found.raters for words in one.sentences}
        findings = (*found.findings, *found.support.findings)
        said |= {words for one in findings for words in (one.message, one.mend) if words}
        said |= {words for one in found.support.learners for words in one.reasons} | {found.support.caution}
        said |= set(found.low_competencies[found.low_competencies["more"]]["sentence"])
        said |= set(found.criteria[found.criteria["verdict"] == "tells-nobody-apart"]["sentence"])
        said |= {found.support.record.sentence()} if found.support.record else set()
    assert len(said) > 8
    assert [one for one in said if "lang=" in sentence(one, texts)] == []


def test_hints_show_what_the_team_finds_hard(model: FacultyModel, campus: str) -> None:
    page = FacultyPage(model, EN)
    for key, team in list(model.teams.items())[:4]:
        page.team.value = key
        levels = model.levels(team)
        shown = re.findall(r"In your team (\d+) of (\d+) are below", page.shown.value)
        hard = [one for one in model.hints(team)[:5] if one.below]
        assert [(int(below), int(of)) for below, of in shown] == [(one.below, one.of) for one in hard]
        for one in hard:
            own = levels[(levels["credential"] == one.credential) & (levels["criterion"] == one.criterion)]
            assert (one.below, one.of) == (int((own["place"] < own["passing"]).sum()), len(own))


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
    model = FacultyModel(store, programme, "f001", datetime.date(2026, 1, 1))
    page = FacultyPage(model, EN)
    assert model.teams == {}
    assert "Ask the office to import the teams" in page.shown.value
    assert "No ratings of yours yet." in page.ratings.value
