"""Equity of coverage: whether each profession's learners are offered the same competencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.pathways.coverage import HOW
from ipe_workbench.pathways.strength import weighted_coverage

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CoverageEquity", "ProfessionCoverage", "coverage_equity", "gini"]


@dataclass(frozen=True)
class ProfessionCoverage:
    """What one profession's learners are offered: shares of the sub-competencies in [0, 1], and what is denied.

    `hours` is the effort of all credentials that they may earn and that cover a competency; `denied` has the codes that
    others are offered and they are not.
    """

    profession: str
    learners: int
    taught: float
    practised: float
    assessed: float
    guaranteed: float
    hours: float
    denied: tuple[str, ...]


@dataclass(frozen=True)
class CoverageEquity:
    """The professions side by side.

    `gap` is the largest difference of the assessed shares, `ratio` the smallest share over the largest (1 is equal),
    `gini` the inequality of assessed shares over all learners (0 is equal).
    """

    framework: str
    professions: tuple[ProfessionCoverage, ...]
    gap: float
    ratio: float
    gini: float

    def to_frame(self) -> pd.DataFrame:
        """One row for each profession, with the columns of `ProfessionCoverage`."""
        import pandas as pd

        return pd.DataFrame([vars(one) for one in self.professions])

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain JSON."""
        rows = [vars(one) | {"denied": list(one.denied)} for one in self.professions]
        return {
            "framework": self.framework,
            "gap": self.gap,
            "ratio": self.ratio,
            "gini": self.gini,
            "professions": rows,
        }


def coverage_equity(programme: Programme, framework: str) -> CoverageEquity:
    """Compare what the professions of a programme are offered of a framework. Raises as `weighted_coverage` does.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> coverage_equity(example_programme(), "ipec-2023").gap
    0.0
    """
    found = []
    offered: dict[str, set[str]] = {}
    for one in programme.info.professions:
        part = weighted_coverage(programme, framework, profession=one.id)
        count = max(1, len(part.rows))
        offered[one.id] = {row.code for row in part.rows if any(getattr(row, how) for how in HOW)}
        shares = {how: sum(bool(getattr(row, how)) for row in part.rows) / count for how in HOW}
        guaranteed = sum(row.reach[one.id] == "guaranteed" for row in part.rows) / count
        hours = round(sum(row.hours for row in part.rows), 6)
        found.append((one, shares, guaranteed, hours, [row.code for row in part.rows]))
    anybody = set().union(*offered.values())
    rows = tuple(
        ProfessionCoverage(
            profession=one.id,
            learners=one.learners,
            guaranteed=guaranteed,
            hours=hours,
            denied=tuple(code for code in codes if code in anybody - offered[one.id]),
            **shares,
        )
        for one, shares, guaranteed, hours, codes in found
    )
    assessed = [row.assessed for row in rows]
    highest = max(assessed)
    return CoverageEquity(
        framework=framework,
        professions=rows,
        gap=highest - min(assessed),
        ratio=min(assessed) / highest if highest else 1.0,
        gini=gini(assessed, [row.learners for row in rows]),
    )


def gini(values: list[float], weights: list[int]) -> float:
    """The Gini coefficient of values that `weights` people each have: half the relative mean absolute difference.

    Source: C. Gini, Variabilita e mutabilita (1912); 0 when all have the same. 0 as well when nobody has anything.

    Examples
    --------
    >>> gini([1.0, 0.0], [1, 1]), gini([0.5, 0.5], [3, 1])
    (0.5, 0.0)
    """
    total = sum(weights)
    mean = sum(v * w for v, w in zip(values, weights, strict=True)) / total if total else 0.0
    if mean == 0:
        return 0.0
    pairs = zip(values, weights, strict=True)
    differences = sum(w * u * abs(v - x) for v, w in pairs for x, u in zip(values, weights, strict=True))
    return differences / (2 * mean * total * total)
