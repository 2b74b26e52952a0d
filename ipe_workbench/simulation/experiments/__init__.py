"""Many simulations as one piece of work: replicates, sweeps, sensitivity, optimisation, comparison.

In come a programme, a scenario and what to vary; the work is cut into parts of a fraction of a second each, which this
process, processes of this machine or a Dask cluster compute, and which are kept as files, so that killed work goes on
where it stopped. Out come tidy frames. A replicate depends on the programme, the scenario, the seed and its number
alone, so the result is the same whoever computed it, in whatever order.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.simulation.experiments.comparison import Comparison, compare_results
    from ipe_workbench.simulation.experiments.factors import Factor, parse_factor, with_values
    from ipe_workbench.simulation.experiments.goal_seek import GoalSought, what_it_takes
    from ipe_workbench.simulation.experiments.optimisation import Limit, Optimisation, optimise, parse_limit
    from ipe_workbench.simulation.experiments.outcomes import Outcome, parse_outcome
    from ipe_workbench.simulation.experiments.precision import Precision, PrecisionReport
    from ipe_workbench.simulation.experiments.replication import replicate
    from ipe_workbench.simulation.experiments.running import Means
    from ipe_workbench.simulation.experiments.sensitivity import Sensitivity, sobol_sensitivity
    from ipe_workbench.simulation.experiments.sweeps import Sweep, design_points, sweep

_HOMES = {
    "Comparison": "comparison",
    "Factor": "factors",
    "GoalSought": "goal_seek",
    "Limit": "optimisation",
    "Means": "running",
    "Optimisation": "optimisation",
    "Outcome": "outcomes",
    "Precision": "precision",
    "PrecisionReport": "precision",
    "Sensitivity": "sensitivity",
    "Sweep": "sweeps",
    "compare_results": "comparison",
    "design_points": "sweeps",
    "optimise": "optimisation",
    "parse_factor": "factors",
    "parse_limit": "optimisation",
    "parse_outcome": "outcomes",
    "replicate": "replication",
    "sobol_sensitivity": "sensitivity",
    "sweep": "sweeps",
    "what_it_takes": "goal_seek",
    "with_values": "factors",
}

__all__ = [
    "Comparison",
    "Factor",
    "GoalSought",
    "Limit",
    "Means",
    "Optimisation",
    "Outcome",
    "Precision",
    "PrecisionReport",
    "Sensitivity",
    "Sweep",
    "compare_results",
    "design_points",
    "optimise",
    "parse_factor",
    "parse_limit",
    "parse_outcome",
    "replicate",
    "sobol_sensitivity",
    "sweep",
    "what_it_takes",
    "with_values",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
