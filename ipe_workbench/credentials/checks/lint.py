"""What a lint is: a small named check of a whole design that yields problems."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ipe_workbench.credentials.checks.requirements import Calendar, circles, singled_out
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import badges_in
from ipe_workbench.findings import Finding, Place, Severity

__all__ = ["Design", "Lint", "Problem", "lint"]


@dataclass(frozen=True)
class Design:
    """What a lint looks at: the programme, and the ids whose files exist but could not be used."""

    programme: Programme
    damaged: frozenset[str] = frozenset()

    def knows_badge(self, reference: str) -> bool:
        """Whether some credential or stack has that id, damaged or not."""
        return (
            reference in self.programme.credentials or reference in self.programme.stacks or reference in self.damaged
        )

    @cached_property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """For each credential that requires something, and each stack, what its rule can count."""
        programme = self.programme
        rules = {one.id: one.requires for one in programme.credentials.values() if one.requires is not None}
        rules |= {one.id: one.rule for one in programme.stacks.values()}
        return {owner: badges_in(rule) for owner, rule in rules.items()}

    @cached_property
    def earned(self) -> dict[str, dict[str, datetime.date]]:
        """`attainable` for each profession, worked out once for all those that no rule treats apart."""
        calendar = Calendar(self.programme)
        apart = singled_out(self.programme)
        everyone_else: dict[str, datetime.date] | None = None
        earned: dict[str, dict[str, datetime.date]] = {}
        for profession in self.programme.info.professions:
            if profession.id in apart:
                earned[profession.id] = calendar.earned_by(profession.id)
            else:
                if everyone_else is None:
                    everyone_else = calendar.earned_by(profession.id)
                earned[profession.id] = everyone_else
        return earned

    @cached_property
    def circles(self) -> tuple[tuple[str, ...], ...]:
        """What requires itself, as `circles` gives it."""
        return circles(self.needs)

    @cached_property
    def stack_badges(self) -> dict[str, tuple[str, ...]]:
        """For each stack what its rule can count."""
        return {one: self.needs[one] for one in self.programme.stacks}

    def behind(self, stack: str) -> tuple[str, ...]:
        """The credentials that can count toward a stack, through other stacks, too."""
        found: dict[str, None] = {}
        waiting, seen = [stack], {stack}
        while waiting:
            for badge in self.stack_badges.get(waiting.pop(), ()):
                if badge in self.programme.credentials:
                    found[badge] = None
                elif badge not in seen:
                    seen.add(badge)
                    waiting.append(badge)
        return tuple(found)


@dataclass(frozen=True)
class Problem:
    """One thing that a lint has found; the lint itself adds its id and severity."""

    message: str
    mend: str
    place: Place = field(default_factory=Place)
    subject: str = ""


@dataclass(frozen=True)
class Lint:
    """A check of the design.

    Parameters
    ----------
    id : str
        Stable identifier, as findings carry it. The page ``data/lints/ID.md`` explains it.
    severity : {"error", "warning", "info"}
        How grave its findings are.
    title : str
        What it looks for, as a phrase.
    find : callable
        Takes a `Design`, yields each `Problem`.
    """

    id: str
    severity: Severity
    title: str
    find: Callable[[Design], Iterator[Problem]]

    def findings(self, design: Design) -> Iterator[Finding]:
        """Run the check."""
        for problem in self.find(design):
            yield Finding(self.id, self.severity, problem.message, problem.mend, problem.place, problem.subject)


def lint(id: str, severity: Severity, title: str) -> Callable[[Callable[[Design], Iterator[Problem]]], Lint]:
    """Make a lint of a function that yields problems."""
    return lambda find: Lint(id, severity, title, find)
