"""The learner's page: that learner's records and nobody else's, and what follows from them."""

from __future__ import annotations

import base64
import datetime
import json
import re
import sqlite3
from pathlib import Path

import pytest
import traitlets
from sqlalchemy import insert, select, update

from ipe_workbench.credentials import Facts, Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.records import Store, open_store
from ipe_workbench.records.tables import table
from ipe_workbench.studio.dashboards.body import PageBody
from ipe_workbench.studio.dashboards.identity import Visitor
from ipe_workbench.studio.dashboards.learner_model import LearnerModel
from ipe_workbench.studio.dashboards.learner_page import LearnerPage, learner_top
from ipe_workbench.studio.dashboards.opening import Sources, page_for
from ipe_workbench.studio.dashboards.own_records import LearnerRecords, read_learner
from ipe_workbench.studio.dashboards.texts import Texts
from tests.studio.dashboards.campus import DAY, HOSTILE, make_campus

EN = Texts("en")


def rows(campus: str, query: str, *values: object) -> list[tuple[object, ...]]:
    with sqlite3.connect(campus) as connection:
        return connection.execute(query, values).fetchall()


def model_of(store: Store, programme: Programme, learner: str, day: datetime.date = DAY) -> LearnerModel:
    model = LearnerModel(programme, read_learner(store, programme, learner, day), day)
    model.begin()
    return model


@pytest.mark.parametrize("number", [0, 3, 17, 40])
def test_the_badges_are_the_awards_of_that_learner(
    store: Store, programme: Programme, campus: str, number: int
) -> None:
    records = read_learner(store, programme, f"s{number:03}", DAY)
    awarded = rows(campus, 'SELECT credential, "on" FROM awards WHERE learner_id = ? ORDER BY "on", credential', number)
    assert [(one.id, one.on.isoformat()) for one in records.badges] == awarded
    revoked = {
        one
        for (one,) in rows(
            campus,
            "SELECT credential FROM awards JOIN award_events ON award_id = awards.id "
            "WHERE learner_id = ? AND event = 'revoked'",
            number,
        )
    }
    assert {one.id for one in records.badges if one.state == "revoked"} == revoked
    assert not revoked & {one.badge for one in records.facts.awards}
    assert bool(revoked) == (number == 3)


def test_what_comes_later_is_not_known_yet(store: Store, programme: Programme) -> None:
    early = datetime.date(2026, 10, 20)
    records = read_learner(store, programme, "s005", early)
    assert all(one.on <= early for one in records.badges)
    assert len(records.badges) < len(read_learner(store, programme, "s005", DAY).badges)


def test_a_badge_that_ran_out_is_said_to_have(tmp_path: Path, programme: Programme) -> None:
    with open_store(make_campus(tmp_path, seed=3)) as store:
        award = {"learner_id": 9, "credential": "team-simulation", "version": "1.0", "issuer": "", "hours": 6.0}
        award |= {"on": datetime.date(2026, 10, 1), "expires": DAY - datetime.timedelta(days=1)}
        with store.writing() as connection:
            connection.execute(insert(table("awards")), [award])
        for day, state in ((DAY - datetime.timedelta(days=1), "valid"), (DAY, "expired")):
            records = read_learner(store, programme, "s009", day)
            assert next(one.state for one in records.badges if one.id == "team-simulation") == state
        page = LearnerPage(model_of(store, programme, "s009"), EN)
        assert "ran out on 19 Mar 2027" in page.rest.value


