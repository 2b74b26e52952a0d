"""A crosswalk to explore in a notebook: choose a code and a direction, see its pairs."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ipe_workbench.frameworks import Crosswalk, Framework
from ipe_workbench.studio.components import escaped
from ipe_workbench.studio.crosswalk_explorer_model import CrosswalkExplorerModel

__all__ = ["crosswalk_explorer"]


def crosswalk_explorer(crosswalk: Crosswalk, source: Framework, target: Framework) -> widgets.VBox:
    """The pairs of a crosswalk for one code or all, in either direction.

    Parameters
    ----------
    crosswalk : Crosswalk
        What to look at.
    source, target : Framework
        The frameworks that it leads from and to.

    Returns
    -------
    ipywidgets.VBox
        A list of codes, a switch of direction, and the table of pairs.

    Examples
    --------
    >>> from ipe_workbench import frameworks
    >>> old, new = frameworks.load_framework("ipec-2016"), frameworks.load_framework("ipec-2023")
    >>> shown = crosswalk_explorer(frameworks.load_crosswalk("crosswalk-ipec-2016-2023"), old, new)
    >>> shown.children[-1].value.count("<tr>") > 30
    True
    """
    model = CrosswalkExplorerModel(crosswalk, source, target)
    direction = widgets.Checkbox(description=f"look from {target.title} back to {source.title}", indent=False)
    direction.layout.width = "auto"
    choice = widgets.Dropdown(options=model.choices, description="Code", layout=widgets.Layout(width="40em"))
    table = widgets.HTML()

    def turn(change: Any) -> None:
        model.backwards = change["new"]
        choice.options = model.choices
        choice.index = 0
        show()

    def choose(change: Any) -> None:
        model.code = change["new"]
        show()

    def show() -> None:
        table.value = _table(model)

    direction.observe(turn, names="value")
    choice.observe(choose, names="value")
    show()
    return widgets.VBox([choice, direction, table])


def _table(model: CrosswalkExplorerModel) -> str:
    names = (model.looked_from.title, "Relation", model.looked_at.title, "Remark")
    head = "".join(f'<th scope="col" style="text-align:left">{escaped(name)}</th>' for name in names)
    rows = "".join(
        "<tr>" + "".join(f'<td style="vertical-align:top">{escaped(cell)}</td>' for cell in row) + "</tr>"
        for row in model.pairs
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
