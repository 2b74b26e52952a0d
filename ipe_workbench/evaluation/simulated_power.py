"""Power by simulation: the planned analysis itself, run on many tables such as the programme will give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, special, stats

from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.evaluation.change import estimate_change
from ipe_workbench.evaluation.comparison import compare_groups
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark, status_of
from ipe_workbench.evaluation.power import solve_power

if TYPE_CHECKING:
    from ipe_workbench.simulation import SimulationResult

__all__ = ["power_of_designs", "simulate_power"]

Numbers = NDArray[np.float64]
Design = Literal["paired", "two-groups"]


@dataclass(frozen=True)
class _World:
    design: Design
    n: int
    icc: float
    team_size: int
    correlation: float
    leave: float
    selective: bool
    scale: tuple[float, float] | None
    start: float
    sd: float


def simulate_power(
    *,
    design: Design = "paired",
    effect: float,
    n: int,
    alpha: float = 0.05,
    icc: float = 0.0,
    team_size: int = 1,
    correlation: float = 0.5,
    leave: float = 0.0,
    selective: bool = False,
    scale: tuple[float, float] | None = None,
    start: float | None = None,
    sd: float | None = None,
    tables: int = 1000,
    seed: int = 1,
) -> Analysis:
    """How often the analysis would find the effect, and how often it would find one that is not there.

    Parameters
    ----------
    design : {"paired", "two-groups"}
        Pairs (`estimate_change`), the effect being d_z; or two groups with a baseline (`compare_groups`, ANCOVA; with
        teams the clustered difference), the effect being d.
    effect : float
        Standardised, before any ceiling.
    n : int
        Pairs, or learners in each group.
    alpha : float
        Size of the two-sided test.
    icc, team_size : float, int
        Share of the variance of the change (or the score) that lies between teams, and learners a team. With an `icc`
        the analysis is told the team; in two groups whole teams belong to one.
    correlation : float
        Of the two waves, or of baseline and outcome.
    leave : float
        Share of learners without the second score.
    selective : bool
        Those who began low are likelier to leave (one logit a standard deviation); otherwise it is chance.
    scale, start, sd : optional
        Ends of the scale, where learners stand on it at first, and their standard deviation in points (by default the
        middle and a fifth of the scale): scores beyond an end are cut off there.
    tables, seed : int
        Simulated tables with the effect (half as many without).

    Returns
    -------
    Analysis
        ``power_simulated`` and ``type_i_error_simulated`` (Wilson's intervals), ``power_formula`` for comparison,
        ``effect_found`` (mean standardised estimate) and ``analysed`` (mean learners in the analysis).

    Raises
    ------
    UnusableInputError
        When a value lies outside its range.

    References
    ----------
    Landau S, Stahl D. Stat Methods Med Res 2013;22:324, doi 10.1177/0962280212439578. Precision of simulated shares:
    Morris TP, White IR, Crowther MJ. Stat Med 2019;38:2074, doi 10.1002/sim.8086.

    Examples
    --------
    >>> found = simulate_power(effect=0.5, n=40, tables=60)
    >>> abs(found["power_simulated"].estimate - found["power_formula"].estimate) < 0.15
    True
    """
    world = _World(
        design, n, icc, team_size, correlation, leave, selective, scale,
        (scale[0] + scale[1]) / 2 if scale and start is None else (start or 0.0),
        (scale[1] - scale[0]) / 5 if scale and sd is None else (sd or 1.0),
    )  # fmt: skip
    _check(world, effect, alpha, tables)
    found, effects, sizes = _run(world, effect, alpha, tables, seed)
    wrong, _, _ = _run(world, 0.0, alpha, max(tables // 2, 2), seed + 1)
    if not len(found):
        message = "None of the simulated tables could be analysed: there are too few learners."
        return not_estimable("power", [remark("too-few", message, "Ask for more learners.", "error")])
    formula = solve_power(design=design, effect=effect, n=n, alpha=alpha, icc=icc, team_size=max(team_size, 1))
    power, error = _share("power_simulated", found), _share("type_i_error_simulated", wrong)
    told = formula["power"]
    remarks = []
    if len(wrong) and not (error.low or 0) <= alpha <= (error.high or 1):
        message = (
            f"Without any effect {100 * (error.estimate or 0):.1f} % are significant, where {100 * alpha:g} % should."
        )
        remarks.append(remark("error-rate", message, "Do not trust this analysis in such data."))
    if tables > len(found):
        message = f"{tables - len(found)} of {tables} tables could not be analysed."
        remarks.append(remark("not-analysed", message, "Ask for more learners."))
    unit = "pairs" if design == "paired" else "learners in each group"
    estimates = [
        power,
        Estimate("power_formula", told.estimate, None, None, n, f"complete data, no ceiling; {told.method}"),
        error,
        Estimate("effect_found", float(effects.mean()), None, None, len(found), "mean over tables"),
        Estimate("analysed", float(sizes.mean()), None, None, len(found), "mean learners in the analysis"),
    ]
    share = 100 * (power.estimate or 0)
    sentence = (
        f"With {n} {unit} the analysis finds the effect in {share:.0f} % of {len(found)} simulated tables "
        f"(the formula says {100 * (told.estimate or 0):.0f} %)."
    )
    return Analysis("power", estimates, status_of(remarks), remarks, sentence, f"{design}, simulated")


def power_of_designs(
    first: SimulationResult, second: SimulationResult, item: str, *, measure: str = "earned", alpha: float = 0.05
) -> Analysis:
    """Whether one cohort under each of two simulated designs would show the difference between them.

    Parameters
    ----------
    first, second : SimulationResult
        Of `simulate`, or of `read_result`.
    item : str
        Credential or stack whose attainment is compared.
    measure : {"earned", "retained"}
        What is counted at the end.
    alpha : float
        Size of the two-sided test of two shares.

    Returns
    -------
    Analysis
        ``power_simulated``: in what share of the pairs of simulated cohorts the test is significant;
        ``difference_simulated`` of the shares, with the range of 95 % of the pairs; ``cohort`` learners.

    Raises
    ------
    UnusableInputError
        When a run does not have the item or the measure.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> run = simulate(example_programme(), Scenario(id="today", title="Today"), replicates=20, seed=1)
    >>> found = power_of_designs(run, run, run.by_replicate()["item"].iloc[0])
    >>> found["difference_simulated"].estimate, found["power_simulated"].estimate
    (0.0, 0.0)
    """
    shares, sizes = zip(*(_attained(run, item, measure) for run in (first, second)), strict=True)
    pairs = min(len(one) for one in shares)
    if pairs < 10:
        message = f"Only {pairs} replicates; 10 are the least."
        return not_estimable("power", [remark("too-few", message, "Simulate more replicates.", "error")])
    a, b = (one[:pairs] for one in shares)
    pooled = (a * sizes[0] + b * sizes[1]) / sum(sizes)
    se = np.sqrt(pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1]))
    with np.errstate(all="ignore"):
        p = np.where(se > 0, 2 * stats.norm.sf(np.abs(b - a) / se), 1.0)
    gap = b - a
    low, high = np.quantile(gap, [0.025, 0.975])
    power = _share("power_simulated", p < alpha)
    estimates = [
        power,
        Estimate("difference_simulated", float(gap.mean()), float(low), float(high), pairs, "95 % of the pairs"),
        Estimate("cohort", float(min(sizes)), None, None, pairs, "learners who may earn it, the smaller cohort"),
    ]
    share = 100 * (power.estimate or 0)
    sentence = (
        f"One cohort under each design would show that they differ in `{item}` in {share:.0f} % of "
        f"{pairs} simulated pairs; the shares differ by {100 * gap.mean():+.1f} points on average (simulated)."
    )
    return Analysis("power", estimates, "ok", (), sentence, f"two shares, {measure}, simulated cohorts")


def _attained(run: SimulationResult, item: str, measure: str) -> tuple[Numbers, int]:
    if measure not in ("earned", "retained"):
        raise UnusableInputError(f"There is no measure `{measure}`.", mend="Take earned or retained.")
    counts = run.by_replicate()
    mine = counts[counts["item"] == item].sort_values("replicate")
    if mine.empty or mine[measure].isna().all():
        known = sorted(counts.loc[counts[measure].notna(), "item"].unique())
        raise UnusableInputError(f"The run has no `{item}` with `{measure}`.", mend=near_names(item, known))
    frames = ((run.badges("all", "earned"), "credential"), (run.stacks("all", "earned"), "stack"))
    n = next(int(frame.loc[frame[name] == item, "n"].iloc[0]) for frame, name in frames if (frame[name] == item).any())
    return mine[measure].to_numpy(dtype=np.float64) / n, n


def _run(
    world: _World, effect: float, alpha: float, tables: int, seed: int
) -> tuple[NDArray[np.bool_], Numbers, Numbers]:
    found, effects, sizes = [], [], []
    one = _paired if world.design == "paired" else _two_groups
    for table in range(tables):
        answer = one(world, effect, np.random.default_rng([seed, table]))
        if answer is not None:
            p, d, n = answer
            found.append(p < alpha)
            effects.append(d)
            sizes.append(n)
    return np.array(found, dtype=bool), np.array(effects, dtype=float), np.array(sizes, dtype=float)


def _paired(world: _World, effect: float, rng: np.random.Generator) -> tuple[float, float, int] | None:
    r, n, team = world.correlation, world.n, _teams(world, world.n)
    spread = 1 / np.sqrt(2 * (1 - r))  # of a wave, so that changes have a standard deviation of one
    before = spread * rng.normal(size=n)
    own = (1 + r) / 2 - world.icc
    between = np.sqrt(world.icc) * rng.normal(size=team.max() + 1)[team]
    change = effect - (1 - r) * before + between + np.sqrt(max(own, 0.0)) * rng.normal(size=n)
    after = before + change
    after[_gone(world, before / spread, rng)] = np.nan
    points = (_on_scale(world, one / spread) for one in (before, after))
    frame = pd.DataFrame({"learner": [*range(n)] * 2, "wave": [1] * n + [2] * n, "value": np.concatenate([*points]),
                          "group": [*team] * 2})  # fmt: skip
    told = estimate_change(frame, cluster="group" if world.icc else None, before=1, after=2, resamples=9)
    if told.status == "not-estimable":
        return None
    return told.tests[0].p, told["d_z"].estimate or 0.0, told["mean_change"].n


def _two_groups(world: _World, effect: float, rng: np.random.Generator) -> tuple[float, float, int] | None:
    r, n = world.correlation, 2 * world.n
    team = _teams(world, n)
    new = (np.arange(n) >= world.n) if not world.icc else team % 2 == 1
    before = rng.normal(size=n)
    between = np.sqrt(world.icc) * rng.normal(size=team.max() + 1)[team]
    own = np.sqrt(max(1 - world.icc - r * r, 0.0))
    after = effect * new + r * before + between + own * rng.normal(size=n)
    after[_gone(world, before, rng)] = np.nan
    before, after = _on_scale(world, before), _on_scale(world, after)
    frame = pd.DataFrame({"group": np.where(new, "new", "old"), "before": before, "value": after, "team": team})
    told = compare_groups(
        frame, group="group", reference="old", baseline="before", cluster="team" if world.icc else None
    )
    if told.status == "not-estimable":
        return None
    name = "difference_ancova" if world.icc else "difference_ancova_hc3"
    return next(one.p for one in told.tests if one.name == name), told["d_pooled_sd"].estimate or 0.0, told[name].n


def _teams(world: _World, n: int) -> NDArray[np.intp]:
    return np.arange(n) // world.team_size


def _gone(world: _World, standing: Numbers, rng: np.random.Generator) -> NDArray[np.bool_]:
    if not world.leave:
        return np.zeros(len(standing), dtype=bool)
    logits = -standing if world.selective else np.zeros(len(standing))
    shift = float(optimize.brentq(lambda a: special.expit(a + logits).mean() - world.leave, -30, 30))
    return np.asarray(rng.random(len(standing)) < special.expit(shift + logits))


def _on_scale(world: _World, standard: Numbers) -> Numbers:
    return standard if world.scale is None else np.clip(world.start + world.sd * standard, *world.scale)


def _share(name: str, hits: NDArray[np.bool_]) -> Estimate:
    n = len(hits)
    if not n:
        return Estimate(name, None, None, None, 0, "no table could be analysed")
    interval = stats.binomtest(int(hits.sum()), n).proportion_ci(0.95, method="wilson")
    return Estimate(name, float(hits.mean()), interval.low, interval.high, n, f"{n} simulated tables; Wilson, 95%")


def _check(world: _World, effect: float, alpha: float, tables: int) -> None:
    most = (1 + world.correlation) / 2 if world.design == "paired" else 1 - world.correlation**2
    ranges: list[tuple[str, float, Callable[[float], bool], str]] = [
        ("effect", effect, lambda x: abs(x) < 50, "below 50"),
        ("n", world.n, lambda x: 2 <= x <= 1e6, "2 or more"),
        ("alpha", alpha, lambda x: 0 < x < 1, "between 0 and 1"),
        ("correlation", world.correlation, lambda x: -1 < x < 1, "between -1 and 1"),
        ("icc", world.icc, lambda x: 0 <= x <= most, f"from 0 to {most:.2g} with this correlation"),
        ("team size", world.team_size, lambda x: x >= 1, "1 or more"),
        ("share that leaves", world.leave, lambda x: 0 <= x < 1, "from 0 to below 1"),
        ("number of tables", tables, lambda x: x >= 2, "2 or more"),
        ("standard deviation", world.sd, lambda x: x > 0, "above 0"),
    ]
    for name, value, fits, told in ranges:
        if not fits(value):
            raise UnusableInputError(f"The {name} {value:g} is out of range.", mend=f"Give one {told}.")
