"""How few badges a learner lacks to a stack, looked for among small sets only, so that a whole cohort can be asked."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import Award, Facts, add_months
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    Approval,
    AtLeast,
    Badge,
    Hours,
    InOrder,
    PerProfession,
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
)
from ipe_workbench.pathways.comparison.standing import Standing

__all__ = ["badges_lacking"]

Sets = tuple[frozenset[str], ...]
_NOTHING: Sets = (frozenset(),)


def badges_lacking(programme: Programme, stack: str, standing: Standing, on: datetime.date, most: int) -> int | None:
    """The least number of badges that a learner has to earn on a day to complete a stack.

    Parameters
    ----------
    programme : Programme
        Retired credentials, and those that the learner's profession may not earn, cannot be earned.
    stack : str
        Id of the stack.
    standing : Standing
        What the learner holds under this design.
    on : datetime.date
        The day.
    most : int
        Sets of more badges are not looked for.

    Returns
    -------
    int or None
        ``None`` when more than `most` badges are lacking, or no badges would do. Prerequisites that have to be earned
        first are counted; stacks on the way are not, and neither are scores and approvals that are not known.

    Notes
    -----
    Exact: it keeps the minimal sets of at most `most` badges that complete each part. That is polynomial in the number
    of credentials for a fixed `most`, and quick for two or three.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.pathways.comparison.standing import standing_of
    >>> programme, day = example_programme(), datetime.date(2027, 12, 1)
    >>> held = Facts.holding(["values-foundations", "speaking-up", "shared-decisions"], on=day, profession="nursing")
    >>> badges_lacking(programme, "values-and-ethics-certificate", standing_of(programme, held, on=day), day, most=4)
    3
    """
    search = _Search(programme, standing, on, most)
    found = search.sets(programme.stacks[stack].rule, standing.facts)
    return min(map(len, found), default=None)


class _Search:
    """Minimal sets of badges for one learner under one design; a set that is too large is dropped at once."""

    def __init__(self, programme: Programme, standing: Standing, on: datetime.date, most: int) -> None:
        self.programme, self.on, self.most = programme, on, most
        self.held = standing
        self.visiting: set[str] = set()

    def sets(self, rule: Rule, facts: Facts) -> Sets:
        """The minimal sets that complete the rule when `facts` are all that counts for it."""
        if completed_on(rule, facts, on=self.on) is not None:
            return _NOTHING
        match rule:
            case Badge(badge=one):
                return self._badge(one)
            case AllOf(all=parts):
                return self._several(parts, len(parts), facts)
            case AnyOf(any=parts):
                return self._several(parts, 1, facts)
            case AtLeast():
                return self._several(rule.at_least.of, rule.at_least.count, facts)
            case Points():
                return self._adding_up(rule, [item.badge for item in rule.points.from_], facts)
            case Hours():
                return self._adding_up(rule, rule.hours.of, facts)
            case Score():
                held = rule.score.assessment in {award.badge for award in facts.awards}
                return _NOTHING if held else self._badge(rule.score.assessment)
            case Approval():
                return _NOTHING
            case InOrder(in_order=steps):
                return self._in_order(steps, facts)
            case Within():
                return self.sets(rule.within.rule, self._last_window(rule.within.months, facts))
            case PerProfession():
                branch = rule.per_profession.get(facts.profession or "", rule.per_profession.get("default"))
                return () if branch is None else self.sets(branch, facts)
            case Shortcut():
                return self._minimal((*self._badge(rule.shortcut.badge), *self.sets(rule.shortcut.otherwise, facts)))

    def _badge(self, reference: str) -> Sets:
        """What has to be earned for a badge that is not held, or not in the window that counts."""
        if reference in self.visiting:
            return ()
        self.visiting.add(reference)
        try:
            if reference in self.programme.stacks:
                # A stack that was completed before is not completed again.
                done = reference in self.held.completed
                return () if done else self.sets(self.programme.stacks[reference].rule, self.held.facts)
            credential = self.programme.credentials.get(reference)
            only = credential.professions if credential is not None else ()
            profession = self.held.facts.profession
            if credential is None or credential.status == "retired" or (only and profession not in only):
                return ()
            before = _NOTHING if credential.requires is None else self.sets(credential.requires, self.held.facts)
            return self._minimal(one | {reference} for one in before)
        finally:
            self.visiting.discard(reference)

    def _several(self, parts: Iterable[Rule], count: int, facts: Facts) -> Sets:
        """`count` of the parts: the sets for 0, 1, ... of them, grown part by part."""
        grown: list[Sets] = [_NOTHING, *[()] * count]
        for part in parts:
            options = self.sets(part, facts)
            for done in range(count, 0, -1):
                if grown[done - 1] and options:
                    joined = (one | other for one in grown[done - 1] for other in options)
                    grown[done] = self._minimal((*grown[done], *joined))
        return grown[count]

    def _adding_up(self, rule: Points | Hours, badges: Iterable[str], facts: Facts) -> Sets:
        """Sets of badges whose points or hours reach the mark together with those that are held."""
        held: dict[str, float] = {}
        for award in facts.awards:
            held[award.badge] = max(award.hours, held.get(award.badge, 0.0))
        # A badge that was awarded with fewer hours than the design gives now is worth earning again, for its hours.
        options = {
            one: self._badge(one)
            for one in dict.fromkeys(badges)
            if one not in held or (isinstance(rule, Hours) and held[one] < self._award(one).hours)
        }
        open_ones = [one for one, sets in options.items() if sets]
        found: list[frozenset[str]] = []
        for size in range(1, self.most + 1):
            for chosen in combinations(open_ones, size):
                awards = tuple(self._award(one) for one in chosen)
                more = replace(facts, awards=(*facts.awards, *awards))
                if completed_on(rule, more, on=self.on) is None:
                    continue
                joined: Sets = _NOTHING
                for one in chosen:
                    joined = self._minimal(a | b for a in joined for b in options[one])
                found.extend(joined)
        return self._minimal(found)

    def _award(self, reference: str) -> Award:
        credential = self.programme.credentials.get(reference)
        return Award(reference, self.on, hours=credential.hours if credential is not None else 0.0)

    def _in_order(self, steps: tuple[Rule, ...], facts: Facts) -> Sets:
        """Steps that are done stay done; what counts for a step after an open one is earned on the day itself."""
        day = datetime.date.min
        found: Sets = _NOTHING
        for step in steps:
            facts = facts.between(day, datetime.date.max)
            done = completed_on(step, facts, on=self.on)
            options = _NOTHING if done is not None else self.sets(step, facts)
            found = self._minimal(one | other for one in found for other in options)
            day = max(day, self.on if done is None else done)
        return found

    def _last_window(self, months: int, facts: Facts) -> Facts:
        """The facts of the longest window that still holds the day."""
        first = next((day for day in facts.dates() if add_months(day, months) >= self.on), self.on)
        return facts.between(first, self.on)

    def _minimal(self, sets: Iterable[frozenset[str]]) -> Sets:
        kept: list[frozenset[str]] = []
        small = {one for one in sets if len(one) <= self.most}
        for one in sorted(small, key=_size_and_names):
            if not any(other <= one for other in kept):
                kept.append(one)
        return tuple(kept)


_size_and_names: Callable[[frozenset[str]], tuple[int, list[str]]] = lambda one: (len(one), sorted(one))  # noqa: E731
