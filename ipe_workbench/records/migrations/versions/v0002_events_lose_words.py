"""An erasure may empty the reason and the reference of an award's event, and nothing else."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEPT = ("id", "award_id", "event", "at")


def upgrade() -> None:
    """The trigger on changes of `award_events` lets the words go."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    emptied = "NEW.reason IS NULL AND NEW.reference IS NULL"
    unchanged = " AND ".join(f"NEW.{one} {same} OLD.{one}" for one in _KEPT)
    when = f"WHEN (NOT ({emptied} AND {unchanged}))"
    name, words = "award_events_refuses_update", "award_events are only ever added to"
    if sqlite:
        op.execute(f"DROP TRIGGER {name}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON award_events {when} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    op.execute(f"DROP TRIGGER {name} ON award_events")
    op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON award_events FOR EACH ROW {when} EXECUTE FUNCTION {name}()")
