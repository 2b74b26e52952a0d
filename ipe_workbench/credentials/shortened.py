"""A rule in fewer words with the same meaning, as far as that is quickly seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ipe_workbench.credentials.completion import points_held
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    Approval,
    AtLeast,
    Badge,
    Choice,
    Hours,
    InOrder,
    PerProfession,
    Points,
    PointsOf,
    Rule,
    Score,
    Shortcut,
    ShortcutTo,
    Window,
    Within,
    walk,
)
from ipe_workbench.credentials.truth import Truth, written

__all__ = ["is_impossible", "shortened", "size"]


def shortened(rule: Rule) -> Rule:
    """The rule without what is quickly seen to change nothing: completed by the same facts, on the same day.

    Nested lists are opened, and counts, caps, windows and branches that make no difference are left out. So are parts
    that follow from others: by truth tables, for lists that speak of up to 16 badges, scores and approvals; of longer
    lists only repetitions. `simplify` leaves out what is left then.

    Examples
    --------
    >>> from ipe_workbench.credentials.rules import describe, parse_rule
    >>> two = {"at_least": {"count": 2, "of": ["d", "e"]}}
    >>> rule = parse_rule({"all": ["a", {"all": ["b", {"any": ["a", "c"]}]}, two]})
    >>> print(describe(shortened(rule)))
    all of: a, b, d and e
    """
    while True:
        simpler = _step(rule)
        if written(simpler) == written(rule):
            return rule
        rule = simpler


def size(rule: Rule) -> int:
    """How large a rule is: rules within it, items of points and names of hours."""
    own = (
        len(part.points.from_) + len(part.points.cap)
        if isinstance(part, Points)
        else len(part.hours.of)
        if isinstance(part, Hours)
        else 0
        for part in walk(rule)
    )
    return sum(1 for _ in walk(rule)) + sum(own)


def is_impossible(rule: Rule, profession: str | None = None) -> bool:
    """Whether nobody can ever complete the rule, whatever they do: it asks for more than it lists."""
    match rule:
        case AllOf(all=parts) | InOrder(in_order=parts):
            return any(is_impossible(part, profession) for part in parts)
        case AnyOf(any=parts):
            return all(is_impossible(part, profession) for part in parts)
        case AtLeast():
            possible = sum(not is_impossible(part, profession) for part in rule.at_least.of)
            return possible < rule.at_least.count
        case Points():
            every = Facts.holding(item.badge for item in rule.points.from_)
            return points_held(rule, every) < rule.points.min - 1e-9
        case Within():
            return is_impossible(rule.within.rule, profession)
        case PerProfession():
            branches = rule.per_profession
            mine = [branches.get(profession, branches.get("default"))] if profession else list(branches.values())
            return all(one is None or is_impossible(one, profession) for one in mine)
        case _:
            return False


def _step(rule: Rule) -> Rule:
    match rule:
        case AllOf(all=parts):
            return _all([_step(part) for part in parts])
        case AnyOf(any=parts):
            return _any([_step(part) for part in parts])
        case AtLeast():
            return _at_least(rule.at_least.count, [_step(part) for part in rule.at_least.of])
        case Points():
            return _points(rule)
        case InOrder(in_order=parts):
            return _in_order([_step(part) for part in parts])
        case Within():
            return _within(rule.within.months, _step(rule.within.rule))
        case PerProfession():
            return _per_profession({name: _step(part) for name, part in rule.per_profession.items()})
        case Shortcut():
            inner = _step(rule.shortcut.otherwise)
            if _is_nothing(inner) or inner == Badge(badge=rule.shortcut.badge):
                return inner
            return Shortcut(shortcut=ShortcutTo(badge=rule.shortcut.badge, otherwise=inner))
        case _:
            return rule


def _all(parts: Sequence[Rule]) -> Rule:
    opened = [inner for part in parts for inner in (part.all if isinstance(part, AllOf) else (part,))]
    impossible = [part for part in opened if is_impossible(part)]
    if impossible:
        return min(impossible, key=size)
    kept = _without(opened, lambda truth, part, others: truth.follows(part, others))
    return kept[0] if len(kept) == 1 else AllOf(all=tuple(kept))


def _any(parts: Sequence[Rule]) -> Rule:
    opened = [inner for part in parts for inner in (part.any if isinstance(part, AnyOf) else (part,))]
    if any(map(_is_nothing, opened)):
        return AllOf(all=())
    opened = [part for part in opened if not is_impossible(part)] or [min(opened, key=size)]
    kept = _without(opened, lambda truth, part, others: any(truth.follows(one, [part]) for one in others))
    return kept[0] if len(kept) == 1 else AnyOf(any=tuple(kept))


def _without(parts: Sequence[Rule], needless: Callable[[Truth, Rule, list[Rule]], bool]) -> list[Rule]:
    """The parts without repetitions and without the needless ones, the last of them first."""
    kept = list({written(part): part for part in parts}.values())
    if len(kept) < 2:
        return kept
    truth = Truth(kept)
    for part in reversed(list(kept)) if truth.fits else ():
        others = [one for one in kept if one is not part]
        if others and needless(truth, part, others):
            kept = others
    return kept


def _at_least(count: int, parts: Sequence[Rule]) -> Rule:
    left = [part for part in parts if not _is_nothing(part)]
    count -= len(parts) - len(left)
    if count <= 0:
        return AllOf(all=())
    possible = [part for part in left if not is_impossible(part)]
    if not left:
        return AtLeast(at_least=Choice(count=count + 1, of=(AllOf(all=()),)))
    if len(possible) < count:
        return AtLeast(at_least=Choice(count=count, of=tuple(left)))
    if count == len(possible):
        return _all(possible)
    return _any(possible) if count == 1 else AtLeast(at_least=Choice(count=count, of=tuple(possible)))


def _points(rule: Points) -> Rule:
    if is_impossible(rule):
        return rule
    number = Counter(item.kind for item in rule.points.from_)
    caps = {kind: most for kind, most in rule.points.cap.items() if most < number[kind]}
    items = tuple(item for item in rule.points.from_ if item.kind is None or caps.get(item.kind) != 0)
    kinds = {item.kind for item in items}
    caps = {kind: most for kind, most in caps.items() if kind in kinds}
    badges = tuple(Badge(badge=item.badge) for item in items)
    least = rule.points.min - 1e-9
    if all(item.points >= least for item in items):
        return _any(badges)
    if not caps and sum(item.points for item in items) - min(item.points for item in items) < least:
        return _all(badges)
    return Points(points=PointsOf.model_validate({"min": rule.points.min, "from": items, "cap": caps}))


def _in_order(steps: Sequence[Rule]) -> Rule:
    opened = [inner for step in steps for inner in (step.in_order if isinstance(step, InOrder) else (step,))]
    left = [step for step in opened if not _is_nothing(step)]
    if not left:
        return AllOf(all=())
    return left[0] if len(left) == 1 else InOrder(in_order=tuple(left))


def _within(months: int, inner: Rule) -> Rule:
    if _is_nothing(inner) or _takes_one_day(inner):
        return inner
    if isinstance(inner, Within):
        return _within(min(months, inner.within.months), inner.within.rule)
    return Within(within=Window(months=months, rule=inner))


def _is_nothing(rule: Rule) -> bool:
    """Whether it asks for nothing."""
    return isinstance(rule, AllOf) and not rule.all


def _takes_one_day(rule: Rule) -> bool:
    """Whether one fact completes the rule, which any window holds."""
    match rule:
        case Badge() | Score() | Approval():
            return True
        case AnyOf(any=parts):
            return all(_takes_one_day(part) for part in parts)
        case Shortcut():
            return _takes_one_day(rule.shortcut.otherwise)
        case _:
            return False


def _per_profession(branches: dict[str, Rule]) -> Rule:
    default = branches.get("default")
    if default is None:
        return PerProfession(per_profession=branches)
    same = written(default)
    kept = {name: part for name, part in branches.items() if name == "default" or written(part) != same}
    return default if len(kept) == 1 else PerProfession(per_profession=kept)
