"""What a change of the design does to learners in progress, as data. Learners are named by their ids only."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["LearnersInProgress", "NearlyThere", "StackEffect", "StepEffect"]


@dataclass(frozen=True)
class StepEffect:
    """What happens to one step of a stack, or to the admission to a credential.

    Parameters
    ----------
    owner : str
        Id of the stack, or of the credential whose prerequisite it is.
    kind : {"changed", "added", "removed"}
        Whether both designs have the step, perhaps in another form, or only one.
    step : str
        The step in words, as it stands in the new design; in the old one when it was removed.
    was : str
        The step in words, as it stood before; empty when it was added or is the same.
    gains, loses, keeps : tuple of str
        Ids of learners who have it done under the new design only, under the old one only, or under both. An added step
        is never lost, and a removed one never gained.
    """

    owner: str
    kind: Literal["changed", "added", "removed"]
    step: str
    was: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    keeps: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON: ``owner, kind, step, was, gains, loses, keeps``."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(self).items()}


@dataclass(frozen=True)
class StackEffect:
    """Who completes a stack under which design.

    Parameters
    ----------
    stack : str
        Its id.
    gains, loses, keeps : tuple of str
        Ids of learners who complete it under the new design only, under the old one only, or under both.
    issued : tuple of str
        Those of `loses` to whom the stack's badge was awarded: an award keeps the version under which it was given,
        so they hold the badge on, although they would not earn it today.
    """

    stack: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    keeps: tuple[str, ...]
    issued: tuple[str, ...] = ()

    @property
    def to_grandfather(self) -> tuple[str, ...]:
        """Those who lose the stack and were not given its badge: issue it before the change, or keep the rule."""
        return tuple(one for one in self.loses if one not in self.issued)

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON: ``stack, gains, loses, keeps, issued, to_grandfather``."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in (vars(self) | {"to_grandfather": self.to_grandfather}).items()
        }


@dataclass(frozen=True)
class NearlyThere:
    """A learner who lacks few badges to a stack under the old design.

    `before` and `after` are the badges that are still to earn; `after` is ``None`` when they are more than were looked
    for, and `possible` is false when the learner's profession cannot complete the stack any more.
    """

    learner: str
    stack: str
    before: int
    after: int | None
    possible: bool = True

    @property
    def farther(self) -> bool:
        """Whether the change takes the learner farther away."""
        return self.after is None or self.after > self.before

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON: ``learner, stack, before, after, possible, farther``."""
        return {**vars(self), "farther": self.farther}


@dataclass(frozen=True)
class LearnersInProgress:
    """What the change does to the learners of a file of awards on a day.

    Parameters
    ----------
    on : datetime.date
        The day of the question.
    learners : int
        How many learners the file names.
    within : int
        How many badges away a learner is still nearly there.
    stacks : tuple of StackEffect
        One for each stack of either design that some learner completes.
    steps : tuple of StepEffect
        One for each step or prerequisite that was changed, added or removed.
    nearly_there : tuple of NearlyThere
        Who lacks at most `within` badges to a stack under the old design and does not complete it under the new one.
    """

    on: datetime.date
    learners: int
    within: int
    stacks: tuple[StackEffect, ...]
    steps: tuple[StepEffect, ...]
    nearly_there: tuple[NearlyThere, ...]

    def to_dict(self) -> dict[str, Any]:
        """The effects as plain JSON: ``on, learners, within, stacks, steps, nearly_there``."""
        return {
            "on": self.on.isoformat(),
            "learners": self.learners,
            "within": self.within,
            "stacks": [one.to_dict() for one in self.stacks],
            "steps": [one.to_dict() for one in self.steps],
            "nearly_there": [one.to_dict() for one in self.nearly_there],
        }
