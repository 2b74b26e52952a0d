"""Two simulated designs against each other.

Runs with one seed share their chance learner by learner (common random numbers), so replicates are compared in pairs;
runs with different seeds are independent samples, compared by Welch's interval. Two questions have two intervals:
where the expected difference lies (`low`, `high`: Monte Carlo error only, it shrinks with replicates), and how much
one cohort would differ under the other design (`cohort_low`, `cohort_high`: it does not shrink). Neither contains the
uncertainty of the parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.results import SimulationResult

__all__ = ["COMPARISON_COLUMNS", "Comparison", "compare_results"]

#: The columns of `Comparison.frame`.
COMPARISON_COLUMNS: Mapping[str, str] = {
    "item": "credential or stack id",
    "measure": "earned or retained, as shares of the learners who may earn it",
    "first": "mean share in the first run",
    "second": "mean share in the second run",
    "difference": "second minus first",
    "se": "Monte Carlo standard error of the difference",
    "low": "lower end of the 95 % interval for the expected difference",
    "high": "its upper end",
    "low_all": "the same, wide enough to hold for all rows at once (Bonferroni)",
    "high_all": "its upper end",
    "cohort_low": "lower end of the 95 % prediction interval for the difference in one cohort",
    "cohort_high": "its upper end",
}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result of `compare_results`; simulated, as everything in it.

    Parameters
    ----------
    about : mapping
        What was compared, whether in pairs, and how many times as many replicates independent runs would have needed
        (`variance_ratio`; missing where it cannot be said).
    frame : DataFrame
        One row an item and measure; `COMPARISON_COLUMNS` describes the columns.
    """

    about: Mapping[str, Any]
    frame: pd.DataFrame


def compare_results(first: SimulationResult, second: SimulationResult) -> Comparison:
    """What the second design changes, for each credential and stack that both have.

    Raises
    ------
    UnusableInputError
        When the runs have nothing in common or fewer than two replicates.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> today = Scenario(id="today", title="Today")
    >>> easier = Scenario.model_validate({"id": "easier", "title": "Easier", "assessment": {"guess": 0.4}})
    >>> programme = example_programme()
    >>> runs = [simulate(programme, one, replicates=10, seed=3) for one in (today, easier)]
    >>> compared = compare_results(*runs)
    >>> compared.about["paired"], bool((compared.frame["difference"] >= 0).all())
    (True, True)
    """
    for run in (first, second):
        if run.replicates < 2:
            raise UnusableInputError("A comparison needs at least two replicates.", mend="Simulate more replicates.")
    shares = [_shares(run) for run in (first, second)]
    common: list[Any] = [column for column in shares[0].columns if column in shares[1].columns]
    if not common:
        raise UnusableInputError("The two runs have no credential or stack in common.", mend="Compare other runs.")
    paired = first.seed == second.seed and _professions(first) == _professions(second)
    a, b = (one[common].to_numpy(float) for one in shares)
    frame, ratio = (_paired if paired else _independent)(a, b)
    frame.insert(0, "item", [item for item, _ in common])
    frame.insert(1, "measure", [measure for _, measure in common])
    about = {
        "kind": "ipe-comparison",
        "format": 1,
        "simulated": True,
        "paired": paired,
        "first": _named(first),
        "second": _named(second),
        "same_programme": first.about["programme_digest"] == second.about["programme_digest"],
        "variance_ratio": ratio,
        "only_in_one": sorted({column[0] for column in _columns(shares[0]) ^ _columns(shares[1])}),
    }
    return Comparison(about, frame[list(COMPARISON_COLUMNS)])


def _shares(run: SimulationResult) -> pd.DataFrame:
    """Shares by replicate (rows) and by item and measure (columns)."""
    counts = run.by_replicate()
    eligible = {}
    for frame, name in ((run.badges("all", "earned"), "credential"), (run.stacks("all", "earned"), "stack")):
        eligible.update(dict(zip(frame[name], frame["n"], strict=True)))
    counts = counts[counts["item"].isin(list(eligible))]
    wide = counts.melt(["replicate", "item"], ["earned", "retained"], "measure").dropna(subset=["value"])
    wide["share"] = wide["value"] / wide["item"].map(eligible)
    order = {item: index for index, item in enumerate(eligible)}
    table = wide.pivot_table(index="replicate", columns=["item", "measure"], values="share")
    columns: list[Any] = sorted(table.columns.to_list(), key=lambda one: (order[one[0]], one[1]))
    return table[columns]


def _columns(table: pd.DataFrame) -> set[Any]:
    return set(table.columns.to_list())


def _paired(a: Floats, b: Floats) -> tuple[pd.DataFrame, float | None]:
    n = min(len(a), len(b))
    a, b = a[:n], b[:n]
    difference = b - a
    spread = difference.std(axis=0, ddof=1)
    apart = (a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)).sum()
    together = (spread**2).sum()
    frame = _rows(a.mean(axis=0), b.mean(axis=0), spread / math.sqrt(n), np.full(len(spread), n - 1.0))
    reach = _t(np.full(len(spread), n - 1.0), 0.05) * spread * math.sqrt(1 + 1 / n)
    frame["cohort_low"], frame["cohort_high"] = frame["difference"] - reach, frame["difference"] + reach
    return frame, float(apart / together) if together > 0 else None


def _independent(a: Floats, b: Floats) -> tuple[pd.DataFrame, float | None]:
    """Welch 1947, Biometrika 34: degrees of freedom by Welch and Satterthwaite."""
    va, vb = a.var(axis=0, ddof=1), b.var(axis=0, ddof=1)
    ea, eb = va / len(a), vb / len(b)
    with np.errstate(invalid="ignore"):
        freedom = (ea + eb) ** 2 / (ea**2 / (len(a) - 1) + eb**2 / (len(b) - 1))
    freedom = np.where(np.isfinite(freedom), freedom, min(len(a), len(b)) - 1.0)
    frame = _rows(a.mean(axis=0), b.mean(axis=0), np.sqrt(ea + eb), freedom)
    reach = _t(freedom, 0.05) * np.sqrt(va + vb + ea + eb)
    frame["cohort_low"], frame["cohort_high"] = frame["difference"] - reach, frame["difference"] + reach
    return frame, None


def _rows(first: Floats, second: Floats, error: Floats, freedom: Floats) -> pd.DataFrame:
    difference = second - first
    one, all_rows = _t(freedom, 0.05) * error, _t(freedom, 0.05 / len(error)) * error
    return pd.DataFrame(
        {
            "first": first,
            "second": second,
            "difference": difference,
            "se": error,
            "low": difference - one,
            "high": difference + one,
            "low_all": difference - all_rows,
            "high_all": difference + all_rows,
        }
    )


def _t(freedom: Floats, failing: float) -> Floats:
    return np.asarray(stdtrit(freedom, 1 - failing / 2), np.float64)


def _professions(run: SimulationResult) -> dict[str, int]:
    return dict(run.about["professions"])


def _named(run: SimulationResult) -> dict[str, Any]:
    names = ("programme", "scenario", "scenario_title", "seed", "replicates", "learners", "digest")
    return {name: run.about[name] for name in names}
