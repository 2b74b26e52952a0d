"""Fitting the step model to a cohort: parameters, priors, posterior.

Chances are fitted as logits. Weekly chances of withdrawing and of stopping are constant within blocks of four weeks
and move from block to block by a random walk whose step is fitted, too; so a forecast widens with its distance as
much as the recorded part moved. Assessments of one kind share a chance of being handed in, and of being passed,
around which each assessment has its own deviation; groups deviate in leaving and in passing.

Priors (`PRIORS`): weekly withdrawal around 1 % (OULAD's 22 presentations: 2.0, 0.8 and 0.5 % in early, middle and
late weeks), wide; the rest wide on the logit scale; deviations half-normal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from ipe_workbench.simulation.calibration.posterior import Posterior
from ipe_workbench.simulation.calibration.recorded_steps import StepCohort
from ipe_workbench.simulation.calibration.sampling import Move, sample
from ipe_workbench.simulation.calibration.step_model import log_posterior

__all__ = ["PRIORS", "Layout", "StepFit", "fit_steps"]

Floats = npt.NDArray[np.float64]
_BLOCK = 4

#: Mean and standard deviation of normal priors (logits), and scales of half-normal ones (`*_sd`).
PRIORS: Mapping[str, tuple[float, float]] = {
    "withdraw_first_week": (-4.0, 1.5),
    "withdraw": (-4.6, 1.2),
    "settling": (-0.5, 0.5),
    "withdraw_sd": (0.0, 0.4),
    "stop": (-4.6, 1.2),
    "stop_sd": (0.0, 0.4),
    "withdraw_after_stop": (-4.0, 1.5),
    "lapse": (-2.0, 1.2),
    "drift": (-0.11, 0.06),
    "submit": (2.0, 1.2),
    "submit_sd": (0.0, 0.5),
    "passing": (2.5, 1.5),
    "passing_sd": (0.0, 0.5),
    "group_leaving": (0.0, 0.4),
    "group_passing": (0.0, 0.6),
}


@dataclass(frozen=True)
class Layout:
    """Where each parameter stands in the vector that is sampled."""

    weeks: int
    groups: int
    kinds: tuple[str, ...]
    kind_of_step: tuple[int, ...]

    block_weeks: int = _BLOCK

    @cached_property
    def blocks(self) -> int:
        """Blocks of weeks."""
        return -(-self.weeks // self.block_weeks)

    @cached_property
    def places(self) -> dict[str, slice]:
        """Slices by name; spreads (`*_sd`) are sampled as logarithms, group effects sum up to nought."""
        sizes = {
            "withdraw_first_week": 1, "withdraw": self.blocks, "stop": self.blocks, "withdraw_after_stop": 1,
            "lapse": 1, "drift": 1, "submit": len(self.kinds), "passing": len(self.kinds),
            "submit_step": len(self.kind_of_step), "passing_step": len(self.kind_of_step),
            "group_leaving": self.groups - 1, "group_passing": self.groups - 1,
            "withdraw_sd": 1, "stop_sd": 1, "submit_sd": 1, "passing_sd": 1,
        }  # fmt: skip
        places, at = {}, 0
        for name, size in sizes.items():
            places[name] = slice(at, at + size)
            at += size
        return places

    @property
    def size(self) -> int:
        """How many numbers."""
        return int(self.places["passing_sd"].stop)

    @cached_property
    def names(self) -> list[str]:
        """A name for each number."""
        labels: dict[str, list[str]] = {"submit": list(self.kinds), "passing": list(self.kinds)}
        found = []
        for name, place in self.places.items():
            width = place.stop - place.start
            tags = labels.get(name, [str(index + 1) for index in range(width)])
            found += [name] if width == 1 and name not in labels else [f"{name}[{tag}]" for tag in tags]
        return found

    @property
    def begins(self) -> npt.NDArray[np.int64]:
        """Where each part begins, and the size."""
        return np.array([*(place.start for place in self.places.values()), self.size], np.int64)

    @property
    def spreads(self) -> list[int]:
        """Places of the spreads."""
        return [place.start for name, place in self.places.items() if name.endswith("_sd")]

    @property
    def means(self) -> list[int]:
        """Places of the means above the assessments, of the drift, and of the last blocks, of which little is known."""
        places = [self.places[name] for name in ("submit", "passing", "drift")]
        last = [self.places[name].stop - 1 for name in ("withdraw", "stop")]
        return [*(at for place in places for at in range(place.start, place.stop)), *last]

    def scalings(self) -> list[Move]:
        """Moves of each spread together with what it spreads (the other half of interweaving: Yu and Meng 2011).

        J. Computational and Graphical Statistics 20(3) 531. Where the record says little of the effects, a spread
        moves freely only with them.
        """
        kind = np.array(self.kind_of_step, np.int64)

        def of_steps(name: str) -> Move:
            effects, means, spread = self.places[f"{name}_step"], self.places[name], self.places[f"{name}_sd"]

            def move(x: Floats, by: float) -> tuple[Floats, float]:
                moved, centre = x.copy(), x[means][kind]
                moved[spread] += by
                moved[effects] = centre + (x[effects] - centre) * np.exp(by)
                return moved, by * kind.size

            return move

        def of_walk(name: str) -> Move:
            walk, drift, spread = self.places[name], self.places["drift"], self.places[f"{name}_sd"]

            def move(x: Floats, by: float) -> tuple[Floats, float]:
                moved = x.copy()
                moved[spread] += by
                steps = x[drift] + (np.diff(x[walk][1:]) - x[drift]) * np.exp(by)
                moved[walk.start + 2 : walk.stop] = x[walk.start + 1] + np.cumsum(steps)
                return moved, by * steps.size

            return move

        walks = [of_walk(name) for name in ("withdraw", "stop")] if self.blocks > 2 else []
        return [of_steps("submit"), of_steps("passing"), *walks]

    def parts(self, x: Floats) -> dict[str, Floats]:
        """The vector by name; spreads as they are and not as logarithms."""
        return {name: np.exp(x[place]) if name.endswith("_sd") else x[place] for name, place in self.places.items()}

    def draw(self, rng: np.random.Generator) -> Floats:
        """One draw from the prior."""
        x = np.empty(self.size)
        kind = np.array(self.kind_of_step, np.int64)
        spread = {name: abs(rng.normal(*PRIORS[name])) + 1e-9 for name in PRIORS if name.endswith("_sd")}
        x[self.places["drift"]] = rng.normal(*PRIORS["drift"])
        for name, place in self.places.items():
            size = place.stop - place.start
            if name == "drift":
                continue
            if name in spread:
                x[place] = np.log(spread[name])
            elif name in ("withdraw", "stop"):
                settling = rng.normal(*PRIORS["settling"], min(1, size - 1))
                steps = rng.normal(x[self.places["drift"]], spread[f"{name}_sd"], max(0, size - 2))
                x[place] = rng.normal(*PRIORS[name]) + np.cumsum(np.concatenate([[0.0], settling, steps]))
            elif name.endswith("_step"):
                kind_of = name.removesuffix("_step")
                x[place] = rng.normal(x[self.places[kind_of]][kind], spread[f"{kind_of}_sd"])
            else:
                x[place] = rng.normal(*PRIORS[name], size)
        return x

    def group_effects(self, x: Floats) -> tuple[Floats, Floats]:
        """Logits by which each group deviates in leaving and in passing."""
        part = self.parts(x)
        return _to_nought(part["group_leaving"]), _to_nought(part["group_passing"])

    def chances(self, x: Floats) -> dict[str, Any]:
        """Weekly chances (groups, weeks), and those at each assessment."""
        part = self.parts(x)
        block = np.arange(self.weeks) // self.block_weeks
        leaving, passing = self.group_effects(x)
        withdraw = part["withdraw"][block]
        withdraw[0] = part["withdraw_first_week"][0]
        return {
            "withdraw": expit(withdraw[None, :] + leaving[:, None]),
            "stop": expit(part["stop"][block][None, :] + leaving[:, None]),
            "withdraw_after_stop": expit(
                part["withdraw_after_stop"][0] + (part["withdraw"] - part["withdraw"][0])[block]
            ),
            "lapse": float(expit(part["lapse"][0])),
            "submit": expit(part["submit_step"]),
            "passing": expit(part["passing_step"][None, :] + passing[:, None]),
        }


def _to_nought(effects: Floats) -> Floats:
    """Effects of all groups from those of all but the last."""
    return np.append(effects, -effects.sum())


@dataclass(frozen=True, eq=False)
class Histories:
    """Kinds of learners: equal histories together with how many there are."""

    group: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    withdrew: npt.NDArray[np.bool_]
    submitted: npt.NDArray[np.int8]
    count: npt.NDArray[np.int64]
    due: npt.NDArray[np.int64]
    tried: npt.NDArray[np.int64]  # (groups, steps) handed in
    passed: npt.NDArray[np.int64]

    @classmethod
    def of(cls, cohort: StepCohort) -> Histories:
        """Of what is recorded so far."""
        known = cohort.known_steps
        last = np.where(cohort.withdrew > 0, cohort.withdrew, cohort.seen)
        here = cohort.due[None, :known] < last[:, None] + (cohort.withdrew == 0)[:, None]
        seen = np.where(here, cohort.submitted[:, :known], 0).astype(np.int64)
        rows = np.column_stack([cohort.group, last, cohort.withdrew > 0, seen])
        kinds, count = np.unique(rows, axis=0, return_counts=True)
        tried, passed = (
            np.stack([(part[:, :known] & here)[cohort.group == g].sum(axis=0) for g in range(len(cohort.groups))])
            for part in (cohort.submitted, cohort.passed)
        )
        return cls(
            kinds[:, 0].copy(), kinds[:, 1].copy(), kinds[:, 2].astype(bool), kinds[:, 3:].astype(np.int8),
            count, cohort.due[:known].copy(), tried, passed,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class StepFit:
    """A fitted step model: the posterior, and what it was fitted to."""

    cohort: StepCohort
    layout: Layout
    histories: Histories
    posterior: Posterior


def layout_of(cohort: StepCohort) -> Layout:
    """The parameters that a cohort's record so far can speak about."""
    known = cohort.known_steps
    kinds = tuple(sorted(set(cohort.kinds[:known])))
    return Layout(cohort.seen, len(cohort.groups), kinds, tuple(kinds.index(one) for one in cohort.kinds[:known]))


