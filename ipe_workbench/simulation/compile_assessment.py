"""From the scenario's assessment section and the credentials' designs to arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.rules import Score, walk
from ipe_workbench.simulation.assessment import HUMAN, mark_distances, pass_chances, rating_error
from ipe_workbench.simulation.calendar_weeks import offered_weeks
from ipe_workbench.simulation.chances import Floats, first_given, logit, quantile, threshold
from ipe_workbench.simulation.cohort_design import CohortDesign
from ipe_workbench.simulation.model_arrays import MAX_ATTEMPTS, AssessmentArrays

__all__ = ["assessment_arrays", "assessor_roles"]

_WIDEST = 8.0


def assessor_roles(design: CohortDesign) -> list[str]:
    """Roles that assess some credential, in the order in which they come up."""
    return list(dict.fromkeys(one.assessment.assessor for one in design.credentials if one.assessment))


def assessment_arrays(design: CohortDesign) -> AssessmentArrays:
    """Attempts and how they are passed."""
    scenario, credentials = design.scenario, design.credentials
    model, most = scenario.assessment, int(design.criteria.max())
    chances = [_chances(design, index, one) for index, one in enumerate(credentials)]
    true = [_true_distances(design, index, one) for index, one in enumerate(credentials)]
    roles = assessor_roles(design)
    asked = _scores_asked_for(design)
    kept = np.cumsum(asked) - 1
    human = np.array([_is_rated(design, one) for one in credentials])
    errors = np.array([_error(design, one) for one in credentials])
    severe = human & (model.severity_share > 0)
    team = np.array([_team_weight(design, one) for one in credentials])
    offered = np.array([_offered(design, one) for one in credentials])
    attempt = _attempt(design, offered)
    by_learner = severe | (team > 0) | (scenario.learning.model == "performance-factors")
    return AssessmentArrays(
        attempt_threshold=threshold(attempt),
        attempt_logit=np.clip(logit(attempt), -30, 30),
        pass_threshold=threshold(np.array([_padded(one, most) for one in chances])),
        pass_distance=np.clip(
            np.array([_padded([quantile(c) for c in one], most) for one in chances]), -_WIDEST, _WIDEST
        ),
        true_distance=np.clip(np.array([_padded(one, most) for one in true]), -_WIDEST, _WIDEST),
        able_from=np.array([_able_from(one) for one in true], np.int64),
        error=errors * np.where(severe, 1 - model.severity_share, 1.0),
        pass_score=np.array([one.assessment.pass_score if one.assessment else 1.0 for one in credentials]),
        score_spread=model.score_spread,
        kept_scores=np.where(asked, kept, -1),
        attempts=np.array([_design(design, one, "attempts", MAX_ATTEMPTS) for one in credentials], np.int64),
        retake_after=np.array([_design(design, one, "retake_after_weeks", 1) for one in credentials], np.int64),
        offered=offered,
        raters=np.where(severe, model.raters, 0),
        rater_role=np.array([roles.index(c.assessment.assessor) if c.assessment else 0 for c in credentials], np.int64),
        severity_sd=np.where(severe, np.sqrt(errors * model.severity_share), 0.0),
        rated_twice=threshold(np.array([c.assessment.double_rated if c.assessment else 0.0 for c in credentials])),
        team_weight=team,
        by_word=(design.criteria == 1) & ~by_learner & ~asked,
        by_learner=by_learner,
    )


def _chances(design: CohortDesign, index: int, credential: MicroCredential) -> list[float]:
    """Chance to pass by the number of criteria known."""
    assessment, model = credential.assessment, design.scenario.assessment
    criteria = int(design.criteria[index])
    if assessment is None:
        return [1.0] * (criteria + 1)  # nothing is assessed: taking part is enough
    slip, guess = _slip_and_guess(design, credential)
    found = []
    for known in range(criteria + 1):
        one = pass_chances(
            slip=slip,
            guess=guess,
            assessor=assessment.assessor,
            double_rated=assessment.double_rated,
            rater_icc=model.rater_icc,
            share_knowing=model.share_knowing,
            mark_shift=_mark_shift(design, credential),
            share_known=known / criteria,
            pass_rule=assessment.pass_rule,
        )
        found.append(one)
    return found


def _true_distances(design: CohortDesign, index: int, credential: MicroCredential) -> list[float]:
    criteria = int(design.criteria[index])
    if credential.assessment is None:
        return [_WIDEST] * (criteria + 1)
    slip, guess = _slip_and_guess(design, credential)
    rule, shift = credential.assessment.pass_rule, _mark_shift(design, credential)
    return [mark_distances(slip, guess, known / criteria, rule) - shift for known in range(criteria + 1)]


def _able_from(distances: list[float]) -> int:
    """Who knows everything can do it, however hard the mark."""
    return next((known for known, distance in enumerate(distances) if known and distance >= 0), len(distances) - 1)


def _error(design: CohortDesign, credential: MicroCredential) -> float:
    """Variance of one rater's error."""
    if not _is_rated(design, credential):
        return 0.0
    model = design.scenario.assessment
    slip, guess = _slip_and_guess(design, credential)
    return rating_error(slip, guess, model.rater_icc or 1.0, model.share_knowing)


