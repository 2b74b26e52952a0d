"""Maps of pathways of any size: nothing covers anything, no line runs through a box, and every group is seen."""

from __future__ import annotations

import datetime
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from ipe_workbench.credentials import Facts, Programme, example_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.figures import blocking_heat, critical_path, learner_on_pathway, pathway_map
from ipe_workbench.figures.layered import arrange
from ipe_workbench.figures.pathway_drawing import draw_pathway
from ipe_workbench.figures.pathway_graph import pathway_graph
from ipe_workbench.pathways.structure import Course, Curriculum, Requisite
from tests.figures.conftest import HOSTILE
from tests.programmes import credential, programme, stack

DAY = datetime.date(2027, 12, 1)


def made(count: int, seed: int = 1, title: str = "Course {} on the theory and practice of long titles") -> Curriculum:
    chance = random.Random(seed)  # noqa: S311
    courses: list[Course] = []
    for at in range(count):
        term = 1 + at * 8 // count
        early = [one.id for one in courses if (one.term or 0) < term]
        wanted = chance.sample(early, min(len(early), chance.choice([0, 1, 1, 2, 2, 3])))
        kinds: dict[str, Requisite] = dict.fromkeys(wanted, "pre")
        courses.append(Course(f"c{at}", title.format(at), kinds, 3.0, term))
    return Curriculum("Made", tuple(courses))


def rich() -> Programme:
    """A programme with every kind of rule, nested, and with hostile and long titles."""
    names = [f"b{at}" for at in range(9)]
    first = [
        credential(one, title=f"{HOSTILE} {one} of a very long interprofessionalitythinking name") for one in names
    ]
    asks = {
        "choice": {"at_least": {"count": 2, "of": ["b0", "b1", "b2"]}},
        "nested": {"all": ["b3", {"any": [{"all": ["b4", "b5"]}, "b6"]}]},
        "ordered": {"within": {"months": 12, "rule": {"in_order": ["b0", {"any": ["b7", "b8"]}]}}},
        "counted": {
            "points": {"min": 3, "from": [{"badge": "b1", "points": 2}, {"badge": "b2", "points": 2}]},
        },
        "timed": {"hours": {"min": 6, "of": ["b1", "b2"]}},
        "told": {"all": [{"score": {"assessment": "b3", "min": 0.85}}, {"approval": {"role": "programme-director"}}]},
        "split": {"per_profession": {"nursing": "b4", "default": {"any": ["b5", "b6"]}}},
        "short": {"shortcut": {"badge": "choice", "otherwise": "b8"}},
        "top": {"at_least": {"count": 3, "of": ["choice", "nested", "ordered", "counted"]}},
    }
    stacks = [stack(name, rule) for name, rule in asks.items()]
    return programme([*first, credential("after", requires="choice")], stacks)


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]


def lines_through_boxes(figure: Figure) -> int:
    """How many lines pass through the inside of a box or gate that they neither leave nor reach."""
    figure.draw_without_rendering()
    boxes = [
        Bbox.from_extents(*one.get_bbox().padded(-0.01).extents)
        for one in figure.findobj(FancyBboxPatch)
        if isinstance(one, FancyBboxPatch)
    ]
    paths = [one.get_path() for one in figure.findobj(PathPatch) if isinstance(one, PathPatch)]
    return sum(path.intersects_bbox(box, filled=False) for path in paths for box in boxes)


def box_overlaps(figure: Figure) -> int:
    boxes = [one.get_bbox() for one in figure.findobj(FancyBboxPatch) if isinstance(one, FancyBboxPatch)]
    return sum(
        min(a.x1, b.x1) - max(a.x0, b.x0) > 0.001 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.001
        for a, b in itertools.combinations(boxes, 2)
    )


PATHWAYS = {
    "one course": lambda: made(1),
    "30 courses": lambda: made(30),
    "60 courses": lambda: made(60),
    "every rule": rich,
    "cu-ipe": example_programme,
}


@pytest.mark.parametrize("name", PATHWAYS)
def test_nothing_covers_anything_and_all_words_are_inside(name: str) -> None:
    figure = pathway_map(PATHWAYS[name]()).figure
    assert lines_through_boxes(figure) == 0
    assert box_overlaps(figure) == 0
    width, height = (inches * figure.dpi for inches in figure.get_size_inches())
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_text():
            box = text.get_window_extent()
            assert box.x0 >= -1, text
            assert box.x1 <= width + 1, text
            assert box.y0 >= -1, text
            assert box.y1 <= height + 1, text


