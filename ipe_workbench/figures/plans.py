"""A plan as a Gantt chart by term and week, with the hours of each term against the learner's limit."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import (
    ACCENT,
    ALARM,
    GRID,
    INK,
    LABEL_SIZE,
    MUTED,
    PAPER,
    fitted,
    house_style,
    plain,
    quiet_axes,
    titled_figure,
)
from ipe_workbench.pathways.planning import Offering, Plan, PlannedStep, offerings_of

__all__ = ["plan_chart"]

_WIDTH = 11.0
_LEFT, _RIGHT = 3.95, 0.95  # inches: titles; words after the last bar
_ROW = 0.34
_TITLES = 10.0  # points
_HOURS = 1.3
#: Weeks between two terms in the drawing.
_BREAK = 1.5
_STRIPE = "#f2f5f8"
#: More stacks than these that are complete on one day share a row.
_STACKS = 4


def plan_chart(
    programme: Programme,
    plan: Plan,
    hours_per_term: Mapping[str, float] | None = None,
    offerings: Iterable[Offering] | None = None,
) -> AccessibleFigure:
    """When a learner earns what, week by week, and how many hours that takes in each term.

    Parameters
    ----------
    programme : Programme
        The terms and their weeks; breaks between terms are drawn short.
    plan : Plan
        With at least one step.
    hours_per_term : mapping of str to float, optional
        The most hours in a term, by the term's id, as the plan was made for.
    offerings : iterable of Offering, optional
        What the plan was made from; by default those of the programme.

    Returns
    -------
    AccessibleFigure
        A bar from the first day of a step to the day on which it is earned; a hollow bar over the term where nothing
        meets; a diamond where a stack is complete.

    Raises
    ------
    UnusableInputError
        When there is no plan, or nothing is left to do.

    Examples
    --------
    >>> from ipe_workbench.pathways.planning import PlanFor, plan
    >>> from ipe_workbench.credentials import Facts, example_programme
    >>> programme = example_programme()
    >>> made = plan(programme, "communication-certificate", PlanFor(Facts(profession="nursing")))
    >>> plan_chart(programme, made).title
    'Certificate in Communication by 14 November 2027: 7 credentials, 31 hours'
    """
    if plan.impossible is not None:
        reasons = " ".join(plan.impossible.reasons)
        raise UnusableInputError(f"There is no plan for {plan.goal_title}: {reasons}", mend="See its relaxation.")
    if not plan.steps:
        message = f"{plan.goal_title} is complete, so there is nothing to plan."
        raise UnusableInputError(message, mend="Choose another goal.")
    calendar = _Calendar(_terms(programme, plan))
    begins = {(one.credential, one.term): one.begins for one in (offerings or offerings_of(programme))}
    rows = list(_rows(programme, plan, begins))
    hours = {term.id: sum(step.hours.get(term.id, 0.0) for step in plan.steps) for term in calendar.terms}
    limits = {term: most for term, most in (hours_per_term or {}).items() if term in hours}
    title = _finding(plan)
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=_WIDTH,
            height=_ROW * len(rows) + 0.62 + _HOURS + 0.4,
            note=_note(rows),
            source=_source(programme, plan),
        )
        tall, wide = figure.get_figheight(), (_WIDTH - _LEFT - _RIGHT) / _WIDTH
        top = high - 0.62 / tall
        axes = figure.add_axes((_LEFT / _WIDTH, top - _ROW * len(rows) / tall, wide, _ROW * len(rows) / tall))
        _draw_rows(axes, rows, calendar)
        below = figure.add_axes((_LEFT / _WIDTH, low + 0.12 / tall, wide, _HOURS / tall))
        _draw_hours(below, hours, limits, calendar)
    return AccessibleFigure(
        figure,
        alt=_alt(calendar.terms, rows, hours, limits),
        title=title,
        caption="A plan by week, and its hours in each term.",
    )


@dataclass(frozen=True)
class _Row:
    """A step, or a stack that is complete then (`begins` is None). Nothing meets for a step that is `free`."""

    title: str
    begins: datetime.date | None
    ends: datetime.date
    hours: float = 0.0
    free: bool = False


class _Calendar:
    """Where a day is drawn: weeks from the left, with short breaks between terms."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = terms
        self.start: dict[str, float] = {}
        at = 0.0
        for term in self.terms:
            self.start[term.id] = at
            at += term.weeks + _BREAK
        self.width = at - _BREAK

    def at(self, day: datetime.date) -> float:
        """The place of the beginning of a day; a day between terms stands in the break."""
        for term in reversed(self.terms):
            if day >= term.start:
                return self.start[term.id] + min((day - term.start).days / 7, term.weeks + _BREAK / 2)
        return 0.0


