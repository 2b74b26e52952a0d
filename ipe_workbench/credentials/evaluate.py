"""Is a rule satisfied? How far along, what is missing, and why.

One idea gives all the answers: a rule *completes* on the earliest day by which the learner's facts satisfy it. What a
learner holds on the day of the question (not yet awarded and expired badges aside) is looked at; `in_order` looks, for
each step, only at what dates from the completion of the step before; `within` only at what lies inside one window.
From this follow the laws that the tests check: holding more never undoes a completed rule, progress is 1 exactly when
the rule is satisfied, and the order of operands matters only in `in_order`.
"""

from __future__ import annotations

import datetime
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ipe_workbench.credentials.facts import Facts, add_months
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    Approval,
    AtLeast,
    Badge,
    Hours,
    InOrder,
    PerProfession,
    PointItem,
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
    branch_for,
    describe,
)

__all__ = ["Evaluation", "completed_on", "evaluate", "explain", "missing", "progress"]

#: Sums of points and hours may differ by this much from their mark: 0.1 + 0.7 reaches 0.8.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Evaluation:
    """The answer to one rule for one learner on one day.

    Parameters
    ----------
    satisfied : bool
        Whether the rule is satisfied.
    progress : float
        How far along, in [0, 1]; 1 exactly when satisfied.
    completed_on : datetime.date or None
        The earliest day by which what is held satisfies the rule.
    missing : tuple of Rule
        What is still to do, each reduced to its open part; empty when satisfied.
    why : tuple of str
        A sentence for each satisfied or open part, in the order of the rule.
    """

    satisfied: bool
    progress: float
    completed_on: datetime.date | None
    missing: tuple[Rule, ...]
    why: tuple[str, ...]


def evaluate(rule: Rule, facts: Facts, *, on: datetime.date, title: Callable[[str], str] = str) -> Evaluation:
    r"""Evaluate a rule for a learner on a day.

    Parameters
    ----------
    rule : Rule
        What has to be satisfied.
    facts : Facts
        What is known of the learner; entries after `on` and awards expired by then do not count.
    on : datetime.date
        The day of the question.
    title : callable, optional
        Turns an id into the words to show in `why`.

    Returns
    -------
    Evaluation

    Notes
    -----
    Linear in the size of the rule times the facts, except `within`, which tries a window at each date of the facts.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> day = datetime.date(2026, 12, 1)
    >>> rule = parse_rule({"all": ["roles", {"at_least": {"count": 2, "of": ["huddles", "handover", "conflict"]}}]})
    >>> answer = evaluate(rule, Facts.holding(["roles", "huddles"], on=datetime.date(2026, 10, 1)), on=day)
    >>> answer.satisfied, answer.progress
    (False, 0.75)
    >>> print(*answer.why, sep="\n")
    Done: roles (2026-10-01).
    Still to do: 1 of handover or conflict.
    """
    known = facts.known_on(on)
    done = _completed(rule, known)
    return Evaluation(
        satisfied=done is not None,
        progress=_progress(rule, known),
        completed_on=done,
        missing=_open_parts(rule, known),
        why=_why(rule, known, title),
    )


def completed_on(rule: Rule, facts: Facts, *, on: datetime.date) -> datetime.date | None:
    """The earliest day by which what is held on `on` satisfies the rule; ``None`` when it does not."""
    return _completed(rule, facts.known_on(on))


def progress(rule: Rule, facts: Facts, *, on: datetime.date) -> float:
    """How far along the learner is, in [0, 1]; see `evaluate`."""
    return _progress(rule, facts.known_on(on))


def missing(rule: Rule, facts: Facts, *, on: datetime.date) -> tuple[Rule, ...]:
    """What is still to do, each part reduced to what is open; see `evaluate`.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> rule = parse_rule({"at_least": {"count": 2, "of": ["a", "b", "c"]}})
    >>> for part in missing(rule, Facts.holding(["a"]), on=datetime.date(2026, 12, 1)):
    ...     print(describe(part))
    at least 1 of: b or c
    """
    return _open_parts(rule, facts.known_on(on))


