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
from ipe_workbench.findings import Finding
from ipe_workbench.studio.browser_code import module
from ipe_workbench.studio.components import AlertArea, guarded
from ipe_workbench.studio.design_layout import Edge, Layout, lay_out
from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.said import said_in
from ipe_workbench.studio.texts import Texts, mark

__all__ = ["DesignGraph"]

_HERE = Path(__file__)
_WORDS = {
    "graph": mark("Graph"),
    "label": mark("Badges by term; arrows lead from what is asked for to what asks for it"),
    "connect": mark("Connect"),
    "connect_help": mark("Draw a line from the chosen badge to the one that shall ask for it (key C)"),
    "remove": mark("Remove"),
    "remove_help": mark("Remove the chosen line or badge (key Delete)"),
    "tidy": mark("Tidy up"),
    "tidy_help": mark("Arrange the badges anew so that few lines cross"),
    "smaller": mark("Smaller"),
    "smaller_help": mark("Zoom out (key -)"),
    "larger": mark("Larger"),
    "larger_help": mark("Zoom in (key +)"),
    "fit": mark("Show all"),
    "fit_help": mark("Zoom so that everything is in sight (key 0)"),
    "hint": mark(
        "Drag from one badge to another, and the second asks for the first. By keyboard: arrows move, Enter "
        "chooses, C connects, E goes to the lines, Delete removes, Ctrl+Z takes back."
    ),
    "connecting": mark("From {title}: choose the badge that shall ask for it. Escape gives up."),
    "given_up": mark("No line was drawn."),
    "no_lines": mark("No line leads to or from this badge."),
    "table": mark("The same as a table"),
}
_COLUMNS = (mark("Badge"), mark("Kind"), mark("When"), mark("Asks for"), mark("Findings"))


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
    words = traitlets.Dict().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)

    def __init__(self, model: DesignerModel, alert: AlertArea) -> None:
        self.design, self.texts = model, alert.texts
        self._places: Layout | None = None
        words = {name: self.texts(text) for name, text in _WORDS.items()}
        columns = [self.texts(text) for text in _COLUMNS]
        super().__init__(words={**words, "columns": columns}, language=self.texts.language)
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
        self.bands = [{"title": self.texts(one.title), "x": one.x, "width": one.width} for one in places.bands]
        self.selected = self.design.selected
        if self.design.message.text:
            text = said_in(self.design.message.text, self.texts)
            self.said = {"text": text, "number": self.design.revision}

    def tidy(self) -> None:
        """Arrange everything anew."""
        self._places = None
        self.refresh()
        self.said = {"text": self.texts("Arranged anew."), "number": self.design.revision}

    def focus(self, reference: str) -> None:
        """Put the keyboard's focus on a box."""
        self.send({"focus": reference})

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
        programme, texts = self.design.programme, self.texts
        item = programme.credentials.get(reference) or programme.stacks[reference]
        when = next((one.title for one in places.bands if one.x <= places.x[reference] < one.x + one.width), "")
        words = [f"{item.title}, {_kind(item, texts)}, {texts(when)}."]
        words += [texts("Asks for {titles}.", titles="; ".join(asks))] if asks else []
        words += [texts("Counts for {titles}.", titles="; ".join(counts))] if counts else []
        words += [f"{_in_words(found, texts)}."] if found else []
        return {
            "id": reference,
            "title": item.title,
            "kind": "stack" if isinstance(item, Stack) else "credential",
            "look": _look(item),
            "caption": _caption(item, texts),
            "x": places.x[reference],
            "y": places.y[reference],
            "term": texts(when),
            "asks": "; ".join(asks),
            "found": _in_words(found, texts),
            "mark": f"{'!' if any(one.severity == 'error' for one in found) else ''}{len(found)}" if found else "",
            "severity": "error" if any(one.severity == "error" for one in found) else "warning",
            "label": " ".join(words),
        }

    def _edge(self, edge: Edge) -> dict[str, Any]:
        title, texts = self.design.programme.title, self.texts
        values = {"to": title(edge.target), "badge": title(edge.source)}
        label = (
            texts("Line: {to} asks for {badge}. Delete removes it.", **values)
            if edge.always
            else texts("Line: {to} may count {badge}. Delete removes it.", **values)
        )
        return {
            "source": edge.source,
            "target": edge.target,
            "always": edge.always,
            "via": [list(one) for one in edge.via],
            "label": label,
        }


def _kind(item: MicroCredential | Stack, texts: Texts) -> str:
    if isinstance(item, Stack):
        return texts("stack ({kind})", kind=texts(item.kind))
    words = texts("{level} credential", level=texts(item.level))
    return words + (f", {texts(item.status)}" if item.status != "active" else "")


def _caption(item: MicroCredential | Stack, texts: Texts) -> str:
    if isinstance(item, Stack):
        return texts(item.kind)
    status = f" · {texts(item.status)}" if item.status != "active" else ""
    return f"{texts(item.level)} · {texts.decimal(f'{item.hours:g}')} h{status}"


def _look(item: MicroCredential | Stack) -> str:
    if isinstance(item, Stack):
        return "stack"
    return item.level if item.status == "active" else f"{item.level} ipe-graph-off"


def _in_words(found: list[Finding], texts: Texts) -> str:
    errors = sum(one.severity == "error" for one in found)
    words = [texts.plural("{n} error", "{n} errors", errors)] if errors else []
    warnings = len(found) - errors
    return ", ".join([*words, texts.plural("{n} warning", "{n} warnings", warnings)] if warnings else words)
