"""The record of one learner, to be read by the learner: badges, strengths, growth areas, next steps."""

from __future__ import annotations

import datetime
from itertools import groupby

from ipe_workbench.figures.charts import percent
from ipe_workbench.pathways.feedback import CloseStack
from ipe_workbench.phrases import counted, listed
from ipe_workbench.reporting.html import Html, Number, element, join, listing, notice, table
from ipe_workbench.reporting.learner_record import LearnerRecord, RatedRow
from ipe_workbench.reporting.page import CONTENTS_MARK
from ipe_workbench.reporting.sections.wording import day, sentence

__all__ = ["badges", "growth_areas", "how_made", "masthead", "next_steps", "shown", "strengths", "took_part"]

_STATES = {"withdrawn": "withdrawn", "paused": "paused", "completed": "completed"}
_STAGES = {
    "competence": "Shown in practice",
    "immersion": "Shown with others, in training",
    "exposure": "Shown as knowledge",
}


def masthead(record: LearnerRecord) -> Html:
    """The title, whose record it is (by pseudonym) and of which day."""
    info = record.programme.info
    who = [f"Learner {record.learner}"]
    if record.profession:
        who.append(record.programme.profession(record.profession).title)
    made = f" Made on {day(datetime.datetime.fromisoformat(record.rendered_at))}." if record.rendered_at else ""
    valid = [one for one in record.feedback.held if one.valid]
    close = [one for one in record.feedback.open if one.close]
    lead = f"{counted(len(valid), 'badge')} that count" if len(valid) != 1 else "1 badge that counts"
    parts = [lead]
    if close:
        parts.append(f"{counted(len(close), 'larger credential')} close")
    if record.growth:
        parts.append(f"{counted(len(record.growth), 'growth area')} from your raters")
    when = f"{record.term.title}, as of {day(record.term.end)}.{made}"
    return join(
        [
            element("p", info.issuer.name, class_="kicker"),
            element("h1", "Your learning record"),
            element("p", f"{' · '.join(who)} · {when}", class_="kicker"),
            element("p", sentence(f"{info.title}: {listed(parts, 12)}"), class_="lede"),
            notice(element("strong", "A simulated learner: nobody earned this.")) if record.simulated else "",
            Html(CONTENTS_MARK),
        ]
    )


def badges(record: LearnerRecord) -> Html:
    """Every badge with its dates, the earliest first."""
    held = record.feedback.held
    if not held and not record.recalled:
        return element("p", "You have not earned a badge yet. “Next steps” says how to begin.")
    rows: list[list[object]] = []
    for one in held:
        until = day(one.expires) if one.expires else "no end"
        state = "counts" if one.valid else element("strong", "ran out; you can earn it again", class_="gap")
        rows.append([one.title, day(one.on), until, state])
    for gone in record.recalled:
        state = element("strong", f"{gone.state}; ask the centre why", class_="gap")
        rows.append([gone.title, day(gone.on), day(gone.since), state])
    return table("Badges and certificates", ["Badge", "Awarded", "Counts until", "Today"], rows)


def shown(record: LearnerRecord) -> Html:
    """The competencies that valid badges assess, by stage."""
    found = record.feedback.shown
    if not found:
        return element("p", "No badge that counts assesses a competency yet.")
    parts: list[object] = []
    for stage, words in _STAGES.items():
        here = [one for one in found if one.level == stage]
        if here:
            parts.append(element("h3", f"{words} ({len(here)})"))
            parts.append(listing([join([element("strong", one.code), f" {one.statement}"]) for one in here]))
    return join(parts)


def strengths(record: LearnerRecord) -> Html:
    """Where the raters saw more than is asked for."""
    found = record.strengths
    if not found:
        return element("p", "No rating above what is asked for is on record yet.")
    return listing(
        [
            join([element("strong", title), f": {listed([f'{one.criterion} ({one.level})' for one in rows], 12)}."])
            for title, rows in ((key, list(group)) for key, group in groupby(found, key=lambda one: one.credential))
        ]
    )


def growth_areas(record: LearnerRecord) -> Html:
    """What the raters saw, and what the next level asks for; those that did not pass first."""
    if not record.rated:
        return element("p", "No rating of an observed performance is on record yet.")
    if not record.growth:
        return element("p", "Every rated row is at its highest level.")
    rows = [_grown(one) for one in record.growth]
    caption = "Where to grow: your level, and what the next one asks for"
    return table(caption, ["What was rated", "Your level", "To reach the next level", Number("Raters"), "Last"], rows)


def _grown(one: RatedRow) -> list[object]:
    level: object = (
        one.level if one.passed else join([one.level, " ", element("span", "not passed yet", class_="gap below")])
    )
    name = join([one.criterion, " ", element("span", one.credential, class_="muted plain below")])
    last = element("span", day(one.on), class_="whole") if one.on else "–"
    return [name, level, one.following, Number(str(one.raters)), last]


