"""What a change of the design would do, at once: to structural figures, coverage, least hours, and who can finish."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.frameworks.garbage import collection_paused
from ipe_workbench.pathways.comparison.designs import Designs, design_changes
from ipe_workbench.pathways.comparison.effects import coverage_changes
from ipe_workbench.pathways.comparison.values import Change, CoverageChange
from ipe_workbench.pathways.design_edits import Edit, edited
from ipe_workbench.pathways.outcome import outcome_of
from ipe_workbench.pathways.programme_structure import ProgrammeStructure

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FinishEffect", "HoursEffect", "LearnerEffect", "WhatIf", "what_if"]

_FIGURES: tuple[Literal["delay", "blocking", "centrality", "complexity"], ...] = (
    "delay",
    "blocking",
    "centrality",
    "complexity",
)


@dataclass(frozen=True)
class HoursEffect:
    """The least hours from nothing to a stack for learners of a profession; ``None`` where it cannot be completed."""

    stack: str
    profession: str
    learners: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class FinishEffect:
    """The earliest day on which a stack can be complete for a new learner of a profession; ``None``: not in time."""

    stack: str
    profession: str
    learners: int
    before: datetime.date | None
    after: datetime.date | None


@dataclass(frozen=True)
class LearnerEffect:
    """Whether a learner in progress can still finish a stack in the time that is left, and by which day."""

    learner: str
    stack: str
    before: datetime.date | None
    after: datetime.date | None


@dataclass(frozen=True)
class WhatIf:
    """What follows from a change of the design.

    Parameters
    ----------
    programme : Programme
        The changed programme.
    changes : tuple of Change
        What was changed, as sentences.
    before, after : ProgrammeStructure
        The structural figures.
    coverage : tuple of CoverageChange
        Competencies that gained or lost their only coverage.
    hours : tuple of HoursEffect
        For each stack and profession; those that do not change, too.
    finishing : tuple of FinishEffect
        Likewise.
    learners : tuple of LearnerEffect
        For each learner in progress that was given, and each stack that no other counts.
    """

    programme: Programme
    changes: tuple[Change, ...]
    before: ProgrammeStructure
    after: ProgrammeStructure
    coverage: tuple[CoverageChange, ...]
    hours: tuple[HoursEffect, ...]
    finishing: tuple[FinishEffect, ...]
    learners: tuple[LearnerEffect, ...] = ()

    def metrics(self) -> pd.DataFrame:
        """Each structural figure that changes.

        Returns
        -------
        pandas.DataFrame
            Columns ``choice, id, name, figure, before, after``; a missing number where the badge is not in that design.
        """
        import pandas as pd

        rows = []
        for choice, found in self.after.choices.items():
            old = {one.id: one for one in self.before.choices[choice].nodes}
            new = {one.id: one for one in found.nodes}
            for one in dict.fromkeys((*old, *new)):
                for figure in _FIGURES:
                    was, now = (getattr(side.get(one), figure, None) for side in (old, new))
                    if was != now:
                        rows.append((choice, one, (new.get(one) or old[one]).name, figure, was, now))
        return pd.DataFrame(rows, columns=["choice", "id", "name", "figure", "before", "after"])

    def totals(self) -> pd.DataFrame:
        """The sum of each figure: columns ``choice, figure, before, after``; sums that do not change, too."""
        import pandas as pd

        rows = [
            (choice, figure, self.before.choices[choice].totals[figure], found.totals[figure])
            for choice, found in self.after.choices.items()
            for figure in _FIGURES
        ]
        return pd.DataFrame(rows, columns=["choice", "figure", "before", "after"])

    def hours_to_stacks(self) -> pd.DataFrame:
        """The least hours: columns ``stack, profession, learners, before, after``; missing: cannot be completed."""
        import pandas as pd

        return pd.DataFrame(list(map(_row, self.hours)), columns=["stack", "profession", "learners", "before", "after"])

    def who_can_finish(self) -> pd.DataFrame:
        """The earliest days: columns ``stack, profession, learners, before, after``; missing: not in time."""
        import pandas as pd

        columns = ["stack", "profession", "learners", "before", "after"]
        return pd.DataFrame(list(map(_row, self.finishing)), columns=columns)

    def learners_in_progress(self) -> pd.DataFrame:
        """The learners that were given: columns ``learner, stack, before, after``; missing: not in time."""
        import pandas as pd

        return pd.DataFrame(list(map(_row, self.learners)), columns=["learner", "stack", "before", "after"])

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain JSON; of the figures, hours and days only those that change."""
        return {
            "changes": [one.message for one in self.changes],
            "metrics": self.metrics().to_dict(orient="records"),
            "totals": self.totals().to_dict(orient="records"),
            "coverage": [one.to_dict() for one in self.coverage],
            "hours_to_stacks": [vars(one) for one in self.hours if one.before != one.after],
            "who_can_finish": [_written(one) for one in self.finishing if one.before != one.after],
            "learners": [_written(one) for one in self.learners],
        }


