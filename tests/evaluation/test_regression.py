"""Least squares against the certified values of the NIST Statistical Reference Datasets (itl.nist.gov/div898/strd)."""

from __future__ import annotations

import numpy as np
import pytest

from ipe_workbench.evaluation.regression import clustered_ols, hc3, ols

# Longley, of higher difficulty: coefficients and their standard deviations, the intercept first.
LONGLEY = [
    (-3482258.63459582, 890420.383607373),
    (15.0618722713733, 84.9149257747669),
    (-0.0358191792925910, 0.0334910077722432),
    (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675),
    (-0.0511041056535807, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]
# Wampler 3: a polynomial of which every coefficient is one, with noise that is orthogonal to it.
WAMPLER_3 = [760, -2042, 2111, -1684, 3888, 1858, 11379, 17560, 39287, 64382, 113159, 175108, 273291, 400186, 581243,
             811568, 1121004, 1506550, 2002767, 2611612, 3369180]  # fmt: skip
WAMPLER_3_SD = [2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350, 5.64566512170752,
                0.112324854679312]  # fmt: skip


def powers(degree=5):
    return np.vander(np.arange(21.0), degree + 1, increasing=True)


def test_longley():
    from statsmodels.datasets import longley

    data = longley.load_pandas()
    x = np.column_stack([np.ones(16), data.exog.to_numpy(dtype=float)])
    beta, se, df = ols(x, data.endog.to_numpy(dtype=float))
    assert df == 9
    assert beta == pytest.approx([one for one, _ in LONGLEY], rel=1e-7)
    assert se == pytest.approx([sd for _, sd in LONGLEY], rel=1e-7)


def test_wampler_polynomials():
    x = powers()
    for scale in (1.0, 0.1):  # Wampler 1 and 2: exact fits
        truth = scale ** np.arange(6)
        beta, se, _ = ols(x, x @ truth)
        assert beta == pytest.approx(truth, rel=1e-6)
        assert se.max() < 1e-4
    beta, se, df = ols(x, np.array(WAMPLER_3, dtype=float))
    assert beta == pytest.approx(np.ones(6), rel=1e-6)
    assert se == pytest.approx(WAMPLER_3_SD, rel=1e-8)
    assert df == 15


def test_robust_errors_are_those_of_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    team = np.arange(120) // 6
    x = np.column_stack([np.ones(120), rng.normal(size=(120, 2))])
    y = x @ [1, 2, 3] + rng.normal(size=20)[team] + rng.normal(size=120) * np.exp(0.3 * x[:, 1])
    assert hc3(x, y) == pytest.approx(sm.OLS(y, x).fit(cov_type="HC3").bse)
    expected = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": team}).bse
    assert clustered_ols(x, y, team)[1] == pytest.approx(expected)
