"""The learner's page: my badges, where I can grow, what next and why, share, download."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from ipe_workbench.figures.dashboards import parts_figure
from ipe_workbench.pathways.feedback import Feedback
from ipe_workbench.studio.components import AlertArea, escaped, guarded, markup, stacked
from ipe_workbench.studio.dashboards.body import PageBody, controls
from ipe_workbench.studio.dashboards.learner_model import LearnerModel
from ipe_workbench.studio.dashboards.own_records import OwnBadge
from ipe_workbench.studio.dashboards.pieces import (
    STYLE,
    Content,
    Html,
    bar,
    card,
    download,
    empty_state,
    figure_with_table,
    items,
    page_top,
    paragraph,
    safe,
    table,
    tag,
    tiles,
)
from ipe_workbench.studio.dashboards.sentences import sentence
from ipe_workbench.studio.dashboards.signed import SignedBadge
from ipe_workbench.studio.dashboards.texts import Texts

if TYPE_CHECKING:
    from ipe_workbench.evaluation.feedback import GrowthArea

__all__ = ["LearnerPage", "learner_top"]

_SOON = 180
_MOST_GROWTH = 6


class LearnerPage(PageBody):
    """The part of a learner's page that follows the chosen goal.

    Parameters
    ----------
    model : LearnerModel
        Its state.
    texts : Texts
        The visitor's language.
    signed : tuple of SignedBadge
        The learner's signed badges, to download.
    """

    def __init__(self, model: LearnerModel, texts: Texts, *, signed: tuple[SignedBadge, ...] = ()) -> None:
        self.model, self.texts, self.signed = model, texts, signed
        alert = AlertArea()
        self.goal = widgets.Dropdown(
            description=texts("What I work toward"),
            options=[(title, one) for one, title in model.goals.items()],
            value=model.goal or None,
        )
        self.next, self.rest = markup(), markup()
        super().__init__(alert, [controls(stacked(self.goal)), alert, self.next, self.rest])
        self.goal.observe(guarded(alert)(self._choose), "value")
        model.observe(guarded(alert)(self._show), "feedback")
        guarded(alert)(model.begin)()
        guarded(alert)(self._show)()

    def _choose(self, change: Any) -> None:
        self.model.goal = change["new"]

    def _show(self, _change: Any = None) -> None:
        model, texts = self.model, self.texts
        self.next.value = f'<div role="status">{_next(model, texts)}</div>'
        sections = (_badges(model, texts), _growth(model, texts), _shown(model, texts), self._sharing())
        self.rest.value = "".join(sections)

    def _sharing(self) -> Html:
        model, texts = self.model, self.texts
        words = _to_share(model, texts)
        files = [
            download("my-badges.html", _summary(model, texts), "text/html", texts("Download this page")),
            download("my-badges.json", _data(model), "application/json", texts("Download my data")),
        ]
        for number, (credential, content, ending) in enumerate(self.signed, start=1):
            label = texts("Signed badge: {title}", title=model.programme.title(credential))
            kind = "application/json" if ending == ".json" else "application/jwt"
            files.append(download(f"badge-{number}{ending}", content, kind, label))
        label = escaped(texts("Text to share"))
        copied = (
            f'<h3 id="to-share">{label}</h3><textarea readonly aria-labelledby="to-share">{escaped(words)}</textarea>'
        )
        privacy = texts(
            "Nothing is shared unless you do so yourself. What you download is yours; mind where you keep it."
        )
        return card(
            texts("Share and download"),
            Html("".join(files)),
            Html(copied) if words else "",
            paragraph(privacy, muted=True),
        )


def learner_top(model: LearnerModel, texts: Texts) -> Html:
    """The top of the page, with what is known before anything is planned."""
    records, day = model.records, texts.date(model.day)
    title = texts("Hello {name}", name=records.called) if records.called else texts("Your badges and next steps")
    line = texts("{programme}, as of {day}. Only you see this page.", programme=model.programme.info.title, day=day)
    credentials = [one for one in model.valid if not one.stack]
    stacks = [one for one in model.valid if one.stack]
    total = len([one for one in model.programme.credentials.values() if one.status != "retired"])
    hours = texts.number(sum(one.hours for one in records.facts.awards if not _is_stack(model, one.badge)))
    numbers = [
        (str(len(credentials)), texts("badges that count"), texts("of {n}", n=total)),
        (str(len(stacks)), texts("certificates"), texts("of {n}", n=len(model.programme.stacks))),
        (hours, texts("hours of learning in your badges"), ""),
    ]
    return page_top(texts, title, line, tiles(numbers), practice=records.practice)


def _is_stack(model: LearnerModel, reference: str) -> bool:
    return reference in model.programme.stacks


def _next(model: LearnerModel, texts: Texts) -> Html:
    found: Feedback | None = model.feedback
    title = texts("What to do next")
    if found is None:
        why = texts("The programme has no certificate to work toward yet.")
        return card(title, empty_state(texts("Nothing to plan."), why), place="next")
    share = model.progress()
    words = texts("{share} of {goal} is done", share=texts.share(share), goal=found.goal_title)
    inside: list[str] = [paragraph(bar(share, words))]
    if found.plan.impossible is not None:
        said = texts("As things stand, you cannot complete {goal} in the time that is left.", goal=found.goal_title)
        inside += [paragraph(said), items(sentence(one, texts) for one in found.plan.impossible.reasons)]
        ways = found.plan.impossible.relaxation[:4]
        ask = texts("Talk to the people who run the programme. This would make it possible:")
        inside += [paragraph(ask), items(sentence(one, texts) for one in ways)] if ways else [
            paragraph(texts("Talk to the people who run the programme about what you can do instead."))
        ]  # fmt: skip
        able = [one for one in found.open if one.plan.impossible is None and one.left]
        if able:
            inside.append(
                paragraph(texts("You can still complete {titles}.", titles=texts.listed([one.title for one in able])))
            )
    elif found.complete:
        inside.append(paragraph(texts("You have completed {goal}. Congratulations!", goal=found.goal_title)))
    else:
        inside.append(items((_step(one, texts) for one in found.next), numbered=True))
        inside += [
            paragraph(texts("Ask for the approval of the {role}.", role=role.replace("-", " ")))
            for role in found.plan.approvals
        ]
        if found.plan.completed_on is not None:
            inside.append(
                paragraph(
                    texts(
                        "If all goes well, it is complete on {day}, after about {hours} hours of work.",
                        day=texts.date(found.plan.completed_on),
                        hours=texts.number(found.plan.hours),
                    )
                )
            )
    near = [one for one in found.open if one.close and one.stack != found.goal and one.left]
    if near:
        lines = [
            texts.plural("{title}: {n} badge to go", "{title}: {n} badges to go", one.left, title=one.title)
            for one in near
        ]
        inside += [Html(f"<h3>{escaped(texts('Also close'))}</h3>"), items(lines)]
    return card(title, *inside, place="next")


def _step(one: Any, texts: Texts) -> Html:
    when = (
        texts("on {day}", day=texts.date(one.ends))
        if one.begins == one.ends
        else texts("from {first} to {last}", first=texts.date(one.begins), last=texts.date(one.ends))
    )
    about = texts("about {hours} hours", hours=texts.number(one.hours))
    return Html(f"<strong>{escaped(one.title)}</strong>, {escaped(when)}, {escaped(about)}. {sentence(one.why, texts)}")


def _badges(model: LearnerModel, texts: Texts) -> Html:
    title, badges = texts("My badges"), model.records.badges
    if not badges:
        why = texts("A badge appears here when its assessment is passed and the office has awarded it.")
        return card(
            title, empty_state(texts("No badge yet."), why, texts("Begin with the first step above.")), place="badges"
        )
    rows = [
        (_kind(one.title, one.stack, texts), texts.date(one.on, short=True), _state(one, model, texts))
        for one in reversed(badges)
    ]
    head = [texts("Title"), texts("Awarded"), texts("State")]
    return card(title, table(texts("Badges and certificates, the latest first"), head, rows), place="badges")


def _kind(title: str, stack: bool, texts: Texts) -> str:
    return f"{title} ({texts('certificate')})" if stack else title


def _state(one: OwnBadge, model: LearnerModel, texts: Texts) -> Html:
    if one.state == "revoked":
        return tag(texts("revoked: ask the office"), "bad")
    if one.state == "suspended":
        return tag(texts("suspended: ask the office"), "bad")
    if one.expires is None:
        return tag(texts("counts"), "good")
    day = texts.date(one.expires, short=True)
    if one.state == "expired":
        return tag(texts("ran out on {day}; you can earn it again", day=day), "mind")
    if (one.expires - model.day).days <= _SOON:
        return tag(texts("counts until {day}: renew it soon", day=day), "mind")
    return tag(texts("counts until {day}", day=day), "good")


def _growth(model: LearnerModel, texts: Texts) -> Html:
    title, areas = texts("Where you can grow"), model.records.growth
    if not areas:
        why = texts(
            "Here you see, after you were observed, which level of each row of a rubric you reached"
            " and what comes next."
        )
        return card(title, empty_state(texts("No ratings with a next level yet."), why), place="growth")
    shown = areas[:_MOST_GROWTH]
    under: list[Content] = []
    if len(areas) > len(shown):
        more = texts("And {n} more rows in which there is a level above yours.", n=len(areas) - len(shown))
        under.append(paragraph(more, muted=True))
    if any(one.raters == 1 for one in shown):
        note = texts("One rating is one view on one day: ask your facilitator what else was seen.")
        under.append(paragraph(note, muted=True))
    return card(title, items(_area(one, model, texts) for one in shown), *under, place="growth")


def _area(one: GrowthArea, model: LearnerModel, texts: Texts) -> Html:
    """A row of a rubric: the level reached, the next one in the rubric's words, and where it is practised."""
    mark = tag(texts("enough"), "good") if one.passes else tag(texts("not yet enough"), "mind")
    where = escaped(model.programme.title(one.credential))
    following = escaped(texts("Next step, {level}:", level=one.next_level))
    lines = [
        f"<strong>{escaped(one.title)}</strong> ({where}): {escaped(one.level)} {mark}",
        f"{following} {escaped(one.next_descriptor)}",
    ]
    if one.practise:
        lines.append(sentence(one.practise, texts))
    return Html("<br>".join(lines))


