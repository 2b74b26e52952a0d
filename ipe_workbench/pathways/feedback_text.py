"""Feedback for a learner in plain words."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ipe_workbench.credentials.model import Stage
from ipe_workbench.phrases import listed

if TYPE_CHECKING:
    from ipe_workbench.pathways.feedback import CloseStack, Feedback

__all__ = ["feedback_text"]

#: A badge that runs out within so many days is worth a word.
_SOON = 180
#: So many changes of the programme are named to a learner who can no longer finish.
_CHANGES = 4
_STAGES: dict[Stage, str] = {
    "competence": "You have shown in practice that you can:",
    "immersion": "You have shown with others, in training, that you can:",
    "exposure": "You have shown that you know how to:",
}


def feedback_text(found: Feedback) -> str:
    """The feedback as text: what is shown, what is close, what to do next and why.

    Examples
    --------
    >>> from ipe_workbench.credentials import Facts, example_programme
    >>> from ipe_workbench.pathways.feedback import feedback
    >>> day = datetime.date(2026, 8, 1)
    >>> found = feedback(example_programme(), Facts(profession="nursing"), on=day, goal="values-foundations")
    >>> print(feedback_text(found))  # doctest: +ELLIPSIS
    You have not earned a badge yet. Here is how to begin.
    <BLANKLINE>
    WHAT TO DO NEXT
    1. Foundations of shared values: from 31 August to 6 September 2026, about 3 hours. It is what you are working ...
    If all goes well, you will have Foundations of shared values on 6 September 2026, after about 3 hours of work.
    """
    parts = [_beginning(found), _shown(found), _close(found), _next(found)]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def _beginning(found: Feedback) -> Iterator[str]:
    if found.learner:
        yield f"Hello {_name(found.learner)},"
    valid = [one for one in found.held if one.valid]
    if valid:
        many = "this badge" if len(valid) == 1 else f"these {len(valid)} badges"
        yield f"You hold {many}: {listed(_name(one.title) for one in valid)}. Well done!"
    elif found.complete or found.held:
        yield "You hold no badge that still counts."
    else:
        yield "You have not earned a badge yet. Here is how to begin."
    for one in found.held:
        if one.expires is None:
            continue
        if not one.valid:
            yield f"Your badge {_name(one.title)} ran out on {_day(one.expires)}. You can earn it again."
        elif (one.expires - found.on).days <= _SOON:
            yield f"Mind the date: your badge {_name(one.title)} counts until {_day(one.expires)}."


def _shown(found: Feedback) -> Iterator[str]:
    if not found.shown:
        return
    yield "WHAT YOU HAVE SHOWN"
    for level, said in _STAGES.items():
        here = [one for one in found.shown if one.level == level]
        if here:
            yield said
            yield from (f"- {_name(one.statement)} ({_name(one.code)})" for one in here)


def _close(found: Feedback) -> Iterator[str]:
    near = [one for one in found.open if one.close and one.stack != found.goal]
    if near:
        yield "WHAT IS CLOSE"
        yield from (f"- {_name(one.title)}: {_to_go(one)}" for one in near)


def _to_go(one: CloseStack) -> str:
    if not one.left:
        roles = listed(map(_name, one.plan.approvals))
        return (
            f"all badges are there; ask for the approval of the {roles}." if roles else "nothing is missing any more."
        )
    badges = listed(_name(step.title) for step in one.plan.steps)
    return f"{'one badge' if one.left == 1 else f'{one.left} badges'} to go, {badges}."


def _next(found: Feedback) -> Iterator[str]:
    goal = _name(found.goal_title)
    if found.plan.impossible is not None:
        yield from _not_any_more(found)
        return
    if found.complete and not found.plan.approvals:
        yield f"You have completed {goal}. Congratulations! There is nothing more that you have to do for it."
        return
    yield "WHAT TO DO NEXT"
    for number, one in enumerate(found.next, start=1):
        when = _day(one.ends) if one.begins == one.ends else f"from {_span(one.begins, one.ends)}"
        yield f"{number}. {_name(one.title)}: {when}, about {_hours(one.hours)}. {_name(one.why)}"
    for role in found.plan.approvals:
        yield f"- Ask the {_name(role.replace('-', ' '))} for approval; {goal} needs it."
    done = found.plan.completed_on
    if found.next and done is not None:
        yield f"If all goes well, you will have {goal} on {_day(done)}, after about {_hours(found.plan.hours)} of work."


def _not_any_more(found: Feedback) -> Iterator[str]:
    impossible = found.plan.impossible
    if impossible is None:
        return
    yield "WHAT TO DO NEXT"
    yield f"As things stand, you cannot complete {_name(found.goal_title)} in the time that is left. This is why:"
    yield from (f"- {_name(one)}" for one in impossible.reasons)
    if impossible.relaxation:
        yield "This would make it possible, so please talk to the people who run the programme:"
        yield from (f"- {_name(one)}" for one in impossible.relaxation[:_CHANGES])
        if len(impossible.relaxation) > _CHANGES:
            yield f"- and {len(impossible.relaxation) - _CHANGES} more changes."
    else:
        yield "Please talk to the people who run the programme about what you can do instead."
    reachable = [one.title for one in found.open if one.plan.impossible is None and one.left]
    if reachable:
        yield f"You can still complete {listed(map(_name, reachable))}."


def _span(first: datetime.date, last: datetime.date) -> str:
    start = f"{first.day} {first:%B}" if first.year == last.year else _day(first)
    return f"{start} to {_day(last)}"


def _day(day: datetime.date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _hours(hours: float) -> str:
    return f"{hours:.3g} {'hour' if hours == 1 else 'hours'}"


def _name(text: str) -> str:
    """A name in one line: one that has line breaks in it must not look like a section of its own."""
    return " ".join(text.split())
