"""The research methods appendix: claims, instruments, analyses, results, deviations, software."""

from __future__ import annotations

from ipe_workbench.reporting.html import Html, element, join, notice, table
from ipe_workbench.reporting.methods_report import MethodsReport
from ipe_workbench.reporting.outcomes import outcomes_sections
from ipe_workbench.reporting.page import CONTENTS_MARK

__all__ = ["masthead", "planned", "results", "software"]


def masthead(report: MethodsReport) -> Html:
    """The title, and what the appendix is for."""
    info = report.programme.info
    return join(
        [
            element("p", f"{info.title} · {info.issuer.name}", class_="kicker"),
            element("h1", f"Research methods: {report.term.title}"),
            element("p", f"Appendix to the reports of the term. Programme version {info.version}.", class_="kicker"),
            Html(CONTENTS_MARK),
        ]
    )


def planned(report: MethodsReport) -> Html:
    """What was planned, claim by claim."""
    if not report.plan.claims:
        return notice("The programme has no evaluation plan (evaluation.yaml): there is nothing to appraise.")
    rows = [
        [
            one.id,
            one.statement,
            one.outcome_level,
            one.instrument,
            "; ".join(one.time_points),
            one.comparison,
            one.analysis,
        ]
        for one in report.plan.claims
    ]
    heads = ["Claim", "What it says", "Outcome level", "Instrument", "When", "Compared with", "Analysis"]
    return table("The evaluation plan", heads, rows)


def results(report: MethodsReport) -> Html:
    """What the records say of each claim, with the deviations from the plan."""
    if report.result is None:
        head = element("h2", "Results")
        return join(
            [head, element("p", "No records were given to this report: there is no result. Name them with --db.")]
        )
    return outcomes_sections(report.result)


def software(report: MethodsReport) -> Html:
    """Versions of everything that computed a number."""
    rows = [[name, version] for name, version in report.versions.items()]
    return table("Software", ["Package", "Version"], rows)
