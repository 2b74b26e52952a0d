"""The crosswalk: which competency of one framework corresponds to which of another; edited, inverted and composed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from pydantic import Field

from ipe_workbench.documents import FileModel, IndexedModel
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.frameworks.model import Framework

__all__ = ["COMPOSITION", "INVERSE", "Crosswalk", "Mapping", "Relation"]

#: What the source is to the target: its exact match, related to it, or having it as the broader or the narrower one.
Relation = Literal["exactMatchOf", "isRelatedTo", "broader", "narrower"]

#: The relation read from the target to the source. SKOS Reference (W3C 2009), S43 and S44.
INVERSE: dict[Relation, Relation] = {
    "exactMatchOf": "exactMatchOf",
    "isRelatedTo": "isRelatedTo",
    "broader": "narrower",
    "narrower": "broader",
}

#: What two relations in a row amount to; a pair that is not here amounts to ``isRelatedTo``.
#:
#: SKOS Reference (W3C 2009): an exact match is transitive (S45). ``broader`` of ``broader`` stands for what
#: ``skos:broaderTransitive`` entails (S22, S24): broader, not necessarily by one step. That an exact match before or
#: after another relation leaves it as it is, is our own reading of "can be used interchangeably"; SKOS leaves it open.
COMPOSITION: dict[tuple[Relation, Relation], Relation] = {
    ("exactMatchOf", "exactMatchOf"): "exactMatchOf",
    ("exactMatchOf", "broader"): "broader",
    ("exactMatchOf", "narrower"): "narrower",
    ("broader", "exactMatchOf"): "broader",
    ("narrower", "exactMatchOf"): "narrower",
    ("broader", "broader"): "broader",
    ("narrower", "narrower"): "narrower",
}


class Mapping(FileModel):
    """One row of a crosswalk.

    `relation` is read from the source to the target, as SKOS mapping properties are: with ``broader`` the target is the
    broader one. `suggested` marks a row that no person has accepted yet, `score` (0 to 1) how alike its texts are.
    """

    source: str
    target: str
    relation: Relation = "isRelatedTo"
    note: str = ""
    score: float | None = Field(default=None, ge=0, le=1)
    suggested: bool = False


class Crosswalk(IndexedModel):
    """Which competency of one framework corresponds to which of another.

    Examples
    --------
    >>> rows = (Mapping(source="CC1", target="C2", relation="broader"), Mapping(source="CC2", target="C3"))
    >>> walk = Crosswalk(id="ours", title="Old to new", source="old", target="new", mappings=rows)
    >>> walk.inverted().mappings[0].relation, walk.inverted().inverted() == walk
    ('narrower', True)
    """

    id: str
    title: str
    source: str
    target: str
    status: str = "draft"
    license: str = ""
    notes: str = ""
    mappings: tuple[Mapping, ...]

    @classmethod
    def identity(cls, framework: Framework) -> Crosswalk:
        """The crosswalk of a framework to itself: every competency is its own exact match."""
        rows = tuple(Mapping(source=one.id, target=one.id, relation="exactMatchOf") for one in framework.competencies)
        name, title = f"crosswalk-{framework.id}-{framework.id}", f"{framework.title} to itself"
        return cls(id=name, title=title, source=framework.id, target=framework.id, mappings=rows)

    def targets(self, source: str) -> tuple[str, ...]:
        """What a competency of the source framework becomes."""
        return tuple(one.target for one in self._by_source.get(source, ()))

    def sources(self, target: str) -> tuple[str, ...]:
        """Where a competency of the target framework comes from."""
        return tuple(one.source for one in self._by_target.get(target, ()))

    def unmapped_targets(self, framework: Framework) -> tuple[str, ...]:
        """Leaves of the target framework that nothing maps to."""
        reached = {found.id for one in self.mappings if (found := framework.find(one.target)) is not None}
        return tuple(one.id for one in framework.leaves if one.id not in reached)

    def with_mapping(self, mapping: Mapping) -> Crosswalk:
        """A crosswalk in which the row of that pair is this one; a new pair comes at the end."""
        pair = (mapping.source, mapping.target)
        at = next((index for index, one in enumerate(self.mappings) if (one.source, one.target) == pair), None)
        rows = list(self.mappings)
        rows[len(rows) if at is None else at : len(rows) if at is None else at + 1] = [mapping]
        return self.model_copy(update={"mappings": tuple(rows)})

    def without_mapping(self, source: str, target: str | None = None) -> Crosswalk:
        """A crosswalk without the rows of that source, or of that pair only.

        Raises
        ------
        UnknownNameError
            When there is no such row.
        """
        rows = tuple(one for one in self.mappings if one.source != source or target not in (None, one.target))
        if len(rows) == len(self.mappings):
            known = dict.fromkeys(self.targets(source) or (one.source for one in self.mappings))
            what = f"`{source}` is not mapped" + (f" to `{target}`" if target is not None else "")
            asked = target if target is not None and self.targets(source) else source
            raise UnknownNameError(f"{what} in {self.title}.", mend=near_names(asked, known))
        return self.model_copy(update={"mappings": rows})

    def inverted(self) -> Crosswalk:
        """The crosswalk read from the target to the source; inverted twice it is itself again.

        ``broader`` becomes ``narrower`` and the other way round; the two others are symmetric. The id gains (or loses)
        ``-inverted``.
        """
        rows = tuple(
            one.model_copy(update={"source": one.target, "target": one.source, "relation": INVERSE[one.relation]})
            for one in self.mappings
        )
        changes = {
            "id": _toggled(self.id, "-inverted"),
            "title": _toggled(self.title, " (inverted)"),
            "source": self.target,
            "target": self.source,
            "mappings": rows,
        }
        return self.model_copy(update=changes)

    def then(self, other: Crosswalk) -> Crosswalk:
        """Follow this crosswalk by another: A to B and B to C gives A to C.

        A pair's relation follows `COMPOSITION`, and its note says by way of which code. A pair that is reached in
        several ways stands once, with the strongest relation: exact match, then broader or narrower, then related; both
        broader and narrower amount to related. A way that rests on a suggestion only counts where there is no other,
        and stays a suggestion; its score is the least on the way.

        Raises
        ------
        UnusableInputError
            When the other one does not start from the framework that this one ends at.

        Notes
        -----
        Linear in the number of ways.

        Examples
        --------
        >>> first = Crosswalk(id="a", title="A", source="a", target="b", mappings=(
        ...     Mapping(source="A1", target="B1", relation="exactMatchOf"),))
        >>> second = Crosswalk(id="b", title="B", source="b", target="c", mappings=(
        ...     Mapping(source="B1", target="C1", relation="broader"),))
        >>> first.then(second).mappings[0].relation, first.then(second).mappings[0].note
        ('broader', 'By way of B1 (exactMatchOf, then broader).')
        """
        if self.target != other.source:
            message = f"{self.id} ends at {self.target}, but {other.id} starts from {other.source}."
            raise UnusableInputError(message, mend="Compose crosswalks that meet in one framework, or invert one.")
        ways: dict[tuple[str, str], list[Mapping]] = {}
        for first in self.mappings:
            for second in other._by_source.get(first.target, ()):
                ways.setdefault((first.source, second.target), []).append(_in_a_row(first, second))
        return Crosswalk(
            id=f"crosswalk-{self.source}-{other.target}",
            title=f"{self.source} to {other.target}, by way of {self.target}",
            source=self.source,
            target=other.target,
            status="draft (composed)",
            license="; ".join(dict.fromkeys(filter(None, (self.license, other.license)))),
            notes=f"Composed of {self.id} and {other.id}.",
            mappings=tuple(_strongest(of) for of in ways.values()),
        )

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


def _toggled(text: str, ending: str) -> str:
    return text.removesuffix(ending) if text.endswith(ending) and text != ending else text + ending


def _in_a_row(first: Mapping, second: Mapping) -> Mapping:
    way = f"By way of {first.target} ({first.relation}, then {second.relation})."
    return Mapping(
        source=first.source,
        target=second.target,
        relation=COMPOSITION.get((first.relation, second.relation), "isRelatedTo"),
        note=" ".join(filter(None, (way, first.note, second.note))),
        score=min((one.score for one in (first, second) if one.score is not None), default=None),
        suggested=first.suggested or second.suggested,
    )


def _strongest(ways: list[Mapping]) -> Mapping:
    """One row for ways between the same pair."""
    counted = [one for one in ways if not one.suggested] or ways
    relations = {one.relation for one in counted}
    if "exactMatchOf" in relations:
        relation: Relation = "exactMatchOf"
    elif directed := relations & {"broader", "narrower"}:
        relation = directed.pop() if len(directed) == 1 else "isRelatedTo"
    else:
        relation = "isRelatedTo"
    told = [one for one in counted if one.relation == relation] or counted
    scores = [one.score for one in told if one.score is not None]
    note = " ".join(dict.fromkeys(one.note for one in told))
    return told[0].model_copy(update={"relation": relation, "note": note, "score": max(scores, default=None)})
