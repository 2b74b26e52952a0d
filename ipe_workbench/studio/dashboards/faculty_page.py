"""The facilitator's page: my teams, who may need help, how the rubrics stand, what to teach more, and my ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from ipe_workbench.figures.dashboards import parts_figure
from ipe_workbench.studio.components import AlertArea, escaped, guarded, markup, stacked
from ipe_workbench.studio.dashboards.body import PageBody, controls
from ipe_workbench.studio.dashboards.faculty_model import FacultyModel, Member, OwnTeam
from ipe_workbench.studio.dashboards.pieces import (
    Content,
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
from ipe_workbench.studio.dashboards.recorded import rows_of
from ipe_workbench.studio.dashboards.sentences import sentence
from ipe_workbench.studio.dashboards.texts import Texts

if TYPE_CHECKING:
    from ipe_workbench.evaluation.feedback import TeachingHint

__all__ = ["FacultyPage", "faculty_top"]

_MOST_HINTS, _MOST_COMPETENCIES = 5, 3


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
        help_, *rest = (
            _help(self.model, members, texts),
            _members(team, members, texts),
            _rubrics(self.model, team, texts),
            _teaching(self.model, team, texts),
        )
        self.shown.value = f'<div role="status">{help_}</div>{"".join(rest)}'

    def _show_ratings(self) -> None:
        self.ratings.value = _rating(self.model, self.texts) + _rows(self.model, self.texts)


def faculty_top(model: FacultyModel, texts: Texts) -> Html:
    """The top of the page."""
    title = texts("Hello {name}", name=model.called) if model.called else texts("My teams")
    line = texts(
        "{programme}, as of {day}. You see your own teams only.",
        programme=model.programme.info.title,
        day=texts.date(model.day),
    )
    everyone = {one.learner: one for members in model.members.values() for one in members}
    needing = sum(one.help is not None for one in everyone.values())
    numbers = [
        (str(len(model.teams)), texts("teams"), ""),
        (str(len(everyone)), texts("learners"), ""),
        (str(needing), texts("may need help now"), ""),
    ]
    return page_top(texts, title, line, tiles(numbers), practice=model.practice)


def _help(model: FacultyModel, members: list[Member], texts: Texts) -> Html:
    """Whose chance to fall short is surely above the usual one, how far to trust that, and what else is open."""
    study, inside = model.feedback.support, []
    named = [one for one in members if one.help is not None]
    if named:
        inside.append(items(_named(one, texts) for one in named))
    elif study.findings:
        why = " ".join(f"{sentence(one.message, texts)} {sentence(one.mend, texts)}" for one in study.findings)
        inside.append(paragraph(Html(why)))
    else:
        why = texts("Of nobody in this team it is sure that the chance to fall short is above the usual one.")
        inside.append(empty_state(texts("Nobody, as far as it is recorded."), why))
    if named and study.record is not None:
        inside.append(paragraph(sentence(study.record.sentence(), texts), muted=True))
    if named:
        inside.append(paragraph(sentence(study.caution, texts), muted=True))
    if elsewhere := _elsewhere(model, members):
        inside.append(paragraph(texts("In your other teams: {names}.", names=texts.listed(elsewhere))))
    rest = [one for one in members if one.help is None and one.open]
    if rest:
        inside.append(Html(f"<h3>{escaped(texts('Open on record'))}</h3>"))
        inside.append(items(_listed(escaped(one.name), one.open, texts) for one in rest))
        inside.append(paragraph(texts("A sign to ask, not a judgement."), muted=True))
    return card(texts("Who may need help now"), *inside, place="help")


def _elsewhere(model: FacultyModel, members: list[Member]) -> list[str]:
    """Who is named in other teams, with the name of the latest team that they share with the person."""
    seen, found = {one.learner for one in members}, []
    for key, inside in model.members.items():
        for one in inside:
            if one.help is not None and one.learner not in seen:
                seen.add(one.learner)
                found.append(f"{one.name} ({model.teams[key].name})")
    return found


def _named(one: Member, texts: Texts) -> Html:
    found = one.help
    if found is None:
        raise ValueError("only those with a chance are named")
    chance = texts(
        "chance to fall short at the next assessment {chance} (90 % interval {low} to {high}; usual {usual})",
        **{name: texts.share(getattr(found, name)) for name in ("chance", "low", "high", "usual")},
    )
    return _listed(f"<strong>{escaped(one.name)}</strong>: {escaped(chance)}", found.reasons, texts)


def _listed(head: str, sentences: tuple[str, ...], texts: Texts) -> Html:
    return Html(f"{head}{items(sentence(one, texts) for one in sentences)}")


def _members(team: OwnTeam, members: list[Member], texts: Texts) -> Html:
    head = [texts("Learner"), texts("Profession"), texts("Badges"), texts("Sessions attended"), texts("State")]
    rows = [
        (
            one.name,
            one.profession,
            str(one.badges),
            texts("{there} of {n}", there=one.attended, n=one.sessions) if one.sessions else "–",
            _state(one, texts),
        )
        for one in sorted(members, key=lambda one: one.name)
    ]
    return card(
        texts("The team"), table(texts("Learners of {team}", team=team.name), head, rows, numeric=(2,)), place="team"
    )


def _state(one: Member, texts: Texts) -> Content:
    if one.help is not None:
        return tag(texts("may need help"), "mind")
    return tag(texts("something is open")) if one.open else texts("nothing is open")


def _rubrics(model: FacultyModel, team: OwnTeam, texts: Texts) -> Html:
    title, rated = texts("How the rubrics stand"), model.levels(team)
    if not len(rated):
        why = texts("Ratings appear here when those of the team's assessments are imported.")
        return card(title, empty_state(texts("No ratings yet."), why), place="rubrics")
    sections = []
    for credential in model.programme.credentials.values():
        inside = list(rows_of(rated[rated["credential"] == credential.id]))
        if inside and credential.rubric is not None:
            sections.append(_rubric(credential, inside, texts))
    return card(title, Html(f'<div class="ipe-two">{"".join(sections)}</div>'), place="rubrics")


def _rubric(credential: Any, rated: list[Any], texts: Texts) -> Html:
    levels, criteria = credential.rubric.levels, credential.rubric.criteria
    counts = {
        row.id: [sum(one.criterion == row.id and one.place == at for one in rated) for at in range(len(levels))]
        for row in criteria
    }
    known = [row for row in criteria if sum(counts[row.id])]
    passed, total = sum(one.place >= one.passing for one in rated), len(rated)
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


def _teaching(model: FacultyModel, team: OwnTeam, texts: Texts) -> Html:
    title, hints = texts("What to teach more"), model.hints(team)
    low = model.feedback.low_competencies
    more = [str(one) for one in low[low["more"]]["sentence"][:_MOST_COMPETENCIES]]
    if not hints and not more:
        why = texts(
            "In no row of a rubric is a third of the team below the pass level, and in none did surely more learners"
            " than usual fall short at first."
        )
        return card(title, empty_state(texts("Nothing stands out."), why), place="hints")
    inside: list[Content] = [items(_hint(one, model, texts) for one in hints[:_MOST_HINTS])] if hints else []
    if more:
        head = escaped(texts("Competencies in which more learners than usual fell short"))
        inside += [Html(f"<h3>{head}</h3>"), items(sentence(one, texts) for one in more)]
    return card(title, *inside, place="hints")


def _hint(one: TeachingHint, model: FacultyModel, texts: Texts) -> Html:
    """A row of a rubric: how many are below, what its pass level looks like, and where it can be practised."""
    said = []
    if one.below:
        said.append(texts("In your team {below} of {n} are below {level}.", below=one.below, n=one.of, level=one.level))
    if one.share is not None and one.low is not None and one.high is not None:
        said.append(
            texts(
                "Of all {n} learners {share} were below {level} at the first attempt (95 % interval {low} to {high}),"
                " which is more than usual.",
                n=one.n,
                level=one.level,
                share=texts.share(one.share),
                low=texts.share(one.low),
                high=texts.share(one.high),
            )
        )
    lines = [
        f"<strong>{escaped(one.title)}</strong> ({escaped(model.programme.title(one.credential))}): "
        + escaped(" ".join(said))
    ]
    if one.looks_like:
        lines.append(escaped(f"{texts('{level} looks like this:', level=one.level)} {one.looks_like}"))
    if one.practise:
        places = texts.listed(list(one.practise))
        lines.append(escaped(texts("It can be practised in: {titles}.", titles=places)))
    return Html("<br>".join(lines))


def _rating(model: FacultyModel, texts: Texts) -> Html:
    title = texts("My ratings")
    mine = next(iter(model.feedback.raters), None)
    if mine is None:
        why = texts("When you have rated learners, you see here how your levels compare with those of others.")
        return card(title, empty_state(texts("No ratings of yours yet."), why), place="ratings")
    words = [*mine.sentences]
    if mine.severity is None:
        words += [said for one in model.feedback.findings for said in (one.message, one.mend) if said]
    note = texts("Only you see this. It compares ratings of the same attempts; it says nothing about who is right.")
    said = [paragraph(sentence(one, texts)) for one in words]
    return card(title, *said, paragraph(note, muted=True), place="ratings")


def _rows(model: FacultyModel, texts: Texts) -> Html:
    """Rows of rubrics that do not tell learners apart: of the programme, whoever rates by them."""
    title, criteria = texts("Rows of rubrics that tell few apart"), model.feedback.criteria
    poor = criteria[criteria["verdict"].isin(["tells-nobody-apart", "all-alike"])]
    if len(poor):
        note = texts("Such a row measures something else than the rest, or nothing: talk about it before you drop it.")
        return card(
            title, items(sentence(one, texts) for one in poor["sentence"]), paragraph(note, muted=True), place="rows"
        )
    judged = int((criteria["verdict"] != "too-few").sum())
    if not judged:
        why = texts("It takes thirty learners who were rated to say how well a row tells them apart.")
        return card(title, empty_state(texts("No row has enough ratings yet."), why), place="rows")
    return card(title, paragraph(texts("None of the {n} rows with enough ratings.", n=judged)), place="rows")
