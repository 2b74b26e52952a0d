from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.figures import (
    AccessibleFigure,
    assessor_load,
    attainment_by_badge,
    attainment_by_profession,
    attainment_over_time,
    bottlenecks,
    coverage_heatmap,
)
from ipe_workbench.frameworks import Competency, Framework
from ipe_workbench.pathways import coverage
from ipe_workbench.simulation import SimulationResult

SIMULATED: list[Callable[[SimulationResult], AccessibleFigure]] = [
    attainment_by_badge,
    attainment_by_profession,
    attainment_over_time,
    bottlenecks,
    assessor_load,
]


def _texts(figure: Figure) -> Iterator[str]:
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text():
            yield text.get_text().replace(r"\$", "$")


def _percent(share: float) -> str:
    return f"{round(100 * share)}\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize("draw", SIMULATED)
def test_a_simulated_figure_says_so_in_the_picture_and_in_words(
    draw: Callable[[SimulationResult], AccessibleFigure], result: SimulationResult
) -> None:
    shown = draw(result)
    texts = list(_texts(shown.figure))
    assert "SIMULATED" in texts
    assert any("6 cohorts of 100 learners" in text and "seed 3" in text for text in texts)
    assert shown.alt.startswith("Simulated.")


@pytest.mark.parametrize("draw", SIMULATED)
def test_every_drawing_has_a_named_axis_and_stays_inside_its_figure(
    draw: Callable[[SimulationResult], AccessibleFigure], hostile_result: SimulationResult
) -> None:
    figure = draw(hostile_result).figure
    figure.draw_without_rendering()
    labels = [axes.get_xlabel() + axes.get_ylabel() for axes in figure.axes] + [
        text.get_text() for text in figure.texts
    ]
    assert any("Share of" in label or "Hours" in label for label in labels)
    whole = figure.bbox
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip():
            box = text.get_window_extent()
            assert box.x0 >= -1, text.get_text()
            assert box.x1 <= whole.width + 1, text.get_text()
            assert box.y0 >= -1, text.get_text()
            assert box.y1 <= whole.height + 1, text.get_text()


@pytest.mark.parametrize("draw", SIMULATED)
def test_hostile_names_show_letter_for_letter_and_do_nothing(
    draw: Callable[[SimulationResult], AccessibleFigure], hostile_result: SimulationResult
) -> None:
    shown = draw(hostile_result)
    page = shown.to_html()
    assert "<script" not in page
    assert shown.to_svg() == draw(hostile_result).to_svg()


def test_the_badges_stand_in_order_with_their_shares(result: SimulationResult) -> None:
    axes = attainment_by_badge(result).figure.axes[0]
    frame = result.badges("all", "earned").sort_values("mean", ascending=False)
    assert [label.get_text() for label in axes.get_yticklabels()] == frame["title"].tolist()
    numbers = {text.get_text() for text in axes.texts}
    assert {_percent(share) for share in frame["mean"]} <= numbers
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in dots] == pytest.approx(frame["mean"].tolist())  # type: ignore[index]


def test_by_a_term_the_end_of_the_programme_stands_beside(result: SimulationResult) -> None:
    shown = attainment_by_badge(result, term="autumn", names={"autumn": "Autumn 2026"})
    assert "by the end of Autumn 2026" in shown.title
    hollow = [line for line in shown.figure.axes[0].lines if line.get_marker() == "D"]
    ends = sorted(result.badges("all", "earned")["mean"])
    assert sorted(line.get_xdata()[0] for line in hollow) == pytest.approx(ends)  # type: ignore[index]


def test_an_unknown_term_or_item_is_named_with_near_ones(result: SimulationResult) -> None:
    with pytest.raises(UnknownNameError, match="autumn"):
        attainment_by_badge(result, term="autumm")
    with pytest.raises(UnknownNameError, match="lead"):
        attainment_by_profession(result, items=["leed"])


def test_a_profession_that_may_not_earn_a_badge_has_no_dot(result: SimulationResult) -> None:
    shown = attainment_by_profession(result, items=["meds"], names={"nursing": "Nursing", "medicine": "Medicine"})
    dots = [line for line in shown.figure.axes[0].lines if line.get_marker() == "o"]
    assert [line.get_ydata()[0] == line.get_ydata()[0] for line in dots].count(True) == 1 or len(dots) == 1  # type: ignore[index]
    assert "Nursing" in shown.alt
    assert "Medicine" not in shown.alt


