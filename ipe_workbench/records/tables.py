"""The tables of the records, as SQLAlchemy Core values: what a centre for interprofessional education really holds.

Two habits hold throughout. A thing that the programme's files define (a credential, an activity, a criterion, an
instrument) is named by its id there, as text. A person is a number that means nothing outside this database; the ids
of other systems and the names stand in tables of their own, which the frames for analysis never join.

Every rule that keeps the records honest is a constraint here, so that no importer, notebook or hand can break it.
Constraints are named, so that migrations can speak of them.
"""

from __future__ import annotations

from typing import Any

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
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from ipe_workbench.records.columns import (
    brought_by,
    filled,
    in_order,
    learner,
    number_id,
    one_of,
    staff,
    text,
    text_id,
    text_reference,
)

__all__ = ["APPEND_ONLY", "PERSONAL", "column_named", "metadata", "table"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str) -> Table:
    """The table of that name. Raises `KeyError` when there is none."""
    return metadata.tables[name]


def column_named(dotted: str) -> Column[Any]:
    """The column ``table.column``. Raises `KeyError` when there is none."""
    home, column = dotted.split(".")
    return metadata.tables[home].c[column]


# What the programme and the university define -----------------------------------------------------------------------

Table(
    "imports",
    metadata,
    number_id(),
    text("kind", needed=True),
    text("file", needed=True),
    Column("sha256", Text, nullable=False, index=True),
    Column("at", DateTime(timezone=False), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    CheckConstraint("rows >= 0 AND added >= 0 AND changed >= 0 AND unchanged >= 0", name="counts"),
)

Table("study_programmes", metadata, text_id(), text("title"), text("profession"), brought_by(), filled("id"))

Table("cohorts", metadata, text_id(), text("title"), Column("starts", Date), brought_by(), filled("id"))

Table(
    "terms",
    metadata,
    text_id(),
    text("title"),
    Column("starts", Date),
    Column("ends", Date),
    brought_by(),
    filled("id"),
    in_order("starts", "ends"),
)

Table(
    "offerings",
    metadata,
    text_id(),
    text("activity"),
    text("credential"),
    text_reference("term_id", "terms"),
    Column("starts", Date),
    Column("ends", Date),
    text("room"),
    Column("seats", Integer),
    brought_by(),
    filled("id"),
    in_order("starts", "ends"),
    CheckConstraint("seats >= 0", name="seats"),
)

Table(
    "assessment_plan",
    metadata,
    text_id(),
    text("title"),
    text("kind"),
    text("credential"),
    Column("due", Date),
    Column("weight", Float),
    Column("points", Float),
    brought_by(),
    filled("id"),
    CheckConstraint("weight >= 0", name="weight"),
    CheckConstraint("points > 0", name="points"),
)

Table(
    "survey_waves",
    metadata,
    text_id(),
    text("instrument", needed=True),
    text("frame", needed=True),
    text_reference("term_id", "terms"),
    Column("opens", Date),
    Column("closes", Date),
    brought_by(),
    filled("id"),
    one_of("frame", "pre", "post", "retrospective-pre", "follow-up"),
    in_order("opens", "closes"),
)

# People -------------------------------------------------------------------------------------------------------------

Table(
    "learners",
    metadata,
    number_id(),
    Column("source_id", Text, nullable=False, unique=True),
    brought_by(),
    filled("source_id"),
)

Table(
    "learner_names",
    metadata,
    Column("learner_id", Integer, ForeignKey("learners.id"), primary_key=True),
    text("given_name"),
    text("family_name"),
    text("email"),
    brought_by(),
)

Table(
    "learner_traits",
    metadata,
    Column("learner_id", Integer, ForeignKey("learners.id"), primary_key=True),
    Column("trait", Text, primary_key=True),
    text("value", needed=True),
    brought_by(),
)

Table(
    "staff",
    metadata,
    number_id(),
    Column("source_id", Text, nullable=False, unique=True),
    text("given_name"),
    text("family_name"),
    text("email"),
    brought_by(),
    filled("source_id"),
)

Table(
    "enrolments",
    metadata,
    number_id(),
    learner(),
    Column("study_programme_id", Text, ForeignKey("study_programmes.id"), nullable=False, index=True),
    # An unknown cohort is the empty text, so that the same enrolment cannot stand twice.
    Column("cohort_id", Text, ForeignKey("cohorts.id"), nullable=False, index=True),
    Column("starts", Date),
    Column("ends", Date),
    Column("status", Text, nullable=False),
    brought_by(),
    UniqueConstraint("learner_id", "study_programme_id", "cohort_id"),
    one_of("status", "active", "completed", "withdrawn", "paused"),
    in_order("starts", "ends"),
)

Table(
    "teams",
    metadata,
    number_id(),
    Column("term_id", Text, ForeignKey("terms.id"), nullable=False),
    text("name", needed=True),
    staff("facilitator_id"),
    brought_by(),
    UniqueConstraint("term_id", "name"),
    filled("name"),
)

Table(
    "team_members",
    metadata,
    Column("team_id", Integer, ForeignKey("teams.id"), primary_key=True),
    Column("learner_id", Integer, ForeignKey("learners.id"), primary_key=True, index=True),
    Column("joined", Date),
    Column("left", Date),
    brought_by(),
    CheckConstraint('"left" >= joined', name="joined_before_left"),
)

Table(
    "consents",
    metadata,
    number_id(),
    learner(),
    text("purpose", needed=True),
    Column("given", Boolean(create_constraint=True, name="given"), nullable=False),
    Column("on", Date, nullable=False),
    brought_by(),
    UniqueConstraint("learner_id", "purpose", "on"),
    filled("purpose"),
)

# What happened ------------------------------------------------------------------------------------------------------

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

#: Tables in which nothing is ever changed or removed; triggers refuse it. An award may lose its learner: see `erase`.
APPEND_ONLY: tuple[str, ...] = ("awards", "award_events", "audit_log")

#: Tables with rows about one learner, in the order in which an erasure empties them.
PERSONAL: tuple[str, ...] = tuple(
    one.name for one in reversed(metadata.sorted_tables) if "learner_id" in one.c and one.name != "awards"
)
