"""A slider with a name: the stock ones have none for a screen reader."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from ipe_workbench.studio.browser_code import module

__all__ = ["LabelledSlider"]


class LabelledSlider(anywidget.AnyWidget):
    """The browser's own range control with a visible label, its value beside it, for mouse, touch and keyboard.

    Parameters
    ----------
    label : str
        What the slider is about.
    value, min, max, step : float
        A whole step makes a slider of whole numbers.
    unit : str
        Stands behind the number.
    language : str
        How numbers are written.

    Examples
    --------
    >>> slider = LabelledSlider(label="Attempts", value=3, min=0, max=9, step=1)
    >>> slider.value = 20
    >>> slider.value
    9.0
    """

    _esm = module("pieces", "listening", "labelled_slider")

    label = traitlets.Unicode().tag(sync=True)
    value = traitlets.CFloat().tag(sync=True)
    min = traitlets.CFloat(0.0).tag(sync=True)
    max = traitlets.CFloat(1.0).tag(sync=True)
    step = traitlets.CFloat(0.1).tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)

    @traitlets.validate("value")
    def _within(self, proposal: Any) -> float:
        return float(min(max(proposal["value"], self.min), self.max))
