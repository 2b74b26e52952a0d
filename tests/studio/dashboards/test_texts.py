"""The texts: all of the English in one file, Spanish complete, and each translation with the same braces."""

from __future__ import annotations

import importlib.util
import string
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ipe_workbench.studio.dashboards.sentences import _KINDS, sentence
from ipe_workbench.studio.dashboards.texts import LANGUAGES, Texts, chosen_language

ROOT = Path(__file__).parents[3]
LOCALE = ROOT / "ipe_workbench" / "studio" / "locale"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    described = importlib.util.spec_from_file_location("publish_texts", ROOT / "scripts" / "publish_texts.py")
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "dashboards.po").open("rb") as stream:
        return read_po(stream, locale=language)


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def braces(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_english_file_holds_every_text_of_the_code(script: ModuleType) -> None:
    assert (LOCALE / "dashboards.pot").read_bytes() == script.written(script.template())
    assert len(script.template()) > 200


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_every_text_is_translated_with_the_same_braces(script: ModuleType, language: str) -> None:
    wanted = {one.id for one in script.template() if one.id}
    found = {one.id: one for one in catalogue(language) if one.id}
    assert set(found) == wanted
    for text, message in found.items():
        assert not message.fuzzy
        assert all(forms(message.string)), text
        for form in forms(message.string):
            assert braces(form) == braces(forms(text)[-1]), text


def test_every_language_of_the_pages_has_a_catalogue() -> None:
    assert {one.parts[-3] for one in LOCALE.glob("*/LC_MESSAGES/dashboards.po")} == set(LANGUAGES) - {"en"}


def test_sentences_of_the_planner_are_said_in_spanish() -> None:
    texts = Texts("es")
    said = sentence("You need it before A, B and C.", texts)
    assert said == "La necesitas antes de A, B y C."
    assert sentence("No more than 3.5 hours fit into Fall 2026.", texts) == "En Fall 2026 no caben más de 3,5 horas."


@pytest.mark.parametrize("kind", _KINDS)
def test_each_kind_of_sentence_is_recognised(kind: str) -> None:
    filled = kind.format_map(dict.fromkeys(braces(kind), "<b>X</b>"))
    said = sentence(filled, Texts("es"))
    assert 'lang="en"' not in said
    assert "<b>" not in said


def test_the_planner_says_no_sentence_that_is_not_known() -> None:
    # What the feedback on the example programme says in a hundred situations.
    import datetime

    from ipe_workbench.credentials import Award, Facts, example_programme
    from ipe_workbench.pathways.feedback import feedback

    programme, said = example_programme(), set()
    for day in (datetime.date(2026, 8, 1), datetime.date(2027, 3, 1), datetime.date(2028, 6, 1)):
        for goal in programme.stacks:
            held = tuple(Award(one, datetime.date(2026, 10, 1)) for one in list(programme.credentials)[:3])
            for facts in (Facts("nursing"), Facts("nursing", held)):
                found = feedback(programme, facts, on=day, goal=goal)
                said |= {one.why for one in found.next} | set(found.plan.impossible_because())
                if found.plan.impossible is not None:
                    said |= set(found.plan.impossible.relaxation)
    assert len(said) > 10
    assert [one for one in said if "lang=" in sentence(one, Texts("es"))] == []


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("es", "en", "es"),
        ("fr", "es-ES,es;q=0.9", "es"),
        ("", "en;q=0.1, es;q=0.2", "es"),
        ("", "de, fr", "en"),
        ("", ";q=x,,,es;q=zzz", "en"),
        ('"><script>', "", "en"),
    ],
)
def test_the_language_of_a_page(asked: str, accepted: str, chosen: str) -> None:
    assert chosen_language(asked, accepted) == chosen


def test_numbers_and_days_as_people_of_the_language_write_them() -> None:
    import datetime

    day = datetime.date(2027, 3, 20)
    assert (Texts("en").date(day), Texts("es").date(day)) == ("20 March 2027", "20 de marzo de 2027")
    assert (Texts("en").number(2.0), Texts("es").number(2.5), Texts("en").number(-0.0)) == ("2", "2,5", "0")
    assert Texts("xx").language == "en"
