"""A simulated cohort as records: the same frames that a store gives, so that an analysis runs on either."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.records.choosing import choose
from ipe_workbench.records.frames import FRAMES, frame_named, typed
from ipe_workbench.simulation.design import apply_design_changes
from ipe_workbench.simulation.learners import SimulatedLearner, simulate_learners
from ipe_workbench.simulation.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Frames", "SimulatedRecords", "simulated_records"]
#: The cohort of simulated learners, so that they are never taken for real ones.
COHORT = "simulated"


class Frames(Protocol):
    """What an analysis asks for: a store of records, or simulated ones."""

    def frame(
        self, name: str, *, where: Mapping[str, Any] | None = None, columns: Collection[str] | None = None
    ) -> pd.DataFrame:
        """The tidy frame of that name."""
        ...


@dataclass(frozen=True, eq=False)
class SimulatedRecords:
    """The frames of one simulated cohort.

    Every frame is marked: ``frame.attrs["simulated"]`` is true, learners are called ``sim-...``, and their cohort is
    ``simulated``.

    Parameters
    ----------
    about : mapping
        Programme, version, scenario, seed and replicate.
    frames : mapping of str to DataFrame
        Every frame of `FRAMES`; those of which the simulator knows nothing have no rows.
    """

    about: Mapping[str, Any]
    frames: Mapping[str, pd.DataFrame]

    def frame(
        self, name: str, *, where: Mapping[str, Any] | None = None, columns: Collection[str] | None = None
    ) -> pd.DataFrame:
        """A frame; `where` and `columns` as in `Store.frame`.

        Raises
        ------
        UnknownNameError
            When there is no such frame or column.
        """
        chosen = choose(self.frames[frame_named(name).name], name, where=where, columns=columns)
        chosen.attrs["simulated"] = True
        return chosen


def simulated_records(
    programme: Programme, scenario: Scenario, *, replicate: int = 0, seed: int | None = None
) -> SimulatedRecords:
    """Simulate one cohort and give it as records.

    Parameters
    ----------
    programme, scenario, replicate, seed
        As for `simulate_learners`.

    Returns
    -------
    SimulatedRecords
        `enrolments` (the profession stands for the programme of study, the programme's first and last day for the
        learner's), `offerings` (activities in their terms), `assessments` (`assessment` is the credential; whether it
        was passed, and on which day where it was; the simulator draws no score that it keeps) and `awards`.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> records = simulated_records(example_programme(), Scenario(id="quick", title="Quick look"), seed=7)
    >>> records.frame("enrolments")["learner"].nunique(), records.frame("awards").attrs["simulated"]
    (700, True)
    """
    import pandas as pd

    learners = list(simulate_learners(programme, scenario, replicate=replicate, seed=seed))
    designed = apply_design_changes(programme, scenario)
    rows: dict[str, list[dict[str, Any]]] = {
        "enrolments": _enrolments(designed, learners),
        "offerings": _offerings(designed),
        "assessments": _assessments(designed, learners),
        "awards": _awards(designed, learners),
    }
    frames = {}
    for name, described in FRAMES.items():
        names = [one.name for one in described.columns]
        frames[name] = typed(pd.DataFrame(rows.get(name, []), columns=names, dtype=object), described)
        frames[name].attrs["simulated"] = True
    about = {
        "simulated": True,
        "programme": programme.id,
        "programme_version": programme.info.version,
        "scenario": scenario.id,
        "seed": scenario.seed if seed is None else seed,
        "replicate": replicate,
    }
    return SimulatedRecords(about, frames)


def _name(learner: SimulatedLearner) -> str:
    return f"sim-{learner.profession}-{learner.number + 1:04}"


def _enrolments(programme: Programme, learners: list[SimulatedLearner]) -> list[dict[str, Any]]:
    terms = programme.info.terms
    first = min((one.start for one in terms), default=None)
    last = max((one.end for one in terms), default=None)
    return [
        {
            "learner": _name(one),
            "study_programme": one.profession,
            "profession": one.profession,
            "cohort": COHORT,
            "starts": first,
            "ends": last,
            "status": "active",
        }
        for one in learners
    ]


def _offerings(programme: Programme) -> list[dict[str, Any]]:
    return [
        {"offering": activity.id, "activity": activity.id, "credential": id, "term": activity.term}
        for id, credential in programme.credentials.items()
        for activity in credential.activities
    ]


def _assessments(programme: Programme, learners: list[SimulatedLearner]) -> list[dict[str, Any]]:
    kinds = {id: str(one.assessment.methods[0]) for id, one in programme.credentials.items() if one.assessment}
    return [
        {
            "learner": _name(one),
            "assessment": attempt.credential,
            "kind": kinds.get(attempt.credential),
            "credential": attempt.credential,
            "attempt": attempt.number,
            "on": attempt.on,
            "passed": attempt.passed,
        }
        for one in learners
        for attempt in one.attempts
    ]


def _awards(programme: Programme, learners: list[SimulatedLearner]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for one in learners:
        for item, day in one.awards:
            award = programme.award(item, day)
            rows.append(
                {
                    "award": len(rows) + 1,
                    "learner": _name(one),
                    "credential": item,
                    "version": award.version,
                    "on": day,
                    "expires": award.expires,
                    "hours": award.hours,
                    "issuer": "",
                }
            )
    return rows
