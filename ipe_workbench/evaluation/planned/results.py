"""What came of the plan: answers, claims and the whole, with whether each statement can be said."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from ipe_workbench.evaluation.estimates import Analysis, Estimate
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis
from ipe_workbench.findings import Finding

if TYPE_CHECKING:
    from ipe_workbench.evaluation.plan import Claim, OutcomeLevel

__all__ = ["ESTIMATE_COLUMNS", "Answer", "ClaimResult", "PValue", "PlanResult", "Verdict"]

#: ``supported``: the interval lies where the claim wants it, and the adjusted p agrees; ``contradicted``: the interval
#: lies on the other side; ``not-shown``: neither; ``partly``: some primary analyses support the claim and none
#: contradicts it; ``described``: nothing was expected; ``not-answered``: no number, or fewer learners than planned.
Verdict = Literal["supported", "partly", "not-shown", "contradicted", "described", "not-answered"]

ESTIMATE_COLUMNS = [
    "claim", "outcome_level", "analysis", "question", "role", "measure", "waves", "kind", "name", "estimate", "low",
    "high", "n", "method", "p", "p_holm", "p_fdr", "p_method", "expected", "verdict", "status",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PValue:
    """The p-value of an analysis, raw and adjusted over the primary analyses of the whole plan (None: secondary)."""

    p: float
    method: str
    p_holm: float | None = None
    p_fdr: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON: ``p, p_holm, p_fdr, method``."""
        return {"p": self.p, "p_holm": self.p_holm, "p_fdr": self.p_fdr, "method": self.method}


