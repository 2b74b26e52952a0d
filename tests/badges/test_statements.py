"""What must not be signed or verified: JSON that says something that the statements do not."""

from __future__ import annotations

from typing import Any

import pytest

from ipe_workbench.badges.canonical import canonical_form_by_pyld
from ipe_workbench.badges.statements import UnsafeDocumentError, read_statements
from tests.badges.making import unsigned

VALID_UNTIL = "https://www.w3.org/2018/credentials#validUntil"
OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"


def changed(path: str, value: Any, document: dict[str, Any] | None = None) -> dict[str, Any]:
    made = document or unsigned()
    *steps, last = [path] if path.startswith("https:") else path.split("/")
    target: Any = made
    for step in steps:
        target = target[int(step)] if isinstance(target, list) else target[step]
    target[last] = value
    return made


REFUSED = {
    "an undefined term": ("credentialSubject/colour", "green", "No pinned context"),
    "an undefined term deep inside": ("credentialSubject/achievement/criteria/colour", "green", "No pinned context"),
    "an undefined type": ("credentialSubject/type", ["AchievementSubject", "Hero"], "type 'Hero'"),
    "a type as an address": ("credentialSubject/type", [OB + "AchievementSubject"], "type"),
    "a member under its address": (VALID_UNTIL, "2099-01-01T00:00:00Z", "No pinned context"),
    "a keyword": ("@graph", [], "No pinned context"),
    "a keyword in a node": ("credentialSubject/@id", "urn:uuid:1", "No pinned context"),
    "a value object": ("name", {"@value": "Badge"}, "No pinned context"),
    "the name of a type as a member": (
        "credentialSubject/achievement/Criteria",
        {"id": "urn:uuid:1"},
        "name of a type",
    ),
    "an inline context": ("@context", ["https://www.w3.org/ns/credentials/v2", {"name": "urn:x"}], "could change"),
    "an unknown context": (
        "@context",
        ["https://www.w3.org/ns/credentials/v2", "https://evil.example/c"],
        "none of the pinned",
    ),
    "a context inside": (
        "credentialSubject/@context",
        "https://www.w3.org/ns/credentials/v2",
        "Only a whole credential",
    ),
    "a blank node with a name": ("credentialSubject/id", "_:b0", "blank node"),
    "a relative address": ("credentialSubject/id", "learner-1", "no absolute address"),
    "an address with blanks": ("credentialSubject/id", "urn:uuid:1 2", "no absolute address"),
    "an address that ends the statement": ("credentialSubject/id", "urn:a> <urn:b", "no absolute address"),
    "a null": ("validUntil", None, "null"),
    "an empty array": ("credentialSubject/achievement/tag", [], "empty array"),
    "an array in an array": ("credentialSubject/achievement/tag", [["a"]], "array inside"),
    "equal texts": ("credentialSubject/achievement/tag", ["a", "a"], "equals an earlier"),
    "equal nodes": ("credentialSubject/result", [{"type": ["Result"], "value": "1"}] * 2, "equals an earlier"),
    "nodes equal but for order": (
        "credentialSubject/result",
        [{"type": ["Result"], "value": "1"}, {"value": "1", "type": ["Result"]}],
        "equals an earlier",
    ),
    "a node described twice": (
        "credentialSubject/achievement/creator",
        {"type": ["Profile"], "name": "Other"},
        "says more here",
    ),
    "a control character": ("name", "Badge\x08", "control character"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_place_and_the_reason(case):
    path, value, reason = REFUSED[case]
    document = unsigned()
    if case == "a node described twice":
        value = {**value, "id": document["issuer"]["id"]}
    with pytest.raises(UnsafeDocumentError, match=reason):
        read_statements(changed(path, value, document))


def test_a_node_may_be_described_again_with_what_its_first_place_says_as_the_standards_own_example_does():
    document = unsigned()
    document["credentialSubject"]["achievement"]["creator"] = dict(document["issuer"])
    assert set(read_statements(document)) == set(read_statements(unsigned()))


def test_pyld_drops_an_undefined_term_in_silence_which_is_why_it_is_refused_here():
    assert canonical_form_by_pyld(changed("colour", "green")) == canonical_form_by_pyld(unsigned())


def test_no_two_members_of_the_pinned_contexts_mean_the_same_in_a_badge():
    # `criteria` and the type `Criteria` share an address: only the rule about names of types keeps them apart.
    document = unsigned()
    achievement = document["credentialSubject"]["achievement"]
    achievement["Criteria"] = achievement.pop("criteria")
    assert canonical_form_by_pyld(document) == canonical_form_by_pyld(unsigned())
    with pytest.raises(UnsafeDocumentError):
        read_statements(document)


def test_an_honest_badge_is_read_whole():
    assert len(read_statements(unsigned(status=True))) > 150
