"""What the programme's dashboard knows: counts of learners as they may be published, and nothing that is not.

All tables of the page are released together, so that no small group can be worked out of one with the help of another.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.pathways.coverage import coverage
from ipe_workbench.records.privacy import TOTAL, Counts, Release, suppress
from ipe_workbench.records.privacy.suppression import THRESHOLD
from ipe_workbench.studio.dashboards.cohort import Cohort, read_cohort
from ipe_workbench.studio.dashboards.ratings import rows_of
from ipe_workbench.studio.dashboards.terms import Comparison, compare_terms, term_of

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records import Store

__all__ = ["Attained", "CompetencyLine", "LoadLine", "ProgrammeModel", "Released"]


@dataclass(frozen=True)
class Attained:
    """Of a group, how many hold something: both None where they are hidden. `low` and `high` end a 95 % interval."""

    label: str
    count: int | None
    of: int | None

    @property
    def share(self) -> float | None:
        """Count over size."""
        return None if self.count is None or not self.of else self.count / self.of

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval for the share, as if the learners were drawn from many like them."""
        if self.count is None or not self.of:
            return None
        from statsmodels.stats.proportion import proportion_confint

        low, high = proportion_confint(self.count, self.of, alpha=0.05, method="wilson")
        return float(low), float(high)


@dataclass(frozen=True)
class CompetencyLine:
    """A competency: how many credentials teach, practise and assess it, and how many learners have shown it."""

    domain: str
    code: str
    statement: str
    taught: int
    practised: int
    assessed: int
    shown: Attained


@dataclass(frozen=True)
class LoadLine:
    """Hours of one kind of assessor in a term, from the attempts recorded; `capacity` is None where unknown."""

    term: str
    role: str
    hours: float | None
    capacity: float | None


@dataclass(frozen=True)
class Released:
    """The tables of the page as they may be published, by name; `count` is missing where it is hidden."""

    tables: dict[str, pd.DataFrame]

    def count(self, name: str, **where: str) -> int | None:
        """The count of one cell; zero where the cell has no row, None where it is hidden."""
        frame = self.tables[name]
        rows = frame
        for column, value in where.items():
            rows = rows[rows[column] == value]
        if not len(rows):
            return 0
        value = rows["count"].iloc[0]
        return None if rows["suppressed"].iloc[0] else int(value)

    @property
    def hidden(self) -> int:
        """How many cells are hidden."""
        return sum(int(one["suppressed"].sum()) for one in self.tables.values())