@dataclass(frozen=True)
class Answer:
    """One planned analysis and what came of it.

    Parameters
    ----------
    claim : str
        Id of the claim.
    outcome_level : str
    planned : PlannedAnalysis
    analysis : Analysis
        As it may be shown: numbers about few people are not in it.
    verdict : Verdict
        Of this analysis.
    n : int
        Units that took part.
    headline : Estimate or None
        The estimate that the verdict rests on.
    standardised : Estimate or None
        The same in standard deviations.
    tested : PValue or None
        Never without a headline that has an interval.
    checks : sequence of Analysis
        What may look like an effect and is none, and what the missing may change: response shift, regression to the
        mean, missing data, multiple imputation.
    sentence : str
    """

    claim: str
    outcome_level: OutcomeLevel
    planned: PlannedAnalysis
    analysis: Analysis
    verdict: Verdict
    n: int
    headline: Estimate | None = None
    standardised: Estimate | None = None
    tested: PValue | None = None
    checks: Sequence[Analysis] = ()
    sentence: str = ""

    @property
    def measure(self) -> str:
        """The measure in words."""
        return self.planned.measure.words if self.planned.measure else ""

    @property
    def waves(self) -> str:
        """The points in time in words."""
        return " → ".join(one.words for one in self.planned.waves)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain JSON."""
        return {
            "id": self.planned.id,
            "question": self.planned.question,
            "role": self.planned.role,
            "measure": self.measure,
            "waves": [one.words for one in self.planned.waves],
            "expected": self.planned.expectation,
            "verdict": self.verdict,
            "n": self.n,
            "headline": self.headline.to_dict() if self.headline else None,
            "standardised": self.standardised.to_dict() if self.standardised else None,
            "tested": self.tested.to_dict() if self.tested else None,
            "analysis": self.analysis.to_dict(),
            "checks": [one.to_dict() for one in self.checks],
            "sentence": self.sentence,
        }

    def rows(self) -> list[dict[str, Any]]:
        """Its estimates, one a row, with the columns of `ESTIMATE_COLUMNS`."""
        shared = {
            "claim": self.claim, "outcome_level": self.outcome_level, "analysis": self.planned.id,
            "question": self.planned.question, "role": self.planned.role, "measure": self.measure,
            "waves": self.waves, "expected": self.planned.expectation, "verdict": self.verdict,
        }  # fmt: skip
        rows = [self._row(shared, one, self.analysis) for one in self.analysis.estimates]
        for check in self.checks:
            rows += [shared | {"kind": check.question} | one.to_dict() | {"status": check.status}
                     for one in check.estimates]  # fmt: skip
        return rows

    def _row(self, shared: dict[str, Any], one: Estimate, analysis: Analysis) -> dict[str, Any]:
        main = self.headline is not None and one.name == self.headline.name
        kind = "headline" if main else "estimate"
        row = shared | {"kind": kind} | one.to_dict() | {"status": analysis.status}
        if main and self.tested is not None:
            tested = self.tested
            row |= {"p": tested.p, "p_holm": tested.p_holm, "p_fdr": tested.p_fdr, "p_method": tested.method}
        return row


@dataclass(frozen=True)
class ClaimResult:
    """A claim with its answers.

    `sentence` says in plain words whether the statement can be said; `deviations` are those of this claim.
    """

    claim: Claim
    answers: Sequence[Answer]
    verdict: Verdict
    sentence: str
    deviations: Sequence[Finding] = ()

    def to_dict(self) -> dict[str, Any]:
        """The claim as plain JSON."""
        return {
            "id": self.claim.id,
            "statement": self.claim.statement,
            "outcome_level": self.claim.outcome_level,
            "instrument": self.claim.instrument,
            "comparison": self.claim.comparison,
            "limits": self.claim.limits,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "analyses": [one.to_dict() for one in self.answers],
            "deviations": [one.to_dict() for one in self.deviations],
        }


@dataclass(frozen=True)
class PlanResult:
    """The whole plan.

    Parameters
    ----------
    programme : str
    alpha : float
    claims : sequence of ClaimResult
    deviations : sequence of Finding
        Everything in which the evaluation departs from the plan, and the plan from what was registered.
    findings : sequence of Finding
        About the plan as a whole.
    registered : date or None
    until : date or None
        The last day in the records.
    simulated : bool
        Whether the records are of a simulated cohort.
    """

    programme: str
    alpha: float
    claims: Sequence[ClaimResult]
    deviations: Sequence[Finding] = ()
    findings: Sequence[Finding] = ()
    registered: datetime.date | None = None
    until: datetime.date | None = None
    simulated: bool = False
    tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def answers(self) -> list[Answer]:
        """All answers in the order of the plan."""
        return [one for claim in self.claims for one in claim.answers]

    @property
    def estimates(self) -> pd.DataFrame:
        """Every estimate of every analysis, one a row; columns `ESTIMATE_COLUMNS`."""
        rows = [row for one in self.answers for row in one.rows()]
        return pd.DataFrame(rows, columns=ESTIMATE_COLUMNS)

    @property
    def status(self) -> Literal["ok", "limited", "not-estimable"]:
        """``not-estimable`` when no analysis gave a number; ``limited`` when one did not, or asks for care."""
        statuses = [one.analysis.status for one in self.answers]
        if all(one == "not-estimable" for one in statuses):
            return "not-estimable"
        return "ok" if all(one == "ok" for one in statuses) and not self.deviations else "limited"

    def to_dict(self) -> dict[str, Any]:
        """The result as plain JSON, as ``ipe evaluate PROGRAMME --format json`` prints it."""
        frame = self.estimates.astype(object)
        rows = frame.where(frame.notna(), None).to_dict("records")
        return {
            "programme": self.programme,
            "simulated": self.simulated,
            "alpha": self.alpha,
            "registered": self.registered.isoformat() if self.registered else None,
            "until": self.until.isoformat() if self.until else None,
            "status": self.status,
            "claims": [one.to_dict() for one in self.claims],
            "estimates": [{str(key): _plain(value) for key, value in row.items()} for row in rows],
            "deviations": [one.to_dict() for one in self.deviations],
            "findings": [one.to_dict() for one in self.findings],
        }


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