def explain(rule: Rule, facts: Facts, *, on: datetime.date, title: Callable[[str], str] = str) -> str:
    """The answer as one paragraph for the learner.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> explain(parse_rule("roles"), Facts(), on=datetime.date(2026, 12, 1))
    'Not complete yet (0 %). Still to do: roles.'
    """
    answer = evaluate(rule, facts, on=on, title=title)
    if answer.completed_on is not None:
        when = "" if answer.completed_on == datetime.date.min else f" since {answer.completed_on.isoformat()}"
        return " ".join((f"Complete{when}.", *answer.why))
    return " ".join((f"Not complete yet ({answer.progress:.0%})".replace("%", " %") + ".", *answer.why))


def _completed(rule: Rule, facts: Facts) -> datetime.date | None:
    """The earliest day by which the facts satisfy the rule; `date.min` where nothing dated is asked for."""
    match rule:
        case Badge(badge=wanted):
            return min((a.on for a in facts.awards if a.badge == wanted), default=None)
        case AllOf(all=parts):
            return _kth(parts, facts, len(parts))
        case AnyOf(any=parts):
            return _kth(parts, facts, 1)
        case AtLeast():
            return _kth(rule.at_least.of, facts, rule.at_least.count)
        case Points():
            return _first_day(facts, lambda known: _points(rule, known) >= rule.points.min - ROUNDING)
        case Hours():
            return _first_day(facts, lambda known: _hours(rule, known) >= rule.hours.min - ROUNDING)
        case Score():
            least = rule.score
            passed = (s.on for s in facts.scores if s.assessment == least.assessment and s.score >= least.min)
            return min(passed, default=None)
        case Approval():
            return min((a.on for a in facts.approvals if a.role == rule.approval.role), default=None)
        case InOrder(in_order=steps):
            return _steps_done(steps, facts)[1]
        case Within():
            windows = (_completed(rule.within.rule, part) for part in _windows(rule, facts))
            return min((day for day in windows if day is not None), default=None)
        case PerProfession():
            branch = branch_for(rule, facts.profession)
            return None if branch is None else _completed(branch, facts)
        case Shortcut():
            return _kth((Badge(badge=rule.shortcut.badge), rule.shortcut.otherwise), facts, 1)


def _kth(parts: tuple[Rule, ...], facts: Facts, count: int) -> datetime.date | None:
    """The day on which the `count`-th of the parts completes."""
    if count == 0:
        return datetime.date.min
    days = sorted(day for day in (_completed(part, facts) for part in parts) if day is not None)
    return days[count - 1] if len(days) >= count else None


def _first_day(facts: Facts, reached: Callable[[Facts], bool]) -> datetime.date | None:
    """The first day on which a quantity that only grows has reached its mark."""
    if not reached(facts):
        return None
    days = facts.dates()
    first = bisect_left(days, True, key=lambda day: reached(facts.between(datetime.date.min, day)))
    return days[first] if first < len(days) else datetime.date.min


def _steps_done(steps: tuple[Rule, ...], facts: Facts) -> tuple[int, datetime.date | None, Facts]:
    """Steps completed in order; the day of the last one if all are; and the facts that the next step may use."""
    day = datetime.date.min
    for index, step in enumerate(steps):
        facts = facts.between(day, datetime.date.max)
        done = _completed(step, facts)
        if done is None:
            return index, None, facts
        day = max(day, done)
    return len(steps), day, facts


def _windows(rule: Within, facts: Facts) -> tuple[Facts, ...]:
    """The facts inside each window that begins at a fact; one empty window when there is no fact at all."""
    months = rule.within.months
    starts = facts.dates()
    return tuple(facts.between(day, add_months(day, months)) for day in starts) or (facts,)


def _points(rule: Points, facts: Facts) -> float:
    held = {award.badge for award in facts.awards}
    counted: Counter[str] = Counter()
    total = 0.0
    for item in _best_first(rule):
        if item.badge not in held:
            continue
        if item.kind is not None and item.kind in rule.points.cap:
            if counted[item.kind] >= rule.points.cap[item.kind]:
                continue
            counted[item.kind] += 1
        total += item.points
    return total


def _best_first(rule: Points) -> list[PointItem]:
    return sorted(rule.points.from_, key=lambda item: -item.points)


