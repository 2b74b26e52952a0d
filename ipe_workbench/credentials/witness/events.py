"""What may have happened to a made-up learner, as variables of a CP-SAT model, and the spans of time that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ipe_workbench.credentials.witness.days import Days
from ipe_workbench.credentials.witness.units import Units

__all__ = ["Day", "Event", "Events", "Span", "TooLargeError"]

#: A variable of the model and a number of days to add: one end of a span of time.
Day: TypeAlias = tuple[Any, int]
#: So many parts of the model are built before the question is given up; building them takes about two seconds.
_MOST_PARTS = 200_000


class TooLargeError(Exception):
    """The question has too many windows within windows to be written down."""


@dataclass(frozen=True, eq=False)
class Event:
    """What may have happened to the learner: if `present`, from `first` to `last` (the same day, as a rule)."""

    kind: str
    name: str
    present: Any
    first: Any
    last: Any
    score: float = 0.0
    hours: Any = 0


@dataclass(frozen=True)
class Span:
    """The time that counts: from `first` on, and up to each of `lasts`; all of it without ends."""

    first: Day | None = None
    lasts: tuple[Day, ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for spans of the same ends."""
        ends = tuple((variable.index, more) for variable, more in self.lasts)
        return (None if self.first is None else (self.first[0].index, self.first[1]), ends)


class Events:
    """The events of one model, and literals about them.

    Parameters
    ----------
    days : Days
        The days on which something can happen.
    units : Units
        In which hours are counted.
    timed : bool
        Whether it matters when things happen. If not, one event of a kind will do for all parts of a rule.
    whole_days : bool
        Whether attendance is recorded on one day, and not all through a span of days.

    Attributes
    ----------
    model : cp_model.CpModel
    all : list of Event
    """

    def __init__(self, days: Days, units: Units, *, timed: bool, whole_days: bool) -> None:
        from ortools.sat.python import cp_model

        self.model: Any = cp_model.CpModel()
        self.all: list[Event] = []
        self._days, self._units, self._timed, self._whole_days = days, units, timed, whole_days
        self._shared: dict[tuple[str, str, float], Event] = {}
        self._before: dict[tuple[int, int, int, int], Any] = {}
        self._parts = 0

    def event(self, kind: str, name: str, span: Span, *, score: float = 0.0, hours: bool = False) -> Event:
        """An event in the span, if it is present; without time one event of a kind will do."""
        key = (kind, name, score)
        if not self._timed and key in self._shared:
            return self._shared[key]
        present, on = self.literal(), self._when() if self._timed else None
        amount: Any = 0
        if hours:
            amount = self.amount()
            self.model.add(amount == 0).only_enforce_if(~present)
        self._shared[key] = event = Event(kind, name, present, on, on, score, amount)
        self.all.append(event)
        self.keep_inside(event, span, present)
        return event

    def attendance(self, name: str) -> Event:
        """A record of attendance, on some day or all through a span of days."""
        first: Any = self._when() if self._timed else None
        last: Any = first if self._whole_days or not self._timed else self._when()
        if last is not first:
            self.model.add(first <= last)
        event = Event("attendance", name, self.literal(), first, last, hours=self.amount())
        self.model.add(event.hours == 0).only_enforce_if(~event.present)
        self.all.append(event)
        return event

    def keep_inside(self, event: Event, span: Span, where: Any) -> None:
        """Where a literal is true, the event lies in the span."""
        if self._timed and span.first is not None:
            self.model.add(event.first >= span.first[0] + span.first[1]).only_enforce_if(where)
        for variable, more in span.lasts if self._timed else ():
            self.model.add(event.last <= variable + more).only_enforce_if(where)

    def outside(self, event: Event, span: Span) -> list[Any]:
        """Literals of which one is true where the event is not there, or not in the span."""
        return [~event.present, *self.ends(span, event, event.last)]

    def ends(self, span: Span, event: Event, last: Any) -> list[Any]:
        """Literals of which one is true where not all from the event's first day to `last` is in the span."""
        if not self._timed:
            return []
        before = [] if span.first is None else [((event.first, 0), span.first)]
        pairs = [*before, *((end, (last, 0)) for end in span.lasts)]
        return [self._earlier(*pair) for pair in pairs if pair[0][0] is not pair[1][0] or pair[0][1] < pair[1][1]]

    def _earlier(self, one: Day, other: Day) -> Any:
        """A literal; where it is true, one day comes before the other."""
        key = (one[0].index, one[1], other[0].index, other[1])
        if key not in self._before:
            self._before[key] = self.literal()
            self.model.add(one[0] + one[1] < other[0] + other[1]).only_enforce_if(self._before[key])
        return self._before[key]

    def counted(self, literals: Sequence[Any], count: int) -> Any:
        """A literal; where it is true, at least so many of these are."""
        if len(literals) == 1 and count == 1:
            return literals[0]
        found = self.literal()
        if count == 1:
            self.model.add_bool_or([~found, *literals])
        elif count == len(literals):
            for one in literals:
                self.model.add_implication(found, one)
        elif count > 0:
            self.model.add(sum(literals) >= count).only_enforce_if(found)
        return found

    def reached(self, total: Any, least: int) -> Any:
        """A literal; where it is true, the total is `least` or more."""
        found = self.literal()
        self.model.add(total >= least).only_enforce_if(found)
        return found

    def short_of(self, total: Any, least: int) -> Any:
        """A literal; where it is true, the total is less than `least`."""
        found = self.literal()
        self.model.add(total <= least - 1).only_enforce_if(found)
        return found

    def literal(self) -> Any:
        """A new variable that is true or false."""
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise TooLargeError
        return self.model.new_bool_var("")

    def amount(self) -> Any:
        """A new variable of hours."""
        return self.model.new_int_var(0, self._units.most_hours, "")

    def _when(self) -> Any:
        """A day on which something can happen."""
        return self.model.new_int_var_from_domain(self._days.domain, "")

    def day(self) -> Any:
        """Any day, and the one after the last."""
        return self.model.new_int_var(0, self._days.last + 1, "")