def next_steps(record: LearnerRecord) -> Html:
    """The proven best plan to the programme's goal, and what is close besides."""
    told = record.feedback
    parts: list[object] = []
    if record.left:
        parts.append(notice("You are not enrolled at the moment. What follows is how to go on if you come back."))
    if told.plan.impossible is not None:
        reasons = listing([sentence(one) for one in told.plan.impossible_because()])
        first = f"As things stand, {told.goal_title} cannot be completed in the terms that are left."
        parts.append(notice(first, "Why:", reasons, "Please talk to the people who run the programme."))
    elif told.complete:
        parts.append(element("p", f"{told.goal_title} is complete. Congratulations!"))
    if told.next:
        rows = [
            [one.title, _when(one.begins, one.ends), Number(f"{one.hours:g}"), sentence(one.why)] for one in told.next
        ]
        parts.append(table(f"The shortest way to {told.goal_title}", ["Badge", "When", Number("Hours"), "Why"], rows))
    parts += [
        element("p", f"Ask the {role.replace('-', ' ')} for approval; {told.goal_title} needs it.")
        for role in told.plan.approvals
    ]
    if told.open:
        parts.append(_stacks(told.open))
    return join(parts)


def took_part(record: LearnerRecord) -> Html:
    """The flow of one learner, in plain words: enrolled, sessions, assessments, badges."""
    rows = [
        ["Enrolled", _enrolled(record)],
        ["Sessions", _sessions(record)],
        ["Assessments", _assessments(record)],
        ["Badges", _earned(record)],
    ]
    return table("Your way so far", ["Step", "On record"], rows)


def _enrolled(record: LearnerRecord) -> str:
    if record.enrolled.empty:
        return "no enrolment is on record"
    told = []
    for one in record.enrolled.to_dict("records"):
        profession = _known_profession(record, str(one["profession"]))
        begun = f"since {day(one['starts'])}" if one["starts"] == one["starts"] else ""
        told.append(", ".join(filter(None, [profession, begun, _STATES.get(str(one["status"]), "")])))
    return "; ".join(told)


def _known_profession(record: LearnerRecord, id: str) -> str:
    return next((one.title for one in record.programme.info.professions if one.id == id), "")


def _sessions(record: LearnerRecord) -> str:
    if record.attendance.empty:
        return "no attendance is on record"
    there = record.attendance[record.attendance["status"].isin(["present", "late"])]
    hours = there["hours"].sum()
    words = f"you were at {len(there)} of {counted(len(record.attendance), 'session')}"
    return f"{words}, {hours:g} hours" if hours else words


def _assessments(record: LearnerRecord) -> str:
    if record.results.empty:
        return "no result is on record"
    decided = record.results[record.results["passed"].notna()]
    words = counted(len(record.results), "result")
    passed = int(decided["passed"].sum())
    return f"{words}; of {len(decided)} that decided about a badge you passed {passed}" if len(decided) else words


def _earned(record: LearnerRecord) -> str:
    held, counts = record.feedback.held, sum(one.valid for one in record.feedback.held)
    ends = [f"{len(record.recalled)} taken back"] if record.recalled else []
    if not held:
        return ", ".join(["none yet", *ends])
    return ", ".join([f"{len(held)} earned", f"{counts} count today" if counts != 1 else "1 counts today", *ends])


def how_made(record: LearnerRecord) -> Html:
    """What the record rests on, and what to do when something is wrong."""
    return join(
        [
            element(
                "p",
                "This record is made from the centre’s own records. It shows no name: the pseudonym above is yours in "
                "this programme. If something is missing or wrong, tell the centre; a new record replaces this one.",
            ),
            element(
                "p",
                f"Programme version {record.programme.info.version}. State of the records: ",
                element("code", record.snapshot[:16]),
                ".",
            ),
        ]
    )


def _stacks(stacks: tuple[CloseStack, ...]) -> Html:
    rows: list[list[object]] = []
    for one in stacks:
        if one.plan.impossible is not None:
            left: object = "not in the terms that are left"
        else:
            left = listed([step.title for step in one.plan.steps], 12) or "approval only"
        bar = element("meter", percent(one.progress), min="0", max="1", value=f"{one.progress:.3f}", aria_hidden="true")
        rows.append([one.title, element("span", bar, " ", percent(one.progress), class_="whole"), left])
    return table("Larger credentials on the way", ["Credential", "Done", "Still to earn"], rows)


def _when(first: datetime.date, last: datetime.date) -> str:
    return day(first) if first == last else f"{day(first)} to {day(last)}"
