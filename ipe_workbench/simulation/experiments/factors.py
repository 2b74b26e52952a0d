"""What is varied: a parameter of the scenario by its place in the file, and the values that it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pydantic
from pydantic import BaseModel

from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.simulation.scenario import Scenario

__all__ = ["Factor", "Value", "parse_factor", "with_values"]

Value = float | int | str | bool
_EXAMPLE = "Write path=low:high, path=low:high:log, or path=value,value,..., such as assessment.slip=0.05:0.3."


@dataclass(frozen=True, slots=True)
class Factor:
    """A parameter and its values: a range, or a list.

    Parameters
    ----------
    path : str
        Place in the scenario file, with dots: ``learning.forget_per_week``, ``professions.nursing.learn_shift``,
        ``design_changes.values-foundations.attempts``, ``participation.drop_out.0.per_week``.
    low, high : float, optional
        Ends of a range, both included.
    values : tuple, optional
        The values, where it is no range.
    scale : {"linear", "log"}
        How a range is spread.
    whole : bool
        Whether only whole numbers are taken.

    Examples
    --------
    >>> factor = Factor("assessment.slip", 0.05, 0.35)
    >>> [round(factor.at(share), 2) for share in (0, 0.5, 1)]
    [0.05, 0.2, 0.35]
    """

    path: str
    low: float = 0.0
    high: float = 1.0
    values: tuple[Value, ...] = ()
    scale: Literal["linear", "log"] = "linear"
    whole: bool = False

    def at(self, share: float) -> Value:
        """The value at that share of the way from the first to the last."""
        if self.values:
            return self.values[min(len(self.values) - 1, int(share * len(self.values)))]
        if self.whole:
            return min(int(self.high), int(self.low) + int(share * (self.high - self.low + 1)))
        if self.scale == "log":
            return float(math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low))))
        return self.low + share * (self.high - self.low)

    def listed(self, levels: int) -> tuple[Value, ...]:
        """All values; of a range, that many from end to end (whole numbers: each of them, if they are fewer)."""
        if self.values:
            return self.values
        if self.whole and self.high - self.low + 1 <= levels:
            return tuple(range(int(self.low), int(self.high) + 1))
        if self.whole:
            step = (self.high - self.low) / (levels - 1)
            return tuple(dict.fromkeys(round(self.low + step * level) for level in range(levels)))
        return tuple(self.at(level / (levels - 1)) for level in range(levels)) if levels > 1 else (self.at(0.5),)


def parse_factor(text: str) -> Factor:
    """A factor from ``path=low:high``, ``path=low:high:log`` or ``path=value,value``.

    Raises
    ------
    UnknownNameError
        When no scenario has such a place.
    UnusableInputError
        When the values cannot be read or do not fit the parameter.

    Examples
    --------
    >>> parse_factor("design_changes.values-foundations.attempts=2:5").whole
    True
    >>> parse_factor("assessment.offered=after-first-meeting,after-last-meeting").values
    ('after-first-meeting', 'after-last-meeting')
    """
    path, equals, given = text.partition("=")
    path = path.strip()
    if not equals or not given.strip():
        raise UnusableInputError(f"`{text}` does not say what to vary and how.", mend=_EXAMPLE)
    kind = _kind_at(path)
    if ":" in given:
        return _range(path, kind, given)
    values = tuple(_value(kind, one.strip(), path) for one in given.split(","))
    if len(set(values)) != len(values):
        raise UnusableInputError(f"A value of `{path}` is given twice.", mend="Give each value once.")
    return Factor(path, values=values)


def with_values(scenario: Scenario, values: Mapping[str, Value]) -> Scenario:
    """The scenario with parameters replaced; places in dictionaries that are not there yet are made.

    Raises
    ------
    UnusableInputError
        When a value is out of the parameter's range.

    Examples
    --------
    >>> scenario = Scenario(id="s", title="S")
    >>> with_values(scenario, {"professions.nursing.learn_shift": 0.4}).professions["nursing"].learn_shift
    0.4
    """
    data = scenario.model_dump(mode="python", by_alias=True, exclude_unset=True)
    for path, value in values.items():
        _put(data, path, value, scenario)
    try:
        return Scenario.model_validate(data)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise UnusableInputError(
            f"The values {_shown(values)} do not fit: {place}: {first['msg']}.", mend="Vary within the range."
        ) from None


def _put(data: dict[str, Any], path: str, value: Value, scenario: Scenario) -> None:
    steps = path.split(".")
    here: Any = data
    full: Any = scenario
    for step in steps[:-1]:
        full = _inside(full, step)
        if isinstance(here, (list, tuple)):
            here = here[_place(here, step, path)]
            continue
        if step not in here:
            here[step] = _plain(full)
        if isinstance(here[step], tuple):
            here[step] = list(here[step])
        here = here[step]
    if isinstance(here, list):
        here[_place(here, steps[-1], path)] = value
    else:
        here[steps[-1]] = value


def _inside(full: Any, step: str) -> Any:
    if isinstance(full, BaseModel):
        return getattr(full, step, None)
    if isinstance(full, Mapping):
        return full.get(step)
    return None


def _plain(full: Any) -> Any:
    """What a part that the file does not write holds by default."""
    if isinstance(full, BaseModel):
        return full.model_dump(mode="python", by_alias=True, exclude_unset=True)
    return [] if isinstance(full, tuple) else {}


def _place(items: list[Any] | tuple[Any, ...], step: str, path: str) -> int:
    if not step.isdigit() or int(step) >= len(items):
        raise UnknownNameError(
            f"`{path}`: the scenario has {len(items)} entries there, counted from 0.", mend="Give one of these numbers."
        )
    return int(step)


def _kind_at(path: str) -> Any:
    """The type that stands at a place of the scenario."""
    kind: Any = Scenario
    for step in path.split("."):
        kind = _without_none(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
            if step not in fields:
                raise UnknownNameError(f"No scenario has `{path}`.", mend=near_names(step, fields))
            kind = fields[step]
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif get_origin(kind) is tuple:
            kind = get_args(kind)[0]
        else:
            raise UnknownNameError(f"No scenario has `{path}`: nothing is below `{step}`.", mend=_EXAMPLE)
    kind = _without_none(kind)
    if kind not in (float, int, bool, str) and get_origin(kind) is not Literal:
        raise UnusableInputError(f"`{path}` is no single value.", mend="Name one of the parameters in it.")
    return kind


def _without_none(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _without_none(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        rest = [one for one in get_args(kind) if one is not type(None)]
        return _without_none(rest[0]) if len(rest) == 1 else kind
    return kind


def _range(path: str, kind: Any, given: str) -> Factor:
    ends = given.split(":")
    log = len(ends) == 3 and ends[2].strip() == "log"
    if kind not in (float, int) or not (len(ends) == 2 or log):
        raise UnusableInputError(f"`{given}` is no range for `{path}`.", mend=_EXAMPLE)
    low, high = (float(_value(kind, one.strip(), path)) for one in ends[:2])
    if low >= high or (log and low <= 0) or (log and kind is int):
        raise UnusableInputError(
            f"`{given}` is no range for `{path}`.", mend="The low end comes first; a log range lies above 0."
        )
    return Factor(path, low, high, scale="log" if log else "linear", whole=kind is int)


def _value(kind: Any, text: str, path: str) -> Value:
    try:
        value: Value = pydantic.TypeAdapter(kind).validate_strings(text)
    except pydantic.ValidationError as error:
        raise UnusableInputError(
            f"`{text}` does not fit `{path}`: {error.errors()[0]['msg']}.", mend=_EXAMPLE
        ) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise UnusableInputError(f"`{text}` does not fit `{path}`: it is not finite.", mend=_EXAMPLE)
    return value


def _shown(values: Mapping[str, Value]) -> str:
    return ", ".join(
        f"{path}={value:g}" if isinstance(value, float) else f"{path}={value}" for path, value in values.items()
    )
