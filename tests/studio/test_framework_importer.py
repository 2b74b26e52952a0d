"""The importer says what a file holds and what an export loses; hostile names stay text."""

from __future__ import annotations

import json

import pytest

from ipe_workbench import frameworks
from ipe_workbench.studio import CrosswalkExplorerModel, FrameworkImporter, FrameworkImporterModel, crosswalk_explorer

SHEET = b"Code,Statement,Colour\nA,<script>alert(1)</script>,red\nA1,Second,blue\n"


def test_an_uploaded_sheet_shows_its_facts_its_guesses_and_its_losses():
    shown = FrameworkImporter()
    assert shown.to.disabled
    assert shown.to.label == "choose a format"
    shown.model.read_content("C:\\fakepath\\My list <b>.csv", SHEET)
    assert shown.framework.title == "My list b"
    assert "2 items, 1 at the top, 2 levels, 1 without parts" in shown.facts.value
    assert "Parents guessed from headings and codes" in shown.facts.value
    assert "<b>" not in shown.facts.value
    shown.to.value = "case-1.0"
    assert "does not carry" in shown.losses.value
    shown.to.value = "graphml"
    assert "nothing is lost" in shown.losses.value


def test_a_file_that_cannot_be_used_leaves_nothing_behind_of_the_one_before(tmp_path):
    shown = FrameworkImporter()
    shown.model.read_content("x.csv", SHEET)
    shown.to.value = "csv"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({"a": 1}))
    shown.path.value = str(broken)
    assert 'role="alert"' in shown.facts.value
    assert "neither a CASE package" in shown.facts.value
    assert shown.framework is None
    assert shown.losses.value == ""


def test_an_export_is_saved_and_never_over_another(tmp_path):
    model = FrameworkImporterModel()
    model.read_content("x.csv", SHEET)
    model.to = "case-1.0"
    path = model.save(tmp_path)
    assert frameworks.import_framework(path).to_dict()["items"] == 2
    with pytest.raises(FileExistsError):
        model.save(tmp_path)


def test_the_explorer_shows_the_pairs_of_one_code_in_either_direction():
    old, new = frameworks.load_framework("ipec-2016"), frameworks.load_framework("ipec-2023")
    walk = frameworks.load_crosswalk("crosswalk-ipec-2016-2023")
    choice, direction, table = crosswalk_explorer(walk, old, new).children
    first = walk.mappings[0]
    choice.value = old[first.source].id
    ends = [one.target for one in walk.mappings if one.source == first.source]
    assert table.value.count("<tr>") - 1 == len(ends)
    assert all((new[end].code or end) in table.value for end in ends)
    direction.value = True
    assert choice.value is None
    unmapped = walk.unmapped_targets(new)[0]
    choice.value = new[unmapped].id
    assert "mapped to nothing" in table.value


def test_the_model_names_what_is_doubtful_in_the_crosswalk():
    old, new = frameworks.load_framework("ipec-2016"), frameworks.load_framework("ipec-2023")
    model = CrosswalkExplorerModel(frameworks.load_crosswalk("crosswalk-ipec-2016-2023"), old, new)
    assert model.findings == tuple(
        frameworks.check_crosswalk(frameworks.load_crosswalk("crosswalk-ipec-2016-2023"), old, new)
    )