class ProgrammeModel(traitlets.HasTraits):
    """The programme's state as traits.

    Parameters
    ----------
    store : Store
        The records.
    programme : Programme
        The programme.
    day : date
        The day of the dashboard; what was recorded later is left out.

    Attributes
    ----------
    profession : str
        Name of the group of professions that is looked at; empty for all.
    badge : str
        Id of the credential or stack whose attainment is compared between groups; one of `badges`.
    """

    profession = traitlets.Unicode("")
    badge = traitlets.Unicode("")

    def __init__(self, store: Store, programme: Programme, day: datetime.date) -> None:
        super().__init__()
        self.programme, self.day = programme, day
        self._cohort: Cohort = read_cohort(store, programme, day)
        titles = {one.id: one.title for one in programme.info.professions}
        #: Groups of learners by profession: small professions are one group.
        self.professions: dict[str, str] = {
            name: " + ".join(titles[one] for one in inside) for name, inside in self._cohort.groups.items()
        }
        held = set(self._cohort.held["credential"])
        known = [*programme.credentials, *programme.stacks]
        #: What somebody holds, in the programme's order.
        self.badges: dict[str, str] = {one: programme.title(one) for one in known if one in held}
        self.terms = [one for one in programme.info.terms if one.start <= day]
        if self.badges:
            self.badge = next(iter(self.badges))

    @traitlets.validate("profession", "badge")
    def _known(self, proposal: Any) -> str:
        wanted: str = proposal["value"]
        choices = {"", *self.professions} if proposal["trait"].name == "profession" else set(self.badges)
        if wanted not in choices:
            # What a page sends is no more than a wish.
            raise UnknownNameError("That cannot be chosen.", mend=near_names(wanted, choices))
        return wanted

    @cached_property
    def released(self) -> Released:
        """Every count of the page, released together."""
        cohort = self._cohort
        tables: dict[str, Counts] = {"learners": Counts(_counted(cohort.people, ["profession"]))}
        if len(cohort.held):
            held = cohort.held.rename(columns={"credential": "badge"})
            tables["held"] = Counts(_counted(held, ["profession"], among="badge"), overlapping=("badge",))
        if len(cohort.gained):
            gained = cohort.gained.rename(columns={"term": "new in"})
            tables["gained"] = Counts(_counted(gained, ["profession"], among="new in"), overlapping=("new in",))
        if len(cohort.over_time):
            over = cohort.over_time.assign(by=cohort.over_time["credential"] + " by " + cohort.over_time["term"])
            tables["over time"] = Counts(_counted(over, ["profession"], among="by"), overlapping=("by",))
        shown = self._shown()
        if len(shown):
            tables["shown"] = Counts(_counted(shown, ["profession"], among="competency"), overlapping=("competency",))
        for trait in cohort.traits:
            people = cohort.people[["learner", trait]].dropna()
            tables[f"trait {trait}"] = Counts(_counted(people, [trait]), {f"known {trait}": "yes"})
            if len(cohort.held):
                held = cohort.held.merge(people, on="learner").rename(columns={"credential": "badge"})
                counted = _counted(held, [trait], among="badge")
                tables[f"held by {trait}"] = Counts(counted, {f"known {trait}": "yes"}, overlapping=("badge",))
        # Zeros are hidden as well: that nobody of a group holds a badge says something about each of them.
        # How many study a profession is known to everybody, so it cannot be hidden: it counts as published before.
        known = Release({"learners": tables["learners"]}, {}, (), THRESHOLD, show_zeros=False)
        return Released(suppress(tables, threshold=THRESHOLD, earlier=[known], show_zeros=False).published)

    # ---- what the page shows, all of it from what is released

    def size(self, profession: str = "") -> int | None:
        """How many learners are enrolled."""
        return self.released.count("learners", profession=profession or TOTAL)

    def attained(self, profession: str = "") -> list[Attained]:
        """Each badge that somebody holds: how many of the group hold it today."""
        return [self._held(one, title, profession) for one, title in self.badges.items()]

    def by_profession(self) -> list[Attained]:
        """The chosen badge in each profession that may earn it."""
        return [self._held(self.badge, title, one) for one, title in self.professions.items() if self._may_earn(one)]

    def by_trait(self) -> dict[str, list[Attained]]:
        """The chosen badge by each trait that is recorded."""
        found = {}
        for trait in self._cohort.traits:
            groups = sorted(set(self._cohort.people[trait].dropna()))
            found[trait] = [
                Attained(
                    str(one),
                    self.released.count(f"held by {trait}", badge=self.badge, **{trait: one}),
                    self.released.count(f"trait {trait}", **{trait: one}),
                )
                for one in groups
            ]
        return found

    def over_time(self, profession: str = "") -> dict[str, list[Attained]]:
        """For each stack, or credential where no stack is held, how many had earned it by the end of each term."""
        wanted = [one for one in self.badges if one in self.programme.stacks] or list(self.badges)
        of = self.size(profession)
        return {
            self.badges[one]: [
                Attained(
                    term.title,
                    self.released.count("over time", by=f"{one} by {term.id}", profession=profession or TOTAL),
                    of,
                )
                for term in self.terms
            ]
            for one in wanted
        }

    def gained(self, profession: str = "") -> list[Attained]:
        """How many learners earned something new in each term."""
        of = self.size(profession)
        if "gained" not in self.released.tables:
            return []
        return [
            Attained(one.title, self.released.count("gained", profession=profession or TOTAL, **{"new in": one.id}), of)
            for one in self.terms
        ]

    def competencies(self, profession: str = "") -> list[CompetencyLine]:
        """Each competency of the frameworks: what the design does about it, and how many learners have shown it."""
        found, of = [], self.size(profession)
        for framework in self.programme.frameworks:
            for one in coverage(self.programme, framework, self._single(profession)).rows:
                named = {"competency": f"{framework} {one.code}", "profession": profession or TOTAL}
                count = self.released.count("shown", **named) if "shown" in self.released.tables else 0
                shown = Attained(one.code, count, of)
                found.append(
                    CompetencyLine(
                        one.parent_title,
                        one.code,
                        one.statement,
                        len(one.taught),
                        len(one.practised),
                        len(one.assessed),
                        shown,
                    )
                )
        return found

    @cached_property
    def comparison(self) -> Comparison | None:
        """The term until today against the last one until as many days; None in the first term."""
        return compare_terms(self.programme, self._cohort, self.day)

    @cached_property
    def load(self) -> list[LoadLine]:
        """Hours of assessors by term, from the attempts recorded; hidden where few learners were assessed."""
        found: dict[tuple[str, str], tuple[float, set[str]]] = {}
        for one in rows_of(self._cohort.attempts):
            design = self.programme.credentials.get(one.credential)
            term = term_of(self.programme, one.on.date()) if one.on == one.on else None
            if design is None or design.assessment is None or term is None:
                continue
            hours, learners = found.setdefault((term.id, design.assessment.assessor), (0.0, set()))
            minutes = design.assessment.assessor_minutes * max(int(one.raters), 1)
            found[term.id, design.assessment.assessor] = hours + minutes / 60, learners | {one.learner}
        limits = self.programme.info.capacity.assessor_hours if self.programme.info.capacity else {}
        capacity: dict[str, float] = {str(role): hours for role, hours in limits.items()}
        return [
            LoadLine(term.title, role, hours if len(learners) >= THRESHOLD else None, capacity.get(role))
            for term in self.terms
            for (id_, role), (hours, learners) in sorted(found.items())
            if id_ == term.id and hours
        ]

    def _single(self, group: str) -> str | None:
        """The profession of a group of one; else the design is looked at as it is for all."""
        return group if group in self._cohort.groups.get(group, ()) else None

    def _held(self, badge: str, label: str, profession: str) -> Attained:
        return Attained(
            label, self.released.count("held", badge=badge, profession=profession or TOTAL), self.size(profession)
        )

    def _may_earn(self, group: str) -> bool:
        inside = self._cohort.groups[group]
        return self.badge in self.programme.stacks or any(self.programme.may_earn(self.badge, one) for one in inside)

    def _shown(self) -> pd.DataFrame:
        """A row for each learner and competency that a badge in force assesses."""
        import pandas as pd

        assesses: list[tuple[str, str]] = []
        for framework in self.programme.frameworks:
            for one in coverage(self.programme, framework).rows:
                assesses += [(credential, f"{framework} {one.code}") for credential in one.assessed]
        pairs = pd.DataFrame(assesses, columns=["credential", "competency"])
        return self._cohort.held.merge(pairs, on="credential")[
            ["learner", "profession", "competency"]
        ].drop_duplicates()


def _counted(frame: pd.DataFrame, dimensions: list[str], *, among: str = "") -> pd.DataFrame:
    """Distinct learners by group and over all groups, for each value of `among`, in which a learner may be often."""
    import pandas as pd

    keys = [*([among] if among else []), *dimensions]
    parts = [frame, frame.assign(**dict.fromkeys(dimensions, TOTAL))]
    whole = pd.concat(parts, ignore_index=True)[["learner", *keys]].drop_duplicates()
    return whole.groupby(keys, as_index=False).size().rename(columns={"size": "count"})
