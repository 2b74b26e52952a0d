"""The equations of mixed models: the way that skips zeros gives what the dense one gives."""

from __future__ import annotations

import numpy as np

from ipe_workbench.evaluation.mixed_equations import Equations, RandomTerm


def crossed(learners: int, raters: int, rows: int = 3) -> tuple[np.ndarray, np.ndarray, list[RandomTerm]]:
    """Two raters of each learner on several rows: learner, rater, learner by row, learner by rater."""
    rng = np.random.default_rng(5)
    who = np.repeat(np.arange(learners), 2 * rows)
    rater = np.concatenate([np.repeat(rng.choice(raters, 2, replace=False), rows) for _ in range(learners)])
    row = np.tile(np.arange(rows), 2 * learners)
    keys = [who * rows + row, np.unique(who * raters + rater, return_inverse=True)[1], who, rater]
    names = ["learner:row", "learner:rater", "learner", "rater"]
    terms = [
        RandomTerm(name, key, int(key.max()) + 1, np.ones((len(who), 1))) for name, key in zip(names, keys, strict=True)
    ]
    y = rng.normal(size=len(who)) + rng.normal(size=learners)[who]
    return y, np.column_stack([np.ones(len(who)), row == 1]), terms


def test_sparse_solution_is_the_dense_one() -> None:
    equations = Equations(*crossed(250, 8))
    theta = np.array([0.3, 0.5, 1.1, 0.2])

    sparse, dense = equations.solve(theta), equations.solve(theta, factored=True)

    assert equations.sparse
    assert sparse.rest is None
    np.testing.assert_allclose(sparse.logdet, dense.logdet, rtol=1e-12)
    np.testing.assert_allclose(sparse.squares, dense.squares, rtol=1e-10)
    np.testing.assert_allclose(sparse.beta, dense.beta, rtol=1e-9)
    np.testing.assert_allclose(sparse.unscaled, dense.unscaled, rtol=1e-9)


def test_predictions_follow_a_sparse_solution_too() -> None:
    equations = Equations(*crossed(250, 8))
    theta = np.array([0.3, 0.5, 1.1, 0.2])

    after_sparse = equations.effects(theta, equations.solve(theta))
    after_dense = equations.effects(theta, equations.solve(theta, factored=True))

    for one, other in zip(after_sparse, after_dense, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_terms_that_all_meet_are_solved_dense() -> None:
    rng = np.random.default_rng(2)
    codes = [rng.integers(0, 350, 20_000) for _ in range(3)]
    terms = [RandomTerm(f"g{at}", one, 350, np.ones((len(one), 1))) for at, one in enumerate(codes)]

    assert not Equations(rng.normal(size=20_000), np.ones((20_000, 1)), terms).sparse
