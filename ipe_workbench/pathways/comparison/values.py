"""What a comparison of two designs says, as data: changes in words, and tables of what they do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ipe_workbench.findings import Finding
from ipe_workbench.pathways.comparison.learner_values import LearnersInProgress

__all__ = [
    "Access",
    "AccessChange",
    "Area",
    "Change",
    "CoverageChange",
    "DesignComparison",
    "HoursChange",
    "MinimumChange",
]

#: What a change is about. `rule` is what a stack asks for, `prerequisite` what a credential asks for.
Area = Literal["programme", "framework", "credential", "stack", "prerequisite", "rule"]
#: What becomes of the way to a stack or credential. ``out of time``: it could still be completed, but no longer within
#: the calendar of the programme.
Access = Literal["shut out", "admitted", "out of time", "in time", "later", "earlier"]


@dataclass(frozen=True)
class Change:
    """One thing that differs, as a sentence.

    Parameters
    ----------
    area : str
        What it is about; see `Area`.
    kind : {"added", "removed", "renamed", "changed", "rewritten"}
        ``rewritten``: written differently, but with the same meaning; this alone is no difference of the designs.
    subject : str
        Id of the credential, stack, framework or programme: the new one, or the old one when it was removed.
    field : str
        Path of the field, such as ``assessment.pass_score``; empty for the whole.
    message : str
        The sentence.
    before, after : JSON values
        What stood and what stands there; ``None`` for nothing.
    note : str
        Of a rule: a learner who shows that it is another one, or that this was not decided.
    """

    area: Area
    kind: Literal["added", "removed", "renamed", "changed", "rewritten"]
    subject: str
    field: str
    message: str
    before: Any = None
    after: Any = None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The change as plain JSON: ``area, kind, subject, field, message, before, after, note``."""
        return dict(vars(self))


@dataclass(frozen=True)
class HoursChange:
    """Hours that change. `of` is a profession (a learner's effort) or an assessor; `term` is for assessors only.

    ``None`` where the profession, the term or the demand does not exist in that design.
    """

    kind: Literal["learner", "assessor"]
    of: str
    term: str | None
    before: float | None
    after: float | None

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON: ``kind, of, term, before, after``."""
        return dict(vars(self))


@dataclass(frozen=True)
class CoverageChange:
    """What changes of the coverage of a framework: codes that gained or lost their only coverage, by kind of it.

    `profession` is ``None`` for everybody; professions stand apart where theirs is another change.
    """

    framework: str
    profession: str | None
    changes: dict[str, tuple[str, ...]]

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON: ``framework, profession`` and ``taught+``, ``taught-`` and so on."""
        return {
            "framework": self.framework,
            "profession": self.profession,
            **{key: list(codes) for key, codes in self.changes.items()},
        }


@dataclass(frozen=True)
class AccessChange:
    """What the learners of some professions can no longer come to hold, or now can, or only later.

    Parameters
    ----------
    item : str
        Id of a credential or stack of both designs.
    kind : str
        See `Access`.
    professions : tuple of str
        Ids of the professions that this is true of.
    before, after : str or None
        The earliest day, in ISO 8601, by which somebody who passes everything at once holds it within the calendar.
    """

    item: str
    kind: Access
    professions: tuple[str, ...]
    before: str | None
    after: str | None

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON: ``item, kind, professions, before, after``."""
        return {**vars(self), "professions": list(self.professions)}


@dataclass(frozen=True)
class MinimumChange:
    """The least that completes a stack from nothing, for professions of which the same is true.

    ``None``: the design has no such stack, or these learners cannot complete it. `proven` is whether both numbers are
    proven least.
    """

    stack: str
    cost: Literal["badges", "hours"]
    professions: tuple[str, ...]
    before: float | None
    after: float | None
    proven: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON: ``stack, cost, professions, before, after, proven``."""
        return {**vars(self), "professions": list(self.professions)}


@dataclass(frozen=True)
class DesignComparison:
    """Everything that differs between two designs, and what it does.

    Parameters
    ----------
    before, after : dict
        ``id``, ``title`` and ``version`` of the two programmes.
    changes : tuple of Change
        What was changed, programme first, then frameworks, credentials and stacks.
    hours : tuple of HoursChange
    coverage : tuple of CoverageChange
    access : tuple of AccessChange
    minimum : tuple of MinimumChange
        What follows from the changes; rows that do not differ are left out.
    learners : LearnersInProgress or None
        What it does to learners, when their awards were given.
    findings : tuple of Finding
        What to know about the comparison itself.
    """

    before: dict[str, str]
    after: dict[str, str]
    changes: tuple[Change, ...]
    hours: tuple[HoursChange, ...] = ()
    coverage: tuple[CoverageChange, ...] = ()
    access: tuple[AccessChange, ...] = ()
    minimum: tuple[MinimumChange, ...] = ()
    learners: LearnersInProgress | None = None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def same(self) -> bool:
        """Whether the designs mean the same; texts that were only written differently do not count."""
        return all(one.kind == "rewritten" for one in self.changes)

    @property
    def exit_code(self) -> int:
        """As of the program diff: 0 when the designs mean the same, 1 when they differ."""
        return 0 if self.same else 1

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain JSON; ``format`` is the version of this form.

        Keys ``format, before, after, same, changes, hours, coverage, access, minimum, learners, findings``.
        """
        return {
            "format": 1,
            "before": self.before,
            "after": self.after,
            "same": self.same,
            **{
                name: [one.to_dict() for one in getattr(self, name)]
                for name in ("changes", "hours", "coverage", "access", "minimum")
            },
            "learners": self.learners.to_dict() if self.learners is not None else None,
            "findings": [one.to_dict() for one in self.findings],
        }
