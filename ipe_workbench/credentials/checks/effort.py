"""Lints about effort: whether durations are what somebody meant, and whether the programme can bear the cohort."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import get_args

from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.model import Activity, Assessor, MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme

__all__ = [
    "MOST_HOURS_A_WEEK",
    "assessor_demand",
    "assessor_overload",
    "room_demand",
    "room_overload",
    "suspicious_duration",
]

#: 1 ECTS credit is 25 to 30 hours of work (ECTS Users' Guide 2015); a little slack for rounding small credentials.
_HOURS_PER_ECTS = (20.0, 35.0)
#: A week of work has 48 hours at most on average (EU Directive 2003/88/EC, article 6); a little slack for one week.
MOST_HOURS_A_WEEK = 60


@lint("suspicious-duration", "warning", "a duration looks like a slip of the pen")
def suspicious_duration(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        yield from _effort_for_ects(design, credential)
        yield from _validity(design, credential)
        for index, activity in enumerate(credential.activities):
            yield from _crowded(design, credential, index, activity)
    for stack in design.programme.stacks.values():
        yield from _stack_for_ects(design, stack)


def _effort_for_ects(design: Design, credential: MicroCredential) -> Iterator[Problem]:
    if credential.ects is None:
        return
    ratio = credential.hours / credential.ects
    if not _HOURS_PER_ECTS[0] <= ratio <= _HOURS_PER_ECTS[1]:
        yield Problem(
            f"{credential.hours:g} hours for {credential.ects:g} ECTS is {ratio:.0f} hours a credit; "
            "a credit stands for 25 to 30.",
            "Correct `ects` or `hours`.",
            design.programme.place("credential", credential.id, "ects"),
            credential.id,
        )


def _stack_for_ects(design: Design, stack: Stack) -> Iterator[Problem]:
    """A stack may ask for a choice of its badges, so that only too many credits for all of them together are wrong."""
    if stack.ects is None or any(not design.knows_badge(one) for one in design.stack_badges[stack.id]):
        return
    hours = sum(design.programme.credentials[one].hours for one in design.behind(stack.id))
    if hours and hours / stack.ects < _HOURS_PER_ECTS[0]:
        yield Problem(
            f"All badges behind {stack.title} take {hours:g} hours together, which is {hours / stack.ects:.0f} hours "
            f"for each of its {stack.ects:g} ECTS; a credit stands for 25 to 30.",
            "Correct `ects`, or the hours of the badges.",
            design.programme.place("stack", stack.id, "ects"),
            stack.id,
        )


def _validity(design: Design, credential: MicroCredential) -> Iterator[Problem]:
    months = credential.validity_months
    if months is None:
        return
    place = design.programme.place("credential", credential.id, "validity_months")
    if months > 120:
        yield Problem(
            f"A validity of {months} months is longer than ten years.",
            "Give months, or leave `validity_months` out when it never expires.",
            place,
            credential.id,
        )
    if months == credential.hours >= 12:
        yield Problem(
            f"The validity ({months} months) equals the effort ({credential.hours:g} hours).",
            "Check that one was not typed into the other.",
            place,
            credential.id,
        )


def _crowded(design: Design, credential: MicroCredential, index: int, activity: Activity) -> Iterator[Problem]:
    """More hours than its weeks hold: most often minutes in the place of hours."""
    term = next((one for one in design.programme.info.terms if one.id == activity.term), None)
    weeks = len(set(activity.weeks)) or (term.weeks if term else 0)
    if weeks and activity.hours > weeks * MOST_HOURS_A_WEEK:
        yield Problem(
            f"`{activity.title}` has {activity.hours:g} hours in {weeks} week{'s' if weeks > 1 else ''}, more than "
            f"{MOST_HOURS_A_WEEK} a week.",
            "Give hours, not minutes, or name all the weeks in which it meets.",
            design.programme.place("credential", credential.id, "activities", index, "hours"),
            credential.id,
        )


@lint("assessor-overload", "warning", "assessing the cohort takes more hours than the programme has")
def assessor_overload(design: Design) -> Iterator[Problem]:
    programme = design.programme
    capacity = programme.info.capacity.assessor_hours
    for (term, assessor), demand in assessor_demand(programme).items():
        if assessor not in ("faculty", "preceptor"):
            continue
        have = capacity.get(assessor)
        title = programme.term(term).title
        if have is None:
            if capacity:
                yield Problem(
                    f"{title} needs {demand:.0f} {assessor} hours of assessment, but the programme states no capacity.",
                    f"Add `{assessor}:` under `capacity: assessor_hours:`.",
                    programme.place("programme", programme.id, "capacity", "assessor_hours"),
                    programme.id,
                )
        elif demand > have:
            yield Problem(
                f"{title} needs {demand:.0f} {assessor} hours to assess each learner once; there are {have:.0f}.",
                "Shorten the assessment, spread it over terms, or find assessors.",
                programme.place("programme", programme.id, "capacity", "assessor_hours", assessor),
                programme.id,
            )


@lint("room-overload", "warning", "the cohort's activities take more room hours than the programme has")
def room_overload(design: Design) -> Iterator[Problem]:
    programme = design.programme
    capacity = programme.info.capacity.room_hours
    for (term, room), demand in room_demand(programme).items():
        title = programme.term(term).title
        if room not in capacity:
            yield Problem(
                f"{title} needs {demand:.0f} hours in rooms of the kind `{room}`, whose capacity is not stated.",
                f"Add `{room}:` under `capacity: room_hours:`.",
                programme.place("programme", programme.id, "capacity", "room_hours"),
                programme.id,
            )
        elif demand > capacity[room]:
            yield Problem(
                f"{title} needs {demand:.0f} hours in rooms of the kind `{room}` for the cohort; there are "
                f"{capacity[room]:.0f}.",
                "Take more learners into a room, spread the activity over terms, or find rooms.",
                programme.place("programme", programme.id, "capacity", "room_hours", room),
                programme.id,
            )


def room_demand(programme: Programme) -> dict[tuple[str, str], float]:
    """Hours of rooms, by term and kind of room, in which every learner of the cohort attends every activity once.

    Counted are activities that name their `room` and how many learners one takes; a group that is not full needs a
    room all the same.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> room_demand(example_programme())["2027-fall", "simulation-suite"]
    351.0
    """
    order = {term.id: index for index, term in enumerate(programme.info.terms)}
    demand: defaultdict[tuple[str, str], float] = defaultdict(float)
    for credential in programme.credentials.values():
        learners = sum(p.learners for p in programme.info.professions if programme.may_earn(credential.id, p.id))
        for activity in credential.activities:
            if activity.room is not None and activity.learners_per_room is not None and activity.term in order:
                groups = math.ceil(learners / activity.learners_per_room)
                demand[activity.term, activity.room] += groups * activity.hours
    return dict(sorted(demand.items(), key=lambda item: (order[item[0][0]], item[0][1])))


def assessor_demand(programme: Programme) -> dict[tuple[str, Assessor], float]:
    """Hours of assessors, by term and role, to assess every learner of the cohort once in every credential.

    A double-rated share of attempts takes a second assessor. A credential is assessed in the term of its last
    activity; retakes come on top (`ipe simulate` forecasts them).

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> all(hours > 0 for hours in assessor_demand(example_programme()).values())
    True
    """
    order = {term.id: index for index, term in enumerate(programme.info.terms)}
    demand: defaultdict[tuple[str, Assessor], float] = defaultdict(float)
    for credential in programme.credentials.values():
        terms = [one.term for one in credential.activities if one.term in order]
        if credential.assessment is None or not terms or not credential.assessment.assessor_minutes:
            continue
        learners = sum(p.learners for p in programme.info.professions if programme.may_earn(credential.id, p.id))
        minutes = credential.assessment.assessor_minutes * (1 + credential.assessment.double_rated)
        demand[max(terms, key=order.__getitem__), credential.assessment.assessor] += learners * minutes / 60
    roles = get_args(Assessor)
    return dict(sorted(demand.items(), key=lambda item: (order[item[0][0]], roles.index(item[0][1]))))
