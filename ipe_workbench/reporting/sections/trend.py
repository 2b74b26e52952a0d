"""Terms side by side: what may be compared, what changed beyond chance, and where the comparison breaks."""

from __future__ import annotations

import datetime

from ipe_workbench.credentials import MicroCredential, Stack, changes_since
from ipe_workbench.evaluation.trend import Series, TrendPoint
from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.trends import term_trends, trend_value
from ipe_workbench.phrases import counted, listed
from ipe_workbench.reporting.html import Html, Number, element, join, listing, notice, table
from ipe_workbench.reporting.page import CONTENTS_MARK
from ipe_workbench.reporting.sections.wording import day
from ipe_workbench.reporting.trend_report import TrendReport

__all__ = ["breaks", "changes", "figure", "how_to_read", "masthead", "numbers"]

_NOTHING = {
    "badge": "No attempts at a badge are on record.",
    "stack": "Nobody's time of the programme is over yet, or nobody has completed a stack.",
    "instrument": "No answers to an instrument are on record.",
}
_NAMES = {"badge": "badges", "stack": "stacks", "instrument": "instruments"}
_CAPTIONS = {
    "badge": "Share of those who first tried in the term that earned the badge within it, with 95 % interval",
    "stack": "Share of those whose time in the programme ended in the term that completed the stack, with interval",
    "instrument": "Mean score of those who answered in the term, with 95 % interval",
}


def masthead(report: TrendReport) -> Html:
    """The title, and which terms are compared."""
    info, terms = report.programme.info, report.trend.terms
    made = f" Made on {day(datetime.datetime.fromisoformat(report.rendered_at))}." if report.rendered_at else ""
    span = f"{terms[0].title} to {terms[-1].title}." if terms else f"Until {report.term.title}."
    parts: list[object] = [
        element("p", f"{info.title} · {info.issuer.name}", class_="kicker"),
        element("h1", f"Trend over terms: {report.term.title}"),
        element("p", f"{span}{made} Programme version {info.version}.", class_="kicker"),
    ]
    if report.trend.invented:
        parts.append(notice(element("strong", "Practice records: nobody in them exists.")))
    if not report.trend.series:
        parts.append(notice("No records were given to this report, so there is no trend. Name them with --db."))
    return join([*parts, Html(CONTENTS_MARK)])


def changes(report: TrendReport) -> Html:
    """What changed between the last two comparable terms, beyond chance."""
    compared = [(one, change) for one in report.trend.series if (change := one.last_change()) is not None]
    moved = [(one, change) for one, change in compared if change[3] > 0 or change[4] < 0]
    titles = {one.id: one.title for one in report.trend.terms}
    if not compared:
        return element("p", "No two terms can be compared yet.")
    lines = []
    for one, (before, now, difference, low, high) in moved:
        word = "rose" if difference > 0 else "fell"
        lines.append(
            join(
                [
                    element("strong", one.title),
                    f" {word} by {_points(one, abs(difference))} (95 % interval {_signed(one, low)} to "
                    f"{_signed(one, high)}) from {titles[before.term]} to {titles[now.term]}.",
                ]
            )
        )
    chance = len(compared) * 0.05
    words = (
        f"{counted(len(compared), 'comparison')} of the last two terms of a series; {len(moved)} beyond chance. Where "
        f"nothing had changed, about {chance:.0f} of them would look so by luck alone."
    )
    return join([element("p", words), listing(lines, class_="roomy")])


def breaks(report: TrendReport) -> Html:
    """Every break, with its reason."""
    titles = {one.id: one.title for one in report.trend.terms}
    rows = [
        [one.title, f"{titles.get(each.before, each.before)} to {titles.get(each.term, each.term)}", each.why]
        for one in report.trend.series
        for each in one.breaks
    ]
    if rows:
        made = table("Breaks: across these terms nothing is compared", ["Series", "Between", "What changed"], rows)
    else:
        made = element("p", "No change of a rule, a form or the way of asking was found between the terms.")
    return join([_unmarked(report), made])


def _unmarked(report: TrendReport) -> Html:
    """Designs that differ from what was issued under the same version: there is a break, and no record says when."""
    design = report.programme
    lines = []
    both: list[MicroCredential | Stack] = [*design.credentials.values(), *design.stacks.values()]
    for one in both:
        issued = design.issued.get((one.id, one.version))
        if issued is not None and (fields := changes_since(issued.value, one)):
            names = listed([field.replace("_", " ") for field in fields])
            lines.append(join([element("strong", one.title), f" ({names}), version {one.version}"]))
    if not lines:
        return Html("")
    return notice(
        "Changed without a new version since it was issued: the records do not tell when, so no break is marked. Do "
        "not compare terms across that day.",
        listing(lines),
    )


def figure(report: TrendReport, kind: str) -> AccessibleFigure | Html:
    """The series of one kind as small multiples."""
    if not report.trend.of(kind):  # type: ignore[arg-type]
        return element("p", _NOTHING[kind])
    return term_trends(report.trend, kind)


def numbers(report: TrendReport, kind: str) -> Html:
    """The same as a table, folded: the terms of each series, with the reason of a break where one is."""
    series = report.trend.of(kind)  # type: ignore[arg-type]
    if not series:
        return Html("")
    titles = {one.id: one.title for one in report.trend.terms}
    rows: list[list[object]] = []
    for one in series:
        rows.append([one.title])
        why = {each.term: each.why for each in one.breaks}
        for point in one.points:
            mark: object = element("strong", f"break: {why[point.term]}", class_="gap") if point.term in why else ""
            rows.append([titles.get(point.term, point.term), *_cells(one, point), mark])
    heads: list[str | Number] = ["Term", Number("Learners"), Number("Value"), Number("95 % interval")]
    heads.append("Since the term before")
    hidden = f"“hidden”: fewer than {report.threshold} learners, or so few on one side of a share."
    made = join([table(_CAPTIONS[kind], heads, rows), element("p", hidden, class_="muted")])
    return element("details", element("summary", f"Table: {_NAMES[kind]} over the terms"), made)


def how_to_read(report: TrendReport) -> Html:
    """Who is counted where, and what a break is."""
    return listing(
        [
            "A badge counts each learner once, in the term of the first attempt; the share is of those who earned it "
            "in that same term. It is final when the term ends, whatever comes later.",
            "A stack counts each learner once, in the term in which the programme's time is over for those who began "
            "with the learner; whoever left counts as one who did not complete it.",
            "A mean is of everybody who answered the instrument in the frame and, where it is asked in several, in the "
            "half-year of the programme that is named. Terms are mostly of different learners, who may differ.",
            "A break is found in the records: another version of a credential's design, another kind of assessment or "
            "other rows of the rubric, another form or other items of an instrument, other frames asked beside it. A "
            "change that leaves no such mark is not found.",
            "An interval holds chance among learners. It holds neither a change of cohort nor of raters.",
        ]
    )


def _cells(series: Series, point: TrendPoint) -> list[Number]:
    if point.value is None:
        return [Number("hidden"), Number("hidden"), Number("hidden")]
    reach = "–"
    if point.low is not None and point.high is not None:
        low, high = (trend_value(series, one) for one in (point.low, point.high))
        reach = f"{low.removesuffix('%').rstrip()} to {high}"
    return [Number(f"{point.n:,}"), Number(trend_value(series, point.value)), Number(reach)]


def _points(series: Series, value: float) -> str:
    return f"{value:.2f}" if series.kind == "instrument" else f"{100 * value:.0f} points"


def _signed(series: Series, value: float) -> str:
    return f"{value:+.2f}" if series.kind == "instrument" else f"{100 * value:+.0f}"
