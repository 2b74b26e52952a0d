"""What the check of a crosswalk finds, each at its line."""

from __future__ import annotations

import pytest

from ipe_workbench.documents import read_document
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.frameworks import (
    Competency,
    Crosswalk,
    Framework,
    Mapping,
    load_crosswalk,
    load_framework,
    read_crosswalk,
)
from ipe_workbench.frameworks.crosswalk_checks import check_crosswalk
from ipe_workbench.frameworks.crosswalk_files import document_of_crosswalk

HANDOVER = "Hand over a patient with a structured message and a read-back."
DISCLOSE = "Tell the family openly when an error has harmed somebody."


def framework(reference: str, **statements: str | None) -> Framework:
    head = Competency(id=reference.upper(), title="Everything")
    parts = (Competency(id=code, code=code, parent=head.id, statement=text) for code, text in statements.items())
    return Framework(id=reference, title=f"Framework {reference}", competencies=(head, *parts))


SOURCE = framework("a", A1=HANDOVER, A2=DISCLOSE, A3=None)
TARGET = framework("b", B1=HANDOVER, B2=DISCLOSE, B3=None)


def check(*rows: Mapping, source: Framework = SOURCE, target: Framework = TARGET) -> list[tuple[str, str, str]]:
    crosswalk = Crosswalk(id="w", title="W", source=source.id, target=target.id, mappings=rows)
    return [(one.id, one.severity, one.subject) for one in check_crosswalk(crosswalk, source, target)]


def exact(source: str, target: str) -> Mapping:
    return Mapping(source=source, target=target, relation="exactMatchOf")


def test_a_sound_crosswalk_has_no_findings():
    assert check(exact("A1", "B1"), exact("A2", "B2"), exact("A3", "B3")) == []


def test_every_planted_mistake_is_found_at_its_line(tmp_path):
    path = tmp_path / "w.yaml"
    rows = [
        "id: w",
        "title: W",
        "source: a",
        "target: b",
        "mappings:",
        "  - {source: A1, target: B1}",
        "  - {source: A1, target: B1}",
        "  - {source: A1, target: B1, relation: broader}",
        "  - {source: A9, target: B2}",
        "  - {source: A2, target: B9}",
        "  - source: A2",
        "    target: B1",
        "    suggested: true",
        "    score: 0.25",
        "  - {source: A2, target: B}",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    crosswalk, _ = read_crosswalk(path)
    found = check_crosswalk(crosswalk, SOURCE, TARGET, read_document(path))
    assert {(one.id, one.severity, one.place.line) for one in found} == {
        ("duplicate-mapping", "warning", 7),
        ("contradictory-relations", "error", 8),
        ("unknown-source-code", "error", 9),
        ("unknown-target-code", "error", 10),
        ("suggestion-not-accepted", "warning", 11),
        ("level-mismatch", "warning", 15),
        ("one-to-many", "info", 11),
        ("many-to-one", "info", 6),
        ("unmapped-source", "warning", 5),
        ("target-without-ancestor", "info", 5),
    }
    assert all(one.message and one.mend and one.place.file == str(path) for one in found)
    assert "Did you mean" in next(one.mend for one in found if one.id == "unknown-target-code")


def test_a_code_is_the_exact_match_of_one_code_only():
    rows = (exact("A1", "B1"), exact("A1", "B3"), exact("A3", "B3"), exact("A2", "B2"))
    assert {one[1:] for one in check(*rows) if one[0] == "several-exact-matches"} == {
        ("warning", "A1"),
        ("warning", "B3"),
    }


def test_an_exact_match_of_texts_that_share_nothing_is_questioned_with_its_score_and_one_without_text_is_not():
    crosswalk = Crosswalk(
        id="w", title="W", source="a", target="b", mappings=(exact("A1", "B2"), exact("A2", "B1"), exact("A3", "B3"))
    )
    found = [one for one in check_crosswalk(crosswalk, SOURCE, TARGET) if one.id == "relation-too-strong"]
    assert [one.subject for one in found] == ["A1", "A2"]
    assert all("score 0." in one.message for one in found)
    weaker = (one.model_copy(update={"relation": "isRelatedTo"}) for one in crosswalk.mappings)
    assert check(*weaker) == []


def test_a_leaf_may_have_a_heading_as_its_broader_one_and_a_heading_a_leaf_as_its_narrower_one():
    fine = [Mapping(source="A1", target="B", relation="broader"), Mapping(source="A", target="B1", relation="narrower")]
    assert not any(one[0] == "level-mismatch" for one in check(*fine))
    turned = [one.model_copy(update={"relation": "exactMatchOf"}) for one in fine]
    assert sum(one[0] == "level-mismatch" for one in check(*turned)) == 2


def test_one_pair_named_by_id_and_by_code_is_one_pair():
    source = Framework(id="a", title="A", competencies=(Competency(id="uuid-1", code="A1"),))
    target = Framework(id="b", title="B", competencies=(Competency(id="B1"),))
    rows = (Mapping(source="uuid-1", target="B1"), Mapping(source="A1", target="B1"))
    assert check(*rows, source=source, target=target) == [("duplicate-mapping", "warning", "A1")]


def test_our_draft_crosswalk_has_nothing_but_remarks():
    crosswalk = load_crosswalk("crosswalk-ipec-2016-2023")
    found = check_crosswalk(
        crosswalk, load_framework("ipec-2016"), load_framework("ipec-2023"), document_of_crosswalk(crosswalk.id)
    )
    assert {one.severity for one in found} == {"info"}
    # Counted by hand in the file: codes of 2023 that stand more than once, and the six that are new.
    assert {one.subject for one in found if one.id == "many-to-one"} == {
        "RR1", "RR2", "RR4", "VE8", "VE9", "C4", "C7", "TT1", "TT8",
    }  # fmt: skip
    assert sum(one.id == "target-without-ancestor" for one in found) == 6


def test_a_crosswalk_is_only_checked_against_the_frameworks_that_it_names():
    with pytest.raises(UnusableInputError, match="about `ipec-2023`"):
        check_crosswalk(load_crosswalk("crosswalk-ipec-2016-2023"), load_framework("ipec-2016"), TARGET)
