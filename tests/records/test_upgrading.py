"""Records that an older Workbench made come up to date with all their rows, and end as new records are."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records import make_store, open_store
from ipe_workbench.records.engines import engine_for, url_of
from ipe_workbench.records.pseudonyms import make_key
from ipe_workbench.records.schema_version import _config, current_version, latest_version
from ipe_workbench.records.tables import metadata

#: Rows as the Workbench of 0001 wrote them, one statement each; a table with all kinds of columns at least.
ROWS_OF_0001 = """
INSERT INTO imports (kind, file, sha256, at, rows, added, changed, unchanged)
    VALUES ('learners', 'roster.csv', 'ab', '2026-09-01 08:00:00.000000', 2, 2, 0, 0)
INSERT INTO terms (id, title, starts, ends, import_id) VALUES ('fall', 'Fall', '2026-08-24', '2026-12-11', 1)
INSERT INTO learners (source_id, import_id) VALUES ('s1', 1), ('s2', 1)
INSERT INTO learner_names (learner_id, given_name, family_name, email) VALUES (1, 'Zoë', 'O''Hara', 'z@example.edu')
INSERT INTO staff (source_id) VALUES ('f1')
INSERT INTO study_programmes (id, profession) VALUES ('bsn', 'nursing')
INSERT INTO cohorts (id) VALUES ('2026')
INSERT INTO enrolments (learner_id, study_programme_id, cohort_id, status) VALUES (1, 'bsn', '2026', 'active')
INSERT INTO teams (term_id, name, facilitator_id) VALUES ('fall', 'Red', 1)
INSERT INTO team_members (team_id, learner_id, joined) VALUES (1, 2, '2026-08-30')
INSERT INTO consents (learner_id, purpose, given, "on") VALUES (1, 'research', TRUE, '2026-09-01')
INSERT INTO assessment_plan (id, kind, points) VALUES ('irat-1', 'irat', 20)
INSERT INTO assessments (learner_id, assessment_id, attempt, "on", score, passed, team_id)
    VALUES (1, 'irat-1', 1, '2026-10-01', 0.75, TRUE, NULL), (2, 'irat-1', 1, '2026-10-01', 0.5, FALSE, 1)
INSERT INTO awards (learner_id, credential, version, "on", issuer) VALUES (1, 'huddles', '1.0', '2026-10-20', '')
INSERT INTO award_events (award_id, event, at, reason) VALUES (1, 'issued', '2026-10-20 08:00:00.000000', 'well done')
INSERT INTO audit_log (at, who, action, what, rows, digest)
    VALUES ('2026-10-21 08:00:00.000000', 'office', 'export', 'awards', 1, 'cd')
"""


@pytest.fixture
def old(db: str) -> Callable[[str], None]:
    """Make records as they were at a version."""

    def make(version: str) -> None:
        engine = engine_for(url_of(db))
        with engine.connect().execution_options(ipe_writes=True) as connection, connection.begin():
            command.upgrade(_config(connection), version)
            for statement in re.split(r"\n(?=INSERT)", ROWS_OF_0001.strip()):
                connection.execute(text(statement))
        engine.dispose()
        make_key(Path(os.environ["IPE_RECORDS_KEY"]))

    return make


def rows(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, as the database holds them."""
    found = {}
    for one in metadata.sorted_tables:
        columns = ", ".join(f'"{column.name}"' for column in one.columns)
        found[one.name] = sorted(map(tuple, connection.execute(text(f'SELECT {columns} FROM "{one.name}"'))), key=str)  # noqa: S608
    return found


def triggers(connection: Connection) -> list[tuple[str, ...]]:
    """All triggers with what they do; no tool compares them."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    else:
        query = (
            "SELECT t.tgname, pg_get_triggerdef(t.oid), pg_get_functiondef(t.tgfoid) FROM pg_trigger t "
            "WHERE NOT t.tgisinternal ORDER BY t.tgname"
        )
    return [tuple(one) for one in connection.execute(text(query))]


def checks(connection: Connection) -> list[tuple[str, ...]]:
    """All check constraints; Alembic does not compare them."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    else:
        query = (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
    return [tuple(one) for one in connection.execute(text(query))]


@pytest.fixture
def now(template, db) -> tuple[object, object]:
    """Triggers and constraints of new records in the same kind of database."""
    engine = engine_for(url_of(template("postgresql" if db.startswith("postgresql") else "sqlite")))
    with engine.connect() as connection:
        found = triggers(connection), checks(connection)
    engine.dispose()
    return found


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_records_of_an_older_version_keep_all_rows_and_end_as_new_ones_are(old, db, now, version):
    old(version)
    with pytest.raises(UnusableInputError, match=f"version {version}.*ipe records init"):
        open_store(db)
    before = look(db, rows)
    assert sum(map(len, before.values())) == 18
    with make_store(db) as store:
        with store.reading() as connection:
            assert current_version(connection) == latest_version()
            assert rows(connection) == before
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, metadata) == []
            assert (triggers(connection), checks(connection)) == now
        results = store.frame("assessments")
        assert results["score"].tolist() == [0.75, 0.5]
        assert results["passed"].tolist() == [True, False]
        assert results["team"].isna().tolist() == [True, False]
        assert store.frame("awards")["on"].dt.date.tolist() == [datetime.date(2026, 10, 20)]
        with pytest.raises(IntegrityError), store.writing() as connection:
            connection.execute(text("UPDATE awards SET version = '2.0'"))
        with store.writing() as connection:
            connection.execute(text("INSERT INTO learners (source_id) VALUES ('s3')"))
            assert connection.scalar(text("SELECT id FROM learners WHERE source_id = 's3'")) == 3, "numbers go on"


def test_an_upgrade_that_fails_changes_nothing(old, db):
    old("0001")
    # A trigger of the name that 0003 wants, made by somebody's hand: the second of two steps fails.
    sqlite = not db.startswith("postgresql")
    by_hand = (
        "CREATE TRIGGER audit_log_refuses_replace BEFORE INSERT ON audit_log BEGIN SELECT 1; END"
        if sqlite
        else "CREATE TRIGGER audit_log_refuses_truncate BEFORE TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuses_delete()"
    )
    look(db, lambda connection: connection.execute(text(by_hand)) and connection.commit())
    before = [look(db, one) for one in (current_version, rows, triggers, checks)]
    with pytest.raises(DBAPIError):
        make_store(db)
    assert [look(db, one) for one in (current_version, rows, triggers, checks)] == before


def look(db: str, at: Callable[[Connection], Any]) -> Any:
    """Ask the database past the Workbench."""
    engine = engine_for(url_of(db))
    try:
        with engine.connect() as connection:
            return at(connection)
    finally:
        engine.dispose()
