"""The first version of the records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All tables."""
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
        sa.UniqueConstraint("digest", name="uq_audit_log_digest"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "rows >= 0 AND added >= 0 AND changed >= 0 AND unchanged >= 0", name=op.f("ck_imports_counts")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_sha256", "imports", ["sha256"])

    op.create_table(
        "assessment_plan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("id <> ''", name=op.f("ck_assessment_plan_id_filled")),
        sa.CheckConstraint("points > 0", name=op.f("ck_assessment_plan_points")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_assessment_plan_weight")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_assessment_plan_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_plan"),
    )
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("id <> ''", name=op.f("ck_cohorts_id_filled")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_cohorts_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cohorts"),
    )
    op.create_table(
        "learners",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("source_id <> ''", name=op.f("ck_learners_source_id_filled")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_learners_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_learners"),
        sa.UniqueConstraint("source_id", name="uq_learners_source_id"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("source_id <> ''", name=op.f("ck_staff_source_id_filled")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_staff_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("source_id", name="uq_staff_source_id"),
    )
    op.create_table(
        "study_programmes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("profession", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("id <> ''", name=op.f("ck_study_programmes_id_filled")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_study_programmes_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_study_programmes"),
    )
    op.create_table(
        "terms",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("id <> ''", name=op.f("ck_terms_id_filled")),
        sa.CheckConstraint("ends >= starts", name=op.f("ck_terms_starts_before_ends")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_terms_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_terms"),
    )
    op.create_table(
        "activity_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("success", sa.Boolean(create_constraint=True, name="success"), nullable=True),
        sa.Column("completion", sa.Boolean(create_constraint=True, name="completion"), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("score >= -1 AND score <= 1", name=op.f("ck_activity_events_score")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_activity_events_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_activity_events_learner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_activity_events"),
        sa.UniqueConstraint("statement", name="uq_activity_events_statement"),
    )
    op.create_index("ix_activity_events_learner_id", "activity_events", ["learner_id"])

    op.create_table(
        "awards",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=True),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("hours", sa.Float(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("credential <> ''", name=op.f("ck_awards_credential_filled")),
        sa.CheckConstraint('expires >= "on"', name=op.f("ck_awards_on_before_expires")),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_awards_hours")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_awards_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_awards_learner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_awards"),
        sa.UniqueConstraint(
            "learner_id", "credential", "on", "issuer", name="uq_awards_learner_id_credential_on_issuer"
        ),
    )
    op.create_index("ix_awards_credential", "awards", ["credential"])

    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(create_constraint=True, name="given"), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_consents_purpose_filled")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_consents_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_consents_learner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.UniqueConstraint("learner_id", "purpose", "on", name="uq_consents_learner_id_purpose_on"),
    )
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("study_programme_id", sa.Text(), nullable=False),
        sa.Column("cohort_id", sa.Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('active', 'completed', 'withdrawn', 'paused')", name=op.f("ck_enrolments_status")
        ),
        sa.CheckConstraint("ends >= starts", name=op.f("ck_enrolments_starts_before_ends")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name="fk_enrolments_cohort_id"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_enrolments_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_enrolments_learner_id"),
        sa.ForeignKeyConstraint(
            ["study_programme_id"], ["study_programmes.id"], name="fk_enrolments_study_programme_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
        sa.UniqueConstraint(
            "learner_id",
            "study_programme_id",
            "cohort_id",
            name="uq_enrolments_learner_id_study_programme_id_cohort_id",
        ),
    )
    op.create_index("ix_enrolments_cohort_id", "enrolments", ["cohort_id"])
    op.create_index("ix_enrolments_study_programme_id", "enrolments", ["study_programme_id"])

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_evidence_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_evidence_learner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.UniqueConstraint(
            "learner_id", "credential", "reference", name="uq_evidence_learner_id_credential_reference"
        ),
    )
    op.create_table(
        "item_responses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_item_responses_attempt")),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_item_responses_score")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment_plan.id"], name="fk_item_responses_assessment_id"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_item_responses_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_item_responses_learner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_item_responses"),
        sa.UniqueConstraint(
            "learner_id",
            "assessment_id",
            "attempt",
            "item",
            name="uq_item_responses_learner_id_assessment_id_attempt_item",
        ),
    )
    op.create_index("ix_item_responses_assessment_id", "item_responses", ["assessment_id"])

    op.create_table(
        "learner_names",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_learner_names_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_learner_names_learner_id"),
        sa.PrimaryKeyConstraint("learner_id", name="pk_learner_names"),
    )
    op.create_table(
        "learner_traits",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("trait", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_learner_traits_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_learner_traits_learner_id"),
        sa.PrimaryKeyConstraint("learner_id", "trait", name="pk_learner_traits"),
    )
    op.create_table(
        "offerings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("term_id", sa.Text(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("id <> ''", name=op.f("ck_offerings_id_filled")),
        sa.CheckConstraint("ends >= starts", name=op.f("ck_offerings_starts_before_ends")),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_offerings_seats")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_offerings_import_id"),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name="fk_offerings_term_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offerings"),
    )
    op.create_index("ix_offerings_term_id", "offerings", ["term_id"])

    op.create_table(
        "rubric_scores",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_rubric_scores_attempt")),
        sa.CheckConstraint("level IS NOT NULL OR score IS NOT NULL", name=op.f("ck_rubric_scores_level_or_score")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment_plan.id"], name="fk_rubric_scores_assessment_id"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_rubric_scores_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_rubric_scores_learner_id"),
        sa.ForeignKeyConstraint(["rater_id"], ["staff.id"], name="fk_rubric_scores_rater_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rubric_scores"),
        sa.UniqueConstraint(
            "learner_id",
            "assessment_id",
            "attempt",
            "criterion",
            "rater_id",
            name="uq_rubric_scores_rating",
        ),
    )
    op.create_index("ix_rubric_scores_assessment_id", "rubric_scores", ["assessment_id"])
    op.create_index("ix_rubric_scores_rater_id", "rubric_scores", ["rater_id"])

    op.create_table(
        "survey_waves",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("term_id", sa.Text(), nullable=True),
        sa.Column("opens", sa.Date(), nullable=True),
        sa.Column("closes", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "frame IN ('pre', 'post', 'retrospective-pre', 'follow-up')", name=op.f("ck_survey_waves_frame")
        ),
        sa.CheckConstraint("id <> ''", name=op.f("ck_survey_waves_id_filled")),
        sa.CheckConstraint("closes >= opens", name=op.f("ck_survey_waves_opens_before_closes")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_survey_waves_import_id"),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name="fk_survey_waves_term_id"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_waves"),
    )
    op.create_index("ix_survey_waves_term_id", "survey_waves", ["term_id"])

    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("term_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facilitator_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_teams_name_filled")),
        sa.ForeignKeyConstraint(["facilitator_id"], ["staff.id"], name="fk_teams_facilitator_id"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_teams_import_id"),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name="fk_teams_term_id"),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("term_id", "name", name="uq_teams_term_id_name"),
    )
    op.create_index("ix_teams_facilitator_id", "teams", ["facilitator_id"])

    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("points_possible", sa.Float(), nullable=True),
        sa.Column("passed", sa.Boolean(create_constraint=True, name="passed"), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_assessments_attempt")),
        sa.CheckConstraint("points_possible > 0", name=op.f("ck_assessments_points_possible")),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_assessments_score")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment_plan.id"], name="fk_assessments_assessment_id"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_assessments_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_assessments_learner_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_assessments_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
        sa.UniqueConstraint(
            "learner_id", "assessment_id", "attempt", name="uq_assessments_learner_id_assessment_id_attempt"
        ),
    )
    op.create_index("ix_assessments_assessment_id", "assessments", ["assessment_id"])
    op.create_index("ix_assessments_on", "assessments", ["on"])
    op.create_index("ix_assessments_team_id", "assessments", ["team_id"])

    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("status IN ('present', 'late', 'excused', 'absent')", name=op.f("ck_attendance_status")),
        sa.CheckConstraint("hours >= 0 AND hours <= 24", name=op.f("ck_attendance_hours")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_attendance_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_attendance_learner_id"),
        sa.ForeignKeyConstraint(["offering_id"], ["offerings.id"], name="fk_attendance_offering_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attendance"),
        sa.UniqueConstraint("learner_id", "offering_id", "on", name="uq_attendance_learner_id_offering_id_on"),
    )
    op.create_index("ix_attendance_offering_id", "attendance", ["offering_id"])

    op.create_table(
        "award_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "event IN ('issued', 'claimed', 'suspended', 'reinstated', 'revoked')", name=op.f("ck_award_events_event")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name="fk_award_events_award_id"),
        sa.PrimaryKeyConstraint("id", name="pk_award_events"),
    )
    op.create_index("ix_award_events_award_id", "award_events", ["award_id"])

    op.create_table(
        "survey_responses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "value IS NOT NULL OR comment IS NOT NULL", name=op.f("ck_survey_responses_value_or_comment")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_survey_responses_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_survey_responses_learner_id"),
        sa.ForeignKeyConstraint(["wave_id"], ["survey_waves.id"], name="fk_survey_responses_wave_id"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_responses"),
        sa.UniqueConstraint("learner_id", "wave_id", "item", name="uq_survey_responses_learner_id_wave_id_item"),
    )
    op.create_index("ix_survey_responses_wave_id", "survey_responses", ["wave_id"])

    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Date(), nullable=True),
        sa.Column("left", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint('"left" >= joined', name=op.f("ck_team_members_joined_before_left")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_team_members_import_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_team_members_learner_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_members_team_id"),
        sa.PrimaryKeyConstraint("team_id", "learner_id", name="pk_team_members"),
    )
    op.create_index("ix_team_members_learner_id", "team_members", ["learner_id"])
    _make_append_only()


def _make_append_only() -> None:
    """Triggers that refuse to change or remove what was recorded; an award alone may lose its learner, no more."""
    for table in ("award_events", "audit_log"):
        _refuse(table, "UPDATE")
    kept = ("id", "credential", "version", '"on"', "expires", "hours", "issuer", "import_id")
    _refuse("awards", "UPDATE", unless=("NEW.learner_id", kept))
    for table in ("awards", "award_events", "audit_log"):
        _refuse(table, "DELETE")


def _refuse(table: str, change: str, unless: tuple[str, tuple[str, ...]] | None = None) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    when = ""
    if unless is not None:
        emptied, kept = unless
        unchanged = " AND ".join(f"NEW.{one} {same} OLD.{one}" for one in kept)
        when = f"WHEN (NOT ({emptied} IS NULL AND {unchanged}))"
    name, words = f"{table}_refuses_{change.lower()}", f"{table} are only ever added to"
    if sqlite:
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{words}'); END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")
