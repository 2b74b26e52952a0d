"""What a cohort would achieve, before it starts.

In come a programme and a scenario (how people learn, forget, are assessed, take part and drop out, each a number with a
source in a file); out comes a result with tidy frames: attainment of badges and stacks with intervals, retention,
bottlenecks and assessor hours. Every number that comes out is simulated and says so. Results depend on the programme,
the scenario and the seed alone, never on the number of threads.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.simulation.design import apply_design_changes
    from ipe_workbench.simulation.engine import simulate
    from ipe_workbench.simulation.learners import SimulatedLearner, simulate_learners
    from ipe_workbench.simulation.parameter_list import Parameter, parameters
    from ipe_workbench.simulation.results import SimulationResult
    from ipe_workbench.simulation.runs import read_result
    from ipe_workbench.simulation.scenario import Scenario
    from ipe_workbench.simulation.scenario_files import (
        check_scenario,
        find_scenario,
        read_scenario,
        read_scenarios,
    )
    from ipe_workbench.simulation.traces import write_traces

_HOMES = {
    "Parameter": "parameter_list",
    "Scenario": "scenario",
    "SimulatedLearner": "learners",
    "SimulationResult": "results",
    "apply_design_changes": "design",
    "check_scenario": "scenario_files",
    "find_scenario": "scenario_files",
    "parameters": "parameter_list",
    "read_result": "runs",
    "read_scenario": "scenario_files",
    "read_scenarios": "scenario_files",
    "simulate": "engine",
    "simulate_learners": "learners",
    "write_traces": "traces",
}

__all__ = [
    "Parameter",
    "Scenario",
    "SimulatedLearner",
    "SimulationResult",
    "apply_design_changes",
    "check_scenario",
    "find_scenario",
    "parameters",
    "read_result",
    "read_scenario",
    "read_scenarios",
    "simulate",
    "simulate_learners",
    "write_traces",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
