"""What a facilitator's dashboard knows: the teams of that person, and nobody else."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import traitlets
from sqlalchemy import select

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.records.privacy import with_names
from ipe_workbench.records.tables import table
from ipe_workbench.studio.dashboards.hints import Hint, teaching_hints
from ipe_workbench.studio.dashboards.ratings import (
    RatedRow,
    RaterFeedback,
    credentials_of,
    is_practice,
    rated_rows,
    rater_feedback,
    rows_of,
    until,
)

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records import Store

__all__ = ["FacultyModel", "Member", "Need", "OwnTeam"]

#: From so many sessions missed without excuse on, or this share of them, somebody asks why.
_MISSED, _SHARE_MISSED = 2, 1 / 3


@dataclass(frozen=True)
class OwnTeam:
    """A team that the person facilitates."""

    term: str
    name: str
    members: tuple[str, ...] = field(repr=False)

    @property
    def key(self) -> str:
        """What names it in a list."""
        return f"{self.term}/{self.name}"


@dataclass(frozen=True)
class Need:
    """Why a learner may need help.

    `kind` is ``missed`` (`count` of `of` sessions), ``failed`` (the assessments of `titles` were not passed, and
    `count` of them have an attempt left) or ``below`` (`count` of `of` rows of the rubrics of `titles`).
    """

    kind: Literal["missed", "failed", "below"]
    count: int
    of: int
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """A learner of the team, in this programme as far as it is recorded."""

    learner: str
    name: str
    profession: str
    badges: int
    sessions: int
    attended: int
    needs: tuple[Need, ...]


class FacultyModel(traitlets.HasTraits):
    """A facilitator's state as traits.

    Parameters
    ----------
    store : Store
        The records. That names of learners were read is written to their log.
    programme : Programme
        The programme.
    person : str
        The id that the university has for the facilitator.
    day : date
        The day of the dashboard; what was recorded later is left out.

    Attributes
    ----------
    team : str
        Key of the team that is looked at; one of the person's own.

    Raises
    ------
    UnknownNameError
        When the records do not know the person.
    """

    team = traitlets.Unicode()

    def __init__(self, store: Store, programme: Programme, person: str, day: datetime.date) -> None:
        super().__init__()
        self.store, self.programme, self.person, self.day = store, programme, person, day
        self.called = _called(store, person)
        self.rater = store.key.pseudonym(f"staff {person}")
        self.practice = is_practice(store)
        self.teams: dict[str, OwnTeam] = {one.key: one for one in self._own_teams()}
        if self.teams:
            self.team = next(iter(self.teams))

    @traitlets.validate("team")
    def _own(self, proposal: Any) -> str:
        wanted: str = proposal["value"]
        if wanted not in self.teams:
            # What a page sends is no more than a wish; another person's team is as unknown as none at all.
            raise UnknownNameError("That team is not one of yours.", mend=near_names(wanted, self.teams))
        return wanted

    @property
    def chosen(self) -> OwnTeam | None:
        """The team that is looked at."""
        return self.teams.get(self.team)

    @cached_property
    def members(self) -> dict[str, list[Member]]:
        """The learners of each team, those who may need help most first."""
        return {key: self._members(team) for key, team in self.teams.items()}

    def rated(self, team: OwnTeam) -> list[RatedRow]:
        """The rows of rubrics in which the learners of a team were rated, by credential and criterion."""
        return [one for one in self._rated if one.learner in set(team.members)]

    def feedback(self) -> RaterFeedback:
        """How the person rates, beside others who rated the same performances; of no learner by name."""
        mine = until(self.store.frame("rubric_scores", where={"rater": self.rater}), self.day)
        whom = sorted(set(mine["learner"]))
        ratings = until(self.store.frame("rubric_scores", where={"learner": whom}), self.day)
        results = self.store.frame("assessments", where={"learner": whom})
        return rater_feedback(self.programme, ratings, credentials_of(results), self.rater)

    def hints(self, team: OwnTeam) -> list[Hint]:
        """What the team could practise next, the rows of rubrics with most learners below the pass level first."""
        return teaching_hints(self.programme, self.rated(team), self.day)

    @cached_property
    def _everyone(self) -> list[str]:
        return sorted({one for team in self.teams.values() for one in team.members})

    @cached_property
    def _assessments(self) -> pd.DataFrame:
        return until(self.store.frame("assessments", where={"learner": self._everyone}), self.day)

    @cached_property
    def _ratings(self) -> pd.DataFrame:
        return until(self.store.frame("rubric_scores", where={"learner": self._everyone}), self.day)

    @cached_property
    def _rated(self) -> list[RatedRow]:
        return rated_rows(self.programme, self._ratings, credentials_of(self._assessments))

    @cached_property
    def _attendance(self) -> pd.DataFrame:
        return until(self.store.frame("attendance", where={"learner": self._everyone}), self.day)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        import pandas as pd

        frame = pd.DataFrame({"learner": pd.Series(self._everyone, dtype="str")})
        named = with_names(self.store, frame, who=f"staff {self.rater}", purpose="faculty dashboard: own teams")
        found = {}
        for one in rows_of(named):
            parts = [str(part) for part in (one.given_name, one.family_name) if isinstance(part, str) and part.strip()]
            found[str(one.learner)] = " ".join(parts) or str(one.source_id)
        return found

    @cached_property
    def _professions(self) -> Mapping[str, str]:
        frame = self.store.frame("enrolments", where={"learner": self._everyone})
        titles = {one.id: one.title for one in self.programme.info.professions}
        known = frame[frame["profession"].notna()]
        return {str(one.learner): titles.get(one.profession, one.profession) for one in rows_of(known)}

    @cached_property
    def _badges(self) -> Mapping[str, int]:
        awards = until(self.store.frame("awards", where={"learner": self._everyone}), self.day)
        numbers = [int(one) for one in awards["award"]]
        lost: set[int] = set()
        if numbers:
            events = self.store.frame("award_events", where={"award": numbers}).sort_values("at", kind="stable")
            last = {int(one.award): one.event for one in rows_of(events) if one.event != "claimed"}
            lost = {number for number, event in last.items() if event in ("revoked", "suspended")}
        counted = awards[~awards["award"].isin(lost) & awards["credential"].isin(list(self.programme.credentials))]
        return {str(one): int(count) for one, count in counted.groupby("learner")["credential"].nunique().items()}

    def _own_teams(self) -> list[OwnTeam]:
        import pandas as pd

        frame = self.store.frame("teams", where={"facilitator": self.rater})
        day = pd.Timestamp(self.day)
        frame = frame[~(frame["left"] < day) & ~(frame["joined"] > day)]
        found = [
            OwnTeam(str(term), str(name), tuple(sorted(rows["learner"])))
            for (term, name), rows in frame.groupby(["term", "team"], sort=True)
        ]
        starts = {one.id: one.start for one in self.programme.info.terms}
        # The latest term first; in it by name, a number in a name as a number.
        return sorted(
            found, key=lambda one: (-starts.get(one.term, datetime.date.min).toordinal(), one.term, *_natural(one.name))
        )

    def _members(self, team: OwnTeam) -> list[Member]:
        found = []
        attended = self._attendance
        in_term = attended[attended["term"] == team.term] if attended["term"].notna().any() else attended
        for learner in team.members:
            mine = in_term[in_term["learner"] == learner]
            counted = mine[mine["status"] != "excused"]
            there = int(counted["status"].isin(["present", "late"]).sum())
            needs = [*self._missed(len(counted), there), *self._failed(learner), *self._below(learner)]
            found.append(
                Member(
                    learner, self._names[learner], self._professions.get(learner, ""), self._badges.get(learner, 0),
                    len(counted), there, tuple(needs),
                )
            )  # fmt: skip
        return sorted(found, key=lambda one: (-len(one.needs), -sum(need.of for need in one.needs), one.name))

    def _missed(self, sessions: int, there: int) -> list[Need]:
        missed = sessions - there
        return [Need("missed", missed, sessions)] if missed >= _MISSED or missed > _SHARE_MISSED * sessions > 0 else []

    def _failed(self, learner: str) -> list[Need]:
        results = self._assessments[self._assessments["learner"] == learner].sort_values("attempt")
        titles, retakes = [], 0
        for assessment, rows in results.groupby("assessment", sort=False):
            # Whether an attempt was passed may be missing; that is no failure.
            passed = rows["passed"].astype(object).where(rows["passed"].notna(), None).tolist()
            if any(passed) or passed[-1] is None:
                continue
            last = rows.iloc[-1]
            credential = last["credential"] if isinstance(last["credential"], str) else str(assessment)
            design = self.programme.credentials.get(credential)
            titles.append(design.title if design else credential)
            retakes += bool(design and design.assessment and design.assessment.attempts > int(last["attempt"]))
        return [Need("failed", retakes, len(titles), tuple(titles))] if titles else []

    def _below(self, learner: str) -> list[Need]:
        """Rubrics of which at least half of the rows are below the pass level: a single row is no sign."""
        rows: dict[str, list[bool]] = {}
        for one in self._rated:
            if one.learner == learner:
                rows.setdefault(one.credential, []).append(one.passed)
        weak = {credential: passed for credential, passed in rows.items() if 2 * sum(passed) <= len(passed)}
        if not weak:
            return []
        below = sum(not one for passed in weak.values() for one in passed)
        titles = tuple(self.programme.title(one) for one in self.programme.credentials if one in weak)
        return [Need("below", below, sum(map(len, weak.values())), titles)]


def _natural(name: str) -> tuple[Any, ...]:
    import re

    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part)


def _called(store: Store, person: str) -> str:
    staff = table("staff")
    with store.reading() as connection:
        row = connection.execute(
            select(staff.c.given_name, staff.c.family_name).where(staff.c.source_id == person)
        ).first()
    if row is None:
        raise UnknownNameError("The records do not know you (any more).", mend="Ask the office about it.")
    return " ".join(one for one in row if one)