def what_if(
    programme: Programme,
    edits: Edit | Iterable[Edit] | Programme,
    *,
    learners: Mapping[str, Facts] | None = None,
    on: datetime.date | None = None,
) -> WhatIf:
    """What a change of the design would do.

    Parameters
    ----------
    programme : Programme
        The design as it is; it stays as it is.
    edits : Edit, iterable of Edit, or Programme
        The changes, made one after the other; or the changed design.
    learners : mapping of str to Facts, optional
        Learners in progress, by id: for each of them plans are made before and after, which takes longer.
    on : date, optional
        The day from which these plan; needed with `learners`.

    Raises
    ------
    UnknownNameError, UnusableInputError
        When an edit cannot be made (see `edited`), badges then name each other in a circle, or learners come without
        a day.

    Notes
    -----
    Quick enough to follow a hand that moves: a badge's cheapest way is solved again only when the change can reach it,
    and a design is worked out once however often changes of it are tried.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.pathways.design_edits import CloseFor
    >>> result = what_if(example_programme(), CloseFor("structured-handover", ("nursing",)))
    >>> [(one.before, one.after) for one in result.hours if one.before != one.after]
    [(32.0, 35.0), (42.0, 43.0), (31.0, None)]
    """
    if isinstance(edits, Programme):
        changed = edits
    else:
        changed = edited(programme, (edits,) if isinstance(edits, Edit) else edits)
    # A full collection in the middle takes longer than all the rest.
    with collection_paused():
        return _compared(programme, changed, learners, on)


def _compared(
    programme: Programme, changed: Programme, learners: Mapping[str, Facts] | None, on: datetime.date | None
) -> WhatIf:
    designs = Designs.of(programme, changed)
    was = outcome_of(programme)
    now = outcome_of(changed, was)
    return WhatIf(
        programme=changed,
        changes=design_changes(designs, by_meaning=False),
        before=was.structure,
        after=now.structure,
        coverage=coverage_changes(designs),
        hours=tuple(HoursEffect(*one) for one in _by_profession(was.hours, now.hours, changed)),
        finishing=tuple(FinishEffect(*one) for one in _by_profession(was.days, now.days, changed)),
        learners=() if learners is None else _learners(programme, changed, learners, on),
    )


def _by_profession(
    before: Mapping[tuple[str, str], Any], after: Mapping[tuple[str, str], Any], changed: Programme
) -> list[tuple[str, str, int, Any, Any]]:
    learners = {one.id: one.learners for one in changed.info.professions}
    keys = dict.fromkeys((*before, *after))
    return [
        (stack, one, learners.get(one, 0), before.get((stack, one)), after.get((stack, one))) for stack, one in keys
    ]


def _learners(
    programme: Programme, changed: Programme, learners: Mapping[str, Facts], on: datetime.date | None
) -> tuple[LearnerEffect, ...]:
    from ipe_workbench.pathways.planning import PlanFor, plan_cohort
    from ipe_workbench.pathways.reach import final_stacks

    if on is None:
        raise UnusableInputError("No day is given.", mend="Say from which day the learners plan.")
    asked = {one: PlanFor(facts, from_day=on, aim="earliest") for one, facts in learners.items()}
    found = []
    for stack in final_stacks(programme):
        was = plan_cohort(programme, stack, asked).plans
        now = plan_cohort(changed, stack, asked).plans if stack in changed.stacks else {}
        found += [
            LearnerEffect(one, stack, was[one].completed_on, now[one].completed_on if one in now else None)
            for one in learners
        ]
    return tuple(found)


def _row(one: HoursEffect | FinishEffect | LearnerEffect) -> tuple[Any, ...]:
    return tuple(vars(one).values())


def _written(one: FinishEffect | LearnerEffect) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime.date) else value for name, value in vars(one).items()}
