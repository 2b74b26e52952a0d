"""What the research methods appendix is written from: the evaluation plan, and its results where there are records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.evaluation import EvaluationPlan, read_plan
from ipe_workbench.reporting.learner_record import shared_programme
from ipe_workbench.reporting.provenance import installed_versions
from ipe_workbench.reporting.released import Released, read_released
from ipe_workbench.reporting.snapshot import open_snapshot
from ipe_workbench.resources import data_folder

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.evaluation import PlanResult

__all__ = ["MethodsReport", "open_methods_report"]


@dataclass(frozen=True)
class MethodsReport:
    """The plan, its results and the programs that computed them.

    Parameters
    ----------
    programme : Programme
        The design.
    term : Term
        The term of the report.
    plan : EvaluationPlan
        The claims and their analyses.
    result : PlanResult or None
        What the records say; None without records.
    versions : dict of str to str
        Of the packages behind the numbers.
    released : Released or None
        Counts of learners that may be shown.
    """

    programme: Programme
    term: Term
    plan: EvaluationPlan
    result: PlanResult | None
    versions: dict[str, str]
    released: Released | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """``estimates``, where there are records, and ``claims``."""
        import pandas as pd

        claims = pd.DataFrame(
            [(one.id, one.statement, one.outcome_level, one.instrument, one.analysis) for one in self.plan.claims],
            columns=["claim", "statement", "outcome_level", "instrument", "analysis"],
        )
        return {"claims": claims} | ({"estimates": self.result.estimates} if self.result is not None else {})


def open_methods_report(
    programme: str | Path = "", term: str = "", records: str | Path = "", *, released: str | Path = ""
) -> MethodsReport:
    """Gather what the appendix is written from.

    Parameters
    ----------
    programme : path
        Folder of the programme; the shipped example when empty.
    term : str
        Id of the term; the first one when empty.
    records : path
        Folder of a snapshot of the records; without it the appendix holds the plan alone.
    released : path
        File of the counts of learners that may be shown; none when empty.

    Raises
    ------
    UnknownNameError
        When there is no such term.

    Examples
    --------
    >>> report = open_methods_report(term="2026-fall")
    >>> report.tables()["claims"]["claim"].iloc[0]
    'motivation'
    """
    folder = str(programme or data_folder() / "programmes" / "cu-ipe")
    design = shared_programme(folder)
    plan = read_plan(folder)[0] or EvaluationPlan()
    result = None
    if records and plan.claims:
        from ipe_workbench.evaluation import run_plan

        result = run_plan(plan, design, open_snapshot(str(records)))
    packages = ("ipe-workbench", "numpy", "scipy", "pandas", "statsmodels")
    chosen = design.term(term) if term else design.info.terms[0]
    counts = read_released(released) if released else None
    return MethodsReport(design, chosen, plan, result, installed_versions(packages), counts)
