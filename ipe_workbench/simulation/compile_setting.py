"""From the programme's rules, capacity and teams, and the scenario's settings, to arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.model import Activity
from ipe_workbench.credentials.rules import Rule, Score, Within, badges_in, walk
from ipe_workbench.simulation.calendar_weeks import first_weeks
from ipe_workbench.simulation.chances import threshold
from ipe_workbench.simulation.cohort_design import BLOCK, CohortDesign
from ipe_workbench.simulation.compile_assessment import assessor_roles
from ipe_workbench.simulation.model_arrays import CapacityArrays, ClaimingArrays, Layout, RuleArrays, TeamArrays
from ipe_workbench.simulation.rule_table import RuleNames, RuleTable, RuleTableBuilder
from ipe_workbench.simulation.rule_words import evaluated_by_word

__all__ = ["capacity_arrays", "claiming_arrays", "layout", "rule_arrays", "team_arrays"]

#: The block's word in the counter: profession above, block of 64 learners below.
_BLOCK_BITS = 18


def layout(design: CohortDesign) -> Layout:
    """Blocks of 64 learners of one profession: a larger cohort keeps the others' draws."""
    profession, lanes, keys = [], [], []
    for index, size in enumerate(design.sizes):
        for block in range(-(-int(size) // BLOCK)):
            profession.append(index)
            lanes.append((1 << min(BLOCK, int(size) - block * BLOCK)) - 1)
            keys.append((index << _BLOCK_BITS) | block)
    scenario, capacity = design.scenario, design.scenario.capacity
    limited = capacity.assessors or capacity.rooms or capacity.facilitator_hours is not None
    return Layout(
        profession=np.array(profession, np.int64),
        lanes=np.array(lanes, np.uint64),
        block_key=np.array(keys, np.uint64),
        credential_key=design.credential_keys,
        criterion_key=design.criterion_keys,
        first_criterion=np.concatenate([[0], np.cumsum(design.criteria)]).astype(np.int64),
        may_earn=design.may_earn(),
        term_of_week=np.array(design.calendar.term_of_week, np.int64),
        interacts=limited or scenario.teams.on or scenario.confidence.on,
    )


def rule_arrays(design: CohortDesign) -> tuple[RuleArrays, RuleTable]:
    """The compiled stacking algebra, and what its roots are about."""
    months = {r.within.months for rule in _every_rule(design) for r in walk(rule) if isinstance(r, Within)}
    activities = design.tracked_activities
    names = RuleNames(
        items=design.items,
        award_hours=[*(one.hours for one in design.credentials), *(0.0 for _ in design.programme.stacks)],
        activities={name: (index, hours) for index, (name, (_, hours, _)) in enumerate(activities.items())},
        window_end={count: design.calendar.last_weeks(count) for count in months},
        approvals=design.scenario.assessment.approvals == "granted",
    )
    builder = RuleTableBuilder(names)
    stacks = list(design.programme.stacks.values())
    requires = [
        [-1 if c.requires is None else builder.add(c.requires, p) for c in design.credentials]
        for p in design.professions
    ]
    roots = [[builder.add(one.rule, p) for one in stacks] for p in design.professions]
    table = builder.table()
    first, simple = evaluated_by_word(table)
    requires_root = np.array(requires, np.int64)
    stack_root = np.array(roots, np.int64).reshape(len(design.professions), len(stacks))
    used = np.concatenate([requires_root[requires_root >= 0], stack_root.ravel()])
    expires = _expires(design)
    may_expire = bool((expires < design.calendar.weeks).any())
    owners = [{one.id for one in design.credentials} & of for _, _, of in activities.values()]
    arrays = RuleArrays(
        requires_root=requires_root,
        stack_root=stack_root,
        first_node=first,
        by_word=simple,
        asked_by_requires=_asked(design, [one.requires for one in design.credentials]),
        asked_by_stack=_asked(design, [one.rule for one in stacks]),
        expires=expires,
        may_expire=may_expire,
        needs_weeks=may_expire or not bool(simple[used].all()),
        activity_week=np.array([week for week, _, _ in activities.values()], np.int64),
        activity_of=np.array([[c.id in of for c in design.credentials] for of in owners], np.bool_).reshape(
            len(activities), len(design.credentials)
        ),
    )
    return arrays, table


def claiming_arrays(design: CohortDesign) -> ClaimingArrays:
    """Badges that are not issued automatically."""
    waits = np.array([not one.automatic_issue for one in design.credentials])
    part = design.scenario.claiming
    return ClaimingArrays(waits, threshold(part.per_week)[()], threshold(part.ever)[()], bool(waits.any()))


def capacity_arrays(design: CohortDesign) -> CapacityArrays:
    """Assessor hours by week, and places in sessions."""
    part, info = design.scenario.capacity, design.programme.info
    roles = assessor_roles(design)
    hours = {str(role): value for role, value in info.capacity.assessor_hours.items()}
    role, cost = [], []
    for one in design.credentials:
        binds = (
            part.assessors and one.assessment and one.assessment.assessor in hours and one.assessment.assessor_minutes
        )
        role.append(roles.index(one.assessment.assessor) if binds and one.assessment else -1)
        cost.append(one.assessment.assessor_minutes * (1 + one.assessment.double_rated) * 60 if one.assessment else 0.0)
    weeks_of_term = np.bincount(design.calendar.term_of_week, minlength=len(design.calendar.terms))
    per_week = 1 / weeks_of_term[np.array(design.calendar.term_of_week)]
    supply = np.array([hours.get(one, 0.0) * part.assessor_factor * 3600 * per_week for one in roles])
    seats = _seats(design)
    return CapacityArrays(
        queue=bool(np.array(role).max(initial=-1) >= 0),
        role=np.array(role, np.int64),
        cost=np.array(cost, np.float64),
        supply=supply.reshape(len(roles), design.calendar.weeks),
        seats=seats,
        seats_on=bool((seats >= 0).any()),
    )


def team_arrays(design: CohortDesign) -> TeamArrays:
    """Teams."""
    part = design.scenario.teams
    based = np.zeros((len(design.credentials), design.calendar.weeks), np.bool_)
    for index, credential in enumerate(design.credentials):
        for activity in credential.activities:
            if activity.team_based:
                based[index, list(design.calendar.meetings(activity))] = True
    return TeamArrays(
        on=part.on,
        size=design.programme.info.teams.size,
        absence_threshold=threshold(part.absence)[()],
        diversity_effect=part.diversity_effect,
        typical_diversity=part.typical_diversity,
        team_based=based,
    )


def _seats(design: CohortDesign) -> npt.NDArray[np.int64]:
    """Learners that find a place in the meetings that begin in a week; -1 where none begin, or nothing limits them.

    Room and facilitator hours of a term are shared among its activities in proportion to what each would need for the
    whole cohort.
    """
    part, calendar = design.scenario.capacity, design.calendar
    unlimited = np.iinfo(np.int64).max
    seats = np.full((len(design.credentials), calendar.weeks), -1, np.int64)
    if not part.rooms and part.facilitator_hours is None:
        return seats
    needed = _needs(design)
    for index, credential in enumerate(design.credentials):
        for week, activities in first_weeks(credential, calendar).items():
            places = min((_places(design, one, needed) for one in activities), default=unlimited)
            seats[index, week] = places
    return seats


def _needs(design: CohortDesign) -> dict[tuple[str, str], float]:
    """Hours that the whole cohort would need, by term and kind of room (or facilitators)."""
    needed: dict[tuple[str, str], float] = {}
    learners = int(design.sizes.sum())
    for credential in design.credentials:
        for activity in credential.activities:
            for kind, hours in _use(design, activity, learners).items():
                needed[activity.term, kind] = needed.get((activity.term, kind), 0.0) + hours
    return needed


def _use(design: CohortDesign, activity: Activity, learners: int) -> dict[str, float]:
    """Hours of its room and of facilitators that an activity takes for so many learners."""
    part, use = design.scenario.capacity, {}
    if part.rooms and activity.room in design.programme.info.capacity.room_hours and activity.learners_per_room:
        use[f"room {activity.room}"] = activity.hours * -(-learners // activity.learners_per_room)
    if part.facilitator_hours is not None and activity.team_based:
        use["facilitators"] = activity.hours * learners / design.programme.info.teams.size / part.teams_per_facilitator
    return use


def _places(design: CohortDesign, activity: Activity, needed: dict[tuple[str, str], float]) -> int:
    part, rooms = design.scenario.capacity, design.programme.info.capacity.room_hours
    learners = int(design.sizes.sum())
    places = np.iinfo(np.int64).max
    for kind, hours in _use(design, activity, learners).items():
        have = part.facilitator_hours if kind == "facilitators" else rooms[activity.room or ""] * part.room_factor
        share = (have or 0.0) * hours / needed[activity.term, kind]
        if kind == "facilitators":
            fit = int(share / activity.hours * part.teams_per_facilitator) * design.programme.info.teams.size
        else:
            fit = int(share / activity.hours + 1e-9) * (activity.learners_per_room or 0)
        places = min(places, fit)
    return places


def _every_rule(design: CohortDesign) -> list[Rule]:
    return [
        *(one.requires for one in design.credentials if one.requires is not None),
        *(one.rule for one in design.programme.stacks.values()),
    ]


def _asked(design: CohortDesign, rules: list[Any]) -> npt.NDArray[np.bool_]:
    """Which rule looks at which item."""
    asked = np.zeros((len(rules), len(design.items)), np.bool_)
    for row, rule in enumerate(rules):
        if rule is None:
            continue
        names = {*badges_in(rule), *(r.score.assessment for r in walk(rule) if isinstance(r, Score))}
        for name in names & design.items.keys():
            asked[row, design.items[name]] = True
    return asked


def _expires(design: CohortDesign) -> npt.NDArray[np.int64]:
    validity = [one.validity_months for one in design.credentials]
    validity += [one.validity_months for one in design.programme.stacks.values()]
    calendar = design.calendar
    never = [calendar.weeks] * calendar.weeks
    return np.array([[w + 1 for w in calendar.last_weeks(m)] if m else never for m in validity], np.int64)
