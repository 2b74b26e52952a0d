"""Shares and means: a reader with a pocket calculator, and one with linear algebra, work out no small group."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.privacy import TOTAL, Rates, attack, safe_means, safe_shares
from tests.records.privacy.releases import people


def cohort(seed: int, kind: str = "two dimensions") -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    learners = people(chance, kind)
    # In some groups nobody passes, or everybody: that says something of each of them.
    likely = chance.choice([0.0, 0.05, 0.6, 1.0], (5, 4))
    codes = [pd.factorize(learners[one])[0] for one in ("profession", "site")]
    learners["passed"] = np.where(chance.random(len(learners)) < likely[codes[0], codes[1]], "yes", "no")
    learners["score"] = np.where(likely[codes[0], codes[1]] == 1, 1.0, chance.random(len(learners)).round(2))
    return learners


def groups(frame: pd.DataFrame, by: list[str]) -> dict[tuple[str, ...], pd.Series]:
    return {tuple(row[one] for one in by): row for _, row in frame.iterrows()}


@pytest.mark.parametrize("seed", range(6))
def test_shares_show_what_their_counts_may_show_and_no_more(seed):
    learners = cohort(seed)
    by = ["profession", "site"]
    made = safe_shares(learners, by, "passed", digits=1)
    told = attack(made.release)
    assert not told["recovered"].any(), told[told["recovered"]]
    for _, row in made.published.iterrows():
        those = learners
        for one in by:
            those = those if row[one] == TOTAL else those[those[one] == row[one]]
        with_it = (those["passed"] == row["passed"]).sum()
        if not pd.isna(row["share"]):
            assert row["n"] == len(those) >= 10
            assert round(with_it / len(those), 1) == pytest.approx(row["share"])
            # Neither those with the outcome nor those without are few, or none.
            assert min(with_it, len(those) - with_it) >= 10
        elif len(those):
            assert row["suppressed"]


def test_what_may_be_shown_is_shown_with_its_group_and_in_order():
    learners = pd.DataFrame(
        {
            "profession": ["nursing"] * 40 + ["medicine"] * 30 + [None] * 20,
            "passed": ["yes"] * 10 + ["no"] * 30 + ["yes", "no"] * 15 + ["no"] * 4 + ["yes"] * 16,
            "score": [0.25] * 40 + [0.5, 1.0] * 15 + [0.75] * 20,
        },
        index=range(7, 97),  # whatever rows a frame was cut from
    )
    shares = safe_shares(learners, ["profession"], "passed").published
    assert list(shares.columns) == ["profession", "passed", "n", "share", "suppressed"]
    assert [tuple(row) for row in shares[:2].itertuples(index=False, name=None)] == [
        (TOTAL, "no", 90, 0.54, False),
        (TOTAL, "yes", 90, 0.46, False),
    ]
    # Of those who told no profession four have not passed: neither they nor one more group can be shown.
    hidden = set(shares[shares["suppressed"]]["profession"])
    assert "(unknown)" in hidden
    assert len(hidden) == 2
    assert list(shares.index) == list(range(8))
    assert list(shares["profession"]) == sorted(shares["profession"])
    means = safe_means(learners, ["profession"], "score").published
    assert [tuple(row) for row in means.itertuples(index=False, name=None)] == [
        (TOTAL, 90, 0.53, False),
        ("(unknown)", 20, 0.75, False),
        ("medicine", 30, 0.75, False),
        ("nursing", 40, 0.25, False),
    ]
    whole = safe_shares(learners, [], "passed", digits=1).published
    assert [tuple(row) for row in whole.itertuples(index=False, name=None)] == [
        ("no", 90, 0.5, False),
        ("yes", 90, 0.5, False),
    ]


def test_a_share_is_hidden_where_it_says_what_everybody_or_nobody_or_few_have():
    rows = [("medicine", "yes", 25), ("medicine", "no", 25), ("pharmacy", "yes", 20), ("nursing", "yes", 27),
            ("nursing", "no", 3), ("dentistry", "no", 4)]  # fmt: skip
    learners = pd.DataFrame([row[:2] for row in rows for _ in range(row[2])], columns=["profession", "passed"])
    made = safe_shares(learners, ["profession"], "passed")
    shown = groups(made.published, ["profession", "passed"])
    for profession in ("pharmacy", "nursing", "dentistry"):
        assert pd.isna(shown[profession, "yes"]["share"])
        assert pd.isna(shown[profession, "no"]["share"])
    assert shown[TOTAL, "yes"]["n"] == 104
    assert not attack(made.release)["recovered"].any()
    # What a table of rounded percentages with sizes gives away, hidden only where a group is small.
    assert round(0.9 * 30) == 27


def test_a_later_table_of_shares_knows_the_earlier_one():
    early = pd.DataFrame({"profession": ["medicine"] * 40 + ["nursing"] * 40, "passed": ["yes", "no"] * 40})
    late = pd.concat([early, pd.DataFrame({"profession": ["nursing"] * 2, "passed": ["no", "no"]})])
    first = safe_shares(early, ["profession"], "passed")
    second = safe_shares(late, ["profession"], "passed", earlier=[first.release])
    assert not attack(second.release, [first.release])["recovered"].any()
    careless = safe_shares(late, ["profession"], "passed")
    assert "0 - 1" in set(attack(careless.release, [first.release])["release"])


def test_a_later_table_of_means_knows_the_earlier_one():
    early = pd.DataFrame({"profession": ["medicine"] * 40 + ["nursing"] * 40, "score": [0.5, 0.6] * 40})
    late = pd.concat([early, pd.DataFrame({"profession": ["nursing"] * 2, "score": [0.1, 0.2]})])
    first = safe_means(early, ["profession"], "score")
    second = safe_means(late, ["profession"], "score", earlier=[first.release])
    shown = groups(second.published, ["profession"])
    for one in ("nursing", TOTAL):
        # 42 times the new mean, less 40 times the old one, would be the score of the two who came late.
        assert pd.isna(shown[(one,)]["n"])
        assert pd.isna(shown[(one,)]["mean"])
    assert not attack(second.release, [first.release])["recovered"].any()


def determined(made: Rates, by: list[str], learners: pd.DataFrame) -> set[tuple[str, ...]]:
    """The hidden groups whose sum of values follows from the means that are shown, by linear algebra alone."""
    values = [sorted(learners[one].unique()) for one in by]
    cells = list(itertools.product(*([*some, TOTAL] for some in values)))
    hidden = {tuple(row[one] for one in by): bool(row["suppressed"]) for _, row in made.published.iterrows()}
    unknown = [one for one in cells if hidden.get(one, False)]
    equations = []
    for cell in cells:
        for at, some in enumerate(values):
            if cell[at] == TOTAL:
                parts = [(*cell[:at], one, *cell[at + 1 :]) for one in some]
                equations.append([(one == cell) - (one in parts) for one in unknown])
    matrix = np.array(equations, dtype=float).reshape(len(equations), len(unknown))
    rank = np.linalg.matrix_rank(matrix) if unknown else 0
    found = set()
    for at, one in enumerate(unknown):
        alone = np.zeros(len(unknown))
        alone[at] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, alone])) == rank:
            found.add(one)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_mean_of_a_hidden_group_follows_from_those_that_are_shown(seed):
    learners = cohort(seed)
    by = ["profession", "site"]
    made = safe_means(learners, by, "score", scale=(0, 1))
    assert determined(made, by, learners) == set()
    small = made.published.assign(suppressed=made.published["n"].isna())
    for _, row in made.published[~made.published["suppressed"]].iterrows():
        those = learners
        for one in by:
            those = those if row[one] == TOTAL else those[those[one] == row[one]]
        if len(those):
            assert len(those) >= 10
            assert row["mean"] == pytest.approx(those["score"].mean(), abs=0.006)
            assert 0 < those["score"].mean() < 1
    assert len(small) == len(made.published)


def test_hiding_the_small_mean_alone_would_give_it_away():
    learners = pd.DataFrame({"profession": ["medicine"] * 40 + ["nursing"] * 31 + ["dentistry"] * 4})
    learners["score"] = np.random.default_rng(3).random(len(learners))
    made = safe_means(learners, ["profession"], "score")
    shown = groups(made.published, ["profession"])
    assert [pd.isna(shown[(one,)]["mean"]) for one in ("medicine", "nursing", "dentistry")] == [False, True, True]
    careless = Rates(made.published.assign(suppressed=made.published["profession"] == "dentistry"), made.release)
    assert determined(careless, ["profession"], learners) == {("dentistry",)}
    assert determined(made, ["profession"], learners) == set()


def test_full_points_of_a_whole_group_are_not_shown_though_its_size_is():
    learners = pd.DataFrame({"profession": ["medicine"] * 40 + ["nursing"] * 31 + ["pharmacy"] * 20})
    learners["score"] = [0.5] * 40 + [0.4] * 31 + [1.0] * 20
    made = safe_means(learners, ["profession"], "score", scale=(0, 1))
    shown = groups(made.published, ["profession"])
    assert shown[("pharmacy",)]["n"] == 20
    assert pd.isna(shown[("pharmacy",)]["mean"])
    assert determined(made, ["profession"], learners) == set()
    # The sizes were published before: that does not bring the mean out.
    again = safe_means(learners, ["profession"], "score", scale=(0, 1), earlier=[made.release])
    assert pd.isna(groups(again.published, ["profession"])[("pharmacy",)]["mean"])


def test_tables_that_cannot_be_made_are_refused_in_a_sentence():
    learners = pd.DataFrame({"profession": ["a"], "score": [2.0], "passed": ["yes"]})
    for call, words in (
        (lambda: safe_shares(learners, ["cohort"], "passed"), "no column `cohort`"),
        (lambda: safe_means(learners, ["profession"], "passed"), "no numbers"),
        (lambda: safe_means(learners, ["profession"], "score", scale=(0, 1)), "outside of the scale"),
    ):
        with pytest.raises(UnusableInputError, match=words):
            call()
