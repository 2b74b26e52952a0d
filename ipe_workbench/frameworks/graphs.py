"""A framework as a graph for graph tools: a networkx graph, GraphML and node-link JSON; and back."""

from __future__ import annotations

import io
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import tostring

import networkx as nx
from pydantic import BaseModel

from ipe_workbench.frameworks.json_files import json_text
from ipe_workbench.frameworks.model import Competency, Framework
from ipe_workbench.frameworks.package import Association

__all__ = ["from_graph", "read_graphml", "read_node_link", "to_graph", "write_graphml", "write_node_link"]

if TYPE_CHECKING:
    Graph = nx.MultiDiGraph[str]
else:
    Graph = nx.MultiDiGraph

_CHILD_OF = "isChildOf"
#: Members of a framework that are nodes or edges; everything else is an attribute of the graph.
_PARTS = {"competencies", "associations"}


def to_graph(framework: Framework) -> Graph:
    """The framework as a directed graph that may have several edges between two nodes.

    Returns
    -------
    networkx.MultiDiGraph
        A node for each competency (by id) and each external node (``external=True``); an edge from the part to the
        whole with ``relation="isChildOf"``, and one for each association. Attributes are text, numbers or, for lists
        and mappings, JSON text; empty ones are absent. `graph` holds the fields of the framework.

    Examples
    --------
    >>> from ipe_workbench.frameworks import load_framework
    >>> graph = to_graph(load_framework("ipec-2023"))
    >>> graph.number_of_nodes(), graph.edges["VE1", "VE", 0]["relation"], graph.nodes["VE1"]["code"]
    (37, 'isChildOf', 'VE1')
    """
    fields = framework.model_dump(mode="json", exclude={*_PARTS, "id"})
    # GraphML has an id of its own for the graph.
    graph: Graph = nx.MultiDiGraph(framework_id=framework.id, **_attributes(fields))
    for node in framework.external:
        graph.add_node(node.id, external=True, **_attributes(node.model_dump(exclude={"id"})))
    for place, one in enumerate(framework.in_order(), start=1):
        graph.add_node(one.id, place=place, **_attributes(one.model_dump(mode="json", exclude={"id", "parent"})))
    for one in framework.competencies:
        if one.parent is not None:
            graph.add_edge(one.id, one.parent, relation=_CHILD_OF, hierarchy=True)
    for link in framework.associations:
        about = _attributes(link.model_dump(mode="json", exclude={"id", "source", "target"}))
        graph.add_edge(link.source, link.target, **about, **({"link_id": link.id} if link.id else {}))
    return graph


def from_graph(graph: nx.Graph[str]) -> Framework:
    """The framework of a graph that `to_graph` made."""
    inside = [(str(name), at) for name, at in graph.nodes(data=True) if "place" in at]
    parents = {str(part): str(whole) for part, whole, at in graph.edges(data=True) if at.get("hierarchy")}
    items = [
        Competency.model_validate({"id": name, "parent": parents.get(name)} | _values(at, Competency, {"id", "parent"}))
        for name, at in sorted(inside, key=lambda pair: pair[1]["place"])
    ]
    links = [
        Association.model_validate(
            {"id": at.get("link_id"), "source": str(source), "target": str(target)}
            | _values(at, Association, {"id", "source", "target"})
        )
        for source, target, at in graph.edges(data=True)
        if not at.get("hierarchy")
    ]
    parts = {"id": graph.graph["framework_id"], "competencies": tuple(items), "associations": tuple(links)}
    return Framework.model_validate(_values(graph.graph, Framework, {*_PARTS, "id"}) | parts)


def write_graphml(framework: Framework) -> str:
    """GraphML text. Characters that no XML may hold are left out."""
    writer = nx.GraphMLWriter(prettyprint=False)
    writer.add_graph_element(_legal(to_graph(framework)))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(writer.xml, encoding="unicode") + "\n"


def read_graphml(text: str) -> Framework:
    """The framework of GraphML text that `write_graphml` made."""
    return from_graph(nx.read_graphml(io.BytesIO(text.encode("utf-8")), force_multigraph=True))


def write_node_link(framework: Framework) -> str:
    """Node-link JSON as networkx, D3 and others read it."""
    data = nx.node_link_data(to_graph(framework), edges="links")
    return json_text(data)


def read_node_link(text: str) -> Framework:
    """The framework of node-link JSON that `write_node_link` made."""
    return from_graph(nx.node_link_graph(json.loads(text), edges="links"))


def _attributes(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value
        for name, value in fields.items()
        if value not in (None, "", [], (), {})
    }


def _values(attributes: dict[str, Any], model: type[BaseModel], left_out: set[str]) -> dict[str, Any]:
    fields = _are_json(model)
    return {
        name: json.loads(value) if fields[name] else value
        for name, value in attributes.items()
        if name in fields and name not in left_out
    }


@lru_cache
def _are_json(model: type[BaseModel]) -> dict[str, bool]:
    """The fields of a model, and whether each is a list or a mapping, which a graph holds as JSON text."""
    return {name: field.default == () or field.default_factory is dict for name, field in model.model_fields.items()}


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _legal(graph: Graph) -> Graph:
    """The graph, a fresh one, with every text fit for XML."""
    for attributes in (
        graph.graph,
        *(at for _, at in graph.nodes(data=True)),
        *(at for *_, at in graph.edges(data=True)),
    ):
        for name, value in attributes.items():
            if isinstance(value, str) and _ILLEGAL.search(value):
                attributes[name] = _ILLEGAL.sub("", value)
    renamed = {name: _ILLEGAL.sub("", name) for name in graph if _ILLEGAL.search(name)}
    return nx.relabel_nodes(graph, renamed) if renamed else graph
