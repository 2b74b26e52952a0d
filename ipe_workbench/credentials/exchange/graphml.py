"""A programme's pathway as a graph for graph tools (GraphML)."""

from __future__ import annotations

import io
import re
from typing import Any

from ipe_workbench.credentials.exchange.outgoing import content_losses, note_loss
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Badge, badges_in, describe, rule_to_data
from ipe_workbench.findings import Finding
from ipe_workbench.frameworks.import_result import Notes

__all__ = ["write_pathway_graphml"]

#: Signs that XML 1.0 cannot hold.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_pathway_graphml(programme: Programme) -> tuple[str, tuple[Finding, ...]]:
    """The graph as GraphML text, and what it does not carry.

    Notes
    -----
    A node for each credential and stack (``kind``, ``title``, ``stage``, ``hours``, ``rule`` as JSON and
    ``rule_in_words``); an edge from each badge that a rule can count to what it counts for: ``counts_toward`` a stack,
    ``required_for`` a credential. ``missing`` marks a badge that a rule names and the programme does not have.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> text, lost = write_pathway_graphml(example_programme())
    >>> text.count("<node "), text.count("<edge ")
    (21, 76)
    """
    import json

    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph(programme=programme.id, title=_xml(programme.info.title))
    rules: dict[str, Any] = {one.id: one.requires for one in programme.credentials.values() if one.requires is not None}
    rules |= {one.id: one.rule for one in programme.stacks.values()}
    for credential in programme.credentials.values():
        graph.add_node(credential.id, kind="credential", title=_xml(credential.title), stage=credential.stage,
                       level=credential.level, hours=float(credential.hours))  # fmt: skip
    for stack in programme.stacks.values():
        graph.add_node(stack.id, kind=stack.kind, title=_xml(stack.title), stage=stack.stage)
    for name, rule in rules.items():
        relation = "counts_toward" if name in programme.stacks else "required_for"
        for badge in badges_in(rule):
            if badge not in graph:
                graph.add_node(badge, kind="unknown", title=badge, missing=True)
            graph.add_edge(badge, name, relation=relation)
        graph.nodes[name]["rule"] = json.dumps(rule_to_data(rule), ensure_ascii=False)
        graph.nodes[name]["rule_in_words"] = _xml(describe(rule, programme.title))
    out = io.BytesIO()
    nx.write_graphml(graph, out, encoding="utf-8", named_key_ids=True)
    notes = Notes(programme.id)
    for name, rule in rules.items():
        if not isinstance(rule, Badge):
            note_loss(notes, "GraphML", "rules but as text", name)
    content_losses(programme, notes, "GraphML", badges={"title", "stage", "level", "hours", "requires"},
                   stacks={"title", "stage", "kind", "rule"})  # fmt: skip
    return out.getvalue().decode("utf-8"), notes.all()


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
