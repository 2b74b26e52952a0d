"""Figures that the page draws: the same message as the drawn ones, and names that are text only."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from ipe_workbench.figures import bottlenecks, bottlenecks_on_page, designs_compared, designs_on_page
from ipe_workbench.figures.charts import Estimate, Part
from ipe_workbench.figures.page_charts import dots_on_page, parts_on_page
from ipe_workbench.simulation import SimulationResult
from tests.figures.conftest import HOSTILE

_WIDTH = re.compile(r'<span style="width:([\d.]+)%')


def label(page: str) -> str:
    found = re.search(r'role="img" aria-label="([^"]*)"', page)
    assert found
    return unescape(found[1])


def test_a_page_says_what_the_drawn_figure_says(result: SimulationResult) -> None:
    for page, figure in (
        (designs_on_page(result, result), designs_compared(result, result)),
        (bottlenecks_on_page(result), bottlenecks(result)),
    ):
        assert label(page) == f"{figure.title.rstrip('.')}. {figure.alt}"
        assert "Simulated, not recorded" in page


def test_marks_stand_where_the_values_are() -> None:
    page = dots_on_page([Estimate("A", 0.25, 0.2, 0.4, 0.75)], title="A quarter", alt="A 25 %.")
    assert 'ipe-dot" style="left:25.00%"' in page
    assert 'ipe-was" style="left:75.00%"' in page
    assert 'ipe-band" style="left:20.00%;width:20.00%"' in page
    assert 'ipe-move" style="left:25.00%;width:50.00%"' in page


def test_parts_are_in_proportion_and_the_longest_bar_takes_the_whole_width() -> None:
    page = parts_on_page(["A", "B"], [Part("x", (0.3, 0.05)), Part("y", (0.1, 0.05))], title="Parts", alt="A 40 %.")
    widths = [float(one) for one in _WIDTH.findall(page)]
    assert widths == pytest.approx([75, 25, 12.5, 12.5])
    assert "40\N{NO-BREAK SPACE}%" in page


@pytest.mark.parametrize("drawn", [lambda r: designs_on_page(r, r), bottlenecks_on_page])
def test_hostile_names_are_text(drawn: Callable[[SimulationResult], str], hostile_result: SimulationResult) -> None:
    page = drawn(hostile_result)
    assert "<script" not in page
    assert HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in page


def test_nothing_to_show_is_still_a_figure() -> None:
    assert 'role="img"' in parts_on_page([], [], title="Nothing", alt="Nothing.")
    assert 'role="img"' in dots_on_page([], title="Nothing", alt="Nothing.")
