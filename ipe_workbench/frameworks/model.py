"""The competency framework: what people should be able to do, as a tree of competencies with links."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from ipe_workbench.documents import FileModel, IndexedModel, misplaced
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.frameworks.package import Association, Definition, ExternalNode, PublishedRubric
from ipe_workbench.frameworks.tree import NUMBER, natural_order, tree_problems

__all__ = ["Competency", "Framework"]

#: Whose words a statement is in; "none" where only codes may be shipped.
StatementSource = Literal["paraphrase", "official-local", "publisher", "none"]


class Competency(FileModel):
    """One item of a framework. `statement` is absent where only codes may be shipped.

    `order` is the place among its siblings. `weight` is relative to its siblings, `changed` an ISO 8601 time. What a
    published file says besides is kept in `extras` under the name of its format (``case``, ``ctdl``), word for word.
    """

    id: str = Field(min_length=1)
    code: str | None = None
    title: str | None = None
    statement: str | None = None
    parent: str | None = None
    type: str = "competency"
    order: int | None = None
    statement_source: StatementSource | None = None
    notes: str = ""
    keywords: tuple[str, ...] = ()
    education_levels: tuple[str, ...] = ()
    language: str | None = None
    license: str = ""
    weight: float | None = None
    uri: str = ""
    changed: str = ""
    extras: dict[str, Any] = Field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.id)


class Framework(IndexedModel):
    """A competency framework: the content of one file in ``data/frameworks/``.

    `identifier` and `uri` are what its publisher names it by (a UUID in CASE, a CTID in CTDL-ASN). `external` are the
    nodes outside of it that its associations reach; `definitions` and `rubrics` come with published frameworks. A
    rubric may also be published alone, without competencies.

    Examples
    --------
    >>> parts = [Competency(id=code, code=code, parent="TT") for code in ("TT10", "TT2")]
    >>> framework = Framework(id="ours", title="Our competencies", competencies=(Competency(id="TT"), *parts))
    >>> [one.id for one in framework.in_order()], framework.depth
    (['TT', 'TT2', 'TT10'], 2)
    >>> framework["TT20"]
    Traceback (most recent call last):
    ...
    ipe_workbench.errors.UnknownNameError: `TT20` is not in Our competencies. Did you mean TT2, TT10 or TT?
    """

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    version: str = ""
    year: int | None = None
    publisher: str = ""
    source: str = ""
    license: str = ""
    language: str = "en"
    status: Literal["current", "superseded", "draft"] = "current"
    superseded_by: str | None = None
    statement_source: StatementSource = "paraphrase"
    description: str = ""
    notes: str = ""
    subjects: tuple[str, ...] = ()
    creator: str = ""
    identifier: str = ""
    uri: str = ""
    changed: str = ""
    competencies: tuple[Competency, ...]
    associations: tuple[Association, ...] = ()
    external: tuple[ExternalNode, ...] = ()
    definitions: tuple[Definition, ...] = ()
    rubrics: tuple[PublishedRubric, ...] = ()
    extras: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _tree(self) -> Framework:
        if not self.competencies and not self.rubrics:
            raise misplaced("A framework has at least one competency, or a rubric.", "competencies")
        if problems := tree_problems((one.id, one.parent) for one in self.competencies):
            raise ValueError(" ".join(problem.message for problem in problems))
        return self

    def __hash__(self) -> int:
        return hash((self.id, self.competencies))

    @cached_property
    def _by_id(self) -> dict[str, Competency]:
        return {one.id: one for one in self.competencies}

    @cached_property
    def _by_code(self) -> dict[str, Competency | None]:
        found: dict[str, Competency | None] = {}
        for one in self.competencies:
            if one.code:
                found[one.code] = None if one.code in found else one
        return found

    @cached_property
    def _parts(self) -> dict[str | None, tuple[Competency, ...]]:
        parts: dict[str | None, list[Competency]] = {}
        for one in self.competencies:
            parts.setdefault(one.parent, []).append(one)
        return {parent: _in_order_of_siblings(items) for parent, items in parts.items()}

    def by_id(self, reference: str) -> Competency | None:
        """The competency with that id."""
        return self._by_id.get(reference)

    def find(self, reference: str) -> Competency | None:
        """The competency with that id, else the only one with that code, else ``None``."""
        return self._by_id.get(reference) or self._by_code.get(reference)

    def __contains__(self, reference: object) -> bool:
        return isinstance(reference, str) and self.find(reference) is not None

    def __getitem__(self, reference: str) -> Competency:
        found = self.find(reference)
        if found is not None:
            return found
        if reference in self._by_code:
            message = f"`{reference}` is the code of several competencies of {self.title}."
            raise UnknownNameError(message, mend="Name the one you mean by its id.")
        known = dict.fromkeys(one.code or one.id for one in self.competencies)
        raise UnknownNameError(f"`{reference}` is not in {self.title}.", mend=near_names(reference, known))

    @property
    def roots(self) -> tuple[Competency, ...]:
        """The competencies that are part of no other."""
        return self._parts.get(None, ())

    @property
    def leaves(self) -> tuple[Competency, ...]:
        """The competencies without parts, in the order of the tree."""
        return tuple(one for one in self.in_order() if one.id not in self._parts)

    @property
    def depth(self) -> int:
        """Levels of the tree."""
        level, depth = list(self.roots), 0
        while level:
            level, depth = [part for one in level for part in self.children(one.id)], depth + 1
        return depth

    def children(self, reference: str) -> tuple[Competency, ...]:
        """The direct parts of a competency, in order."""
        return self._parts.get(self[reference].id, ())

    def ancestors(self, reference: str) -> tuple[Competency, ...]:
        """What the competency is part of, nearest first."""
        found, parent = [], self[reference].parent
        while parent is not None:
            found.append(self._by_id[parent])
            parent = self._by_id[parent].parent
        return tuple(found)

    def descendants(self, reference: str) -> tuple[Competency, ...]:
        """Every part of the competency at any depth, in the order of the tree."""
        return tuple(self._below(self.children(reference)))

    def in_order(self) -> Iterator[Competency]:
        """Every competency, a whole before its parts.

        Siblings follow their `order`; those without one come after, as they stand in the file, except that codes which
        differ only in their numbers follow the numbers (VE2 before VE10).
        """
        return self._below(self.roots)

    def _below(self, start: tuple[Competency, ...]) -> Iterator[Competency]:
        waiting = list(reversed(start))
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(self._parts.get(one.id, ())))


def _in_order_of_siblings(siblings: list[Competency]) -> tuple[Competency, ...]:
    places = [one.order for one in siblings if one.order is not None]
    if len(set(places)) == len(siblings):
        return tuple(sorted(siblings, key=lambda one: one.order or 0))
    first_of_stem: dict[str, int] = {}

    def position(numbered: tuple[int, Competency]) -> tuple[Any, ...]:
        index, one = numbered
        order = one.order if one.order is not None else math.inf
        if one.code is None:
            return order, index, ()
        return order, first_of_stem.setdefault(NUMBER.sub("0", one.code), index), natural_order(one.code)

    # The keys are made in the order of the file, which is what makes a stem's first place its place.
    return tuple(one for _, one in sorted(enumerate(siblings), key=position))