def _hours(rule: Hours, facts: Facts) -> float:
    """Hours of the named badges, each badge once however often it was awarded, and of the named activities."""
    wanted = set(rule.hours.of)
    awarded: dict[str, float] = {}
    for award in facts.awards:
        if award.badge in wanted:
            awarded[award.badge] = max(award.hours, awarded.get(award.badge, 0.0))
    return sum(awarded.values()) + sum(h.hours for h in facts.hours if h.activity in wanted)


def _progress(rule: Rule, facts: Facts) -> float:
    if _completed(rule, facts) is not None:
        return 1.0
    match rule:
        case AllOf(all=parts):
            return math.fsum(_progress(part, facts) for part in parts) / len(parts)
        case AnyOf(any=parts):
            return max(_progress(part, facts) for part in parts)
        case AtLeast():
            count = rule.at_least.count
            best = sorted((_progress(part, facts) for part in rule.at_least.of), reverse=True)[:count]
            return math.fsum(best) / count
        case Points():
            return _points(rule, facts) / rule.points.min
        case Hours():
            return _hours(rule, facts) / rule.hours.min
        case Score():
            scores = (s.score for s in facts.scores if s.assessment == rule.score.assessment)
            return max(scores, default=0.0) / rule.score.min
        case InOrder(in_order=steps):
            done, _, rest = _steps_done(steps, facts)
            return (done + _progress(steps[done], rest)) / len(steps)
        case Within():
            return max(_progress(rule.within.rule, part) for part in _windows(rule, facts))
        case PerProfession():
            branch = branch_for(rule, facts.profession)
            return 0.0 if branch is None else _progress(branch, facts)
        case Shortcut():
            return _progress(rule.shortcut.otherwise, facts)
        case _:
            return 0.0


def _open_parts(rule: Rule, facts: Facts) -> tuple[Rule, ...]:
    """The open parts of a rule: those of `all` one by one, any other rule as its open remainder."""
    if _completed(rule, facts) is not None:
        return ()
    match rule:
        case AllOf(all=parts):
            return tuple(left for part in parts for left in _open_parts(part, facts))
        case AtLeast():
            left = tuple(part for part in rule.at_least.of if _completed(part, facts) is None)
            count = rule.at_least.count - (len(rule.at_least.of) - len(left))
            return (AtLeast.model_validate({"at_least": {"count": count, "of": left}}),) if left else (rule,)
        case InOrder(in_order=steps):
            done, _, rest = _steps_done(steps, facts)
            first = _open_parts(steps[done], rest)
            return first if done == len(steps) - 1 else (*first, InOrder(in_order=steps[done + 1 :]))
        case PerProfession():
            branch = branch_for(rule, facts.profession)
            return (rule,) if branch is None else _open_parts(branch, facts)
        case Shortcut():
            return _open_parts(rule.shortcut.otherwise, facts)
        case Within():
            best = max(_windows(rule, facts), key=lambda part: _progress(rule.within.rule, part))
            return tuple(
                Within.model_validate({"within": {"months": rule.within.months, "rule": left}})
                for left in _open_parts(rule.within.rule, best)
            )
        case _:
            return (rule,)


def _why(rule: Rule, facts: Facts, title: Callable[[str], str]) -> tuple[str, ...]:
    if isinstance(rule, AllOf):
        return tuple(sentence for part in rule.all for sentence in _why(part, facts, title))
    day = _completed(rule, facts)
    if day is not None:
        when = "" if day == datetime.date.min else f" ({day.isoformat()})"
        return (f"Done: {describe(rule, title)}{when}.",)
    match rule:
        case PerProfession() if branch_for(rule, facts.profession) is None:
            who = facts.profession or "a learner without a profession"
            return (f"Not possible: the rule has no branch for {who} and no default.",)
        case Points():
            have = _points(rule, facts)
            return (f"Still to do: {rule.points.min - have:g} more points (now {have:g} of {rule.points.min:g}).",)
        case Hours():
            have = _hours(rule, facts)
            return (f"Still to do: {rule.hours.min - have:g} more hours (now {have:g} of {rule.hours.min:g}).",)
        case _:
            return tuple(f"Still to do: {_in_short(part, title)}." for part in _open_parts(rule, facts))


def _in_short(rule: Rule, title: Callable[[str], str]) -> str:
    text = describe(rule, title)
    return text.removeprefix("at least ").replace(" of: ", " of ", 1) if isinstance(rule, AtLeast) else text
