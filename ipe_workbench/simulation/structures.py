"""Tuples of arrays as structures that compiled functions share by address.

A compiled function that takes a tuple takes each of its arrays as several arguments; with the model's many arrays, that
makes compiling slow and calls dear. So the kernel's entry turns its tuples into structures once. A structure has the
tuple's fields; functions are annotated with the tuple, which is what a reader wants to know.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.experimental import structref

from ipe_workbench.simulation.compilation import compiled
from ipe_workbench.simulation.model_arrays import (
    AssessmentArrays,
    CapacityArrays,
    ClaimingArrays,
    ConfidenceArrays,
    Layout,
    LearningArrays,
    Model,
    MotivationArrays,
    RuleArrays,
    StartArrays,
    TeamArrays,
)
from ipe_workbench.simulation.state import Counts, Scratch, State

__all__ = ["counts_structure", "model_structure", "scratch_structure", "state_structure"]


class _Structure(types.StructRef):
    """A structure whose fields keep no literal values in their types."""

    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)  # type: ignore[no-untyped-call]


def _declared(of: Any) -> Any:
    """A class that, called in compiled code, makes the structure with the fields of a tuple class.

    The type stands in this module under its name, where the cache of compiled functions finds it again.
    """
    name = f"{of.__name__}Structure"
    kind = structref.register(type(name, (_Structure,), {"__module__": __name__}))  # type: ignore[no-untyped-call]
    globals()[name] = kind
    maker = type(f"{of.__name__}Maker", (), {"__module__": __name__})
    structref.define_constructor(maker, kind, list(of._fields))  # type: ignore[no-untyped-call]
    structref.define_attributes(kind)  # type: ignore[no-untyped-call]
    return maker


_Layout = _declared(Layout)
_Start = _declared(StartArrays)
_Learning = _declared(LearningArrays)
_Assessment = _declared(AssessmentArrays)
_Rules = _declared(RuleArrays)
_Claiming = _declared(ClaimingArrays)
_Capacity = _declared(CapacityArrays)
_Teams = _declared(TeamArrays)
_Motivation = _declared(MotivationArrays)
_Confidence = _declared(ConfidenceArrays)
_Model = _declared(Model)
_State = _declared(State)
_Scratch = _declared(Scratch)
_Counts = _declared(Counts)


@compiled
def model_structure(m: Any) -> Any:
    """The model as a structure of structures."""
    return _Model(
        _Layout(*m.layout), _Start(*m.start), _Learning(*m.learning), _Assessment(*m.assessment), _Rules(*m.rules),
        m.table, _Claiming(*m.claiming), _Capacity(*m.capacity), _Teams(*m.teams), _Motivation(*m.motivation),
        _Confidence(*m.confidence),
    )  # fmt: skip


@compiled
def state_structure(st: Any) -> Any:
    """The state as a structure."""
    return _State(*st)


@compiled
def scratch_structure(sc: Any) -> Any:
    """The scratch room as a structure."""
    return _Scratch(*sc)


@compiled
def counts_structure(counts: Any) -> Any:
    """The counts as a structure."""
    return _Counts(*counts)
