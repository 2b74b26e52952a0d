"""The tables of the records, as SQLAlchemy Core values: what a centre for interprofessional education really holds.

Two habits hold throughout. A thing that the programme's files define (a credential, an activity, a criterion, an
instrument) is named by its id there, as text. A person is a number that means nothing outside this database; the ids
of other systems and the names stand in tables of their own, which the frames for analysis never join.

Every rule that keeps the records honest is a constraint here, so that no importer, notebook or hand can break it.
Constraints are named, so that migrations can speak of them.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

import ipe_workbench.records.event_tables  # noqa: F401 - its tables belong to the same metadata
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
from ipe_workbench.records.metadata import column_named, metadata, table

__all__ = ["APPEND_ONLY", "PERSONAL", "column_named", "metadata", "table"]

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

#: Tables in which nothing is ever changed or removed; triggers refuse it. An award may lose its learner: see `erase`.
APPEND_ONLY: tuple[str, ...] = ("awards", "award_events", "audit_log")

#: Tables with rows about one learner, in the order in which an erasure empties them.
PERSONAL: tuple[str, ...] = tuple(
    one.name for one in reversed(metadata.sorted_tables) if "learner_id" in one.c and one.name != "awards"
)
