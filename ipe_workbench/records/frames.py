"""The tidy frames that analyses read: which there are, their columns, types and units.

A frame is described here once; the query, the documentation, the pandera schema and the check of simulated data come
from the description. Learners appear by pseudonym in the column `learner`, staff likewise in `rater` or `facilitator`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ipe_workbench.errors import UnknownNameError, near_names

if TYPE_CHECKING:
    import pandas as pd
    from pandera.pandas import DataFrameSchema

__all__ = ["FRAMES", "Frame", "FrameColumn", "frame_named", "schema"]

ColumnType = Literal["learner", "staff", "text", "date", "time", "integer", "number", "share", "truth"]

#: The pandas dtype of each type of column. Missing values: NA in text, integers and truths, NaT, NaN.
DTYPES: dict[ColumnType, str] = {
    "learner": "str",
    "staff": "str",
    "text": "str",
    "date": "datetime64[s]",
    "time": "datetime64[s]",
    "integer": "Int64",
    "number": "float64",
    "share": "float64",
    "truth": "boolean",
}


@dataclass(frozen=True)
class FrameColumn:
    """A column of a frame: `source` is ``table.column`` in the database; `about` says what it holds, with its unit."""

    name: str
    type: ColumnType
    source: str
    about: str
    missing: bool = True


@dataclass(frozen=True)
class Frame:
    """A tidy frame: one row for each row of `table`, with columns of tables joined to it by their keys."""

    name: str
    about: str
    table: str
    columns: tuple[FrameColumn, ...]
    joins: tuple[tuple[str, str, str], ...] = ()

    def column(self, name: str) -> FrameColumn:
        """The column of that name. Raises `UnknownNameError` when there is none."""
        for one in self.columns:
            if one.name == name:
                return one
        raise UnknownNameError(
            f"The frame `{self.name}` has no column `{name}`.",
            mend=near_names(name, [one.name for one in self.columns]),
        )


def _columns(table: str, *described: tuple[str, ColumnType, str, str]) -> tuple[FrameColumn, ...]:
    """Columns from ``(name, type, source or "", about)``; a ``!`` after the name says that it is never missing."""
    found = []
    for name, kind, source, about in described:
        plain = name.rstrip("!")
        found.append(FrameColumn(plain, kind, source or f"{table}.{plain}", about, missing=plain == name))
    return tuple(found)


def _learner(table: str) -> tuple[str, ColumnType, str, str]:
    return ("learner!", "learner", f"{table}.learner_id", "pseudonym of the learner")


_ASSESSED: tuple[tuple[str, ColumnType, str, str], ...] = (("attempt!", "integer", "", "1 for the first attempt"),)


def _assessment(table: str) -> tuple[str, ColumnType, str, str]:
    return ("assessment!", "text", f"{table}.assessment_id", "id of the assessment, most often the credential's")


FRAMES: dict[str, Frame] = {
    one.name: one
    for one in (
        Frame(
            "enrolments",
            "who studies what, in which cohort",
            "enrolments",
            _columns(
                "enrolments",
                _learner("enrolments"),
                ("study_programme!", "text", "enrolments.study_programme_id", "id of the programme of study"),
                ("profession", "text", "study_programmes.profession", "id of the profession that it leads to"),
                ("cohort!", "text", "enrolments.cohort_id", "id of the cohort; none where none is known"),
                ("starts", "date", "", "first day"),
                ("ends", "date", "", "last day"),
                ("status!", "text", "", "active, completed, withdrawn or paused"),
            ),
            joins=(("study_programmes", "enrolments.study_programme_id", "study_programmes.id"),),
        ),
        Frame(
            "traits",
            "what else is known of a learner, one trait a row",
            "learner_traits",
            _columns(
                "learner_traits",
                _learner("learner_traits"),
                ("trait!", "text", "", "name of the trait, such as age-band"),
                ("value!", "text", "", "its value"),
            ),
        ),
        Frame(
            "terms",
            "the university's terms",
            "terms",
            _columns(
                "terms",
                ("term!", "text", "terms.id", "id of the term"),
                ("title", "text", "", "its name"),
                ("starts", "date", "", "first day"),
                ("ends", "date", "", "last day"),
            ),
        ),
        Frame(
            "teams",
            "who is in which team",
            "team_members",
            _columns(
                "team_members",
                ("term!", "text", "teams.term_id", "id of the term"),
                ("team!", "text", "teams.name", "name of the team, unique in its term"),
                _learner("team_members"),
                ("joined", "date", "", "first day in the team"),
                ("left", "date", "", "last day in the team"),
                ("facilitator", "staff", "teams.facilitator_id", "pseudonym of the facilitator"),
            ),
            joins=(("teams", "team_members.team_id", "teams.id"),),
        ),
        Frame(
            "offerings",
            "activities as they were held",
            "offerings",
            _columns(
                "offerings",
                ("offering!", "text", "offerings.id", "id of the offering"),
                ("activity", "text", "", "id of the activity in the programme"),
                ("credential", "text", "", "id of the credential that it belongs to"),
                ("term", "text", "offerings.term_id", "id of the term"),
                ("starts", "date", "", "first day"),
                ("ends", "date", "", "last day"),
                ("room", "text", "", "kind or name of the room"),
                ("seats", "integer", "", "learners that have a place"),
            ),
        ),
        Frame(
            "attendance",
            "who was there",
            "attendance",
            _columns(
                "attendance",
                _learner("attendance"),
                ("offering!", "text", "attendance.offering_id", "id of the offering"),
                ("activity", "text", "offerings.activity", "id of the activity in the programme"),
                ("term", "text", "offerings.term_id", "id of the term"),
                ("on!", "date", "", "day"),
                ("status!", "text", "", "present, late, excused or absent"),
                ("hours", "number", "", "hours that count"),
            ),
            joins=(("offerings", "attendance.offering_id", "offerings.id"),),
        ),
        Frame(
            "assessments",
            "results, one row for each learner, assessment and attempt",
            "assessments",
            _columns(
                "assessments",
                _learner("assessments"),
                _assessment("assessments"),
                ("kind", "text", "assessment_plan.kind", "such as irat, trat, simulation, exam"),
                ("credential", "text", "assessment_plan.credential", "id of the credential that it decides about"),
                *_ASSESSED,
                ("on", "date", "", "day of the assessment or the submission"),
                ("score", "share", "", "share of the possible points, in [0, 1]"),
                ("points", "number", "", "points reached"),
                ("points_possible", "number", "", "points that could be reached"),
                ("passed", "truth", "", "whether it was passed, where that was recorded"),
                ("team", "text", "teams.name", "name of the team in a team assessment"),
            ),
            joins=(
                ("assessment_plan", "assessments.assessment_id", "assessment_plan.id"),
                ("teams", "assessments.team_id", "teams.id"),
            ),
        ),
        Frame(
            "item_responses",
            "answers to the items of a test",
            "item_responses",
            _columns(
                "item_responses",
                _learner("item_responses"),
                _assessment("item_responses"),
                *_ASSESSED,
                ("item!", "text", "", "number or id of the item"),
                ("response", "text", "", "the answer as given"),
                ("score", "share", "", "share of the item's points, in [0, 1]"),
            ),
        ),
        Frame(
            "rubric_scores",
            "ratings, one row for each learner, assessment, attempt, criterion and rater",
            "rubric_scores",
            _columns(
                "rubric_scores",
                _learner("rubric_scores"),
                _assessment("rubric_scores"),
                *_ASSESSED,
                ("criterion!", "text", "", "id of the rubric's row"),
                ("rater!", "staff", "rubric_scores.rater_id", "pseudonym of the rater"),
                ("level", "text", "", "id of the level given"),
                ("score", "number", "", "points of the level"),
                ("on", "date", "", "day of the rating"),
            ),
        ),
        Frame(
            "survey_responses",
            "answers to survey items, one row each",
            "survey_responses",
            _columns(
                "survey_responses",
                _learner("survey_responses"),
                ("wave!", "text", "survey_responses.wave_id", "id of the wave"),
                ("instrument!", "text", "survey_waves.instrument", "id of the instrument"),
                ("frame!", "text", "survey_waves.frame", "pre, post, retrospective-pre or follow-up"),
                ("term", "text", "survey_waves.term_id", "id of the term"),
                ("item!", "text", "", "number or id of the item"),
                ("value", "number", "", "the answer, on the item's scale"),
                ("comment", "text", "", "the answer in words"),
                ("on", "date", "", "day of the answer"),
            ),
            joins=(("survey_waves", "survey_responses.wave_id", "survey_waves.id"),),
        ),
        Frame(
            "evidence",
            "where the evidence behind an award is kept",
            "evidence",
            _columns(
                "evidence",
                _learner("evidence"),
                ("credential!", "text", "", "id of the credential"),
                ("kind!", "text", "", "such as recording, form, portfolio"),
                ("reference!", "text", "", "address or shelf mark"),
                ("sha256", "text", "", "hash of the evidence, in hexadecimal"),
                ("on", "date", "", "day of the evidence"),
            ),
        ),
        Frame(
            "events",
            "what learning platforms reported (xAPI statements)",
            "activity_events",
            _columns(
                "activity_events",
                _learner("activity_events"),
                ("verb!", "text", "", "last part of the verb's address, such as completed"),
                ("object!", "text", "", "address of what it was done with"),
                ("at!", "time", "", "time, in UTC"),
                ("score", "number", "", "scaled score in [-1, 1]"),
                ("success", "truth", "", "whether it was a success"),
                ("completion", "truth", "", "whether it was completed"),
            ),
        ),
        Frame(
            "awards",
            "badges awarded; those of erased people have no learner",
            "awards",
            _columns(
                "awards",
                ("award!", "integer", "awards.id", "number of the award"),
                ("learner", "learner", "awards.learner_id", "pseudonym of the learner"),
                ("credential!", "text", "", "id of the credential or stack"),
                ("version!", "text", "", "version of its design when it was awarded"),
                ("on!", "date", "", "day of the award"),
                ("expires", "date", "", "last day on which it counts"),
                ("hours", "number", "", "hours of effort that its design stated"),
                ("issuer!", "text", "", "who awarded it; empty for the programme itself"),
            ),
        ),
        Frame(
            "award_events",
            "what became of awards",
            "award_events",
            _columns(
                "award_events",
                ("award!", "integer", "award_events.award_id", "number of the award"),
                ("event!", "text", "", "issued, claimed, suspended, reinstated or revoked"),
                ("at!", "time", "", "time, in UTC"),
                ("reason", "text", "", "why"),
            ),
        ),
        Frame(
            "consents",
            "what learners agreed to, the latest last",
            "consents",
            _columns(
                "consents",
                _learner("consents"),
                ("purpose!", "text", "", "such as research"),
                ("given!", "truth", "", "whether consent was given"),
                ("on!", "date", "", "day"),
            ),
        ),
    )
}


def frame_named(name: str) -> Frame:
    """The description of a frame.

    Raises
    ------
    UnknownNameError
        When there is none of that name.

    Examples
    --------
    >>> frame_named("awards").about
    'badges awarded; those of erased people have no learner'
    """
    if name not in FRAMES:
        raise UnknownNameError(f"There is no frame `{name}`.", mend=near_names(name, FRAMES))
    return FRAMES[name]


def schema(name: str) -> DataFrameSchema:
    """The pandera schema of a frame: columns, dtypes, ranges and what is never missing.

    The same for recorded and simulated data, so that an analysis takes either.

    Examples
    --------
    >>> list(schema("consents").columns)
    ['learner', 'purpose', 'given', 'on']
    """
    import pandera.pandas as pa

    described = frame_named(name)
    columns: dict[str, Any] = {}
    for one in described.columns:
        checks = [pa.Check.in_range(0, 1)] if one.type == "share" else []
        columns[one.name] = pa.Column(
            DTYPES[one.type], checks=checks, nullable=one.missing, description=one.about, required=True
        )
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=name, description=described.about)


def typed(frame: pd.DataFrame, described: Frame) -> pd.DataFrame:
    """The frame with the dtype of each column as described."""
    return frame.astype({one.name: DTYPES[one.type] for one in described.columns if one.name in frame})
