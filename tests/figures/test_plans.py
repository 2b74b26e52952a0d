"""A plan as a chart: what is drawn is what the plan says."""

from __future__ import annotations

import pytest
from matplotlib.patches import Rectangle

from ipe_workbench.credentials import Facts, example_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.figures import plan_chart
from ipe_workbench.pathways.planning import PlanFor, plan
from tests.figures.conftest import HOSTILE
from tests.programmes import credential, programme, stack


def test_bars_and_hours_are_those_of_the_plan() -> None:
    found = example_programme()
    limits = {"2026-fall": 12.0, "2027-spring": 25.0}
    made = plan(found, "communication-certificate", PlanFor(Facts(profession="nursing"), hours_per_term=limits))
    shown = plan_chart(found, made, limits)
    rows, below = shown.figure.axes
    assert [label.get_text() for label in rows.get_yticklabels()][-1] == "Certificate in Communication"
    assert len(rows.get_yticklabels()) == len(made.steps) + 1
    heights = [one.get_height() for one in below.patches if isinstance(one, Rectangle)]
    assert sum(heights) == pytest.approx(made.hours)
    assert heights[0] == pytest.approx(sum(step.hours.get("2026-fall", 0) for step in made.steps))
    assert f"Fall 2026 {heights[0]:g} of at most 12" in shown.alt
    assert {text.get_text() for text in below.texts} >= {"limit 12 h", "limit 25 h"}


def test_a_bar_ends_on_the_day_of_the_award() -> None:
    found = example_programme()
    made = plan(found, "values-foundations", PlanFor())
    rows = plan_chart(found, made).figure.axes[0]
    (bar,) = [one for one in rows.patches if isinstance(one, Rectangle) and one.get_height() < 0.9]
    # The second week of the term, from Monday to Sunday.
    assert bar.get_x() == pytest.approx(1.0)
    assert bar.get_x() + bar.get_width() == pytest.approx(2.0)


def test_long_hostile_names_and_many_stacks_fit() -> None:
    names = [f"b{at}" for at in range(6)]
    stacks = [stack(f"s{at}", f"b{at}", title=HOSTILE * 9) for at in range(6)]
    found = programme(
        [credential(one, title=HOSTILE * 9) for one in names],
        [*stacks, stack("all", {"all": [one.id for one in stacks]}, title=HOSTILE * 9)],
    )
    shown = plan_chart(found, plan(found, "all", PlanFor()))
    shown.figure.draw_without_rendering()
    width = shown.figure.get_figwidth() * shown.figure.dpi
    for axes in shown.figure.axes:
        for label in axes.get_yticklabels():
            assert 0 <= label.get_window_extent().x0 <= width
    assert "6 stacks" in [label.get_text() for label in shown.figure.axes[0].get_yticklabels()]
    assert "<script" not in shown.to_svg()


def test_no_plan_and_nothing_to_do_are_said_in_words() -> None:
    found = programme([credential("a")], [stack("s", "a")])
    with pytest.raises(UnusableInputError, match="There is no plan"):
        plan_chart(found, plan(found, "s", PlanFor(closed=frozenset(["a"]))))
    done = plan(found, "s", PlanFor(Facts.holding(["s"])))
    with pytest.raises(UnusableInputError, match="nothing to plan"):
        plan_chart(found, done)
