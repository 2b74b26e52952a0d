"""Sliders on a design, and what they would do to a cohort, beside the design as it is."""

from __future__ import annotations

import asyncio
from typing import Any

import ipywidgets as widgets
import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.figures import bottlenecks_on_page, designs_on_page
from ipe_workbench.simulation import Scenario
from ipe_workbench.studio.cohort_explorer_model import LEVERS, CohortExplorerModel, Lever
from ipe_workbench.studio.components import AlertArea, guarded, markup, style_sheet, wrapped
from ipe_workbench.studio.labelled_slider import LabelledSlider

__all__ = ["CohortExplorer", "cohort_explorer"]

_SLIDERS = {**LEVERS, "replicates": Lever(2, 200, 1, "Simulated cohorts")}
#: Seconds of simulation before the first look, from the last move to the other cohorts, and of one step of these.
_FIRST_LOOK, _REST, _STEP = 0.05, 0.25, 0.08


def cohort_explorer(programme: Programme, scenario: Scenario, **values: Any) -> CohortExplorer:
    r"""Move a design with sliders and see the simulated cohort change, beside the design as it is.

    A move shows the first few cohorts at once; when the slider rests, the others follow.

    Parameters
    ----------
    programme : Programme
        Any programme.
    scenario : Scenario
        What both designs have in common.
    **values
        To begin with, as in `CohortExplorerModel`.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> shown = cohort_explorer(example_programme(), Scenario(id="plain", title="Plain"), replicates=2)
    >>> shown.model.attempts = 4
    >>> "role=\"img\"" in shown.chart.value
    True
    """
    return CohortExplorer(CohortExplorerModel(programme, scenario, **{"first_look": _FIRST_LOOK, **values}))


class CohortExplorer(widgets.VBox):  # type: ignore[misc]
    """The view of a `CohortExplorerModel`: sliders linked to its traits, and the two designs side by side."""

    def __init__(self, model: CohortExplorerModel) -> None:
        self.model = model
        self.alert, self.chart, self.obstacles = AlertArea(), markup(), markup()
        self._timer: asyncio.TimerHandle | None = None
        self.controls = {
            name: LabelledSlider(min=one.low, max=one.high, step=one.step, label=one.label)
            for name, one in _SLIDERS.items()
        }
        for name, control in self.controls.items():
            traitlets.link((model, name), (control, "value"))
        super().__init__([style_sheet(), wrapped(list(self.controls.values())), self.alert, self.chart, self.obstacles])
        self.add_class("ipe-studio")
        model.observe(guarded(self.alert)(self._show), "updated")
        guarded(self.alert)(self._show)()

    def _show(self, change: Any = None) -> None:
        if self.model.error:
            self.alert.show(self.model.error)
            return
        self.chart.value = designs_on_page(self.model.base, self.model.changed)
        self.obstacles.value = bottlenecks_on_page(self.model.changed)
        self._refine_later(_REST)

    def _refine_later(self, seconds: float) -> None:
        """Go on with the other cohorts unless a slider moves before; without an event loop, at once."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.model.settled:
            return
        try:
            self._timer = asyncio.get_running_loop().call_later(seconds, guarded(self.alert)(self._refine))
        except RuntimeError:
            self.model.refine(float("inf"))

    def _refine(self) -> None:
        # In short steps, so that a move of a slider is heard between two of them.
        if not self.model.refine(_STEP):
            self._refine_later(0.001)
