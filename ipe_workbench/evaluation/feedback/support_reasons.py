"""Why somebody may need help: what is on record of a learner, in plain words."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.evaluation.feedback.ratings import first_results, own_assessments

__all__ = ["Reasons", "open_matters"]

#: From so many sessions missed without excuse on, or this share of them, somebody asks why.
_MISSED, _SHARE_MISSED = 2, 1 / 3


def open_matters(
    programme: Programme,
    results: pd.DataFrame,
    *,
    on: datetime.date,
    attendance: pd.DataFrame | None = None,
) -> dict[str, tuple[str, ...]]:
    """What is open on record of each learner, whatever it may mean: what is not passed yet, and sessions missed.

    Parameters
    ----------
    programme : Programme
    results, attendance : DataFrame
        The frames ``assessments`` and ``attendance`` of the records, of those whom it is about.
    on : date
        The day: what was recorded later is not known. Sessions count that were within 16 weeks, and are named from two
        missed ones on, or more than a third.

    Returns
    -------
    dict
        Sentences by learner; learners of whom nothing is open are not in it.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> rows = [("L1", "speaking-up", "speaking-up", 1, pd.Timestamp(2027, 2, 1), 0.4, False)]
    >>> names = ["learner", "assessment", "credential", "attempt", "on", "score", "passed"]
    >>> open_matters(example_programme(), pd.DataFrame(rows, columns=names), on=datetime.date(2027, 3, 1))
    {'L1': ('Has not passed “Speaking up for safety” yet: 1 tried, 1 more attempt allowed.',)}
    """
    day = pd.Timestamp(on)
    known = results[~(pd.to_datetime(results["on"]) > day)]
    reasons = Reasons(programme, known, first_results(programme, known), attendance, day)
    everybody = sorted({str(one) for one in results["learner"]} | set(reasons.sessions))
    found = {one: tuple(reasons.open(one, least=_MISSED, share=_SHARE_MISSED)) for one in everybody}
    return {learner: sentences for learner, sentences in found.items() if sentences}


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
        #: Sessions missed without excuse, and all, by learner.
        self.sessions: dict[str, tuple[int, int]] = {}
        if attendance is not None:
            days = pd.to_datetime(attendance["on"])
            recent = attendance[(days <= day) & (days > day - pd.Timedelta(weeks=16))]
            for learner, part in recent.groupby("learner"):
                self.sessions[str(learner)] = (int((part["status"] == "absent").sum()), len(part))

    def of(self, learner: str) -> tuple[str, ...]:
        """The reasons that can be given."""
        below, count = self._below[learner]
        return f"Below the middle of the cohort in {below} of {count} first attempts.", *self.open(learner)

    def open(self, learner: str, *, least: int = 1, share: float = 0.0) -> Iterator[str]:
        """What is not passed yet, and sessions missed when they are so many or more than that share of them."""
        for credential, attempts, allowed in self._open.get(learner, ()):
            title = self._programme.title(credential)
            left = max(0, allowed - attempts)
            more = "no attempt is left" if not left else f"{left} more {'attempt' if left == 1 else 'attempts'} allowed"
            yield f"Has not passed “{title}” yet: {attempts} tried, {more}."
        absent, sessions = self.sessions.get(learner, (0, 0))
        if absent and (absent >= least or absent > share * sessions):
            yield f"Absent from {absent} of {sessions} sessions in the last 16 weeks."

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
