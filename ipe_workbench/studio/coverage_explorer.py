"""Coverage for a profession that one chooses: a list and the heatmap below it."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ipe_workbench.credentials import Programme
from ipe_workbench.figures import coverage_heatmap
from ipe_workbench.pathways import coverage

__all__ = ["coverage_explorer"]


def coverage_explorer(programme: Programme, framework: str) -> widgets.VBox:
    """The coverage of a framework, for everyone or for the learners of one profession.

    Parameters
    ----------
    programme : Programme
        Whose credentials count.
    framework : str
        Id of one of the programme's frameworks.

    Returns
    -------
    ipywidgets.VBox
        A list of professions, and the heatmap of the chosen one.

    Raises
    ------
    UnknownNameError
        When the programme does not use that framework.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> shown = coverage_explorer(example_programme(), "ipec-2023")
    >>> len(shown.children[0].options)
    9
    """
    titles = {one.id: one.title for one in programme.credentials.values()}
    options = [("Everyone", None), *((one.title, one.id) for one in programme.info.professions)]
    choice = widgets.Dropdown(options=options, description="Profession")
    picture = widgets.HTML()

    def show(change: Any = None) -> None:
        picture.value = coverage_heatmap(coverage(programme, framework, choice.value), titles).to_html()

    choice.observe(show, names="value")
    show()
    return widgets.VBox([choice, picture])
