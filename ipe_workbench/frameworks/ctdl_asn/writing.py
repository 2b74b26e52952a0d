"""Write a framework as a JSON-LD graph of Credential Engine's CTDL-ASN.

Source: Credential Engine, CTDL-ASN schema and "About the CTID" (https://credreg.net/ctdl/ctid). A CTID is made of the
ids of the framework and the item by UUID version 5, so that it never changes; a CTID that came with a file stays.
"""

from __future__ import annotations

from typing import Any

from ipe_workbench.frameworks.ctdl_asn import terms
from ipe_workbench.frameworks.ctdl_asn.nodes import Node, references
from ipe_workbench.frameworks.identifiers import (
    address,
    framework_address,
    is_address,
    is_uuid,
    local_uri,
    stable_uuid,
)
from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.json_files import json_text
from ipe_workbench.frameworks.model import Competency, Framework
from ipe_workbench.frameworks.package import Association, PublishedRubric

__all__ = ["write_ctdl_asn"]

_STATUS = "http://credreg.net/ctdlasn/vocabs/publicationStatus/"


def write_ctdl_asn(framework: Framework) -> str:
    """A CTDL-ASN graph as JSON text.

    Examples
    --------
    >>> import json
    >>> from ipe_workbench.frameworks import load_framework
    >>> graph = json.loads(write_ctdl_asn(load_framework("ipec-2023")))["@graph"]
    >>> graph[0]["@type"], graph[1]["ceasn:codedNotation"], graph[1]["ceterms:ctid"][:3]
    ('ceasn:CompetencyFramework', 'VE', 'ce-')
    """
    return json_text(_Writer(framework).graph())


