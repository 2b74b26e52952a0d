"""What an import can bring: for each table the columns, what identifies a row, and what the columns refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ipe_workbench.records.tables import metadata, table

__all__ = ["ORDER", "TARGETS", "Record", "Target"]

#: Columns that hold another system's id of a person in a file and a number in the database.
Person = Literal["learners", "staff"]


@dataclass(frozen=True)
class Target:
    """A table that files fill.

    Parameters
    ----------
    name : str
        The table.
    key : tuple of str
        The columns that identify a row: importing the same row again finds it.
    values : tuple of str
        The other columns.
    people : mapping
        Columns with an id of a person, and the table of such people.
    references : mapping
        Columns that must name a row of another table by its text id, and that table.
    team : str
        The column that holds a team as ``(term, name)`` in a file and as a number in the database, or empty.
    fixed : bool
        Whether a row that is there is never changed (awards).
    """

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    people: Mapping[str, Person] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    team: str = ""
    fixed: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, those of the key first: the order of the values of a `Record`."""
        return self.key + self.values


@dataclass(frozen=True, slots=True)
class Record:
    """One row for a target as a file says it: people by the ids of the file, everything else ready for the database.

    `row` is the row of the file from 1, `part` the file inside an archive or the sheet, `column` the column that a
    finding should name where one cell made this record.
    """

    target: str
    values: tuple[object, ...]
    row: int
    part: str = ""
    column: str = ""


def _target(name: str, *key: str, fixed: bool = False) -> Target:
    described = table(name)
    people: dict[str, Person] = {}
    references: dict[str, str] = {}
    for column in described.columns:
        for foreign in column.foreign_keys:
            other = foreign.column.table.name
            if other in ("learners", "staff"):
                people[column.name] = "learners" if other == "learners" else "staff"
            elif other not in ("imports", "teams"):
                references[column.name] = other
    ours = {"import_id", *key} | ({"id"} if "id" not in key else set())
    values = tuple(one.name for one in described.columns if one.name not in ours)
    team = "team_id" if "team_id" in described.columns else ""
    return Target(name, key, values, people, references, team, fixed)


TARGETS: dict[str, Target] = {
    one.name: one
    for one in (
        _target("study_programmes", "id"),
        _target("cohorts", "id"),
        _target("terms", "id"),
        _target("offerings", "id"),
        _target("assessment_plan", "id"),
        _target("survey_waves", "id"),
        _target("learners", "source_id"),
        _target("learner_names", "learner_id"),
        _target("learner_traits", "learner_id", "trait"),
        _target("staff", "source_id"),
        _target("enrolments", "learner_id", "study_programme_id", "cohort_id"),
        _target("teams", "term_id", "name"),
        _target("team_members", "team_id", "learner_id"),
        _target("consents", "learner_id", "purpose", "on"),
        _target("attendance", "learner_id", "offering_id", "on"),
        _target("assessments", "learner_id", "assessment_id", "attempt"),
        _target("item_responses", "learner_id", "assessment_id", "attempt", "item"),
        _target("rubric_scores", "learner_id", "assessment_id", "attempt", "criterion", "rater_id"),
        _target("survey_responses", "learner_id", "wave_id", "item"),
        _target("evidence", "learner_id", "credential", "reference"),
        _target("activity_events", "statement"),
        _target("awards", "learner_id", "credential", "on", "issuer", fixed=True),
    )
}

#: Tables in the order in which they can be filled: what is referred to comes first.
ORDER: tuple[str, ...] = tuple(one.name for one in metadata.sorted_tables if one.name in TARGETS)
