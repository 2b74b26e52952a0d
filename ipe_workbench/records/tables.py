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
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["APPEND_ONLY", "PERSONAL", "metadata", "table"]

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


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _text_id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _text(name: str, *, needed: bool = False) -> Column[str]:
    return Column(name, Text, nullable=not needed)


def _key(name: str, target: str) -> Column[str]:
    return Column(name, Text, ForeignKey(f"{target}.id"), index=True)


def _learner(*, needed: bool = True) -> Column[int]:
    # No index of its own: a unique constraint that begins with it serves as one wherever there are many rows.
    return Column("learner_id", Integer, ForeignKey("learners.id"), nullable=not needed)


def _staff(name: str) -> Column[int]:
    return Column(name, Integer, ForeignKey("staff.id"), index=True)


def _import() -> Column[int]:
    """The import that brought the row; none for what the Workbench itself recorded."""
    return Column("import_id", Integer, ForeignKey("imports.id"))


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _in_order(first: str, last: str) -> CheckConstraint:
    return CheckConstraint(f"{last} >= {first}", name=f"{first}_before_{last}")


def _filled(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} <> ''", name=f"{column}_filled")


# What the programme and the university define -----------------------------------------------------------------------

Table(
    "imports",
    metadata,
    _id(),
    _text("kind", needed=True),
    _text("file", needed=True),
    Column("sha256", Text, nullable=False, index=True),
    Column("at", DateTime(timezone=False), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    CheckConstraint("rows >= 0 AND added >= 0 AND changed >= 0 AND unchanged >= 0", name="counts"),
)

Table("study_programmes", metadata, _text_id(), _text("title"), _text("profession"), _import(), _filled("id"))

Table("cohorts", metadata, _text_id(), _text("title"), Column("starts", Date), _import(), _filled("id"))

Table(
    "terms",
    metadata,
    _text_id(),
    _text("title"),
    Column("starts", Date),
    Column("ends", Date),
    _import(),
    _filled("id"),
    _in_order("starts", "ends"),
)

Table(
    "offerings",
    metadata,
    _text_id(),
    _text("activity"),
    _text("credential"),
    _key("term_id", "terms"),
    Column("starts", Date),
    Column("ends", Date),
    _text("room"),
    Column("seats", Integer),
    _import(),
    _filled("id"),
    _in_order("starts", "ends"),
    CheckConstraint("seats >= 0", name="seats"),
)

Table(
    "assessment_plan",
    metadata,
    _text_id(),
    _text("title"),
    _text("kind"),
    _text("credential"),
    Column("due", Date),
    Column("weight", Float),
    Column("points", Float),
    _import(),
    _filled("id"),
    CheckConstraint("weight >= 0", name="weight"),
    CheckConstraint("points > 0", name="points"),
)

Table(
    "survey_waves",
    metadata,
    _text_id(),
    _text("instrument", needed=True),
    _text("frame", needed=True),
    _key("term_id", "terms"),
    Column("opens", Date),
    Column("closes", Date),
    _import(),
    _filled("id"),
    _one_of("frame", "pre", "post", "retrospective-pre", "follow-up"),
    _in_order("opens", "closes"),
)

# People -------------------------------------------------------------------------------------------------------------

Table(
    "learners", metadata, _id(), Column("source_id", Text, nullable=False, unique=True), _import(), _filled("source_id")
)

Table(
    "learner_names",
    metadata,
    Column("learner_id", Integer, ForeignKey("learners.id"), primary_key=True),
    _text("given_name"),
    _text("family_name"),
    _text("email"),
    _import(),
)

Table(
    "learner_traits",
    metadata,
    Column("learner_id", Integer, ForeignKey("learners.id"), primary_key=True),
    Column("trait", Text, primary_key=True),
    _text("value", needed=True),
    _import(),
)

Table(
    "staff",
    metadata,
    _id(),
    Column("source_id", Text, nullable=False, unique=True),
    _text("given_name"),
    _text("family_name"),
    _text("email"),
    _import(),
    _filled("source_id"),
)

Table(
    "enrolments",
    metadata,
    _id(),
    _learner(),
    Column("study_programme_id", Text, ForeignKey("study_programmes.id"), nullable=False, index=True),
    # An unknown cohort is the empty text, so that the same enrolment cannot stand twice.
    Column("cohort_id", Text, ForeignKey("cohorts.id"), nullable=False, index=True),
    Column("starts", Date),
    Column("ends", Date),
    Column("status", Text, nullable=False),
    _import(),
    UniqueConstraint("learner_id", "study_programme_id", "cohort_id"),
    _one_of("status", "active", "completed", "withdrawn", "paused"),
    _in_order("starts", "ends"),
)

Table(
    "teams",
    metadata,
    _id(),
    Column("term_id", Text, ForeignKey("terms.id"), nullable=False),
    _text("name", needed=True),
    _staff("facilitator_id"),
    _import(),
    UniqueConstraint("term_id", "name"),
    _filled("name"),
)

Table(
    "team_members",
    metadata,
    Column("team_id", Integer, ForeignKey("teams.id"), primary_key=True),
    Column("learner_id", Integer, ForeignKey("learners.id"), primary_key=True, index=True),
    Column("joined", Date),
    Column("left", Date),
    _import(),
    CheckConstraint('"left" >= joined', name="joined_before_left"),
)

Table(
    "consents",
    metadata,
    _id(),
    _learner(),
    _text("purpose", needed=True),
    Column("given", Boolean(create_constraint=True, name="given"), nullable=False),
    Column("on", Date, nullable=False),
    _import(),
    UniqueConstraint("learner_id", "purpose", "on"),
    _filled("purpose"),
)

# What happened ------------------------------------------------------------------------------------------------------

Table(
    "attendance",
    metadata,
    _id(),
    _learner(),
    Column("offering_id", Text, ForeignKey("offerings.id"), nullable=False, index=True),
    Column("on", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("hours", Float),
    _import(),
    UniqueConstraint("learner_id", "offering_id", "on"),
    _one_of("status", "present", "late", "excused", "absent"),
    CheckConstraint("hours >= 0 AND hours <= 24", name="hours"),
)

Table(
    "assessments",
    metadata,
    _id(),
    _learner(),
    Column("assessment_id", Text, ForeignKey("assessment_plan.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("on", Date),
    # A share in [0, 1]; the points that it came from stand beside it.
    Column("score", Float),
    Column("points", Float),
    Column("points_possible", Float),
    Column("passed", Boolean(create_constraint=True, name="passed")),
    Column("team_id", Integer, ForeignKey("teams.id"), index=True),
    _import(),
    UniqueConstraint("learner_id", "assessment_id", "attempt"),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint("score >= 0 AND score <= 1", name="score"),
    CheckConstraint("points_possible > 0", name="points_possible"),
)

Table(
    "item_responses",
    metadata,
    _id(),
    _learner(),
    Column("assessment_id", Text, ForeignKey("assessment_plan.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    _text("item", needed=True),
    _text("response"),
    Column("score", Float),
    _import(),
    UniqueConstraint("learner_id", "assessment_id", "attempt", "item"),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint("score >= 0 AND score <= 1", name="score"),
)

Table(
    "rubric_scores",
    metadata,
    _id(),
    _learner(),
    Column("assessment_id", Text, ForeignKey("assessment_plan.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    _text("criterion", needed=True),
    Column("rater_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    _text("level"),
    Column("score", Float),
    Column("on", Date),
    _import(),
    # Named, since the name made of its columns is longer than PostgreSQL allows.
    UniqueConstraint("learner_id", "assessment_id", "attempt", "criterion", "rater_id", name="uq_rubric_scores_rating"),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint("level IS NOT NULL OR score IS NOT NULL", name="level_or_score"),
)

Table(
    "survey_responses",
    metadata,
    _id(),
    _learner(),
    Column("wave_id", Text, ForeignKey("survey_waves.id"), nullable=False, index=True),
    _text("item", needed=True),
    Column("value", Float),
    _text("comment"),
    Column("on", Date),
    _import(),
    UniqueConstraint("learner_id", "wave_id", "item"),
    CheckConstraint("value IS NOT NULL OR comment IS NOT NULL", name="value_or_comment"),
)

Table(
    "evidence",
    metadata,
    _id(),
    _learner(),
    _text("credential", needed=True),
    _text("kind", needed=True),
    _text("reference", needed=True),
    _text("sha256"),
    Column("on", Date),
    _import(),
    UniqueConstraint("learner_id", "credential", "reference"),
)

Table(
    "activity_events",
    metadata,
    _id(),
    _learner(),
    Column("statement", Text, nullable=False, unique=True),
    _text("verb", needed=True),
    _text("object", needed=True),
    Column("at", DateTime(timezone=False), nullable=False),
    Column("score", Float),
    Column("success", Boolean(create_constraint=True, name="success")),
    Column("completion", Boolean(create_constraint=True, name="completion")),
    _import(),
    CheckConstraint("score >= -1 AND score <= 1", name="score"),
)

Table(
    "awards",
    metadata,
    _id(),
    # Empty once the person has been erased and the award was kept without a name.
    _learner(needed=False),
    _text("credential", needed=True),
    _text("version", needed=True),
    Column("on", Date, nullable=False),
    Column("expires", Date),
    Column("hours", Float),
    # Who awarded it: empty for the programme itself, an issuer's id or address for a badge earned elsewhere.
    Column("issuer", Text, nullable=False),
    _import(),
    UniqueConstraint("learner_id", "credential", "on", "issuer"),
    CheckConstraint("hours >= 0", name="hours"),
    CheckConstraint('expires >= "on"', name="on_before_expires"),
    _filled("credential"),
)

Table(
    "award_events",
    metadata,
    _id(),
    Column("award_id", Integer, ForeignKey("awards.id"), nullable=False, index=True),
    _text("event", needed=True),
    Column("at", DateTime(timezone=False), nullable=False),
    _text("reason"),
    _text("reference"),
    _one_of("event", "issued", "claimed", "suspended", "reinstated", "revoked"),
)

Table(
    "audit_log",
    metadata,
    _id(),
    Column("at", DateTime(timezone=False), nullable=False),
    _text("who", needed=True),
    _text("action", needed=True),
    _text("what", needed=True),
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
