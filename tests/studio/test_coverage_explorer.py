"""The coverage of the chosen profession is what is shown."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.studio import coverage_explorer


def test_another_profession_shows_another_coverage():
    programme = example_programme()
    first = next(iter(programme.credentials.values()))
    programme = programme.with_credential(first.model_copy(update={"professions": ("nursing",)}))
    choice, picture = coverage_explorer(programme, "ipec-2023").children
    assert [label for label, _ in choice.options][:2] == ["Everyone", "Medicine"]
    shown = {}
    for profession in (None, "medicine", "nursing"):
        choice.value = profession
        shown[profession] = picture.value
    assert 'role="img"' in shown[None]
    assert len(set(shown.values())) == 3


def test_an_unknown_framework_is_an_error():
    with pytest.raises(UnknownNameError):
        coverage_explorer(example_programme(), "nothing")
