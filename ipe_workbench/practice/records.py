"""A whole cohort as the rows of the simple CSV files, table by table, and the truth behind it."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import EvaluationPlan, Instrument
from ipe_workbench.practice.cohort import Cohort, make_cohort
from ipe_workbench.practice.comments import coded_comments, survey_comments
from ipe_workbench.practice.outcomes import assessments, awards, evidence, item_responses, rubric_scores
from ipe_workbench.practice.people import invented_names
from ipe_workbench.practice.ratings import Raters, Rating, follow_up_ratings, make_raters, official_ratings, planted
from ipe_workbench.practice.readiness import ReadinessTest, readiness_tests
from ipe_workbench.practice.sessions import attendance, offerings
from ipe_workbench.practice.survey_plan import SurveyWave, follow_ups, survey_waves
from ipe_workbench.practice.surveys import Answer, earlier_differences, expected_changes, survey_answers
from ipe_workbench.practice.truths import Truths
from ipe_workbench.practice.years import EarlierYear, OlderDesign, year_before
from ipe_workbench.simulation import Scenario

__all__ = ["PracticeRecords", "practice_records"]

_Row = tuple[object, ...]
#: Share of learners who agree to research with their records.
_AGREE = 0.85


@dataclass(frozen=True, eq=False)
class PracticeRecords:
    """A practice cohort: tables in the order in which they are imported, and what is true in them.

    Parameters
    ----------
    about : mapping
        Programme, scenario, seed, size: what names this set.
    columns : mapping of str to tuple of str
        Columns of each table, in the order of the import; names are those of the simple CSV files.
    truth : mapping
        The parameters and what they lead to, as plain JSON.
    comment_codes : tuple
        What two coders made of the comments, as `coded_comments` gives it; the records have no place for it.
    """

    about: Mapping[str, Any]
    columns: Mapping[str, tuple[str, ...]]
    truth: Mapping[str, Any]
    comment_codes: tuple[tuple[str, ...], ...]
    _rows: Mapping[str, Callable[[], Iterable[_Row]]] = field(repr=False)

    def rows(self, table: str) -> Iterator[_Row]:
        """The rows of a table, made as they are asked for; each time the same. Raises `KeyError` for another name."""
        return iter(self._rows[table]())


def practice_records(
    programme: Programme,
    *,
    plan: EvaluationPlan,
    instruments: Iterable[Instrument],
    scenario: Scenario,
    seed: int,
    learners: int | None = None,
    until: datetime.date | None = None,
    earlier_cohort: bool = False,
    cohorts: int = 1,
    truths: Truths | None = None,
) -> PracticeRecords:
    """Make a practice cohort of a programme.

    Parameters
    ----------
    programme : Programme
        Any programme that can be simulated.
    plan : EvaluationPlan
        Says which surveys are asked and who is rated again later; see `survey_waves` and `follow_ups`.
    instruments : iterable of Instrument
        Those that the plan may name.
    scenario : Scenario
        What the simulator assumes; attempts and awards are one simulated cohort of it.
    seed : int
        Names all random numbers: the same seed gives the same records.
    learners : int, optional
        Size of the cohort; the programme's by default.
    until : date, optional
        The last day that the records know of; later things have not happened yet.
    earlier_cohort : bool
        Whether the cohort of the year before is there, too: without badges, asked once at its end.
    cohorts : int
        How many cohorts there are, a year apart; the newest one begins with the programme's first term. The older half
        of them had an older design: see `OlderDesign`.
    truths : Truths, optional
        The effects to find again.

    Raises
    ------
    UnusableInputError
        When the scenario does not fit the programme, fewer than two learners are asked for, or an earlier cohort is
        asked for in two ways.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation import EvaluationPlan, list_instruments
    >>> made = practice_records(example_programme(), plan=EvaluationPlan(), instruments=list_instruments(),
    ...                         scenario=Scenario(id="quick", title="Quick look"), seed=7, learners=40)
    >>> sum(1 for _ in made.rows("learners")), list(made.columns)[:3]
    (40, ['terms', 'learners', 'staff'])
    """
    truths = truths or Truths()
    instruments = tuple(instruments)
    if cohorts > 1 and earlier_cohort:
        raise UnusableInputError(
            "An earlier cohort is there already.", mend="Ask for several cohorts or for an earlier one without badges."
        )
    cohort = make_cohort(programme, scenario, seed=seed, truths=truths, learners=learners)
    waves = survey_waves(cohort.programme, plan, instruments)
    before = _before(programme, scenario, seed, truths, learners) if earlier_cohort else None
    made = _Making(cohort, plan, waves, before, until)
    tables = made.tables()
    older = OlderDesign.of(cohort.programme, [one.instrument for one in waves])
    starts = {one.id: one.start for one in cohort.programme.info.terms}
    for years in range(1, cohorts):
        then = older if years > (cohorts - 1) // 2 else None
        year = EarlierYear(cohort.programme, years)
        starts |= {one.id: one.start for one in year.terms.values()}
        old = _year(programme, scenario, seed, truths, learners, years, then, plan, waves, until)
        tables = {name: _with_year(year, name, made.columns[name], rows, old[name]) for name, rows in tables.items()}
    if until is not None:
        tables = {name: _known_by(name, made.columns[name], rows, until, starts) for name, rows in tables.items()}
    about = {
        "practice": True,
        "programme": programme.id,
        "programme_version": programme.info.version,
        "scenario": scenario.id,
        "seed": seed,
        "learners": len(cohort.learners),
        "until": until.isoformat() if until else None,
        "earlier_cohort": earlier_cohort,
        "cohorts": cohorts,
    }
    codes = tuple(coded_comments(cohort, made.comments, until))
    truth = made.truth() | ({"older_design": vars(older) | {"items": list(older.items)}} if cohorts > 1 else {})
    return PracticeRecords(about, made.columns, truth, codes, tables)


def _before(programme: Programme, scenario: Scenario, seed: int, truths: Truths, learners: int | None) -> Cohort:
    return make_cohort(programme, scenario, seed=(seed + 1) % 2**32, truths=truths, learners=learners)


_Tables = dict[str, Callable[[], Iterable[_Row]]]


def _year(
    programme: Programme,
    scenario: Scenario,
    seed: int,
    truths: Truths,
    learners: int | None,
    years: int,
    older: OlderDesign | None,
    plan: EvaluationPlan,
    waves: tuple[SurveyWave, ...],
    until: datetime.date | None,
) -> _Tables:
    """The tables of a cohort that began years before, as if it began with the others."""
    own = (seed + 1 + years) % 2**32
    cohort = make_cohort(programme, older.scenario(scenario) if older else scenario, seed=own, truths=truths,
                         learners=learners)  # fmt: skip
    if older:
        cohort = replace(cohort, programme=older.programme(cohort.programme))
    making = _Making(cohort, plan, waves, None, until and until + datetime.timedelta(weeks=52 * years))
    tables = making.tables()
    if older:
        asked, columns = tables["survey-responses"], making.columns["survey-responses"]
        tables["survey-responses"] = lambda: older.asked(columns, asked())
    return tables


def _with_year(
    year: EarlierYear,
    table: str,
    columns: tuple[str, ...],
    rows: Callable[[], Iterable[_Row]],
    earlier: Callable[[], Iterable[_Row]],
) -> Callable[[], Iterable[_Row]]:
    return lambda: itertools.chain(rows(), year.rows(table, columns, earlier))


class _Making:
    """The parts of one practice cohort, each made once."""

    columns: Mapping[str, tuple[str, ...]]

    def __init__(
        self,
        cohort: Cohort,
        plan: EvaluationPlan,
        waves: tuple[SurveyWave, ...],
        before: Cohort | None,
        until: datetime.date | None,
    ) -> None:
        self.cohort, self.waves, self.before, self.until = cohort, waves, before, until
        self.raters: dict[str, Raters] = {
            "faculty": make_raters(cohort, cohort.faculty, "faculty"),
            "preceptor": make_raters(cohort, cohort.preceptors or cohort.faculty, "preceptor"),
        }
        self.follow_ups = follow_ups(cohort.programme, plan)
        self.tests: list[ReadinessTest] = list(readiness_tests(cohort))
        self.ratings: list[Rating] = list(official_ratings(cohort, self.raters))
        for one in self.follow_ups:
            self.ratings.extend(follow_up_ratings(cohort, self.raters, one.credential, one.on))
        self.comments: list[tuple[Answer, str]] = list(survey_comments(cohort, waves))
        traits = tuple(f"trait:{name}" for name in (*cohort.learners[0].traits, "practice"))
        self.columns = {
            "terms": ("id", "title", "starts", "ends"),
            "learners": ("learner", "given_name", "family_name", "email", "study_programme", "profession", "cohort",
                         "status", "starts", "ends", *traits),
            "staff": ("staff", "given_name", "family_name", "email"),
            "teams": ("term", "team", "learner", "facilitator"),
            "offerings": ("offering", "activity", "credential", "term", "starts", "ends", "room", "seats"),
            "attendance": ("learner", "offering", "on", "status", "hours"),
            "assessments": ("learner", "assessment", "attempt", "on", "score", "passed", "kind", "credential", "term",
                            "team"),
            "item-responses": ("learner", "assessment", "attempt", "item", "response", "score"),
            "rubric-scores": ("learner", "assessment", "attempt", "criterion", "rater", "level", "score", "on"),
            "survey-responses": ("learner", "wave", "instrument", "frame", "term", "item", "value", "comment", "on"),
            "evidence": ("learner", "credential", "kind", "reference", "on"),
            "awards": ("learner", "credential", "on", "version", "expires", "hours"),
            "consents": ("learner", "purpose", "given", "on"),
        }  # fmt: skip

    def tables(self) -> _Tables:
        """What makes the rows of each table, in the order of the import."""
        cohort = self.cohort
        return {
            "terms": lambda: ((one.id, one.title, one.start, one.end) for one in cohort.programme.info.terms),
            "learners": self._learners,
            "staff": self._staff,
            "teams": self._teams,
            "offerings": lambda: offerings(cohort),
            "attendance": lambda: attendance(cohort),
            "assessments": lambda: assessments(cohort, self.tests, self.ratings),
            "item-responses": lambda: item_responses(cohort, self.tests, self.until),
            "rubric-scores": lambda: rubric_scores(cohort, self.ratings),
            "survey-responses": self._surveys,
            "evidence": lambda: evidence(cohort),
            "awards": lambda: awards(cohort),
            "consents": self._consents,
        }

    def truth(self) -> dict[str, Any]:
        """What an analysis should find, and the hidden numbers behind the records."""
        odd = planted(self.cohort)
        return {
            "parameters": self.cohort.truths.to_dict(),
            "survey_changes": expected_changes(self.waves, self.cohort.truths, self.cohort.seed),
            **(
                {"earlier_differences": earlier_differences(self.waves, self.cohort.truths, self.cohort.seed)}
                if self.before
                else {}
            ),
            "planted": {
                name: {"credential": row[0], "criterion": row[1]} if row else None for name, row in odd.items()
            },
            "follow_ups": [f"{one.credential}.follow-up" for one in self.follow_ups],
            "severity": {
                id: round(float(value), 4)
                for role in ("faculty", "preceptor")
                for id, value in zip(self.raters[role].ids, self.raters[role].severity, strict=True)
            },
            "skill": {
                one.id: round(float(value), 4)
                for one, value in zip(self.cohort.learners, self.cohort.skill, strict=True)
            },
        }

    def _learners(self) -> Iterator[_Row]:
        terms = self.cohort.programme.info.terms
        # Whoever is rated once more, after the programme's last day, is still enrolled in the own profession's.
        last = max((one.on for one in self.ratings), default=terms[-1].end)
        yield from _people(self.cohort, terms[0].start, max(terms[-1].end, last), "")
        if self.before is not None:
            yield from _people(self.before, year_before(terms[0].start), year_before(terms[-1].end), "earlier-")

    def _staff(self) -> Iterator[_Row]:
        people = (*self.cohort.faculty, *self.cohort.preceptors)
        for id, (given, family) in zip(people, invented_names(len(people), self.cohort.random("staff")), strict=True):
            yield id, given, family, f"{id}@example.org"

    def _teams(self) -> Iterator[_Row]:
        for term, teams in self.cohort.teams.items():
            for team in teams:
                for place in team.members:
                    yield term, team.name, self.cohort.learners[place].id, self.cohort.faculty[team.facilitator]

    def _surveys(self) -> Iterator[_Row]:
        for one in survey_answers(self.cohort, self.waves):
            yield self._answer(self.cohort, one)
        for one, _ in self.comments:
            yield self._answer(self.cohort, one)
        if self.before is not None:
            terms = self.cohort.programme.info.terms
            last = [wave for wave in self.waves if wave.frame == "post"]
            for one in survey_answers(self.before, last, after=self.cohort):
                day = year_before(one.on)
                term = next((each.id for each in terms if each.start <= day <= each.end), None)
                wave = f"earlier-{one.wave.id}"
                learner = _earlier(self.before.learners[one.learner].id)
                yield learner, wave, one.wave.instrument.id, "post", term, one.item, one.value, None, day

    def _answer(self, cohort: Cohort, one: Answer) -> _Row:
        wave = one.wave
        return (
            cohort.learners[one.learner].id, wave.id, wave.instrument.id, wave.frame, wave.term, one.item, one.value,
            one.comment or None, one.on,
        )  # fmt: skip

    def _consents(self) -> Iterator[_Row]:
        start = self.cohort.programme.info.terms[0].start
        yield from _consents(self.cohort, start, "")
        if self.before is not None:
            yield from _consents(self.before, year_before(start), "earlier-")


def _people(cohort: Cohort, starts: datetime.date, ends: datetime.date, prefix: str) -> Iterator[_Row]:
    for one in cohort.learners:
        id = _earlier(one.id) if prefix else one.id
        left = one.left and (year_before(one.left) if prefix else one.left)
        yield (
            id, one.given_name, one.family_name, f"{id}@example.org", one.profession, one.profession,
            f"practice-{prefix}{cohort.programme.id}-{starts.year}", "withdrawn" if left else "active", starts,
            left or ends, *one.traits.values(), "yes",
        )  # fmt: skip


def _consents(cohort: Cohort, on: datetime.date, prefix: str) -> Iterator[_Row]:
    agrees = cohort.random("consents").random(len(cohort.learners)) < _AGREE
    for one, given in zip(cohort.learners, agrees, strict=True):
        yield _earlier(one.id) if prefix else one.id, "research", given, on


def _earlier(id: str) -> str:
    return id.replace("practice-", "practice-earlier-", 1)


def _known_by(
    table: str,
    columns: tuple[str, ...],
    rows: Callable[[], Iterable[_Row]],
    until: datetime.date,
    starts: Mapping[str, datetime.date],
) -> Callable[[], Iterable[_Row]]:
    """The rows of a table as they were on a day; answers to items are chosen where they are made."""

    def known() -> Iterator[_Row]:
        for row in rows():
            cell = dict(zip(columns, row, strict=True))
            if table == "learners" and cell["ends"] is not None and cell["ends"] > until:  # type: ignore[operator]
                cell |= {"ends": None, "status": "active"}
            day = (
                starts[str(cell["term"])] if table == "teams" else cell.get("starts" if table == "offerings" else "on")
            )
            if day is None or day <= until:  # type: ignore[operator]
                yield tuple(cell.values())

    return known
