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
from collections.abc import Callable
from dataclasses import dataclass

from ipe_workbench.credentials.branches import as_met
from ipe_workbench.credentials.completion import completed, hours_held, points_held, steps_done, windows_of
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.open_parts import OpenPart, open_parts
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
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
    badges_in,
    branch_for,
    describe,
)
from ipe_workbench.credentials.shortened import shortened
from ipe_workbench.phrases import counted

__all__ = ["Evaluation", "completed_on", "evaluate", "explain", "missing", "progress"]


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
    missing : tuple of OpenPart
        What is still to do, each reduced to what is open; empty when satisfied.
    why : tuple of str
        A sentence for each satisfied or open part, in the order of the rule.
    """

    satisfied: bool
    progress: float
    completed_on: datetime.date | None
    missing: tuple[OpenPart, ...]
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
    Still to do: handover or conflict.
    """
    known = facts.known_on(on)
    done = completed(rule, known)
    parts = open_parts(rule, known, on)
    return Evaluation(
        satisfied=done is not None,
        progress=_progress(rule, known),
        completed_on=done,
        missing=parts,
        why=(*_done(rule, known, title), *(_still(one, known, title) for one in parts)),
    )


def completed_on(rule: Rule, facts: Facts, *, on: datetime.date) -> datetime.date | None:
    """The earliest day by which what is held on `on` satisfies the rule; ``None`` when it does not."""
    return completed(rule, facts.known_on(on))


def progress(rule: Rule, facts: Facts, *, on: datetime.date) -> float:
    """How far along the learner is, in [0, 1]; see `evaluate`.

    Examples
    --------
    >>> from ipe_workbench.credentials import Award, parse_rule
    >>> held = Facts(awards=[Award("huddles", datetime.date(2026, 10, 1))])
    >>> progress(parse_rule({"all": ["huddles", "rounds"]}), held, on=datetime.date(2027, 1, 1))
    0.5
    """
    return _progress(rule, facts.known_on(on))


def missing(rule: Rule, facts: Facts, *, on: datetime.date) -> tuple[OpenPart, ...]:
    """What is still to do, each part reduced to what is open.

    Whoever does all of it today completes the rule; none of it is done, and nothing in it could be left out. See
    `OpenPart` for what counts toward each part.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> rule = parse_rule({"at_least": {"count": 2, "of": ["a", "b", "c"]}})
    >>> for part in missing(rule, Facts.holding(["a"]), on=datetime.date(2026, 12, 1)):
    ...     print(describe(part.rule))
    one of: b or c
    """
    return open_parts(rule, facts.known_on(on), on)


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
    # Nobody is told 100 % before all is done.
    return " ".join((f"Not complete yet ({math.floor(100 * answer.progress + 1e-9)} %).", *answer.why))


def _progress(rule: Rule, facts: Facts) -> float:
    if completed(rule, facts) is not None:
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
            return points_held(rule, facts) / rule.points.min
        case Hours():
            return hours_held(rule, facts) / rule.hours.min
        case Score():
            scores = (s.score for s in facts.scores if s.assessment == rule.score.assessment)
            return max(scores, default=0.0) / rule.score.min
        case InOrder(in_order=steps):
            done, _, rest = steps_done(steps, facts)
            return (done + _progress(steps[done], rest)) / len(steps)
        case Within():
            return max(_progress(rule.within.rule, part) for part in windows_of(rule, facts))
        case PerProfession():
            branch = branch_for(rule, facts.profession)
            return 0.0 if branch is None else _progress(branch, facts)
        case Shortcut():
            return _progress(rule.shortcut.otherwise, facts)
        case _:
            return 0.0


def _done(rule: Rule, facts: Facts, title: Callable[[str], str]) -> tuple[str, ...]:
    """A sentence for each part that is done."""
    match rule:
        case AllOf(all=parts):
            return tuple(dict.fromkeys(sentence for part in parts for sentence in _done(part, facts, title)))
        case InOrder(in_order=steps) if completed(rule, facts) is None:
            return tuple(
                sentence for step in steps[: steps_done(steps, facts)[0]] for sentence in _done(step, facts, title)
            )
        case PerProfession():
            branch = branch_for(rule, facts.profession)
            return () if branch is None else _done(branch, facts, title)
        case _:
            day = completed(rule, facts)
            when = "" if day in (None, datetime.date.min) else f" ({day})"
            return () if day is None else (f"Done: {_in_short(rule, title, facts.profession)}{when}.",)


def _still(part: OpenPart, facts: Facts, title: Callable[[str], str]) -> str:
    """A sentence for one open part."""
    rule = part.rule
    counting = facts.between(part.since, datetime.date.max)
    match rule:
        case PerProfession():
            who = facts.profession or "a learner without a profession"
            return f"Not possible: the rule has no branch for {who} and no default."
        case AtLeast() if rule.at_least.count > len(rule.at_least.of):
            count, of = rule.at_least.count, rule.at_least.of
            words = _in_short(AnyOf(any=of), title, facts.profession)
            return f"Not possible: it asks for {count} of a list of {len(of)}: {words.removeprefix('one of: ')}."
        case Points() if points_held(rule, Facts.holding(item.badge for item in rule.points.from_)) < rule.points.min:
            return f"Not possible: it asks for {describe(rule, title)}, and there are not so many."
        case Points():
            have = points_held(rule, counting)
            now = f" (now {have:g} of {rule.points.min:g})" if have else ""
            words = describe(rule, title).split(" from: ", 1)[1]
            text = f"{counted(rule.points.min - have, 'more point')}{now} from: {words}"
        case Hours():
            have = hours_held(rule, counting)
            words = " or ".join(title(one) for one in rule.hours.of)
            text = f"{counted(rule.hours.min - have, 'more hour')} (now {have:g} of {rule.hours.min:g}) in {words}"
        case Score():
            best = max((one.score for one in counting.scores if one.assessment == rule.score.assessment), default=None)
            text = describe(rule, title) + ("" if best is None else f" (best so far: {best:.0%})")
        case _:
            text = _in_short(rule, title, facts.profession)
    by = f", by {part.by}" if part.by else ""
    again = any(award.badge in badges_in(rule) and award.on < part.since for award in facts.awards)
    return f"Still to do: {text}{by}{f' (what was earned before {part.since} does not count here)' if again else ''}."


def _in_short(rule: Rule, title: Callable[[str], str], profession: str | None) -> str:
    """The rule as this learner meets it, in as few words as it takes."""
    rule = rule if isinstance(rule, Badge) else shortened(as_met(rule, profession))
    text = describe(rule, title)
    match rule:
        case AtLeast():
            return text.removeprefix("at least ").replace(" of: ", " of ", 1)
        case AnyOf(any=parts) if all(isinstance(part, Badge) for part in parts):
            return text.removeprefix("one of: ")
        case _:
            return text
