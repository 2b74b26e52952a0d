"""The parameters of the model as a table, read from the scenario's own fields, so that the manual cannot drift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ipe_workbench.simulation.scenario import Scenario
from ipe_workbench.simulation.setting_sections import Uptake

__all__ = ["Parameter", "parameter_table", "parameters"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its place in the scenario file, its default, unit, range worth trying, meaning and source."""

    path: str
    default: Any
    unit: str
    offered: str
    description: str
    source: str


def parameters() -> tuple[Parameter, ...]:
    """Every parameter of the model, in the order of the scenario file.

    Examples
    --------
    >>> [p.default for p in parameters() if p.path == "assessment.rater_icc"]
    [0.55]
    """
    return tuple(_of(Scenario, ""))


def parameter_table() -> str:
    """The parameters as a Markdown table."""
    lines = ["| parameter | default | unit | range | meaning | source |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{p.path}` | {_shown(p.default)} | "
        + " | ".join(text or "-" for text in (p.unit, p.offered, p.description, p.source))
        + " |"
        for p in parameters()
    ]
    return "\n".join(lines) + "\n"


def _of(model: type[BaseModel], prefix: str) -> Iterator[Parameter]:
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _of(annotation, f"{path}.")
        elif isinstance(extra := field.json_schema_extra, dict) and "unit" in extra:
            described = field.description or ""
            text = f"Share who start: {described[0].lower()}{described[1:]}" if model is Uptake else described
            default = field.get_default(call_default_factory=True)
            yield Parameter(path, default, str(extra["unit"]), str(extra["range"]), text, str(extra["source"]))


def _shown(value: Any) -> str:
    if value == ():
        return "none"
    return str(value).lower() if isinstance(value, bool) else f"{value}"
