"""The tables of what happened: attendance, results, ratings, answers, awards, and who did what. See `tables`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from ipe_workbench.records.columns import (
    brought_by,
    filled,
    learner,
    number_id,
    one_of,
    text,
)
from ipe_workbench.records.metadata import metadata, table

Table(
    "attendance",
    metadata,
    number_id(),
    learner(),
    Column("offering_id", Text, ForeignKey("offerings.id"), nullable=False, index=True),
    Column("on", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("hours", Float),
    brought_by(),
    UniqueConstraint("learner_id", "offering_id", "on"),
    one_of("status", "present", "late", "excused", "absent"),
    CheckConstraint("hours >= 0 AND hours <= 24", name="hours"),
)

Table(
    "assessments",
    metadata,
    number_id(),
    learner(),
    Column("assessment_id", Text, ForeignKey("assessment_plan.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("on", Date),
    # A share in [0, 1]; the points that it came from stand beside it.
    Column("score", Float),
    Column("points", Float),
    Column("points_possible", Float),
    Column("passed", Boolean(create_constraint=True, name="passed")),
    Column("team_id", Integer, ForeignKey("teams.id"), index=True),
    brought_by(),
    UniqueConstraint("learner_id", "assessment_id", "attempt"),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint("score >= 0 AND score <= 1", name="score"),
    CheckConstraint("points_possible > 0", name="points_possible"),
)

Table(
    "item_responses",
    metadata,
    number_id(),
    learner(),
    Column("assessment_id", Text, ForeignKey("assessment_plan.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    text("item", needed=True),
    text("response"),
    Column("score", Float),
    brought_by(),
    UniqueConstraint("learner_id", "assessment_id", "attempt", "item"),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint("score >= 0 AND score <= 1", name="score"),
)

Table(
    "rubric_scores",
    metadata,
    number_id(),
    learner(),
    Column("assessment_id", Text, ForeignKey("assessment_plan.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    text("criterion", needed=True),
    Column("rater_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    text("level"),
    Column("score", Float),
    Column("on", Date),
    brought_by(),
    # Named, since the name made of its columns is longer than PostgreSQL allows.
    UniqueConstraint("learner_id", "assessment_id", "attempt", "criterion", "rater_id", name="uq_rubric_scores_rating"),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint("level IS NOT NULL OR score IS NOT NULL", name="level_or_score"),
)

Table(
    "survey_responses",
    metadata,
    number_id(),
    learner(),
    Column("wave_id", Text, ForeignKey("survey_waves.id"), nullable=False, index=True),
    text("item", needed=True),
    Column("value", Float),
    text("comment"),
    Column("on", Date),
    brought_by(),
    UniqueConstraint("learner_id", "wave_id", "item"),
    CheckConstraint("value IS NOT NULL OR comment IS NOT NULL", name="value_or_comment"),
)

Table(
    "evidence",
    metadata,
    number_id(),
    learner(),
    text("credential", needed=True),
    text("kind", needed=True),
    text("reference", needed=True),
    text("sha256"),
    Column("on", Date),
    brought_by(),
    UniqueConstraint("learner_id", "credential", "reference"),
)

Table(
    "activity_events",
    metadata,
    number_id(),
    learner(),
    Column("statement", Text, nullable=False, unique=True),
    text("verb", needed=True),
    text("object", needed=True),
    Column("at", DateTime(timezone=False), nullable=False),
    Column("score", Float),
    Column("success", Boolean(create_constraint=True, name="success")),
    Column("completion", Boolean(create_constraint=True, name="completion")),
    brought_by(),
    CheckConstraint("score >= -1 AND score <= 1", name="score"),
)

Table(
    "awards",
    metadata,
    number_id(),
    # Empty once the person has been erased and the award was kept without a name.
    learner(needed=False),
    text("credential", needed=True),
    text("version", needed=True),
    Column("on", Date, nullable=False),
    Column("expires", Date),
    Column("hours", Float),
    # Who awarded it: empty for the programme itself, an issuer's id or address for a badge earned elsewhere.
    Column("issuer", Text, nullable=False),
    brought_by(),
    UniqueConstraint("learner_id", "credential", "on", "issuer"),
    CheckConstraint("hours >= 0", name="hours"),
    CheckConstraint('expires >= "on"', name="on_before_expires"),
    filled("credential"),
)

Table(
    "award_events",
    metadata,
    number_id(),
    Column("award_id", Integer, ForeignKey("awards.id"), nullable=False, index=True),
    text("event", needed=True),
    Column("at", DateTime(timezone=False), nullable=False),
    text("reason"),
    text("reference"),
    one_of("event", "issued", "claimed", "suspended", "reinstated", "revoked"),
)

Table(
    "audit_log",
    metadata,
    number_id(),
    Column("at", DateTime(timezone=False), nullable=False),
    text("who", needed=True),
    text("action", needed=True),
    text("what", needed=True),
    Column("rows", Integer, nullable=False),
    # Each entry holds the hash of itself and the entry before, so that a line taken out or changed shows.
    Column("digest", Text, nullable=False, unique=True),
)

Index("ix_assessments_on", table("assessments").c.on)
Index("ix_awards_credential", table("awards").c.credential)
Index("ix_activity_events_learner_id", table("activity_events").c.learner_id)
