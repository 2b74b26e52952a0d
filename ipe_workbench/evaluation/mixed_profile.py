"""Intervals of the standard deviations of a mixed model, from the profile of its likelihood.

A standard deviation is held fixed, all else is fitted anew, and the ends lie where twice the log likelihood has fallen
by the quantile of chi-squared. Near zero and with few levels this holds where the interval of Wald, symmetric on the
logarithm, is too wide and has no upper end. With few levels the quantile is multiplied by Bartlett's factor for a mean
square, 1 + 1 / (3 (levels - 1)): without it 95 % hold the truth in 94.6 % with ten levels, in 93.8 % with four.

References
----------
Bates D, Mächler M, Bolker B, Walker S. J Stat Softw 2015;67(1), doi 10.18637/jss.v067.i01, section 5.1 (profiles).
Bartlett MS. Proc R Soc A 1937;160:268, doi 10.1098/rspa.1937.0109 (the factor).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from threadpoolctl import threadpool_limits

from ipe_workbench.evaluation.mixed_equations import Equations, Solution

__all__ = ["SdProfile"]

Numbers = NDArray[np.float64]
#: The deviance is minimised to within so much; the quantile of 95 % is 3.84.
_NEAR = 1e-3
#: Another component rises from zero where that lowers the deviance by more than a reader could see in an end.
_WORTH = 0.02
_BAD, _LIFT = 1e300, 0.05


class SdProfile:
    """The profile of one likelihood around its best fit, for terms with a random intercept alone, and the residual.

    Parameters
    ----------
    equations : Equations
    theta : array
        Relative factors of the best fit.
    sigma : float
        Its residual standard deviation.
    free : sequence of int
        Elements of theta that are not at zero.
    hessian : array
        Of the criterion that profiles only beta, by the free elements of theta and by log sigma.
    restricted : bool
        The restricted likelihood, which is what is fitted; or the full one, which lme4's ``confint`` profiles.
    """

    def __init__(
        self, equations: Equations, theta: Numbers, sigma: float, free: list[int], hessian: Numbers,
        *, restricted: bool = True,
    ) -> None:  # fmt: skip
        self.equations, self.theta, self.sigma, self.free, self.hessian = equations, theta, sigma, list(free), hessian
        self._restricted, self._best_x = restricted, np.append(theta[self.free], math.log(sigma))
        if not restricted:
            found = _least(self._value_of_all, self._best_x)
            self._best_x, self.theta, self.sigma = found.x, theta.copy(), math.exp(found.x[-1])
            self.theta[self.free] = found.x[:-1]
        self._best = self._value_of_all(self._best_x)

    def interval(self, term: str, level: float, *, corrected: bool = True) -> tuple[float, float] | None:
        """The ends of one standard deviation: low may be zero, and high infinite where the likelihood falls too little.

        Parameters
        ----------
        term : str
            Name of the term, or ``residual``.
        level : float
        corrected : bool
            Whether Bartlett's factor is used; lme4 does without.

        Returns
        -------
        (low, high) or None
            None for a term with slopes, whose deviations cannot be held fixed one by one.
        """
        at, start, fall = None, 0, float(stats.chi2.ppf(level, 1))
        for one, size in zip(self.equations.terms, self.equations.sizes, strict=True):
            if one.name == term:
                if size > 1:
                    return None
                at = start
                fall *= 1 + 1 / (3 * max(one.levels - 1, 1)) if corrected else 1.0
            start += size
        with threadpool_limits(limits=1 if self.equations.small else None, user_api="blas"):
            return self._ends(at, fall)

    def _ends(self, at: int | None, fall: float) -> tuple[float, float]:
        others = [one for one in self.free if one != at]
        zero = [one for one in self.equations.diagonal if one not in self.free and one != at]
        low, high, raised = self._search(at, others, zero, fall)
        if raised:
            # With this one held elsewhere another may rise from zero; then it is searched, too.
            low, high, _ = self._search(at, [*others, *raised], [], fall)
        return low, high

    def _search(
        self, at: int | None, others: list[int], zero: list[int], fall: float
    ) -> tuple[float, float, list[int]]:
        place = self._place_of_residual if at is None else self._place_of(at)

        def value(x: Numbers, fixed: float, lifted: int | None = None) -> float:
            theta, sigma = place(x, fixed, others)
            if lifted is not None:
                theta[lifted] = _LIFT
            return self._value(theta, sigma)

        sigma = self.sigma
        best = sigma if at is None else float(abs(self.theta[at])) * sigma if at in self.free else 0.0
        start = np.where([one in self.free for one in others], self.theta[others], _LIFT)
        start = start * sigma if at is None else np.append(start, self._best_x[-1])
        curve = _Curve(value, start, self._bends(at, others, sigma), self._best, fall)
        low, high = curve.ends(best, sigma, self._spread(at))
        raised = []
        for end in (one for one in (low, high) if zero and 0 < one < math.inf):
            near = min(curve.known, key=lambda s: abs(s - end))
            least, x = curve.known[near]
            raised += [one for one in zero if one not in raised and value(x, near, one) < least - _WORTH]
        return low, high, raised

    def _place_of(self, at: int) -> Callable[[Numbers, float, list[int]], tuple[Numbers, float]]:
        """Theta and sigma where a term has a given deviation: x holds the other elements and log sigma."""

        def place(x: Numbers, fixed: float, others: list[int]) -> tuple[Numbers, float]:
            theta, sigma = self.theta.copy(), math.exp(x[-1])
            theta[others], theta[at] = x[:-1], fixed / sigma
            return theta, sigma

        return place

    def _place_of_residual(self, x: Numbers, fixed: float, others: list[int]) -> tuple[Numbers, float]:
        """Theta and sigma where the residual has a given deviation: x holds the others in units of the response."""
        theta = self.theta.copy()
        theta[others] = x / fixed
        return theta, fixed

    def _bends(self, at: int | None, others: list[int], sigma: float) -> Numbers:
        """The Hessian of the best fit by x, what is held fixed being a standard deviation and not theta."""
        size = len(self.free)
        jacobian = np.zeros((size + 1, len(others)))
        for column, one in enumerate(others):
            if one in self.free:
                jacobian[self.free.index(one), column] = 1.0
        if at is None:
            jacobian /= sigma
        else:
            log_sigma = np.zeros(size + 1)
            log_sigma[size] = 1.0
            if at in self.free:
                log_sigma[self.free.index(at)] = -self.theta[at]
            jacobian = np.column_stack([jacobian, log_sigma])
        bends = np.asarray(jacobian.T @ self.hessian @ jacobian)
        # Those that are not free have no curvature known at zero; the search mends what is put here.
        lost = np.flatnonzero(np.diag(bends) <= 0)
        bends[lost, lost] = float(self.hessian[-1, -1]) / (sigma**2 if at is None else 1.0)
        return bends

    def _spread(self, at: int | None) -> float:
        """About how far the logarithm of the deviation is known; where nothing is known, a third."""
        slope = np.zeros(len(self.free) + 1)
        slope[-1] = 1.0
        if at in self.free:
            slope[self.free.index(at)] = 1 / self.theta[at]
        try:
            found = float(2 * slope @ np.linalg.solve(self.hessian, slope))
        except np.linalg.LinAlgError:
            return 1 / 3
        return math.sqrt(found) if (at is None or at in self.free) and 0 < found < 1 else 1 / 3

    def _value_of_all(self, x: Numbers) -> float:
        theta = self.theta.copy()
        theta[self.free] = x[:-1]
        return self._value(theta, math.exp(x[-1]))

    def _value(self, theta: Numbers, sigma: float) -> float:
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                value = self._criterion(self.equations.solve(theta), sigma)
        except (np.linalg.LinAlgError, OverflowError):
            return _BAD
        return value if math.isfinite(value) else _BAD

    def _criterion(self, solved: Solution, sigma: float) -> float:
        df, logdet = self.equations.n - self.equations.p, solved.logdet
        if not self._restricted:
            # The determinant of the fixed effects belongs to the restricted likelihood alone.
            df, logdet = self.equations.n, logdet + float(np.linalg.slogdet(solved.unscaled)[1])
        return float(logdet + solved.squares / sigma**2 + df * math.log(2 * math.pi * sigma**2))


class _Curve:
    """The least value over x of a function of x and s, followed from where it is least by s, too."""

    def __init__(
        self, value: Callable[[Numbers, float], float], start: Numbers, hessian: Numbers, best: float, fall: float
    ) -> None:
        self._value, self._start, self._hessian, self._best, self._fall = value, start, hessian, best, fall
        #: The least value at each s that was looked at, and where it lies.
        self.known: dict[float, tuple[float, Numbers]] = {}

    def ends(self, best: float, scale: float, spread: float) -> tuple[float, float]:
        """Where the least value has risen by the fall of the likelihood, below and above `best`.

        `scale` is of the size that deviations have, `spread` about the standard error of the logarithm of `best`.
        """
        small = math.log(1e-3 * scale)
        start = max(math.log(best), small) if best > 0 else small
        step = 1.1 * math.sqrt(self._fall) * spread
        if start <= small:
            return 0.0, math.exp(self._above_zero(math.log(0.1 * scale)))
        low = math.exp(self._crossing(start, -1, small, step))
        return low, math.exp(self._crossing(start, +1, start + 40, step))

    def _above_zero(self, at: float) -> float:
        """The same from a best value of zero, where the rise goes with a power of s: straight in both logarithms."""
        below, above, last = -math.inf, math.inf, None
        power = 2.5
        for _ in range(30):
            rise = math.log(max(self._least(math.exp(at)) - self._best, 1e-9) / self._fall)
            below, above = (at, above) if rise < 0 else (below, at)
            if last is not None and at != last[0] and (rise - last[1]) / (at - last[0]) > 0.1:
                power = (rise - last[1]) / (at - last[0])
            if abs(rise) < 5e-4 * power:
                return at
            last, at = (at, rise), at - min(max(rise / power, -2.0), 2.0)
            if not below < at < above:
                at = (below + above) / 2
        return math.inf if above == math.inf else at

    def _crossing(self, start: float, way: int, limit: float, step: float) -> float:
        """The logarithm at which the likelihood has fallen, from `start` on one way; infinite where it never does."""
        inside, asked = start, way > 0
        while way * (limit - inside) > 0:
            if not asked and start - inside > 1.0:
                asked = True
                if self._rise(limit) < 0:
                    return -math.inf
            outside = inside + way * step
            if self._rise(outside) >= 0:
                ends = sorted((inside, outside))
                return float(optimize.brentq(lambda t: self._rise(t, start), *ends, xtol=5e-4, rtol=1e-6))
            inside, step = outside, step * 1.6
        return way * math.inf

    def _rise(self, at: float, start: float | None = None) -> float:
        """How far the root of the rise lies above that of the fall; nearly straight in the logarithm of s."""
        if at == start:
            return -math.sqrt(self._fall)
        rest = self._least(math.exp(at)) - self._best
        return math.sqrt(max(rest, 0.0)) - math.sqrt(self._fall)

    def _least(self, s: float) -> float:
        if s not in self.known:
            self.known[s] = self._descend(self._foreseen(math.log(s)), s)
        return self.known[s][0]

    def _foreseen(self, at: float) -> Numbers:
        """Where the least value is likely to lie: on the line through the two nearest places that are known."""
        near = sorted(self.known, key=lambda one: abs(math.log(one) - at))[:2]
        places = [(math.log(one), self.known[one][1]) for one in near]
        if not places:
            return self._start
        (first, x), *more = places
        if not more or abs(at - first) > 2 * abs(more[0][0] - first):
            return x
        (second, y), *_ = more
        return np.asarray(x + (at - first) / (second - first) * (y - x))

    def _descend(self, x: Numbers, s: float) -> tuple[float, Numbers]:
        """Newton's steps with the Hessian of the best fit; a general search where these do not arrive."""
        value = self._value(x, s)
        for _ in range(8):
            if not len(x):
                return value, x
            slope = self._slope(x, s, value)
            try:
                step = np.linalg.solve(self._hessian, slope)
            except np.linalg.LinAlgError:
                break
            gain = float(slope @ step)
            if 0 <= gain < _NEAR:
                return value - gain / 2, x - step
            moved, part = x - step, 1.0
            ahead = self._value(moved, s)
            while ahead > value and part > 0.1:
                part /= 2
                moved = x - part * step
                ahead = self._value(moved, s)
            if ahead > value:
                break
            x, value = moved, ahead
        found = _least(lambda one: self._value(one, s), x)
        return min(float(found.fun), value), found.x if found.fun < value else x

    def _slope(self, x: Numbers, s: float, value: float) -> Numbers:
        steps = np.maximum(1e-5, 1e-5 * np.abs(x))
        return np.array([(self._value(x + one, s) - value) / h for one, h in zip(np.diag(steps), steps, strict=True)])


def _least(value: Callable[[Numbers], float], start: Numbers) -> optimize.OptimizeResult:
    return optimize.minimize(value, start, method="L-BFGS-B", options={"eps": 1e-6, "ftol": 1e-10, "maxfun": 2000})
