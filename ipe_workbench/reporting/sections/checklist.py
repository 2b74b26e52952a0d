"""Which items of the field's reporting guidelines a report fills, leaves empty, or has no use for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ipe_workbench.reporting.html import Html, element, join, table
from ipe_workbench.reporting.term_report import TermReport

__all__ = ["checklist", "checklist_items", "checklist_of"]


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
#: the health professions (2019); Ogrinc et al. 2019 (doi 10.1097/ACM.0000000000002750); Phillips et al. 2016
#: (doi 10.1186/s12909-016-0759-1). The wording of the items is ours.
_ITEMS = (
    Item(_H, "1", "rationale of the plan", "The report in one minute", _summary, "a summary in programme.yaml"),
    Item(_H, "2", "goals as outcomes of learners", "Coverage of the framework", _always, ""),
    Item(_H, "3", "deliberate design of activities", "Coverage; Findings about the design", _always, ""),
    Item(_H, "4", "assessment of learners", "Attainment by badge", _always, ""),
    Item(_H, "4", "evaluation of the programme", "Claims and how they will be measured", _claims, "evaluation.yaml"),
    Item(_S, "1-2", "title and summary", "The report in one minute", _always, ""),
    Item(_S, "3", "the gap in local education", "Coverage, gaps", _always, ""),
    Item(_S, "4-5", "what is known, and the theory", "", _never, "sources of the design, by hand"),
    Item(_S, "6", "aims", "Claims", _claims, "evaluation.yaml"),
    Item(_S, "7", "context", "The report in one minute, who", _always, ""),
    Item(_S, "8", "the intervention", "Coverage; the programme's own pages", _always, ""),
    Item(_S, "9-11", "study, measures, analysis", "Claims", _claims, "evaluation.yaml"),
    Item(_S, "12", "ethics", "", _never, "approval or waiver, by hand"),
    Item(_S, "13", "results", "Learners on record", _recorded, "records (--db)"),
    Item(_S, "14-15", "interpretation", "", _never, "what the team concludes, by hand"),
    Item(_S, "16", "limits", "Claims, what they cannot show", _limits, "`limits` of each claim in evaluation.yaml"),
    Item(_S, "17-18", "conclusions, funding", "", _never, "by hand"),
    Item(_G, "1", "brief description", "The report in one minute", _always, ""),
    Item(_G, "2", "theory", "", _never, "by hand"),
    Item(_G, "3", "learning objectives", "Coverage of the framework", _always, ""),
    Item(_G, "4", "content (of evidence-based practice)", "", _no_use, "the guideline's own subject"),
    Item(_G, "5-6", "materials, strategies", "The programme's own pages", _always, ""),
    Item(_G, "7", "incentives", "Badges and stacks", _always, ""),
    Item(_G, "8", "instructors", "", _never, "their professions, experience and training, by hand"),
    Item(_G, "9-10", "delivery, environment", "The programme's own pages", _always, ""),
    Item(_G, "11-12", "schedule, time", "The programme's own pages; Assessor load", _always, ""),
    Item(_G, "13-14", "planned and unplanned changes", "", _never, "what differed this term, by hand"),
    Item(_G, "15", "attendance", "", _never, "who came, and how that was noted, by hand"),
    Item(_G, "16", "how delivery is checked", "Quality assurance", _quality, "`quality_assurance` in programme.yaml"),
    Item(_G, "17", "delivered as planned", "", _never, "what was held as scheduled, by hand"),
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
    own = _OF[kind]
    items = []
    for one in _ITEMS:
        where = own.get((one.guideline, one.number), "")
        needs_records = where.endswith("*")
        state = "not applicable" if not where else "empty" if needs_records and not recorded else "filled"
        told = {"not applicable": "the term evaluation", "empty": "records (--db)", "filled": where.rstrip("*")}
        items.append((one.guideline, one.number, one.words, state, told[state]))
    return _shown(items)


def checklist(report: TermReport) -> Html:
    """The checklist as a table, folded."""
    return _shown(checklist_items(report))


#: What reports beside the term evaluation hold, by guideline and number; a star: only where there are records.
_OF: dict[str, dict[tuple[str, str], str]] = {
    "accreditation_alignment": {(_H, "2"): "Standards and their competencies", (_H, "4"): "Evidence for each standard"},
    "pathway_comparison": {(_H, "3"): "What each design assumes", (_S, "8"): "What each design assumes"},
    "research_methods": {
        (_H, "4"): "What was planned",
        (_S, "6"): "What was planned",
        (_S, "9-11"): "What was planned",
        (_S, "13"): "Claims*",
        (_S, "16"): "Claims, limits*",
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
