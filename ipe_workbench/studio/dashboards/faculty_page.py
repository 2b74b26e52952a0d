"""The facilitator's page: my teams, who may need help, how the rubrics stand, hints, and feedback on my ratings."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ipe_workbench.figures.dashboards import parts_figure
from ipe_workbench.studio.components import AlertArea, escaped, guarded, markup, stacked
from ipe_workbench.studio.dashboards.body import PageBody, controls
from ipe_workbench.studio.dashboards.faculty_model import FacultyModel, Member, Need, OwnTeam
from ipe_workbench.studio.dashboards.pieces import (
    Html,
    card,
    empty_state,
    figure_with_table,
    items,
    page_top,
    paragraph,
    table,
    tag,
    tiles,
)
from ipe_workbench.studio.dashboards.texts import Texts

__all__ = ["FacultyPage", "faculty_top"]

_MOST_HINTS = 5


class FacultyPage(PageBody):
    """The part of the page that follows the chosen team.

    Parameters
    ----------
    model : FacultyModel
        Its state.
    texts : Texts
        The visitor's language.
    """

    def __init__(self, model: FacultyModel, texts: Texts) -> None:
        self.model, self.texts = model, texts
        alert = AlertArea()
        terms = {one.id: one.title for one in model.programme.info.terms}
        options = [(f"{one.name}, {terms.get(one.term, one.term)}", key) for key, one in model.teams.items()]
        self.team = widgets.Dropdown(description=texts("Team"), options=options, value=model.team or None)
        self.shown, self.ratings = markup(), markup()
        parts = [controls(stacked(self.team))] if model.teams else []
        super().__init__(alert, [*parts, alert, self.shown, self.ratings])
        self.team.observe(guarded(alert)(self._choose), "value")
        model.observe(guarded(alert)(self._show), "team")
        guarded(alert)(self._show)()
        guarded(alert)(self._show_ratings)()

    def _choose(self, change: Any) -> None:
        self.model.team = change["new"]

    def _show(self, _change: Any = None) -> None:
        team, texts = self.model.chosen, self.texts
        if team is None:
            why = texts("A team appears here when the office has recorded you as its facilitator.")
            do = texts("Ask the office to import the teams of the term.")
            self.shown.value = card(texts("My teams"), empty_state(texts("No team yet."), why, do))
            return
        members = self.model.members[team.key]
        sections = (_help(members, texts), _members(team, members, texts), _rubrics(self.model, team, texts))
        self.shown.value = (
            f'<div role="status">{sections[0]}</div>{"".join(sections[1:])}{_hints(self.model, team, texts)}'
        )

    def _show_ratings(self) -> None:
        self.ratings.value = _rating(self.model, self.texts)


def faculty_top(model: FacultyModel, texts: Texts) -> Html:
    """The top of the page."""
    title = texts("Hello {name}", name=model.called) if model.called else texts("My teams")
    line = texts(
        "{programme}, as of {day}. You see your own teams only.",
        programme=model.programme.info.title,
        day=texts.date(model.day),
    )
    everyone = {one.learner: one for members in model.members.values() for one in members}
    needing = sum(bool(one.needs) for one in everyone.values())
    numbers = [
        (str(len(model.teams)), texts("teams"), ""),
        (str(len(everyone)), texts("learners"), ""),
        (str(needing), texts("learners who may need help"), ""),
    ]
    return page_top(texts, title, line, tiles(numbers), practice=model.practice)


def _help(members: list[Member], texts: Texts) -> Html:
    title = texts("Who may need help")
    needing = [one for one in members if one.needs]
    if not members or not needing:
        why = texts(
            "Nobody missed two sessions or a third of them, failed, or is below the pass level in half of a rubric."
        )
        return card(title, empty_state(texts("Nobody, as far as it is recorded."), why), place="help")
    lines = [
        Html(f"<strong>{escaped(one.name)}</strong>{items(_need(need, texts) for need in one.needs)}")
        for one in needing
    ]
    return card(title, items(lines), paragraph(texts("A sign to ask, not a judgement."), muted=True), place="help")


def _need(need: Need, texts: Texts) -> str:
    if need.kind == "missed":
        return texts("missed {missed} of {n} sessions without excuse", missed=need.count, n=need.of)
    titles = texts.listed(list(need.titles))
    if need.kind == "failed":
        left = texts.plural("{n} has an attempt left", "{n} have an attempt left", need.count)
        return texts("not passed: {titles} ({left})", titles=titles, left=left)
    return texts("below the pass level in {below} of {n} rows of {titles}", below=need.count, n=need.of, titles=titles)


def _members(team: OwnTeam, members: list[Member], texts: Texts) -> Html:
    head = [texts("Learner"), texts("Profession"), texts("Badges"), texts("Sessions attended"), texts("State")]
    rows = [
        (
            one.name,
            one.profession,
            str(one.badges),
            texts("{there} of {n}", there=one.attended, n=one.sessions) if one.sessions else "–",
            tag(texts("may need help"), "mind") if one.needs else tag(texts("on track"), "good"),
        )
        for one in sorted(members, key=lambda one: one.name)
    ]
    return card(
        texts("The team"), table(texts("Learners of {team}", team=team.name), head, rows, numeric=(2,)), place="team"
    )


def _rubrics(model: FacultyModel, team: OwnTeam, texts: Texts) -> Html:
    title, rated = texts("How the rubrics stand"), model.rated(team)
    if not rated:
        why = texts("Ratings appear here when those of the team's assessments are imported.")
        return card(title, empty_state(texts("No ratings yet."), why), place="rubrics")
    sections = []
    for credential in model.programme.credentials.values():
        inside = [one for one in rated if one.credential == credential.id]
        if inside and credential.rubric is not None:
            sections.append(_rubric(credential, inside, texts))
    return card(title, Html(f'<div class="ipe-two">{"".join(sections)}</div>'), place="rubrics")


def _rubric(credential: Any, rated: list[Any], texts: Texts) -> Html:
    levels, criteria = credential.rubric.levels, credential.rubric.criteria
    counts = {
        row.id: [sum(one.criterion == row.id and one.rank == at for one in rated) for at in range(len(levels))]
        for row in criteria
    }
    known = [row for row in criteria if sum(counts[row.id])]
    passed, total = sum(one.passed for one in rated), len(rated)
    needed = next(one.title for one in levels if one.id == credential.rubric.pass_level)
    said = texts(
        "{title}: {share} of ratings at {level} or above",
        title=credential.title,
        share=texts.share(passed / total),
        level=needed,
    )
    rows = [(row.title, *map(str, counts[row.id])) for row in known]
    numbers = table(
        texts("Learners at each level"),
        [texts("Row of the rubric"), *(one.title for one in levels)],
        rows,
        numeric=range(1, len(levels) + 1),
    )
    alt = "; ".join(
        f"{row.title}: "
        + ", ".join(f"{count} {level.title}" for count, level in zip(counts[row.id], levels, strict=True) if count)
        for row in known
    )
    figure = parts_figure(
        said,
        [row.title for row in known],
        {level.title: [counts[row.id][at] / sum(counts[row.id]) for row in known] for at, level in enumerate(levels)},
        alt=f"{alt}.",
        caption=texts("Per cent of the learners who were rated at each level; of several raters, the lower median."),
    )
    return Html(f"<div>{figure_with_table(figure, numbers, texts)}</div>")


def _hints(model: FacultyModel, team: OwnTeam, texts: Texts) -> Html:
    title, hints = texts("Hints for teaching"), model.hints(team)
    if not hints:
        why = texts("In no row of a rubric is a third of the team below the pass level.")
        return card(title, empty_state(texts("Nothing stands out."), why), place="hints")
    lines = []
    for one in hints[:_MOST_HINTS]:
        below = texts("{below} of {n} are below {level}.", below=one.below, n=one.of, level=one.level)
        looks = (
            f" {escaped(texts('{level} looks like this:', level=one.level))} {escaped(one.looks_like)}"
            if one.looks_like
            else ""
        )
        where = (
            f"<br>{escaped(texts('It can be practised in: {titles}.', titles=texts.listed(list(one.practise))))}"
            if one.practise
            else ""
        )
        lines.append(
            Html(
                f"<strong>{escaped(one.criterion)}</strong> ({escaped(one.credential)}): {escaped(below)}{looks}{where}"
            )
        )
    return card(title, items(lines), place="hints")


def _rating(model: FacultyModel, texts: Texts) -> Html:
    title, found = texts("My ratings"), model.feedback()
    if not found.ratings:
        why = texts("When you have rated learners, you see here how your levels compare with those of others.")
        return card(title, empty_state(texts("No ratings of yours yet."), why), place="ratings")
    counted = texts.plural("You gave {n} rating.", "You gave {n} ratings.", found.ratings)
    if (
        found.difference is None
        or found.exact is None
        or found.adjacent is None
        or found.low is None
        or found.high is None
    ):
        few = texts(
            "{n} of them, of {learners} learners, were rated by others, too: too few to compare."
            " More double ratings would tell.",
            n=found.shared,
            learners=found.learners,
        )
        return card(title, paragraph(counted), paragraph(few), place="ratings")
    amount = texts.number(abs(found.difference), 2)
    low, high = texts.number(found.low, 2), texts.number(found.high, 2)
    interval = texts("(95 % interval from {low} to {high})", low=low, high=high)
    if found.low <= 0 <= found.high:
        said = texts(
            "On the same performances you give neither clearly more nor clearly less than others:"
            " {amount} levels apart {interval}.",
            amount=amount,
            interval=interval,
        )
        do = texts("Nothing is to be done.")
    elif found.difference > 0:
        said = texts(
            "On the same performances you give {amount} levels more than others {interval}.",
            amount=amount,
            interval=interval,
        )
        do = texts("Before the next ratings, compare the descriptors of the two highest levels with a colleague.")
    else:
        said = texts(
            "On the same performances you give {amount} levels less than others {interval}.",
            amount=amount,
            interval=interval,
        )
        do = texts("Before the next ratings, compare the descriptors of the pass level with a colleague.")
    agree = texts(
        "You gave the same level in {exact} and at most one level off in {adjacent} of {n} ratings"
        " that others gave, too.",
        exact=texts.share(found.exact),
        adjacent=texts.share(found.adjacent),
        n=found.shared,
    )
    note = texts("Only you see this. It compares ratings of the same attempts; it says nothing about who is right.")
    return card(
        title,
        paragraph(counted),
        paragraph(said),
        paragraph(agree),
        paragraph(do),
        paragraph(note, muted=True),
        place="ratings",
    )
