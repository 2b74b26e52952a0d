"""The ways around the triggers of 0001 are closed: TRUNCATE on PostgreSQL, INSERT OR REPLACE on SQLite.

SQLite's REPLACE removes the row in the way without asking a DELETE trigger, unless a connection has chosen recursive
triggers. A trigger before the insert refuses the row instead; what only wants to add leaves such rows out.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: What identifies a row, beside its number: no two rows may share it.
_KEYS = {
    "awards": ("learner_id", "credential", '"on"', "issuer"),
    "award_events": (),
    "audit_log": ("digest",),
}


def upgrade() -> None:
    """One more trigger a table."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, key in _KEYS.items():
        if not sqlite:
            # The function of 0001 says that rows are only ever added; it does not ask which change was tried.
            op.execute(
                f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuses_delete()"
            )
            continue
        same = " AND ".join(f"{one} = NEW.{one}" for one in key)
        there = f"id = NEW.id OR ({same})" if key else "id = NEW.id"
        there = f"SELECT 1 FROM {table} WHERE {there}"  # noqa: S608 - names of ours
        op.execute(
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} WHEN EXISTS ({there}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} are only ever added to'); END"
        )