def density(layout: Layout, histories: Histories) -> Callable[[Floats], float]:
    """Logarithm of prior times likelihood, as a function of the sampled vector."""
    h = histories
    fixed = (
        layout.begins, np.array(layout.kind_of_step, np.int64), layout.block_weeks,
        np.array([PRIORS.get(name, (0.0, 1.0)) for name in layout.places]), np.array(PRIORS["settling"]),
        h.group, h.last, h.withdrew, h.submitted, h.count, h.due, h.tried, h.passed,
    )  # fmt: skip

    def log_density(x: Floats) -> float:
        if not np.abs(x).max() < 40:
            return -math.inf
        return float(log_posterior(x, *fixed))

    return log_density


def fit_steps(
    cohort: StepCohort, *, draws: int = 500, warm_up: int = 4000, thin: int = 40, chains: int = 4, seed: int = 1
) -> StepFit:
    """Fit the step model to what is recorded of a cohort so far.

    Parameters
    ----------
    cohort : StepCohort
    draws, warm_up, thin, chains : int
        See `sample`.
    seed : int

    Returns
    -------
    StepFit
    """
    layout, histories = layout_of(cohort), Histories.of(cohort)
    start = np.zeros(layout.size)
    for name, place in layout.places.items():
        known_as = name.removesuffix("_step")
        start[place] = np.log(0.5 * PRIORS[name][1]) if name.endswith("_sd") else PRIORS[known_as][0]
    # The joint density is unbounded where a spread nears nought; the search for the mode holds the spreads.
    drawn = sample(
        density(layout, histories), start, held=layout.spreads, alone=layout.means, moves=layout.scalings(),
        draws=draws, warm_up=warm_up,
        thin=thin, chains=chains, seed=seed,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    prior = np.stack([layout.draw(rng) for _ in range(1000)])
    posterior = Posterior(
        pd.DataFrame(drawn.values, columns=layout.names), pd.DataFrame(prior, columns=layout.names),
        dict(zip(layout.names, drawn.rhat, strict=True)), dict(zip(layout.names, drawn.effective, strict=True)),
    )  # fmt: skip
    return StepFit(cohort, layout, histories, posterior)
