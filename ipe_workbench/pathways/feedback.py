"""Personal feedback: what a learner has shown, what is close, what to do next and why, in plain words."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials.completions import with_completions
from ipe_workbench.credentials.evaluate import progress
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.model import Stage
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.pathways.graph import CompetencyGraph
from ipe_workbench.pathways.planning import Offering, Plan, PlanFor, offerings_of, plan
from ipe_workbench.pathways.reach import final_stacks
from ipe_workbench.pathways.standing import best_award
from ipe_workbench.phrases import listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CloseStack", "Feedback", "HeldBadge", "NextStep", "ShownCompetency", "feedback"]

#: From this share on a stack is close, as it is when two badges at most are missing.
_CLOSE = 0.6
_FEW = 2


@dataclass(frozen=True)
class HeldBadge:
    """A badge of the learner. `expires` is its last day; `valid` whether it counts on the day of the feedback."""

    badge: str
    title: str
    on: datetime.date
    expires: datetime.date | None
    valid: bool


@dataclass(frozen=True)
class ShownCompetency:
    """A competency that valid badges assess, with the highest stage that they name."""

    framework: str
    code: str
    statement: str
    level: Stage
    by: tuple[str, ...]


@dataclass(frozen=True)
class CloseStack:
    """A stack that is not complete: the share done, from 0 to 1, and the plan to it, which may be impossible."""

    stack: str
    title: str
    progress: float
    plan: Plan

    @property
    def left(self) -> int:
        """How many badges are still to be earned."""
        return len(self.plan.steps)

    @property
    def close(self) -> bool:
        """Whether it can be completed and not much is missing."""
        return self.plan.impossible is None and (self.left <= _FEW or self.progress >= _CLOSE)


@dataclass(frozen=True)
class NextStep:
    """A badge to earn: when, with how many hours, and why, as a sentence."""

    badge: str
    title: str
    term: str
    begins: datetime.date
    ends: datetime.date
    hours: float
    why: str


@dataclass(frozen=True)
class Feedback:
    """What a learner is told.

    Parameters
    ----------
    learner : str
        How the learner is called; empty for nobody's name.
    goal, goal_title : str
        What the plan leads to.
    on : date
        The day of the feedback.
    held : tuple of HeldBadge
        Badges of credentials and stacks, the earliest first; of a badge awarded several times the longest one.
    shown : tuple of ShownCompetency
        In the order of the frameworks.
    open : tuple of CloseStack
        Stacks that are not complete, those closest first.
    plan : Plan
        The plan to the goal; without steps when the goal is complete.
    next : tuple of NextStep
        The steps of the plan, in order.
    """

    learner: str
    goal: str
    goal_title: str
    on: datetime.date
    held: tuple[HeldBadge, ...]
    shown: tuple[ShownCompetency, ...]
    open: tuple[CloseStack, ...]
    plan: Plan
    next: tuple[NextStep, ...]

    @property
    def complete(self) -> bool:
        """Whether the goal is complete."""
        return self.plan.impossible is None and not self.plan.steps

    def to_frame(self) -> pd.DataFrame:
        """One row a thing that is said.

        Returns
        -------
        pandas.DataFrame
            Columns ``section`` (held, shown, close, open, next), ``id, title, level`` (stage of what is shown),
            ``date`` (awarded, or to be earned), ``progress`` (0 to 1), ``hours`` and ``why``.
        """
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for held in self.held:
            note = "" if held.valid else f"Ran out on {held.expires}."
            rows.append(("held", held.badge, held.title, "", held.on, None, None, note))
        rows += [
            ("shown", one.code, one.statement, one.level, None, None, None, ", ".join(one.by)) for one in self.shown
        ]
        for stack in self.open:
            why = " ".join(stack.plan.impossible_because())
            section = "close" if stack.close else "open"
            row = (
                section,
                stack.stack,
                stack.title,
                "",
                stack.plan.completed_on,
                stack.progress,
                stack.plan.hours,
                why,
            )
            rows.append(row)
        rows += [("next", one.badge, one.title, "", one.ends, None, one.hours, one.why) for one in self.next]
        columns = ["section", "id", "title", "level", "date", "progress", "hours", "why"]
        return pd.DataFrame(rows, columns=columns).astype({"progress": float, "hours": float})

    def to_dict(self) -> dict[str, Any]:
        """The feedback as plain JSON."""

        def iso(day: datetime.date | None) -> str | None:
            return day.isoformat() if day else None

        return {
            "learner": self.learner,
            "goal": self.goal,
            "on": self.on.isoformat(),
            "complete": self.complete,
            "held": [vars(one) | {"on": iso(one.on), "expires": iso(one.expires)} for one in self.held],
            "shown": [vars(one) | {"by": list(one.by)} for one in self.shown],
            "open": [
                {
                    "stack": one.stack,
                    "title": one.title,
                    "progress": round(one.progress, 4),
                    "close": one.close,
                    "badges_left": one.left if one.plan.impossible is None else None,
                    "possible": one.plan.impossible is None,
                    "why_not": list(one.plan.impossible_because()),
                }
                for one in self.open
            ],
            "next": [vars(one) | {"begins": iso(one.begins), "ends": iso(one.ends)} for one in self.next],
            "plan": self.plan.to_dict(),
            "text": self.text(),
        }

    def text(self) -> str:
        """The feedback in plain words, a paragraph or list a section; names are as they were given."""
        from ipe_workbench.pathways.feedback_text import feedback_text

        return feedback_text(self)


def feedback(
    programme: Programme,
    facts: Facts,
    *,
    on: datetime.date,
    goal: str | None = None,
    learner: str = "",
    offerings: tuple[Offering, ...] | None = None,
    growth: Iterable[str] = (),
) -> Feedback:
    """What a learner has shown, what is close, and what to do next and why.

    Parameters
    ----------
    programme : Programme
    facts : Facts
        What is known of the learner, with the profession.
    on : date
        The day of the feedback: only what begins then or later can be done next.
    goal : str, optional
        The stack or credential to plan for; by default the first stack that no other counts.
    learner : str
        How the learner is called.
    offerings : tuple of Offering, optional
        When credentials are offered; by default as the programme's activities say.
    growth : iterable of str
        Ids of competencies in which the learner wants to grow; the plan then shows the most of these.

    Returns
    -------
    Feedback

    Raises
    ------
    UnknownNameError
        When the goal or the profession is not in the programme.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> day = datetime.date(2026, 8, 1)
    >>> found = feedback(example_programme(), Facts(profession="nursing"), on=day, goal="structured-handover")
    >>> [step.why for step in found.next]
    ['You need it before Structured handover.', 'It is what you are working toward.']
    """
    offered = offerings_of(programme) if offerings is None else offerings
    target = goal if goal is not None else final_stacks(programme)[0]
    known = with_completions(facts.known_on(on), programme, on=on)
    wanted = frozenset(growth)
    situation = PlanFor(known, from_day=on, aim="growth" if wanted else "hours", growth=wanted)
    best = plan(programme, target, situation, offered)
    held = _held(programme, with_completions(facts, programme, on=on), on)
    valid = [one.badge for one in held if one.valid]
    return Feedback(
        learner=learner,
        goal=target,
        goal_title=programme.title(target),
        on=on,
        held=held,
        shown=_shown(programme, valid),
        open=_open(programme, known, situation, offered, best, on),
        plan=best,
        next=_next(programme, best, offered),
    )


def _held(programme: Programme, facts: Facts, on: datetime.date) -> tuple[HeldBadge, ...]:
    awards = (best_award(facts, badge, on) for badge in dict.fromkeys(one.badge for one in facts.awards))
    held = (
        HeldBadge(
            one.badge, programme.title(one.badge), one.on, one.expires, valid=one.expires is None or one.expires >= on
        )
        for one in awards
        if one is not None
    )
    return tuple(sorted(held, key=lambda one: (one.on, one.badge)))


def _shown(programme: Programme, held: list[str]) -> tuple[ShownCompetency, ...]:
    badges = [one for one in held if one in programme.credentials]
    found = []
    for one in CompetencyGraph(programme).shown(badges):
        competency = programme.frameworks[one.framework][one.competency]
        said = competency.title or competency.statement or one.code
        found.append(ShownCompetency(one.framework, one.code, said, one.level, tuple(map(programme.title, one.by))))
    return tuple(found)


def _open(
    programme: Programme,
    known: Facts,
    situation: PlanFor,
    offered: tuple[Offering, ...],
    best: Plan,
    on: datetime.date,
) -> tuple[CloseStack, ...]:
    complete = {award.badge for award in known.awards}
    found = []
    for stack in programme.stacks.values():
        if stack.id in complete:
            continue
        way = best if stack.id == best.goal else plan(programme, stack.id, situation, offered)
        found.append(CloseStack(stack.id, stack.title, progress(stack.rule, known, on=on), way))
    return tuple(
        sorted(found, key=lambda one: (not one.close, one.plan.impossible is not None, one.left, -one.progress))
    )


def _next(programme: Programme, best: Plan, offered: tuple[Offering, ...]) -> tuple[NextStep, ...]:
    begins = {(one.credential, one.term, one.ends): one.begins for one in offered}
    steps = []
    for at, step in enumerate(best.steps):
        first = begins.get((step.credential, step.term, step.ends), step.ends)
        hours = sum(step.hours.values())
        why = _why(programme, best, at)
        steps.append(NextStep(step.credential, step.title, step.term, first, step.ends, hours, why))
    return tuple(steps)


def _why(programme: Programme, best: Plan, at: int) -> str:
    """Why a step is in the plan: what it completes, what it opens, or what it counts toward."""
    step = best.steps[at]
    if step.completes:
        return f"It completes {listed(map(programme.title, step.completes))}."
    later = {one.credential for one in best.steps[at + 1 :]}
    graph = CompetencyGraph(programme)
    unlocked = graph.unlocks(step.credential)
    opens = [one for one in unlocked if one in later and _asks_for(programme, one, step.credential)]
    if opens:
        return f"You need it before {listed(map(programme.title, opens[:2]))}."
    if step.credential == best.goal:
        return "It is what you are working toward."
    ahead = {best.goal, *graph.leads_to(best.goal)}
    counts = [one for one in unlocked if one in programme.stacks and one in ahead]
    if counts:
        return f"It counts toward {listed(map(programme.title, counts[:2]))}."
    return "It shows something in which you want to grow."


def _asks_for(programme: Programme, credential: str, badge: str) -> bool:
    from ipe_workbench.credentials.rules import badges_in

    requires = programme.credentials[credential].requires if credential in programme.credentials else None
    return requires is not None and badge in badges_in(requires)
