from __future__ import annotations

import itertools

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import cbook
from matplotlib.figure import Figure

from ipe_workbench.figures.charts import percent, spread
from ipe_workbench.figures.style import COLOURS, INK, MUTED, house_style, plain, titled_figure, wrapped


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast_with_white(colour: str) -> float:
    return 1.05 / (_luminance(colour) + 0.05)


@pytest.mark.parametrize("colour", [INK, MUTED])
def test_text_colours_reach_the_contrast_of_wcag_aa(colour: str) -> None:
    assert _contrast_with_white(colour) >= 4.5


@pytest.mark.parametrize("colour", COLOURS[:4])
def test_first_series_colours_reach_three_to_one_against_paper(colour: str) -> None:
    assert _contrast_with_white(colour) >= 3


@given(st.text(max_size=60))
def test_no_text_becomes_mathematics_or_keeps_a_control_character(text: str) -> None:
    shown = plain(text)
    assert not cbook.is_math_text(shown)
    assert not any(ord(letter) < 32 for letter in shown)


@given(st.text(max_size=200), st.integers(min_value=2, max_value=40))
def test_a_limited_text_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(plain(text, limit).replace(r"\$", "$")) <= limit


@given(st.text(max_size=200), st.integers(min_value=5, max_value=40))
def test_wrapped_text_keeps_to_its_lines(text: str, width: int) -> None:
    lines = wrapped(text, width, lines=2).split("\n")
    assert len(lines) <= 2
    assert all(len(line.replace(r"\$", "$")) <= width for line in lines)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_labels_are_spread_without_changing_their_order(places: list[float]) -> None:
    moved = spread(places, 0.05)
    ordered = sorted(range(len(places)), key=lambda number: places[number])
    heights = [moved[number] for number in ordered]
    assert all(upper - lower >= 0.05 - 1e-9 for lower, upper in itertools.pairwise(heights))


@given(st.floats(0, 1))
def test_a_percentage_is_0_or_100_only_when_it_is(share: float) -> None:
    assert (percent(share) == "100\N{NO-BREAK SPACE}%") == (share == 1)
    assert (percent(share) == "0\N{NO-BREAK SPACE}%") == (share == 0)


def test_the_users_settings_are_back_after_drawing() -> None:
    before = dict(mpl.rcParams)
    with house_style():
        assert mpl.rcParams["svg.hashsalt"] == "ipe-workbench"
    assert dict(mpl.rcParams) == before


def test_a_titled_figure_holds_title_note_and_source_inside_its_edges() -> None:
    with house_style():
        figure, (low, high) = titled_figure(
            "A finding " * 12, width=8, height=3, note="How to read " * 8, source="Simulated."
        )
    assert isinstance(figure, Figure)
    assert 0 < low < high < 1
    figure.draw_without_rendering()
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.width
        assert box.y1 <= figure.bbox.height
