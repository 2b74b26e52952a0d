"""Teams as a value: who is with whom, when and where, how good that is and what is proven of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ipe_workbench.findings import Finding
from ipe_workbench.pathways.teams.measures import Quality
from ipe_workbench.pathways.teams.team import Team

__all__ = ["Aim", "Moves", "NoTeams", "Relaxation", "TeamPlan"]

#: Of the JSON (docs/teams.md). It goes up when a field changes its meaning or is taken away.
FORMAT = 1


@dataclass(frozen=True)
class Aim:
    """One thing that is made as small as possible, after those before it in the list.

    Parameters
    ----------
    id : str
        ``teams``, ``sizes``, ``repeats``, ``pairs`` or ``imbalance``; when teams are changed ``moved`` and ``changed``.
    title : str
        What is counted, in words.
    value : float
        What these teams have.
    bound : float
        What no teams can go below that are as good in the aims before.
    scale : float, optional
        What the gap is a share of; the value where it is not given. For the imbalance it is the learners' own spread:
        what the imbalance would be if everybody were a team alone, which no teams exceed.
    """

    id: str
    title: str
    value: float
    bound: float
    scale: float | None = None

    @property
    def proven(self) -> bool:
        """Whether nothing smaller exists."""
        return self.value <= self.bound * (1 + 1e-12) + 1e-12

    @property
    def gap(self) -> float:
        """(value - bound) / scale: by how much it could be smaller at most; 0 when proven.

        Examples
        --------
        >>> Aim("pairs", "", 125, 120).gap, Aim("imbalance", "", 0.5, 0.25, scale=8.0).gap
        (0.04, 0.03125)
        """
        return 0.0 if self.proven else (self.value - self.bound) / (self.scale or self.value)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "id": self.id, "title": self.title, "value": round(self.value, 6), "bound": round(self.bound, 6),
            "scale": round(self.value if self.scale is None else self.scale, 6), "gap": round(self.gap, 6),
            "proven": self.proven,
        }  # fmt: skip


@dataclass(frozen=True)
class Moves:
    """What changed against the teams that were kept.

    `moved` are learners who have another team or another time than before; `changed` those of them with another team;
    `relocated` teams that meet in another slot, `rooms` teams with another room only, `dissolved` teams that are gone.
    """

    moved: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    relocated: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    dissolved: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {name: list(getattr(self, name)) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class TeamPlan:
    """Teams that keep every hard rule.

    Parameters
    ----------
    teams : tuple of Team
        By slot, then by number.
    quality : Quality
        Mix, repeats and balance.
    aims : tuple of Aim
        In the order of their weight: each is made small only as far as those before it allow.
    moves : Moves, optional
        Where earlier teams were changed.
    findings : tuple of Finding
        What the reader of the roster remarked.
    """

    teams: tuple[Team, ...]
    quality: Quality
    aims: tuple[Aim, ...]
    moves: Moves | None = None
    findings: tuple[Finding, ...] = ()
    seed: int = 0

    @property
    def proven(self) -> bool:
        """Whether no other teams are better, in the order of the aims."""
        return all(aim.proven for aim in self.aims)

    @property
    def gap(self) -> float:
        """The largest gap of any aim; 0 when all are proven."""
        return max((aim.gap for aim in self.aims), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain JSON; learners by id only."""
        found: dict[str, Any] = {
            "format": FORMAT,
            "status": "proven-best" if self.proven else "formed",
            "learners": self.quality.learners,
            "gap": round(self.gap, 6),
            "aims": [aim.to_dict() for aim in self.aims],
            "quality": self.quality.to_dict(),
            "seed": self.seed,
            "teams": [team.to_dict() for team in self.teams],
        }
        if self.moves is not None:
            found["moves"] = self.moves.to_dict()
        return found | {"findings": [one.to_dict() for one in self.findings]}


@dataclass(frozen=True)
class Relaxation:
    """A rule to give way, and by how much: the least that makes teams possible when every other rule stays.

    `price` counts the learners for whom the rule no longer holds as it was, or who may be such, at most all; `option`
    is what to give on the command line.
    """

    rule: str
    text: str
    price: int
    option: str = ""


@dataclass(frozen=True)
class NoTeams:
    """Why there are no teams.

    Parameters
    ----------
    proven : bool
        Whether no teams exist; ``False`` when none were found in the time.
    conflict : mapping of str to str
        Rules, by name and in words, that cannot hold together, though any of them could go and the others hold.
    reasons : tuple of str
        Counting arguments that anybody can check.
    relaxations : tuple of Relaxation
        The ways out, the cheapest first.
    """

    proven: bool
    conflict: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The result as plain JSON."""
        return {
            "format": FORMAT,
            "status": "impossible" if self.proven else "not-found",
            "conflict": [{"rule": name, "text": text} for name, text in self.conflict.items()],
            "reasons": list(self.reasons),
            "relaxations": [
                {"rule": one.rule, "text": one.text, "price": one.price, "option": one.option}
                for one in self.relaxations
            ],
            "findings": [one.to_dict() for one in self.findings],
        }
