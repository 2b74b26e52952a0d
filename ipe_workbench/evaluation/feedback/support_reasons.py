"""Why somebody may need help: what is on record of a learner, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.evaluation.feedback.ratings import own_assessments

__all__ = ["Reasons"]


class Reasons:
    """What is on record of a learner, in plain words."""

    def __init__(
        self,
        programme: Programme,
        results: pd.DataFrame,
        first: pd.DataFrame,
        attendance: pd.DataFrame | None,
        day: pd.Timestamp,
    ) -> None:
        self._programme = programme
        middle = first.groupby("credential")["value"].transform("median")
        below = first.assign(below=first["value"] < middle).groupby("learner")["below"]
        self._below: Mapping[Any, tuple[int, int]] = {learner: (int(one.sum()), len(one)) for learner, one in below}
        self._open = self._not_passed(results)
        self._absent: dict[str, tuple[int, int]] = {}
        if attendance is not None:
            days = pd.to_datetime(attendance["on"])
            recent = attendance[(days <= day) & (days > day - pd.Timedelta(weeks=16))]
            for learner, part in recent.groupby("learner"):
                self._absent[str(learner)] = (int((part["status"] == "absent").sum()), len(part))

    def of(self, learner: str) -> tuple[str, ...]:
        """The reasons that can be given."""
        found = []
        below, count = self._below[learner]
        found.append(f"Below the middle of the cohort in {below} of {count} first attempts.")
        for credential, attempts, allowed in self._open.get(learner, ()):
            title = self._programme.title(credential)
            left = max(0, allowed - attempts)
            more = "no attempt is left" if not left else f"{left} more {'attempt' if left == 1 else 'attempts'} allowed"
            found.append(f"Has not passed “{title}” yet: {attempts} tried, {more}.")
        absent, sessions = self._absent.get(learner, (0, 0))
        if absent:
            found.append(f"Absent from {absent} of {sessions} sessions in the last 16 weeks.")
        return tuple(found)

    def _not_passed(self, results: pd.DataFrame) -> dict[str, list[tuple[str, int, int]]]:
        own = own_assessments(self._programme, results)
        tried = results[results["assessment"].isin(list(own)) & results["passed"].notna()]
        found: dict[str, list[tuple[str, int, int]]] = {}
        for (learner, assessment), part in tried.groupby(["learner", "assessment"]):
            if not part["passed"].astype(bool).any():
                design = self._programme.credentials[own[str(assessment)]].assessment
                allowed = design.attempts if design else 1
                found.setdefault(str(learner), []).append((own[str(assessment)], len(part), allowed))
        return found
