"""A person is erased from every table, and the log of that cannot be changed unseen: on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from ipe_workbench.errors import UnknownNameError
from ipe_workbench.records import Store
from ipe_workbench.records.privacy import audit_log, erase, record, verify_log
from ipe_workbench.records.privacy.traces import search
from ipe_workbench.records.tables import PERSONAL, metadata, table
from tests.records.test_store import DAY, NOON, add

SOURCE, GIVEN, FAMILY, EMAIL = "s-7716523", "Zephyrine", "Quillfeather", "zephyrine.q@example.edu"


@pytest.fixture
def people(store) -> Store:
    """Two learners, each with a row in every table about people."""
    rows: list[tuple[str, dict]] = []

    def add(name: str, row: dict) -> None:
        rows.append((name, row))

    add("staff", {"source_id": "r1"})
    add("study_programmes", {"id": "bsn"})
    add("cohorts", {"id": "2026"})
    add("terms", {"id": "fall"})
    add("teams", {"term_id": "fall", "name": "T1"})
    add("offerings", {"id": "o1", "term_id": "fall"})
    add("assessment_plan", {"id": "irat-1"})
    add("survey_waves", {"id": "w1", "instrument": "iccas", "frame": "pre"})
    sources = ((SOURCE, GIVEN, FAMILY, EMAIL), ("s-2", "Ada", "Byron", "ada@example.edu"))
    for number, (source, given, family, email) in enumerate(sources, start=1):
        who = {"learner_id": number}
        result = {**who, "assessment_id": "irat-1", "attempt": 1}
        add("learners", {"source_id": source})
        add("learner_names", {**who, "given_name": given, "family_name": family, "email": email})
        add("learner_traits", {**who, "trait": "hometown", "value": f"near {family}"})
        add("enrolments", {**who, "study_programme_id": "bsn", "cohort_id": "2026", "status": "active"})
        add("team_members", {**who, "team_id": 1})
        add("consents", {**who, "purpose": "research", "given": True, "on": DAY})
        add("attendance", {**who, "offering_id": "o1", "on": DAY, "status": "present"})
        add("assessments", result)
        add("item_responses", {**result, "item": "1", "response": f"I, {given}, say B"})
        add("rubric_scores", {**result, "criterion": "c", "rater_id": 1, "score": 2})
        add("survey_responses", {**who, "wave_id": "w1", "item": "1", "comment": f"{given} {family} was here"})
        add("evidence", {**who, "credential": "huddles", "kind": "form", "reference": f"https://x/{source}"})
        add(
            "activity_events",
            {**who, "statement": f"u{number}", "verb": "done", "object": email, "at": NOON},
        )
        add("awards", {**who, "credential": "huddles", "version": "1", "on": DAY, "issuer": ""})
        event = {"award_id": number, "event": "issued", "at": NOON, "reason": f"for {given} {family}"}
        add("award_events", event)
    with store.writing() as connection:
        for name, row in rows:
            connection.execute(table(name).insert().values(row))
    return store


def test_an_erased_learner_is_nowhere_and_the_other_is_as_before(people):
    marks = {"source id": SOURCE, "name": f"{GIVEN} {FAMILY}", "family name": FAMILY, "email": EMAIL}
    assert {one.what for one in search(people, marks)} == set(marks)
    before = people.counts()
    report = erase(people, SOURCE, who="office")
    assert report.traces == ()
    assert set(report.removed) == {*PERSONAL, "learners"}
    assert search(people, {**marks, "given name": GIVEN}) == ()
    after = people.counts()
    assert {name: before[name] - after[name] for name in report.removed} == dict(report.removed)
    with people.reading() as connection:
        for name in PERSONAL:
            assert set(connection.scalars(select(table(name).c.learner_id))) == {2}, name
        reasons = list(connection.scalars(select(table("award_events").c.reason).order_by(table("award_events").c.id)))
    assert reasons == [None, "for Ada Byron"]


def test_every_table_that_speaks_of_learners_is_emptied():
    speaks = {one.name for one in metadata.sorted_tables if "learner_id" in one.c}
    assert speaks == {*PERSONAL, "awards"}


def test_nothing_of_the_erased_is_left_in_the_bytes_of_the_database(people):
    if people.engine.dialect.name != "sqlite":
        pytest.skip("a PostgreSQL server keeps its own log of changes; docs/privacy.md says so")
    from pathlib import Path

    files = [Path(people.place), Path(people.place + "-wal")]
    marks = [one.encode() for one in (SOURCE, GIVEN, FAMILY, EMAIL, people.key.pseudonym(SOURCE))]
    assert any(marks[0] in one.read_bytes() for one in files if one.exists())
    erase(people, SOURCE, who="office")
    for one in files:
        if one.exists():
            assert not [mark for mark in marks if mark in one.read_bytes()], one.name


@pytest.mark.parametrize(("policy", "events"), [("anonymise", ["issued"]), ("revoke", ["issued", "revoked"])])
def test_awards_lose_their_learner_and_are_revoked_where_policy_says_so(people, policy, events):
    report = erase(people, people.key.pseudonym(SOURCE), who="office", awards=policy)
    assert report.awards == 1
    awards = people.frame("awards")
    assert awards["learner"].isna().tolist() == [True, False]
    assert awards["credential"].tolist() == ["huddles", "huddles"]
    told = people.frame("award_events", where={"award": 1})
    assert told["event"].tolist() == events


def test_a_trace_that_an_erasure_cannot_remove_is_reported(people):
    add(people, "staff", {"source_id": "r2", "email": EMAIL})
    report = erase(people, SOURCE, who="office")
    places = [(one.what, one.where) for one in report.traces]
    assert ("email", "staff.email") in places
    assert SOURCE not in str(report.to_dict())


@pytest.mark.parametrize("written", ["ÜNAL", "ünal", "U\u0308nal", "of (Ünal)", "Élodie ünal"])
def test_a_trace_of_a_name_with_accents_is_found_however_it_is_written(people, written):
    from sqlalchemy import update

    names = table("learner_names")
    with people.writing() as connection:
        changed = {"given_name": "Élodie", "family_name": "Ünal"}
        connection.execute(update(names).where(names.c.learner_id == 1).values(changed))
    add(people, "staff", {"source_id": "r2", "family_name": written})
    report = erase(people, SOURCE, who="office")
    assert ("family name", "staff.family_name") in [(one.what, one.where) for one in report.traces]


def test_an_unknown_learner_is_said_and_nothing_changes(people):
    before = people.counts()
    with pytest.raises(UnknownNameError, match="No learner has this id"):
        erase(people, "Zephyrine", who="office")
    assert people.counts() == before


def test_the_log_holds_erasures_without_the_erased(people):
    erase(people, SOURCE, who="office")
    (entry,) = audit_log(people).to_dict("records")
    assert (entry["who"], entry["action"]) == ("office", "erase")
    assert SOURCE not in str(entry)
    assert verify_log(people) == ()


def test_a_change_of_the_log_shows_though_its_guard_was_taken_off(store):
    for number in range(4):
        with store.writing() as connection:
            last = record(connection, who="office", action="export", what=f"frame {number}", rows=number)
    assert verify_log(store, known=last) == ()
    sqlite = store.engine.dialect.name == "sqlite"
    for change, wrong in (
        ("UPDATE audit_log SET who = 'nobody' WHERE id = 2", 1),
        ("DELETE FROM audit_log WHERE id = 3", 2),
    ):
        with store.writing() as connection:
            for name in ("update", "delete"):
                on = "" if sqlite else " ON audit_log"
                connection.execute(text(f"DROP TRIGGER IF EXISTS audit_log_refuses_{name}{on}"))
            connection.execute(text(change))
        assert len(verify_log(store)) == wrong
    with store.writing() as connection:
        connection.execute(text("DELETE FROM audit_log WHERE id > 1"))
    assert verify_log(store) == ()
    assert "digest that was noted" in verify_log(store, known=last)[0].message


def test_the_words_of_an_event_may_go_and_nothing_else(people):
    from sqlalchemy.exc import DBAPIError

    for statement in (
        "UPDATE award_events SET reason = 'other' WHERE id = 1",
        "UPDATE award_events SET reason = NULL, reference = NULL, event = 'revoked' WHERE id = 1",
    ):
        with pytest.raises(DBAPIError, match="only ever added to"), people.writing() as connection:
            connection.execute(text(statement))


def test_an_entry_without_a_person_is_refused(store):
    from ipe_workbench.errors import UnusableInputError

    with pytest.raises(UnusableInputError, match="who does this"), store.writing() as connection:
        record(connection, who=" ", action="export", what="awards", rows=1)
