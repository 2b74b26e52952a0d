"""What the bodies of all pages have in common: a place for errors, controls that redraw a part, and their HTML.

A body is widgets, as in every notebook. For a page that is served it is written as HTML, too, in which each part that
lives names its widget, so that the page is seen at once and a few lines of script keep it live (`page.js`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from ipe_workbench.studio.components import AlertArea, escaped
from ipe_workbench.studio.dashboards.pieces import Html

__all__ = ["PageBody", "controls", "written"]


class PageBody(widgets.VBox):  # type: ignore[misc]
    """The widgets of a page below its top; `alert` is where an error shows."""

    def __init__(self, alert: AlertArea, children: Sequence[widgets.Widget]) -> None:
        self.alert = alert
        super().__init__(list(children))
        self.add_class("ipe-page")

    def __repr__(self) -> str:
        # What a widget says of itself goes to the browser besides what it shows: all its content a second time.
        return f"{type(self).__name__}()"

    def _repr_mimebundle_(self, **how: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = super()._repr_mimebundle_(**how)
        # The mark tells the template to put it into the page as it is.
        return {**data, "text/html": written(self)}, {"ipe_first": True}


def controls(*chosen: widgets.Widget) -> widgets.Box:
    """Lists to choose from, side by side where there is room."""
    box = widgets.Box(list(chosen))
    box.add_class("ipe-controls")
    return box


def written(widget: widgets.Widget) -> Html:
    """A widget and what is inside of it as HTML: boxes, markup, and lists to choose from.

    Raises
    ------
    TypeError
        For a widget of another kind: it would not work on a page.

    Examples
    --------
    >>> "<option selected>b &amp; c</option>" in written(widgets.Dropdown(options=["a", "b & c"], value="b & c"))
    True
    """
    classes = escaped(" ".join(widget._dom_classes))
    if isinstance(widget, widgets.Box):
        return Html(f'<div class="{classes}">{"".join(map(written, widget.children))}</div>')
    model = escaped(str(widget.model_id))
    if isinstance(widget, widgets.HTML):
        # Its value is markup already, as in the widget.
        return Html(f'<div class="widget-html {classes}" data-model="{model}">{widget.value}</div>')
    if isinstance(widget, widgets.Dropdown):
        options = "".join(
            f"<option{' selected' if at == widget.index else ''}>{escaped(str(one))}</option>"
            for at, one in enumerate(widget._options_labels)
        )
        label = f'<label class="widget-label" for="{model}">{escaped(widget.description)}</label>'
        # Browsers would keep what was chosen before a reload, and the new kernel would not know.
        select = f'<select id="{model}" data-model="{model}" autocomplete="off">{options}</select>'
        return Html(f'<div class="widget-inline-hbox {classes}">{label}{select}</div>')
    raise TypeError(f"a page has no {type(widget).__name__}")
