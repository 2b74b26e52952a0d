"""A plan for each learner of a cohort: learners in the same state share one solve, and states go over the cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.pathways.planning.learner import PlanFor
from ipe_workbench.pathways.planning.offerings import Offering
from ipe_workbench.pathways.planning.plan import Plan, plan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CohortPlans", "cohort_of", "plan_cohort", "states_of"]

#: With fewer states than this, starting processes takes longer than it saves.
_WORTH_PROCESSES = 40


@dataclass(frozen=True)
class CohortPlans:
    """A plan for each learner, by the learner's id; `states` is how many different ones were solved."""

    plans: Mapping[str, Plan]
    states: int

    @property
    def proven(self) -> bool:
        """Whether every plan is proven best (or proven impossible)."""
        return all(one.proven for one in self.plans.values())

    def to_frame(self) -> pd.DataFrame:
        """One row a step, learner by learner.

        Returns
        -------
        DataFrame
            Columns ``learner, goal, step, credential, term, earned_on, hours, completes, note``; a learner without a
            plan has one row with the reason in ``note`` and no credential.
        """
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for learner, one in self.plans.items():
            for number, step in enumerate(one.steps, start=1):
                hours = round(sum(step.hours.values()), 3)
                completes = "; ".join(step.completes)
                rows.append((learner, one.goal, number, step.credential, step.term, step.ends, hours, completes, ""))
            if not one.steps:
                note = " ".join(one.impossible.reasons) if one.impossible else "Complete already."
                rows.append((learner, one.goal, 0, "", "", one.completed_on, 0.0, "", note))
        columns = ["learner", "goal", "step", "credential", "term", "earned_on", "hours", "completes", "note"]
        return pd.DataFrame(rows, columns=columns)

    def to_csv(self) -> str:
        """The rows of `to_frame` as CSV; text that a spreadsheet would run is neutralised."""
        frame = self.to_frame()
        for name in ("learner", "note"):
            frame[name] = frame[name].map(spreadsheet_safe)
        written: str = frame.to_csv(index=False, lineterminator="\n")
        return written

    def to_dict(self) -> dict[str, Any]:
        """The plans as plain JSON."""
        return {
            "learners": len(self.plans),
            "states": self.states,
            "possible": sum(one.impossible is None for one in self.plans.values()),
            "proven": self.proven,
            "plans": {learner: one.to_dict() for learner, one in self.plans.items()},
        }


def cohort_of(programme: Programme, template: PlanFor | None = None) -> dict[str, PlanFor]:
    """The learners of a cohort that begins, as the programme numbers them: nobody holds anything.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> cohort = cohort_of(example_programme())
    >>> len(cohort), next(iter(cohort))
    (700, 'medicine-001')
    """
    base = template or PlanFor()
    found = {}
    for profession in programme.info.professions:
        for number in range(1, profession.learners + 1):
            facts = replace(base.facts, profession=profession.id)
            found[f"{profession.id}-{number:03}"] = replace(base, facts=facts)
    return found


def states_of(learners: Mapping[str, PlanFor]) -> dict[tuple[object, ...], list[str]]:
    """The learners of each state, by what a plan depends on."""
    found: dict[tuple[object, ...], list[str]] = {}
    for learner, one in learners.items():
        found.setdefault(one.state(), []).append(learner)
    return found


def plan_cohort(
    programme: Programme,
    goal: str,
    learners: Mapping[str, PlanFor],
    offerings: tuple[Offering, ...] | None = None,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CohortPlans:
    """The best plan of each learner, regardless of the others.

    Parameters
    ----------
    programme, goal, offerings
        As for `plan`.
    learners : mapping of str to PlanFor
        By the learner's id.
    workers : int, optional
        Processes; the number of cores by default. The plans do not depend on it.
    progress : callable, optional
        Called with the number of states that are done and the number of all.

    Returns
    -------
    CohortPlans

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> found = plan_cohort(programme, "communication-certificate", cohort_of(programme))
    >>> len(found.plans), found.states, found.proven
    (700, 8, True)
    """
    states = states_of(learners)
    firsts = [(members, learners[members[0]]) for members in states.values()]
    found: dict[str, Plan] = {}
    workers = workers or os.cpu_count() or 1

    def settle(members: list[str], made: Plan, done: int) -> None:
        found.update(dict.fromkeys(members, made))
        if progress is not None:
            progress(done, len(firsts))

    if workers == 1 or len(firsts) < _WORTH_PROCESSES:
        for done, (members, learner) in enumerate(firsts, start=1):
            settle(members, plan(programme, goal, learner, offerings), done)
    else:
        with ProcessPoolExecutor(workers, initializer=_begin, initargs=(_plain(programme), goal, offerings)) as pool:
            waiting = {pool.submit(_planned, learner): members for members, learner in firsts}
            for done, future in enumerate(as_completed(waiting), start=1):
                settle(waiting[future], future.result(), done)
    return CohortPlans({learner: found[learner] for learner in learners}, len(states))


_SHARED: dict[str, Any] = {}


def _plain(programme: Programme) -> Programme:
    """Without the documents, which planning does not read."""
    return replace(programme, documents={})


def _begin(programme: Programme, goal: str, offerings: tuple[Offering, ...] | None) -> None:
    _SHARED.update(programme=programme, goal=goal, offerings=offerings)


def _planned(learner: PlanFor) -> Plan:
    return plan(_SHARED["programme"], _SHARED["goal"], learner, _SHARED["offerings"])
