"""What keeps learners from badges, and what assessing them costs."""

from __future__ import annotations

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.charts import percent
from ipe_workbench.figures.workload import assessor_load, bottlenecks
from ipe_workbench.reporting.html import Html, Number, element, table
from ipe_workbench.reporting.sections.wording import interval
from ipe_workbench.reporting.term_report import TermReport

__all__ = ["assessor_figure", "assessor_table", "bottleneck_figure", "bottleneck_table"]


def bottleneck_figure(report: TermReport) -> AccessibleFigure:
    """What kept learners from each badge."""
    return bottlenecks(report.result)


def bottleneck_table(report: TermReport) -> Html:
    """The same as a table, with intervals."""
    frame = report.result.bottlenecks("all")
    outcomes = list(dict.fromkeys(frame["outcome"]))
    rows: list[list[object]] = []
    for credential, group in frame.groupby("credential", sort=False):
        cells = {row["outcome"]: row for row in group.to_dict("records")}
        rows.append(
            [
                report.titles.get(str(credential), str(credential)),
                *(Number(_cell(cells[one]["mean"], cells[one]["low"], cells[one]["high"])) for one in outcomes),
            ]
        )
    made = table(
        "What became of the learners who may earn each badge, by the end of the programme (simulated)",
        ["Badge", *(Number(one.capitalize()) for one in outcomes)],
        rows,
    )
    return element("details", element("summary", "Table: what kept learners from each badge"), made)


def assessor_figure(report: TermReport) -> AccessibleFigure:
    """Assessor hours against capacity."""
    return assessor_load(report.result, names=report.names)


def assessor_table(report: TermReport) -> Html:
    """Assessor hours by term and role."""
    names = report.names
    rows: list[list[object]] = []
    for row in report.result.assessor_hours().to_dict("records"):
        reach = "" if row["low"] != row["low"] else f" ({row['low']:,.0f} to {row['high']:,.0f})"
        known = row["capacity"] == row["capacity"]
        rows.append(
            [
                f"{names.get(row['term'], row['term'])}, {row['role']}",
                Number(f"{row['mean']:,.0f}{reach}"),
                Number(f"{row['capacity']:,.0f}" if known else "not named"),
                Number(percent(row["mean"] / row["capacity"]) if known and row["capacity"] else "–"),
                Number(percent(row["share_over"]) if known else "–"),
            ]
        )
    return table(
        "Hours of assessors with 95 % interval for one cohort (simulated)",
        ["Term and role", Number("Hours"), Number("Capacity"), Number("Load"), Number("Cohorts above capacity")],
        rows,
    )


def _cell(mean: float, low: float, high: float) -> str:
    return f"{percent(mean)}{interval(low, high)}"
