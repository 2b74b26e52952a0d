"""The constraints of the question "which learner satisfies this rule and not that one?", for the CP-SAT solver.

Rules are monotone: holding more never undoes them. So of all learners who tell two rules apart there is one who has
nothing but what one way of satisfying the first rule needs: one event for each badge, score or approval that stands in
it. When the events happen is left to the solver; only their order and the months between them matter (see `Days`).

The first rule has to be met in *some* way: each window and each turn in an order is a day for the solver to choose. The
second must not be met in *any* way: an order fails when days cut time into pieces, in each of which one step fails, and
those days are the solver's choice again; a window has to fail at each event that it could begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    Approval,
    AtLeast,
    Badge,
    Hours,
    InOrder,
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
    subrules,
    walk,
)
from ipe_workbench.credentials.witness.days import Days
from ipe_workbench.credentials.witness.events import Event, Events, Span, TooLargeError
from ipe_workbench.credentials.witness.units import Units

__all__ = ["WitnessModel"]

#: So many parts of a rule may ask for hours of the same activity, where it matters when they are recorded.
_MOST_SHARING = 5


class WitnessModel:
    """A CP-SAT model whose solutions are learners who satisfy `met` and not `unmet`; both without professions.

    Parameters
    ----------
    met, unmet : Rule
        The two rules.
    pieces : int
        On how many days attendance may be recorded that is of use to the same parts of `met`. 0 lets it be recorded all
        through a span of days, and `unmet` counts it only where the whole span counts: that is less than it takes to
        fail, so that no solution is then a proof.

    Attributes
    ----------
    events : Events
        What may have happened, with the model.
    days, units : Days, Units
        What its numbers of days and of hours stand for.

    Raises
    ------
    TooLargeError
        When there are too many windows in windows, or parts that share hours.
    """

    def __init__(self, met: Rule, unmet: Rule, pieces: int = 1) -> None:
        self._timed = _is_timed(unmet)
        months = [part.within.months for rule in (met, unmet) for part in walk(rule) if isinstance(part, Within)]
        # Some records of attendance are of use to one part of the rule, some to several: so many for each set of parts.
        # A badge with hours counts once where it is awarded twice, which is of use where several parts ask for it.
        naming = _naming(met)
        if self._timed and max(naming.values(), default=0) > _MOST_SHARING:
            raise TooLargeError
        records = {name: (2**parts - 1) * max(pieces, 1) if self._timed else 1 for name, parts in naming.items()}
        self._with_hours = {name for name, parts in naming.items() if parts > 1 and self._timed}
        awards = sum(naming[name] for name in self._with_hours)
        self.days = Days(_asked(met) + awards + sum(records.values()) * (1 if pieces else 2), max(months, default=0))
        self.units = Units(met, unmet, awards + sum(records.values()))
        self.events = Events(self.days, self.units, timed=self._timed, whole_days=pieces > 0)
        self._known: dict[tuple[Any, ...], Any] = {}
        self._attended = {name: [self.events.attendance(name) for _ in range(many)] for name, many in records.items()}
        self.events.model.add(self._met(met, Span()) == 1)
        self.events.model.add(self._unmet(unmet, Span()) == 1)

    # The first rule is met in some way.

    def _met(self, rule: Rule, span: Span) -> Any:
        """A literal; where it is true, the rule is satisfied by what happens in the span."""
        match rule:
            case Badge(badge=one):
                return self.events.event("badge", one, span).present
            case Score():
                return self.events.event("score", rule.score.assessment, span, score=rule.score.min).present
            case Approval():
                return self.events.event("approval", rule.approval.role, span).present
            case AllOf(all=parts):
                return self.events.counted([self._met(part, span) for part in parts], len(parts))
            case AnyOf(any=parts):
                return self.events.counted([self._met(part, span) for part in parts], 1)
            case AtLeast():
                return self.events.counted([self._met(part, span) for part in rule.at_least.of], rule.at_least.count)
            case Shortcut():
                held = self.events.event("badge", rule.shortcut.badge, span).present
                return self.events.counted([held, self._met(rule.shortcut.otherwise, span)], 1)
            case Points():
                return self._met_points(rule, span)
            case Hours():
                return self._met_hours(rule, span)
            case InOrder(in_order=steps):
                return self._met_in_order(steps, span)
            case Within():
                return self._met_within(rule, span)
            case _:
                raise TypeError(f"{type(rule).__name__} has to be resolved for a profession first")

    def _met_points(self, rule: Points, span: Span) -> Any:
        counts: list[Any] = []
        for item in rule.points.from_:
            chosen = self.events.literal()
            self.events.model.add_implication(chosen, self.events.event("badge", item.badge, span).present)
            counts.append(chosen)
        for kind, most in rule.points.cap.items():
            of_kind = [one for item, one in zip(rule.points.from_, counts, strict=True) if item.kind == kind]
            if len(of_kind) > most:
                self.events.model.add(sum(of_kind) <= most)
        worth = [self.units.points(item.points) for item in rule.points.from_]
        total = sum(each * one for each, one in zip(worth, counts, strict=True))
        return self.events.reached(total, self.units.points(rule.points.min))

    def _met_hours(self, rule: Hours, span: Span) -> Any:
        names = dict.fromkeys(rule.hours.of)
        counted = [self._counting(event, span) for name in names for event in self._attended[name]]
        counted += [
            self.events.event("badge", name, span, hours=True).hours for name in names if name in self._with_hours
        ]
        return self.events.reached(sum(counted), self.units.hours(rule.hours.min))

    def _counting(self, event: Event, span: Span) -> Any:
        """Hours of an event that count in a span."""
        if not self._timed or (span.first is None and not span.lasts):
            return event.hours
        inside, counting = self.events.literal(), self.events.amount()
        self.events.keep_inside(event, span, inside)
        self.events.model.add(counting <= event.hours)
        self.events.model.add(counting == 0).only_enforce_if(~inside)
        return counting

    def _met_in_order(self, steps: Sequence[Rule], span: Span) -> Any:
        if not self._timed:
            return self.events.counted([self._met(step, span) for step in steps], len(steps))
        turns = [(self.events.day(), 0) for _ in steps[1:]]
        firsts, lasts = [span.first, *turns], [*((turn,) for turn in turns), span.lasts]
        spans = [Span(first, last) for first, last in zip(firsts, lasts, strict=True)]
        return self.events.counted([self._met(*each) for each in zip(steps, spans, strict=True)], len(steps))

    def _met_within(self, rule: Within, span: Span) -> Any:
        if not self._timed:
            return self._met(rule.within.rule, span)
        begins = self.events.day()
        if span.first is not None:
            # A window that begins earlier holds nothing more of what counts.
            self.events.model.add(begins >= span.first[0] + span.first[1])
        inside = Span((begins, 0), ((begins, self.days.months(rule.within.months)), *span.lasts))
        return self._met(rule.within.rule, inside)

    # The second rule is not met in any way.

    def _unmet(self, rule: Rule, span: Span) -> Any:
        """A literal; where it is true, nothing that happens in the span satisfies the rule."""
        key = (id(rule), *span.key)
        if key not in self._known:
            self._known[key] = self._failing(rule, span)
        return self._known[key]

    def _failing(self, rule: Rule, span: Span) -> Any:
        match rule:
            case AllOf(all=parts):
                return self.events.counted([self._unmet(part, span) for part in parts], 1)
            case AnyOf(any=parts):
                return self.events.counted([self._unmet(part, span) for part in parts], len(parts))
            case AtLeast():
                of = rule.at_least.of
                return self.events.counted([self._unmet(part, span) for part in of], len(of) - rule.at_least.count + 1)
            case Shortcut():
                held = self._unmet(Badge(badge=rule.shortcut.badge), span)
                return self.events.counted([held, self._unmet(rule.shortcut.otherwise, span)], 2)
            case Points():
                return self._failing_points(rule, span)
            case Hours():
                return self._failing_hours(rule, span)
            case InOrder(in_order=steps):
                cuts = [self.events.day() for _ in steps[1:]]
                firsts, lasts = [span.first, *((cut, 0) for cut in cuts)], [*(((cut, -1),) for cut in cuts), span.lasts]
                spans = [Span(first, last) for first, last in zip(firsts, lasts, strict=True)]
                return self.events.counted([self._unmet(*each) for each in zip(steps, spans, strict=True)], len(steps))
            case Within():
                return self._failing_within(rule, span)
            case _:
                failing = self.events.literal()
                for event in self._bearing_on(rule):
                    self.events.model.add_bool_or([~failing, *self.events.outside(event, span)])
                return failing

    def _failing_within(self, rule: Within, span: Span) -> Any:
        failing = self.events.literal()
        months = self.days.months(rule.within.months)
        for event in self._bearing_on(rule.within.rule):
            inside = Span((event.first, 0), ((event.first, months), *span.lasts))
            outside = self.events.ends(span, event, event.first)
            self.events.model.add_bool_or([~failing, ~event.present, *outside, self._unmet(rule.within.rule, inside)])
        return failing

    def _failing_points(self, rule: Points, span: Span) -> Any:
        held: list[Any] = []
        for item in rule.points.from_:
            held.append(self.events.literal())
            for event in self._bearing_on(Badge(badge=item.badge)):
                self.events.model.add_bool_or([held[-1], *self.events.outside(event, span)])
        total: Any = 0
        for kind in dict.fromkeys(item.kind for item in rule.points.from_):
            of_kind = [
                (self.units.points(item.points), one)
                for item, one in zip(rule.points.from_, held, strict=True)
                if item.kind == kind
            ]
            cap = len(of_kind) if kind is None else rule.points.cap.get(kind, len(of_kind))
            if cap >= len(of_kind):
                total += sum(worth * one for worth, one in of_kind)
                continue
            # The best `cap` items are worth the sum, over the levels of points, of the step up to the level times the
            # number of items at or above it that count.
            values = sorted({worth for worth, _ in of_kind})
            for below, value in zip([0, *values], values, strict=False):
                above = [one for worth, one in of_kind if worth >= value]
                for count in range(1, min(cap, len(above)) + 1):
                    so_many = self.events.literal()
                    self.events.model.add(sum(above) <= count - 1 + len(above) * so_many)
                    total += (value - below) * so_many
        return self.events.short_of(total, self.units.points(rule.points.min))

    def _failing_hours(self, rule: Hours, span: Span) -> Any:
        best: dict[str, Any] = {}
        total: Any = 0
        for event in self._bearing_on(rule):
            if isinstance(event.hours, int):
                continue
            if event.kind == "badge" and event.name in best:
                counting = best[event.name]  # of several awards of one badge the one with most hours counts
            else:
                counting = self.events.amount()
                best[event.name if event.kind == "badge" else f"attendance {len(best)}"] = counting
                total += counting
            inside = self.events.literal()
            self.events.model.add_bool_or([inside, *self.events.outside(event, span)])
            self.events.model.add(counting >= event.hours).only_enforce_if(inside)
        return self.events.short_of(total, self.units.hours(rule.hours.min))

    def _bearing_on(self, rule: Rule) -> list[Event]:
        """The events that a rule can count. All events are there before the first question about the second rule."""
        key = ("bearing on", id(rule))
        if key not in self._known:
            # The rule is kept, so that no other one gets its id.
            self._known[key] = (
                rule,
                [event for event in self.events.all if any(_bears(event, part) for part in walk(rule))],
            )
        found: list[Event] = self._known[key][1]
        return found


def _is_timed(rule: Rule) -> bool:
    """Whether it matters to the rule when things happen."""
    return any(isinstance(part, InOrder | Within) for part in walk(rule))


def _naming(rule: Rule) -> dict[str, int]:
    """How many parts of one way to satisfy the rule can ask for hours of each activity."""
    names = dict.fromkeys(name for part in walk(rule) if isinstance(part, Hours) for name in part.hours.of)

    def asks_for(name: str) -> Callable[[Rule], int]:
        return lambda part: int(isinstance(part, Hours) and name in part.hours.of)

    return {name: _most(rule, asks_for(name)) for name in names}


def _asked(rule: Rule) -> int:
    """How many badges, scores and approvals one way to satisfy the rule can ask for."""
    return _most(rule, _own)


def _own(rule: Rule) -> int:
    return len(rule.points.from_) if isinstance(rule, Points) else int(isinstance(rule, Badge | Score | Approval))


def _most(rule: Rule, own: Callable[[Rule], int]) -> int:
    """The most of something that one way to satisfy the rule can ask for, where each part asks for so much itself."""
    parts = sorted((_most(part, own) for part in subrules(rule)), reverse=True)
    match rule:
        case AnyOf():
            return parts[0]
        case AtLeast():
            return sum(parts[: rule.at_least.count])
        case Shortcut():
            return max(parts[0], own(Badge(badge=rule.shortcut.badge)))
        case _:
            return own(rule) + sum(parts)


def _bears(event: Event, rule: Rule) -> bool:
    """Whether the rule itself, and not a part of it, counts such an event."""
    match rule:
        case Badge(badge=one):
            return event.kind == "badge" and event.name == one
        case Shortcut():
            return event.kind == "badge" and event.name == rule.shortcut.badge
        case Points():
            return event.kind == "badge" and any(item.badge == event.name for item in rule.points.from_)
        case Score():
            asked = rule.score
            return event.kind == "score" and event.name == asked.assessment and event.score >= asked.min
        case Approval():
            return event.kind == "approval" and event.name == rule.approval.role
        case Hours():
            return event.kind in ("badge", "attendance") and event.name in rule.hours.of
        case _:
            return False
