"""The figure of the trend: no line across a break, and all of it in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipe_workbench.evaluation.trend import Series, Trend, TrendPoint, TrendTerm
from ipe_workbench.evaluation.trend_breaks import Break
from ipe_workbench.figures import term_trends

TERMS = tuple(
    TrendTerm(f"t{one}", f"Fall 20{20 + one}", f"20{20 + one}-09-01", f"20{21 + one}-09-01") for one in range(4)
)
POINTS = tuple(TrendPoint(f"t{one}", 50, 20 + one, 0.4 + one / 20, 0.3, 0.7) for one in range(3))
HIDDEN = TrendPoint("t3", *[None] * 5)
SERIES = Series("a", "Badge <A> $x$", "badge", (0.0, 1.0), (*POINTS, HIDDEN), (Break("t0", "t1", "version 1 to 2"),))


@pytest.mark.parametrize("broken", [True, False])
def test_a_line_stops_at_a_break_and_at_what_is_hidden(broken: bool) -> None:
    series = SERIES if broken else replace(SERIES, breaks=())
    made = term_trends(Trend(TERMS, (series,), invented=True), "badge")
    (axes,) = made.figure.axes
    lines = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "o"]
    assert lines == ([[0], [1, 2]] if broken else [[0, 1, 2]])
    upright = [list(line.get_xdata()) for line in axes.lines if line.get_linestyle() == "--"]
    assert upright == ([[0.5, 0.5]] if broken else [])
    assert [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "x"] == [[3]]
    assert "PRACTICE" in {text.get_text() for text in made.figure.texts}


def test_the_words_say_what_the_drawing_says() -> None:
    other = replace(SERIES, id="b", title="B", kind="instrument", scale=(1.0, 5.0))
    made = term_trends(Trend(TERMS, (SERIES, other)), "badge")
    assert made.alt.replace("\xa0", " ").endswith(
        "Fall 2020 40 %, break (version 1 to 2), then Fall 2021 45 %, Fall 2022 50 %, Fall 2023 hidden."
    )
    assert made.title == "No two terms of the badges can be compared yet; 1 with a break"
    assert made.to_svg().startswith("<?xml")
    assert term_trends(Trend(TERMS, ()), "stack").title == "No stacks may be shown yet"
    nothing = replace(SERIES, points=(HIDDEN,), breaks=())
    assert term_trends(Trend(TERMS, (nothing,)), "badge").alt.endswith("nothing may be shown.")


def test_a_change_beyond_chance_is_the_finding() -> None:
    rose = (TrendPoint("t0", 100, 40, 0.4, 0.31, 0.5), TrendPoint("t1", 100, 70, 0.7, 0.6, 0.78))
    made = term_trends(Trend(TERMS[:2], (replace(SERIES, points=rose, breaks=()),)), "badge")
    assert made.title == "Of 1 comparable badges, 1 rose and 0 fell beyond chance"
