"""Which items of the field's reporting guidelines a report fills, leaves empty, or has no use for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.reporting.html import Html, element, join, table
from ipe_workbench.reporting.term_report import TermReport

__all__ = ["checklist", "checklist_items", "checklist_of", "checklist_short", "checklist_with"]


class Item(NamedTuple):
    """An item in our words: where it is filled; `holds` says whether it is; `otherwise` is what to add, or why not."""

    guideline: str
    number: str
    words: str
    where: str
    holds: Callable[[TermReport], bool | None]
    otherwise: str


def _always(_: TermReport) -> bool:
    return True


def _never(_: TermReport) -> bool:
    return False


def _no_use(_: TermReport) -> None:
    return None


def _claims(report: TermReport) -> bool:
    return bool(report.plan.claims)


def _recorded(report: TermReport) -> bool:
    return report.released is not None


def _summary(report: TermReport) -> bool:
    return bool(report.programme.info.summary)


def _limits(report: TermReport) -> bool:
    return bool(report.plan.claims) and all(one.limits for one in report.plan.claims)


def _quality(report: TermReport) -> bool:
    return bool(report.programme.info.quality_assurance)


_H, _S, _G = "HPAC 2019", "SQUIRE-EDU", "GREET"
#: Sources: Health Professions Accreditors Collaborative, Guidance on developing quality interprofessional education for
#: the health professions (2019), whose framework has four parts (the numbers are ours); Ogrinc et al. 2019
#: (doi 10.1097/ACM.0000000000002750), taken to keep the numbers of SQUIRE 2.0; Phillips et al. 2016
#: (doi 10.1186/s12909-016-0759-1). The wording of the items is ours.
_ITEMS = (
    Item(_H, "1", "rationale of the plan", "The report in one minute", _summary, "a summary in programme.yaml"),
    Item(_H, "2", "goals as outcomes of learners", "Coverage of the framework", _always, ""),
    Item(_H, "3", "deliberate design of activities", "Coverage; Findings about the design", _always, ""),
    Item(_H, "4a", "assessment of learners", "Attainment by badge", _always, ""),
    Item(_H, "4b", "evaluation of the programme", "Claims and how they will be measured", _claims, "evaluation.yaml"),
    Item(_S, "1-2", "title and summary", "The report in one minute", _always, ""),
    Item(_S, "3", "the gap in local education", "Coverage, gaps", _always, ""),
    Item(_S, "4-5", "what is known, and the rationale", "", _never, "sources of the design, by hand"),
    Item(_S, "6", "specific aims", "Claims", _claims, "evaluation.yaml"),
    Item(_S, "7", "context", "The report in one minute, who", _always, ""),
    Item(_S, "8", "the intervention", "Coverage; the programme's own pages", _always, ""),
    Item(_S, "9-11", "study of it, measures, analysis", "Claims", _claims, "evaluation.yaml"),
    Item(_S, "12", "ethics", "", _never, "approval or waiver, by hand"),
    Item(_S, "13", "results", "Learners on record", _recorded, "records (--db)"),
    Item(_S, "14-15", "summary and interpretation of the results", "", _never, "what the team concludes, by hand"),
    Item(_S, "16", "limitations", "Claims, what they cannot show", _limits, "`limits` of each claim"),
    Item(_S, "17-18", "conclusions, funding", "", _never, "by hand"),
    Item(_G, "1", "brief description", "The report in one minute", _always, ""),
    Item(_G, "2", "theory", "", _never, "by hand"),
    Item(_G, "3", "learning objectives", "Coverage of the framework", _always, ""),
    Item(_G, "4", "content (of evidence-based practice)", "", _no_use, "the guideline's own subject"),
    Item(_G, "5-6", "materials, educational strategies", "The programme's own pages", _always, ""),
    Item(_G, "7", "incentives", "Badges and stacks", _always, ""),
    Item(_G, "8", "instructors", "", _never, "their professions, experience and training, by hand"),
    Item(_G, "9-10", "delivery, environment", "The programme's own pages", _always, ""),
    Item(_G, "11-12", "schedule, time of the learners", "The programme's own pages; Assessor load", _always, ""),
    Item(_G, "13-14", "planned and unplanned changes", "", _never, "what differed this term, by hand"),
    Item(_G, "15", "attendance", "", _never, "who came, and how that was noted, by hand"),
    Item(
        _G,
        "16",
        "how use of materials and strategies is checked",
        "Quality assurance",
        _quality,
        "`quality_assurance` in programme.yaml",
    ),
    Item(_G, "17", "sessions held as scheduled", "", _never, "what was held as scheduled, by hand"),
)


def checklist_items(report: TermReport) -> list[tuple[str, str, str, str, str]]:
    """Guideline, number, item, state (filled, empty, not applicable) and where, or what to add."""
    rows = []
    for one in _ITEMS:
        holds = one.holds(report)
        state = "filled" if holds else "not applicable" if holds is None else "empty"
        rows.append((one.guideline, one.number, one.words, state, one.where if holds else one.otherwise))
    return rows


def checklist_of(kind: str, *, recorded: bool = False) -> Html:
    """The checklist of a report beside the term evaluation, folded: its own items, and none of the others.

    Parameters
    ----------
    kind : str
        Name of the template.
    recorded : bool
        Whether there are records behind it.

    Examples
    --------
    >>> checklist_of("pathway_comparison").markup[:61]
    '<p>2 filled, 0 empty, 28 not applicable. The items are in our'
    """
    return _shown(_own(_OF[kind], recorded))


def checklist_short(kind: str) -> Html:
    """The checklist of a report about persons, folded and with no more than the items that it fills.

    Parameters
    ----------
    kind : str
        Name of the template.

    Examples
    --------
    >>> checklist_short("learner_record").markup.count("<tr>")  # the head and four items
    5
    """
    items = [one for one in _own(_OF[kind], True) if one[3] == "filled"]
    rows = [[f"{guideline}, {number} {words}", where] for guideline, number, words, _, where in items]
    rest = f"The other {len(_ITEMS) - len(items)} items are about the programme: its term evaluation goes through them."
    return element(
        "details",
        element("summary", "Which items of reporting guidelines this fills"),
        table("Filled here, of HPAC 2019, SQUIRE-EDU and GREET", ["Item", "Where"], rows),
        element("p", rest, class_="muted"),
    )


def checklist_with(filled: Mapping[str, str]) -> Html:
    """The checklist of a report of your own.

    Parameters
    ----------
    filled : mapping of str to str
        Section of the report by guideline and number, such as ``{"GREET 15": "Attendance"}``.

    Raises
    ------
    UnknownNameError
        When there is no such item.

    Examples
    --------
    >>> checklist_with({"GREET 15": "Attendance", "SQUIRE-EDU 13": "Results"}).markup[:39]
    '<p>2 filled, 0 empty, 28 not applicable'
    """
    known = {f"{one.guideline} {one.number}": (one.guideline, one.number) for one in _ITEMS}
    for name in filled:
        if name not in known:
            raise UnknownNameError(f"The reporting guidelines have no item `{name}`.", mend=near_names(name, known))
    return _shown(_own({known[name]: where for name, where in filled.items()}, True))


def checklist(report: TermReport) -> Html:
    """The checklist as a table, folded."""
    return _shown(checklist_items(report))


def _own(own: Mapping[tuple[str, str], str], recorded: bool) -> list[tuple[str, str, str, str, str]]:
    items = []
    for one in _ITEMS:
        where = own.get((one.guideline, one.number), "")
        needs_records = where.endswith("*")
        state = "not applicable" if not where else "empty" if needs_records and not recorded else "filled"
        told = {"not applicable": "the term evaluation", "empty": "records (--db)", "filled": where.rstrip("*")}
        items.append((one.guideline, one.number, one.words, state, told[state]))
    return items


#: What reports beside the term evaluation hold, by guideline and number; a star: only where there are records.
_OF: dict[str, dict[tuple[str, str], str]] = {
    "accreditation_alignment": {
        (_H, "2"): "Standards and their competencies",
        (_H, "4a"): "Evidence for each standard",
    },
    "pathway_comparison": {(_H, "3"): "What each design assumes", (_S, "8"): "What each design assumes"},
    "research_methods": {
        (_H, "4b"): "What was planned",
        (_S, "6"): "What was planned",
        (_S, "9-11"): "What was planned",
        (_S, "13"): "Claims*",
        (_S, "16"): "Claims, limits*",
    },
    "learner_record": {
        (_H, "2"): "What you have shown",
        (_H, "4a"): "Your badges; Growth areas",
        (_G, "3"): "What you have shown",
        (_G, "15"): "Taking part",
    },
    "faculty_feedback": {
        (_H, "4a"): "Raters; Rows of rubrics that tell few apart",
        (_S, "9-11"): "Raters; Rows of rubrics that tell few apart",
        (_S, "13"): "What to teach more; Who may need help now",
    },
    "rater_feedback": {
        (_H, "4a"): "Your ratings; Rows of rubrics that tell few apart",
        (_S, "9-11"): "Your ratings; Rows of rubrics that tell few apart",
        (_S, "13"): "What to teach more; Who may need help now",
    },
    "term_trend": {(_S, "13"): "Badges; Stacks; Instruments*", (_S, "16"): "How to read it", (_G, "13-14"): "Breaks*"},
}


def _shown(items: Sequence[tuple[str, str, str, str, str]]) -> Html:
    rows: list[list[object]] = []
    for guideline in dict.fromkeys(one[0] for one in items):
        rows.append([guideline])
        for _, number, words, state, where in (one for one in items if one[0] == guideline):
            shown: object = element("strong", state, class_="gap") if state == "empty" else state
            rows.append([f"{number} {words}", shown, where])
    counts = [f"{sum(one[3] == state for one in items)} {state}" for state in ("filled", "empty", "not applicable")]
    words = f"{', '.join(counts)}. The items are in our words; a reviewer goes by the guidelines themselves."
    made = table("Items of HPAC 2019, SQUIRE-EDU and GREET", ["Item", "State", "Where, or what to add"], rows)
    return join([element("p", words), element("details", element("summary", "The checklist, item by item"), made)])
