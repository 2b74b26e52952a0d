"""The cohort behind practice records: who is there, how able, in which team, and what the simulator says they earn."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from ipe_workbench.credentials.programme import Programme, Term
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.practice.chance import chance
from ipe_workbench.practice.people import invented_names, invented_traits
from ipe_workbench.practice.truths import Truths
from ipe_workbench.simulation import Scenario, SimulatedLearner, apply_design_changes, simulate_learners

__all__ = ["Cohort", "PracticeLearner", "Team", "Try", "make_cohort"]

_DAY = datetime.timedelta(days=1)
#: How long ago the last attempt of somebody who leaves was, at most, where there is such a one.
_FRESH = datetime.timedelta(weeks=16)
#: Ends of the fifths of a standard normal skill, and the mean skill in each.
_ENDS = norm.ppf([0.2, 0.4, 0.6, 0.8])
_MIDDLES = 5 * -np.diff(norm.pdf(np.concatenate([[-np.inf], _ENDS, [np.inf]])))


@dataclass(frozen=True, slots=True)
class PracticeLearner:
    """A learner; `left` is the last day of somebody who left."""

    id: str
    profession: str
    given_name: str
    family_name: str
    traits: Mapping[str, str]
    left: datetime.date | None


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt at the assessment of a credential: the learner's place in the cohort, number, term, day, outcome."""

    learner: int
    credential: str
    number: int
    term: str
    on: datetime.date
    passed: bool


@dataclass(frozen=True, slots=True)
class Team:
    """A team of one term: its name, its facilitator's place among the staff, and its members'."""

    name: str
    facilitator: int
    members: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Cohort:
    """Everybody, and what the simulator says of them.

    Parameters
    ----------
    programme : Programme
        With the scenario's changes of design made.
    learners : sequence of PracticeLearner
    skill : ndarray
        A standard normal number for each learner.
    tries : sequence of Try
        In the order of learners, then of days.
    awards : sequence of (int, str, date)
        Learner, credential or stack, day.
    teams : mapping of str to sequence of Team
        By term.
    faculty, preceptors : sequence of str
        Ids of staff; places in `faculty` name facilitators.
    """

    programme: Programme
    seed: int
    truths: Truths
    learners: Sequence[PracticeLearner]
    skill: npt.NDArray[np.float64]
    tries: Sequence[Try]
    awards: Sequence[tuple[int, str, datetime.date]]
    teams: Mapping[str, Sequence[Team]]
    faculty: Sequence[str]
    preceptors: Sequence[str]

    def random(self, *part: str) -> np.random.Generator:
        """The random numbers of one part."""
        return chance(self.seed, *part)

    def team_of(self, term: str) -> dict[int, int]:
        """The place of each learner's team among the teams of the term."""
        return {one: place for place, team in enumerate(self.teams.get(term, ())) for one in team.members}

    def there(self, learner: int, on: datetime.date) -> bool:
        """Whether the learner was still in the programme on that day."""
        left = self.learners[learner].left
        return left is None or on <= left


def make_cohort(
    programme: Programme, scenario: Scenario, *, seed: int, truths: Truths, learners: int | None = None
) -> Cohort:
    """Simulate a cohort and give its learners names, traits, a skill and teams.

    Parameters
    ----------
    programme, scenario
        As for `simulate_learners`.
    seed : int
        Names all random numbers, those of the simulator too.
    truths : Truths
        The effects.
    learners : int, optional
        Size of the cohort, in the proportions of the professions; by default the scenario's or the programme's.

    Raises
    ------
    UnusableInputError
        When the scenario does not fit the programme, or fewer than two learners are asked for.
    """
    sized = scenario if learners is None else _of_size(programme, scenario, learners)
    simulated, skill = _simulated(programme, sized, seed, truths)
    random = chance(seed, "people")
    names, traits = invented_names(len(simulated), random), invented_traits(len(simulated), random)
    tries, awards = _tries(simulated, seed), _awarded(simulated, seed)
    left = _left(programme, sized, len(simulated), tries, chance(seed, "leaving"))
    people = [
        PracticeLearner(
            f"practice-{one.profession}-{one.number + 1:04}", one.profession, *names[place],
            {trait: values[place] for trait, values in traits.items()}, left.get(place),
        )
        for place, one in enumerate(simulated)
    ]  # fmt: skip
    designed = apply_design_changes(programme, sized)
    faculty, preceptors = _staff(designed, len(people))
    made = Cohort(
        designed, seed, truths, people, skill, tries, awards, {}, faculty, preceptors,
    )  # fmt: skip
    return replace(made, teams={term.id: _teams(made, term) for term in designed.info.terms})


def _of_size(programme: Programme, scenario: Scenario, learners: int) -> Scenario:
    """The scenario with so many learners, in the same proportions (largest remainders)."""
    if learners < 2:
        raise UnusableInputError("A practice cohort needs at least two learners.", mend="Give --learners more.")
    sizes = {one.id: scenario.cohort.get(one.id, one.learners) for one in programme.info.professions}
    total = sum(sizes.values())
    if total == 0:
        raise UnusableInputError("No profession of the programme has learners.", mend="Say how many in programme.yaml.")
    exact = {name: learners * size / total for name, size in sizes.items()}
    whole = {name: int(share) for name, share in exact.items()}
    short = learners - sum(whole.values())
    for name in sorted(exact, key=lambda one: whole[one] - exact[one])[:short]:
        whole[name] += 1
    return scenario.model_copy(update={"cohort": whole})


