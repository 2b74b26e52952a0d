"""A programme and a scenario compiled to arrays: what the kernel reads, built once.

Axes: profession, credential (in the programme's order), item (credentials, then stacks), week of the programme (those
of all terms in sequence), term. Chances that the kernel compares with a 32-bit random word are stored as thresholds in
[0, 2**32].
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Hours, Rule, Score, Within, badges_in, walk
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.assessment import PassChances, pass_chances
from ipe_workbench.simulation.calendar_weeks import Calendar, offered_weeks, practice_hours
from ipe_workbench.simulation.design import apply_design_changes
from ipe_workbench.simulation.rule_table import RuleNames, RuleTableBuilder
from ipe_workbench.simulation.scenario import CredentialOverride, ProfessionOverride, Scenario
from ipe_workbench.simulation.scenario_files import check_scenario

__all__ = ["MAX_ATTEMPTS", "CohortModel", "ModelArrays", "compile_cohort"]

MAX_ATTEMPTS = 20
_WORDS = 2**32
_NORMAL = NormalDist()
Floats = npt.NDArray[np.float64]


class ModelArrays(NamedTuple):
    """What the kernel reads besides the rules. P professions, B credentials, I items, W weeks, A tracked activities."""

    first_learner: Any  # (P + 1) learners before each profession
    badge_key: Any  # (B) the credential's word in the counter
    may_earn: Any  # (P, B)
    known_logit: Any  # (P, B)
    known_threshold: Any  # (P, B)
    known_sd: float
    learn_logit: Any  # (P, B)
    learn_threshold: Any  # (P, B, W)
    learn_sd: float
    opportunities: Any  # (B, W)
    forget_threshold: Any  # (B, W)
    attempt_threshold: Any  # (P, B)
    pass_threshold: Any  # (B, 2) not knowing, knowing
    pass_distance: Any  # (B, 2) the same as a normal quantile
    pass_score: Any  # (B)
    score_spread: float
    keeps_scores: Any  # (B)
    attempts: Any  # (B)
    retake_after: Any  # (B)
    offered: Any  # (B, W)
    willing_below: Any  # (P, B) starts where the willingness lies below
    willing_shared: float  # weights of the learner's and the credential's part of the willingness
    willing_own: float
    draws_start: bool
    draws_traits: bool
    stays_threshold: Any  # (P, W) still there in the week
    term_of_week: Any  # (W)
    expires: Any  # (I, W) first week in which an award of that week no longer counts
    may_expire: bool  # whether any award can expire before the end
    requires_root: Any  # (P, B) node of the prerequisite, -1 for none
    stack_root: Any  # (P, I - B)
    asked_by_requires: Any  # (B, I) whether the prerequisite looks at the item
    asked_by_stack: Any  # (I - B, I)
    activity_week: Any  # (A) when its hours are recorded
    activity_of: Any  # (A, B)
    needs_prerequisite: bool
    practises_after_award: bool


@dataclass(frozen=True)
class CohortModel:
    """The compiled model together with what its axes mean."""

    programme: Programme
    scenario: Scenario
    calendar: Calendar
    arrays: ModelArrays
    rules: Any

    @property
    def professions(self) -> tuple[str, ...]:
        """Ids along the profession axis."""
        return tuple(one.id for one in self.programme.info.professions)

    @property
    def credentials(self) -> tuple[str, ...]:
        """Ids along the credential axis."""
        return tuple(self.programme.credentials)

    @property
    def stacks(self) -> tuple[str, ...]:
        """Ids of the stacks; the item axis is credentials, then these."""
        return tuple(self.programme.stacks)

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Learners of each profession."""
        return np.asarray(np.diff(self.arrays.first_learner), np.int64)

    @property
    def learners(self) -> int:
        """Learners of the cohort."""
        return int(self.arrays.first_learner[-1])


