"""The designer's graph: badges in columns by term, lines for what asks for what, all of it by mouse or by keyboard.

The picture is `design_graph.js`, one module without a build step. It decides nothing: a wish comes as a message, the
model does it, and what came of it is drawn and said.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ipe_workbench.credentials import MicroCredential, Stack
from ipe_workbench.credentials.rules import counted
from ipe_workbench.findings import Finding
from ipe_workbench.studio.browser_code import module
from ipe_workbench.studio.components import AlertArea, guarded
from ipe_workbench.studio.design_layout import Edge, Layout, lay_out
from ipe_workbench.studio.designer_model import DesignerModel

__all__ = ["DesignGraph"]

_HERE = Path(__file__)
_WORDS: dict[str, Any] = {
    "label": "Badges by term; arrows lead from what is asked for to what asks for it",
    "connect": "Connect",
    "connect_help": "Draw a line from the chosen badge to the one that shall ask for it (key C)",
    "remove": "Remove",
    "remove_help": "Remove the chosen line or badge (key Delete)",
    "tidy": "Tidy up",
    "tidy_help": "Arrange the badges anew so that few lines cross",
    "smaller": "Smaller",
    "smaller_help": "Zoom out (key -)",
    "larger": "Larger",
    "larger_help": "Zoom in (key +)",
    "fit": "Show all",
    "fit_help": "Zoom so that everything is in sight (key 0)",
    "hint": "Drag from one badge to another, and the second asks for the first. By keyboard: arrows move, Enter "
    "chooses, C connects, E goes to the lines, Delete removes, Ctrl+Z takes back.",
    "connecting": "From {}: choose the badge that shall ask for it. Escape gives up.",
    "given_up": "No line was drawn.",
    "no_lines": "No line leads to or from this badge.",
    "table": "The same as a table",
    "columns": ["Badge", "Kind", "When", "Asks for", "Findings"],
}


class DesignGraph(anywidget.AnyWidget):
    """The graph of a `DesignerModel`.

    Parameters
    ----------
    model : DesignerModel
        What is drawn and changed.
    alert : AlertArea
        Where an unexpected error shows.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> graph = DesignGraph(DesignerModel(example_programme()), AlertArea())
    >>> len(graph.nodes), graph.nodes[0]["label"].partition(".")[0]
    (21, 'Foundations of shared values, foundation credential, Fall 2026')
    """

    _esm = module("pieces", "listening", "design_graph_paper", "design_graph")
    _css = _HERE.with_name("design_graph.css")

    nodes: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    edges: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    bands: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    #: What was done last; the number tells two equal sentences apart.
    said = traitlets.Dict({"text": "", "number": 0}).tag(sync=True)
    words = traitlets.Dict(_WORDS).tag(sync=True)

    def __init__(self, model: DesignerModel, alert: AlertArea) -> None:
        self.design = model
        self._places: Layout | None = None
        super().__init__()
        self._wishes: dict[str, Callable[[dict[str, Any]], object]] = {
            "select": lambda wish: self.design.select(str(wish["id"])),
            "connect": lambda wish: self.design.connect(str(wish["source"]), str(wish["target"])),
            "disconnect": lambda wish: self.design.disconnect(str(wish["source"]), str(wish["target"])),
            "remove": lambda wish: self.design.remove(str(wish["id"])),
            "undo": lambda _: self.design.undo(),
            "redo": lambda _: self.design.redo(),
            "save": lambda _: self.design.save(),
            "tidy": lambda _: self.tidy(),
        }
        self.on_msg(guarded(alert)(self._wished))
        self.refresh()

    def refresh(self) -> None:
        """Draw what the model has; only what is another goes to the browser."""
        self._places = places = lay_out(self.design.programme, self._places)
        self.nodes = self._nodes(places)
        self.edges = [self._edge(one) for one in places.edges]
        self.bands = [{"title": one.title, "x": one.x, "width": one.width} for one in places.bands]
        self.selected = self.design.selected
        if self.design.message.text:
            self.said = {"text": self.design.message.text, "number": self.design.revision}

    def tidy(self) -> None:
        """Arrange everything anew."""
        self._places = None
        self.refresh()
        self.said = {"text": "Arranged anew.", "number": self.design.revision}

    def _wished(self, _: object, wish: dict[str, Any], __: object) -> None:
        act = self._wishes.get(wish.get("do", ""))
        if act is not None:
            act(wish)

    def _nodes(self, places: Layout) -> list[dict[str, Any]]:
        title = self.design.programme.title
        asks: dict[str, list[str]] = {one: [] for one in places.x}
        counts: dict[str, list[str]] = {one: [] for one in places.x}
        for edge in places.edges:
            asks[edge.target].append(title(edge.source))
            counts[edge.source].append(title(edge.target))
        found: dict[str, list[Finding]] = {}
        for one in self.design.findings:
            if one.severity != "info":
                found.setdefault(one.subject, []).append(one)
        return [self._node(one, places, asks[one], counts[one], found.get(one, [])) for one in places.x]

    def _node(
        self, reference: str, places: Layout, asks: list[str], counts: list[str], found: list[Finding]
    ) -> dict[str, Any]:
        programme = self.design.programme
        item = programme.credentials.get(reference) or programme.stacks[reference]
        when = next((one.title for one in places.bands if one.x <= places.x[reference] < one.x + one.width), "")
        words = [f"{item.title}, {_kind(item)}, {when}."]
        words += [f"Asks for {'; '.join(asks)}."] if asks else []
        words += [f"Counts for {'; '.join(counts)}."] if counts else []
        words += [f"{_in_words(found)}."] if found else []
        return {
            "id": reference,
            "title": item.title,
            "kind": "stack" if isinstance(item, Stack) else "credential",
            "look": _look(item),
            "caption": _caption(item),
            "x": places.x[reference],
            "y": places.y[reference],
            "term": when,
            "asks": "; ".join(asks),
            "found": _in_words(found),
            "mark": f"{'!' if any(one.severity == 'error' for one in found) else ''}{len(found)}" if found else "",
            "severity": "error" if any(one.severity == "error" for one in found) else "warning",
            "label": " ".join(words),
        }

    def _edge(self, edge: Edge) -> dict[str, Any]:
        title = self.design.programme.title
        how = "asks for" if edge.always else "may count"
        label = f"Line: {title(edge.target)} {how} {title(edge.source)}. Delete removes it."
        return {
            "source": edge.source,
            "target": edge.target,
            "always": edge.always,
            "via": [list(one) for one in edge.via],
            "label": label,
        }


def _kind(item: MicroCredential | Stack) -> str:
    if isinstance(item, Stack):
        return f"stack ({item.kind})"
    return f"{item.level} credential" + (f", {item.status}" if item.status != "active" else "")


def _caption(item: MicroCredential | Stack) -> str:
    if isinstance(item, Stack):
        return item.kind
    status = f" · {item.status}" if item.status != "active" else ""
    return f"{item.level} · {item.hours:g} h{status}"


def _look(item: MicroCredential | Stack) -> str:
    if isinstance(item, Stack):
        return "stack"
    return item.level if item.status == "active" else f"{item.level} ipe-graph-off"


def _in_words(found: list[Finding]) -> str:
    errors = sum(one.severity == "error" for one in found)
    parts = [(errors, "error"), (len(found) - errors, "warning")]
    return ", ".join(counted(number, word) for number, word in parts if number)
