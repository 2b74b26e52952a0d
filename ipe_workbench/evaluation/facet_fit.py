"""How well ratings fit a many-facet model: mean squares of residuals, and bias of one facet on another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ipe_workbench.evaluation.facet_model import FacetModel, Ratings

__all__ = ["Fit", "biases", "fits", "sums"]

Numbers = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Fit:
    """Of each element of a facet: ratings, mean squares, and infit as a standard normal deviate."""

    n: Numbers
    infit: Numbers
    outfit: Numbers
    infit_z: Numbers


def sums(model: FacetModel, ratings: Ratings) -> Numbers:
    """Ratings by cell, category and node of ability, as the posterior spreads them over the nodes."""
    cells, categories, _ = model.probability.shape
    row = model.cell * categories + ratings.category
    said = sparse.csr_array(
        (np.ones(len(row)), (row, ratings.learner)), shape=(cells * categories, len(model.posterior))
    )
    return np.asarray(said @ model.posterior).reshape(cells, categories, -1)


def fits(counted: Numbers, ratings: Ratings, model: FacetModel) -> dict[str, Fit]:
    """Infit and outfit of each element of each facet.

    Residuals are squared at each node of ability and averaged over the learner's posterior, so that their expectation
    is the variance whatever the number of ratings. The deviate is Wilson and Hilferty's cube root.

    References
    ----------
    Wright BD, Masters GN. Rating Scale Analysis, 1982, chapter 5.
    """
    k = np.arange(counted.shape[1])
    p = model.probability
    mean = np.einsum("ckq,k->cq", p, k)
    apart = (k[None, :, None] - mean[:, None, :]) ** 2
    variance = (p * apart).sum(axis=1)
    fourth = (p * apart**2).sum(axis=1)
    n = counted.sum(axis=1)  # cell, node
    squares = (counted * apart).sum(axis=(1, 2))
    expected = (n * variance).sum(axis=1)
    standardised = (counted * apart / np.maximum(variance, 1e-12)[:, None, :]).sum(axis=(1, 2))
    spread = (n * (fourth - variance**2)).sum(axis=1)
    found = {}
    for facet, codes in ratings.elements.items():
        element = np.zeros(len(p), dtype=np.intp)
        element[model.cell] = codes
        total, square, weight, plain, of = (
            np.bincount(element, weights=one) for one in (n.sum(axis=1), squares, expected, standardised, spread)
        )
        infit, q = square / weight, np.sqrt(of) / weight
        with np.errstate(divide="ignore", invalid="ignore"):
            deviate = (np.cbrt(infit) - 1) * 3 / q + q / 3
        found[facet] = Fit(np.round(total), infit, plain / total, deviate)
    return found


def biases(
    model: FacetModel, ratings: Ratings, first: str, second: str
) -> tuple[list[tuple[int, int]], Numbers, Numbers, Numbers]:
    """The shift of each pair of elements that its ratings ask for, all else as fitted.

    Returns
    -------
    (pairs, shift, se, n)
        Shifts in logits, positive: more severe; found by Newton's method on each pair's own score.
    """
    counted = sums(model, ratings)
    pairs = np.stack([ratings.elements[first], ratings.elements[second]], axis=1)
    unique, code = np.unique(pairs, axis=0, return_inverse=True)
    of = np.zeros(len(model.probability), dtype=np.intp)
    of[model.cell] = code.ravel()
    n = counted.sum(axis=1)
    k = np.arange(counted.shape[1])
    observed = _added(of, (counted * k[None, :, None]).sum(axis=(1, 2)))
    # A pair with only the lowest or highest category has no finite shift: half a rating is moved, as is customary.
    total = _added(of, n.sum(axis=1)).round()
    observed = np.clip(observed, 0.5, total * k[-1] - 0.5)
    shift = np.zeros(len(unique))
    information: Numbers = np.ones(len(unique))
    for _ in range(50):
        p = model.probability * np.exp(-k[None, :, None] * shift[of][:, None, None])
        p /= p.sum(axis=1, keepdims=True)
        mean = np.einsum("ckq,k->cq", p, k)
        variance = np.einsum("ckq,k->cq", p, k**2) - mean**2
        expected, information = (_added(of, (n * one).sum(axis=1)) for one in (mean, variance))
        step = np.clip((expected - observed) / np.maximum(information, 1e-9), -1, 1)
        shift = shift + step
        if np.abs(step).max() < 1e-9:
            break
    found = [(int(a), int(b)) for a, b in unique]
    return found, shift, 1 / np.sqrt(np.maximum(information, 1e-9)), total


def _added(of: Codes, values: Numbers) -> Numbers:
    return np.asarray(np.bincount(of, weights=values), dtype=float)
