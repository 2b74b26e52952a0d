"""Answers to surveys: ordinal items behind which stands a factor that changes by a known amount.

The factor of a learner is correlated from wave to wave and weakly with skill. An answer is the factor plus the item's
own part, cut into the steps of the scale, high up, so that answers pile up at the top. Some leave items out, some give
one answer to all, and those who were low at the start answer later waves less often.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from ipe_workbench.evaluation import Instrument, InstrumentItem
from ipe_workbench.practice.cohort import Cohort
from ipe_workbench.practice.survey_plan import SurveyWave
from ipe_workbench.practice.truths import Truths

__all__ = ["Answer", "earlier_differences", "expected_changes", "factor_changes", "survey_answers"]

#: More steps than this are answered in tens, as on a scale from 0 to 100.
_STEPS = 11


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the learner's place, the wave, the item, the value or a comment, and the day."""

    learner: int
    wave: SurveyWave
    item: str
    value: float | None
    comment: str
    on: datetime.date


def survey_answers(cohort: Cohort, waves: Sequence[SurveyWave], *, after: Cohort | None = None) -> Iterator[Answer]:
    """Every answer, wave by wave. With `after`, the cohort has no badges, came before that one, and is asked once."""
    for family in _families(waves):
        yield from _family_answers(cohort, family, after)


def factor_changes(instrument: Instrument, truths: Truths) -> dict[str, float]:
    """The change of the factor behind each scale from first to last wave, in its standard deviations at the start."""
    if instrument.total:
        return dict.fromkeys(instrument.scales(), truths.survey_change)
    changes = truths.subscale_changes
    return {scale: changes[place % len(changes)] for place, scale in enumerate(instrument.scales())}


def expected_changes(waves: Sequence[SurveyWave], truths: Truths, seed: int) -> list[dict[str, Any]]:
    """The mean change of each scale in points that the truths lead to, between the first and the last wave.

    It holds if everybody answers: drop-out that depends on the start, one of the truths, moves what is observed.
    """
    rows = []
    for family in _families(waves):
        first, last = family[0], family[-1]
        form, again = _Form(first.instrument, truths, seed), _Form(last.instrument, truths, seed)
        for scale, change in factor_changes(first.instrument, truths).items():
            true = change + (truths.response_shift if first.frame == "retrospective-pre" else 0.0)
            before = _mean(form, first.instrument, scale, -truths.response_shift * (true != change))
            after = _mean(again, last.instrument, scale, change)
            rows.append(
                {
                    "instrument": first.instrument.id,
                    "scale": scale,
                    "from": first.id,
                    "to": last.id,
                    "factor_change": true,
                    "mean_change_in_points": round((1 - truths.straight_liners) * (after - before), 4),
                }
            )
    return rows


def earlier_differences(waves: Sequence[SurveyWave], truths: Truths, seed: int) -> list[dict[str, Any]]:
    """By how many points the earlier cohort lies below this one's last wave on each scale, if everybody answers."""
    rows = []
    for family in _families([one for one in waves if one.frame == "post"]):
        last = family[-1]
        form = _Form(last.instrument, truths, seed)
        for scale, change in factor_changes(last.instrument, truths).items():
            own, earlier = (_mean(form, last.instrument, scale, change - one) for one in (0, truths.earlier_difference))
            points = round((1 - truths.straight_liners) * (own - earlier), 4)
            row = {
                "instrument": last.instrument.id,
                "scale": scale,
                "wave": last.id,
                "mean_difference_in_points": points,
            }
            rows.append(row)
    return rows


class _Form:
    """An instrument's items as arrays: the factor that each belongs to, thresholds, and the values of the steps."""

    def __init__(self, instrument: Instrument, truths: Truths, seed: int) -> None:
        steps = int(instrument.maximum - instrument.minimum) + 1
        steps = steps if steps <= _STEPS else _STEPS
        self.values = np.linspace(instrument.minimum, instrument.maximum, steps)
        self.items: list[InstrumentItem] = list(instrument.items)
        scales = {name: place for place, name in enumerate(_factors(instrument))}
        self.factor = np.array([0 if instrument.total else scales.get(one.subscale or "", 0) for one in self.items])
        self.reverse = np.array([one.reverse for one in self.items])
        # Parallel forms, and the waves of one instrument, share nothing but the scale's place.
        own = np.random.Generator(np.random.PCG64([seed, *instrument.id.encode()]))
        self.shift = own.normal(0, 0.3, len(self.items))
        self.cuts = np.linspace(-1.8, 1.8, steps - 1) - truths.ceiling
        self.loading = truths.loading

    def answers(self, factor: npt.NDArray[np.float64], random: np.random.Generator) -> npt.NDArray[np.float64]:
        """Raw answers, as keyed on paper: learners by items; `factor` is learners by factors."""
        own = random.standard_normal((len(factor), len(self.items))) * np.sqrt(1 - self.loading**2)
        shown = self.loading * factor[:, self.factor] + own + self.shift
        keyed = self.values[(shown[..., None] > self.cuts).sum(axis=-1)]
        return np.asarray(np.where(self.reverse, self.values[0] + self.values[-1] - keyed, keyed))


