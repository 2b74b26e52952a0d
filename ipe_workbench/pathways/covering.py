"""The smallest set of credentials that covers a chosen set of competencies, with a proof that nothing smaller does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Literal

from ipe_workbench.credentials.model import Coverage as How
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.pathways.coverage import coverage
from ipe_workbench.pathways.strength import EVIDENCE_STRENGTHS, EvidenceStrength, evidence_strength

__all__ = ["Cover", "smallest_cover"]

#: How many sets the search by hand looks at before it gives up.
_SEARCH_LIMIT = 200_000


@dataclass(frozen=True)
class Cover:
    """A smallest cover.

    Parameters
    ----------
    credentials : tuple of str
        Ids of the chosen credentials, in the programme's order.
    cost : Fraction
        Their number, or their hours.
    covers : mapping of str to tuple of str
        For each credential that was on offer: the codes of the wanted competencies that it covers.
    costs : mapping of str to Fraction
        What each of them costs.
    uncoverable : tuple of str
        Codes that were wanted and that no credential on offer covers.
    proof : "dual" or "search"
        *dual*: `weights` prove it. *search*: they prove less, and every smaller set was looked at and ruled out.
    weights : mapping of str to Fraction
        A weight for each wanted code such that no credential covers more weight than it costs. A set that covers all
        therefore costs at least the sum of the weights (linear programming duality), which is `bound`.
    """

    credentials: tuple[str, ...]
    cost: Fraction
    covers: Mapping[str, tuple[str, ...]]
    costs: Mapping[str, Fraction]
    uncoverable: tuple[str, ...]
    proof: Literal["dual", "search"]
    weights: Mapping[str, Fraction]

    @property
    def bound(self) -> Fraction:
        """The least cost that the weights prove."""
        return sum(self.weights.values(), Fraction(0))

    def verify(self) -> bool:
        """Check the cover and its proof anew, without the solver, in exact numbers.

        Raises
        ------
        RuntimeError
            When the proof is by search and there are too many sets to look at again.
        """
        wanted = {code for codes in self.covers.values() for code in codes}
        chosen = {code for one in self.credentials for code in self.covers[one]}
        if chosen != wanted or self.cost != sum((self.costs[one] for one in self.credentials), Fraction(0)):
            return False
        fair = all(
            sum((self.weights.get(code, Fraction(0)) for code in codes), Fraction(0)) <= self.costs[one]
            for one, codes in self.covers.items()
        )
        if not fair or any(weight < 0 for weight in self.weights.values()):
            return False
        if self.proof == "dual":
            return self.bound > self.cost - _step(self.costs.values())
        return not _cheaper_exists(self.covers, self.costs, self.cost)

    def to_dict(self) -> dict[str, Any]:
        """The cover and its proof as plain JSON; fractions as text."""
        return {
            "credentials": list(self.credentials),
            "cost": float(self.cost),
            "covers": {one: list(self.covers[one]) for one in self.credentials},
            "uncoverable": list(self.uncoverable),
            "proof": self.proof,
            "bound": str(self.bound),
            "weights": {code: str(weight) for code, weight in self.weights.items() if weight},
        }


def smallest_cover(
    programme: Programme,
    framework: str,
    competencies: Iterable[str] | None = None,
    *,
    how: How = "assessed",
    profession: str | None = None,
    cost: Literal["count", "hours"] = "count",
    minimum_strength: EvidenceStrength | None = None,
) -> Cover:
    """The fewest credentials (or the fewest hours) that together cover the chosen competencies.

    Parameters
    ----------
    programme : Programme
        Retired credentials are not on offer. Prerequisites are not added; see the credentials' `requires`.
    framework : str
        Id of one of its frameworks.
    competencies : iterable of str, optional
        Ids or codes of sub-competencies; all of the framework by default.
    how : "taught", "practised" or "assessed"
        What a credential must do about a competency to cover it.
    profession : str, optional
        Only credentials that its learners may earn.
    cost : "count" or "hours"
        What is to be least.
    minimum_strength : EvidenceStrength, optional
        Only credentials whose evidence is at least so strong.

    Returns
    -------
    Cover
        Of several smallest ones the first in the programme's order of credentials.

    Raises
    ------
    UnknownNameError
        When the programme has no such framework or profession, or the framework no such competency.

    Notes
    -----
    Solved as an integer program by HiGHS (Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5), which proves the
    optimum; the weights are its dual solution in fractions, scaled until they are fair.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> found = smallest_cover(example_programme(), "ipec-2023", ["VE1", "VE3", "C5"])
    >>> int(found.cost), found.proof, found.verify()
    (2, 'dual', True)
    """
    base = coverage(programme, framework, profession)
    source = programme.frameworks[framework]
    every = {row.competency_id for row in base.rows}
    wanted = every if competencies is None else {source[one].id for one in competencies}
    rows = [row for row in base.rows if row.competency_id in wanted]
    strong = {one for one in base.credentials if _is_strong(programme, one, minimum_strength)}
    covering = {row.code: [one for one in getattr(row, how) if one in strong] for row in rows}
    offered = [one for one in base.credentials if any(one in ones for ones in covering.values())]
    costs = {one: _cost(programme, one, cost) for one in offered}
    covers = {one: tuple(code for code, ones in covering.items() if one in ones) for one in offered}
    uncoverable = tuple(code for code, ones in covering.items() if not ones)
    chosen = _first_of_the_smallest(covers, costs)
    total = sum((costs[one] for one in chosen), Fraction(0))
    weights = _weights(covers, costs)
    proved = sum(weights.values(), Fraction(0)) > total - _step(costs.values())
    return Cover(chosen, total, covers, costs, uncoverable, "dual" if proved else "search", weights)


def _is_strong(programme: Programme, reference: str, minimum: EvidenceStrength | None) -> bool:
    strength = evidence_strength(programme.credentials[reference])
    if minimum is None:
        return True
    return strength is not None and EVIDENCE_STRENGTHS.index(strength) >= EVIDENCE_STRENGTHS.index(minimum)


def _cost(programme: Programme, reference: str, cost: Literal["count", "hours"]) -> Fraction:
    return Fraction(1) if cost == "count" else Fraction(str(programme.credentials[reference].hours))


def _step(costs: Iterable[Fraction]) -> Fraction:
    """The least amount by which two different costs can differ."""
    return Fraction(1, lcm(*(one.denominator for one in costs)))


def _first_of_the_smallest(covers: Mapping[str, tuple[str, ...]], costs: Mapping[str, Fraction]) -> tuple[str, ...]:
    """A cheapest cover; of several the one that takes the earliest credentials."""
    if not covers:
        return ()
    least = sum((costs[one] for one in _solved(covers, costs, {}) or ()), Fraction(0))
    fixed: dict[str, bool] = {}
    for one in covers:
        found = _solved(covers, costs, fixed | {one: True})
        fixed[one] = found is not None and sum((costs[each] for each in found), Fraction(0)) == least
    return tuple(one for one, taken in fixed.items() if taken)


def _solved(
    covers: Mapping[str, tuple[str, ...]], costs: Mapping[str, Fraction], fixed: Mapping[str, bool]
) -> list[str] | None:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    matrix, price = _matrix(covers, costs)
    lower = np.array([float(fixed.get(one, False)) for one in covers])
    upper = np.array([float(fixed.get(one, True)) for one in covers])
    answer = milp(price, constraints=LinearConstraint(matrix, lb=1), bounds=Bounds(lower, upper), integrality=1)
    if answer.status == 2:
        return None
    if answer.status != 0:
        raise RuntimeError(f"The solver stopped without a proof: {answer.message}")
    return [one for one, taken in zip(covers, answer.x, strict=True) if taken > 0.5]


def _weights(covers: Mapping[str, tuple[str, ...]], costs: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Fair weights with the largest sum, as fractions."""
    if not covers:
        return {}
    from scipy.optimize import linprog

    matrix, price = _matrix(covers, costs)
    codes = list(dict.fromkeys(code for ones in covers.values() for code in ones))
    answer = linprog([-1.0] * len(codes), A_ub=matrix.T, b_ub=price, bounds=(0, None), method="highs")
    found = zip(codes, answer.x, strict=True)
    rough = {code: Fraction(max(0.0, float(weight))).limit_denominator(1000) for code, weight in found}
    # Rounding may make a credential's share a little unfair; scaling all down mends it.
    excess = max(sum((rough[code] for code in ones), Fraction(0)) / costs[one] for one, ones in covers.items())
    return {code: weight / max(excess, Fraction(1)) for code, weight in rough.items()}


