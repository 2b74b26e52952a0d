"""The associations of a CASE package, and the tree that some of them make."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ipe_workbench.frameworks.case.fields import ASSOCIATION, RELATIONS, identifier, records, take, text
from ipe_workbench.frameworks.hierarchy import ChildLink, Tree, grow_tree, in_code_order
from ipe_workbench.frameworks.identifiers import local_id
from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.package import ExternalNode

__all__ = ["CHILD_OF", "Link", "external_nodes", "read_links", "tree_of"]

CHILD_OF = "isChildOf"
#: Other spellings of the association types ("Is Child Of") by which they are known.
_RELATIONS = {name.casefold(): name for name in RELATIONS}


@dataclass(frozen=True, slots=True)
class Link:
    """One association as the package writes it, in `record`, with its ends and its type as they are meant."""

    id: str | None
    source: str
    relation: str
    target: str
    record: dict[str, Any]
    field: str


def read_links(listed: Any, meant: Callable[[str], str], notes: Notes) -> Iterator[Link]:
    """The usable associations of a package; `meant` gives the item at an end from how the end is written."""
    for index, one in records(listed):
        source = identifier(one.get("originNodeURI")) or identifier(one.get("originNodeIdentifier"))
        target = identifier(one.get("destinationNodeURI")) or identifier(one.get("destinationNodeIdentifier"))
        written = text(one.get("associationType"))
        field = f"CFAssociations[{index}]"
        if not (source and target and written):
            message = "The association lacks an end or its type and is left out."
            notes.say("case-refused", "warning", message, field, "Give it a type, an origin and a destination.")
            continue
        relation = _relation(written)
        if relation != written:
            message = f"The association type {written[:60]} is read as {relation}"
            notes.count("case-mended", "info", message, field)
        elif relation not in RELATIONS and not relation.startswith("ext:"):
            notes.count("case-extra", "info", "Association types that CASE does not know, kept as they are", relation)
        yield Link(text(one.get("identifier")), meant(source), relation, meant(target), one, field)


def tree_of(links: Sequence[Link], codes: Mapping[str, str], document: str, notes: Notes) -> tuple[Tree, list[Link]]:
    """The tree that the package's own isChildOf links make, and every link that is not part of it.

    `codes` gives the code of each item, `document` is the identifier of the document.
    """
    others: list[Link] = []
    children: list[ChildLink] = []
    for link in links:
        in_package = link.source in codes and (link.target in codes or link.target == document)
        if link.relation == CHILD_OF and in_package:
            order = take({"sequenceNumber": link.record.get("sequenceNumber")}, ASSOCIATION, notes, link.field)
            parent = link.target if link.target in codes else None
            children.append(ChildLink(link.source, parent, order.get("order"), link))
        else:
            others.append(link)
    tree = grow_tree(codes, children, in_code_order(codes))
    for child in tree.second:
        others.append(child.record)
        message, mend = "Second parents, kept as associations", "Decide which parent is meant."
        notes.count("case-second-parent", "info", message, child.child, mend)
    for child in tree.cut:
        others.append(child.record)
        code = codes[child.child]
        name = f"{code} ({child.child})" if code else child.child
        message = f"{name} is part of itself in a circle of isChildOf; it is made a top item."
        notes.say("cycle", "error", message, child.record.field, "Remove one association of the circle.")
    for one in tree.orphans:
        notes.count("case-guessed", "info", "Items without a parent in the package, made top items", one)
    return tree, others


def external_nodes(links: Sequence[Link], inside: Container[str], framework: str) -> tuple[ExternalNode, ...]:
    """What the links reach outside the package, each once; `framework` is our id of the framework."""
    found: dict[str, ExternalNode] = {}
    for link in links:
        for end, name in ((link.source, "originNodeURI"), (link.target, "destinationNodeURI")):
            if end not in inside and end not in found:
                node = link.record.get(name)
                record = node if isinstance(node, dict) else {"uri": node}
                uri, title = text(record.get("uri")) or "", text(record.get("title")) or ""
                found[end] = ExternalNode(
                    id=end,
                    title="" if title == end else title,
                    uri="" if uri == end or local_id(uri, framework) else uri,
                    type=text(record.get("targetType")) or "",
                )
    return tuple(found.values())


@lru_cache
def _relation(written: str) -> str:
    """The association type of CASE that is meant, else the one that is written."""
    return _RELATIONS.get(re.sub(r"[\s_-]", "", written).casefold(), written)