def _terms(programme: Programme, plan: Plan) -> list[Term]:
    """The terms from the first hours of the plan to the last."""
    used = [at for at, term in enumerate(programme.info.terms) if any(term.id in step.hours for step in plan.steps)]
    return list(programme.info.terms[min(used) : max(used) + 1])


def _rows(programme: Programme, plan: Plan, begins: Mapping[tuple[str, str], datetime.date]) -> Iterable[_Row]:
    def begin(step: PlannedStep) -> datetime.date:
        return begins.get((step.credential, step.term), programme.term(step.term).start)

    for step in sorted(plan.steps, key=lambda one: (one.ends, begin(one))):
        free = begin(step) == step.ends
        first = programme.term(step.term).start if free else begin(step)
        yield _Row(step.title, first, step.ends, sum(step.hours.values()), free)
        parts = [one for one in step.completes if one != plan.goal]
        if len(parts) > _STACKS:
            yield _Row(f"{len(parts)} stacks", None, step.ends)
        else:
            yield from (_Row(programme.title(one), None, step.ends) for one in parts)
        if plan.goal in step.completes:
            yield _Row(plan.goal_title, None, step.ends)


def _draw_rows(axes: Axes, rows: list[_Row], calendar: _Calendar) -> None:
    _draw_terms(axes, calendar)
    for line, row in enumerate(rows):
        end = calendar.at(row.ends + datetime.timedelta(days=1))
        if row.begins is None:
            axes.plot([end], [line], marker="D", markersize=9, color="#00324f", clip_on=False, zorder=4)
        else:
            start = calendar.at(row.begins)
            fill = PAPER if row.free else ACCENT
            axes.barh(
                [line], [max(end - start, 0.5)], left=[start], height=0.58, color=fill, edgecolor=ACCENT, zorder=3
            )
        axes.annotate(
            "complete" if row.begins is None else f"{row.hours:g} h", (end, line), xytext=(8, 0),
            textcoords="offset points", va="center_baseline", size=9.5, weight=_weight(row), annotation_clip=False,
            zorder=5,
        )  # fmt: skip
    names = [fitted(row.title, _LEFT - 0.3, size=_TITLES, weight=_weight(row)) for row in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, calendar.width)
    axes.xaxis.tick_top()
    ticks = [(calendar.start[term.id] + week - 1, str(week)) for term in calendar.terms for week in _weeks(term.weeks)]
    axes.set_xticks([at for at, _ in ticks], [word for _, word in ticks])
    quiet_axes(axes, grid="x")
    axes.tick_params(axis="x", labelsize=9, labelcolor=MUTED, pad=1)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set(fontweight=_weight(row), fontsize=_TITLES)


def _draw_terms(axes: Axes, calendar: _Calendar) -> None:
    for term in calendar.terms:
        left = calendar.start[term.id]
        axes.axvspan(left, left + term.weeks, color=_STRIPE, zorder=0, linewidth=0)
        room = term.weeks / calendar.width * (_WIDTH - _LEFT - _RIGHT)
        axes.annotate(
            fitted(term.title, room, size=10.5, weight="bold"), (left, 1), xycoords=("data", "axes fraction"),
            xytext=(0, 20), textcoords="offset points", size=10.5, weight="bold", annotation_clip=False,
        )  # fmt: skip
    axes.annotate(
        "week", (0, 1), xycoords="axes fraction", xytext=(-6, 3), textcoords="offset points", size=9, color=MUTED,
        ha="right", annotation_clip=False,
    )  # fmt: skip


