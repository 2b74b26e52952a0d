"""Who earns what by the end of the term, with the end of the programme beside it."""

from __future__ import annotations

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.attainment import attainment_by_badge, attainment_by_profession, attainment_over_time
from ipe_workbench.reporting.html import Html, Number, element, join, table
from ipe_workbench.reporting.sections.wording import SIMULATED, share_cell
from ipe_workbench.reporting.term_report import Share, TermReport

__all__ = [
    "badge_figure",
    "badge_table",
    "curve_figure",
    "profession_figure",
    "profession_table",
    "stack_profession_figure",
]


def badge_figure(report: TermReport) -> AccessibleFigure:
    """Badges earned by the end of the term."""
    return attainment_by_badge(report.result, term=report.term.id, names=report.names)


def badge_table(report: TermReport) -> Html:
    """Badges and stacks: earned by the end of the term and of the programme, and what is left of it then."""
    kept = {
        (row["credential"], row["measure"]): Share(
            row["credential"], row["title"], row["mean"], row["low"], row["high"]
        )
        for row in report.result.badges("all").to_dict("records")
    }
    rows: list[list[object]] = []
    for level in ("foundation", "intermediate", "advanced"):
        credentials = [one for one in report.programme.credentials.values() if one.level == level]
        if credentials:
            rows.append([f"{level.capitalize()} badges"])
        rows += [_attained(report, one.id, share_cell(kept.get((one.id, "retained")))) for one in credentials]
    if report.programme.stacks:
        rows.append(["Stacks"])
    rows += [_attained(report, one, Number("–")) for one in report.programme.stacks]
    made = table(
        f"Share of the learners who may earn it, with 95 % interval for one cohort (simulated), {report.term.title}",
        [
            "Credential",
            Number(f"Earned by the end of {report.term.title}"),
            Number("Earned by the end of the programme"),
            Number("Earned and can still do it then"),
        ],
        rows,
    )
    return join([element("p", SIMULATED, " The same numbers as a table."), made])


def profession_figure(report: TermReport) -> AccessibleFigure | Html:
    """The term's badges by profession."""
    badges = [one for one in report.term_badges if report.earned(one)]
    if not badges:
        return element("p", "No badge has an activity in this term.")
    return attainment_by_profession(report.result, items=badges, term=report.term.id, names=report.names)


def stack_profession_figure(report: TermReport) -> AccessibleFigure | Html:
    """The stacks by profession, by the end of the programme."""
    if not report.programme.stacks:
        return element("p", "The programme has no stacks.")
    return attainment_by_profession(report.result, names=report.names)


def profession_table(report: TermReport) -> Html:
    """Professions by the term's badges, and by the stacks by the end of the programme."""
    professions = [one for one in report.programme.info.professions if one.id in report.result.about["professions"]]
    parts = []
    for items, at_end, when in (
        (report.term_badges, False, f"by the end of {report.term.title}"),
        (tuple(report.programme.stacks), True, "by the end of the programme"),
    ):
        if items:
            rows: list[list[object]] = [
                [
                    one.title,
                    Number(f"{report.result.about['professions'][one.id]:,}"),
                    *(share_cell(report.earned(item, at_end=at_end, profession=one.id)) for item in items),
                ]
                for one in professions
            ]
            heads: list[str | Number] = [
                "Profession",
                Number("Learners"),
                *(Number(report.titles[item]) for item in items),
            ]
            parts.append(
                table(f"Earned {when} by profession, with 95 % interval for one cohort (simulated)", heads, rows)
            )
    return element("details", element("summary", "Tables: attainment by profession"), *parts)


def curve_figure(report: TermReport) -> AccessibleFigure:
    """Stacks week by week."""
    return attainment_over_time(report.result, term=report.term.id, names=report.names)


def _attained(report: TermReport, item: str, retained: Number) -> list[object]:
    now, later = report.earned(item), report.earned(item, at_end=True)
    nobody_yet = now is not None and later is not None and now.high == 0 < later.mean
    return [
        report.titles[item],
        Number("not yet") if nobody_yet else share_cell(now),
        share_cell(later),
        retained,
    ]
