"""What the pathway explorer knows: a learner's situation, and the state and plan that follow from it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import traitlets

from ipe_workbench.credentials import Award, Facts, Programme
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.pathways.planning import AIMS, Plan, PlanFor, offerings_of, plan
from ipe_workbench.pathways.reach import final_stacks
from ipe_workbench.pathways.standing import BadgeState, standing

__all__ = ["PathwayExplorerModel"]


class PathwayExplorerModel(traitlets.HasTraits):
    """A learner's situation as traits; `standing` and `plan` follow each change.

    Parameters
    ----------
    programme : Programme
        With at least one credential.
    **situation
        Any of the traits below.

    Attributes
    ----------
    profession : str
        Id of the learner's profession.
    held : tuple of str
        Ids of the badges that the learner holds. Each counts as awarded when it was offered last before the term
        begins, or else on the day before.
    goal : str
        Id of the credential or stack to complete.
    term : str
        Id of the term from whose first day on the plan is made.
    hours : float
        The most hours in a term; 0 for no limit.
    aim : str
        What the plan makes best.
    standing : dict of str to BadgeState
        Where the learner stands; empty when it cannot be told.
    plan : Plan or None
        The best plan, or why there is none; ``None`` when there is an error.
    error : str
        What is wrong with the situation, in a sentence; empty when nothing is.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> model = PathwayExplorerModel(example_programme(), goal="communication-certificate", profession="nursing")
    >>> model.plan.hours
    31.0
    >>> model.held = ("communication-foundations", "teamwork-foundations", "roles-foundations")
    >>> model.term, model.plan.hours
    ('2026-fall', 22.0)
    """

    profession = traitlets.Unicode()
    held = traitlets.Tuple()
    goal = traitlets.Unicode()
    term = traitlets.Unicode()
    hours = traitlets.Float(0.0)
    aim = traitlets.Enum(AIMS, "hours")
    standing = traitlets.Dict()
    plan = traitlets.Instance(Plan, allow_none=True)
    error = traitlets.Unicode()
    #: Counts the updates, so that a view draws once for several changes.
    updated = traitlets.Int(0)

    def __init__(self, programme: Programme, **situation: Any) -> None:
        goals = (*final_stacks(programme), *programme.credentials)
        start = {
            "profession": programme.info.professions[0].id,
            "term": programme.info.terms[0].id,
            "goal": goals[0] if goals else "",
        }
        super().__init__(**{**start, **situation})
        self.programme = programme
        self.observe(self._update, ["profession", "held", "goal", "term", "hours", "aim"])
        self._update()

    @property
    def day(self) -> datetime.date:
        """The first day of the term."""
        return self.programme.term(self.term).start

    @property
    def facts(self) -> Facts:
        """What the learner holds."""
        return Facts(profession=self.profession, awards=tuple(self._awards(self.held)))

    @property
    def hours_per_term(self) -> Mapping[str, float]:
        """The most hours of each term; empty for no limit."""
        return {term.id: self.hours for term in self.programme.info.terms} if self.hours > 0 else {}

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What can be chosen, as (words, id): professions, badges, goals and terms."""
        info = self.programme.info
        badges = [(one.title, one.id) for one in self.programme.credentials.values()]
        stacks = [(one.title, one.id) for one in self.programme.stacks.values()]
        return {
            "profession": [(one.title, one.id) for one in info.professions],
            "held": _apart(badges),
            "goal": _apart([*stacks[::-1], *badges]),
            "term": [(one.title, one.id) for one in info.terms],
        }

    def _awards(self, held: Iterable[str]) -> Iterable[Award]:
        before = self.day - datetime.timedelta(days=1)
        offered = {one.credential: one.ends for one in offerings_of(self.programme) if one.ends <= before}
        for badge in held:
            yield self.programme.award(badge, offered.get(badge, before))

    def _update(self, change: Any = None) -> None:
        found: dict[str, BadgeState] = {}
        made, error = None, ""
        try:
            facts = self.facts
            found = standing(self.programme, facts, self.day)
            learner = PlanFor(facts, hours_per_term=self.hours_per_term, from_day=self.day, aim=self.aim)
            made = plan(self.programme, self.goal, learner)
        except WorkbenchError as problem:
            error = str(problem)
        with self.hold_trait_notifications():
            self.standing, self.plan, self.error = found, made, error
            self.updated += 1


def _apart(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same choices; where two have the same words, with their ids."""
    words = [one for one, _ in choices]
    return [(f"{one} ({reference})" if words.count(one) > 1 else one, reference) for one, reference in choices]
