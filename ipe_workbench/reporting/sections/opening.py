"""How a report begins: what it is, whether it is simulated, and the minute for a dean."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from ipe_workbench.figures.charts import percent
from ipe_workbench.figures.workload import bottleneck_finding, load_finding
from ipe_workbench.findings import count_by_severity
from ipe_workbench.phrases import counted, listed
from ipe_workbench.reporting.html import Html, element, join, listing, notice, safe
from ipe_workbench.reporting.page import CONTENTS_MARK
from ipe_workbench.reporting.sections.wording import SIMULATED, day, interval, sentence, share
from ipe_workbench.reporting.term_report import Share, TermReport

__all__ = ["data_source", "masthead", "summary"]


def masthead(report: TermReport) -> Html:
    """The title, the issuer, a warning where the design has errors, and the list of sections."""
    info, term = report.programme.info, report.term
    made = f"Made on {day(report.provenance.at)}. " if report.provenance.at else ""
    return join(
        [
            element("p", f"{info.title} · {info.issuer.name}", class_="kicker"),
            element("h1", f"Term evaluation: {term.title}"),
            element(
                "p",
                f"{day(term.start)} to {day(term.end)}. {made}Programme version {info.version}.",
                class_="kicker",
            ),
            _errors(report),
            Html(CONTENTS_MARK),
        ]
    )


def _errors(report: TermReport) -> Html:
    """What must be said before any number when the design has errors."""
    errors = [one for one in report.findings if one.severity == "error"]
    if not errors:
        return Html("")
    first = sentence(errors[0].message)
    return notice(
        join(
            [
                element("strong", f"The design has {counted(len(errors), 'error')}: "),
                f"{first}{' ...' if len(errors) > 1 else ''}",
            ]
        ),
        f"The numbers below may mean nothing until {'it is' if len(errors) == 1 else 'they are'} mended. "
        "“Findings about the design” tells how.",
    )


def data_source(report: TermReport) -> Html:
    """The box that says where the numbers come from."""
    result = report.result
    about = result.about
    runs = "once" if result.replicates == 1 else counted(result.replicates, "time")
    scenario = str(about.get("scenario_title") or about["scenario"])
    sentences: list[object] = [
        join(
            [
                element("strong", "Data source: simulated."),
                f" {_records_words(report)} Every number marked ",
                SIMULATED,
                f" comes from a model of {counted(result.learners, 'learner')}, "
                f"run {runs} for the scenario “{scenario}”; the design (coverage, "
                "findings, plan) comes from the programme’s files.",
            ]
        )
    ]
    if report.scenario_description:
        sentences.append(f"What the scenario assumes: {report.scenario_description.strip()}")
    return notice(*sentences)


def _records_words(report: TermReport) -> str:
    if report.released is None:
        return "No learner’s record went into this report."
    return "What is on record of learners stands under “Learners on record” and nowhere else."


def summary(report: TermReport) -> Html:
    """The report in one minute: key figures, then a sentence for each thing to know."""
    return join([_figures(report), listing(_sentences(report), class_="summary lede")])


def _figures(report: TermReport) -> Html:
    numbers = report.key_numbers()
    cards = [_card("Learners in a cohort", f"{numbers['learners']:,}", counted(numbers["professions"], "profession"))]
    cards.append(
        _card(
            "Sub-competencies assessed",
            f"{numbers['assessed']} of {numbers['competencies']}",
            report.coverage.framework_title,
        )
    )
    best = _term_shares(report)
    if best:
        middle = sorted(best, key=lambda one: one.mean)[len(best) // 2]
        label = "A typical badge of this term" if len(best) > 1 else f"{middle.title}, by the end of the term"
        cards.append(_card(label, percent(middle.mean), _bounds(middle), simulated=True))
    final = _overall(report)
    if final:
        cards.append(_card(f"{final.title}, by the end", percent(final.mean), _bounds(final), simulated=True))
    return element("dl", *cards, class_="figures")


def _card(label: str, value: str, under: str, *, simulated: bool = False) -> Html:
    return element(
        "div",
        element("dt", label, *([" ", SIMULATED] if simulated else [])),
        element("dd", element("span", value, class_="value"), element("span", under, class_="interval")),
    )


def _bounds(value: Share) -> str:
    return f"95 % interval{interval(value.low, value.high)}" if value.low == value.low else "one simulated cohort"


def _sentences(report: TermReport) -> list[Html]:
    sentences = [_who(report), _coverage(report)]
    sentences += [one for one in (_this_term(report), _by_the_end(report), _obstacle(report), _load(report)) if one]
    return [*sentences, _design(report), _evidence(report)]


def _who(report: TermReport) -> Html:
    info = report.programme.info
    place = [one.id for one in info.terms].index(report.term.id) + 1
    badges, stacks = len(report.programme.credentials), len(report.programme.stacks)
    stacking = f" that {'stacks' if badges == 1 else 'stack'} to {counted(stacks, 'larger credential')}"
    stacking = stacking if stacks else ", with no stacks"
    return join(
        [
            element("strong", "Who. "),
            f"{counted(report.programme.learners, 'learner')} of {counted(len(info.professions), 'profession')} can "
            f"earn {counted(badges, 'badge')}{stacking}; this is term {place} of {len(info.terms)}.",
        ]
    )


def _coverage(report: TermReport) -> Html:
    cover = report.coverage
    missing = cover.gaps["assessed"]
    total = len(cover.rows)
    covered = total - len(missing)
    verb = "is" if covered == 1 else "are"
    start = f"{covered} of {counted(total, 'sub-competency')} of {cover.framework_title} {verb} assessed"
    untouched = [row.code for row in cover.rows if len(row.gaps) == 3]
    if not missing:
        open_ways = [f"{len(cover.gaps[how])} not {how}" for how in ("taught", "practised") if cover.gaps[how]]
        end, more = f"; {listed(open_ways, 12)}." if open_ways else "; there is no gap.", ""
    elif untouched == list(missing):
        end, more = f"; the biggest gap: nobody teaches, practises or assesses {listed(untouched, 12)}.", ""
    else:
        end = f"; the biggest gap: nobody assesses {listed(missing, 12)}."
        more = f" Of these, nobody even teaches or practises {listed(untouched, 12)}." if untouched else ""
    return join([element("strong", "Coverage. "), start + end + more])


def _this_term(report: TermReport) -> Html | None:
    shares = sorted(_term_shares(report), key=lambda one: one.mean)
    if not shares:
        return join([element("strong", "This term. "), "No badge has an activity in this term."])
    low, high = shares[0], shares[-1]
    if low is high:
        text = f"By its end, {share(low)} of the learners have earned the one badge that meets in it, {low.title}. "
    else:
        text = (
            f"By its end, the {counted(len(shares), 'badge')} that meet in it are earned by between {share(low)} "
            f"of the learners ({low.title}) and {share(high)} ({high.title}). "
        )
    return join([element("strong", "This term. "), text, SIMULATED])


def _by_the_end(report: TermReport) -> Html | None:
    final = _overall(report)
    if final is None:
        return None
    stacks = [report.earned(one, at_end=True) for one in report.programme.stacks if one != final.item]
    others = [one for one in stacks if one]
    text = f"{share(final)} of the learners complete {final.title}"
    if others:
        least, most = (f(others, key=lambda one: one.mean) for f in (min, max))
        text += (
            f"; of the other stacks, {share(most)} complete {most.title}"
            if least is most
            else f"; of the other stacks, most complete {most.title}, {share(most)}, "
            f"and fewest {least.title}, {share(least)}"
        )
    return join([element("strong", "By the end of the programme. "), sentence(text) + " ", SIMULATED])


def _obstacle(report: TermReport) -> Html:
    found = sentence(bottleneck_finding(report.result))
    return join([element("strong", "Biggest bottleneck. "), found + " ", SIMULATED])


def _load(report: TermReport) -> Html | None:
    frame = report.result.assessor_hours()
    if frame.empty:
        return None
    rows = [row for row in frame[frame["term"] == report.term.id].to_dict("records") if row["mean"] > 0]
    now = f"This term: {'; '.join(_hours(row) for row in rows)}" if rows else "This term needs no hours of assessors"
    names = report.names
    over = frame[frame["mean"] > frame["capacity"]].to_dict("records")
    above = [f"{row['role']} in {names.get(row['term'], row['term'])}" for row in over]
    end = f"Above capacity: {listed(above, 12)}." if above else f"{load_finding(report.result, names)}."
    return join([element("strong", "Assessor load. "), f"{now}. {end} ", SIMULATED])


def _hours(row: Mapping[Hashable, Any]) -> str:
    reach = "" if row["low"] != row["low"] else f" ({row['low']:,.0f} to {row['high']:,.0f})"
    limit = "" if row["capacity"] != row["capacity"] else f" of {row['capacity']:,.0f}"
    return f"{row['role']} {counted(round(row['mean']), 'hour')}{reach}{limit}"


def _design(report: TermReport) -> Html:
    counts = count_by_severity(report.findings)
    if not report.findings:
        return join([element("strong", "Design. "), "The checks have nothing to say against it."])
    words = [
        counted(counts[key], word)
        for key, word in (("errors", "error"), ("warnings", "warning"), ("infos", "remark"))
        if counts[key]
    ]
    return join([element("strong", "Design. "), f"The checks found {listed(words, 12)}; see below."])


def _evidence(report: TermReport) -> Html:
    claims = len(report.plan.claims)
    if not claims:
        return join(
            [element("strong", "Evidence. "), "There is no evaluation plan, so no claim about learners can be shown."]
        )
    what = f"what will show {'it' if claims == 1 else 'them'} is planned"
    what += ", and the research methods appendix has results" if report.released else ", and nothing is recorded yet"
    return join([element("strong", "Evidence. "), safe(f"The programme makes {counted(claims, 'claim')}; {what}.")])


def _term_shares(report: TermReport) -> list[Share]:
    found = (report.earned(one) for one in report.term_badges)
    return [one for one in found if one]


def _overall(report: TermReport) -> Share | None:
    """The programme's largest stack: its micro-credential, or the last one."""
    stacks = list(report.programme.stacks.values())
    chosen = next((one for one in reversed(stacks) if one.kind == "micro-credential"), stacks[-1] if stacks else None)
    return report.earned(chosen.id, at_end=True) if chosen else None
