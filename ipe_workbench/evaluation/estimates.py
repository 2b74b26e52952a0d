"""What an analysis says: estimates with intervals, tests, a status, findings, and one plain sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from ipe_workbench.findings import Finding, Place

__all__ = [
    "Analysis",
    "Estimate",
    "Status",
    "Test",
    "interval_words",
    "left_out",
    "not_estimable",
    "remark",
    "status_of",
]

#: ``ok``; ``limited``: the numbers hold, but read the findings first; ``singular``: a component of variance lies at
#: zero; ``not-converged``; ``not-estimable``: there is no number, and the findings say why.
Status = Literal["ok", "limited", "singular", "not-converged", "not-estimable"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its interval.

    Parameters
    ----------
    name : str
        What it is; where the field has two conventions the name says which, such as ``d_av_mean_sd``. A part stands in
        brackets: ``sd[team]``.
    estimate, low, high : float or None
        The value and the ends of its interval; ``None`` where there is none.
    n : int
        The units (learners, pairs, ratings) that it rests on.
    method : str
        How the value and the interval were found.

    Examples
    --------
    >>> Estimate("mean_change", 0.5, 0.2, 0.8, 40, "paired t, 95 %").to_dict()["high"]
    0.8
    """

    name: str
    estimate: float | None
    low: float | None
    high: float | None
    n: int
    method: str

    def __post_init__(self) -> None:
        # Plain floats, whatever array they came from, so that they print and compare as people expect.
        for name in ("estimate", "low", "high"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else float(value))

    def to_dict(self) -> dict[str, Any]:
        """The estimate as plain JSON; what is not finite becomes ``null``."""
        return {
            "name": self.name,
            "estimate": _finite(self.estimate),
            "low": _finite(self.low),
            "high": _finite(self.high),
            "n": self.n,
            "method": self.method,
        }


@dataclass(frozen=True, slots=True)
class Test:
    """A test; it always stands beside an estimate with an interval. `p` is two-sided and not adjusted."""

    __test__ = False  # pytest collects classes of this name

    name: str
    statistic: float
    df: tuple[float, ...]
    p: float

    def to_dict(self) -> dict[str, Any]:
        """The test as plain JSON."""
        return {
            "name": self.name,
            "statistic": _finite(self.statistic),
            "df": [_finite(one) for one in self.df],
            "p": _finite(self.p),
        }


@dataclass(frozen=True)
class Analysis:
    """The answer to one question of the evaluation.

    Parameters
    ----------
    question : str
        Which analysis this is, such as ``change``.
    estimates : sequence of Estimate
        The main one first; empty when nothing can be estimated.
    status : Status
        Whether the numbers can be used.
    findings : sequence of Finding
        What a reader must know: what is missing, which assumption looks broken, what was left out.
    sentence : str
        The result in plain words.
    model : str
        The model, in words or as a formula.
    tests : sequence of Test
        Tests that belong to the estimates.
    missing : mapping of str to int
        How many were not used, by reason.

    Examples
    --------
    >>> analysis = Analysis("change", (Estimate("mean_change", 0.5, 0.2, 0.8, 40, "paired t"),))
    >>> analysis["mean_change"].low
    0.2
    >>> list(analysis.frame.columns)
    ['name', 'estimate', 'low', 'high', 'n', 'method']
    """

    question: str
    estimates: Sequence[Estimate] = ()
    status: Status = "ok"
    findings: Sequence[Finding] = ()
    sentence: str = ""
    model: str = ""
    tests: Sequence[Test] = ()
    missing: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Estimate:
        """The estimate of that name.

        Raises
        ------
        KeyError
            When there is none.
        """
        for one in self.estimates:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def frame(self) -> pd.DataFrame:
        """The estimates as a table: ``name, estimate, low, high, n, method``."""
        columns = ["name", "estimate", "low", "high", "n", "method"]
        return pd.DataFrame([one.to_dict() for one in self.estimates], columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """The analysis as plain JSON, as ``ipe evaluate ... --format json`` prints it."""
        return {
            "question": self.question,
            "estimates": [one.to_dict() for one in self.estimates],
            "tests": [one.to_dict() for one in self.tests],
            "status": self.status,
            "findings": [one.to_dict() for one in self.findings],
            "sentence": self.sentence,
            "model": self.model,
            "missing": dict(self.missing),
        }


def interval_words(estimate: Estimate, level: float, sign: int = 1) -> str:
    """The interval in words; with `sign` -1 that of the value turned around, for "fell by".

    Examples
    --------
    >>> interval_words(Estimate("mean_change", -0.5, -0.8, -0.2, 40, "t"), 0.95, sign=-1)
    '95 % interval 0.20 to 0.80'
    """
    ends = [estimate.low, estimate.high] if sign > 0 else [estimate.high, estimate.low]
    low, high = (sign * one if one is not None else float("nan") for one in ends)
    return f"{100 * level:.0f} % interval {low:.2f} to {high:.2f}"


def remark(id: str, message: str, mend: str = "", severity: Literal["error", "warning", "info"] = "warning") -> Finding:
    """A finding about data that have no place in a file of their own."""
    return Finding(id, severity, message, mend, Place())


def not_estimable(question: str, findings: Iterable[Finding], missing: Mapping[str, int] | None = None) -> Analysis:
    """The answer when there is none: no number, and the reasons.

    Examples
    --------
    >>> answer = not_estimable("change", [remark("too-few", "Only 3 learners answered twice.", severity="error")])
    >>> answer.status, answer.sentence
    ('not-estimable', 'Only 3 learners answered twice.')
    """
    told = tuple(findings)
    sentence = next((one.message for one in told if one.severity == "error"), "Nothing can be estimated.")
    return Analysis(question, (), "not-estimable", told, sentence, missing=missing or {})


def left_out(lost: int, of: int, what: str = "rows") -> list[Finding]:
    """A warning where more than one in twenty lack a value.

    Examples
    --------
    >>> [one.message for one in left_out(12, 40, "learners")]
    ['12 of 40 learners lack a value and are left out, as if missing at random.']
    """
    if lost <= 0.05 * of:
        return []
    message = f"{lost} of {of} {what} lack a value and are left out, as if missing at random."
    return [remark("missing-rows", message, "Describe who is missing.")]


def status_of(findings: Iterable[Finding]) -> Status:
    """``limited`` when a finding asks for care, else ``ok``.

    Examples
    --------
    >>> status_of([remark("ceiling", "Most were at the top before.")])
    'limited'
    """
    return "ok" if all(one.severity == "info" for one in findings) else "limited"


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
