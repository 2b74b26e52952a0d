"""Draws from a posterior that is known up to a constant, and whether they can be trusted.

Every chain starts near the mode and proposes in turn (a) a step that a normal approximation at the mode shapes, which
keeps that approximation invariant and so works in dozens of dimensions (preconditioned Crank-Nicolson: Cotter et al.
2013, Statistical Science 28(3) 424), and (b) a random-walk step of the same shape (Roberts, Gelman and Gilks 1997,
Annals of Applied Probability 7(1) 110); parameters that were held in the search for the mode, such as spreads, are
moved one at a time. All are Metropolis steps, so that the target is exact; their lengths adapt in a warm-up that is
thrown away. Convergence is judged by the rank-normalised split R-hat and the bulk effective sample size of Vehtari et
al. 2021, Bayesian Analysis 16(2) 667.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import ndtri
from scipy.stats import rankdata

__all__ = ["Draws", "effective_size", "sample", "split_rhat"]

Floats = npt.NDArray[np.float64]
LogDensity = Callable[[Floats], float]
#: A further move: from a point and a normal number to another point and the logarithm of the Jacobian.
Move = Callable[[Floats, float], tuple[Floats, float]]


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of all chains.

    Parameters
    ----------
    chains : array (chains, draws, parameters)
    rhat : array (parameters)
        Near 1 where the chains agree; above 1.05 do not trust.
    effective : array (parameters)
        What the draws are worth in independent ones.
    """

    chains: Floats
    rhat: Floats
    effective: Floats

    @property
    def values(self) -> Floats:
        """All draws, one a row."""
        return self.chains.reshape(-1, self.chains.shape[-1])


def sample(
    log_density: LogDensity, start: Floats, *, draws: int = 1000, warm_up: int = 1000, chains: int = 4, thin: int = 1,
    held: Sequence[int] = (), alone: Sequence[int] = (), moves: Sequence[Move] = (), seed: int = 1,
) -> Draws:  # fmt: skip
    """Draw from a density on the whole of R^n.

    Parameters
    ----------
    log_density : callable
        Logarithm of the density, up to a constant; minus infinity or nan where it is zero.
    start : array
        Where the search for the mode begins.
    draws, warm_up, chains, thin : int
        Draws to keep of each chain, steps before, chains, and steps for each draw.
    held : sequence of int
        Parameters that stay at `start` while the mode is sought, as spreads of a hierarchical model have to.
    alone : sequence of int
        Further parameters that are moved alone as well, such as the means above many effects.
    moves : sequence of Move
        Further moves, such as of a spread together with the effects that it spreads.
    seed : int

    Examples
    --------
    >>> import numpy as np
    >>> drawn = sample(lambda x: -0.5 * float(x @ x), np.zeros(2), draws=500, seed=3)
    >>> bool(abs(drawn.values.mean()) < 0.15), bool(drawn.rhat.max() < 1.05)
    (True, True)
    """
    start = np.asarray(start, np.float64)
    free = np.setdiff1d(np.arange(start.size), np.array(held, np.int64))

    def of_free(x: Floats) -> float:
        whole = mode.copy()
        whole[free] = x
        return log_density(whole)

    mode, shape = start.copy(), np.zeros((start.size, start.size))
    mode[free] = _mode(of_free, start[free])
    if len(held):
        for one in held:
            mode[one] = _best_of(log_density, mode, one)
        mode[free] = _mode(of_free, mode[free])
    shape[np.ix_(free, free)] = _shape(of_free, mode[free])
    seeds = np.random.SeedSequence(seed).spawn(chains)
    kept = np.stack([
        _chain(log_density, mode, shape, [*held, *alone], moves, draws, warm_up, thin, np.random.default_rng(one))
        for one in seeds
    ])  # fmt: skip
    parameters = range(start.size)
    return Draws(
        kept,
        np.array([split_rhat(kept[:, :, at]) for at in parameters]),
        np.array([effective_size(kept[:, :, at]) for at in parameters]),
    )


def _mode(log_density: LogDensity, start: Floats) -> Floats:
    def target(x: Floats) -> float:
        value = -log_density(x)
        return value if np.isfinite(value) else 1e12

    found = minimize(target, start, method="L-BFGS-B", options={"maxiter": 60, "maxfun": 80 * (start.size + 1)})
    return np.asarray(found.x, np.float64)


def _best_of(log_density: LogDensity, x: Floats, one: int) -> float:
    """The best value of a held parameter, not far from where it is, with all others as they are."""
    around = x[one] + np.linspace(-1.5, 1.5, 31)
    moved = np.repeat(x[None, :], around.size, axis=0)
    moved[:, one] = around
    return float(around[int(np.argmax([log_density(each) for each in moved]))])


