"""What a learner's dashboard knows: that learner's records, and the feedback that follows for a goal."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.model import Stage
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.evaluation.feedback import growth_wishes
from ipe_workbench.pathways.coverage import coverage
from ipe_workbench.pathways.feedback import Feedback, feedback
from ipe_workbench.pathways.reach import final_stacks
from ipe_workbench.studio.dashboards.own_records import LearnerRecords

__all__ = ["DomainShown", "LearnerModel"]

_STAGES: tuple[Stage, ...] = ("exposure", "immersion", "competence")


@dataclass(frozen=True)
class DomainShown:
    """Of a part of a framework: how many competencies the learner has shown at each stage, of how many."""

    domain: str
    at: Mapping[Stage, int]
    of: int

    @property
    def shown(self) -> int:
        """At any stage."""
        return sum(self.at.values())


class LearnerModel(traitlets.HasTraits):
    """A learner's state as traits; `feedback` follows each change of the goal.

    Parameters
    ----------
    programme : Programme
        The programme.
    records : LearnerRecords
        Whose dashboard it is.
    day : date
        The day of the dashboard.

    Attributes
    ----------
    goal : str
        Id of the stack that the learner works toward; one of `goals`.
    feedback : Feedback or None
        What there is, what is close, what to do next; None before `begin`, and while nothing can be planned for.
    """

    goal = traitlets.Unicode()
    feedback = traitlets.Any()

    def __init__(self, programme: Programme, records: LearnerRecords, day: datetime.date) -> None:
        super().__init__()
        self.programme, self.records, self.day = programme, records, day
        stacks = [one for one in programme.stacks if one not in {badge.id for badge in self.valid}]
        last = [one for one in final_stacks(programme) if one in programme.stacks]
        #: What may be worked toward: stacks that are not complete, the programme's own aim first.
        self.goals: dict[str, str] = {
            one: programme.title(one) for one in [*last, *programme.stacks] if one in (stacks or programme.stacks)
        }
        self._begun = False
        if self.goals:
            self.goal = next(iter(self.goals))

    def begin(self) -> None:
        """Give the first feedback: apart, since it takes longer than what is shown before it."""
        self._begun = True
        self._give_feedback()

    @property
    def valid(self) -> tuple[Any, ...]:
        """The badges that count today."""
        return tuple(one for one in self.records.badges if one.state == "valid")

    @traitlets.validate("goal")
    def _one_of_the_goals(self, proposal: Any) -> str:
        wanted: str = proposal["value"]
        if wanted not in self.goals:
            # What a page sends is no more than a wish.
            raise UnknownNameError("That goal cannot be chosen.", mend=near_names(wanted, self.goals))
        return wanted

    @traitlets.observe("goal")
    def _give_feedback(self, _change: Any = None) -> None:
        if self._begun and self.goal:
            wishes = growth_wishes(self.records.growth)
            self.feedback = feedback(self.programme, self.records.facts, on=self.day, goal=self.goal, growth=wishes)

    def progress(self) -> float:
        """How much of the goal is done, from 0 to 1."""
        found: Feedback | None = self.feedback
        if found is None:
            return 0.0
        return next((one.progress for one in found.open if one.stack == self.goal), 1.0 if found.complete else 0.0)

    def domains(self) -> list[DomainShown]:
        """What is shown of each part of the programme's frameworks, in their order."""
        found: Feedback | None = self.feedback
        best = {(one.framework, one.code): one.level for one in found.shown} if found is not None else {}
        result = []
        for framework in self.programme.frameworks:
            rows = coverage(self.programme, framework, self.records.profession).rows
            for domain in dict.fromkeys(one.parent_title for one in rows):
                inside = [one for one in rows if one.parent_title == domain]
                levels = [best.get((framework, one.code)) for one in inside]
                result.append(DomainShown(domain, {stage: levels.count(stage) for stage in _STAGES}, len(inside)))
        return result
