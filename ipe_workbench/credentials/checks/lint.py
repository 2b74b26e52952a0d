"""What a lint is: a small named check of a whole design that yields problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ipe_workbench.credentials.programme import Programme
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
        Stable identifier, as findings carry it.
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
