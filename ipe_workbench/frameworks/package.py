"""What a published framework holds beside its competencies: links, definitions, rubrics and nodes outside of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ipe_workbench.documents import FileModel

__all__ = [
    "Association",
    "Definition",
    "DefinitionKind",
    "ExternalNode",
    "PublishedCriterion",
    "PublishedLevel",
    "PublishedRubric",
]

#: What CASE calls CFItemTypes, CFConcepts, CFSubjects, CFLicenses and CFAssociationGroupings.
DefinitionKind = Literal["item-type", "concept", "subject", "licence", "grouping"]


class Association(FileModel):
    """A link of an item to another item, which may lie outside the framework.

    `relation` is a term of CASE 1.1 (exactMatchOf, isRelatedTo, precedes, ...) or the publisher's own. `order` is the
    sequence number among links of its kind, `grouping` the id of a definition of kind *grouping*. `extras` keeps what
    the source format says besides, under the format's name (``case``, ``ctdl``).
    """

    id: str | None = None
    source: str
    relation: str
    target: str
    order: int | None = None
    grouping: str | None = None
    weight: float | None = None
    uri: str = ""
    notes: str = ""
    changed: str = ""
    extras: dict[str, Any] = Field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.source, self.relation, self.target))


class ExternalNode(FileModel):
    """The far end of an association: an item of another framework, or any resource on the web."""

    id: str
    title: str = ""
    uri: str = ""
    type: str = ""


class Definition(FileModel):
    """A term that a publisher defines for its framework: an item type, concept, subject, licence or grouping.

    `code` is the publisher's code, in CASE of the place in its hierarchy; `text` the wording of a licence.
    """

    kind: DefinitionKind
    id: str
    title: str = ""
    description: str = ""
    code: str = ""
    type_code: str = ""
    keywords: str = ""
    text: str = ""
    uri: str = ""
    changed: str = ""
    extras: dict[str, Any] = Field(default_factory=dict)


class PublishedLevel(FileModel):
    """One level of a published criterion: its name (`quality`), descriptor, score and standing feedback."""

    id: str
    quality: str = ""
    description: str = ""
    score: float | None = None
    feedback: str = ""
    position: int | None = None
    uri: str = ""
    changed: str = ""
    extras: dict[str, Any] = Field(default_factory=dict)


class PublishedCriterion(FileModel):
    """One criterion of a published rubric; `competency` is the id of the item that it judges."""

    id: str
    category: str = ""
    description: str = ""
    competency: str | None = None
    weight: float | None = None
    position: int | None = None
    uri: str = ""
    changed: str = ""
    levels: tuple[PublishedLevel, ...] = ()
    extras: dict[str, Any] = Field(default_factory=dict)


class PublishedRubric(FileModel):
    """A rubric as its publisher exchanges it; a credential's own rubric is `ipe_workbench.credentials.Rubric`."""

    id: str
    title: str = ""
    description: str = ""
    uri: str = ""
    changed: str = ""
    criteria: tuple[PublishedCriterion, ...] = ()
    extras: dict[str, Any] = Field(default_factory=dict)
