"""What a facilitator's dashboard knows: the teams of that person, and nobody else."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import traitlets
from sqlalchemy import select

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.records.privacy import with_names
from ipe_workbench.records.tables import table
from ipe_workbench.studio.dashboards.recorded import is_practice, rows_of, until

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.evaluation.feedback import FacultyFeedback, MayNeedHelp, TeachingHint
    from ipe_workbench.records import Store

__all__ = ["FacultyModel", "Member", "OwnTeam"]


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
class Member:
    """A learner of the team, in this programme as far as it is recorded.

    `help` is the chance to fall short next, where it is surely above the usual one; `open` says in sentences what is
    not passed yet and which sessions were missed, whatever that may mean.
    """

    learner: str
    name: str
    profession: str
    badges: int
    sessions: int
    attended: int
    help: MayNeedHelp | None
    open: tuple[str, ...]


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
    everybody : FacultyFeedback, optional
        The feedback for all of faculty on that day, which takes seconds; made when it is needed, where there is none.

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

    def __init__(
        self,
        store: Store,
        programme: Programme,
        person: str,
        day: datetime.date,
        everybody: FacultyFeedback | None = None,
    ) -> None:
        super().__init__()
        self._of_all = everybody
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

    @cached_property
    def feedback(self) -> FacultyFeedback:
        """The person's own ratings beside those of others, rubrics and teaching, and who of the own teams is named."""
        from ipe_workbench.evaluation.feedback import faculty_feedback

        of_all = self._of_all or faculty_feedback(self.programme, self.store, on=self.day)
        return of_all.of(self.rater, self._everyone)

    def levels(self, team: OwnTeam) -> pd.DataFrame:
        """Where the learners of a team stand in each row of each rubric; see `latest_levels`."""
        return self._levels[self._levels["learner"].isin(team.members)]

    def hints(self, team: OwnTeam) -> tuple[TeachingHint, ...]:
        """What to teach more: what the team finds hard first, then what many find hard."""
        from ipe_workbench.evaluation.feedback import teaching_hints

        return teaching_hints(self.programme, self.feedback.low_criteria, self.levels(team), on=self.day)

    @cached_property
    def _everyone(self) -> list[str]:
        return sorted({one for team in self.teams.values() for one in team.members})

    @cached_property
    def _assessments(self) -> pd.DataFrame:
        return until(self.store.frame("assessments", where={"learner": self._everyone}), self.day)

    @cached_property
    def _levels(self) -> pd.DataFrame:
        from ipe_workbench.evaluation.feedback import latest_levels, levelled_ratings

        ratings = until(self.store.frame("rubric_scores", where={"learner": self._everyone}), self.day)
        return latest_levels(levelled_ratings(self.programme, ratings, self._assessments))

    @cached_property
    def _open(self) -> Mapping[str, tuple[str, ...]]:
        from ipe_workbench.evaluation.feedback import open_matters

        return open_matters(self.programme, self._assessments, on=self.day, attendance=self._attendance)

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
        named = {one.learner: one for one in self.feedback.support.learners}
        for learner in team.members:
            mine = in_term[in_term["learner"] == learner]
            counted = mine[mine["status"] != "excused"]
            there = int(counted["status"].isin(["present", "late"]).sum())
            found.append(
                Member(
                    learner, self._names[learner], self._professions.get(learner, ""), self._badges.get(learner, 0),
                    len(counted), there, named.get(learner), self._open.get(learner, ()),
                )
            )  # fmt: skip
        return sorted(found, key=lambda one: (-one.help.chance if one.help else 0.0, -len(one.open), one.name))


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
