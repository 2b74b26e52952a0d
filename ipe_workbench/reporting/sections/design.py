"""Coverage of the framework: the picture, the gaps in words, and the table behind both."""

from __future__ import annotations

from itertools import groupby

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.coverage import coverage_heatmap
from ipe_workbench.phrases import listed
from ipe_workbench.reporting.html import Html, element, join, listing, table
from ipe_workbench.reporting.term_report import TermReport

__all__ = ["coverage_figure", "coverage_table", "gaps"]


def coverage_figure(report: TermReport) -> AccessibleFigure:
    """The heatmap of competencies by credentials."""
    return coverage_heatmap(report.coverage, report.titles)


def gaps(report: TermReport) -> Html:
    """Every competency that nobody teaches, practises or assesses, and those that hang on one credential."""
    rows = report.coverage.rows
    items = []
    for row in rows:
        if row.gaps:
            missing = element("span", ", ".join(f"not {how}" for how in row.gaps), class_="gap")
            items.append(join([element("strong", row.code), f" {row.statement} ", missing]))
    once = [row for row in rows if len(row.assessed) == 1]
    parts: list[object] = [element("h3", "Gaps")]
    parts.append(listing(items) if items else element("p", "Everything is taught, practised and assessed."))
    if once:
        words = [f"{row.code} ({report.titles.get(row.assessed[0], row.assessed[0])})" for row in once]
        parts.append(element("p", f"Assessed by one credential only: {listed(words, 20)}."))
    return join(parts)


def coverage_table(report: TermReport) -> Html:
    """Who teaches, practises and assesses each competency, by name."""
    titles = report.titles
    rows: list[list[object]] = []
    for parent, group in groupby(report.coverage.rows, key=lambda row: row.parent_title):
        if parent:
            rows.append([parent])
        for row in group:
            cells: list[object] = [join([row.code, " ", element("span", row.statement, class_="plain")])]
            for how in ("taught", "practised", "assessed"):
                names = [titles.get(one, one) for one in getattr(row, how)]
                cells.append("; ".join(names) if names else element("span", "nobody", class_="gap"))
            rows.append([*cells, row.level or "–"])
    made = table(
        f"Coverage of {report.coverage.framework_title} by credential",
        ["Sub-competency", "Taught by", "Practised in", "Assessed by", "Highest stage"],
        rows,
    )
    return element("details", element("summary", "Table: who covers which sub-competency"), made)
