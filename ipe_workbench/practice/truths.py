"""What is true in practice records: every effect that an analysis should find again, as one value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Truths"]


@dataclass(frozen=True)
class Truths:
    """The effects in practice records. Defaults are judgement: plausible sizes, not findings of any study.

    Parameters
    ----------
    slip_by_skill : float
        By how much the logit of slipping in an assessment falls with one standard deviation of skill. The simulator's
        own learners hardly differ in that; with 0 the cohort is exactly the scenario's.
    growth_per_term : float
        Growth of shown skill by each term, in standard deviations of skill.
    occasion_sd : float
        Spread of one performance around a learner's skill.
    rating_noise : float
        Spread of a single rating of one criterion.
    severity_sd : float
        Spread of raters' severity, in standard deviations of skill.
    severe, lenient : float
        Severity of the first and the second rater.
    erratic : float
        Factor on the rating noise of the third rater.
    hard_criterion : float
        How much harder one criterion of one rubric is than it would be.
    retention_loss : float
        Loss of shown skill twelve months after a badge, in standard deviations of skill.
    item_bias : float
        How much harder the first item of the first test is for first-generation learners, in logits.
    survey_change : float
        Change of the factor behind a survey from its first to its last wave, in its standard deviations, for scales
        with a total.
    subscale_changes : tuple of float
        The same for the subscales of instruments without a total, in turn.
    response_shift : float
        How much lower the factor is in a retrospective pretest than it was in a true one.
    stability : float
        Correlation of the factor between two waves.
    skill_in_ratings_of_self : float
        Correlation of the factor behind a survey with skill.
    loading : float
        Correlation of each item with its factor.
    ceiling : float
        How far answers lie toward the upper end, in standard deviations.
    team_share : float
        Part of the factor's variance in later waves that lies between teams.
    response_rate : float
        Share of learners who answer the first wave.
    lost_by_wave : float
        By how much the logit of answering falls from wave to wave.
    drop_out_by_baseline : float
        By how much the logit of answering a later wave rises with one standard deviation of the factor at the start.
    missing_items : float
        Share of single answers left out.
    straight_liners : float
        Share of learners who give one answer to every item.
    earlier_difference : float
        How much lower the factor of the earlier cohort, which had no badges, is at its end.
    """

    slip_by_skill: float = 1.5
    growth_per_term: float = 0.15
    occasion_sd: float = 0.4
    rating_noise: float = 0.6
    severity_sd: float = 0.3
    severe: float = 0.9
    lenient: float = -0.9
    erratic: float = 2.0
    hard_criterion: float = 1.2
    retention_loss: float = 0.3
    item_bias: float = 0.8
    survey_change: float = 0.5
    subscale_changes: tuple[float, ...] = (0.3, 0.4, 0.0, -0.2)
    response_shift: float = 0.4
    stability: float = 0.6
    skill_in_ratings_of_self: float = 0.2
    loading: float = 0.75
    ceiling: float = 0.8
    team_share: float = 0.05
    response_rate: float = 0.9
    lost_by_wave: float = 0.6
    drop_out_by_baseline: float = 0.4
    missing_items: float = 0.02
    straight_liners: float = 0.02
    earlier_difference: float = 0.25

    def to_dict(self) -> dict[str, Any]:
        """The parameters as plain JSON."""
        return asdict(self)
