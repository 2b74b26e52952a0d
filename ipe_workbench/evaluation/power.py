"""Power: how many learners an evaluation needs, and the smallest change it could see."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import optimize, stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import Analysis, Estimate, remark
from ipe_workbench.evaluation.intervals import noncentral_t_cdf

__all__ = ["solve_power"]

Design = Literal["paired", "two-groups"]


def solve_power(
    *,
    design: Design = "paired",
    effect: float | None = None,
    n: float | None = None,
    aim: float | None = None,
    alpha: float = 0.05,
    icc: float = 0.0,
    team_size: float = 1.0,
) -> Analysis:
    """Solve for the one of effect, n and power that is not given (two-sided t test).

    Parameters
    ----------
    design : {"paired", "two-groups"}
        Pairs, the effect being d_z; or two equal groups, the effect being d with the pooled SD.
    effect : float, optional
        Standardised effect.
    n : float, optional
        Pairs, or learners in each group.
    aim : float, optional
        Power, such as 0.8.
    alpha : float
        Size of the test.
    icc, team_size : float
        When whole teams differ: intraclass correlation of what is compared, and learners a team. The sample then counts
        for n / (1 + (team_size - 1) icc).

    Returns
    -------
    Analysis
        ``effect``, ``n`` (as needed, not rounded), ``power`` and ``design_effect``.

    Raises
    ------
    UnusableInputError
        Unless exactly one of the three is left open, or when a value lies outside its range.

    References
    ----------
    Cohen J. Statistical Power Analysis, 1988; the noncentral t distribution is used throughout. Design effect: Kish L.
    Survey Sampling, 1965. There is no observed power here: it says nothing beyond the p-value (Hoenig JM, Heisey DM. Am
    Stat 2001;55:19).

    Examples
    --------
    >>> round(solve_power(effect=0.2, aim=0.8)["n"].estimate, 2)
    198.15
    >>> round(solve_power(design="two-groups", effect=0.5, n=64)["power"].estimate, 4)
    0.8015
    """
    _check(effect, n, aim, alpha, icc, team_size)
    factor = 1 + (team_size - 1) * icc
    if effect is None and n is not None and aim is not None:
        low, high = 1e-6, 50.0
        effect = _root(lambda d: _power(design, d, n / factor, alpha) - aim, low, high)
    elif n is None and effect is not None and aim is not None:
        n = factor * _root(lambda m: _power(design, abs(effect), m, alpha) - aim, 2.0, 1e8)
    elif effect is not None and n is not None:
        aim = _power(design, abs(effect), n / factor, alpha)
    if effect is None or n is None or aim is None:
        raise AssertionError("_check leaves exactly one of the three open")
    found = [] if factor == 1 else [
        remark("design-effect", f"Teams make {n:.0f} learners count for {n / factor:.0f}.", "", "info")
    ]  # fmt: skip
    counted, how = int(np.ceil(n - 1e-9)), f"noncentral t, two-sided, alpha {alpha:g}"
    unit = "pairs" if design == "paired" else "learners in each group"
    return Analysis(
        "power",
        [
            Estimate("effect", effect, None, None, counted, f"{'d_z' if design == 'paired' else 'd_pooled_sd'}; {how}"),
            Estimate("n", n, None, None, counted, f"{unit}; {how}"),
            Estimate("power", aim, None, None, counted, how),
            Estimate("design_effect", factor, None, None, counted, "1 + (team_size - 1) icc"),
        ],
        findings=found,
        sentence=f"{counted} {unit} see a standardised effect of {effect:.3f} with a power of {aim:.2f}.",
        model=f"{design} t test",
    )


def _power(design: Design, effect: float, n: float, alpha: float) -> float:
    df, ncp = (n - 1, effect * np.sqrt(n)) if design == "paired" else (2 * n - 2, effect * np.sqrt(n / 2))
    critical = float(stats.t.ppf(1 - alpha / 2, df))
    return 1 - noncentral_t_cdf(critical, df, ncp) + noncentral_t_cdf(-critical, df, ncp)


def _root(function: object, low: float, high: float) -> float:
    if function(high) < 0 or function(low) > 0:  # type: ignore[operator]
        raise UnusableInputError("No value in reach gives that power.", mend="Ask for less, or for a larger effect.")
    return float(optimize.brentq(function, low, high, xtol=1e-10))


def _check(
    effect: float | None, n: float | None, aim: float | None, alpha: float, icc: float, team_size: float
) -> None:
    if [effect, n, aim].count(None) != 1:
        raise UnusableInputError("Two of effect, n and power must be given.", mend="Leave out the one you ask for.")
    ranges = [("alpha", alpha, 0, 1), ("icc", icc, -1e-9, 1), ("team size", team_size, 0.999, 1e6)]
    ranges += [("effect", effect, -50, 50)] if effect is not None else []
    ranges += [("power", aim, alpha, 1)] if aim is not None else []
    ranges += [("n", n, 1.999, 1e9)] if n is not None else []
    for name, value, low, high in ranges:
        if value is not None and not low < value < high:
            raise UnusableInputError(
                f"The {name} {value:g} is out of range.", mend=f"Give one between {max(low, 0):g} and {high:g}."
            )
    if effect == 0:
        raise UnusableInputError("An effect of zero cannot be seen by any sample.", mend="Give another effect.")