def test_a_line_through_a_box_would_be_found() -> None:
    figure = pathway_map(made(30)).figure
    box = next(one for one in figure.findobj(FancyBboxPatch) if isinstance(one, FancyBboxPatch))
    x, y = box.get_x() + 0.3, box.get_y()
    figure.axes[0].add_artist(PathPatch(Path([(x, y - 0.2), (x, y + 1)])))
    assert lines_through_boxes(figure) >= 1


def test_every_kind_of_group_is_seen_where_it_counts() -> None:
    graph = pathway_graph(rich())
    labels = {target: [gate.label for gate in graph.gates.values() if gate.target == target] for target in graph.nodes}
    assert labels["choice"] == ["2 of 3"]
    assert labels["nested"] == ["1 of 2", "all 2"]
    assert labels["ordered"] == ["in order", "1 of 2"]
    assert labels["counted"] == ["3 points"]
    assert labels["timed"] == ["6 hours"]
    assert labels["told"] == ["score 85 %"]
    assert labels["split"] == ["by profession", "Nursing", "others: 1 of 2"]
    assert labels["short"] == ["either"]
    assert labels["top"] == ["3 of 4"]
    assert graph.nodes["ordered"].conditions == ("within 12 months",)
    assert graph.nodes["told"].conditions == ("approved by the programme director",)
    shown = words(pathway_map(rich()).figure)
    assert {"2 of 3", "3 points", "in order", "+ within 12 months"} <= set(shown)


def test_a_group_that_is_all_a_badge_asks_for_stands_on_its_box() -> None:
    graph = pathway_graph(rich())
    figure, arrangement = draw_pathway(graph, title="Heads")
    drawn = {one for row in arrangement.rows for one in row}
    alone = {"choice", "ordered", "counted", "timed", "told", "split", "short", "top"}
    assert {gate.target for gate in graph.gates.values() if gate.id not in drawn} == alone
    # Two lines lead into `nested`, of which one is counted: that group stands apart.
    assert [gate.label for gate in graph.gates.values() if gate.id in drawn and gate.target == "nested"] == [
        "1 of 2",
        "all 2",
    ]
    assert {"2 of 3", "3 points", "score 85 %"} <= set(words(figure))
    reached = {(one.source, one.lower) for one in arrangement.segments if one.lower == "choice"}
    assert {source for source, _ in reached} == {"b0", "b1", "b2"}


def test_the_lines_into_a_group_are_what_the_rule_names() -> None:
    graph = pathway_graph(rich())
    (gate,) = [gate.id for gate in graph.gates.values() if gate.target == "choice"]
    assert {source for source, into in graph.lines if into == gate} == {"b0", "b1", "b2"}
    assert graph.between("b4", "nested")
    assert not graph.between("b4", "choice")
    branches = pathway_graph(rich(), profession="nursing")
    assert branches.requires["split"] == ("b4",)


def test_a_badge_stands_below_all_that_it_names() -> None:
    graph = pathway_graph(rich())
    at = {one: number for number, (_, row) in enumerate(graph.rows(6)) for one in row}
    assert all(at[one] > at[other] for one, names in graph.requires.items() for other in names)
    assert at["after"] > at["choice"]


def test_a_course_that_stands_too_early_says_where_it_was_planned() -> None:
    courses = (Course("late", "Late", {}, 3, 4), Course("early", "Early", {"late": "pre"}, 3, 1))
    graph = pathway_graph(Curriculum("Wrong", courses))
    assert graph.nodes["early"].conditions == ("offered in Term 1",)


def test_corequisites_are_drawn_apart_and_named() -> None:
    courses = (
        Course("a", "A", {}, 3, 1),
        Course("b", "B", {"a": "co"}, 3, 1),
        Course("c", "C", {"a": "strict-co"}, 3, 1),
    )
    shown = pathway_map(Curriculum("Together", courses))
    assert "Dashed: before or at the same time" in " ".join(words(shown.figure)).replace("\n", " ")
    dashes = {str(one.get_linestyle()) for one in shown.figure.findobj(PathPatch) if isinstance(one, PathPatch)}
    assert len(dashes) == 2


def test_only_what_leads_to_a_goal_is_drawn() -> None:
    graph = pathway_graph(rich(), goal="nested")
    assert set(graph.nodes) == {"b3", "b4", "b5", "b6", "nested"}
    with pytest.raises(UnknownNameError, match="neste"):
        pathway_map(rich(), goal="neste")


