"""A programme and a scenario side by side, with everything that several parts of the compiled model are made from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Hours, walk
from ipe_workbench.simulation.calendar_weeks import Calendar
from ipe_workbench.simulation.chances import Floats, first_given, shifted
from ipe_workbench.simulation.scenario import CredentialOverride, ProfessionOverride, Scenario

__all__ = ["BLOCK", "CohortDesign"]

#: Learners of a block: the bits of a machine word.
BLOCK = 64
_WORDS = 2**32


@dataclass(frozen=True)
class CohortDesign:
    """The programme `before` and with the scenario's changes, the scenario and the calendar."""

    before: Programme
    programme: Programme
    scenario: Scenario
    calendar: Calendar

    @cached_property
    def credentials(self) -> tuple[MicroCredential, ...]:
        """Along the credential axis."""
        return tuple(self.programme.credentials.values())

    @cached_property
    def professions(self) -> tuple[str, ...]:
        """Ids along the profession axis."""
        return tuple(one.id for one in self.programme.info.professions)

    @cached_property
    def items(self) -> Mapping[str, int]:
        """Index of each credential and stack."""
        return {name: index for index, name in enumerate((*self.programme.credentials, *self.programme.stacks))}

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Learners of each profession."""
        cohort = self.scenario.cohort
        return np.array([cohort.get(one.id, one.learners) for one in self.programme.info.professions], np.int64)

    @cached_property
    def criteria(self) -> npt.NDArray[np.int64]:
        """How many criteria of each credential are learnt one by one: at most 63, which nobody has."""
        if self.scenario.learning.unit == "credential":
            return np.ones(len(self.credentials), np.int64)
        return np.array([min(max(1, len(one.criteria)), 63) for one in self.credentials], np.int64)

    @cached_property
    def credential_keys(self) -> npt.NDArray[np.uint64]:
        """The word of each credential in the counter of the random numbers."""
        return _keys([one.id for one in self.credentials])

    @cached_property
    def criterion_keys(self) -> npt.NDArray[np.uint64]:
        """The same for each criterion; the first has that of its credential."""
        names = []
        for credential, count in zip(self.credentials, self.criteria, strict=True):
            names += [credential.id]
            names += [f"{credential.id}/{credential.criteria[place].id}" for place in range(1, count)]
        return _keys(names)

    @cached_property
    def tracked_activities(self) -> dict[str, tuple[int, float, set[str]]]:
        """Activities whose hours some rule asks for: week of their last meeting, hours, credentials they belong to."""
        programme = self.programme
        rules = [*(c.requires for c in self.credentials), *(s.rule for s in programme.stacks.values())]
        asked = {name for rule in rules if rule for r in walk(rule) if isinstance(r, Hours) for name in r.hours.of}
        found: dict[str, tuple[int, float, set[str]]] = {}
        for credential in self.credentials:
            for activity in credential.activities:
                weeks = self.calendar.meetings(activity)
                if activity.id in asked and weeks:
                    _, _, owners = found.get(activity.id, (0, 0.0, set()))
                    found[activity.id] = (weeks[-1], activity.hours, owners | {credential.id})
        return found

    def override(self, credential: MicroCredential) -> CredentialOverride:
        """What the scenario says of one credential."""
        return self.scenario.credentials.get(credential.id, CredentialOverride())

    def profession(self, profession: str) -> ProfessionOverride:
        """What the scenario says of one profession."""
        return self.scenario.professions.get(profession, ProfessionOverride())

    def by_profession(self, name: str, value: float, shift: str | None) -> Floats:
        """Scenario, then profession, then credential; the profession's shift comes on top. Shape (P, B)."""
        rows = []
        for profession in self.professions:
            mine = self.profession(profession)
            base = first_given(getattr(mine, name), value)
            logits = getattr(mine, shift) if shift else 0.0
            rows.append([shifted(first_given(getattr(self.override(c), name), base), logits) for c in self.credentials])
        return np.array(rows)

    def may_earn(self) -> npt.NDArray[np.bool_]:
        """Which profession may earn what, (P, B)."""
        return np.array([[self.programme.may_earn(c.id, p) for c in self.credentials] for p in self.professions])


def _keys(names: list[str]) -> npt.NDArray[np.uint64]:
    """A word for each id that depends on no other, so that a new credential leaves the draws of the others alone."""
    keys: list[int] = []
    seen: set[int] = set()
    for name in names:
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
        while key in seen:
            key = (key + 1) % _WORDS
        keys.append(key)
        seen.add(key)
    return np.array(keys, np.uint64)