def test_growth_is_the_level_above_the_one_that_raters_gave(store: Store, programme: Programme, campus: str) -> None:
    records = read_learner(store, programme, "s017", DAY)
    given = rows(
        campus,
        "SELECT assessment_id, criterion, level FROM rubric_scores WHERE learner_id = 17 AND rater_id = 0 "
        "AND NOT EXISTS (SELECT 1 FROM rubric_scores o WHERE o.learner_id = 17 AND o.rater_id = 1 AND "
        "o.assessment_id = rubric_scores.assessment_id AND o.criterion = rubric_scores.criterion)",
    )
    shown = {(one.credential, one.criterion): one for one in records.growth}
    checked = 0
    for credential, criterion, level in given:
        design = programme.credentials[str(credential)]
        levels = [one.id for one in design.rubric.levels]
        row = next(one for one in design.rubric.criteria if one.id == criterion)
        found = shown.get((design.id, row.id))
        if level == levels[-1]:
            assert found is None
        else:
            following = design.rubric.levels[levels.index(str(level)) + 1]
            assert (found.next_level, found.next_descriptor) == (following.title, row.descriptors[following.id])
            assert found.passes == (levels.index(str(level)) >= levels.index(design.rubric.pass_level))
            checked += 1
    assert checked > 3
    assert [one.passes for one in records.growth] == sorted(one.passes for one in records.growth)


def test_a_rubric_that_is_not_public_stays_out(store: Store, programme: Programme) -> None:
    before = read_learner(store, programme, "s017", DAY).growth
    closed = next(one for one in programme.credentials.values() if any(area.credential == one.id for area in before))
    changed = programme.with_credential(
        closed.model_copy(update={"rubric": closed.rubric.model_copy(update={"public": False})})
    )
    after = read_learner(store, changed, "s017", DAY).growth
    assert {one.credential for one in before} - {one.credential for one in after} == {closed.id}


@pytest.mark.parametrize("learner", ["", "s999", "S001", "s001 ", "s00%", "' OR 1=1 --", "f001"])
def test_nobody_is_told_of_somebody_else(store: Store, programme: Programme, learner: str) -> None:
    with pytest.raises(UnknownNameError, match="do not know you"):
        read_learner(store, programme, learner, DAY)


def test_a_page_names_no_other_learner(sources: Sources) -> None:
    page = page_for(Visitor("learner", "s021"), sources, EN)
    body = page.make_body()
    whole = page.top + body.next.value + body.rest.value
    whole += "".join(base64.b64decode(one).decode() for one in re.findall(r"base64,([A-Za-z0-9+/=]+)", whole))
    assert "Given21" in whole
    assert set(re.findall(r"\b(?:Given|Family|s)0*(\d+)\b", whole)) == {"21"}


def test_a_goal_that_is_not_offered_is_refused(store: Store, programme: Programme) -> None:
    model = model_of(store, programme, "s005")
    before = model.goal
    for wanted in ("", "values-foundations", "s006", "<b>"):
        with pytest.raises((UnknownNameError, traitlets.TraitError)):
            model.goal = wanted
    assert model.goal == before


def test_the_plan_follows_the_goal(store: Store, programme: Programme) -> None:
    model = model_of(store, programme, "s005")
    page = LearnerPage(model, EN)
    for goal, title in model.goals.items():
        page.goal.value = goal
        assert model.feedback.goal == goal
        assert title in page.next.value.replace("&amp;", "&")
    assert page.alert.value == ""


def test_domains_add_up_to_the_framework(store: Store, programme: Programme) -> None:
    domains = model_of(store, programme, "s005").domains()
    assert sum(one.of for one in domains) == 33
    assert all(0 <= one.shown <= one.of for one in domains)
    assert sum(one.shown for one in domains) == len(model_of(store, programme, "s005").feedback.shown)


@pytest.mark.parametrize("language", ["en", "es"])
def test_hostile_words_are_shown_as_text(sources: Sources, language: str) -> None:
    page = page_for(Visitor("learner", "s000"), sources, Texts(language))
    body = page.make_body()
    whole = page.top + body.next.value + body.rest.value
    assert HOSTILE not in whole
    assert "&lt;img src=x onerror=&quot;window.hacked=1&quot;&gt;" in page.top


def test_files_to_download_name_nobody_and_hold_what_is_shown(store: Store, programme: Programme) -> None:
    model = model_of(store, programme, "s005")
    html = LearnerPage(model, EN).rest.value
    files = dict(re.findall(r'download="([^"]+)" href="data:[a-z/]+;charset=utf-8;base64,([^"]+)"', html))
    assert set(files) == {"my-badges.html", "my-badges.json"}
    data = json.loads(base64.b64decode(files["my-badges.json"]))
    assert [one["id"] for one in data["badges"]] == [one.id for one in model.records.badges]
    page = base64.b64decode(files["my-badges.html"]).decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert all(one.title in page for one in model.records.badges)


