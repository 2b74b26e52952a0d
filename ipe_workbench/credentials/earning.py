"""What a learner could still earn: the credentials, scores, hours and completion badges that are within reach."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Badge, Hours, Points, Rule, Score, badges_in, walk

__all__ = ["Offers", "offers_of", "offers_without_programme", "references"]


@dataclass(frozen=True)
class Offers:
    """What can still be earned, and what it takes.

    Parameters
    ----------
    credentials : mapping of str to (Rule or None)
        Credentials on offer, with what must be met before the assessment.
    stacks : mapping of str to Rule
        Completion badges, with the rule that earns them.
    assessments : collection of str
        Credentials in whose assessment a score can be reached: by earning them.
    award_hours : mapping of str to float
        Hours that an award of the credential carries.
    attendance : mapping of str to float
        For each activity: the most hours that can still be recorded on it.
    part_of : mapping of str to str
        For each activity: the credential whose effort includes it.
    """

    credentials: Mapping[str, Rule | None]
    stacks: Mapping[str, Rule]
    assessments: Collection[str] = ()
    award_hours: Mapping[str, float] = field(default_factory=dict)
    attendance: Mapping[str, float] = field(default_factory=dict)
    part_of: Mapping[str, str] = field(default_factory=dict)


def offers_of(programme: Programme, profession: str | None, *, without: Collection[str] = ()) -> Offers:
    """What a programme offers to learners of a profession (``None``: whatever anybody may earn).

    A retired credential is not on offer, nor is one that only other professions may earn. Each activity can be
    attended once more, with its contact and its preparation hours.
    """
    within_reach = [
        one
        for one in programme.credentials.values()
        if one.status != "retired"
        and one.id not in without
        and (profession is None or programme.may_earn(one.id, profession))
    ]
    activities = [
        (credential.id, activity)
        for credential in programme.credentials.values()
        if credential.status != "retired"
        for activity in credential.activities
    ]
    return Offers(
        credentials={one.id: one.requires for one in within_reach},
        stacks={one.id: one.rule for one in programme.stacks.values() if one.id not in without},
        assessments=frozenset(one.id for one in within_reach if one.assessment is not None),
        award_hours={one.id: one.hours for one in within_reach},
        attendance={activity.id: activity.total_hours for _, activity in activities},
        part_of={activity.id: credential for credential, activity in activities},
    )


def offers_without_programme(rule: Rule, without: Collection[str] = ()) -> Offers:
    """What the rule alone tells: every badge that it asks for can be earned, every score reached, every hour attended.

    A score is reached by earning the credential of that assessment. The completion badge of a shortcut is given by
    somebody else: it is on offer only where the rule also asks for it as an ordinary badge.
    """
    parts = list(walk(rule))
    badges: dict[str, None] = {}
    for part in parts:
        if isinstance(part, Badge):
            badges[part.badge] = None
        elif isinstance(part, Points):
            badges.update(dict.fromkeys(item.badge for item in part.points.from_))
        elif isinstance(part, Score):
            badges[part.score.assessment] = None
    return Offers(
        credentials={one: None for one in badges if one not in without},
        stacks={},
        assessments=frozenset(part.score.assessment for part in parts if isinstance(part, Score)) - set(without),
        attendance={one: math.inf for part in parts if isinstance(part, Hours) for one in part.hours.of},
    )


def references(rule: Rule | None) -> frozenset[str]:
    """Every credential and stack on which a rule can depend: badges, hours and assessments."""
    if rule is None:
        return frozenset()
    scored = (part.score.assessment for part in walk(rule) if isinstance(part, Score))
    return frozenset((*badges_in(rule), *scored))
