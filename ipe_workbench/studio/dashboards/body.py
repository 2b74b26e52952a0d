"""What the bodies of all pages have in common: a place for errors, and controls that redraw a part."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as widgets

from ipe_workbench.studio.components import AlertArea

__all__ = ["PageBody", "controls"]


class PageBody(widgets.VBox):  # type: ignore[misc]
    """The widgets of a page below its top; `alert` is where an error shows."""

    def __init__(self, alert: AlertArea, children: Sequence[widgets.Widget]) -> None:
        self.alert = alert
        super().__init__(list(children))
        self.add_class("ipe-page")

    def __repr__(self) -> str:
        # What a widget says of itself goes to the browser besides what it shows: all its content a second time.
        return f"{type(self).__name__}()"


def controls(*chosen: widgets.Widget) -> widgets.Box:
    """Lists to choose from, side by side where there is room."""
    box = widgets.Box(list(chosen))
    box.add_class("ipe-controls")
    return box
