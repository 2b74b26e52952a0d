"""Whether two rules mean the same; where they do not, a learner whom they treat differently."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.evaluate_many import evaluate_many
from ipe_workbench.credentials.facts import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached, add_months
from ipe_workbench.credentials.rules import (
    AllOf,
    Approval,
    AtLeast,
    Choice,
    Hours,
    PerProfession,
    Rule,
    Score,
    Within,
    badges_in,
    walk,
)
from ipe_workbench.credentials.simplify import as_met, is_impossible, simplify
from ipe_workbench.credentials.truth import Truth, written

__all__ = ["Equivalence", "equivalent"]

_FIRST = datetime.date(2026, 1, 1)
_LAST = datetime.date(2100, 1, 1)
#: What nobody can do.
_NEVER = AtLeast(at_least=Choice(count=2, of=(AllOf(all=()),)))
_TRIES = 2000


@dataclass(frozen=True)
class Equivalence:
    """Whether two rules are satisfied by the same facts.

    Parameters
    ----------
    same : bool or None
        ``True`` is proven, ``False`` is shown by `counterexample`; ``None`` is undecided: nothing was found that tells
        them apart, and no proof either.
    counterexample : Facts or None
        A learner who satisfies one of the rules on `day` and not the other.
    day : datetime.date
        A day on which the two differ for that learner, none of whose awards expire.
    """

    same: bool | None
    counterexample: Facts | None = None
    day: datetime.date = _LAST

    def __bool__(self) -> bool:
        return self.same is True


def equivalent(rule: Rule, other: Rule) -> Equivalence:
    """Whether two rules are satisfied by the same facts: whatever a learner holds, on any days, in any profession.

    Notes
    -----
    Decided for each profession that the rules name, and for one that they do not. Both rules are simplified; then truth
    tables over badges, scores and approvals decide (up to 16 of them). That is exact for rules without hours, order
    and time windows, which the tables take as they are written: where the tables agree, the rules are the same. Where
    they do not, or are too large, 2,000 made-up learners with dates around the lengths of the windows are tried,
    always the same ones; if none of them tells the rules apart, the answer is undecided. A counterexample was always
    checked with `evaluate`.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> one = parse_rule({"all": [{"any": ["a", "b"]}, {"any": ["a", "c"]}]})
    >>> equivalent(one, parse_rule({"any": ["a", {"all": ["b", "c"]}]})).same
    True
    >>> found = equivalent(one, parse_rule("a"))
    >>> found.same, [award.badge for award in found.counterexample.awards]
    (False, ['b', 'c'])
    """
    parts = [part for either in (rule, other) for part in walk(either) if isinstance(part, PerProfession)]
    names = dict.fromkeys(name for part in parts for name in part.per_profession if name != "default")
    decided = True
    for profession in (None, *names):
        one, two = (simplify(as_met(either, profession, _NEVER)) for either in (rule, other))
        if written(one) == written(two) or (is_impossible(one) and is_impossible(two)) or _proven(one, two):
            continue
        for facts in _tried(one, two, profession):
            if (completed_on(one, facts, on=_LAST) is None) != (completed_on(two, facts, on=_LAST) is None):
                return Equivalence(False, facts)
        decided = False
    return Equivalence(True if decided else None)


def _proven(one: Rule, two: Rule) -> bool:
    truth = Truth((one, two))
    return truth.fits and truth.worlds & (truth.of(one) ^ truth.of(two)) == 0


def _tried(one: Rule, two: Rule, profession: str | None) -> Iterator[Facts]:
    """Learners who may tell the rules apart: of the worlds of the truth tables, then made-up ones."""
    truth = Truth((one, two))
    if truth.fits:
        for apart in (truth.of(one) & ~truth.of(two), truth.of(two) & ~truth.of(one)):
            # The world with the fewest things in it is not looked for; the first one will do.
            if apart & truth.worlds:
                yield _facts(truth.true_in(apart & truth.worlds), profession)
    made = [_made(one, two, profession, random.Random(seed)) for seed in range(_TRIES)]  # noqa: S311 - no secret
    named = {str(at): facts for at, facts in enumerate(made)}
    first, second = (evaluate_many(rule, named, on=_LAST).satisfied for rule in (one, two))
    yield from (facts for facts, a, b in zip(made, first, second, strict=True) if a != b)


def _facts(rules: Sequence[Rule], profession: str | None) -> Facts:
    return Facts(
        profession=profession,
        awards=tuple(Award(one, _FIRST) for rule in rules if not isinstance(rule, Hours) for one in badges_in(rule)),
        scores=tuple(ScoreReached(r.score.assessment, r.score.min, _FIRST) for r in rules if isinstance(r, Score)),
        hours=tuple(HoursRecorded(r.hours.of[0], r.hours.min, _FIRST) for r in rules if isinstance(r, Hours)),
        approvals=tuple(ApprovalGiven(r.approval.role, _FIRST) for r in rules if isinstance(r, Approval)),
    )


def _made(one: Rule, two: Rule, profession: str | None, chance: random.Random) -> Facts:
    parts = [*walk(one), *walk(two)]
    months = {part.within.months for part in parts if isinstance(part, Within)}
    days = [_FIRST + datetime.timedelta(days=at) for at in range(3)]
    days += [add_months(day, number) for number in months for day in days]
    days += [add_months(day, number) for number in months for day in days[-3:]]
    often = chance.choice((0.3, 0.6, 0.9))
    hours = [part.hours for part in parts if isinstance(part, Hours)]

    def some(things: Iterator[str] | Sequence[str]) -> list[str]:
        return [
            one for one in dict.fromkeys(things) for _ in range(chance.choice((1, 1, 2))) if chance.random() < often
        ]

    amounts = [share * each.min for each in hours for share in (1, 0.5, 0.25)] or [0.0]
    scores = [(part.score.assessment, part.score.min) for part in parts if isinstance(part, Score)]
    roles = [part.approval.role for part in parts if isinstance(part, Approval)]
    badges = [*badges_in(one), *badges_in(two)]
    return Facts(
        profession=profession,
        awards=tuple(Award(badge, chance.choice(days), hours=chance.choice(amounts)) for badge in some(badges)),
        scores=tuple(ScoreReached(*score, chance.choice(days)) for score in scores if chance.random() < often),
        hours=tuple(
            HoursRecorded(name, chance.choice(amounts), chance.choice(days))
            for name in some([name for each in hours for name in each.of])
        ),
        approvals=tuple(ApprovalGiven(role, chance.choice(days)) for role in some(roles)),
    )