def _matrix(covers: Mapping[str, tuple[str, ...]], costs: Mapping[str, Fraction]) -> tuple[Any, Any]:
    import numpy as np

    codes = {code: at for at, code in enumerate(dict.fromkeys(code for ones in covers.values() for code in ones))}
    matrix = np.zeros((len(codes), len(covers)))
    for column, ones in enumerate(covers.values()):
        for code in ones:
            matrix[codes[code], column] = 1
    return matrix, np.array([float(costs[one]) for one in covers])


def _cheaper_exists(covers: Mapping[str, tuple[str, ...]], costs: Mapping[str, Fraction], limit: Fraction) -> bool:
    """Whether some cover costs less than `limit`: every set is tried, the hardest competency first."""
    by_code: dict[str, list[str]] = {}
    for one, codes in covers.items():
        for code in codes:
            by_code.setdefault(code, []).append(one)
    waiting: list[tuple[Fraction, frozenset[str]]] = [(Fraction(0), frozenset(by_code))]
    looked = 0
    while waiting:
        spent, left = waiting.pop()
        looked += 1
        if looked > _SEARCH_LIMIT:
            raise RuntimeError("There are too many sets to look at again; the solver's proof stands alone.")
        if not left:
            return True
        hardest = min(left, key=lambda code: (len(by_code[code]), code))
        waiting.extend(
            (spent + costs[one], left - set(covers[one])) for one in by_code[hardest] if spent + costs[one] < limit
        )
    return False
