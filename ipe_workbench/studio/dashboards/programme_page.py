"""The programme's page: attainment over time and by profession, equity, coverage, load, this term against the last."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ipe_workbench.figures.charts import Estimate
from ipe_workbench.figures.dashboards import dots_figure, lines_figure
from ipe_workbench.findings import sort_findings
from ipe_workbench.studio.components import AlertArea, escaped, guarded, markup, stacked
from ipe_workbench.studio.dashboards.body import PageBody, controls
from ipe_workbench.studio.dashboards.pieces import (
    Content,
    Html,
    bar,
    card,
    empty_state,
    figure_with_table,
    findings_list,
    page_top,
    paragraph,
    profession_filter,
    table,
    tag,
    tiles,
)
from ipe_workbench.studio.dashboards.programme_model import Attained, ProgrammeModel
from ipe_workbench.studio.dashboards.texts import Texts

__all__ = ["ProgrammePage", "programme_top"]

#: So many lines can be told apart in a figure.
_MOST_LINES = 6
_LEAST_SHOWN = 5


class ProgrammePage(PageBody):
    """The part of the page that follows the filters.

    Parameters
    ----------
    model : ProgrammeModel
        Its state.
    texts : Texts
        The visitor's language.
    """

    def __init__(self, model: ProgrammeModel, texts: Texts) -> None:
        self.model, self.texts = model, texts
        alert = AlertArea()
        self.profession = profession_filter(model.professions, texts)
        self.badge = stacked(
            widgets.Dropdown(
                description=texts("Badge to compare"),
                options=[(title, one) for one, title in model.badges.items()],
                value=model.badge or None,
            )
        )
        self.first, self.compared, self.rest = markup(), markup(), markup()
        parts = [controls(self.profession), alert, self.first]
        parts += [controls(self.badge), self.compared] if model.badges else []
        super().__init__(alert, [*parts, self.rest])
        self.profession.observe(guarded(alert)(self._choose_profession), "value")
        self.badge.observe(guarded(alert)(self._choose_badge), "value")
        model.observe(guarded(alert)(self._show), "profession")
        model.observe(guarded(alert)(self._show_groups), "badge")
        for draw in (self._show, self._show_groups, self._show_rest):
            guarded(alert)(draw)()

    def _choose_profession(self, change: Any) -> None:
        self.model.profession = change["new"]

    def _choose_badge(self, change: Any) -> None:
        self.model.badge = change["new"]

    def _show(self, _change: Any = None) -> None:
        model, texts = self.model, self.texts
        self.first.value = f'<div role="status">{_attainment(model, texts)}</div>{_coverage(model, texts)}'

    def _show_groups(self, _change: Any = None) -> None:
        if self.model.badges:
            self.compared.value = f'<div role="status">{_equity(self.model, self.texts)}</div>'

    def _show_rest(self) -> None:
        model, texts = self.model, self.texts
        self.rest.value = _terms(model, texts) + _load(model, texts) + _findings(model, texts) + _privacy(model, texts)


def programme_top(model: ProgrammeModel, texts: Texts) -> Html:
    """The top of the page."""
    title = model.programme.info.title
    line = texts("As of {day}. Groups of fewer than ten learners are not shown.", day=texts.date(model.day))
    size = model.size()
    last = model.gained()[-1:]
    stacks = [one for one, badge in zip(model.attained(), model.badges, strict=True) if badge in model.programme.stacks]
    best = max((one.count or 0 for one in stacks), default=None)
    numbers = [
        (_count(size, texts), texts("learners enrolled"), ""),
        (str(len(model.badges)), texts("badges and certificates that somebody has earned"), ""),
    ]
    numbers += [(_count(best, texts), texts("have the certificate that most have"), "")] if best else []
    numbers += [(_share(one, texts), texts("earned something new in {term}", term=one.label), "") for one in last]
    return page_top(texts, title, line, tiles(numbers), practice=model.practice)


def _count(value: int | None, texts: Texts) -> str:
    return texts("hidden") if value is None else str(value)


def _share(one: Attained, texts: Texts) -> str:
    return texts("hidden") if one.share is None else texts.share(one.share)


def _of(one: Attained, texts: Texts) -> str:
    if one.count is None or one.of is None:
        return texts("hidden")
    return texts("{count} of {n}", count=one.count, n=one.of)


def _attainment(model: ProgrammeModel, texts: Texts) -> Html:
    title = texts("Attainment")
    if not model.badges:
        why = texts("Badges are counted here when the first of them are recorded.")
        do = texts("Import them with: ipe records import FILE")
        return card(title, empty_state(texts("Nobody has a badge yet."), why, do), place="attainment")
    who = model.professions.get(model.profession, texts("All professions"))
    held = model.attained(model.profession)
    rows: list[tuple[Content, ...]] = [
        (
            f"{one.label} ({texts('certificate')})" if badge in model.programme.stacks else one.label,
            bar(one.share, texts.share(one.share)) if one.share is not None else tag(texts("hidden")),
            _of(one, texts),
        )
        for one, badge in zip(held, model.badges, strict=True)
    ]
    head = [texts("Title"), texts("Share who have earned it"), texts("Learners")]
    numbers = table(texts("Badges earned so far: {group}", group=who), head, rows, numeric=(2,))
    both = f'<div class="ipe-two"><div>{_over_time(model, texts)}</div><div>{numbers}</div></div>'
    return card(title, Html(both), place="attainment")


def _over_time(model: ProgrammeModel, texts: Texts) -> Html:
    found = model.over_time()
    shares = {name: [one.share for one in values] for name, values in found.items()}
    ranked = sorted(shares, key=lambda name: -(next((one for one in reversed(shares[name]) if one is not None), 0.0)))
    shown = {name: shares[name] for name in ranked[:_MOST_LINES]}
    times = [one.title for one in model.terms]
    if not any(one is not None for values in shown.values() for one in values):
        return paragraph(texts("What was earned over time is hidden: the numbers are small."))
    best = ranked[0]
    reached = next(one for one in reversed(shares[best]) if one is not None)
    finding = texts("{share} have earned {title}", share=texts.share(reached), title=best)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{one.label} {_share(one, texts)}" for one in found[name]) for name in shown
    )
    rows = [(name, *(_share(one, texts) for one in values)) for name, values in found.items()]
    numbers = table(
        texts("Earned by the end of each term, all professions"),
        [texts("Title"), *times],
        rows,
        numeric=range(1, len(times) + 1),
    )
    caption = texts(
        "All professions: share of the learners enrolled today who had earned it by the end of the term,"
        " or until today."
    )
    figure = lines_figure(finding, times, shown, alt=f"{said}.", caption=caption)
    return figure_with_table(figure, numbers, texts)


def _equity(model: ProgrammeModel, texts: Texts) -> Html:
    title, badge = texts("Equity"), model.badges[model.badge]
    groups = model.by_profession()
    parts: list[Html] = [_groups(badge, texts("Profession"), groups, texts)]
    for trait, inside in model.by_trait().items():
        parts.append(_groups(badge, trait.replace("-", " ").capitalize(), inside, texts))
    note = texts(
        "Where intervals lie apart, a difference is more than chance would bring."
        " Why it is there the numbers do not say."
    )
    return card(
        title, Html(f'<div class="ipe-two">{"".join(parts)}</div>'), paragraph(note, muted=True), place="equity"
    )


def _groups(badge: str, kind: str, groups: list[Attained], texts: Texts) -> Html:
    known = [(one, one.share, one.interval) for one in groups]
    rows = [
        (
            one.label,
            _of(one, texts),
            _share(one, texts),
            texts("{low} to {high}", low=texts.share(ends[0]), high=texts.share(ends[1])) if ends else texts("hidden"),
        )
        for one, _, ends in known
    ]
    head = [kind, texts("Learners"), texts("Share"), texts("95 % interval")]
    numbers = table(texts("{title} by {kind}", title=badge, kind=kind.lower()), head, rows, numeric=(1, 2, 3))
    drawn = [
        Estimate(one.label, share, ends[0], ends[1])
        for one, share, ends in known
        if share is not None and ends is not None
    ]
    if len(drawn) < 2:
        words = paragraph(texts("Too few groups can be shown to compare them by {kind}.", kind=kind.lower()))
        return Html(f"<div>{words}{numbers}</div>")
    least, most = min(drawn, key=lambda one: one.value), max(drawn, key=lambda one: one.value)
    low, high = texts.share(least.value), texts.share(most.value)
    values = {"title": badge, "kind": kind.lower(), "low": low, "high": high}
    if low == high:
        finding = texts("{title} by {kind}: {low} in each group", **values)
    elif max(one.low for one in drawn) <= min(one.high for one in drawn):
        finding = texts("{title} by {kind}: no clear difference ({low} to {high})", **values)
    else:
        ends = {"least": least.label, "most": most.label}
        finding = texts("{title} by {kind}: from {low} ({least}) to {high} ({most})", **values, **ends)
    said = "; ".join(f"{one.label}: {_share(one, texts)}" for one in groups)
    caption = texts("Share who have earned it, with 95 % intervals. Groups with small numbers are left out.")
    figure = dots_figure(finding, drawn, alt=f"{said}.", caption=caption)
    return Html(f"<div>{figure_with_table(figure, numbers, texts)}</div>")


def _coverage(model: ProgrammeModel, texts: Texts) -> Html:
    title, lines = texts("Coverage of the competencies"), model.competencies(model.profession)
    if not lines:
        why = texts("The programme names no framework of competencies.")
        return card(title, empty_state(texts("Nothing to cover."), why), place="coverage")
    domains = dict.fromkeys(one.domain for one in lines)
    head = [texts("Part"), texts("Competencies"), texts("taught"), texts("practised"), texts("assessed")]
    rows = []
    for domain in domains:
        inside = [one for one in lines if one.domain == domain]
        counts = [sum(bool(getattr(one, how)) for one in inside) for how in ("taught", "practised", "assessed")]
        rows.append((domain, str(len(inside)), *map(str, counts)))
    design = table(texts("Competencies that the design covers, by part"), head, rows, numeric=range(1, 5))
    gaps = [one.code for one in lines if not one.assessed]
    said = (
        texts("No credential assesses: {codes}.", codes=texts.listed(gaps))
        if gaps
        else texts("Every competency is assessed by a credential.")
    )
    every = [texts("Competency"), texts("Credentials that assess it"), texts("Learners who have shown it")]
    single = [(f"{one.code} {one.statement}", str(one.assessed), _of(one.shown, texts)) for one in lines]
    known = [one for one in lines if one.assessed and one.shown.share]
    least = sorted(known, key=lambda one: one.shown.share or 0.0)[:_LEAST_SHOWN]
    few = "; ".join(f"{one.code} ({_share(one.shown, texts)})" for one in least)
    whole = table(texts("Each competency"), every, single, numeric=(1, 2))
    return card(
        title,
        design,
        paragraph(said),
        paragraph(texts("Shown by fewest learners so far: {codes}.", codes=few)) if few else "",
        Html(f"<details><summary>{escaped(texts('Each competency'))}</summary>{whole}</details>"),
        place="coverage",
    )


def _terms(model: ProgrammeModel, texts: Texts) -> Html:
    title, found = texts("This term against the last"), model.comparison
    if found is None:
        why = texts("There is something to compare from the second term on.")
        return card(title, empty_state(texts("This is the first term."), why), place="terms")
    names = {
        "awards": texts("Badges and certificates awarded"),
        "attended": texts("Sessions attended"),
        "passed": texts("Assessments passed at the first attempt"),
        "assessed": texts("Attempts assessed"),
    }

    def shown(value: float | None, share: bool) -> str:
        if value is None:
            return texts("hidden")
        return texts.share(value) if share else texts.number(value, 0)

    rows = []
    for one in found.lines:
        change = ""
        if one.before is not None and one.now is not None:
            points = round(100 * (one.now - one.before) if one.share else one.now - one.before)
            amount = texts.number(abs(points), 0)
            sign = "+" if points > 0 else "−" if points < 0 else ""
            change = texts("{change} points", change=f"{sign}{amount}") if one.share else f"{sign}{amount}"
        rows.append((names[one.kind], shown(one.before, one.share), shown(one.now, one.share), change))
    head = [texts("What"), found.before, found.now, texts("Change")]
    days = texts("The first {n} days of each term.", n=found.days)
    return card(title, table(days, head, rows, numeric=(1, 2, 3)), place="terms")


def _load(model: ProgrammeModel, texts: Texts) -> Html:
    title = texts("Load of assessors")
    if not model.load:
        why = texts("Hours are counted from attempts that were recorded and the minutes that the design gives each.")
        return card(title, empty_state(texts("No assessment was recorded yet."), why), place="load")
    roles = {
        "faculty": texts("faculty"),
        "preceptor": texts("preceptors"),
        "peer": texts("peers"),
        "automatic": texts("automatic"),
    }
    rows: list[tuple[Content, ...]] = []
    for one in model.load:
        used: Content = texts("not known")
        if one.hours is None:
            used = tag(texts("hidden"))
        elif one.capacity:
            share = one.hours / one.capacity
            used = bar(share, texts.share(share))
            if share > 1:
                used = Html(f"{used} {tag(texts('over capacity'), 'bad')}")
        hours = texts("hidden") if one.hours is None else texts.number(one.hours, 0)
        capacity = texts.number(one.capacity, 0) if one.capacity else "–"
        rows.append((one.term, roles.get(one.role, one.role), hours, capacity, used))
    head = [texts("Term"), texts("Assessors"), texts("Hours"), texts("Capacity in a term"), texts("Used")]
    return card(title, table(texts("Hours of assessing so far"), head, rows, numeric=(2, 3)), place="load")


def _findings(model: ProgrammeModel, texts: Texts) -> Html:
    why = texts("Where the records name what the programme does not have, it is not counted above.")
    said = findings_list(sort_findings(model.findings), texts)
    return card(texts("Records and programme"), paragraph(why, muted=True), said, place="findings")


def _privacy(model: ProgrammeModel, texts: Texts) -> Html:
    hidden = texts.plural(
        "{n} number of this page is hidden.", "{n} numbers of this page are hidden.", model.released.hidden
    )
    why = texts(
        "Numbers of fewer than ten learners are hidden, and with them those from which they could be worked out."
        " Professions with fewer than ten learners are counted together."
    )
    return card(texts("What is hidden"), paragraph(f"{hidden} {why}", muted=True), place="privacy")