class _Writer:
    """One writing of one framework."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.address = framework_address(framework.uri, framework.id, framework.title)
        self.external = {one.id: one for one in framework.external}
        self.alignments: dict[str, list[tuple[str, Association]]] = {}
        by_relation = {relation: term for term, relation in terms.ALIGNMENTS.items()}
        for one in framework.associations:
            term = by_relation.get(one.relation)
            holder = one.target if one.relation == "precedes" else one.source
            if term is not None and framework.by_id(holder) is not None:
                self.alignments.setdefault(holder, []).append((term, one))
        self.second_parents: dict[str, list[str]] = {}
        for one in framework.associations:
            if one.relation == "isChildOf":
                self.second_parents.setdefault(one.source, []).append(one.target)
        #: The criteria that judge each competency.
        self.criteria: dict[str, list[str]] = {}
        for rubric in framework.rubrics:
            for criterion in rubric.criteria:
                if criterion.competency:
                    self.criteria.setdefault(criterion.competency, []).append(
                        self._address(criterion.id, criterion.uri)
                    )

    def graph(self) -> dict[str, Any]:
        nodes = [self._framework(), *(self._competency(one) for one in self.framework.competencies)]
        for rubric in self.framework.rubrics:
            nodes += self._rubric(rubric)
        kept = [{name: value for name, value in node.items() if value not in (None, "", [], {})} for node in nodes]
        return {"@context": terms.CONTEXT, "@graph": kept}

    def _framework(self) -> dict[str, Any]:
        one = self.framework
        plain_license = one.license if one.license and not is_address(one.license) else ""
        node = {
            "@id": self.address,
            "@type": "ceasn:CompetencyFramework",
            "ceterms:ctid": self._ctid("", one.identifier),
            "ceasn:inLanguage": [one.language],
            "ceasn:license": one.license if is_address(one.license) else None,
            "ceasn:rights": self._text(plain_license),
            "ceasn:source": [one.source] if is_address(one.source) else None,
            "ceasn:author": [one.creator] if one.creator else None,
            "ceasn:localSubject": self._texts(one.subjects),
            "ceasn:dateModified": one.changed,
            "ceasn:publicationStatusType": _STATUS + terms.STATUS[one.status],
            "ceterms:versionCode": one.version,
            "ceasn:hasTopChild": [self._end(root.id) for root in one.roots],
        }
        return node | self._spoken(one, terms.FRAMEWORK_TEXTS, one.language) | self._kept(one, terms.KEPT_OF_FRAMEWORK)

    def _competency(self, one: Competency) -> dict[str, Any]:
        language = one.language or self.framework.language
        parents = [one.parent] if one.parent else []
        parents += self.second_parents.get(one.id, ())
        node = {
            "@id": self._end(one.id),
            "@type": "ceasn:Competency",
            "ceterms:ctid": self._ctid(one.id, one.id),
            "ceasn:isPartOf": self.address,
            "ceasn:isTopChildOf": None if one.parent else self.address,
            "ceasn:isChildOf": [self._end(parent) for parent in parents],
            "ceasn:hasChild": [self._end(part.id) for part in self.framework.children(one.id)],
            "ceasn:codedNotation": one.code,
            "ceasn:conceptKeyword": self._texts(one.keywords, language),
            "ceasn:educationLevelType": [level for level in one.education_levels if is_address(level)],
            "ceasn:inLanguage": [one.language] if one.language else None,
            "ceasn:license": one.license if is_address(one.license) else None,
            "ceasn:weight": one.weight,
            "ceasn:dateModified": one.changed,
            "ceasn:hasRubricCriterion": self.criteria.get(one.id),
        }
        for term, link in self.alignments.get(one.id, ()):
            other = link.source if link.relation == "precedes" else link.target
            node.setdefault(term, []).append(self._end(other))  # type: ignore[union-attr]
        plain = one if one.type != "competency" else one.model_copy(update={"type": ""})
        return node | self._spoken(plain, terms.COMPETENCY_TEXTS, language) | self._kept(one, terms.KEPT_OF_COMPETENCY)

    def _rubric(self, rubric: PublishedRubric) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = []
        for criterion in rubric.criteria:
            levels = [
                {
                    "@id": self._address(level.id, level.uri),
                    "@type": "ceasn:CriterionLevel",
                    "ceasn:benchmarkLabel": self._text(level.quality),
                    "ceasn:benchmarkText": self._text(level.description),
                    "ceasn:feedback": self._text(level.feedback),
                    "qdata:value": level.score,
                }
                for level in criterion.levels
            ]
            nodes.append({
                "@id": self._address(criterion.id, criterion.uri),
                "@type": "ceasn:RubricCriterion",
                "ceasn:name": self._text(criterion.category),
                "ceasn:description": self._text(criterion.description),
                "ceasn:weight": criterion.weight,
                "ceasn:hasCriterionLevel": [level["@id"] for level in levels],
            })  # fmt: skip
            nodes += levels
        whole = {
            "@id": self._address(rubric.id, rubric.uri),
            "@type": "ceasn:Rubric",
            "ceterms:ctid": self._ctid(rubric.id, rubric.id),
            "ceasn:name": self._text(rubric.title),
            "ceasn:description": self._text(rubric.description),
            "ceasn:dateModified": rubric.changed,
            "ceasn:inLanguage": [self.framework.language],
            "ceasn:hasRubricCriterion": [self._address(one.id, one.uri) for one in rubric.criteria],
        }
        return [whole, *nodes]

    def _ctid(self, item: str, known: str) -> str:
        if known.startswith("ce-") and is_uuid(known.removeprefix("ce-")):
            return known
        return "ce-" + stable_uuid(self.framework.id, item)

    def _address(self, reference: str, uri: str) -> str:
        return address(uri, self.framework.id, reference)

    def _end(self, reference: str) -> str:
        """The address of a competency, or of a node outside."""
        one = self.framework.by_id(reference)
        if one is not None:
            return self._address(one.id, one.uri)
        node = self.external.get(reference)
        for known in (node.uri if node else "", reference):
            if is_address(known):
                return known
        return f"urn:uuid:{reference}" if is_uuid(reference) else local_uri(self.framework.id, reference)

    def _text(self, text: str | None, language: str | None = None) -> dict[str, str] | None:
        return {language or self.framework.language: text} if text else None

    def _texts(self, texts: tuple[str, ...], language: str | None = None) -> dict[str, list[str]] | None:
        return {language or self.framework.language: list(texts)} if texts else None

    def _spoken(self, value: Framework | Competency, named: dict[str, str], language: str) -> dict[str, Any]:
        """Language maps; one in several languages as it came, as long as its text is still ours."""
        found: dict[str, Any] = {}
        kept = value.extras.get("ctdl", {})
        for name, attribute in named.items():
            text = getattr(value, attribute)
            if text:
                came = Node("", "", {name: kept[name]}, Notes("")).text(name, language) if name in kept else None
                found[name] = kept[name] if came == text else self._text(text, language)
        return found

    def _kept(self, value: Framework | Competency, allowed: frozenset[str]) -> dict[str, Any]:
        """What a CTDL-ASN file said besides, except where an attribute of ours has changed since."""
        kept = {name: part for name, part in value.extras.get("ctdl", {}).items() if name in allowed}
        if isinstance(value, Framework) and value.source not in references(kept.get("ceasn:source", [])):
            kept.pop("ceasn:source", None)
        return kept
