"""What the programme's dashboard knows: counts of learners as they may be published, and nothing that is not.

All tables of the page are released together, so that no small group can be worked out of one with the help of another.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.pathways.coverage import coverage
from ipe_workbench.records.privacy import TOTAL, Counts, Release, suppress
from ipe_workbench.records.privacy.counts import Cell
from ipe_workbench.records.privacy.suppression import THRESHOLD
from ipe_workbench.records.programme_checks import against_programme
from ipe_workbench.studio.dashboards.cohort import EARLIER, Cohort, read_cohort, term_of
from ipe_workbench.studio.dashboards.recorded import is_practice, rows_of
from ipe_workbench.studio.dashboards.terms import Comparison, compare_terms

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.findings import Finding
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
        """The count of one cell; zero where there is no such row or table, None where it is hidden."""
        if name not in self.tables:
            return 0
        rows = self.tables[name]
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
        self.practice = is_practice(store)
        with store.reading() as connection:
            #: Where the records speak of what the programme does not have; about designs, not about learners.
            self.findings: tuple[Finding, ...] = tuple(against_programme(connection, programme, store.place))
        self._cohort: Cohort = read_cohort(store, programme, day)
        titles = {one.id: one.title for one in programme.info.professions}
        #: Groups of learners by profession: small professions are one group.
        self.professions: dict[str, str] = {
            name: " + ".join(titles[one] for one in inside) for name, inside in self._cohort.groups.items()
        }
        earned = set(self._cohort.earned["credential"])
        known = [*programme.credentials, *programme.stacks]
        #: What somebody has earned, in the programme's order.
        self.badges: dict[str, str] = {one: programme.title(one) for one in known if one in earned}
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
        people, earned = (
            self._cohort.people,
            self._cohort.earned.rename(columns={"credential": "badge", "term": "when"}),
        )
        if not len(people):
            return Released({})
        tables: dict[str, Counts] = {"learners": Counts(_counted(people, ["profession"]))}
        if len(earned):
            tables["earned"] = Counts(_counted(earned, ["profession"], among=["badge"]), overlapping=("badge",))
            # Of each badge the terms add up to all who have earned it, and so the two tables protect each other.
            first = _counted(earned, [], among=["badge", "when"])
            tables["when"] = Counts(first, overlapping=("badge",))
            tables["new in"] = Counts(
                _counted(earned.rename(columns={"when": "new in"}), [], among=["new in"]), overlapping=("new in",)
            )
        unions = self._unions()
        if len(unions):
            tables["any of"] = Counts(_counted(unions, [], among=["any of"]), overlapping=("any of",))
        for trait in self._cohort.traits:
            known = people[["learner", trait]].dropna()
            where = {f"{trait} is known": "yes"}
            tables[f"trait {trait}"] = Counts(_counted(known, [trait]), where)
            if len(earned):
                counted = _counted(earned.merge(known, on="learner"), [trait], among=["badge"])
                tables[f"earned by {trait}"] = Counts(counted, where, overlapping=("badge",))
        # How many study a profession is known to everybody, so it cannot be hidden: it counts as published before.
        public = Release({"learners": tables["learners"]}, {}, (), THRESHOLD, show_zeros=True)
        secret = _nobody_or_everybody(tables)
        return Released(suppress(tables, threshold=THRESHOLD, earlier=[public], also=secret).published)

    # ---- what the page shows, all of it from what is released

    def size(self, profession: str = "") -> int | None:
        """How many learners are enrolled."""
        return self.released.count("learners", profession=profession or TOTAL)

    def attained(self, profession: str = "") -> list[Attained]:
        """Each badge that somebody has earned: how many of the group have."""
        return [self._earned(one, title, profession) for one, title in self.badges.items()]

    def by_profession(self) -> list[Attained]:
        """The chosen badge in each profession that may earn it."""
        return [self._earned(self.badge, title, one) for one, title in self.professions.items() if self._may_earn(one)]

    def by_trait(self) -> dict[str, list[Attained]]:
        """The chosen badge by each trait that is recorded."""
        found = {}
        for trait in self._cohort.traits:
            groups = sorted(set(self._cohort.people[trait].dropna()))
            found[trait] = [
                Attained(
                    str(one),
                    self.released.count(f"earned by {trait}", badge=self.badge, **{trait: one}),
                    self.released.count(f"trait {trait}", **{trait: one}),
                )
                for one in groups
            ]
        return found

    def over_time(self) -> dict[str, list[Attained]]:
        """For each stack, or credential where nobody has a stack, how many had earned it by the end of each term.

        Of all learners: by profession and term at once, most numbers would be small.
        """
        wanted = [one for one in self.badges if one in self.programme.stacks] or list(self.badges)
        return {self.badges[one]: self._cumulated(one) for one in wanted}

    def gained(self) -> list[Attained]:
        """How many learners earned something new in each term."""
        if "new in" not in self.released.tables:
            return []
        counts = [self.released.count("new in", **{"new in": one.id}) for one in self.terms]
        return [Attained(one.title, count, self.size()) for one, count in zip(self.terms, counts, strict=True)]

    def competencies(self, profession: str = "") -> list[CompetencyLine]:
        """Each competency of the frameworks: what the design does about it for a group, and how many have shown it."""
        found = []
        for framework in self.programme.frameworks:
            all_ = {one.code: one.assessed for one in coverage(self.programme, framework).rows}
            for one in coverage(self.programme, framework, self._single(profession)).rows:
                shown = Attained(one.code, self._shown_by(all_[one.code]), self.size())
                how = len(one.taught), len(one.practised), len(one.assessed)
                found.append(CompetencyLine(one.parent_title, one.code, one.statement, *how, shown))
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

    def _earned(self, badge: str, label: str, profession: str) -> Attained:
        count = self.released.count("earned", badge=badge, profession=profession or TOTAL)
        return Attained(label, count, self.size(profession))

    def _cumulated(self, badge: str) -> list[Attained]:
        """How many had earned a badge by the end of each term; hidden from the first term on that is hidden."""
        found, total = [], self.released.count("when", badge=badge, when=EARLIER)
        for term in self.terms:
            new = self.released.count("when", badge=badge, when=term.id)
            total = None if total is None or new is None else total + new
            found.append(Attained(term.title, total, self.size()))
        if found:
            # By today all have earned it who have.
            found[-1] = Attained(found[-1].label, self._earned(badge, "", "").count, self.size())
        return found

    def _shown_by(self, credentials: tuple[str, ...]) -> int | None:
        """How many learners have earned any of these credentials."""
        known = [one for one in credentials if one in self.badges]
        if len(known) > 1:
            return self.released.count("any of", **{"any of": _union(known)})
        return self._earned(known[0], "", "").count if known else 0

    def _may_earn(self, group: str) -> bool:
        inside = self._cohort.groups[group]
        return self.badge in self.programme.stacks or any(self.programme.may_earn(self.badge, one) for one in inside)

    def _unions(self) -> pd.DataFrame:
        """A row for each learner and set of several credentials that assess a competency, of which they have one.

        Sets, not competencies: two that the same credentials assess are one number, and one that a single credential
        assesses is that credential's.
        """
        import pandas as pd

        sets: dict[str, list[str]] = {}
        for framework in self.programme.frameworks:
            for one in coverage(self.programme, framework).rows:
                known = [credential for credential in one.assessed if credential in self.badges]
                if len(known) > 1:
                    sets[_union(known)] = known
        pairs = pd.DataFrame(
            [(credential, name) for name, inside in sets.items() for credential in inside],
            columns=["credential", "any of"],
        )
        return self._cohort.earned.merge(pairs, on="credential")[["learner", "any of"]].drop_duplicates()


def _nobody_or_everybody(tables: Mapping[str, Counts]) -> set[Cell]:
    """Groups of whom nobody has earned a badge, or everybody: either says something about each of them.

    In which term a badge was first earned by nobody of a group says nothing: it was not offered then.
    """
    sizes = {cell: count for one in tables.values() if not one.overlapping for cell, count in one.rows("sizes").items()}
    found: set[Cell] = set()
    for name, one in tables.items():
        if not name.startswith("earned"):
            continue
        (dimension,) = [each for each in one.dimensions if each not in one.overlapping]
        counts = one.rows(name)
        groups = set(one.frame[dimension]) - {TOTAL}
        for badge in set(one.frame["badge"]):
            for group in groups:
                cell = one.cell({"badge": badge, dimension: group})
                size = cell - {("badge", badge)}
                if counts.get(cell, 0) == 0:
                    found.add(cell)
                elif counts[cell] == sizes[size]:
                    found.add(size | {(f"not badge={badge}", "")})
    return found


def _union(credentials: list[str]) -> str:
    return " or ".join(sorted(credentials))


def _counted(frame: pd.DataFrame, dimensions: list[str], *, among: Sequence[str] = ()) -> pd.DataFrame:
    """Distinct learners by group and over all groups, for each value of `among`."""
    import pandas as pd

    keys = [*among, *dimensions]
    parts = [frame, frame.assign(**dict.fromkeys(dimensions, TOTAL))] if dimensions else [frame]
    whole = pd.concat(parts, ignore_index=True)[["learner", *keys]].drop_duplicates()
    return whole.groupby(keys, as_index=False).size().rename(columns={"size": "count"})