def compile_cohort(programme: Programme, scenario: Scenario) -> CohortModel:
    """Apply the scenario's design changes and turn programme and scenario into arrays.

    Raises
    ------
    UnusableInputError
        When the scenario does not fit the programme, or the calendar cannot be walked week by week.
    """
    findings = check_scenario(scenario, programme)
    if findings:
        first = findings[0]
        raise UnusableInputError(
            f"The scenario `{scenario.id}` does not fit the programme: {first.message}",
            mend=first.mend,
            findings=findings,
        )
    if not programme.credentials:
        raise UnusableInputError("The programme has no credentials to simulate.", mend="Add a file under credentials/.")
    changed = apply_design_changes(programme, scenario)
    calendar = Calendar.of(changed)
    compiler = _Compiler(programme, changed, scenario, calendar)
    rules, roots = compiler.rules()
    return CohortModel(changed, scenario, calendar, compiler.arrays(roots), rules)


class _Compiler:
    """Holds what several of the arrays are made from."""

    def __init__(self, before: Programme, programme: Programme, scenario: Scenario, calendar: Calendar) -> None:
        self.before = before
        self.programme = programme
        self.scenario = scenario
        self.calendar = calendar
        self.credentials = list(programme.credentials.values())
        self.professions = [one.id for one in programme.info.professions]
        self.items = {name: index for index, name in enumerate((*programme.credentials, *programme.stacks))}
        self.activities = _tracked_activities(programme, calendar)

    def arrays(self, roots: Mapping[str, Any]) -> ModelArrays:
        scenario, badges = self.scenario, self.credentials
        learners = [scenario.cohort.get(one.id, one.learners) for one in self.programme.info.professions]
        known, learn = self._known(), self._learn()
        opportunities = self._opportunities()
        passing = [self._passing(one) for one in badges]
        chances = np.array([[one.not_knowing, one.knowing] for one in passing])
        shared = scenario.participation.uptake_correlation
        willing = np.array([[_quantile(self._uptake(p, one)) for one in badges] for p in self.professions])
        stays = np.array([self._stays(p) for p in self.professions])
        spread = scenario.heterogeneity
        return ModelArrays(
            first_learner=np.concatenate([[0], np.cumsum(learners)]).astype(np.int64),
            badge_key=np.array(_keys([one.id for one in badges]), np.uint64),
            may_earn=np.array([[self.programme.may_earn(one.id, p) for one in badges] for p in self.professions]),
            known_logit=_logit(known),
            known_threshold=_threshold(known),
            known_sd=spread.known_at_start_sd,
            learn_logit=_logit(learn),
            learn_threshold=_threshold(_repeated(learn[:, :, None], opportunities[None, :, :])),
            learn_sd=spread.learn_sd,
            opportunities=opportunities,
            forget_threshold=_threshold(self._forget()),
            attempt_threshold=_threshold(self._attempt()),
            pass_threshold=_threshold(chances),
            pass_distance=np.array([[_quantile(chance) for chance in pair] for pair in chances]),
            pass_score=np.array([one.assessment.pass_score if one.assessment else 1.0 for one in badges]),
            score_spread=scenario.assessment.score_spread,
            keeps_scores=np.isin([one.id for one in badges], list(self._scores_asked_for())),
            attempts=np.array([self._design(one, "attempts", MAX_ATTEMPTS) for one in badges], np.int64),
            retake_after=np.array([self._design(one, "retake_after_weeks", 1) for one in badges], np.int64),
            offered=np.array([self._offered(one) for one in badges]),
            willing_below=willing,
            willing_shared=float(np.sqrt(shared)),
            willing_own=float(np.sqrt(1 - shared)),
            draws_start=bool((known > 0).any() or np.isfinite(willing).any()),
            draws_traits=bool((stays < 1).any() or np.isfinite(willing).any() or spread.learn_sd > 0
                              or _differs(spread.known_at_start_sd, known)),
            stays_threshold=_threshold(stays),
            term_of_week=np.array(self.calendar.term_of_week, np.int64),
            expires=self._expires(),
            may_expire=bool((self._expires() < self.calendar.weeks).any()),
            requires_root=roots["requires"],
            stack_root=roots["stacks"],
            asked_by_requires=self._asked([one.requires for one in badges]),
            asked_by_stack=self._asked([one.rule for one in self.programme.stacks.values()]),
            activity_week=np.array([week for week, _, _ in self.activities.values()], np.int64),
            activity_of=np.array([[one.id in owners for one in badges] for _, _, owners in self.activities.values()],
                                 np.bool_).reshape(len(self.activities), len(badges)),
            needs_prerequisite=scenario.practice.needs_prerequisite,
            practises_after_award=scenario.practice.after_award,
        )  # fmt: skip

    def rules(self) -> tuple[Any, dict[str, Any]]:
        months = {r.within.months for rule in self._every_rule() for r in walk(rule) if isinstance(r, Within)}
        names = RuleNames(
            items=self.items,
            award_hours=[*(one.hours for one in self.credentials), *(0.0 for _ in self.programme.stacks)],
            activities={name: (index, hours) for index, (name, (_, hours, _)) in enumerate(self.activities.items())},
            window_end={count: self.calendar.last_weeks(count) for count in months},
            approvals=self.scenario.assessment.approvals == "granted",
        )
        builder = RuleTableBuilder(names)
        requires = [
            [-1 if c.requires is None else builder.add(c.requires, p) for c in self.credentials]
            for p in self.professions
        ]
        stacks = [[builder.add(s.rule, p) for s in self.programme.stacks.values()] for p in self.professions]
        roots = {
            "requires": np.array(requires, np.int64),
            "stacks": np.array(stacks, np.int64).reshape(len(self.professions), len(self.programme.stacks)),
        }
        return builder.table(), roots

    def _every_rule(self) -> list[Rule]:
        return [
            *(one.requires for one in self.credentials if one.requires is not None),
            *(one.rule for one in self.programme.stacks.values()),
        ]

    def _scores_asked_for(self) -> set[str]:
        return {r.score.assessment for rule in self._every_rule() for r in walk(rule) if isinstance(r, Score)}

    def _asked(self, rules: list[Any]) -> npt.NDArray[np.bool_]:
        asked = np.zeros((len(rules), len(self.items)), np.bool_)
        for row, rule in enumerate(rules):
            if rule is None:
                continue
            names = {*badges_in(rule), *(r.score.assessment for r in walk(rule) if isinstance(r, Score))}
            for name in names & self.items.keys():
                asked[row, self.items[name]] = True
        return asked

    def _override(self, credential: MicroCredential) -> CredentialOverride:
        return self.scenario.credentials.get(credential.id, CredentialOverride())

    def _profession(self, profession: str) -> ProfessionOverride:
        return self.scenario.professions.get(profession, ProfessionOverride())

    def _known(self) -> Floats:
        return self._by_profession("known_at_start", self.scenario.learning.known_at_start, "known_at_start_shift")

    def _learn(self) -> Floats:
        return self._by_profession("learn_per_opportunity", self.scenario.learning.learn_per_opportunity, "learn_shift")

    def _attempt(self) -> Floats:
        return self._by_profession("attempt_probability", self.scenario.assessment.attempt_probability, None)

    def _by_profession(self, name: str, value: float, shift: str | None) -> Floats:
        """Scenario, then profession, then credential; the profession's shift comes on top."""
        rows = []
        for profession in self.professions:
            mine = self._profession(profession)
            base = _first(getattr(mine, name), value)
            logits = getattr(mine, shift) if shift else 0.0
            rows.append(
                [_shifted(_first(getattr(self._override(one), name), base), logits) for one in self.credentials]
            )
        return np.array(rows)

    def _forget(self) -> Floats:
        learning = self.scenario.learning
        weekly = [_first(self._override(one).forget_per_week, learning.forget_per_week) for one in self.credentials]
        if learning.forgetting == "none":
            weekly = [0.0] * len(weekly)
        return _repeated(np.array(weekly)[:, None], np.array(self.calendar.weeks_since_last, float)[None, :])

    def _opportunities(self) -> Floats:
        practice = self.scenario.practice
        if practice.when == "every-week":
            return np.ones((len(self.credentials), self.calendar.weeks))
        hours = [practice_hours(one, self.calendar, practice.preparation_weight) for one in self.credentials]
        return np.array(hours) * practice.opportunities_per_hour

    def _offered(self, credential: MicroCredential) -> npt.NDArray[np.bool_]:
        change = self.scenario.design_changes.get(credential.id)
        again = change.offer_again_in if change else ()
        model = self.scenario.assessment
        return offered_weeks(
            self.before.credentials[credential.id],
            self.calendar,
            model.offered,
            model.open_terms_after,
            credential,
            again,
        )

    def _design(self, credential: MicroCredential, name: str, without: int) -> int:
        override: int | None = getattr(self._override(credential), name)
        designed: int = getattr(credential.assessment, name) if credential.assessment else without
        return designed if override is None else override

    def _passing(self, credential: MicroCredential) -> PassChances:
        design, model, override = credential.assessment, self.scenario.assessment, self._override(credential)
        if design is None:
            return PassChances(1.0, 1.0)  # nothing is assessed: taking part is enough
        before = self.before.credentials[credential.id].assessment
        shift = (design.pass_score - before.pass_score) / model.score_spread if before else 0.0
        return pass_chances(
            slip=_first(override.slip, model.slip),
            guess=_first(override.guess, model.guess),
            assessor=design.assessor,
            double_rated=design.double_rated,
            rater_icc=model.rater_icc,
            share_knowing=model.share_knowing,
            mark_shift=shift,
        )

    def _uptake(self, profession: str, credential: MicroCredential) -> float:
        shares = self._profession(profession).uptake or self.scenario.participation.uptake
        return _first(self._override(credential).uptake, getattr(shares, credential.level))

    def _stays(self, profession: str) -> list[float]:
        """Chance to be there in each week."""
        part = self.scenario.participation
        factor = self._profession(profession).drop_out_factor
        there, shares = 1 - min(1.0, part.leave_before_start * factor), []
        for week in range(1, self.calendar.weeks + 1):
            shares.append(there)
            hazard = sum(one.per_week for one in part.drop_out if one.from_week <= week <= one.to_week)
            there *= 1 - min(1.0, hazard * factor)
        return shares

    def _expires(self) -> npt.NDArray[np.int64]:
        validity = [one.validity_months for one in self.credentials]
        validity += [one.validity_months for one in self.programme.stacks.values()]
        never = [self.calendar.weeks] * self.calendar.weeks
        return np.array([[w + 1 for w in self.calendar.last_weeks(m)] if m else never for m in validity], np.int64)


