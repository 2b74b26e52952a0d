"""The crosswalk: which competency of one framework corresponds to which of another."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from ipe_workbench.documents import FileModel, IndexedModel
from ipe_workbench.frameworks.model import Framework

__all__ = ["Crosswalk", "Mapping"]


class Mapping(FileModel):
    """One row of a crosswalk."""

    source: str
    target: str
    relation: Literal["exactMatchOf", "isRelatedTo", "broader", "narrower"] = "isRelatedTo"
    note: str = ""


class Crosswalk(IndexedModel):
    """Which competency of one framework corresponds to which of another."""

    id: str
    title: str
    source: str
    target: str
    status: str = "draft"
    license: str = ""
    notes: str = ""
    mappings: tuple[Mapping, ...]

    def targets(self, source: str) -> tuple[str, ...]:
        """What a competency of the source framework becomes."""
        return tuple(one.target for one in self._by_source.get(source, ()))

    def sources(self, target: str) -> tuple[str, ...]:
        """Where a competency of the target framework comes from."""
        return tuple(one.source for one in self._by_target.get(target, ()))

    def unmapped_targets(self, framework: Framework) -> tuple[str, ...]:
        """Leaves of the target framework that nothing maps to."""
        return tuple(one.id for one in framework.leaves if one.id not in self._by_target)

    @cached_property
    def _by_source(self) -> dict[str, list[Mapping]]:
        return _grouped((one.source, one) for one in self.mappings)

    @cached_property
    def _by_target(self) -> dict[str, list[Mapping]]:
        return _grouped((one.target, one) for one in self.mappings)


def _grouped(pairs: Iterable[tuple[str, Mapping]]) -> dict[str, list[Mapping]]:
    groups: dict[str, list[Mapping]] = {}
    for key, one in pairs:
        groups.setdefault(key, []).append(one)
    return groups
