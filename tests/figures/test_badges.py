"""The picture of a badge: the same bytes each time, all of it in words, no title that breaks it."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from ipe_workbench.badges.image_carriers import badge_in_image
from ipe_workbench.badges.svg_image import badges_in_svg
from ipe_workbench.credentials import example_programme
from ipe_workbench.figures import badge_image
from ipe_workbench.figures.style import COLOURS, INK, MUTED, width_of

PROGRAMME = example_programme()
SIMULATION = PROGRAMME.credentials["team-simulation"]
SVG = "{http://www.w3.org/2000/svg}"


def words_drawn(shown):
    return [text.get_text() for text in shown.figure.axes[0].texts]


def luminance(colour: str) -> float:
    """Relative luminance, W3C, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_picture_is_the_same_file_each_time_and_nothing_but_a_picture(tmp_path):
    drawn = [badge_image(SIMULATION, PROGRAMME) for _ in range(2)]
    assert drawn[0].to_svg() == drawn[1].to_svg()
    assert badges_in_svg(drawn[0].to_svg().encode()) == []
    files = [one.save(tmp_path / f"{number}.png").read_bytes() for number, one in enumerate(drawn)]
    assert files[0] == files[1]
    picture = Image.open(io.BytesIO(files[0]))
    assert picture.size == (600, 600)
    assert picture.getpixel((1, 1))[3] == 0, "the ground is transparent"


def test_title_stage_kind_level_codes_and_issuer_are_written_out():
    drawn = words_drawn(badge_image(SIMULATION, PROGRAMME))
    assert "Team simulation" in " ".join(drawn)
    assert {"IMMERSION", "Application · intermediate", "TT", "RR"} <= set(drawn)
    assert PROGRAMME.info.issuer.name in " ".join(drawn)


def test_the_svg_has_its_title_and_description_for_who_does_not_see_it():
    root = ElementTree.fromstring(badge_image(SIMULATION, PROGRAMME).to_svg())  # noqa: S314 - our own file
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Team simulation"
    assert "Competencies: TT Teams and Teamwork, RR Roles and Responsibilities." in root.find(f"{SVG}desc").text


@pytest.mark.parametrize("colour", [*COLOURS, INK, MUTED])
def test_every_colour_of_words_has_the_contrast_that_wcag_asks_for(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@pytest.mark.parametrize(
    "title",
    [
        "Interprofessional collaborative practice in long-term and end-of-life care of older people at home",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung",
        "W" * 300,
        "X",
        "</title><script>alert('$1$')</script> & \u202e\x1b[2J",
        "多职种协作",
    ],
)
def test_any_title_stays_inside_the_ring_and_is_no_markup(title):
    shown = badge_image(SIMULATION.model_copy(update={"title": title}), PROGRAMME)
    root = ElementTree.fromstring(shown.to_svg())  # noqa: S314 - our own file
    assert root.find(f".//{SVG}script") is None
    for text in shown.figure.axes[0].texts:
        weight = str(text.get_weight())
        room = 2 * (36**2 - text.get_position()[1] ** 2) ** 0.5 if abs(text.get_position()[1]) < 30 else 100
        assert width_of(text.get_text().replace("\\$", "$"), size=text.get_size(), weight=weight) * 25 <= room


def test_a_stack_without_a_competency_of_its_own_shows_those_of_its_badges():
    shown = badge_image(PROGRAMME.stacks["ipe-micro-credential"], PROGRAMME)
    assert {"VE", "RR", "C", "TT"} <= set(words_drawn(shown))


def test_a_design_without_any_alignment_and_one_of_unknown_frameworks_are_drawn():
    bare = SIMULATION.model_copy(update={"alignments": ()})
    assert "Competencies" not in badge_image(bare, PROGRAMME).alt
    strange = SIMULATION.alignments[0].model_copy(update={"framework": "none-such"})
    assert "Competencies" not in badge_image(bare.model_copy(update={"alignments": (strange,)}), PROGRAMME).alt


def test_every_picture_takes_a_badge_in_both_forms(tmp_path):
    from ipe_workbench.badges.baking import bake

    badge = b'{"type": ["VerifiableCredential", "OpenBadgeCredential"], "proof": {}}'
    for design in (SIMULATION, PROGRAMME.stacks["communication-certificate"]):
        for ending in ("svg", "png"):
            picture = badge_image(design, PROGRAMME).save(tmp_path / f"{design.id}.{ending}").read_bytes()
            assert badge_in_image(bake(badge, picture)).content == badge