def test_a_learner_without_anything_is_told_how_to_begin(programme: Programme) -> None:
    nobody = LearnerRecords("L", "s", "", "nursing", Facts("nursing"), (), (), 0.0)
    model = LearnerModel(programme, nobody, programme.info.terms[0].start)
    page = LearnerPage(model, EN)
    assert "No badge yet." in page.rest.value
    assert "No ratings with a next level yet." in page.rest.value
    assert "<ol" in page.next.value
    assert "Your badges and next steps" in learner_top(model, EN)
    assert "Text to share" not in page.rest.value


def test_an_erased_learner_has_no_page(tmp_path: Path, programme: Programme) -> None:
    from ipe_workbench.records.privacy import erase

    with open_store(make_campus(tmp_path, seed=11)) as store:
        assert read_learner(store, programme, "s002", DAY).called == "Given2"
        erase(store, "s002", who="office")
        with pytest.raises(UnknownNameError):
            read_learner(store, programme, "s002", DAY)
        page = page_for(Visitor("learner", "s002"), Sources(programme, store, DAY), Texts("es"))
        assert "no te conocen" in page.top


def test_a_changed_name_and_a_suspension_are_seen(tmp_path: Path, programme: Programme) -> None:
    with open_store(make_campus(tmp_path, seed=5)) as store:
        with store.writing() as connection:
            awards, events, names = table("awards"), table("award_events"), table("learner_names")
            award = connection.scalar(select(awards.c.id).where(awards.c.learner_id == 9).limit(1))
            moment = datetime.datetime.fromisoformat("2027-03-01T09:00")
            connection.execute(insert(events), [{"award_id": award, "event": "suspended", "at": moment}])
            connection.execute(update(names).where(names.c.learner_id == 9).values(given_name="Zoë"))
        records = read_learner(store, programme, "s009", DAY)
        assert records.called == "Zoë"
        assert [one.state for one in records.badges].count("suspended") == 1
        with store.writing() as connection:
            moment = datetime.datetime.fromisoformat("2027-03-02T09:00")
            connection.execute(insert(events), [{"award_id": award, "event": "reinstated", "at": moment}])
        assert all(one.state != "suspended" for one in read_learner(store, programme, "s009", DAY).badges)


def test_signed_badges_in_force_can_be_downloaded(store: Store, programme: Programme, tmp_path: Path) -> None:
    records = read_learner(store, programme, "s003", DAY)
    revoked = next(one for one in records.badges if one.state == "revoked")
    valid = next(one for one in records.badges if one.state == "valid")
    (tmp_path / "badges").mkdir()
    lines = ["learner,email,did,credential,awarded,id,file"]
    for number, (learner, badge) in enumerate([("s003", revoked), ("s003", valid), ("s004", valid)]):
        (tmp_path / "badges" / f"{number}.json").write_text(f'{{"number": {number}}}')
        lines.append(f"{learner},,,{badge.id},{badge.on},urn:uuid:{number},badges/{number}.json")
    (tmp_path / "issued.csv").write_text("\n".join(lines) + "\n")
    page = page_for(Visitor("learner", "s003"), Sources(programme, store, DAY, tmp_path), EN)
    html = page.make_body().rest.value
    found = re.findall(r'download="(badge-[^"]+)" href="data:[a-z/]+;charset=utf-8;base64,([^"]+)"', html)
    assert [(name, json.loads(base64.b64decode(content))) for name, content in found] == [
        ("badge-1.json", {"number": 1})
    ]


def test_a_folder_without_badges_is_said_to_have_none(store: Store, programme: Programme, tmp_path: Path) -> None:
    page = page_for(Visitor("learner", "s003"), Sources(programme, store, DAY, tmp_path / "none"), EN)
    body = page.body
    assert isinstance(body, PageBody)
    assert "no badges here" in body.alert.value
