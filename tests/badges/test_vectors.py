"""Published vectors, reproduced to the byte: canonical form, hashes, signature.

Sources: W3C vc-di-eddsa TestVectors (in ``vectors/``, W3C Software and Document License); 1EdTech's examples of
Open Badges 3.0 and CLR 2.0 from the shared folder, where it is at hand.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ipe_workbench.badges import KnownKeys, LocalSigner, verify
from ipe_workbench.badges.canonical import canonical_form, canonical_form_by_pyld
from ipe_workbench.badges.contexts import document_loader
from ipe_workbench.badges.multibase import decode_base58, encode_base58
from ipe_workbench.badges.proof import check_proof, hash_data, without_proof
from tests.badges.making import content

SHARED = Path(__file__).parents[3] / "shared" / "data" / "badges"
W3C = json.loads((Path(__file__).parent / "vectors" / "w3c_vc_di_eddsa.json").read_text())
NOW = datetime.datetime(2026, 11, 27, tzinfo=datetime.UTC)
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder with 1EdTech's vectors is not there")


def with_examples(address: str, options: object = None) -> dict[str, Any]:
    if address in W3C["contexts"]:
        return {"contextUrl": None, "documentUrl": address, "document": W3C["contexts"][address]}
    return document_loader(address)


def by_pyld(document: Any) -> str:
    return canonical_form_by_pyld(document, with_examples)


def signer_of(secret: str) -> LocalSigner:
    # Multicodec ed25519-priv, 0x1300.
    return LocalSigner.from_seed(decode_base58(secret[1:])[2:])


def edtech() -> dict[str, Any]:
    return json.loads((SHARED / "1edtech_ob3_clr2.json").read_text())


def test_w3c_eddsa_rdfc_2022_canonical_form_hashes_and_signature():
    case = W3C["case"]
    document = by_pyld(case["unsigned"])
    options = canonical_form_by_pyld(case["proofConfig"], with_examples)
    assert document == case["docCanon"]
    assert options == case["proofCanon"]
    assert hashlib.sha256(document.encode()).hexdigest() == case["docHash"]
    covered = hash_data(document, options)
    assert covered.hex() == case["combined"]
    signature = signer_of(W3C["key"]["privateKeyMultibase"]).sign(covered)
    assert signature.hex() == case["sigHex"]
    assert "z" + encode_base58(signature) == case["proofValue"] == case["signed"]["proof"]["proofValue"]


def test_w3c_signed_document_verifies_and_its_jcs_twin_is_refused_as_another_suite():
    good, other = W3C["case"]["signed"], W3C["refused"]
    issuer = good["proof"]["verificationMethod"].partition("#")[0]
    answer = check_proof(good, issuer, KnownKeys(), now=NOW, canonical=by_pyld)
    assert answer.state is True, answer.reason
    refused = check_proof(other, issuer, KnownKeys(), now=NOW, canonical=by_pyld)
    assert refused.state is False
    assert "eddsa-rdfc-2022" in refused.reason


@needs_shared
@pytest.mark.parametrize("number", [0, 1], ids=["Open Badges 3.0", "CLR 2.0"])
def test_1edtech_canonical_form_hashes_and_signature(number):
    vectors = edtech()
    case = vectors["cases"][number]
    proofs = case["signed"]["proof"]
    proof = proofs[0] if isinstance(proofs, list) else proofs
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    document = canonical_form(without_proof(case["signed"]))
    config = canonical_form({"@context": case["signed"]["@context"], **options})
    assert document == case["docCanon"] == canonical_form_by_pyld(without_proof(case["signed"]))
    assert config == case["proofCanon"]
    assert hash_data(document, config).hex() == case["combined"]
    signature = LocalSigner.from_seed(bytes.fromhex(vectors["key"]["seedHex"])).sign(hash_data(document, config))
    assert "z" + encode_base58(signature) == case["proofValue"]


@needs_shared
@pytest.mark.parametrize("number", [0, 1], ids=["Open Badges 3.0", "CLR 2.0"])
def test_1edtech_examples_verify_with_the_issuers_document_and_not_with_one_letter_changed(number):
    vectors = edtech()
    case = vectors["cases"][number]
    keys = KnownKeys([vectors["controller"]])
    assert verify(content(case["signed"]), keys=keys, now=NOW).verdict == "verified"
    changed = json.loads(json.dumps(case["signed"]).replace("Example", "Exemple", 1))
    assert verify(content(changed), keys=keys, now=NOW).verdict == "invalid"
    assert verify(content(case["signed"]), now=NOW).state("proof") == "unknown"


@needs_shared
def test_the_shipped_schemas_are_those_of_the_shared_folder():
    from ipe_workbench.badges.contexts import schema

    for path in (SHARED / "schemas").glob("*.json"):
        assert schema(path.name.removesuffix(".schema.json")) == json.loads(path.read_text())
