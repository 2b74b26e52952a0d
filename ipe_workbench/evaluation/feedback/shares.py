"""Shares with intervals, hidden where they would speak of few people."""

from __future__ import annotations

from dataclasses import dataclass

from statsmodels.stats.proportion import proportion_confint

from ipe_workbench.records.privacy.suppression import THRESHOLD

__all__ = ["Share", "share_of"]


@dataclass(frozen=True)
class Share:
    """A share of `n` learners with its interval; without numbers where it is hidden."""

    share: float | None
    low: float | None
    high: float | None
    n: int | None

    @property
    def hidden(self) -> bool:
        """Whether too few people stand behind it."""
        return self.share is None


def share_of(count: int, n: int, *, level: float = 0.95, threshold: int = THRESHOLD) -> Share:
    """A share with Wilson's interval, or nothing where fewer than `threshold` have it, or do not have it.

    The rule of `records.privacy.safe_shares` for a group by itself.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209, doi 10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> found = share_of(30, 100)
    >>> found.share, round(found.low, 2), round(found.high, 2), share_of(3, 100).share
    (0.3, 0.22, 0.4, None)
    """
    if min(count, n - count) < threshold:
        return Share(None, None, None, n if n >= threshold else None)
    low, high = proportion_confint(count, n, alpha=1 - level, method="wilson")
    return Share(count / n, float(low), float(high), n)