def test_curves_carry_their_names_and_terms(result: SimulationResult) -> None:
    texts = list(_texts(attainment_over_time(result, term="spring", names={"spring": "Spring term"}).figure))
    assert any(text.startswith("both") for text in texts)
    assert "Spring term" in texts
    assert "Week of the programme" in texts


def test_bottleneck_bars_add_up_to_those_who_miss_the_badge(result: SimulationResult) -> None:
    axes = bottlenecks(result).figure.axes[0]
    widths: dict[float, float] = {}
    for bar in axes.patches:
        widths[round(bar.get_y(), 3)] = widths.get(round(bar.get_y(), 3), 0) + bar.get_width()  # type: ignore[attr-defined]
    missed = sorted(1 - result.badges("all", "earned")["mean"])
    assert sorted(widths.values()) == pytest.approx(missed, abs=1e-9)


def test_load_shows_the_capacity(result: SimulationResult) -> None:
    shown = assessor_load(result)
    assert "capacity 10 h" in list(_texts(shown.figure))
    assert "faculty" in shown.alt


def test_coverage_distinguishes_by_letter_and_names_the_gaps(design: Programme) -> None:
    shown = coverage_heatmap(coverage(design, "ipec-2023"), {"talk": "Talking"})
    texts = list(_texts(shown.figure))
    assert texts.count("A") == 3  # the legend, and two credentials that assess C1
    assert texts.count("P") == 2
    assert "Talking" in texts
    assert "C1" in texts
    assert shown.title.startswith("1 of 33 sub-competencies are assessed")
    assert "▲ not taught, assessed" in texts
    assert "33 sub-competencies by 3 credentials" in shown.alt


def test_coverage_takes_hostile_names_without_clipping(hostile: Programme) -> None:
    names = dict.fromkeys(hostile.credentials, "$W$ W<b>" * 20)
    shown = coverage_heatmap(coverage(hostile, "ipec-2023"), names)
    shown.figure.draw_without_rendering()
    assert "<b>" not in shown.to_html()
    for text in shown.figure.axes[0].get_xticklabels():
        box = text.get_window_extent()
        assert box.y1 <= shown.figure.bbox.height


def test_coverage_leaves_out_credentials_of_other_frameworks_and_says_how_many(design: Programme) -> None:
    groups = [Competency(id=f"G{at}", code=f"G{at}", title=f"Group {at}") for at in range(2)]
    parts = [Competency(id=f"P{at}", code=f"P{at}", parent="G0") for at in range(3)]
    below = Competency(id="Q", code="Q", parent="P1")
    other = Framework(id="other", title="Other", competencies=(*groups, *parts, below))
    talk = design.credentials["talk"]
    alignment = talk.alignments[0].model_copy(update={"framework": "other", "competency": "P0"})
    programme = dataclasses.replace(design, frameworks={**design.frameworks, "other": other})
    programme = programme.with_credential(talk.model_copy(update={"alignments": (alignment,)}))
    shown = coverage_heatmap(coverage(programme, "other"), {"talk": "Talking"})
    assert [label.get_text() for label in shown.figure.axes[0].get_xticklabels()] == ["Talking"]
    assert "1 credential; 2 that are aligned to none of them not shown." in shown.figure.texts[-1].get_text()
    # P1 has a part, after which the parts of its whole go on.
    headings = [text for text in _texts(shown.figure) if text.startswith("Group 0")]
    assert headings == ["Group 0", "Group 0, continued"]


def test_a_large_coverage_repeats_the_names_above_each_panel_and_shows_every_code(design: Programme) -> None:
    groups = [Competency(id=f"G{at}", code=f"G{at}", title=f"Group {at}") for at in range(8)]
    parts = [Competency(id=f"G{at // 20}.{at}", code=f"K{at}", parent=f"G{at // 20}") for at in range(160)]
    big = Framework(id="big", title="Big", competencies=(*groups, *parts))
    programme = dataclasses.replace(design, frameworks={**design.frameworks, "big": big})
    shown = coverage_heatmap(coverage(programme, "big"), {"talk": "Talking"})
    panels = shown.figure.axes
    assert len(panels) == 4
    assert all("Talking" in [label.get_text() for label in axes.get_xticklabels()] for axes in panels)
    codes = [text for text in _texts(shown.figure) if text.startswith("K")]
    assert sorted(codes) == sorted(f"K{at}" for at in range(160))
    # Each panel begins under a heading, also where a group goes on.
    assert all(axes.texts[0].get_text().startswith("Group") for axes in panels[1:])
    assert shown.figure.get_size_inches()[1] < 30  # inches; one below another the lines would take 50