def _tracked_activities(programme: Programme, calendar: Calendar) -> dict[str, tuple[int, float, set[str]]]:
    """Activities whose hours some rule asks for: week of their last meeting, hours, credentials that they belong to."""
    rules = [*(c.requires for c in programme.credentials.values()), *(s.rule for s in programme.stacks.values())]
    asked = {name for rule in rules if rule for r in walk(rule) if isinstance(r, Hours) for name in r.hours.of}
    found: dict[str, tuple[int, float, set[str]]] = {}
    for credential in programme.credentials.values():
        for activity in credential.activities:
            weeks = calendar.meetings(activity)
            if activity.id in asked and weeks:
                _, _, owners = found.get(activity.id, (0, 0.0, set()))
                found[activity.id] = (weeks[-1], activity.hours, owners | {credential.id})
    return found


def _keys(names: list[str]) -> list[int]:
    """A word for each id that depends on no other, so that a new credential leaves the draws of the others alone."""
    keys: list[int] = []
    for name in names:
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
        while key in keys:
            key = (key + 1) % _WORDS
        keys.append(key)
    return keys


def _first(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _quantile(chance: float) -> float:
    if chance <= 0:
        return float("-inf")
    return float("inf") if chance >= 1 else _NORMAL.inv_cdf(chance)


def _shifted(chance: float, logits: float) -> float:
    if logits == 0 or chance <= 0 or chance >= 1:
        return chance
    return float(1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + logits))))


def _logit(chance: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(chance) - np.log1p(-chance))


def _repeated(chance: Floats, times: Floats) -> Floats:
    """The chance that at least one of `times` tries succeeds; exact for one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        repeated = -np.expm1(times * np.log1p(-chance))
    repeated = np.where(np.broadcast_to(times == 0, repeated.shape), 0.0, repeated)
    return np.where(np.broadcast_to(times == 1, repeated.shape), np.broadcast_to(chance, repeated.shape), repeated)


def _threshold(chance: Floats) -> npt.NDArray[np.uint64]:
    return np.rint(np.clip(chance, 0, 1) * _WORDS).astype(np.uint64)


def _differs(spread: float, known: Floats) -> bool:
    return spread > 0 and bool(((known > 0) & (known < 1)).any())
