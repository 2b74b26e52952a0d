"""Designer and simulator in Spanish: no label, no message and no word of a closed set is left in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import ipywidgets
import pytest

from ipe_workbench.credentials import MicroCredential, Stack
from ipe_workbench.credentials.model import (
    Activity,
    Assessment,
    AssessmentMethod,
    Assessor,
    Coverage,
    Evidence,
    Level,
    Stage,
)
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.studio import Designer, Simulator
from ipe_workbench.studio.labelled_slider import LabelledSlider
from ipe_workbench.studio.said import KINDS, WORDS, said_in
from ipe_workbench.studio.texts import Texts
from tests.programmes import copy_of_cu_ipe

SPANISH = Texts("es")
STUDIO = Path(__file__).parents[2] / "ipe_workbench" / "studio"
#: Calls whose first text a person reads.
SAYING = ("_refuse", "_say", "Message", "EditError")
SETS = [
    *(get_args(one) for one in (Level, Stage, AssessmentMethod, Assessor, Coverage)),
    *(
        get_args(kind.model_fields[name].annotation)
        for kind, names in {
            MicroCredential: ("type", "status", "participation", "stackability"),
            Stack: ("kind", "double_counting"),
            Assessment: ("supervision", "pass_rule"),
            Activity: ("kind", "delivery"),
            Evidence: ("kind",),
        }.items()
        for name in names
    ),
]


@pytest.mark.parametrize("words", SETS, ids=lambda one: "-".join(one[:2]))
def test_every_value_of_a_closed_set_is_a_word_of_the_catalogue(words: tuple[str, ...]) -> None:
    assert set(words) - {""} <= set(WORDS)


def braces(text: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", text)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_message_is_known_again_and_keeps_its_values(kind: str) -> None:
    values = {name: f"<{name}>" for name in braces(kind)}
    said = said_in(kind.format(**values), SPANISH)
    assert said != kind.format(**values)
    assert all(value in said for value in values.values())
    assert said_in(kind.format(**values), Texts("en")) == kind.format(**values)


def sentences(module: str) -> Iterator[str]:
    """The sentences that a model says, with something in the place of what changes."""
    for node in ast.walk(ast.parse((STUDIO / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            texts = [one for one in node.args if isinstance(one, ast.Constant | ast.JoinedStr)]
            for one in texts if name == "_travel" else texts[:1] if name in SAYING else ():
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "X"
                    for part in (one.values if isinstance(one, ast.JoinedStr) else [one])
                )


#: What no person meets, what lower layers say, and a beginning that ends two ways.
OTHER = {
    *("", "X", "XX", "XX.", "error", "X in your draft now. Look at it, then save."),
    *("`X` has no field `X`.", "An id identifies for good and cannot be changed."),
}


@pytest.mark.parametrize("module", ["designer_model", "design_draft", "simulator_model"])
def test_a_model_says_nothing_that_has_no_spanish(module: str) -> None:
    said = set(sentences(module)) - OTHER
    assert said
    assert [one for one in sorted(said) if said_in(one, SPANISH) == one] == []


BAD = {
    "hours": (-1, "many"),
    "title": ("",),
    "eqf_level": (99, 0, 2.5),
    "review_date": ("soon",),
    "assessment.methods": ([],),
    "assessment.pass_score": (2,),
}


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, values in BAD.items() for value in values])
def test_what_is_wrong_with_a_value_is_said_in_spanish(path: str, value: object) -> None:
    from ipe_workbench.credentials import example_programme
    from ipe_workbench.studio import DesignerModel

    model = DesignerModel(example_programme())
    assert not model.edit(path, value)
    assert said_in(model.field_errors[path], SPANISH) != model.field_errors[path]


def shown(widget: ipywidgets.Widget) -> Iterator[str]:
    """All that a widget says beside its values: labels, tips, tabs, words sent to a picture."""
    named = ("label",) if isinstance(widget, LabelledSlider) else ("description", "tooltip", "placeholder")
    yield from filter(None, (getattr(widget, name, "") for name in named))
    yield from getattr(widget, "titles", ())
    words = getattr(widget, "words", None)
    for one in words.values() if isinstance(words, dict) else ():
        yield from [one] if isinstance(one, str) else one
    for child in getattr(widget, "children", ()):
        yield from shown(child)


#: What is the same in both languages, or data.
SAME = {"CC-BY-4.0", "en", "2027-06-01", "no", "\u200b"}
#: Names of files and of frames.
FILES = {"badges", "csv", "svg"}


@pytest.mark.parametrize("selected", ["values-foundations", "team-clinical-experience"])
def test_no_label_of_the_designer_is_left_in_english(tmp_path: Path, selected: str) -> None:
    folder = copy_of_cu_ipe(tmp_path)
    both = [Designer(folder, language=one) for one in ("en", "es")]
    for one in both:
        one.model.select(selected)
    english, spanish = (list(shown(one)) for one in both)
    assert len(english) == len(spanish)
    assert len(english) > 80
    rows = both[0].model.value("rubric") or {"levels": []}
    levels = tuple(level["title"] for level in rows["levels"])
    alike = {one for one, other in zip(english, spanish, strict=True) if one == other}
    assert {one for one in alike - SAME if not (levels and one.endswith(levels))} == set()


def test_areas_and_messages_of_the_designer_are_spanish(tmp_path: Path) -> None:
    designer = Designer(copy_of_cu_ipe(tmp_path), language="es")
    designer.model.edit("hours", 9)
    panel = designer.panel
    assert "6 más que en lo guardado" in panel.hours.value
    assert "Nuevos desde la última vez que se guardó" in panel.findings.value
    assert "<span class='ipe-tag'>Aviso:</span> <span lang='en'>" in panel.findings.value
    panel.forecast.settle()
    assert "Itinerarios: los obtiene" in panel.outlook.value
    designer.undo.click()
    assert "Se ha deshecho el último cambio." in designer.said.value
    designer.model.edit("hours", -1)
    assert "Esto debe ser mayor que 0." in designer.sections["Identity"].fields["hours"].error.value
    assert "Todavía no se puede usar: Horas de dedicación del estudiante (Identidad)." in designer.state.value
    assert re.match(r"Línea: .* (pide|puede contar) .*\. Supr la quita\.", designer.graph.edges[0]["label"])
    assert designer.graph.nodes[0]["caption"].startswith("básico · 3 h")
    assert designer.graph.language == "es"


def test_no_label_of_the_simulator_is_left_in_english(tmp_path: Path) -> None:
    from ipe_workbench.credentials import load_programme

    programme = load_programme(copy_of_cu_ipe(tmp_path))
    both = [Simulator(programme, replicates=2, language=one) for one in ("en", "es")]
    english, spanish = (list(shown(one)) for one in both)
    assert len(english) > 30
    assert {one for one, other in zip(english, spanish, strict=True) if one == other} - SAME - FILES == set()
    simulator = both[1]
    simulator.sliders["attempt_probability"].value = 0.9
    assert "Segundo menos primero" in simulator.areas["Both designs"].value
    assert re.search(r">\+\d+,\d puntos<", simulator.areas["Both designs"].value)
    assert dict(simulator.outcome.options).keys() >= {"Insignias por estudiante", "Horas de evaluación (profesorado)"}
    simulator.target.value = 0
    simulator.find.click()
    assert "Indica un objetivo mayor que 0." in simulator.said.value
    simulator.save.click()
    assert "Ponle al escenario un título con letras o cifras." in simulator.said.value


def test_a_language_without_texts_is_refused() -> None:
    from ipe_workbench.credentials import example_programme

    with pytest.raises(UnknownNameError, match="no texts in `fr`"):
        Designer(example_programme(), language="fr")