def _shape(log_density: LogDensity, mode: Floats) -> Floats:
    """Cholesky factor of a covariance like that of the density: from the curvature at the mode, kept positive."""
    size = mode.size
    step = 1e-3 * np.maximum(1.0, np.abs(mode))
    here = log_density(mode)
    ahead = np.array([log_density(mode + step[i] * np.eye(size)[i]) for i in range(size)])
    behind = np.array([log_density(mode - step[i] * np.eye(size)[i]) for i in range(size)])
    curvature = np.diag((ahead - 2 * here + behind) / step**2)
    for i in range(size):
        for j in range(i):
            both = mode.copy()
            both[i] += step[i]
            both[j] += step[j]
            curvature[i, j] = curvature[j, i] = (log_density(both) - ahead[i] - ahead[j] + here) / (step[i] * step[j])
    values, vectors = np.linalg.eigh(-np.nan_to_num(0.5 * (curvature + curvature.T)))
    # Flat or saddle-like directions get the width that the other steps can widen; none is wider than 3.
    widths = 1 / np.sqrt(np.clip(values, 1 / 9, None))
    factor: Floats = np.linalg.cholesky((vectors * widths**2) @ vectors.T + 1e-12 * np.eye(size))
    return factor


def _chain(
    log_density: LogDensity, mode: Floats, shape: Floats, singles: Sequence[int], moves: Sequence[Move], draws: int,
    warm_up: int, thin: int, rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """One chain: in turn a Crank-Nicolson step, a random walk, and a step of a single parameter."""
    size = mode.size
    free = np.flatnonzero(shape.sum(axis=1) != 0)
    factor = shape[np.ix_(free, free)]
    inverse = np.linalg.inv(factor)
    x = mode.copy()
    x[free] += 0.5 * factor @ rng.standard_normal(free.size)
    value = log_density(x)
    if not np.isfinite(value):
        x, value = mode.copy(), log_density(mode)
    # Logit of how far a Crank-Nicolson step turns away; logarithms of the lengths of the other steps.
    turn, walk = 0.0, float(np.log(2.4 / np.sqrt(free.size)))
    others: list[Move] = [*(_alone(one) for one in singles), *moves]
    lengths = np.zeros(len(others))
    kept = np.empty((draws, size))
    turns = (0, 2, 1, 2) if others else (0, 1)
    for step in range(-warm_up, draws * thin):
        kind, ratio, proposal = turns[step % len(turns)], 0.0, x.copy()
        if kind == 0:
            share = 1 / (1 + np.exp(-turn))
            away = x[free] - mode[free]
            moved = np.sqrt(1 - share**2) * away + share * factor @ rng.standard_normal(free.size)
            proposal[free] = mode[free] + moved
            # The reference normal cancels against the proposal.
            ratio = 0.5 * float(np.sum((inverse @ moved) ** 2) - np.sum((inverse @ away) ** 2))
        elif kind == 1:
            proposal[free] += np.exp(walk) * factor @ rng.standard_normal(free.size)
        else:
            other = (step // 2) % len(others)
            proposal, ratio = others[other](x, float(np.exp(lengths[other]) * rng.standard_normal()))
        proposed = log_density(proposal)
        accepted = bool(np.isfinite(proposed)) and np.log(rng.random()) < proposed - value + ratio
        if accepted:
            x, value = proposal, proposed
        if step < 0:  # Robbins-Monro towards acceptance rates of 0.3, 0.25 and 0.44
            rate = (step + warm_up + 10) ** -0.6
            if kind == 0:
                turn += 4 * rate * (accepted - 0.3)
            elif kind == 1:
                walk += 2 * rate * (accepted - 0.25)
            else:
                lengths[other] += 4 * rate * (accepted - 0.44)
        elif (step + 1) % thin == 0:
            kept[step // thin] = x
    return kept


def _alone(one: int) -> Move:
    def move(x: Floats, by: float) -> tuple[Floats, float]:
        moved = x.copy()
        moved[one] += by
        return moved, 0.0

    return move


def split_rhat(draws: Floats) -> float:
    """Rank-normalised split R-hat of draws (chains, draws)."""
    half = draws.shape[1] // 2
    if half < 2 or np.ptp(draws) == 0:
        return float("nan")
    parts = _normal_ranks(np.concatenate([draws[:, :half], draws[:, -half:]]))
    within = parts.var(axis=1, ddof=1).mean()
    between = half * parts.mean(axis=1).var(ddof=1)
    return float(np.sqrt(((half - 1) / half * within + between / half) / within)) if within > 0 else float("inf")


def effective_size(draws: Floats) -> float:
    """Bulk effective sample size of draws (chains, draws): Geyer's initial monotone sequence on normal ranks."""
    half = draws.shape[1] // 2
    if half < 4 or np.ptp(draws) == 0:
        return float("nan")
    parts = _normal_ranks(np.concatenate([draws[:, :half], draws[:, -half:]]))
    m, n = parts.shape
    centred = parts - parts.mean(axis=1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(centred, 2 * n, axis=1)) ** 2
    covariance = np.fft.irfft(spectrum, axis=1)[:, :n] / n
    within = covariance[:, 0].mean() * n / (n - 1)
    whole = within * (n - 1) / n + parts.mean(axis=1).var(ddof=1)
    rho = 1 - (within - covariance.mean(axis=0)) / whole
    rho[0] = 1.0
    pairs = rho[: n // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    pairs = np.minimum.accumulate(pairs[: negative[0] if negative.size else None])
    return float(m * n / max(2 * pairs.sum() - 1, 1 / np.log10(m * n)))


def _normal_ranks(draws: Floats) -> Floats:
    ranks = rankdata(draws).reshape(draws.shape)
    return np.asarray(ndtri((ranks - 0.375) / (draws.size + 0.25)), np.float64)
