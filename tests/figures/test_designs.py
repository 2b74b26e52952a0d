"""Two designs side by side: the figure says which badges gain, and by how much."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.figures import designs_compared, retention_over_time
from ipe_workbench.figures.designs import designs_finding
from ipe_workbench.simulation import Scenario, simulate

FIRST = "values-foundations"


def with_attempts(count: int, **fields: object) -> Scenario:
    changes = {FIRST: {"attempts": count}}
    return Scenario.model_validate({"id": "s", "title": f"{count} attempts", "design_changes": changes, **fields})


@pytest.fixture(scope="module")
def pair():
    programme = example_programme()
    return [simulate(programme, with_attempts(count), replicates=8, seed=4) for count in (1, 6)]


def test_the_gain_is_named_with_its_badge_and_stands_on_top(pair):
    figure = designs_compared(*pair)
    before, after = (one.badges("all", "earned").set_index("credential")["mean"] for one in pair)
    title = pair[0].badges("all").set_index("credential").loc[FIRST, "title"].iloc[0]
    assert f"most at {title} ({100 * (after[FIRST] - before[FIRST]):+.0f} points)" in figure.title
    axes = figure.figure.axes[0]
    assert axes.get_yticklabels()[0].get_text().startswith(title[:12])
    assert "1 attempts" in figure.alt
    assert "6 attempts" in figure.alt


def test_the_mean_difference_is_that_of_the_counts(pair):
    badges = [
        one.by_replicate().query("item in @ids", local_dict={"ids": list(one.badges()["credential"])}) for one in pair
    ]
    gain = (badges[1]["earned"].sum() - badges[0]["earned"].sum()) / 8 / pair[0].learners
    assert f"{gain:+.2f} badges a learner" in designs_finding(*pair)
    assert "+0.00 badges a learner" in designs_finding(pair[0], pair[0])


def test_a_single_cohort_has_no_interval(pair):
    one = simulate(example_programme(), with_attempts(2), replicates=1)
    words = " ".join(t.get_text() for t in designs_compared(one, one).figure.texts).replace("\n", " ")
    assert "one simulated cohort" in words
    assert "interval of the mean" not in words


def test_several_cohorts_have_an_interval(pair):
    words = " ".join(t.get_text() for t in designs_compared(*pair).figure.texts).replace("\n", " ")
    assert "(95 % interval of the mean +" in words


def test_retention_tells_its_highest_and_its_last_value(pair):
    figure = retention_over_time(pair[1], items=[FIRST])
    frame = pair[1].retention("all").query("item == @item", local_dict={"item": FIRST})["mean"]
    assert f"{round(100 * frame.iloc[-1])}\N{NO-BREAK SPACE}% at the end" in figure.alt
    assert figure.alt.startswith("Simulated")
