"""The tree of a framework and the links of a crosswalk, from nothing to 200 codes, with hostile names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from ipe_workbench.figures import crosswalk_links, framework_tree
from ipe_workbench.figures.style import house_style
from ipe_workbench.frameworks import Competency, Crosswalk, Framework, Mapping, load_crosswalk, load_framework


def made(count: int, name: str = "many") -> Framework:
    hostile = '<b>$x_2$ & "quotes"</b> ' * 8
    items = tuple(
        Competency(
            id=f"{name}-{at}",
            code=f"K{at // 10}.{at % 10}",
            statement=hostile,
            parent=f"{name}-{at // 10 * 10}" if at % 10 else None,
        )
        for at in range(count)
    )
    return Framework(id=name, title=hostile, competencies=items)


def boxes(figure: Figure) -> list[tuple[str, float, float, float, float]]:
    found = []
    # As the figure is drawn when it is shown or saved.
    with house_style():
        figure.draw_without_rendering()
        for text in figure.findobj(Text):
            if isinstance(text, Text) and text.get_visible() and text.get_text():
                box = text.get_window_extent()
                found.append((text.get_text(), box.x0, box.y0, box.x1, box.y1))
    return found


@pytest.mark.parametrize("count", [1, 37, 200])
def test_a_tree_of_any_size_keeps_its_words_inside_and_apart(count):
    shown = framework_tree(made(count))
    width, height = (inches * shown.figure.dpi for inches in shown.figure.get_size_inches())
    found = boxes(shown.figure)
    assert all(x0 >= -1 and x1 <= width + 1 and y0 >= -1 and y1 <= height + 1 for _, x0, y0, x1, y1 in found)
    lines = sorted((round(y0), x0, x1) for text, x0, y0, x1, _ in found if text.startswith(("K", "<")))
    assert all(a[0] != b[0] or a[2] <= b[1] + 1 for a, b in pairwise(lines))
    assert f"{count} competencies" in shown.figure.texts[-1].get_text()
    assert shown.alt.startswith("A tree.")


@pytest.mark.parametrize("count", [1, 200])
def test_a_crosswalk_of_any_size_keeps_its_words_inside(count):
    old, new = made(count, "old"), made(count, "new")
    rows = tuple(
        Mapping(source=f"old-{at}", target=f"new-{(at * 7) % count}", relation=relation)
        for at in range(0, count, 2)
        for relation in [("exactMatchOf", "broader", "narrower", "isRelatedTo")[at % 4]]
    )
    shown = crosswalk_links(Crosswalk(id="c", title="$C$", source="old", target="new", mappings=rows), old, new)
    width, height = (inches * shown.figure.dpi for inches in shown.figure.get_size_inches())
    assert all(
        x0 >= -1 and x1 <= width + 1 and y0 >= -1 and y1 <= height + 1 for _, x0, y0, x1, y1 in boxes(shown.figure)
    )


def test_each_end_of_a_long_crosswalk_names_the_other():
    def side(name: str) -> Framework:
        items = tuple(Competency(id=f"{name}{at}", code=f"{name}.{at}", statement="x") for at in range(90))
        return Framework(id=name, title=name, competencies=items)

    old, new = side("A"), side("B")
    ends = {at: {at * 7 % 90, (at * 7 + 1) % 90} if at % 2 else {at * 7 % 90} for at in range(80)}
    rows = tuple(
        Mapping(source=f"A{at}", target=f"B{end}", relation="broader") for at, its in ends.items() for end in its
    )
    shown = crosswalk_links(Crosswalk(id="c", title="C", source="A", target="B", mappings=rows), old, new)
    texts = boxes(shown.figure)
    left = min(x1 for text, _, _, x1, _ in texts if text == "A.79")
    height = {text: (y0 + y1) / 2 for text, _, y0, x1, y1 in texts if abs(x1 - left) < 2}
    beside = {text: [other for other, _, y0, _, y1 in texts if y0 < y < y1] for text, y in height.items()}
    for at, its in ends.items():
        assert any(set(other.split(", ")) == {f"B.{end}" for end in its} for other in beside[f"A.{at}"])
    assert "Beside each code" in shown.figure.texts[1].get_text()


def test_a_tree_that_goes_on_in_a_further_column_says_what_its_parts_belong_to():
    one = Competency(id="w", code="W", title="Whole")
    parts = tuple(Competency(id=f"p{at}", code=f"W.{at}", statement="x", parent="w") for at in range(70))
    shown = framework_tree(Framework(id="f", title="F", competencies=(one, *parts)))
    assert [text for text, *_ in boxes(shown.figure) if "continued" in text] == ["W Whole, continued"]


def test_a_crosswalk_says_what_is_left_out():
    crosswalk = load_crosswalk("crosswalk-ipec-2016-2023")
    shown = crosswalk_links(crosswalk, load_framework("ipec-2016"), load_framework("ipec-2023"))
    new = load_framework("ipec-2023")
    alone = [new[one].code for one in crosswalk.unmapped_targets(new)]
    marked = [text.removeprefix("▲ ") for text, *_ in boxes(shown.figure) if text.startswith("▲ ")]
    assert [one for one in marked if one in alone] == alone
    assert all(code in shown.alt for code in alone)
