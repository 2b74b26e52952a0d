"""P-values of many tests: published examples, and what adjustment must never do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import adjust_p_values

#: Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289, section 4.1: fifteen endpoints after myocardial infarction.
INFARCTION = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_rejects_what_the_published_example_rejects() -> None:
    table = adjust_p_values({f"h{at}": p for at, p in enumerate(INFARCTION, 1)})

    # The paper: controlling the error of the family rejects the three smallest, the false discovery rate the four.
    assert list(table.index[table["p_holm"] <= 0.05]) == ["h1", "h2", "h3"]
    assert list(table.index[table["p_fdr"] <= 0.05]) == ["h1", "h2", "h3", "h4"]
    # Holm: 15, 14, 13 and 12 times the smallest four; Benjamini-Hochberg: 15/4 times the fourth.
    np.testing.assert_allclose(table["p_holm"].iloc[:4], [0.0015, 0.0056, 0.0247, 0.114])
    np.testing.assert_allclose(table["p_fdr"].iloc[3], 0.0095 * 15 / 4)


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_is_never_smaller_and_keeps_the_order(values: list[float]) -> None:
    table = adjust_p_values({str(at): p for at, p in enumerate(values)})

    assert (table["p_fdr"] >= table["p"] - 1e-12).all()
    assert (table["p_holm"] >= table["p_fdr"] - 1e-12).all()
    ordered = table.sort_values("p")
    assert ordered["p_holm"].is_monotonic_increasing
    assert ordered["p_fdr"].is_monotonic_increasing


def test_holm_and_benjamini_hochberg_are_those_of_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    values = [*INFARCTION[::2], *INFARCTION[1::2], 0.0019]  # out of order, one twice
    table = adjust_p_values({str(at): p for at, p in enumerate(values)})

    for column, method in (("p_holm", "holm"), ("p_fdr", "fdr_bh")):
        np.testing.assert_allclose(table[column], multipletests(values, method=method)[1], atol=1e-12)


def test_what_was_not_tested_stays_out_of_the_family() -> None:
    table = adjust_p_values({"a": 0.02, "b": float("nan")})

    assert table.loc["a", "p_holm"] == 0.02
    assert np.isnan(table.loc["b", "p_holm"])


def test_p_outside_its_range_is_refused() -> None:
    with pytest.raises(UnusableInputError, match="outside 0 to 1"):
        adjust_p_values({"a": 1.2})