def test_a_circle_is_an_error_and_no_drawing() -> None:
    circle = programme([credential("a", requires="b"), credential("b", requires="a")], [])
    with pytest.raises(UnusableInputError, match="circle"):
        pathway_map(circle)


def test_the_critical_path_is_marked_from_end_to_end() -> None:
    shown = critical_path(example_programme())
    steps = [one for one in words(shown.figure) if one.startswith("step ")]
    assert sorted(steps) == [f"step {at} of 6" for at in range(1, 7)]
    assert shown.alt.count("; then ") == 5


def test_heat_shows_the_figures_of_the_structure() -> None:
    chain = Curriculum("C", tuple(Course(str(at), f"N{at}", {str(at - 1): "pre"} if at else {}) for at in range(4)))
    assert [one for one in words(blocking_heat(chain).figure) if one.startswith("blocks")] == [
        f"blocks {count}" for count in (3, 2, 1, 0)
    ]
    assert blocking_heat(chain).title == "N0 blocks most: 3 of 3 other badges"
    assert {one for one in words(blocking_heat(chain, measure="delay").figure) if one.startswith("delay")} == {
        "delay 4"
    }
    loose = Curriculum("L", (Course("a", "A", {}), Course("b", "B", {})))
    assert blocking_heat(loose).title == "No badge blocks another"


def test_heat_tells_what_no_choice_avoids_from_what_some_choice_can_bring() -> None:
    found = rich()
    # Without b0 there is no `ordered`, without b1 or b2 neither `counted` nor `timed`, without `choice` no `after`.
    sure = words(blocking_heat(found, goal="choice").figure)
    assert sorted(one for one in sure if one.startswith("blocks")) == ["blocks 1", "blocks 1", "blocks 2", "blocks 2"]
    # b0 can count for choice, ordered, after, short and top.
    some = words(blocking_heat(found, goal="choice", choice="any").figure)
    assert "blocks 5" in some


def test_a_learners_map_names_each_state() -> None:
    found = rich()
    facts = Facts.holding(["b0", "b1", "b4"], on=datetime.date(2027, 9, 1), profession="nursing")
    shown = learner_on_pathway(found, facts, DAY)
    notes = words(shown.figure)
    assert notes.count("✓ held 2027-09-01") == 3
    assert "✓ done 2027-09-01" in notes
    assert "○ open now" in notes
    assert "3 of 10 credentials held" in shown.title
    assert "Held:" in shown.alt


@pytest.mark.parametrize("draw", [pathway_map, critical_path, blocking_heat])
def test_hostile_names_are_only_words(draw) -> None:
    shown = draw(rich())
    assert "<script" not in shown.to_svg()


@st.composite
def layered(draw: st.DrawFn) -> tuple[list[list[str]], list[tuple[str, str]]]:
    rows = [[f"{at}-{spot}" for spot in range(draw(st.integers(1, 4)))] for at in range(draw(st.integers(1, 5)))]
    pairs = [(one, other) for at, row in enumerate(rows) for one in row for below in rows[at + 1 :] for other in below]
    return rows, draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12)) if pairs else []


@settings(max_examples=40, deadline=None)
@given(layered())
def test_things_keep_apart_lines_arrive_and_crossings_are_counted_right(
    given_rows: tuple[list[list[str]], list[tuple[str, str]]],
) -> None:
    rows, edges = given_rows
    widths = {one: 1.0 + len(one) / 9 for row in rows for one in row}
    found = arrange(rows, edges, widths)
    assert [sorted(one for one in row if one not in found.lanes) for row in found.rows] == [sorted(row) for row in rows]
    for row in found.rows:
        for left, right in itertools.pairwise(row):
            apart = found.x[right] - found.x[left]
            assert apart >= (widths.get(left, 0) + widths.get(right, 0)) / 2 + 0.05
        assert all(found.x[one] - widths.get(one, 0) / 2 >= -1e-6 for one in row)
        assert all(found.x[one] + widths.get(one, 0) / 2 <= found.width + 1e-6 for one in row)
    reached = {(one.source, one.lower) for one in found.segments if one.lower not in found.lanes}
    assert reached == set(edges)
    crossings = 0
    for one, other in itertools.combinations(found.segments, 2):
        if any(one.upper in row and other.upper in row for row in found.rows):
            above, below = found.x[one.upper] - found.x[other.upper], found.x[one.lower] - found.x[other.lower]
            crossings += above * below < -1e-12
    assert crossings == found.crossings
