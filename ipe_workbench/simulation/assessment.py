"""From knowing to passing: slip and guess, blurred by raters, shifted by another pass score.

An assessment compares a performance with a mark. On the scale where a performance has standard deviation 1 within
those who know (and within those who do not), *slip* and *guess* fix how far the two groups' means lie above the mark:
``z(1 - slip)`` and ``z(guess)``. A rater with intraclass correlation ICC adds error of variance
``var(true) (1 - ICC) / ICC``, where ``var(true)`` is the variance of performance over everybody assessed, both groups
together; the mean of two raters has half of it. Error pulls both chances toward one half, so that a poor rater passes
more of those who do not know and fails more of those who do.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

__all__ = ["PassChances", "pass_chances"]

_NORMAL = NormalDist()
_HUMAN = frozenset({"peer", "faculty", "preceptor"})


@dataclass(frozen=True, slots=True)
class PassChances:
    """Chances to pass one attempt: for a learner who knows, and for one who does not."""

    knowing: float
    not_knowing: float


def pass_chances(
    *,
    slip: float,
    guess: float,
    assessor: str = "automatic",
    double_rated: float = 0.0,
    rater_icc: float | None = None,
    share_knowing: float = 0.6,
    mark_shift: float = 0.0,
) -> PassChances:
    """Chances to pass one attempt.

    Parameters
    ----------
    slip, guess : float
        Chances of an attempt that is rated without error against the mark of the design.
    assessor : str
        Who rates; only peers, faculty and preceptors add rater error.
    double_rated : float
        Share of attempts seen by a second rater, whose ratings are averaged.
    rater_icc : float or None
        Reliability of one rater; ``None`` adds no error.
    share_knowing : float
        Share of those assessed who know; it fixes the variance that the ICC is relative to.
    mark_shift : float
        How much higher the mark lies than in the design, in standard deviations of a performance.

    Examples
    --------
    Without rater error the chances are those of the scenario; one rater of ICC 0.55 blurs them, two blur them less.

    >>> pass_chances(slip=0.1, guess=0.2)
    PassChances(knowing=0.9, not_knowing=0.2)
    >>> one = pass_chances(slip=0.1, guess=0.2, assessor="faculty", rater_icc=0.55)
    >>> two = pass_chances(slip=0.1, guess=0.2, assessor="faculty", rater_icc=0.55, double_rated=1)
    >>> round(one.knowing, 3), round(two.knowing, 3)
    (0.782, 0.827)
    """
    icc = rater_icc if assessor in _HUMAN else None
    if icc is None and mark_shift == 0:
        return PassChances(1 - slip, guess)
    knowing, not_knowing = _mark_distance(1 - slip), _mark_distance(guess)
    error = 0.0
    if icc is not None:
        between = share_knowing * (1 - share_knowing) * (_finite(knowing) - _finite(not_knowing)) ** 2
        error = (1 + between) * (1 - icc) / icc
    return PassChances(
        _blurred(knowing - mark_shift, error, double_rated), _blurred(not_knowing - mark_shift, error, double_rated)
    )


def _blurred(distance: float, error: float, double_rated: float) -> float:
    one = _NORMAL.cdf(distance / (1 + error) ** 0.5)
    two = _NORMAL.cdf(distance / (1 + error / 2) ** 0.5)
    return (1 - double_rated) * one + double_rated * two


def _mark_distance(chance: float) -> float:
    if chance <= 0:
        return float("-inf")
    return float("inf") if chance >= 1 else _NORMAL.inv_cdf(chance)


def _finite(distance: float) -> float:
    """A certain group (slip or guess 0) has no finite distance; beyond 4 the variance says nothing more."""
    return max(-4.0, min(4.0, distance))