def _mean(form: _Form, instrument: Instrument, scale: str, factor: float) -> float:
    """Expected score of a scale where the factor has this mean and unit variance (exact, for normal factors)."""
    wanted = {one.number for one in instrument.scales()[scale]}
    rows = [place for place, one in enumerate(form.items) if one.number in wanted]
    above = norm.cdf(form.loading * factor + form.shift[rows][:, None] - form.cuts)
    step = form.values[1] - form.values[0]
    score = form.values[0] + step * above.sum(axis=1)
    return float(score.mean() if instrument.scoring == "mean" else score.sum())


def _factors(instrument: Instrument) -> list[str]:
    return ["total"] if instrument.total else list(instrument.scales())


def _families(waves: Sequence[SurveyWave]) -> list[list[SurveyWave]]:
    """Waves that are compared with each other: of one instrument, or of its parallel form."""
    found: dict[str, list[SurveyWave]] = {}
    for one in waves:
        found.setdefault(min(one.instrument.id, one.instrument.parallel_form or one.instrument.id), []).append(one)
    return list(found.values())


def _family_answers(cohort: Cohort, waves: Sequence[SurveyWave], after: Cohort | None) -> Iterator[Answer]:
    first, truths = waves[0].instrument, cohort.truths
    random = cohort.random("survey", first.id, "earlier" if after else "")
    count, names = len(cohort.learners), _factors(first)
    with_skill = truths.skill_in_ratings_of_self
    start = with_skill * cohort.skill[:, None] + np.sqrt(1 - with_skill**2) * random.standard_normal(
        (count, len(names))
    )
    straight = random.random(count) < truths.straight_liners
    always = random.random(count)
    changes = np.array([factor_changes(first, truths).get(one, truths.survey_change) for one in names])
    # Both cohorts answer the same items.
    items = (after or cohort).seed
    asked = waves[-1:] if after else waves
    for wave in asked:
        factor = _factor(cohort, wave, start, changes, random)
        if after:
            factor = factor - truths.earlier_difference
        form = _Form(wave.instrument, truths, items)
        answers = form.answers(factor, random)
        answers[straight] = form.values[random.integers(len(form.values), size=(int(straight.sum()), 1))]
        says = always < _chance_to_answer(truths, wave, start.mean(axis=1))
        left_out = random.random(answers.shape) < truths.missing_items
        days = random.integers(0, 12, count)
        for place in np.flatnonzero(says):
            on = wave.opens + datetime.timedelta(days=int(days[place]))
            if not cohort.there(int(place), on):
                continue
            for column, item in enumerate(wave.instrument.items):
                if not left_out[place, column] and _is_asked(item, wave):
                    yield Answer(int(place), wave, item.number, float(answers[place, column]), "", on)


def _chance_to_answer(truths: Truths, wave: SurveyWave, start: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """One number a learner decides about all waves, so that whoever is lost mostly stays lost."""
    if truths.response_rate >= 1:
        return np.ones(len(start))
    logit = np.log(truths.response_rate / (1 - truths.response_rate)) - truths.lost_by_wave * wave.occasion
    return np.asarray(1 / (1 + np.exp(-logit - (truths.drop_out_by_baseline * start if wave.occasion else 0.0))))


def _is_asked(item: InstrumentItem, wave: SurveyWave) -> bool:
    """A question beside the scales, such as one on the overall change, is asked once, after."""
    return item.scored or wave.frame != "retrospective-pre"


def _factor(
    cohort: Cohort,
    wave: SurveyWave,
    start: npt.NDArray[np.float64],
    changes: npt.NDArray[np.float64],
    random: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """The factors of all learners in a wave: those of the start, or correlated with them and moved by the change."""
    truths = cohort.truths
    if wave.frame == "retrospective-pre":
        # People think back to what they were, and from where they are now they see it lower.
        own = np.sqrt(1 - 0.8**2) * random.standard_normal(start.shape)
        return np.asarray(0.8 * start + own - truths.response_shift)
    if wave.occasion == 0:
        return start
    kept = truths.stability
    teams = cohort.team_of(wave.term)
    team = np.array([teams.get(place, 0) for place in range(len(start))])
    shared = random.standard_normal((team.max() + 1, 1))[team] * np.sqrt(truths.team_share * (1 - kept**2))
    own = random.standard_normal(start.shape) * np.sqrt((1 - truths.team_share) * (1 - kept**2))
    return np.asarray(kept * start + own + shared + changes * wave.progress)
