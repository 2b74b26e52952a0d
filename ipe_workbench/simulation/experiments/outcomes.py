"""Outcomes by name: one number of one simulated cohort, such as ``earned:teamwork-foundations``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

if TYPE_CHECKING:
    from ipe_workbench.simulation.cohort_model import CohortModel
    from ipe_workbench.simulation.totals import Totals

__all__ = ["Outcome", "outcome_values", "parse_outcome"]

_MEASURES = ("earned", "retained", "hours", "badges")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number of a simulated cohort.

    ``earned:ITEM``, ``retained:CREDENTIAL``: share of the learners who may earn it. ``hours:ROLE``: assessor hours over
    all terms. ``badges``: credentials earned, per learner.

    Examples
    --------
    >>> str(Outcome("earned", "huddles")), str(Outcome("badges"))
    ('earned:huddles', 'badges')
    """

    measure: str
    item: str = ""

    def __str__(self) -> str:
        return f"{self.measure}:{self.item}" if self.item else self.measure

    def check(self, model: CohortModel) -> None:
        """Whether the model has it.

        Raises
        ------
        UnknownNameError
            When it has no such credential, stack or role.
        """
        known: tuple[str, ...] = ()
        if self.measure == "earned":
            known = (*model.credentials, *model.stacks)
        elif self.measure == "retained":
            known = model.credentials
        elif self.measure == "hours":
            known = tuple(sorted(_roles(model)))
        if self.measure != "badges" and self.item not in known:
            raise UnknownNameError(
                f"The programme has no `{self.item}` for `{self}`.", mend=near_names(self.item, known)
            )


def parse_outcome(text: str) -> Outcome:
    """An outcome from its name.

    Examples
    --------
    >>> parse_outcome("retained:structured-handover")
    Outcome(measure='retained', item='structured-handover')
    """
    measure, _, item = text.partition(":")
    if measure not in _MEASURES or (measure != "badges") != bool(item):
        raise UnusableInputError(
            f"`{text}` is no outcome.",
            mend="Write earned:CREDENTIAL-OR-STACK, retained:CREDENTIAL, hours:ASSESSOR-ROLE or badges.",
        )
    return Outcome(measure, item)


def outcome_values(model: CohortModel, totals: Totals, outcomes: tuple[Outcome, ...]) -> Floats:
    """The outcomes of each replicate, as an array (replicates, outcomes)."""
    return np.column_stack([_values(model, totals, one) for one in outcomes])


def _values(model: CohortModel, totals: Totals, outcome: Outcome) -> Floats:
    items = {name: index for index, name in enumerate((*model.credentials, *model.stacks))}
    if outcome.measure == "badges":
        earned = totals.earned_at_end[:, : len(model.credentials)].sum(axis=1)
        return np.asarray(earned / model.learners, np.float64)
    if outcome.measure == "hours":
        return np.asarray((totals.attempts.sum(axis=2) * _minutes(model, outcome.item)).sum(axis=1) / 60, np.float64)
    counts = totals.earned_at_end if outcome.measure == "earned" else totals.retained_at_end
    index = items[outcome.item]
    eligible = model.learners
    if index < len(model.credentials):
        eligible = int((model.sizes * model.arrays.layout.may_earn[:, index]).sum())
    return np.asarray(counts[:, index] / max(1, eligible), np.float64)


def _roles(model: CohortModel) -> set[str]:
    designs = (one.assessment for one in model.programme.credentials.values())
    return {str(design.assessor) for design in designs if design is not None and design.assessor_minutes > 0}


def _minutes(model: CohortModel, role: str) -> npt.NDArray[Any]:
    """Minutes of the role that one attempt at each credential takes."""
    designs = [one.assessment for one in model.programme.credentials.values()]
    return np.array(
        [one.assessor_minutes * (1 + one.double_rated) if one and one.assessor == role else 0.0 for one in designs]
    )
