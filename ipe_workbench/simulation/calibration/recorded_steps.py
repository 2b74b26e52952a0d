"""A recorded cohort whose learners go through dated assessments once, and may withdraw: as in a course or a term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ipe_workbench.errors import UnreadableFileError, UnusableInputError

__all__ = ["StepCohort", "read_oulad", "step_cohort"]

_OULAD_PASS = 40
#: Weeks after which hardly any work comes in: of OULAD's BBB 2013J 95 % is there after one, 99 % after two and a half.
_LATE = 2
_NEEDED = {
    "courses.csv": ("code_module", "code_presentation", "module_presentation_length"),
    "assessments.csv": ("code_module", "code_presentation", "id_assessment", "assessment_type", "date"),
    "studentAssessment.csv": ("id_assessment", "id_student", "date_submitted", "score"),
    "studentInfo.csv": ("code_module", "code_presentation", "id_student", "highest_education"),
    "studentRegistration.csv": ("code_module", "code_presentation", "id_student", "date_unregistration"),
}
#: Three groups of the five of OULAD, so that each has learners enough for a share.
_EDUCATION = {
    "No Formal quals": "below A level", "Lower Than A Level": "below A level", "A Level or Equivalent": "A level",
    "HE Qualification": "higher education", "Post Graduate Qualification": "higher education",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class StepCohort:
    """What is known of a cohort that has reached the first week.

    Parameters
    ----------
    weeks : int
        Length of the presentation in weeks. Week 1 is the first.
    seen : int
        Weeks that have been recorded so far.
    groups : tuple of str
        Ids of the groups (professions).
    group : array (learners)
        Index of each learner's group.
    withdrew : array (learners)
        Week of the recorded withdrawal; 0 for none.
    steps, kinds : tuple of str
        Id and kind of each assessment, in the order of the weeks.
    due : array (steps)
        Week in which each is due.
    submitted, passed : array of bool (learners, steps)
        As recorded so far; both false where nothing was handed in or it is not yet due.
    """

    weeks: int
    seen: int
    groups: tuple[str, ...]
    group: npt.NDArray[np.int64]
    withdrew: npt.NDArray[np.int64]
    steps: tuple[str, ...]
    kinds: tuple[str, ...]
    due: npt.NDArray[np.int64]
    submitted: npt.NDArray[np.bool_]
    passed: npt.NDArray[np.bool_]
    handed_in: npt.NDArray[np.float64]  # week of each submission, missing for none

    @property
    def learners(self) -> int:
        """How many reached the first week."""
        return int(self.group.size)

    @property
    def known_steps(self) -> int:
        """Steps due at least two weeks before the end of what is recorded: late work has come in by then."""
        return int((self.due <= self.seen - _LATE).sum())

    def until(self, week: int) -> StepCohort:
        """What was known at the end of that week.

        Raises
        ------
        UnusableInputError
            When the week is not inside the presentation, or no assessment was known by then.
        """
        if not 2 <= week < self.weeks:
            raise UnusableInputError(
                f"The forecast must begin after week 2 and before week {self.weeks}, but week {week} was given.",
                mend="Name another week.",
            )
        on_time = self.handed_in <= week
        earlier = replace(
            self,
            seen=week,
            withdrew=np.where(self.withdrew <= week, self.withdrew, 0),
            submitted=self.submitted & on_time,
            passed=self.passed & on_time,
        )
        if earlier.known_steps == 0:
            raise UnusableInputError(
                f"No assessment was complete by week {week}; there is nothing to learn from.", mend="Name a later week."
            )
        return earlier


def step_cohort(
    learners: pd.DataFrame, steps: pd.DataFrame, results: pd.DataFrame, *, weeks: int, seen: int | None = None
) -> StepCohort:
    """A cohort from tidy tables.

    Parameters
    ----------
    learners : DataFrame
        `learner`, `group`, `withdrew` (week of the withdrawal, missing for none; 0 or less: left before the start).
    steps : DataFrame
        `step`, `kind`, `due` (week).
    results : DataFrame
        `learner`, `step`, `week` (handed in), `passed`. No row: nothing was handed in.
    weeks : int
        Length of the presentation.
    seen : int, optional
        Weeks recorded so far; all by default.

    Raises
    ------
    UnusableInputError
        When a column is missing, a learner stands twice, or nothing is left.
    """
    tables = (("learners", learners, ("learner", "group", "withdrew")), ("steps", steps, ("step", "kind", "due")),
              ("results", results, ("learner", "step", "week", "passed")))  # fmt: skip
    for name, table, columns in tables:
        lacking = [column for column in columns if column not in table]
        if lacking:
            raise UnusableInputError(f"The table of {name} has no column {', '.join(lacking)}.", mend="Add it.")
    if learners["learner"].duplicated().any() or steps["step"].duplicated().any():
        raise UnusableInputError("A learner or a step stands twice.", mend="Keep one row for each.")
    left = pd.to_numeric(learners["withdrew"]).to_numpy(float)
    started = learners[~(left <= 0)].reset_index(drop=True)
    asked = steps[steps["step"].isin(results["step"]) & steps["due"].notna()].sort_values(
        ["due", "step"], kind="stable"
    )
    if started.empty or asked.empty:
        raise UnusableInputError("No learner has started, or no dated step has a result.", mend="Give another cohort.")
    found = results[results["learner"].isin(started["learner"]) & results["step"].isin(asked["step"])]
    found = found.sort_values("week", kind="stable").drop_duplicates(["learner", "step"])
    row = pd.Index(started["learner"]).get_indexer(found["learner"])
    column = pd.Index(asked["step"]).get_indexer(found["step"])
    shape = (len(started), len(asked))
    submitted, passed, handed_in = np.zeros(shape, bool), np.zeros(shape, bool), np.full(shape, np.nan)
    submitted[row, column] = True
    passed[row, column] = found["passed"].to_numpy(bool)
    handed_in[row, column] = found["week"].to_numpy(float)
    groups = tuple(sorted(started["group"].astype(str).unique()))
    withdrew = pd.to_numeric(started["withdrew"]).fillna(0).to_numpy(np.int64)
    return StepCohort(
        weeks, weeks if seen is None else seen, groups, pd.Index(groups).get_indexer(started["group"].astype(str)),
        np.where(withdrew > weeks, 0, withdrew), tuple(asked["step"].astype(str)), tuple(asked["kind"].astype(str)),
        np.clip(asked["due"].to_numpy(np.int64), 1, weeks), submitted, passed, handed_in,
    )  # fmt: skip


def read_oulad(folder: str | Path) -> StepCohort:
    """One module presentation of the Open University Learning Analytics Dataset as a cohort.

    Assessments are the steps (a score of 40 and more passes; the final examination without a date is at the end; an
    assessment without any result is left out), a withdrawal is the recorded drop-out, the groups are the highest
    education before the course. Source: Kuzilek, Hlosta and Zdrahal 2017, Scientific Data 4:170171.

    Raises
    ------
    UnreadableFileError
        When a file or a column is missing.
    UnusableInputError
        When the folder holds more than one presentation.
    """
    tables = {name: _table(Path(folder) / name, columns) for name, columns in _NEEDED.items()}
    courses = tables["courses.csv"]
    if len(courses) != 1:
        raise UnusableInputError(
            f"The folder holds {len(courses)} presentations.",
            place=str(folder),
            mend="Keep the rows of one in each file.",
        )
    length = int(courses["module_presentation_length"].iloc[0])
    info = tables["studentInfo.csv"].merge(
        tables["studentRegistration.csv"], on=["code_module", "code_presentation", "id_student"], how="left"
    )
    learners = pd.DataFrame({
        "learner": info["id_student"],
        "group": info["highest_education"].map(_EDUCATION).fillna("other"),
        "withdrew": np.floor(pd.to_numeric(info["date_unregistration"]) / 7) + 1,
    })  # fmt: skip
    plan = tables["assessments.csv"]
    day = pd.to_numeric(plan["date"]).fillna(length)
    steps = pd.DataFrame({
        "step": plan["id_assessment"].astype(str), "kind": plan["assessment_type"], "due": np.floor(day / 7) + 1,
    })  # fmt: skip
    marks = tables["studentAssessment.csv"]
    results = pd.DataFrame({
        "learner": marks["id_student"],
        "step": marks["id_assessment"].astype(str),
        "week": np.floor(pd.to_numeric(marks["date_submitted"]) / 7) + 1,
        "passed": pd.to_numeric(marks["score"]) >= _OULAD_PASS,
    })  # fmt: skip
    return step_cohort(learners.drop_duplicates("learner"), steps, results, weeks=-(-length // 7))


def _table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, na_values=["", "?"], keep_default_na=False)
    except FileNotFoundError:
        raise UnreadableFileError(
            "The file is missing.", place=str(path), mend="Name a folder of OULAD files."
        ) from None
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"The file cannot be read: {error}.", place=str(path)) from None
    lacking = [column for column in columns if column not in table]
    if lacking:
        raise UnreadableFileError(f"The file has no column {', '.join(lacking)}.", place=str(path))
    return table
