"""How a report ends: what will be measured, what the checks found, how to read it and how it was made."""

from __future__ import annotations

from ipe_workbench.evaluation import Claim
from ipe_workbench.phrases import counted
from ipe_workbench.reporting.html import Html, element, join, notice, table
from ipe_workbench.reporting.term_report import TermReport

__all__ = ["design_findings", "evaluation_plan", "how_to_read", "provenance"]

_LEVELS = {
    "reaction": "reaction",
    "attitude": "attitude",
    "knowledge-skill": "knowledge and skill",
    "behaviour": "collaborative behaviour",
    "performance": "performance in practice",
    "health-system": "health and system outcomes",
}


def evaluation_plan(report: TermReport) -> Html:
    """Each claim of the programme with what would show it, and the plain statement that nothing is recorded yet."""
    claims = report.plan.claims
    if not claims:
        return notice("The programme has no evaluation plan: nothing here can show what learners gain.")
    told = notice(
        element("strong", "Not recorded yet." if report.released is None else "Results stand elsewhere."),
        (
            "The programme makes 1 claim. Below stands how it will be measured. Its result is not in this report, and "
            "no simulated number stands in for it."
        )
        if len(claims) == 1
        else f"The programme makes {counted(len(claims), 'claim')}. Below stands how each will be measured. No result "
        "of any of them is in this report, and no simulated number stands in for one.",
    )
    return join([told, *(_claim(claim, recorded=report.released is not None) for claim in claims)])


def design_findings(report: TermReport) -> Html:
    """What the checks of the design found, gravest first."""
    if not report.findings:
        return element("p", "The checks of the design and its files found nothing.")
    rows: list[list[object]] = []
    for one in report.findings:
        where = report.relative(one.place.file) + (f", line {one.place.line}" if one.place.line else "")
        rows.append([one.severity, one.message, one.mend, where or "–"])
    return table("Findings of the design checks", ["Severity", "What", "How to mend it", "Where"], rows)


def how_to_read(report: TermReport) -> Html:
    """What an interval says and does not say."""
    result = report.result
    if result.replicates == 1:
        first = "One cohort was simulated, so there are no intervals; simulate more before anybody acts on a number."
    else:
        first = (
            f"An interval such as “93 % (91 to 95 %)” is a mean over {result.replicates:,} simulated cohorts and the "
            "range in which one cohort of this size falls 95 times in 100."
        )
    return element(
        "p",
        f"{first} It shows chance among learners, not doubt about the model: if learners forget faster or fewer take "
        "part than the scenario assumes, the truth can lie outside. Shares of small professions vary most.",
    )


def provenance(report: TermReport) -> Html:
    """Versions, parameters, seed, hashes of every input and the command that makes the report again."""
    made = report.provenance
    facts: list[list[object]] = [[key, str(value)] for key, value in made.parameters.items()]
    facts += [[f"version of {name}", version] for name, version in made.versions.items()]
    facts += [
        ["SHA-256 of all inputs", element("code", made.inputs_digest)],
        ["made at", made.at.isoformat() if made.at else "not said"],
    ]
    inputs = [[one.name, element("code", one.sha256), f"{one.size:,}"] for one in made.inputs]
    again = made.command or f"ipe report {report.term.id} --programme <folder of {report.programme.id}>"
    return join(
        [
            element("p", "The same files, versions and seed give the same numbers. To make this report again:"),
            element("pre", element("code", again), tabindex="0"),
            table("How this report was made", ["What", "Value"], facts),
            element(
                "details",
                element("summary", f"{counted(len(inputs), 'input file')} with SHA-256"),
                table("Input files", ["File", "SHA-256", "Bytes"], inputs),
            ),
        ]
    )


def _claim(claim: Claim, *, recorded: bool) -> Html:
    rows: list[list[object]] = [
        ["Outcome level", _LEVELS.get(claim.outcome_level, claim.outcome_level)],
        [
            "Instrument",
            join([claim.instrument, *([f". Source: {claim.instrument_source}"] if claim.instrument_source else [])]),
        ],
        ["When", "; ".join(claim.time_points)],
        ["Comparison", claim.comparison],
        ["Analysis", claim.analysis],
    ]
    if claim.minimum_n is not None:
        rows.append(["Least number to report", f"{claim.minimum_n:,}"])
    if claim.limits:
        rows.append(["What it cannot show", claim.limits])
    result = "in the research methods appendix" if recorded else "not recorded yet"
    rows.append(["Result", element("strong", result)])
    return join([element("h3", claim.statement), table(f"How “{claim.id}” will be measured", ["What", "Plan"], rows)])