def _simulated(
    programme: Programme, scenario: Scenario, seed: int, truths: Truths
) -> tuple[list[SimulatedLearner], npt.NDArray[np.float64]]:
    """Learners with a skill, each from a simulation of the cohort in which everybody slips as people of that skill do.

    The simulator's learners differ in what they know, hardly in how often they fail. So the cohort is simulated once
    for each fifth of skill, with the same random numbers, and each learner is taken from the run of the own fifth.
    """
    if not truths.slip_by_skill:
        simulated = list(simulate_learners(programme, scenario, seed=seed))
        return simulated, chance(seed, "skill").standard_normal(len(simulated))
    runs = [
        list(simulate_learners(programme, _slipping(scenario, -truths.slip_by_skill * middle), seed=seed))
        for middle in _MIDDLES
    ]
    skill = chance(seed, "skill").standard_normal(len(runs[0]))
    fifth = np.searchsorted(_ENDS, skill)
    return [runs[which][place] for place, which in enumerate(fifth)], skill


def _slipping(scenario: Scenario, shift: float) -> Scenario:
    """The scenario with the logit of slipping moved; never so far that knowing would hurt."""

    def moved(slip: float, guess: float) -> float:
        if not 0 < slip < 1:
            return slip
        return float(min(1 / (1 + np.exp(-np.log(slip / (1 - slip)) - shift)), 1 - guess))

    own = scenario.assessment
    credentials = {
        id: one.model_copy(update={"slip": moved(one.slip, own.guess if one.guess is None else one.guess)})
        if one.slip is not None
        else one
        for id, one in scenario.credentials.items()
    }
    most_guessed = max((one.guess or 0.0 for one in credentials.values()), default=0.0)
    assessment = own.model_copy(update={"slip": moved(own.slip, max(own.guess, most_guessed))})
    return scenario.model_copy(update={"assessment": assessment, "credentials": credentials})


def _tries(simulated: Sequence[SimulatedLearner], seed: int) -> list[Try]:
    found = []
    for place, one in enumerate(simulated):
        shift = _weekday(place, seed)
        for attempt in sorted(one.attempts, key=lambda attempt: (attempt.on, attempt.credential, attempt.number)):
            on = attempt.on + shift * _DAY
            found.append(Try(place, attempt.credential, attempt.number, attempt.term, on, attempt.passed))
    return found


def _awarded(simulated: Sequence[SimulatedLearner], seed: int) -> list[tuple[int, str, datetime.date]]:
    return [
        (place, item, day + _weekday(place, seed) * _DAY)
        for place, one in enumerate(simulated)
        for item, day in one.awards
    ]


def _weekday(learner: int, seed: int) -> int:
    """The simulator knows weeks; each learner's assessments fall on one working day, so that their order stays."""
    return (learner * 7919 + seed) % 5


def _left(
    programme: Programme, scenario: Scenario, count: int, tries: Sequence[Try], random: np.random.Generator
) -> dict[int, datetime.date]:
    """Who left, and when. The simulator does not say who; whoever it lets leave makes no attempt after that.

    As many leave in each week as the scenario expects. Each time it is somebody without a later attempt, best one whose
    last attempt is not long ago.
    """
    weeks = _programme_weeks(programme)
    chances = np.zeros(len(weeks))
    for spell in scenario.participation.drop_out:
        chances[spell.from_week - 1 : spell.to_week] = spell.per_week
    still = np.concatenate([[1.0], np.cumprod(1 - chances)])
    leaving = -np.diff(still)
    wanted = round(count * float(leaving.sum()))
    if not wanted:
        return {}
    latest = {one.learner: one.on for one in tries}
    found: dict[int, datetime.date] = {}
    for week in np.sort(random.choice(len(weeks), size=wanted, p=leaving / leaving.sum())):
        day = weeks[week] + int(random.integers(5)) * _DAY
        able = [one for one in range(count) if one not in found and latest.get(one, weeks[0]) <= day]
        fresh = [one for one in able if day - latest.get(one, weeks[0]) <= _FRESH]
        if able:
            found[int(random.choice(fresh or able))] = day
    return found


def _programme_weeks(programme: Programme) -> list[datetime.date]:
    return [term.start + 7 * week * _DAY for term in programme.info.terms for week in range(term.weeks)]


def _staff(programme: Programme, learners: int) -> tuple[list[str], list[str]]:
    """A facilitator for about twenty learners; where preceptors assess, one for about seven."""
    assessors = {one.assessment.assessor for one in programme.credentials.values() if one.assessment}
    faculty = [f"practice-faculty-{n + 1:02}" for n in range(max(6, -(-learners // 20)))]
    preceptors = [f"practice-preceptor-{n + 1:03}" for n in range(max(6, -(-learners // 7)))]
    return faculty, preceptors if "preceptor" in assessors else []


def _teams(cohort: Cohort, term: Term) -> list[Team]:
    """Everybody who is there when the term begins, dealt out by profession, so that teams are mixed."""
    there = [place for place in range(len(cohort.learners)) if cohort.there(place, term.start)]
    if not there:
        return []
    random = cohort.random("teams", term.id)
    by_profession: dict[str, list[int]] = {}
    for place in random.permutation(there):
        by_profession.setdefault(cohort.learners[int(place)].profession, []).append(int(place))
    dealt = [one for group in sorted(by_profession.values(), key=len, reverse=True) for one in group]
    count = max(1, len(there) // cohort.programme.info.teams.size)
    order = random.permutation(len(cohort.faculty))
    digits = len(str(count))
    return [
        Team(f"{place + 1:0{digits}}", int(order[place % len(order)]), tuple(dealt[place::count]))
        for place in range(count)
    ]
