"""What the results of a badge tell its learner: the level of each row of the rubric, strengths, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["GradedRow", "graded_rows"]


@dataclass(frozen=True)
class GradedRow:
    """A row of a rubric: what was reached in it, and the level above that, if there is one.

    `strong` says that it is a strength: the highest level, or one above what the badge asks for. Else it is a growth
    area.
    """

    badge: str
    criterion: str
    reached: str
    strong: bool
    following: Mapping[str, Any] | None


def graded_rows(credential: Mapping[str, Any]) -> list[GradedRow]:
    """The rows of the rubric in which a level was reached.

    Parameters
    ----------
    credential : mapping
        An AchievementCredential with the structure of the standard.
    """
    subject = credential["credentialSubject"]
    found = subject.get("achievement")
    achievement: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    described = {one["id"]: one for one in achievement.get("resultDescription", ())}
    rows = []
    for result in subject.get("result", ()):
        row = described.get(result.get("resultDescription"), {})
        levels = row.get("rubricCriterionLevel", [])
        ids = [one["id"] for one in levels]
        if result.get("achievedLevel") not in ids:
            continue
        reached = ids.index(result["achievedLevel"])
        needed = ids.index(row["requiredLevel"]) if row.get("requiredLevel") in ids else 0
        following = levels[reached + 1] if reached + 1 < len(levels) else None
        strong = reached > needed or following is None
        rows.append(GradedRow(achievement["name"], row["name"], levels[reached]["name"], strong, following))
    return rows
