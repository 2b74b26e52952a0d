"""Whether two rules mean the same; where they do not, a learner whom they treat differently."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.rules import Rule
from ipe_workbench.credentials.shortened import shortened
from ipe_workbench.credentials.truth import written
from ipe_workbench.credentials.witness import EFFORT, witness
from ipe_workbench.phrases import listed

__all__ = ["Equivalence", "equivalent"]


@dataclass(frozen=True)
class Equivalence:
    """Whether two rules are satisfied by the same facts; true as a condition when that is proven.

    Parameters
    ----------
    same : bool or None
        ``True`` is proven, ``False`` is shown by `counterexample`; ``None`` is undecided: the limit was passed before
        there was a proof or a learner who tells them apart.
    counterexample : Facts or None
        A learner who satisfies one of the rules and not the other, with nothing that could be left out.
    satisfies : "first", "second" or None
        Which of the two that learner satisfies.
    """

    same: bool | None
    counterexample: Facts | None = None
    satisfies: Literal["first", "second"] | None = None

    def __bool__(self) -> bool:
        return self.same is True

    @property
    def day(self) -> datetime.date:
        """A day on which the two differ: the last one of the counterexample."""
        dates = self.counterexample.dates() if self.counterexample is not None else ()
        return dates[-1] if dates else datetime.date.min

    def who(self, title: Callable[[str], str] = str) -> str:
        """The counterexample in words, as the end of "a learner ..."; empty where there is none.

        Examples
        --------
        >>> from ipe_workbench.credentials.rules import parse_rule
        >>> equivalent(parse_rule({"any": ["a", "b"]}), parse_rule("a")).who()
        'who has b and nothing else'
        """
        return "" if self.counterexample is None else _in_words(self.counterexample, title)


def equivalent(rule: Rule, other: Rule, *, effort: float = EFFORT) -> Equivalence:
    """Whether two rules are satisfied by the same facts: whatever a learner holds, on any days, in any profession.

    Parameters
    ----------
    rule, other : Rule
        The two rules.
    effort : float
        The limit of what the search in each of the two directions may take, in the solver's own measure of time, of
        which 1 is one to five seconds; so the answer is the same on every machine.

    Returns
    -------
    Equivalence

    Notes
    -----
    Rules that say the same words in another order are the same. For others a learner is looked for who satisfies one
    and not the other (`witness`); when there is proven to be none in either direction, the rules are the same.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> one = parse_rule({"all": [{"any": ["a", "b"]}, {"any": ["a", "c"]}]})
    >>> equivalent(one, parse_rule({"any": ["a", {"all": ["b", "c"]}]})).same
    True
    >>> found = equivalent(one, parse_rule("a"))
    >>> found.same, [award.badge for award in found.counterexample.awards], found.satisfies
    (False, ['b', 'c'], 'first')
    """
    one, two = shortened(rule), shortened(other)
    if written(one) == written(two):
        return Equivalence(True)
    there = witness(one, two, effort=effort)
    if there.facts is not None:
        return Equivalence(False, there.facts, "first")
    back = witness(two, one, effort=effort)
    if back.facts is not None:
        return Equivalence(False, back.facts, "second")
    return Equivalence(True if there.decided and back.decided else None)


def _in_words(facts: Facts, title: Callable[[str], str]) -> str:
    dated = len(facts.dates()) > 1

    def when(on: datetime.date) -> str:
        return f" on {on}" if dated else ""

    said = [
        f"{title(one.badge)}{f' ({one.hours:g} hours)' if one.hours else ''}{when(one.on)}"
        for one in sorted(facts.awards, key=lambda each: each.on)
    ]
    said += [f"a score of {one.score:.0%} in {title(one.assessment)}{when(one.on)}" for one in facts.scores]
    said += [f"{one.hours:g} hours recorded in {title(one.activity)}{when(one.on)}" for one in facts.hours]
    said += [f"approval by the {one.role.replace('-', ' ')}{when(one.on)}" for one in facts.approvals]
    who = f"of {title(facts.profession)} " if facts.profession else ""
    return f"{who}who has {listed(said)} and nothing else" if said else f"{who}who has nothing"
