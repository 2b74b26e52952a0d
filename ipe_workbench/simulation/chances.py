"""Chances in the forms that the model computes with: logits, normal quantiles, thresholds for a random word."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "first_given", "logit", "quantile", "repeated", "shifted", "threshold"]

_WORDS = 2**32
_NORMAL = NormalDist()
Floats = npt.NDArray[np.float64]


def first_given(value: float | None, otherwise: float) -> float:
    """The value, or the other where there is none."""
    return otherwise if value is None else value


def quantile(chance: float) -> float:
    """The standard normal quantile; infinite for 0 and 1."""
    if chance <= 0:
        return float("-inf")
    return float("inf") if chance >= 1 else _NORMAL.inv_cdf(chance)


def shifted(chance: float, logits: float) -> float:
    """The chance moved by some logits; certain ones stay."""
    if logits == 0 or chance <= 0 or chance >= 1:
        return chance
    return float(1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + logits))))


def logit(chance: Floats) -> Floats:
    """Logarithm of the odds; infinite for 0 and 1."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(chance) - np.log1p(-chance))


def repeated(chance: Floats, times: Floats) -> Floats:
    """The chance that at least one of `times` tries succeeds; exact for one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result = -np.expm1(times * np.log1p(-chance))
    result = np.where(np.broadcast_to(times == 0, result.shape), 0.0, result)
    return np.where(np.broadcast_to(times == 1, result.shape), np.broadcast_to(chance, result.shape), result)


def threshold(chance: Floats | float) -> npt.NDArray[np.uint64]:
    """What a random 32-bit word must lie below, in [0, 2**32]."""
    return np.asarray(np.rint(np.clip(np.asarray(chance, float), 0, 1) * _WORDS), np.uint64)