def _is_rated(design: CohortDesign, credential: MicroCredential) -> bool:
    rated = credential.assessment is not None and credential.assessment.assessor in HUMAN
    return rated and design.scenario.assessment.rater_icc is not None


def _slip_and_guess(design: CohortDesign, credential: MicroCredential) -> tuple[float, float]:
    model, override = design.scenario.assessment, design.override(credential)
    return first_given(override.slip, model.slip), first_given(override.guess, model.guess)


def _mark_shift(design: CohortDesign, credential: MicroCredential) -> float:
    """How much higher than designed the scenario puts the mark, in standard deviations of a performance."""
    before = design.before.credentials[credential.id].assessment
    if before is None or credential.assessment is None:
        return 0.0
    return (credential.assessment.pass_score - before.pass_score) / design.scenario.assessment.score_spread


def _team_weight(design: CohortDesign, credential: MicroCredential) -> float:
    teams = design.scenario.teams
    tested = credential.assessment is not None and "team-test" in credential.assessment.methods
    return teams.team_test_weight if teams.on and tested else 0.0


def _attempt(design: CohortDesign, offered: npt.NDArray[np.bool_]) -> Floats:
    """Chance to try in each week, (P, B, W); `postponement` lowers it early in each time of offering."""
    model = design.scenario.assessment
    base = design.by_profession("attempt_probability", model.attempt_probability, None)
    chance = np.repeat(base[:, :, None], design.calendar.weeks, axis=2)
    if model.postponement == 0:
        return chance
    for badge, weeks in enumerate(offered):
        # Certain chances stay as they are: their logits are infinite.
        moved = logit(base[:, badge])[:, None] - model.postponement * _time_left(weeks)[None, :]
        chance[:, badge] = 1 / (1 + np.exp(-moved))
    return chance


def _time_left(offered: npt.NDArray[np.bool_]) -> Floats:
    """Share of the time of offering that still lies ahead: 1 in its first week, 0 in its last."""
    left = np.zeros(offered.size)
    week = 0
    while week < offered.size:
        if not offered[week]:
            week += 1
            continue
        end = week
        while end < offered.size and offered[end]:
            end += 1
        left[week:end] = np.arange(end - week - 1, -1, -1) / max(end - week - 1, 1)
        week = end
    return left


def _offered(design: CohortDesign, credential: MicroCredential) -> npt.NDArray[np.bool_]:
    change = design.scenario.design_changes.get(credential.id)
    again = change.offer_again_in if change else ()
    model = design.scenario.assessment
    before = design.before.credentials[credential.id]
    return offered_weeks(before, design.calendar, model.offered, model.open_terms_after, credential, again)


def _design(design: CohortDesign, credential: MicroCredential, name: str, without: int) -> int:
    override: int | None = getattr(design.override(credential), name)
    designed: int = getattr(credential.assessment, name) if credential.assessment else without
    return designed if override is None else override


def _scores_asked_for(design: CohortDesign) -> npt.NDArray[np.bool_]:
    """Credentials whose scores some rule asks for."""
    rules = [*(c.requires for c in design.credentials), *(s.rule for s in design.programme.stacks.values())]
    asked = {r.score.assessment for rule in rules if rule for r in walk(rule) if isinstance(r, Score)}
    return np.array([one.id in asked for one in design.credentials])


def _padded(values: list[float], most: int) -> list[float]:
    return values + [values[-1]] * (most + 1 - len(values))
