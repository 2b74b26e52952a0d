"""The report for faculty: how they rate, what to teach more, who may need help."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from ipe_workbench.reporting.faculty_report import FacultyReport
from ipe_workbench.reporting.html import Html, Number, element, join, listing, notice, table
from ipe_workbench.reporting.page import CONTENTS_MARK
from ipe_workbench.reporting.sections import recorded
from ipe_workbench.reporting.sections.wording import day

__all__ = ["flow", "masthead", "said"]

#: What an item is about (a pseudonym, or a row of a rubric with its credential), what it says, and a mark at its end.
_ITEM = re.compile(r"(?P<about>L[a-z0-9]{8,}\b|“[^”]+” \([^)]*\)|)(?P<rest>.*?)(?: \[(?P<mark>[^\]]+)\])?", re.DOTALL)


def masthead(report: FacultyReport) -> Html:
    """The title, for whom it is, and how to handle it."""
    info = report.programme.info
    heading = "Your ratings and your teams" if report.rater else "Faculty progress and rater feedback"
    made = f" Made on {day(datetime.datetime.fromisoformat(report.rendered_at))}." if report.rendered_at else ""
    whose = f"Rater {report.rater} · " if report.rater else ""
    return join(
        [
            element("p", f"{info.title} · {info.issuer.name}", class_="kicker"),
            element("h1", heading),
            element("p", f"{whose}{report.term.title}, as of {day(report.term.end)}.{made}", class_="kicker"),
            notice(
                "It is about persons, by pseudonym: mind where you send it. It is meant to help, not to judge anybody."
            ),
            notice(element("strong", "Simulated records: nobody here exists.")) if report.simulated else "",
            Html(CONTENTS_MARK),
        ]
    )


def said(report: FacultyReport) -> Html:
    """Everything that is said, section by section."""
    return join(_blocks(report.feedback.text()))


def flow(report: FacultyReport) -> Html:
    """The flow of learners: of the term, as far as counts may be shown; for one rater the own part in it."""
    own = report.own
    if own is None:
        return recorded.flow(report)
    seen = own.drop_duplicates(["learner", "assessment", "attempt"])
    rows = [
        ["Assessments in which you rated", Number(f"{seen['assessment'].nunique():,}")],
        ["Learners whom you rated", Number(f"{seen['learner'].nunique():,}")],
        ["Their performances that you rated", Number(f"{len(seen):,}")],
        ["Rows of rubrics that you filled in", Number(f"{len(own):,}")],
    ]
    caption = f"Your part in the flow of learners, until the end of {report.term.title}"
    words = (
        "These are your own ratings alone; how many learners the term has stands in the term evaluation. Ratings that "
        "belong to no badge's own assessment, such as those of a follow-up study, are counted here, but not above."
    )
    return join([table(caption, ["What", Number("On record")], rows), element("p", words, class_="muted")])


def _blocks(text: str) -> Iterator[Html]:
    """Plain words as markup: lines in capitals are headings, lines with a dash are items of a list."""
    items: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("- "):
            items.append(line[2:])
            continue
        if items:
            yield listing(map(_item, items), class_="roomy")
            items = []
        if line.strip():
            heading = line == line.upper() and any(one.isalpha() for one in line)
            yield element("h2", line.capitalize()) if heading else element("p", line)


def _item(text: str) -> Html:
    """An item with its mark, such as ``[more learners than usual]``, as one, and what it is about in front."""
    found = _ITEM.fullmatch(text)
    if found is None:
        return element("span", text)
    about, rest, mark = found["about"], found["rest"], found["mark"]
    parts: list[object] = [element("strong", about) if about else "", rest]
    return join([*parts, join([" ", element("span", mark, class_="tag")]) if mark else ""])
