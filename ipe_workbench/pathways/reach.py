"""What a learner of a profession can come to hold, and what every way of completing a pathway includes."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Hashable, Iterable
from typing import Literal

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Approval, PerProfession, Rule, badges_in, walk
from ipe_workbench.errors import UnknownNameError, near_names

__all__ = ["REACHES", "Reach", "Reaches", "earnable", "final_stacks", "named_credentials"]

#: Whether a pathway brings its learners to a competency, weakest first.
Reach = Literal["not offered", "optional", "guaranteed"]
REACHES: tuple[Reach, ...] = ("not offered", "optional", "guaranteed")
#: Everything happens on one day, so that orders and time windows can always be kept.
_DAY = datetime.date(2000, 1, 1)
_ENOUGH_HOURS = 1e6


def earnable(programme: Programme, profession: str, without: Collection[str] = ()) -> frozenset[str]:
    """Every credential and stack that a learner of the profession can come to hold without some credentials.

    Parameters
    ----------
    programme : Programme
        Retired credentials cannot be earned.
    profession : str
        Id of the learner's profession.
    without : collection of str
        Ids of credentials that the learner does not take.

    Returns
    -------
    frozenset of str
        Ids of credentials and of completed stacks.

    Notes
    -----
    The learner passes everything, attends every hour and gets every approval. More facts never undo a completed rule,
    so what can be earned grows to one largest set whatever the order: a fixed point.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> "ipe-micro-credential" in earnable(example_programme(), "nursing")
    True
    """
    programme.profession(profession)
    offered = {
        one.id: one.requires
        for one in programme.credentials.values()
        if one.status != "retired" and programme.may_earn(one.id, profession) and one.id not in without
    }
    rules: dict[str, Rule | None] = {**offered, **{one.id: one.rule for one in programme.stacks.values()}}
    roles = {part.approval.role for rule in rules.values() if rule for part in walk(rule) if isinstance(part, Approval)}
    held: set[str] = set()
    while True:
        facts = _facts(programme, profession, held, roles)
        new = {
            one
            for one, rule in rules.items()
            if one not in held and (rule is None or completed_on(rule, facts, on=_DAY) is not None)
        }
        if not new:
            return frozenset(held)
        held |= new


class Reaches:
    """What the stacks of one programme bring learners to; each question is worked out once.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> Reaches(example_programme()).of("nursing", "communication-certificate", ["communication-foundations"])
    'guaranteed'
    """

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        rules = [one.rule for one in programme.stacks.values()]
        rules += [one.requires for one in programme.credentials.values() if one.requires is not None]
        self._by_profession = any(isinstance(part, PerProfession) for rule in rules for part in walk(rule))
        self._known: dict[tuple[Hashable, frozenset[str]], frozenset[str]] = {}

    def earnable(self, profession: str, without: frozenset[str] = frozenset()) -> frozenset[str]:
        """As the function `earnable`; professions with the same offers and rules share the answer."""
        may = frozenset(one for one in self.programme.credentials if self.programme.may_earn(one, profession))
        key = (profession if self._by_profession else may), without
        if key not in self._known:
            self._known[key] = earnable(self.programme, profession, without)
        return self._known[key]

    def of(self, profession: str, pathway: str, covering: Iterable[str]) -> Reach:
        """Whether completing a stack brings a learner to what these credentials cover.

        *Guaranteed* when the profession can complete the stack and no way of completing it leaves all of them out;
        *optional* when it can earn one of them that the stack can count; else *not offered*. Exact for every rule of
        the algebra, since rules are monotone.

        Raises
        ------
        UnknownNameError
            When the programme has no such stack or profession.
        """
        if pathway not in self.programme.stacks:
            message = f"`{pathway}` is not a stack of this programme."
            raise UnknownNameError(message, mend=near_names(pathway, self.programme.stacks))
        covering = frozenset(covering)
        can = self.earnable(profession)
        if covering and pathway in can and pathway not in self.earnable(profession, covering):
            return "guaranteed"
        return "optional" if covering & can & set(named_credentials(self.programme, pathway)) else "not offered"


def final_stacks(programme: Programme) -> tuple[str, ...]:
    """The stacks that no other stack counts; all where each counts in another.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> final_stacks(example_programme())
    ('ipe-micro-credential',)
    """
    counted = {badge for one in programme.stacks.values() for badge in badges_in(one.rule)}
    return tuple(one for one in programme.stacks if one not in counted) or tuple(programme.stacks)


def named_credentials(programme: Programme, pathway: str) -> tuple[str, ...]:
    """Every credential that a stack can count or that those it counts require, through other stacks too."""
    found: dict[str, None] = {}
    waiting = [pathway]
    while waiting:
        one = waiting.pop(0)
        if one in found:
            continue
        found[one] = None
        named = programme.stacks.get(one) or programme.credentials.get(one)
        rule = getattr(named, "rule", None) or getattr(named, "requires", None)
        waiting.extend(badges_in(rule) if rule is not None else ())
    return tuple(one for one in found if one in programme.credentials)


def _facts(programme: Programme, profession: str, held: Collection[str], roles: Iterable[str]) -> Facts:
    activities = [
        one.id for name in held if name in programme.credentials for one in programme.credentials[name].activities
    ]
    return Facts(
        profession=profession,
        awards=tuple(Award(one, _DAY, hours=_ENOUGH_HOURS) for one in sorted(held)),
        scores=tuple(ScoreReached(one, 1.0, _DAY) for one in sorted(held) if one in programme.credentials),
        hours=tuple(HoursRecorded(one, _ENOUGH_HOURS, _DAY) for one in (*sorted(held), *activities)),
        approvals=tuple(ApprovalGiven(role, _DAY) for role in sorted(roles)),
    )
