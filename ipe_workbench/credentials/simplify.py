"""A rule in as few words as its meaning allows, with a proof for each part that is left out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ipe_workbench.credentials.branches import professions_told_apart, with_parts
from ipe_workbench.credentials.completion import completed
from ipe_workbench.credentials.facts import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    Approval,
    Hours,
    InOrder,
    PerProfession,
    Rule,
    Score,
    Within,
    badges_in,
    subrules,
    walk,
)
from ipe_workbench.credentials.shortened import shortened
from ipe_workbench.credentials.truth import Truth, written
from ipe_workbench.credentials.witness import witness

__all__ = ["Simplified", "simplify"]

#: What simplifying one rule may take, in the solver's own measure, of which 1 is one to five seconds.
_EFFORT = 2.0


@dataclass(frozen=True)
class Simplified:
    """A rule in fewer words.

    Parameters
    ----------
    rule : Rule
        It is completed by the same facts on the same day.
    complete : bool
        Whether no part of a list in it follows from the others, proven; ``False`` where the limit was passed before
        every part was looked at, so that the rule is right, but perhaps longer than it need be.
    """

    rule: Rule
    complete: bool


@dataclass
class _Search:
    """What was asked and answered so far, and what is left of the limit."""

    left: float
    complete: bool = True
    answers: dict[tuple[str, str], bool] = field(default_factory=dict)

    def follows(self, one: Rule, other: Rule) -> bool:
        """Whether whoever satisfies one rule satisfies the other; ``False`` where the limit is passed."""
        key = (written(one), written(other))
        if key not in self.answers:
            self.answers[key] = not self._seen_apart(one, other) and self._proven(one, other)
        return self.answers[key]

    def _seen_apart(self, one: Rule, other: Rule) -> bool:
        """Whether the learner who did all that one rule speaks of, on one day, has not satisfied the other."""
        for profession in professions_told_apart(one, other):
            facts = _everything(one, profession)
            if completed(one, facts) is not None and completed(other, facts) is None:
                return True
        return False

    def _proven(self, one: Rule, other: Rule) -> bool:
        found = witness(one, other, effort=self.left)
        self.left = max(0.0, self.left - found.effort)
        self.complete = self.complete and found.decided
        return found.decided and found.facts is None


def simplify(rule: Rule, *, effort: float = _EFFORT) -> Simplified:
    """The rule without what changes nothing: completed by the same facts, on the same day.

    Nested lists are opened, parts of a list that follow from its other parts left out, and counts, caps, windows and
    branches that make no difference with them. Progress may be counted another way.

    Parameters
    ----------
    rule : Rule
        A rule of any kind and size.
    effort : float
        The limit of what the search may take in all, in the solver's own measure of time, of which 1 is one to five
        seconds; so the answer is the same on every machine.

    Returns
    -------
    Simplified

    Notes
    -----
    What follows is decided by truth tables for short lists of badges, scores and approvals, else by `witness`.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import describe, parse_rule
    >>> two = {"at_least": {"count": 2, "of": ["d", "e"]}}
    >>> rule = parse_rule({"all": ["a", {"all": ["b", {"any": ["a", "c"]}]}, two]})
    >>> print(describe(simplify(rule).rule))
    all of: a, b, d and e
    >>> windows = [{"within": {"months": months, "rule": {"all": ["a", "b"]}}} for months in (12, 6)]
    >>> found = simplify(parse_rule({"all": windows}))
    >>> print(describe(found.rule), found.complete)
    within 6 months: all of: a and b True
    """
    search = _Search(effort)
    while True:
        rule = shortened(rule)
        fewer = _fewer(rule, search)
        if fewer == rule:
            return Simplified(rule, search.complete)
        rule = fewer


def _fewer(rule: Rule, search: _Search) -> Rule:
    parts = [_fewer(part, search) for part in subrules(rule)]
    match rule:
        case AllOf() | AnyOf() if not _decided_by_tables(parts):
            return with_parts(rule, _needed(rule, parts, search))
        case _:
            return with_parts(rule, parts)


def _needed(rule: AllOf | AnyOf, parts: Sequence[Rule], search: _Search) -> list[Rule]:
    """The parts without those that follow from the others, the last of them first."""
    kept = list(parts)
    for part in reversed(parts):
        others = [one for one in kept if one is not part]
        if not others:
            break
        rest = with_parts(rule, others)
        if search.follows(rest, part) if isinstance(rule, AllOf) else search.follows(part, rest):
            kept = others
    return kept


def _decided_by_tables(parts: Sequence[Rule]) -> bool:
    """Whether `shortened` has left out all that follows."""
    of_time = (Hours, InOrder, PerProfession, Within)
    return not any(isinstance(one, of_time) for part in parts for one in walk(part)) and Truth(parts).fits


def _everything(rule: Rule, profession: str | None) -> Facts:
    """A learner who did all that a rule speaks of, on one day."""
    enough = max((part.hours.min for part in walk(rule) if isinstance(part, Hours)), default=0.0)
    day = datetime.date.min

    def activities() -> Iterator[str]:
        for part in walk(rule):
            if isinstance(part, Hours):
                yield from part.hours.of

    return Facts(
        profession,
        awards=tuple(Award(badge, day) for badge in badges_in(rule)),
        scores=tuple(
            ScoreReached(part.score.assessment, part.score.min, day) for part in walk(rule) if isinstance(part, Score)
        ),
        hours=tuple(HoursRecorded(name, enough, day) for name in dict.fromkeys(activities())),
        approvals=tuple(ApprovalGiven(part.approval.role, day) for part in walk(rule) if isinstance(part, Approval)),
    )
