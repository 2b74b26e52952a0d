"""The exact likelihood of awards where the model is a Markov chain, as in the reference programme.

Where learners of a profession do not differ, everybody takes part and stays, practice and assessment are there every
week and attempts do not run out, a learner and a credential whose prerequisite was met in week o are a chain of two
states (knows or not) until the award. The chance of an award in week t given o is then a product of 2 x 2 matrices,
and - since the award of the prerequisite is in the record - the chance of a whole record the product over learners
and credentials. Failed attempts are not looked at. Parameters are drawn from the exact posterior by Markov chains.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Badge
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.calendar_weeks import Calendar
from ipe_workbench.simulation.calibration.posterior import Posterior
from ipe_workbench.simulation.calibration.recorded_awards import AwardRecords
from ipe_workbench.simulation.calibration.sampling import sample
from ipe_workbench.simulation.compilation import compiled
from ipe_workbench.simulation.experiments.factors import Factor, with_values
from ipe_workbench.simulation.scenario import CredentialOverride, ProfessionOverride, Scenario

__all__ = ["award_chances", "fit_markov", "why_no_likelihood"]

Floats = npt.NDArray[np.float64]
#: What may differ from the defaults.
_UNDERSTOOD = (
    "id", "title", "description", "seed", "replicates", "cohort", "learning.known_at_start",
    "learning.learn_per_opportunity", "learning.forgetting", "learning.forget_per_week", "practice.when",
    "practice.needs_prerequisite", "heterogeneity.known_at_start_sd", "heterogeneity.learn_sd",
    "assessment.slip", "assessment.guess", "assessment.rater_icc", "assessment.attempt_probability",
    "assessment.offered", "participation.uptake", "participation.leave_before_start", "participation.drop_out",
    "professions", "credentials",
)  # fmt: skip


def why_no_likelihood(programme: Programme, scenario: Scenario) -> list[str]:
    """Reasons for which the model is not the chain whose likelihood is known; none: it is.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> why_no_likelihood(example_programme(), Scenario(id="s", title="S"))[0]
    'learners of a profession differ (heterogeneity)'
    """
    part, differ = scenario.participation, scenario.heterogeneity
    weeks = Calendar.of(programme).weeks
    uptakes = [part.uptake, *(one.uptake for one in scenario.professions.values() if one.uptake)]
    badges = list(programme.credentials.values())
    human = scenario.assessment.rater_icc is not None
    reasons = {
        "learners of a profession differ (heterogeneity)": differ.known_at_start_sd > 0 or differ.learn_sd > 0,
        "not everybody takes part": any(min(u.foundation, u.intermediate, u.advanced) < 1 for u in uptakes)
        or any((one.uptake or 1) < 1 for one in scenario.credentials.values()),
        "learners leave": part.leave_before_start > 0 or any(one.per_week > 0 for one in part.drop_out),
        "practice is not every week": scenario.practice.when != "every-week",
        "assessment is not every week": scenario.assessment.offered != "every-week",
        "raters err": human and any(one.assessment and one.assessment.assessor != "automatic" for one in badges),
        "a prerequisite is more than one badge": any(
            one.requires is not None and not isinstance(one.requires, Badge) for one in badges
        ),
        "badges expire": any(one.validity_months for one in badges),
        "attempts run out or have to wait": any(
            not one.assessment or one.assessment.attempts < min(weeks, 20) or one.assessment.retake_after_weeks > 1
            for one in badges
        ),
        "there are breaks between weeks": any(gap > 1 for gap in Calendar.of(programme).weeks_since_last[1:]),
    }
    found = [reason for reason, holds in reasons.items() if holds]
    others = [path for path in _changed(scenario.model_dump(exclude_defaults=True)) if not path.startswith(_UNDERSTOOD)]
    return [*found, *(f"`{path}` is not part of the chain" for path in others)]


def fit_markov(
    programme: Programme, scenario: Scenario, factors: Sequence[Factor], records: AwardRecords, *, draws: int = 400,
    warm_up: int = 600, thin: int = 2, chains: int = 4, seed: int = 1,
) -> Posterior:  # fmt: skip
    """The exact posterior of the factors, with uniform priors over their ranges (in the logarithm for a log scale).

    Raises
    ------
    UnusableInputError
        When the model is not the chain (`why_no_likelihood`).
    """
    reasons = why_no_likelihood(programme, scenario)
    if reasons:
        raise UnusableInputError(f"There is no likelihood: {'; '.join(reasons)}.", mend="Use approximate computation.")
    spells = _spells(programme, records)

    def log_density(x: Floats) -> float:
        shares = expit(x)
        jacobian = float(np.sum(np.log(shares) + np.log1p(-shares)))
        if not math.isfinite(jacobian):
            return -math.inf
        values = {factor.path: factor.at(float(share)) for factor, share in zip(factors, shares, strict=True)}
        try:
            return jacobian + spells.log_likelihood(with_values(scenario, values))
        except UnusableInputError:  # knowing would hurt
            return -math.inf

    drawn = sample(
        log_density, np.zeros(len(factors)), draws=draws, warm_up=warm_up, thin=thin, chains=chains, seed=seed
    )
    names = [factor.path for factor in factors]
    prior = np.random.default_rng(seed).random((4000, len(factors)))
    return Posterior(
        _values(factors, expit(drawn.values)), _values(factors, prior),
        dict(zip(names, drawn.rhat, strict=True)), dict(zip(names, drawn.effective, strict=True)),
    )  # fmt: skip


@compiled
def award_chances(
    weeks: int, known: float, learn: float, forget: float, attempt: float, slip: float, guess: float, needs_open: bool
) -> Any:
    """Chances (open week, award week) of the award in each week, given the week from whose start on it is open.

    The last column holds the chance of no award until the end. Weeks count from 0.
    """
    found = np.zeros((weeks, weeks + 1))
    for opens in range(weeks):
        knows, not_yet = known, 1.0
        for week in range(weeks):
            knows *= 1.0 - forget
            if week >= opens or not needs_open:
                knows += (not_yet - knows) * learn
            if week < opens:
                continue
            passed_known = knows * attempt * (1.0 - slip)
            passed_unknown = (not_yet - knows) * attempt * guess
            found[opens, week] = passed_known + passed_unknown
            knows -= passed_known
            not_yet -= passed_known + passed_unknown
        found[opens, weeks] = not_yet
    return found


@dataclass(frozen=True, eq=False)
class _Spells:
    """How many learners of each profession, for each credential open from a week on, earned it in which week."""

    weeks: int
    professions: tuple[str, ...]
    credentials: tuple[str, ...]
    counts: npt.NDArray[np.int64]  # (professions, credentials, open week, award week or none)

    def log_likelihood(self, scenario: Scenario) -> float:
        """Of the record, under the scenario."""
        total = 0.0
        tables: dict[tuple[float, ...], Floats] = {}
        for p, profession in enumerate(self.professions):
            for c, credential in enumerate(self.credentials):
                counts = self.counts[p, c]
                if not counts.any():
                    continue
                numbers = _numbers(scenario, profession, credential)
                if numbers not in tables:
                    known, learn, forget, attempt, slip, guess = numbers
                    needs_open = scenario.practice.needs_prerequisite
                    chances = award_chances(self.weeks, known, learn, forget, attempt, slip, guess, needs_open)
                    tables[numbers] = np.log(np.maximum(chances, 1e-300))
                total += float((counts * tables[numbers]).sum())
        return total


def _numbers(scenario: Scenario, profession: str, credential: str) -> tuple[float, ...]:
    """The chain's numbers; a credential's own value goes before a profession's, and that before the scenario's."""
    mine = scenario.professions.get(profession, ProfessionOverride())
    its = scenario.credentials.get(credential, CredentialOverride())
    learning, assessment = scenario.learning, scenario.assessment

    def chosen(*values: float | None) -> float:
        return next(value for value in values if value is not None)

    known = chosen(its.known_at_start, mine.known_at_start, learning.known_at_start)
    learn = chosen(its.learn_per_opportunity, mine.learn_per_opportunity, learning.learn_per_opportunity)
    forget = 0.0 if learning.forgetting == "none" else chosen(its.forget_per_week, learning.forget_per_week)
    return (
        _shifted(known, mine.known_at_start_shift), _shifted(learn, mine.learn_shift), forget,
        chosen(its.attempt_probability, mine.attempt_probability, assessment.attempt_probability),
        chosen(its.slip, assessment.slip), chosen(its.guess, assessment.guess),
    )  # fmt: skip


def _shifted(chance: float, logits: float) -> float:
    if logits == 0 or chance in (0.0, 1.0):
        return chance
    return float(expit(math.log(chance / (1 - chance)) + logits))


def _spells(programme: Programme, records: AwardRecords) -> _Spells:
    calendar = Calendar.of(programme)
    weeks, credentials = calendar.weeks, tuple(programme.credentials)
    professions = tuple(records.sizes)
    starts = np.array(calendar.dates, "datetime64[D]")
    known = records.awards[records.awards["item"].isin(credentials)].copy()
    days = known["on"].to_numpy("datetime64[D]")
    known["week"] = np.clip(np.searchsorted(starts, days, side="right") - 1, 0, weeks - 1)
    week = known.pivot(index="learner", columns="item", values="week").reindex(columns=list(credentials))
    profession = known.drop_duplicates("learner").set_index("learner")["profession"].reindex(week.index)
    counts = np.zeros((len(professions), len(credentials), weeks, weeks + 1), np.int64)
    for c, credential in enumerate(credentials):
        requires = programme.credentials[credential].requires
        award = week[credential].fillna(weeks).to_numpy(np.int64)
        opened = np.zeros(len(award), np.int64)
        if isinstance(requires, Badge):
            opened = week[requires.badge].fillna(weeks).to_numpy(np.int64) + 1
        here = opened < weeks
        p = np.array([professions.index(one) for one in profession], np.int64)
        np.add.at(counts[:, c], (p[here], opened[here], award[here]), 1)
        if requires is None:  # learners without any award are in the record by their number alone
            for at, name in enumerate(professions):
                counts[at, c, 0, weeks] += records.sizes[name] - int((profession == name).sum())
    return _Spells(weeks, professions, credentials, counts)


def _values(factors: Sequence[Factor], shares: Floats) -> pd.DataFrame:
    return pd.DataFrame({f.path: [f.at(float(share)) for share in shares[:, at]] for at, f in enumerate(factors)})


def _changed(data: dict[str, Any], prefix: str = "") -> list[str]:
    paths: list[str] = []
    for name, value in data.items():
        path = f"{prefix}{name}"
        paths += _changed(value, f"{path}.") if isinstance(value, dict) and value else [path]
    return paths
