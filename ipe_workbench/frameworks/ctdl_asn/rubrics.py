"""The rubrics of a CTDL-ASN graph."""

from __future__ import annotations

from collections.abc import Mapping

from ipe_workbench.frameworks.ctdl_asn.nodes import Node, reference, references
from ipe_workbench.frameworks.identifiers import original_id
from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.package import PublishedCriterion, PublishedLevel, PublishedRubric

__all__ = ["read_rubrics"]

_PARTS = ("criterion", "rubric-level", "level")
_ENDS = ("ceasn:hasRubricCriterion", "ceasn:hasRubricLevel", "ceasn:hasCriterionLevel")


def read_rubrics(
    nodes: list[Node], language: str, competencies: Mapping[str, str], framework: str, notes: Notes
) -> tuple[PublishedRubric, ...]:
    """Each ceasn:Rubric with its criteria and, of each criterion, its levels in order.

    A level's name is the rubric level that lists it, else its own label. `competencies` gives our id of a competency by
    how it is pointed at. Ends that are not in the file are left out and noted; of nodes with one address the first
    counts.
    """
    by_id: dict[str, Node] = {}
    for node in nodes:
        if by_id.setdefault(reference(node.id), node) is not node and node.kind in _PARTS:
            mend = "Give each an address of its own."
            notes.count(
                "duplicate-id",
                "warning",
                "Parts of rubrics whose address stands twice; the first is read",
                node.id,
                mend,
            )
    for node in nodes:
        for term in _ENDS if node.kind in (*_PARTS, "rubric") else ():
            for end in references(node.values(term)):
                if reference(end) not in by_id:
                    mend = "Add what it points at, or remove it."
                    notes.count("ctdl-refused", "warning", "Ends of rubrics that are not in the file", end, mend)
    names = _level_names(nodes, language)
    judged = {
        reference(end): name
        for node in nodes
        if node.kind == "competency" and (name := competencies.get(reference(node.id)))
        for end in references(node.values("ceasn:hasRubricCriterion"))
    }

    def found(node: Node, term: str) -> list[Node]:
        ends = (by_id.get(reference(end)) for end in references(node.values(term)))
        return [end for end in ends if end is not None]

    def name_of(node: Node) -> str:
        return original_id(node.id, (node.ctid or "").removeprefix("ce-"), framework) or node.ctid or reference(node.id)

    def level(node: Node, place: int) -> PublishedLevel:
        share = node.number("qdata:percentage")
        return PublishedLevel(
            id=name_of(node),
            quality=names.get(reference(node.id)) or node.text("ceasn:benchmarkLabel", language) or "",
            description=node.text("ceasn:benchmarkText", language) or "",
            score=node.number("qdata:value") if share is None else share,
            feedback=node.text("ceasn:feedback", language) or "",
            position=place,
        )

    def criterion(node: Node, place: int) -> PublishedCriterion:
        weight = node.number("ceasn:weight")
        return PublishedCriterion(
            id=name_of(node),
            category=node.text("ceasn:name", language) or "",
            description=node.text("ceasn:description", language) or "",
            competency=judged.get(reference(node.id)),
            weight=node.number("ceterms:weight") if weight is None else weight,
            position=place,
            levels=tuple(level(one, at) for at, one in enumerate(found(node, "ceasn:hasCriterionLevel"), start=1)),
        )

    return tuple(
        PublishedRubric(
            id=name_of(node),
            title=node.text("ceasn:name", language) or "",
            description=node.text("ceasn:description", language) or "",
            criteria=tuple(
                criterion(one, at) for at, one in enumerate(found(node, "ceasn:hasRubricCriterion"), start=1)
            ),
        )
        for node in nodes
        if node.kind == "rubric"
    )


def _level_names(nodes: list[Node], language: str) -> dict[str, str]:
    """The name of the rubric level that each criterion level stands at."""
    return {
        reference(end): name
        for node in nodes
        if node.kind == "rubric-level" and (name := node.text("ceasn:name", language))
        for end in references(node.values("ceasn:hasCriterionLevel"))
    }
