"""From knowing to passing: slip and guess, blurred by raters, shifted by another pass score.

An assessment compares a performance with a mark. On the scale where a performance has standard deviation 1 within
those who know (and within those who do not), *slip* and *guess* fix how far the two groups' means lie above the mark:
``z(1 - slip)`` and ``z(guess)``. Who knows a part of the criteria lies between, in proportion to the part, where the
score decides; where every row of the rubric must be passed, each row is passed with a chance of its own, so that those
who know all pass with 1 - slip and those who know nothing with guess.

A rater with intraclass correlation ICC adds error of variance ``var(true) (1 - ICC) / ICC``, where ``var(true)`` is the
variance of performance over everybody assessed, both groups together; the mean of two raters has half of it. Error
pulls both chances toward one half, so that a poor rater passes more of those who do not know and fails more of those
who do.
"""

from __future__ import annotations

from statistics import NormalDist

__all__ = ["HUMAN", "mark_distances", "pass_chances", "rating_error"]

_NORMAL = NormalDist()
#: Assessors whose ratings have error.
HUMAN = frozenset({"peer", "faculty", "preceptor"})
_WIDEST = 8.0


def pass_chances(
    *,
    slip: float,
    guess: float,
    assessor: str = "automatic",
    double_rated: float = 0.0,
    rater_icc: float | None = None,
    share_knowing: float = 0.6,
    mark_shift: float = 0.0,
    share_known: float = 1.0,
    pass_rule: str = "score",  # noqa: S107
) -> float:
    """Chance to pass one attempt for a learner who knows a share of the criteria.

    Parameters
    ----------
    slip, guess : float
        Chances of an attempt that is rated without error against the mark of the design: to fail who knows everything,
        to pass who knows nothing.
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
    share_known : float
        Share of the criteria that the learner knows.
    pass_rule : {"score", "every-row", "score-and-every-row"}
        As in the credential's file.

    Examples
    --------
    Without rater error the chances are those of the scenario; one rater of ICC 0.55 blurs them, two blur them less.

    >>> pass_chances(slip=0.1, guess=0.2), pass_chances(slip=0.1, guess=0.2, share_known=0)
    (0.9, 0.2)
    >>> one = pass_chances(slip=0.1, guess=0.2, assessor="faculty", rater_icc=0.55)
    >>> two = pass_chances(slip=0.1, guess=0.2, assessor="faculty", rater_icc=0.55, double_rated=1)
    >>> round(one, 3), round(two, 3)
    (0.782, 0.827)
    """
    icc = rater_icc if assessor in HUMAN else None
    if icc is None and mark_shift == 0 and share_known in (0, 1):
        return 1 - slip if share_known == 1 else guess
    distance = mark_distances(slip, guess, share_known, pass_rule) - mark_shift
    error = 0.0 if icc is None else rating_error(slip, guess, icc, share_knowing)
    one = _NORMAL.cdf(distance / (1 + error) ** 0.5)
    two = _NORMAL.cdf(distance / (1 + error / 2) ** 0.5)
    return (1 - double_rated) * one + double_rated * two


def mark_distances(slip: float, guess: float, share_known: float, pass_rule: str = "score") -> float:  # noqa: S107
    """How far the expected performance lies above the mark, in standard deviations of a performance.

    Examples
    --------
    Half of the criteria is worth half of the way by score, and less where every row has to be passed.

    >>> round(mark_distances(0.1, 0.2, 0.5), 2), round(mark_distances(0.1, 0.2, 0.5, "every-row"), 2)
    (0.22, -0.19)
    """
    knowing, not_knowing = _mark_distance(1 - slip), _mark_distance(guess)
    if share_known in (0, 1):
        return knowing if share_known == 1 else not_knowing
    top, bottom = _finite(knowing, _WIDEST), _finite(not_knowing, _WIDEST)
    by_score = share_known * top + (1 - share_known) * bottom
    if pass_rule == "score":  # noqa: S105
        return by_score
    by_rows = _finite(_mark_distance((1 - slip) ** share_known * guess ** (1 - share_known)), _WIDEST)
    return by_rows if pass_rule == "every-row" else min(by_rows, by_score)  # noqa: S105


def rating_error(slip: float, guess: float, icc: float, share_knowing: float) -> float:
    """Variance of one rater's error, where a performance has variance 1 among those who know equally much."""
    knowing, not_knowing = _mark_distance(1 - slip), _mark_distance(guess)
    between = share_knowing * (1 - share_knowing) * (_finite(knowing, 4.0) - _finite(not_knowing, 4.0)) ** 2
    return (1 + between) * (1 - icc) / icc


def _mark_distance(chance: float) -> float:
    if chance <= 0:
        return float("-inf")
    return float("inf") if chance >= 1 else _NORMAL.inv_cdf(chance)


def _finite(distance: float, widest: float) -> float:
    """A certain group (slip or guess 0) has no finite distance; beyond `widest` the variance says nothing more."""
    return max(-widest, min(widest, distance))
