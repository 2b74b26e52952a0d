from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.figures.accessible import AccessibleFigure

HOSTILE = """<script>alert(1)</script> "quoted" & $x$ 'single'"""
SVG = "{http://www.w3.org/2000/svg}"


def _figure(title: str = "Two points", alt: str = "Both are at one.") -> AccessibleFigure:
    figure = Figure(figsize=(3, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], [1, 1], marker="o")
    axes.set_xlabel("weeks")
    return AccessibleFigure(figure, alt=alt, title=title)


def test_two_renders_of_a_figure_are_the_same_bytes() -> None:
    assert _figure().to_svg() == _figure().to_svg()
    shown = _figure()
    assert shown.to_svg() == shown.to_svg()


def test_the_svg_is_valid_and_carries_title_and_description() -> None:
    root = ET.fromstring(_figure(title=HOSTILE, alt=HOSTILE).to_svg().encode())  # noqa: S314 (our own)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert title.text == HOSTILE
    assert description is not None
    assert description.text == HOSTILE
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_the_svg_names_no_date_and_loads_nothing() -> None:
    svg = _figure().to_svg()
    assert "<metadata" not in svg
    assert "<!DOCTYPE" not in svg
    assert not re.search(r'(?:href|src)="(?!#)', svg)


def test_every_reference_inside_the_svg_has_its_target() -> None:
    svg = _figure().to_svg()
    ids = re.findall(r'\sid="([^"]+)"', svg)
    references = re.findall(r'href="#([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg)
    assert len(ids) == len(set(ids))
    assert references
    assert set(references) <= set(ids)


def test_ids_of_two_figures_do_not_meet_in_one_page() -> None:
    other = Figure(figsize=(3, 2))
    other.add_subplot().plot([0, 1], [0, 1])
    pages = [_figure().to_html(), AccessibleFigure(other, alt="a", title="t").to_html()]
    first, second = (set(re.findall(r'\sid="([^"]+)"', page)) for page in pages)
    assert first
    assert second
    assert not first & second


def test_the_html_escapes_hostile_words_in_label_and_caption() -> None:
    page = _figure(title=HOSTILE, alt=HOSTILE).to_html()
    assert "<script" not in page
    assert 'role="img"' in page
    assert "&quot;quoted&quot;" in page
    assert "<figcaption>" in page


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_figure_is_saved_by_its_ending(tmp_path: Path, ending: str, start: bytes) -> None:
    path = _figure().save(tmp_path / "new" / f"figure.{ending}")
    assert path.read_bytes().startswith(start)


def test_saved_images_carry_the_alternative_text(tmp_path: Path) -> None:
    assert b"Both are at one." in _figure().save(tmp_path / "a.png").read_bytes()
    assert b"Both are at one." in _figure().save(tmp_path / "a.pdf").read_bytes()


def test_an_unknown_ending_is_refused_with_the_ones_that_work(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match=r"\.svg, \.png or \.pdf"):
        _figure().save(tmp_path / "figure.jpg")


def test_a_figure_without_alternative_text_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="alternative text"):
        AccessibleFigure(Figure(), alt=" ", title="t")


def test_a_figure_in_a_page_is_never_wider_than_its_room() -> None:
    shown = AccessibleFigure(Figure(), alt="Nothing is drawn.", title="An empty figure")
    assert 'style="max-width: 100%; height: auto"' in shown.to_html()
    assert "max-width" not in shown.to_svg()
