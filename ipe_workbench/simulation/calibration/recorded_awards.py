"""What the records of a programme's cohort say that its simulation says as well: awards by week, attempts, passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ipe_workbench.errors import UnusableInputError, near_names

if TYPE_CHECKING:
    from ipe_workbench.simulation.cohort_model import CohortModel
    from ipe_workbench.simulation.totals import Totals

__all__ = ["AwardRecords", "award_records", "record_statistics", "statistic_names"]

#: Shares of the calendar at which awards are counted.
_LOOKS = (0.25, 0.5, 0.75, 1.0)
#: Attempts whose pass rates are compared.
_ATTEMPTS = 3
Floats = npt.NDArray[np.float64]


class Frames(Protocol):
    """Tidy frames by name, as a store of records gives them."""

    def frame(self, name: str) -> pd.DataFrame:
        """The frame."""
        ...


@dataclass(frozen=True, eq=False)
class AwardRecords:
    """A recorded cohort of a programme.

    Parameters
    ----------
    sizes : dict of str to int
        Learners by profession.
    awards : DataFrame
        `learner`, `profession`, `item` (credential or stack), `on` (day).
    attempts : DataFrame or None
        `learner`, `credential`, `attempt` (from 1), `passed`.
    """

    sizes: Mapping[str, int]
    awards: pd.DataFrame
    attempts: pd.DataFrame | None


def award_records(frames: Frames, *, cohort: str | None = None) -> AwardRecords:
    """A recorded cohort from the frames `enrolments`, `awards` and `assessments`.

    Parameters
    ----------
    frames : Frames
        A store of records, or simulated ones.
    cohort : str, optional
        Id of the cohort; everybody by default.

    Raises
    ------
    UnusableInputError
        When there is no such cohort, a learner has no profession, or nobody has an award.
    """
    enrolled = frames.frame("enrolments")
    if cohort is not None:
        known = sorted(set(enrolled["cohort"].dropna().astype(str)))
        if cohort not in known:
            raise UnusableInputError(f"The records have no cohort `{cohort}`.", mend=near_names(cohort, known))
        enrolled = enrolled[enrolled["cohort"].astype(str) == cohort]
    people = enrolled.dropna(subset=["profession"]).drop_duplicates("learner")
    if people.empty:
        raise UnusableInputError("The records name nobody's profession.", mend="Import enrolments first.")
    profession = people.set_index("learner")["profession"].astype(str)
    awards = frames.frame("awards")
    awards = awards[awards["learner"].isin(profession.index)]
    if awards.empty:
        raise UnusableInputError("The records hold no award of these learners.", mend="Import awards first.")
    tidy = pd.DataFrame({
        "learner": awards["learner"], "profession": awards["learner"].map(profession),
        "item": awards["credential"].astype(str), "on": pd.to_datetime(awards["on"]),
    }).sort_values("on", kind="stable").drop_duplicates(["learner", "item"])  # fmt: skip
    tried = frames.frame("assessments")
    tried = tried[tried["learner"].isin(profession.index) & tried["passed"].notna() & tried["credential"].notna()]
    attempts = tried[["learner", "credential", "attempt", "passed"]].drop_duplicates(
        ["learner", "credential", "attempt"]
    )
    return AwardRecords(
        {str(name): int(size) for name, size in profession.value_counts().sort_index().items()},
        tidy,
        attempts if len(attempts) else None,
    )


def statistic_names(model: CohortModel, *, attempts: bool) -> list[str]:
    """What each of the statistics is, in their order."""
    items = (*model.credentials, *model.stacks)
    names = [f"earned:{item} by {look:.0%}" for item in items for look in _LOOKS]
    names += [
        f"earned:{item} {one}"
        for item in items
        for one, size in zip(model.professions, model.sizes, strict=True)
        if size
    ]
    if attempts:
        names += [f"attempts:{one}" for one in model.credentials]
        names += [f"passed:{one} attempt {number + 1}" for one in model.credentials for number in range(_ATTEMPTS)]
    return names


def simulated_statistics(model: CohortModel, totals: Totals, *, attempts: bool) -> Floats:
    """The statistics of one simulated cohort (totals of one replicate)."""
    earned = np.asarray(totals.earned.total, np.float64)
    tries = np.asarray(totals.tries, np.float64)[:, :_ATTEMPTS]
    passes = np.asarray(totals.passes, np.float64)[:, :_ATTEMPTS]
    return _statistics(model, earned, np.asarray(totals.tries).sum(axis=1), tries, passes, attempts)


def record_statistics(model: CohortModel, records: AwardRecords) -> Floats:
    """The same statistics of a recorded cohort.

    Raises
    ------
    UnusableInputError
        When the cohort's professions or sizes are not those of the model.
    """
    sizes = dict(zip(model.professions, (int(size) for size in model.sizes), strict=True))
    if {name: size for name, size in sizes.items() if size} != dict(records.sizes):
        raise UnusableInputError(
            "The scenario's cohort is not the recorded one.", mend=f"Set `cohort` to {dict(records.sizes)}."
        )
    items = {name: index for index, name in enumerate((*model.credentials, *model.stacks))}
    professions = {name: index for index, name in enumerate(model.professions)}
    weeks = model.calendar.weeks
    earned = np.zeros((len(professions) + 1, len(items), weeks))
    known = records.awards[records.awards["item"].isin(list(items))]
    starts = np.array(model.calendar.dates, "datetime64[D]")
    week = np.clip(np.searchsorted(starts, known["on"].to_numpy("datetime64[D]"), side="right") - 1, 0, weeks - 1)
    at = (known["profession"].map(professions).to_numpy(int), known["item"].map(items).to_numpy(int), week)
    np.add.at(earned, at, 1)
    earned[-1] = earned[:-1].sum(axis=0)
    earned = earned.cumsum(axis=2)
    total, tries, passes = np.zeros(len(model.credentials)), *np.zeros((2, len(model.credentials), _ATTEMPTS))
    if records.attempts is not None:
        told = records.attempts[records.attempts["credential"].isin(model.credentials)]
        credential = told["credential"].map(items).to_numpy(int)
        number = told["attempt"].to_numpy(int) - 1
        np.add.at(total, credential, 1)
        first = (number >= 0) & (number < _ATTEMPTS)
        np.add.at(tries, (credential[first], number[first]), 1)
        np.add.at(passes, (credential[first], number[first]), told["passed"].to_numpy(bool)[first])
    return _statistics(model, earned, total, tries, passes, records.attempts is not None)


def _statistics(
    model: CohortModel, earned: Floats, total: Floats, tries: Floats, passes: Floats, attempts: bool
) -> Floats:
    """`earned` (professions and all, items, weeks) by the week's end; `tries`, `passes` (credentials, attempts)."""
    last = earned.shape[2] - 1
    looks = [min(last, round(look * earned.shape[2]) - 1) for look in _LOOKS]
    parts = [(earned[-1][:, looks] / model.learners).ravel()]
    here = model.sizes > 0
    parts.append((earned[:-1, :, -1][here] / model.sizes[here, None]).T.ravel())
    if attempts:
        parts.append(np.asarray(total, np.float64) / model.learners)
        # A rate of no attempts is put half way, and pulled there by few attempts, in the record as in simulations.
        parts.append(((passes + 1) / (tries + 2)).ravel())
    return np.concatenate(parts)
