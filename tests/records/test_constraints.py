"""Each rule that keeps the records honest is kept by the database itself: raw SQL cannot break it.

For each constraint of the tables there is an attempt to break it; a new constraint without one fails the test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Connection, UniqueConstraint, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ipe_workbench.records.tables import APPEND_ONLY, metadata, table

NOON = "2026-10-01 12:00:00"
RESULT = {"learner_id": 1, "assessment_id": "irat-1", "attempt": 1}

#: A row of each table that the database takes, in an order in which what is referred to comes first.
GOOD: dict[str, dict[str, object]] = {
    "imports": {
        "kind": "x", "file": "x", "sha256": "x", "at": NOON, "rows": 1, "added": 1, "changed": 0, "unchanged": 0,
    },
    "study_programmes": {"id": "bsn"},
    "cohorts": {"id": "2026"},
    "terms": {"id": "fall", "starts": "2026-08-24", "ends": "2026-12-11"},
    "offerings": {"id": "o1", "term_id": "fall", "starts": "2026-10-01", "ends": "2026-10-01", "seats": 0},
    "assessment_plan": {"id": "irat-1", "weight": 0, "points": 0.5},
    "survey_waves": {"id": "w1", "instrument": "iccas", "frame": "pre", "opens": "2026-10-01", "closes": "2026-10-02"},
    "learners": {"source_id": "s1"},
    "learner_names": {"learner_id": 1},
    "learner_traits": {"learner_id": 1, "trait": "age", "value": "20"},
    "staff": {"source_id": "f1"},
    "enrolments": {
        "learner_id": 1, "study_programme_id": "bsn", "cohort_id": "2026", "status": "paused",
        "starts": "2026-10-01", "ends": "2026-10-01",
    },
    "teams": {"term_id": "fall", "name": "Red", "facilitator_id": 1},
    "team_members": {"team_id": 1, "learner_id": 1, "joined": "2026-10-01", "left": "2026-10-01"},
    "consents": {"learner_id": 1, "purpose": "research", "given": False, "on": "2026-10-01"},
    "attendance": {"learner_id": 1, "offering_id": "o1", "on": "2026-10-01", "status": "excused", "hours": 24},
    "assessments": {**RESULT, "score": 1, "points_possible": 1, "passed": True, "team_id": 1},
    "item_responses": {**RESULT, "item": "1", "score": 0},
    "rubric_scores": {**RESULT, "criterion": "c", "rater_id": 1, "score": 1},
    "survey_responses": {"learner_id": 1, "wave_id": "w1", "item": "1", "value": 1},
    "evidence": {"learner_id": 1, "credential": "c", "kind": "form", "reference": "r"},
    "activity_events": {
        "learner_id": 1, "statement": "u1", "verb": "done", "object": "o", "at": NOON, "score": -1, "success": True,
    },
    "awards": {
        "learner_id": 1, "credential": "c", "version": "1", "on": "2026-10-01", "expires": "2026-10-01", "hours": 0,
        "issuer": "",
    },
    "award_events": {"award_id": 1, "event": "issued", "at": NOON, "reason": "well done"},
    "audit_log": {"at": NOON, "who": "office", "action": "export", "what": "awards", "rows": 1, "digest": "d"},
}  # fmt: skip

#: What breaks each check constraint, by its name, in the row above.
BREAKING: dict[str, list[dict[str, object]]] = {
    "ck_imports_counts": [{"rows": -1}, {"added": -1}, {"changed": -1}, {"unchanged": -1}],
    **{
        f"ck_{name}_id_filled": [{"id": ""}]
        for name in ("study_programmes", "cohorts", "terms", "offerings", "assessment_plan", "survey_waves")
    },
    "ck_learners_source_id_filled": [{"source_id": ""}],
    "ck_staff_source_id_filled": [{"source_id": ""}],
    "ck_teams_name_filled": [{"name": ""}],
    "ck_consents_purpose_filled": [{"purpose": ""}],
    "ck_awards_credential_filled": [{"credential": ""}],
    "ck_terms_starts_before_ends": [{"ends": "2026-08-23"}],
    "ck_offerings_starts_before_ends": [{"ends": "2026-09-30"}],
    "ck_enrolments_starts_before_ends": [{"ends": "2026-09-30"}],
    "ck_survey_waves_opens_before_closes": [{"closes": "2026-09-30"}],
    "ck_team_members_joined_before_left": [{"left": "2026-09-30"}],
    "ck_awards_on_before_expires": [{"expires": "2026-09-30"}],
    "ck_offerings_seats": [{"seats": -1}],
    "ck_assessment_plan_weight": [{"weight": -0.1}],
    "ck_assessment_plan_points": [{"points": 0}],
    "ck_survey_waves_frame": [{"frame": "sometime"}, {"frame": ""}, {"frame": "PRE"}],
    "ck_enrolments_status": [{"status": "unknown"}],
    "ck_attendance_status": [{"status": "ill"}],
    "ck_attendance_hours": [{"hours": -1}, {"hours": 24.5}],
    "ck_award_events_event": [{"event": "lost"}],
    "ck_assessments_attempt": [{"attempt": 0}],
    "ck_assessments_score": [{"score": -0.01}, {"score": 1.01}],
    "ck_assessments_points_possible": [{"points_possible": 0}],
    "ck_item_responses_attempt": [{"attempt": 0}],
    "ck_item_responses_score": [{"score": -0.01}, {"score": 1.01}],
    "ck_rubric_scores_attempt": [{"attempt": -1}],
    "ck_rubric_scores_level_or_score": [{"score": None}],
    "ck_survey_responses_value_or_comment": [{"value": None}],
    "ck_activity_events_score": [{"score": -1.01}, {"score": 1.01}],
    "ck_awards_hours": [{"hours": -1}],
}
#: These have a constraint in SQLite alone: PostgreSQL has a type for them.
TRUTHS: dict[str, list[str]] = {
    "consents": ["given"], "assessments": ["passed"], "activity_events": ["success", "completion"],
}  # fmt: skip


@pytest.fixture
def filled(store):
    """The records with a row in each table."""
    with store.writing() as connection:
        for name, row in GOOD.items():
            insert(connection, name, row)
    return store


def insert(connection: Connection, name: str, row: dict[str, object]) -> None:
    columns, places = ", ".join(f'"{one}"' for one in row), ", ".join(f":{one}" for one in row)
    connection.execute(text(f'INSERT INTO "{name}" ({columns}) VALUES ({places})'), row)  # noqa: S608


def another(name: str) -> dict[str, object]:
    """The good row with another key, so that nothing but what a test breaks can be in its way."""
    row = dict(GOOD[name])
    keys = {"id": "new", "source_id": "new", "name": "new", "statement": "new", "digest": "new", "trait": "new"}
    row |= {one: value for one, value in keys.items() if one in row}
    if "learner_id" in row:
        row["learner_id"] = 2
    return row


def attempts(sqlite: bool) -> Iterator[tuple[str, str, dict[str, object]]]:
    """What must be refused: a name of it, the table, the row."""
    for one in metadata.sorted_tables:
        good = another(one.name)
        for constraint in one.constraints:
            if isinstance(constraint, CheckConstraint) and not getattr(constraint, "_type_bound", False):
                for change in BREAKING[str(constraint.name)]:
                    yield f"{constraint.name} {change}", one.name, good | change
            elif isinstance(constraint, UniqueConstraint):
                yield str(constraint.name), one.name, good | {key.name: GOOD[one.name][key.name] for key in constraint}
        key = {column.name: 1 if column.type.python_type is int else GOOD[one.name][column.name] for column in one.primary_key}  # fmt: skip # noqa: E501
        yield f"primary key of {one.name}", one.name, good | key
        for column in one.columns:
            if not column.nullable and not (column.primary_key and column.type.python_type is int):
                yield f"{one.name}.{column.name} must be there", one.name, good | {column.name: None}
            if column.foreign_keys:
                unknown = 99 if column.type.python_type is int else "unknown"
                yield f"{one.name}.{column.name} must be known", one.name, good | {column.name: unknown}
        if sqlite:
            for column in TRUTHS.get(one.name, []):
                yield f"{one.name}.{column} is yes or no", one.name, good | {column: 2}


def test_each_constraint_refuses_a_row_that_breaks_it(filled):
    before = filled.counts()
    taken, tried = [], 0
    with filled.writing() as connection:
        insert(connection, "learners", {"source_id": "s2"})
        for name in GOOD:
            # Without a fault the row is taken: what is refused below is refused for its fault.
            with connection.begin_nested() as undone:
                insert(connection, name, another(name))
                undone.rollback()
        for what, name, row in attempts(connection.dialect.name == "sqlite"):
            tried += 1
            try:
                with connection.begin_nested() as undone:
                    insert(connection, name, row)
                    taken.append(what)
                    undone.rollback()
            except IntegrityError:
                pass
        connection.rollback()
    assert taken == []
    assert tried > 200
    assert filled.counts() == before


def test_each_check_constraint_has_an_attempt_that_breaks_it():
    named = {
        str(one.name)
        for table in metadata.sorted_tables
        for one in table.constraints
        if isinstance(one, CheckConstraint) and not getattr(one, "_type_bound", False)
    }
    assert set(BREAKING) == named
    assert set(GOOD) == set(metadata.tables)


ON_BOTH = [
    *(f"DELETE FROM {name}" for name in APPEND_ONLY),  # noqa: S608
    *(
        f'UPDATE {one} SET "{column.name}" = "{column.name}"'  # noqa: S608 - even to what it is
        for one in ("audit_log",)
        for column in table(one).columns
    ),
    *(
        f'UPDATE awards SET "{column}" = {value}'  # noqa: S608
        for column, value in (
            ("credential", "'other'"), ("version", "'2'"), ("on", "'2026-10-02'"), ("expires", "NULL"), ("hours", "9"),
            ("issuer", "'other'"), ("learner_id", "2"), ("id", "7"), ("import_id", "1"),
        )
    ),
    "UPDATE awards SET learner_id = NULL, version = '2'",
    "UPDATE award_events SET event = 'revoked'",
    "UPDATE award_events SET reason = 'other'",
    "UPDATE award_events SET reason = NULL, reference = NULL, at = '2026-10-02 12:00:00'",
    "DELETE FROM learners WHERE id = 1",
    "UPDATE learners SET id = 7 WHERE id = 1",
    "INSERT INTO awards (id, learner_id, credential, version, \"on\", issuer) VALUES (1, 2, 'x', '1', '2026-10-01', '')"
    " ON CONFLICT (id) DO UPDATE SET credential = excluded.credential",
]  # fmt: skip
ON_POSTGRESQL = [
    *(f"TRUNCATE {name} CASCADE" for name in APPEND_ONLY),
    "TRUNCATE learners CASCADE",
    "TRUNCATE imports RESTART IDENTITY CASCADE",
]
_AWARD = '(id, learner_id, credential, version, "on", issuer) VALUES'
ON_SQLITE = [
    f"REPLACE INTO awards {_AWARD} (1, 2, 'x', '1', '2026-10-01', '')",
    f"REPLACE INTO awards {_AWARD} (7, 1, 'c', '2', '2026-10-01', '')",
    "REPLACE INTO award_events (id, award_id, event, at) VALUES (1, 1, 'revoked', '2026-10-02')",
    "REPLACE INTO audit_log (id, at, who, action, what, rows, digest) VALUES (1, '2026', 'x', 'x', 'x', 0, 'e')",
    "REPLACE INTO audit_log (id, at, who, action, what, rows, digest) VALUES (7, '2026', 'x', 'x', 'x', 0, 'd')",
    "UPDATE OR REPLACE awards SET id = 7",
]


def test_no_statement_changes_or_removes_what_is_only_added_to(filled):
    with filled.writing() as connection:
        insert(connection, "learners", {"source_id": "s2"})
        sqlite = connection.dialect.name == "sqlite"
    before = contents(filled)
    done = []
    for statement in ON_BOTH + (ON_SQLITE if sqlite else ON_POSTGRESQL):
        try:
            with filled.writing() as connection:
                connection.execute(text(statement))
        except DBAPIError:
            pass
        else:
            done.append(statement)
        assert contents(filled) == before, statement
    assert done == []


def contents(store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        return {one: list(map(tuple, connection.execute(table(one).select()))) for one in APPEND_ONLY}