def _shown(model: LearnerModel, texts: Texts) -> Html:
    title, domains = texts("What you have shown"), model.domains()
    total, shown = sum(one.of for one in domains), sum(one.shown for one in domains)
    if not total:
        why = texts("The programme names no competencies that a badge could show.")
        return card(title, empty_state(texts("Nothing to show."), why), place="shown")
    stages = {
        "exposure": texts("knows how"),
        "immersion": texts("with others, in training"),
        "competence": texts("in practice"),
    }
    head = [texts("Part"), *stages.values(), texts("not yet"), texts("of")]
    rows = [
        (one.domain, *(str(one.at[stage]) for stage in one.at), str(one.of - one.shown), str(one.of)) for one in domains
    ]
    numbers = table(texts("Competencies shown, by part and stage"), head, rows, numeric=range(1, len(head)))
    finding = texts("You have shown {shown} of {total} competencies", shown=shown, total=total)
    said = "; ".join(texts("{part}: {shown} of {of}", part=one.domain, shown=one.shown, of=one.of) for one in domains)
    figure = parts_figure(
        finding,
        [one.domain for one in domains],
        {words: [one.at[stage] / one.of for one in domains] for stage, words in stages.items()},  # type: ignore[index]
        rest=(texts("not yet"), [1 - one.shown / one.of for one in domains]),
        alt=said + ".",
        caption=texts("Competencies that your valid badges assess, in per cent of each part."),
    )
    return card(title, figure_with_table(figure, numbers, texts), place="shown")


