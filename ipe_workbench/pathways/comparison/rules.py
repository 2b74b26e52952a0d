"""What changes between two rules, in a designer's words: "asks for 3 instead of 2 of: ..."."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

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
    badges_in,
    describe,
)
from ipe_workbench.pathways.comparison.written import canonical

__all__ = ["Pairing", "pair_up", "rule_changes"]

Title = Callable[[str], str]


@dataclass(frozen=True)
class Pairing:
    """Parts of two rules that belong together, in the order of the new one; and those that stand alone."""

    together: tuple[tuple[Rule, Rule], ...]
    removed: tuple[Rule, ...]
    added: tuple[Rule, ...]


def rule_changes(before: Rule, after: Rule, title: Title = str) -> tuple[str, ...]:
    """What changes, as phrases that begin with a verb; empty when only the order or the form of the text differs.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> old = parse_rule({"all": ["roles", {"at_least": {"count": 2, "of": ["a", "b", "c"]}}]})
    >>> new = parse_rule({"all": [{"at_least": {"count": 3, "of": ["a", "b", "c", "d"]}}, "values"]})
    >>> for phrase in rule_changes(old, new):
    ...     print(phrase)
    asks for values instead of roles
    asks for 3 instead of 2 of: a, b or c
    counts d, too, toward the 3 asked for
    >>> rule_changes(old, parse_rule({"all": [{"at_least": {"count": 2, "of": ["c", "b", "a"]}}, "roles"]}))
    ()
    """
    if canonical(before) == canonical(after):
        return ()
    whole = f"asks for {describe(after, title)} instead of {describe(before, title)}"
    return tuple(dict.fromkeys(_changes(before, after, title))) or (whole,)


def pair_up(before: Iterable[Rule], after: Iterable[Rule]) -> Pairing:
    """Which part became which: equal ones first, then those of one kind that share most badges.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> one, two = (parse_rule({"at_least": {"count": n, "of": ["a", "b", "c"]}}) for n in (1, 2))
    >>> pair_up([one, parse_rule("x")], [two]).removed
    (Badge(badge='x'),)
    """
    left, right = list(before), list(after)
    found: dict[int, Rule] = {}
    for index, part in enumerate(right):
        same = next((one for one in left if canonical(one) == canonical(part)), None)
        if same is not None:
            left.remove(same)
            found[index] = same
    alike = sorted(
        ((-score, i, j) for i, old in enumerate(left) for j, new in enumerate(right) if (score := _alike(old, new))),
    )
    used: set[int] = set()
    for _, i, j in alike:
        if i not in used and j not in found:
            used.add(i)
            found[j] = left[i]
    return Pairing(
        together=tuple((found[index], part) for index, part in enumerate(right) if index in found),
        removed=tuple(one for index, one in enumerate(left) if index not in used),
        added=tuple(part for index, part in enumerate(right) if index not in found),
    )


def _alike(old: Rule, new: Rule) -> float:
    """How much two parts look like one part before and after, 0 when they do not."""
    if isinstance(old, Badge) or isinstance(new, Badge):
        return 0.0
    mine, other = set(badges_in(old)), set(badges_in(new))
    shared = len(mine & other) / len(mine | other) if mine | other else 1.0
    kinds = type(old) is type(new) or (_choice(old) is not None and _choice(new) is not None)
    same_subject = isinstance(old, Score | Approval) and type(old) is type(new)
    return shared + kinds if kinds and (shared or same_subject) else shared if shared >= 0.5 else 0.0


def _changes(old: Rule, new: Rule, title: Title) -> Iterator[str]:
    if canonical(old) == canonical(new):
        return
    if isinstance(old, Within) or isinstance(new, Within):
        yield from _windows(old, new, title)
        return
    if isinstance(old, PerProfession) or isinstance(new, PerProfession):
        yield from _branches(old, new, title)
        return
    match old, new:
        case Points(), Points():
            yield from _points(old, new, title)
        case Hours(), Hours():
            yield from _hours(old, new, title)
        case (Score(), Score()) if old.score.assessment == new.score.assessment:
            yield (
                f"asks for a score of at least {new.score.min:.0%} instead of {old.score.min:.0%} "
                f"in {title(new.score.assessment)}"
            )
        case (Shortcut(), Shortcut()) if old.shortcut.badge == new.shortcut.badge:
            yield from _changes(old.shortcut.otherwise, new.shortcut.otherwise, title)
        case (InOrder(in_order=mine), InOrder(in_order=other)) if _same_parts(mine, other):
            yield f"sets another order: {describe(new, title).partition(': ')[2]}"
        case (InOrder(in_order=mine), InOrder(in_order=other)) if _step_by_step(mine, other):
            for before, after in zip(mine, other, strict=True):
                yield from _changes(before, after, title)
        case _ if _choice(old) is not None or _choice(new) is not None:
            yield from _choices(old, new, title)
        case _:
            yield f"asks for {describe(new, title)} instead of {describe(old, title)}"


def _same_parts(mine: tuple[Rule, ...], other: tuple[Rule, ...]) -> bool:
    return sorted(map(canonical, mine)) == sorted(map(canonical, other))


def _step_by_step(mine: tuple[Rule, ...], other: tuple[Rule, ...]) -> bool:
    """Whether each step is the same step as before, perhaps in another form."""
    pairs = zip(mine, other, strict=False)
    return len(mine) == len(other) and all(canonical(a) == canonical(b) or _alike(a, b) for a, b in pairs)


def _windows(old: Rule, new: Rule, title: Title) -> Iterator[str]:
    inside_old, inside_new = (one.within.rule if isinstance(one, Within) else one for one in (old, new))
    if isinstance(old, Within) and isinstance(new, Within):
        if old.within.months != new.within.months:
            yield f"takes what was earned within {new.within.months} instead of {old.within.months} months"
    elif isinstance(new, Within):
        yield f"takes only what was earned within {new.within.months} months"
    elif isinstance(old, Within):
        yield f"no longer asks that it be earned within {old.within.months} months"
    yield from _changes(inside_old, inside_new, title)


def _branches(old: Rule, new: Rule, title: Title) -> Iterator[str]:
    mine = _by_profession(old)
    other = _by_profession(new)
    for name in dict.fromkeys((*mine, *other)):
        before, after = (one.get(name, one.get("default")) for one in (mine, other))
        who = "for all other professions" if name == "default" else f"for {name}"
        if before is None or after is None:
            present = before if after is None else after
            if present is not None:
                word = "no longer has a way" if after is None else "has a way now"
                yield f"{who}, {word}: {describe(present, title)}"
            continue
        for phrase in _changes(before, after, title):
            yield f"{who}, {phrase}"


def _by_profession(rule: Rule) -> Mapping[str, Rule]:
    return rule.per_profession if isinstance(rule, PerProfession) else {"default": rule}


def _choice(rule: Rule) -> tuple[int, tuple[Rule, ...]] | None:
    """`all`, `any` and `at_least` alike: how many of which parts."""
    match rule:
        case AllOf(all=parts):
            return len(parts), parts
        case AnyOf(any=parts):
            return 1, parts
        case AtLeast():
            return rule.at_least.count, rule.at_least.of
        case _:
            return None


def _choices(old: Rule, new: Rule, title: Title) -> Iterator[str]:
    count, parts = _choice(old) or (1, (old,))
    new_count, new_parts = _choice(new) or (1, (new,))
    pairing = pair_up(parts, new_parts)
    all_of, new_all = count == len(parts), new_count == len(new_parts)
    if all_of and new_all:
        yield from _demands(pairing, title)
    elif not pairing.together or (all_of != new_all and (pairing.removed or pairing.added)):
        yield f"asks for {describe(new, title)} instead of {describe(old, title)}"
        return
    else:
        common = [after for _, after in pairing.together]
        if count != new_count:
            listed = describe(AnyOf(any=tuple(common)), title).removeprefix("one of: ")
            yield f"asks for {_much(new_count, new_parts)} instead of {_much(count, parts)} of: {listed}"
        toward = f"toward the {new_count if new_count > 1 else 'one'} asked for"
        for part in pairing.added:
            yield f"counts {describe(part, title)}, too, {toward}"
        for part in pairing.removed:
            yield f"no longer counts {describe(part, title)} {toward}"
    for before, after in pairing.together:
        yield from _changes(before, after, title)


def _much(count: int, parts: tuple[Rule, ...]) -> str:
    return f"all {count}" if count == len(parts) > 1 else str(count)


def _demands(pairing: Pairing, title: Title) -> Iterator[str]:
    """Parts that are all asked for; one that went and one that came replaced each other."""
    if len(pairing.removed) == len(pairing.added) == 1:
        yield f"asks for {describe(pairing.added[0], title)} instead of {describe(pairing.removed[0], title)}"
        return
    for part in pairing.removed:
        yield f"no longer asks for {describe(part, title)}"
    for part in pairing.added:
        yield f"also asks for {describe(part, title)}"


def _points(old: Points, new: Points, title: Title) -> Iterator[str]:
    if old.points.min != new.points.min:
        yield f"asks for {new.points.min:g} instead of {old.points.min:g} points"
    mine = {item.badge: item for item in old.points.from_}
    other = {item.badge: item for item in new.points.from_}
    for badge, item in other.items():
        before = mine.get(badge)
        if before is None:
            yield f"counts {title(badge)}, too ({item.points:g} points)"
        elif before.points != item.points:
            yield f"counts {title(badge)} with {item.points:g} instead of {before.points:g} points"
        if before is not None and before.kind != item.kind:
            yield f"counts {title(badge)} as kind {item.kind or 'none'} instead of {before.kind or 'none'}"
    for badge in mine.keys() - other.keys():
        yield f"no longer counts {title(badge)} (was {mine[badge].points:g} points)"
    for kind in sorted(old.points.cap.keys() | new.points.cap.keys()):
        most, least = new.points.cap.get(kind), old.points.cap.get(kind)
        if most != least:
            yield f"counts {_at_most(most)} instead of {_at_most(least)} of kind {kind}"


def _at_most(count: int | None) -> str:
    return "any number" if count is None else f"at most {count}"


def _hours(old: Hours, new: Hours, title: Title) -> Iterator[str]:
    if old.hours.min != new.hours.min:
        yield f"asks for {new.hours.min:g} instead of {old.hours.min:g} hours"
    for one in dict.fromkeys(new.hours.of):
        if one not in old.hours.of:
            yield f"counts the hours of {title(one)}, too"
    for one in dict.fromkeys(old.hours.of):
        if one not in new.hours.of:
            yield f"no longer counts the hours of {title(one)}"
