"""Two designs compared: what was changed, what follows from it, and what it does to learners in progress."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Finding
from ipe_workbench.pathways.comparison.awards import awards_after
from ipe_workbench.pathways.comparison.designs import Designs, design_changes
from ipe_workbench.pathways.comparison.effects import access_changes, coverage_changes, hours_changes
from ipe_workbench.pathways.comparison.learners import learners_in_progress
from ipe_workbench.pathways.comparison.minimum import minimum_changes
from ipe_workbench.pathways.comparison.values import DesignComparison

__all__ = ["MOST_WITHIN", "compare_designs"]

#: The number of small sets of badges grows with its power; three badges away is no longer nearly there.
MOST_WITHIN = 3


def compare_designs(
    old: Programme,
    new: Programme,
    *,
    learners: Mapping[str, Facts] | None = None,
    on: datetime.date | None = None,
    within: int = 2,
    framework: str | None = None,
) -> DesignComparison:
    """Say in a designer's words what changed from one design to another, and what follows from it.

    Parameters
    ----------
    old, new : Programme
        The two designs. Their scenarios and evaluation plans are not looked at.
    learners : mapping of str to Facts, optional
        What is known of each learner in progress, by id (`read_awards`).
    on : datetime.date, optional
        The day on which the learners are looked at; needed with `learners`.
    within : int
        A learner who lacks at most this many badges to a stack is nearly there; at most `MOST_WITHIN`.
    framework : str, optional
        Compare the coverage of this framework only.

    Returns
    -------
    DesignComparison

    Raises
    ------
    UnknownNameError
        When the framework is not in both designs.
    UnusableInputError
        When there are learners but no day, or `within` is out of range.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> old = example_programme()
    >>> compare_designs(old, old).same
    True
    >>> result = compare_designs(old, old.without_credential("team-clinical-experience"))
    >>> [row.item for row in result.access if row.kind == "shut out"]
    ['ipe-micro-credential']
    """
    if not 0 <= within <= MOST_WITHIN:
        raise UnusableInputError(f"{within} badges are not a few.", mend=f"Give 0 to {MOST_WITHIN}.")
    designs = Designs.of(old, new)
    effects = None
    if learners is not None:
        if on is None:
            raise UnusableInputError("No day is given.", mend="Say on which day to look at the learners.")
        effects = learners_in_progress(designs, learners, on=on, within=within)
    return DesignComparison(
        before=_named(old),
        after=_named(new),
        changes=design_changes(designs),
        hours=hours_changes(designs),
        coverage=coverage_changes(designs, framework),
        access=access_changes(designs),
        minimum=minimum_changes(designs),
        learners=effects,
        findings=tuple(_to_know(learners, on)),
    )


def _named(programme: Programme) -> dict[str, str]:
    return {"id": programme.id, "title": programme.info.title, "version": programme.info.version}


def _to_know(learners: Mapping[str, Facts] | None, on: datetime.date | None) -> Iterator[Finding]:
    if learners is None or on is None:
        return
    later = awards_after(learners, on)
    if later:
        yield Finding(
            "award-after-the-day",
            "info",
            f"{later} awards are dated after {on.isoformat()} and do not count.",
            "Name a later day.",
        )
