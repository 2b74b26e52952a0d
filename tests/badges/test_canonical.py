"""The quick way to the canonical form equals PyLD's for every document that it accepts."""

from __future__ import annotations

import copy
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.badges.canonical import canonical_form, canonical_form_by_pyld, canonical_form_of
from ipe_workbench.badges.contexts import CLR_CONTEXT, CREDENTIALS_CONTEXT, EXTENSIONS_CONTEXT, OPEN_BADGES_CONTEXT
from ipe_workbench.badges.statements import SharedParts, UnsafeDocumentError, read_statements
from ipe_workbench.credentials import example_programme
from tests.badges.making import signed, signed_list, unsigned

# Texts with everything that writers of N-Quads escape, line ends of other alphabets, and signs beyond the first plane.
text = st.text(st.sampled_from(string.ascii_letters + '\\"\n\t\r \u2028\u0085\u00e9\U0001f3c5{}<>^'), max_size=12)
address = st.integers(0, 10**6).map(lambda number: f"https://example.edu/{number}")
moment = st.integers(2000, 2100).map(lambda year: f"{year}-05-03T00:00:00Z")


def node(type: str, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just([type])}, optional=members)


def several(of: st.SearchStrategy[Any], most: int = 4) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, min_size=1, max_size=most, unique_by=repr)


alignment = node("Alignment", targetName=text, targetUrl=address, targetCode=text, targetType=st.just("CFItem"))
level = node("RubricCriterionLevel", name=text, level=text, points=text, alignment=several(alignment, 2))
description = node(
    "ResultDescription",
    id=address,
    name=text,
    allowedValue=st.lists(text, min_size=1, max_size=3),
    rubricCriterionLevel=several(level, 3),
)
achievement = node(
    "Achievement",
    id=address,
    name=text,
    tag=several(text),
    criteria=st.fixed_dictionaries({}, optional={"narrative": text, "id": address}),
    creditsAvailable=st.floats(0, 1e20) | st.integers(0, 500),
    alignment=several(alignment),
    resultDescription=several(description, 3),
    image=st.fixed_dictionaries({"id": address, "type": st.just("Image")}),
)
identity = node("IdentityObject", hashed=st.booleans(), identityHash=text, salt=text)
result = node("Result", achievedLevel=address, value=text, alignment=several(alignment, 2))
subject = node(
    "AchievementSubject",
    id=address,
    achievement=achievement,
    identifier=several(identity, 2),
    result=several(result),
    creditsEarned=st.integers(-5, 10**6),
)
badge = st.fixed_dictionaries(
    {
        "@context": st.just([CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT, EXTENSIONS_CONTEXT]),
        "type": st.permutations(["VerifiableCredential", "OpenBadgeCredential"]),
        "credentialSubject": subject | several(subject, 2),
    },
    optional={
        "id": address,
        "name": text,
        "issuer": address | node("Profile", id=address, name=text, url=address, email=text),
        "validFrom": moment,
        "awardedDate": moment,
        "evidence": several(node("Evidence", id=address, narrative=text, genre=text)),
        "credentialStatus": node("BitstringStatusListEntry", statusListIndex=text, statusListCredential=address),
    },
)


@settings(max_examples=40, deadline=None)
@given(badge)
def test_any_badge_that_is_accepted_has_the_canonical_form_of_pyld(document):
    try:
        quick = canonical_form(document)
    except UnsafeDocumentError:
        return  # what is refused is never signed or verified
    assert quick == canonical_form_by_pyld(document)


@pytest.mark.parametrize("name", list(example_programme().credentials)[::5])
def test_badges_of_the_example_programme_have_the_canonical_form_of_pyld(name):
    document = unsigned(name, status=True)
    assert canonical_form(document) == canonical_form_by_pyld(document)


@settings(max_examples=15, deadline=None)
@given(text, text, st.integers(0, 10**6))
def test_a_shared_achievement_changes_nothing_about_the_canonical_form(name, narrative, number):
    first = unsigned()
    shared = SharedParts(first["credentialSubject"]["achievement"])
    for turn in range(2):
        document = copy.copy(first)
        document |= {"name": name + str(turn), "id": f"urn:uuid:{number}"}
        document["credentialSubject"] = {**first["credentialSubject"], "narrative": narrative}
        assert canonical_form_of(*shared.read(document)) == canonical_form_by_pyld(document)


def test_a_transcript_with_members_of_their_own_contexts_and_proofs():
    member = signed(validity=None)
    transcript = {
        "@context": [CREDENTIALS_CONTEXT, CLR_CONTEXT, OPEN_BADGES_CONTEXT, EXTENSIONS_CONTEXT],
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": "did:web:example.edu", "type": "Profile", "name": "Example"},
        "credentialSubject": {"type": "ClrSubject", "verifiableCredential": [member]},
    }
    assert canonical_form(transcript) == canonical_form_by_pyld(transcript)


def test_a_status_list_and_a_controller_document_of_multikeys():
    listed = {name: value for name, value in signed_list().items() if name != "proof"}
    assert canonical_form(listed) == canonical_form_by_pyld(listed)


def test_twins_that_differ_only_deep_down_go_the_long_way_and_agree():
    document = unsigned()
    document["credentialSubject"]["result"] = [
        {"type": ["Result"], "alignment": [{"type": ["Alignment"], "targetName": name}]} for name in ("a", "b", "c")
    ]
    assert len(read_statements(document)) > 100
    assert canonical_form(document) == canonical_form_by_pyld(document)
