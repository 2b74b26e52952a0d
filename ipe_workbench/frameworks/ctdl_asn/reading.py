"""Read a competency framework of Credential Engine's CTDL-ASN from JSON-LD.

Source: Credential Engine, CTDL-ASN schema and JSON-LD context (https://credreg.net/ctdlasn/terms). Read are an
``@graph`` or a bare array, language maps and plain texts, hierarchies told by ``hasChild``, ``isChildOf`` or both, keys
written in full or in the wrong case. What was guessed or mended is a finding; what a framework of ours has no name for
is kept in ``extras``. No context is fetched: the terms are known by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ipe_workbench.documents import id_from
from ipe_workbench.frameworks.ctdl_asn import terms
from ipe_workbench.frameworks.ctdl_asn.nodes import Node, graph_nodes, keyword, reference, references, weight_of
from ipe_workbench.frameworks.ctdl_asn.rubrics import read_rubrics
from ipe_workbench.frameworks.hierarchy import ChildLink, Tree, grow_tree, in_code_order
from ipe_workbench.frameworks.identifiers import local_id, original_id
from ipe_workbench.frameworks.import_result import FrameworkReading, Notes, refused
from ipe_workbench.frameworks.json_files import parse_json, read_bytes
from ipe_workbench.frameworks.model import Competency, Framework
from ipe_workbench.frameworks.package import Association, ExternalNode

__all__ = ["is_ctdl_asn", "read_ctdl_asn", "read_ctdl_asn_data"]

_TREE = ("ceasn:isChildOf", "ceasn:hasChild", "ceasn:isTopChildOf", "ceasn:hasTopChild")


def read_ctdl_asn(path: str | Path) -> FrameworkReading:
    """Read a CTDL-ASN framework.

    Parameters
    ----------
    path : path
        A JSON-LD file: one framework with its competencies.

    Returns
    -------
    FrameworkReading
        `associations` counts ``isChildOf`` (between competencies), ``isTopChildOf`` and each kind of alignment.

    Raises
    ------
    UnreadableFileError
        When the file is missing, too large, not JSON, or holds several frameworks, or neither competency nor rubric.

    Notes
    -----
    Linear. A competency's id is its CTID, else the last part of its address. Siblings follow the order of ``hasChild``;
    without it, ``listID``, else the natural order of their codes.

    Examples
    --------
    >>> import datetime
    >>> import tempfile
    >>> from ipe_workbench.frameworks import export_framework, load_framework
    >>> file = Path(tempfile.mkdtemp(), "ipec.json")
    >>> made = export_framework(load_framework("ipec-2023"), "ctdl-asn", now=datetime.datetime(2027, 1, 1))
    >>> _ = file.write_bytes(made.content)
    >>> len(read_ctdl_asn(file).framework.competencies)
    37
    """
    return read_ctdl_asn_data(*parse_json(read_bytes(Path(path)), str(path)))


def is_ctdl_asn(data: Any) -> bool:
    """Whether JSON looks like CTDL-ASN: an ``@graph``, or a list of nodes with a type."""
    if isinstance(data, dict):
        named = "@context" in data and any(keyword(data, name) for name in ("@type", "@graph", "@included"))
        return named or "@graph" in data
    return isinstance(data, list) and any(
        isinstance(one, dict) and ("@id" in one or isinstance(keyword(one, "@type"), str | list)) for one in data
    )


def read_ctdl_asn_data(data: Any, notes: Notes) -> FrameworkReading:
    """Read a CTDL-ASN framework from its JSON value; returns and raises as `read_ctdl_asn` does."""
    nodes = graph_nodes(data, notes)
    frameworks = [node for node in nodes if node.kind == "framework"]
    competencies = [node for node in nodes if node.kind == "competency"]
    if not competencies and all(node.kind != "rubric" for node in nodes):
        message = "This JSON-LD is no competency framework: it holds neither a ceasn:Competency nor a ceasn:Rubric."
        raise refused(message, notes.file)
    if not competencies:
        notes.say("ctdl-guessed", "warning", "The graph holds rubrics, but no competency.", "@graph")
    if len(frameworks) > 1:
        message = f"The file holds {len(frameworks)} frameworks."
        raise refused(message, notes.file, mend="Save each framework with its competencies in a file of its own.")
    return _Reader(nodes, frameworks[0] if frameworks else None, competencies, notes).read()


class _Reader:
    """One reading of one graph."""

    def __init__(self, nodes: list[Node], framework: Node | None, competencies: list[Node], notes: Notes) -> None:
        self.notes = notes
        self.nodes = nodes
        self.framework = framework or Node("", "framework", {}, notes)
        if framework is None:
            notes.say("ctdl-guessed", "warning", "The graph has no ceasn:CompetencyFramework.", "@graph")
        languages = self.framework.values("ceasn:inLanguage")
        self.language = next((one for one in languages if isinstance(one, str) and one.strip()), "en")
        title = self.framework.text("ceasn:name", self.language)
        if not title and not competencies:
            title = next((node.text("ceasn:name", self.language) for node in nodes if node.kind == "rubric"), None)
        if not title:
            title = "Untitled framework"
            notes.say("ctdl-guessed", "warning", "The framework has no name.", "@graph", "Give it a ceasn:name.")
        self.title = title
        self.id = self.framework.local_id() or id_from(title) or "ctdl-framework"
        self.items: dict[str, Node] = {}
        for node in competencies:
            name = self._name(node)
            if name in self.items:
                message = f"The competency {name} stands twice; the first is kept."
                mend = "Give each competency a CTID of its own."
                notes.say("duplicate-id", "error", message, f"@graph[{node.index}]", mend)
            else:
                self.items[name] = node
        #: Every way in which a competency may be pointed at.
        self.by_reference: dict[str, str] = {}
        for name, node in self.items.items():
            for written in (node.id, node.ctid, name):
                if written:
                    self.by_reference.setdefault(reference(written), name)
        #: Links to wholes that are not in the file.
        self.outer_parents: list[Association] = []
        #: The addresses of the ends outside the file, by the identifiers in them.
        self.outside: dict[str, str] = {}
        self.whole = {reference(one) for one in (self.framework.id, self.framework.ctid) if one}

    def read(self) -> FrameworkReading:
        tree, counts = self._tree()
        associations = [*self._second_parents(tree), *self.outer_parents, *self._alignments(tree)]
        counts.update(one.relation for one in associations if one.relation != "isChildOf")
        counts["isChildOf"] += len(self.outer_parents)
        known = {*self.items, *(reference(node.id) for node in self.nodes if node.id), *self.whole}
        external: dict[str, ExternalNode] = {}
        ends = 0
        for one in associations:
            for end in (one.source, one.target):
                if end not in known:
                    ends += 1
                    external.setdefault(end, ExternalNode(id=end, uri=self.outside.get(end, "")))
        if ends:
            message = f"Ends of alignments outside the file: {ends}. They are kept as external nodes."
            self.notes.say("ctdl-external", "info", message, "@graph")
        framework = Framework.model_validate(
            self._framework()
            | {
                "competencies": tuple(self._competencies(tree)),
                "associations": tuple(associations),
                "external": tuple(external.values()),
                "rubrics": read_rubrics(self.nodes, self.language, self.by_reference, self.id, self.notes),
            }
        )
        return FrameworkReading(framework, self.notes.all(), dict(+counts), ends, "ctdl-asn")

    def _name(self, node: Node) -> str:
        ctid = (node.ctid or "").removeprefix("ce-")
        return original_id(node.id, ctid, self.id) or node.ctid or reference(node.id)

    def _end(self, written: str) -> str:
        known = self.by_reference.get(reference(written))
        if known is not None:
            return known
        end = local_id(written, self.id) or reference(written)
        if end != written and not written.startswith("urn:uuid:"):
            self.outside[end] = written
        return end

    def _framework(self) -> dict[str, Any]:
        node = self.framework
        values = node.take(terms.FRAMEWORK_TEXTS, terms.KEPT_OF_FRAMEWORK, self.language)
        extras = values.get("extras", {}).get("ctdl", {})
        states = {theirs.casefold(): ours for ours, theirs in terms.STATUS.items()}
        status = re.split("[/:]", next(iter(references(node.values("ceasn:publicationStatusType"))), ""))[-1].casefold()
        sources = [one for one in node.values("ceasn:source") if isinstance(one, str)]
        license = next(iter(references(node.values("ceasn:license"))), "")
        # What one attribute of ours says whole need not be kept aside as well.
        if status in states:
            extras.pop("ceasn:publicationStatusType", None)
        if len(sources) == 1:
            extras.pop("ceasn:source", None)
        if not license and len(rights := node.texts("ceasn:rights", self.language)) == 1:
            license = rights[0]
            extras.pop("ceasn:rights", None)
        if not extras:
            values.pop("extras", None)
        own = node.local_id()
        return values | {
            "id": self.id,
            "title": self.title,
            "language": self.language,
            "status": states.get(status, "current"),
            "license": license,
            "source": sources[0] if sources else "",
            "version": node.plain("ceterms:versionCode") or "",
            "subjects": node.texts("ceasn:localSubject", self.language),
            "creator": node.plain("ceasn:author") or "",
            "changed": node.time("ceasn:dateModified"),
            "statement_source": "publisher",
            "identifier": "" if own else node.ctid or "",
            "uri": "" if own else node.id,
        }

    def _tree(self) -> tuple[Tree, Counter[str]]:
        """The tree that isChildOf, hasChild or both tell, and how many links each kind has."""
        links: dict[tuple[str, str | None], float | None] = {}
        for name, node in self.items.items():
            for end in references(node.values("ceasn:isChildOf")):
                self._link(links, name, end, None)
            if references(node.values("ceasn:isTopChildOf")):
                links.setdefault((name, None), None)
        for parent, node in ((None, self.framework), *self.items.items()):
            term = "ceasn:hasTopChild" if parent is None else "ceasn:hasChild"
            for order, end in enumerate(references(node.values(term))):
                child = self.by_reference.get(reference(end))
                if child is None:
                    self.notes.count("ctdl-refused", "warning", f"Ends of {term} that are not in the file", end)
                else:
                    links[child, parent] = order
        counts = Counter("isTopChildOf" if parent is None else "isChildOf" for _, parent in links)
        codes = {name: node.plain("ceasn:codedNotation") or "" for name, node in self.items.items()}
        children = [ChildLink(child, parent, self._place(child, order)) for (child, parent), order in links.items()]
        tree = grow_tree(self.items, children, in_code_order(codes))
        for link in tree.cut:
            name = f"{codes[link.child]} ({link.child})" if codes[link.child] else link.child
            message = f"{name} is part of itself in a circle of isChildOf; it is made a top item."
            self.notes.say("cycle", "error", message, "@graph", "Remove one isChildOf of the circle.")
        for one in tree.orphans:
            self.notes.count("ctdl-guessed", "info", "Competencies without a parent in the file, made top items", one)
        return tree, counts

    def _link(
        self, links: dict[tuple[str, str | None], float | None], child: str, end: str, order: float | None
    ) -> None:
        parent = self.by_reference.get(reference(end))
        if parent is None and reference(end) not in self.whole:
            self.outer_parents.append(Association(source=child, relation="isChildOf", target=self._end(end)))
        else:
            links.setdefault((child, parent), order)

    def _place(self, child: str, order: float | None) -> float | None:
        if order is not None:
            return order
        listed = self.items[child].plain("ceasn:listID") or ""
        return float(listed) if re.fullmatch(r"[0-9]{1,9}", listed) else None

    def _competencies(self, tree: Tree) -> Iterator[Competency]:
        for name, parent, order in tree.items:
            node = self.items[name]
            values = node.take(terms.COMPETENCY_TEXTS, terms.KEPT_OF_COMPETENCY, self.language)
            language = next((one for one in node.values("ceasn:inLanguage") if isinstance(one, str)), None)
            yield Competency(
                id=name,
                parent=parent,
                order=order,
                code=node.plain("ceasn:codedNotation"),
                keywords=node.texts("ceasn:conceptKeyword", self.language),
                education_levels=tuple(references(node.values("ceasn:educationLevelType"))),
                license=next(iter(references(node.values("ceasn:license"))), ""),
                language=language,
                weight=node.number("ceasn:weight"),
                changed=node.time("ceasn:dateModified"),
                uri="" if local_id(node.id, self.id) else node.id,
                **values,
            )
            if "statement" not in values:
                mend = "Write their ceasn:competencyText."
                self.notes.count("ctdl-guessed", "warning", "Competencies without a statement", name, mend)

    def _second_parents(self, tree: Tree) -> Iterator[Association]:
        for link in (*tree.second, *tree.cut):
            if link.parent is not None:
                yield Association(source=link.child, relation="isChildOf", target=link.parent)
            if link in tree.second:
                message, mend = "Second parents, kept as associations", "Decide which parent is meant."
                self.notes.count("ctdl-second-parent", "info", message, link.child, mend)

    def _alignments(self, tree: Tree) -> Iterator[Association]:
        # In the order of the tree, which a second reading of what we write meets again.
        for name, _, _ in tree.items:
            node = self.items[name]
            for term in node.among(terms.ALIGNMENTS):
                relation = terms.ALIGNMENTS[term]
                for value in node.values(term):
                    for end in references([value]):
                        ends = (name, self._end(end))
                        source, target = reversed(ends) if relation == "precedes" else ends
                        yield Association(source=source, relation=relation, target=target, weight=weight_of(value))
