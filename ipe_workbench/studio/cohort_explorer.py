"""Sliders on a design, and what they would do to a cohort, beside the design as it is."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.figures import bottlenecks, designs_compared
from ipe_workbench.simulation import Scenario
from ipe_workbench.studio.cohort_explorer_model import CohortExplorerModel
from ipe_workbench.studio.components import AlertArea, guarded, markup, stacked, style_sheet, wrapped

__all__ = ["CohortExplorer", "cohort_explorer"]

#: Lowest and highest value, step, and what the slider is about. A whole step makes a slider of whole numbers.
_SLIDERS: dict[str, tuple[float, float, float, str]] = {
    "attempts": (0, 9, 1, "Attempts at each assessment (0: as designed)"),
    "open_terms_after": (0, 6, 1, "Further terms that assessments stay open"),
    "double_rated": (0.0, 1.0, 0.05, "Share seen by a second rater"),
    "attempt_probability": (0.0, 1.0, 0.05, "Chance to try in a week"),
    "opportunities": (0.5, 10.0, 0.5, "Practice occasions in an hour"),
    "assessor_factor": (0.0, 2.0, 0.05, "Assessor hours, times today's (0: nobody waits)"),
    "replicates": (2, 200, 1, "Simulated cohorts"),
}


def cohort_explorer(programme: Programme, scenario: Scenario, **values: Any) -> CohortExplorer:
    r"""Move a design with sliders and see the simulated cohort change, beside the design as it is.

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
    return CohortExplorer(CohortExplorerModel(programme, scenario, **values))


class CohortExplorer(widgets.VBox):  # type: ignore[misc]
    """The view of a `CohortExplorerModel`: sliders linked to its traits, and the two designs side by side."""

    def __init__(self, model: CohortExplorerModel) -> None:
        self.model = model
        self.alert, self.chart, self.obstacles = AlertArea(), markup(), markup()
        self.controls = {
            name: (widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider)(
                min=low, max=high, step=step, description=words, continuous_update=False
            )
            for name, (low, high, step, words) in _SLIDERS.items()
        }
        for name, control in self.controls.items():
            traitlets.link((model, name), (control, "value"))
            stacked(control, "ipe-wide")
        super().__init__([style_sheet(), wrapped(list(self.controls.values())), self.alert, self.chart, self.obstacles])
        self.add_class("ipe-studio")
        model.observe(guarded(self.alert)(self._show), "updated")
        guarded(self.alert)(self._show)()

    def _show(self, change: Any = None) -> None:
        if self.model.error:
            self.alert.show(self.model.error)
            return
        self.chart.value = designs_compared(self.model.base, self.model.changed).to_html()
        self.obstacles.value = bottlenecks(self.model.changed).to_html()