def _to_share(model: LearnerModel, texts: Texts) -> str:
    titles = [f"{one.title} ({texts.date(one.on)})" for one in model.valid]
    if not titles:
        return ""
    issuer = model.programme.info.issuer.name
    first = texts("I have earned in interprofessional education, from {issuer}:", issuer=issuer)
    return "\n".join([first, *(f"- {one}" for one in titles)])


def _data(model: LearnerModel) -> str:
    badges = [
        vars(one) | {"on": one.on.isoformat(), "expires": one.expires.isoformat() if one.expires else None}
        for one in model.records.badges
    ]
    growth = [one.to_dict() for one in model.records.growth]
    found: Feedback | None = model.feedback
    said = found.to_dict() if found is not None else None
    content = {
        "format": 1,
        "learner": model.records.id,
        "on": model.day.isoformat(),
        "badges": badges,
        "growth": growth,
    }
    return json.dumps({**content, "feedback": said}, ensure_ascii=False, indent=1)


def _summary(model: LearnerModel, texts: Texts) -> str:
    """The page as one file that prints and needs nothing else."""
    top = learner_top(model, texts).split("<header>", 1)[0] + f"<h1>{escaped(texts('My badges'))}</h1>"
    line = texts("{programme}, as of {day}.", programme=model.programme.info.title, day=texts.date(model.day))
    inside = "".join([safe(paragraph(line)), _badges(model, texts), _next(model, texts), _growth(model, texts)])
    return (
        f'<!DOCTYPE html><html lang="{texts.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escaped(texts('My badges'))}</title>"
        f"<style>{STYLE} body {{ max-width: 800px; margin: 24px auto; padding: 0 16px; }}</style></head>"
        f"<body><main>{top}{inside}</div></main></body></html>"
    )
