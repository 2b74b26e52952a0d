"""Agreement without tables of pairs is that of the tables, resampled or not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.evaluation import estimate_agreement, krippendorff_alpha


def ratings(raters: int, values: int, missing: float) -> pd.DataFrame:
    rng = np.random.default_rng(raters * 7 + values)
    told = rng.integers(0, values, (40, raters)) // rng.integers(1, 3, (40, 1))
    wide = pd.DataFrame(np.where(rng.random((40, raters)) < missing, np.nan, told)).rename_axis("unit")
    return wide.reset_index().melt("unit", var_name="rater").dropna()


def distance(level: str, values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Krippendorff 2013, section 12.3, written out for each two values."""
    often = np.array([(codes == at).sum() for at in range(len(values))], dtype=float)
    told = np.zeros((len(values), len(values)))
    for a in range(len(values)):
        for b in range(len(values)):
            low, high = min(a, b), max(a, b)
            between = often[low : high + 1].sum() - (often[a] + often[b]) / 2
            told[a, b] = {"nominal": float(a != b), "ordinal": between**2 if a != b else 0.0,
                          "interval": (values[a] - values[b]) ** 2}[level]  # fmt: skip
    return told


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize(("raters", "values", "missing"), [(2, 3, 0.0), (3, 6, 0.2), (4, 30, 0.1)])
def test_alpha_is_that_of_the_coincidence_matrix(level, raters, values, missing):
    frame = ratings(raters, values, missing)
    wide = frame.pivot(index="unit", columns="rater", values="value")
    wide = wide[wide.notna().sum(axis=1) >= 2]
    used = np.unique(wide.to_numpy()[wide.notna().to_numpy()])
    codes = np.where(wide.notna(), np.searchsorted(used, wide), np.nan)
    expected = krippendorff_alpha(codes, distance(level, used, codes))
    found = estimate_agreement(frame, level=level, resamples=50)[f"krippendorff_alpha_{level}"]
    assert found.estimate == pytest.approx(expected, abs=1e-12)
    assert found.low < found.estimate < found.high


def test_many_different_numbers_have_an_alpha_and_correlations_only():
    rng = np.random.default_rng(2)
    score = rng.normal(size=(150, 1)) + 1e6 + rng.normal(size=(150, 2))
    frame = pd.DataFrame(score, columns=["x", "y"]).rename_axis("unit").reset_index().melt("unit", var_name="rater")
    names = [one.name for one in estimate_agreement(frame, level="interval", resamples=50).estimates]
    assert names[0] == "krippendorff_alpha_interval"
    assert set(names[1:]) == {"ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)"}