def _draw_hours(axes: Axes, hours: Mapping[str, float], limits: Mapping[str, float], calendar: _Calendar) -> None:
    top = max([*hours.values(), *limits.values(), 1.0])
    for term in calendar.terms:
        left, used, limit = calendar.start[term.id], hours[term.id], limits.get(term.id)
        over = limit is not None and used > limit + 1e-9
        axes.bar(
            [left + term.weeks / 2], [used], width=term.weeks * 0.62, color=ALARM if over else ACCENT,
            hatch="///" if over else "", edgecolor=PAPER, zorder=2,
        )  # fmt: skip
        axes.annotate(
            f"{used:g} h", (left + term.weeks / 2, used), xytext=(0, 3), textcoords="offset points", ha="center",
            size=10, weight="bold", zorder=5,
        )  # fmt: skip
        if limit is not None:
            axes.plot(
                [left, left + term.weeks], [limit, limit], color=INK, linewidth=1.4, linestyle=(0, (5, 3)), zorder=4
            )
    same = len({limits.get(term.id) for term in calendar.terms}) == 1
    for term in calendar.terms[: 1 if same else None]:
        if term.id in limits:
            axes.annotate(
                f"limit {limits[term.id]:g} h", (calendar.start[term.id], limits[term.id]),
                xytext=(-6, 0) if same else (2, 3), textcoords="offset points", ha="right" if same else "left",
                va="center" if same else "bottom", size=9.5, annotation_clip=False,
            )  # fmt: skip
    axes.set_ylim(0, top * 1.25)
    axes.set_xlim(0, calendar.width)
    axes.set_xticks([])
    axes.set_yticks([])
    quiet_axes(axes, grid="")
    axes.axhline(0, color=GRID, linewidth=1)
    axes.annotate(
        "Hours in each term", (0, 0), xycoords="axes fraction", xytext=(-6, 4), textcoords="offset points", ha="right",
        size=LABEL_SIZE, annotation_clip=False,
    )  # fmt: skip


def _weight(row: _Row) -> str:
    return "bold" if row.begins is None else "normal"


def _weeks(count: int) -> list[int]:
    """Weeks that are numbered: the first, and every fifth or tenth."""
    step = 5 if count <= 30 else 10
    return [1, *range(step, count + 1, step)]


def _day(day: datetime.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _finding(plan: Plan) -> str:
    credentials = "1 credential" if len(plan.steps) == 1 else f"{len(plan.steps)} credentials"
    when = f" by {_day(plan.completed_on)}" if plan.completed_on else ""
    return f"{plain(plan.goal_title)}{when}: {credentials}, {plan.hours:g} hour{'' if plan.hours == 1 else 's'}"


def _note(rows: list[_Row]) -> str:
    words = []
    if any(row.begins and not row.free for row in rows):
        words.append("Bars run from the first meeting to the day on which the badge is earned.")
    if any(row.free for row in rows):
        words.append("Hollow bars: nothing meets, any time in the term will do.")
    if any(row.begins is None for row in rows):
        words.append("A diamond: a stack is complete.")
    return " ".join(words)


def _source(programme: Programme, plan: Plan) -> str:
    proof = "proven best" if plan.proven else f"at most {plan.gap:.1%} from the best"
    return f"A plan, {proof}; it assumes that each badge is passed at the first attempt. {plain(programme.info.title)}."


def _alt(terms: Sequence[Term], rows: list[_Row], hours: Mapping[str, float], limits: Mapping[str, float]) -> str:
    steps = [
        f"{plain(row.title)} complete on {row.ends.isoformat()}"
        if row.begins is None
        else f"{plain(row.title)} from {row.begins.isoformat()} to {row.ends.isoformat()}, {row.hours:g} h"
        for row in rows
    ]
    used = [
        f"{plain(term.title)} {hours[term.id]:g}" + (f" of at most {limits[term.id]:g}" if term.id in limits else "")
        for term in terms
    ]
    return f"A chart by week. {'; '.join(steps)}. Hours in each term: {', '.join(used)}."
