"""Questionnaires with a column an item, as forms and spreadsheets of many countries write them."""

from __future__ import annotations

import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.importing import propose_mapping, read_mapping

SET = {"wave": "2026-fall", "instrument": "spice-r2"}
#: As a German spreadsheet saves it: a byte order mark, semicolons, decimal commas, codes for what is missing.
SHEET = (
    "\ufeffMatrikelnr.;Zeitpunkt;SP01;SP02;SP03;SP10;Mittelwert;Kommentar\r\n"
    "s1;vorher;strongly disagree;agree;NA;agree;2,67;=SUM(A1)\r\n"
    's1;nachher;Agree;99;agree;strongly disagree;3,5;"ja; gut"\r\n'
    "s2;vorher;agree;;agree;agree;4,0;\r\n"
    "s2;nachher;agree;agree;agree;#NV;4,0;\r\n"
)
LABELS = {"strongly disagree": 1, "agree": 4, "Agree": 4}
COLUMNS = {"learner": "Matrikelnr.", "frame": "Zeitpunkt"}
TIMES = {"frame:vorher": "pre", "frame:nachher": "post"}


def values_of(store, item):
    frame = store.frame("survey_responses")
    return frame[frame["item"] == item].sort_values(["frame", "value"])[["frame", "value"]].values.tolist()


def test_an_export_in_another_language_comes_in_with_a_mapping(bring, store, roster):
    options = {"format": "survey-sheet", "columns": COLUMNS, "labels": LABELS}
    result = bring(SHEET, values={**SET, **TIMES, "missing": "99"}, **options)
    assert not result.errors, [str(one) for one in result.errors]
    assert values_of(store, "1") == [["post", 4], ["post", 4], ["pre", 1], ["pre", 4]]
    assert values_of(store, "2") == [["post", 4], ["pre", 4]]
    assert values_of(store, "10") == [["post", 1], ["pre", 4], ["pre", 4]]
    assert set(store.frame("survey_responses")["wave"]) == {"2026-fall-pre", "2026-fall-post"}
    assert not bring(SHEET, values={**SET, **TIMES, "missing": "99"}, **options).changed


@pytest.mark.parametrize(
    ("values", "labels", "words"),
    [
        (TIMES, LABELS, "99 stands among answers from 1 to 4 (SP02, row 3)"),
        ({**TIMES, "missing": "99"}, {"agree": 4}, "have no number yet: `strongly disagree`, `Agree`"),
    ],
)
def test_what_nobody_could_take_back_is_asked_first(bring, store, roster, values, labels, words):
    result = bring(SHEET, format="survey-sheet", columns=COLUMNS, values={**SET, **values}, labels=labels)
    assert words in result.errors[0].message
    assert "--set" in result.errors[0].mend
    assert not result.recorded
    assert store.counts()["survey_responses"] == 0


def test_codes_and_words_are_kept_when_somebody_says_so(bring, store, roster):
    values = {**SET, **TIMES, "codes": "keep", "words": "keep"}
    assert not bring(SHEET, format="survey-sheet", columns=COLUMNS, values=values, labels={"agree": 4}).errors
    assert ["post", 99] in values_of(store, "2")
    assert "strongly disagree" in set(store.frame("survey_responses")["comment"].dropna())


def test_a_scale_to_100_has_its_99(bring, store, roster):
    sheet = "learner,time,C1,C2,C3\ns1,pre,0,40,99\ns2,pre,100,35,77\n"
    assert not bring(sheet, values=SET).errors
    assert values_of(store, "3") == [["pre", 77], ["pre", 99]]


@pytest.mark.parametrize(
    ("sheet", "values", "words"),
    [
        ("learner,time,C1,C2,C3\ns1,T1,1,2,3\n", SET, "--set frame:T1=pre"),
        ("learner,time,C1,C2,C3\ns1,pre,1,2,3\n", {"wave": "w"}, "--set instrument="),
        ("learner,C1,C2,C3\ns1,1,2,3\n", SET, "--set frame=post"),
        ("learner,time,listens,speaks\ns1,pre,1,2\n", SET, "item:1: HEADING"),
    ],
)
def test_what_the_file_does_not_say_is_asked(bring, roster, sheet, values, words):
    with pytest.raises(UnusableInputError, match=words.replace("--", "")):
        bring(sheet, format="survey-sheet", values=values)


def test_a_mapping_is_proposed_with_every_gap_marked(put, bring, roster, tmp_path):
    file = put(SHEET)
    proposal = propose_mapping(file)
    assert proposal.format == "survey-sheet"
    assert proposal.columns == {
        **COLUMNS, "item:1": "SP01", "item:2": "SP02", "item:3": "SP03", "item:10": "SP10"
    }  # fmt: skip
    assert proposal.answers == ("strongly disagree", "Agree", "agree")
    assert proposal.times == ("vorher", "nachher")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(proposal.to_yaml(), encoding="utf-8")
    with pytest.raises(UnusableInputError, match="labels"):
        read_mapping(mapping)
    text = (
        mapping.read_text(encoding="utf-8").replace('wave: "?"', "wave: w").replace('instrument: "?"', "instrument: i")
    )
    for gap, told in {
        "frame:vorher": "pre", "frame:nachher": "post", "strongly disagree": "1", "Agree": "4", "agree": "4"
    }.items():  # fmt: skip
        text = text.replace(f'"{gap}": "?"', f'"{gap}": {told}').replace(f'  {gap}: "?"', f"  {gap}: {told}")
    mapping.write_text(text, encoding="utf-8")
    chosen = read_mapping(mapping, ["missing=99"])
    result = bring(
        SHEET, format=chosen.format, columns=chosen.columns, values=chosen.values, labels=chosen.labels
    )  # fmt: skip
    assert not result.errors, [str(one) for one in result.errors]
    assert result.changed
