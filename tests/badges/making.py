"""Badges to test on: honest ones made by the package, and the naive verifier that attacks are measured against."""

from __future__ import annotations

import copy
import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

from ipe_workbench.badges import Keyring
from ipe_workbench.badges.award_file import AwardRow
from ipe_workbench.badges.canonical import canonical_form_by_pyld
from ipe_workbench.badges.credential import Recipient, badge_design, build_credential, issuer_profile
from ipe_workbench.badges.keys import KeyKind, did_key
from ipe_workbench.badges.multibase import decode_base58, encode_base58
from ipe_workbench.badges.proof import proof_options, sign, without_proof
from ipe_workbench.badges.signers import LocalSigner, ScryptCost
from ipe_workbench.badges.status import Bits, status_entry, status_list
from ipe_workbench.credentials import example_programme

PASSPHRASE = "correct horse battery"  # noqa: S105
NOW = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)
SIGNER = LocalSigner.from_seed(hashlib.sha256(b"issuer").digest())
STRANGER = LocalSigner.from_seed(hashlib.sha256(b"stranger").digest())
ISSUER = did_key(SIGNER.public)
METHOD = f"{ISSUER}#{SIGNER.public.multibase}"
EMAIL = "ana@example.edu"
LIST = "https://example.edu/status/revocation-1.json"
INDEX = 94567


def keyring(
    folder: Path, *, issuer: str | None = "did:web:example.edu", kinds: tuple[KeyKind, ...] = ("Ed25519", "P-256")
) -> Keyring:
    """Keys of an issuer, whose passphrase would be soon guessed: what they protect is nothing."""
    return Keyring.generated(folder, PASSPHRASE, now=NOW, issuer=issuer, kinds=kinds, cost=ScryptCost(n=2, p=1))


def method_of(signer: LocalSigner) -> str:
    return f"{did_key(signer.public)}#{signer.public.multibase}"


def unsigned(
    credential: str = "values-foundations",
    *,
    issuer: str = ISSUER,
    validity: int | None = 24,
    status: bool = False,
    awarded: datetime.date = datetime.date(2026, 10, 1),
) -> dict[str, Any]:
    programme = example_programme()
    design = programme.credentials[credential].model_copy(update={"validity_months": validity})
    levels = {"case-reasoning": "exceeds"} if credential == "values-foundations" else {}
    made = build_credential(
        badge_design(design, programme, creator=issuer),
        identifier="urn:uuid:5f3c0a3e-7b0e-4b8a-9a53-0c7d5a7c1b11",
        issuer=issuer_profile(programme, issuer),
        recipient=Recipient("urn:uuid:9b2f6a60-6f6e-4d4f-8f66-3f1f0d6a2c22", EMAIL, "a-salt"),
        awarded=awarded,
        levels=levels,
        score=0.85 if levels else None,
        narrative="Led the discussion.",
        evidence=["https://example.edu/evidence/1"],
        status=[status_entry("revocation", LIST, INDEX)] if status else (),
    )
    return copy.deepcopy(made)


def signed(document: dict[str, Any] | None = None, signer: LocalSigner = SIGNER, **options: Any) -> dict[str, Any]:
    return sign(document or unsigned(**options), signer, method_of(signer), created=NOW)


def signed_anyway(
    document: dict[str, Any], signer: LocalSigner = SIGNER, *, method: str = METHOD, **changes: Any
) -> dict[str, Any]:
    """Signed without looking: what a careless or malicious issuer's software makes."""
    options = {**proof_options(method, NOW), **changes}
    digest = _hash(document, options)
    return {**document, "proof": {**options, "proofValue": "z" + encode_base58(signer.sign(digest))}}


def naive_verifies(document: dict[str, Any], signer: LocalSigner = SIGNER) -> bool:
    """What a verifier says that canonicalises and checks the signature, and nothing else."""
    proof = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    digest = _hash(without_proof(document), proof)
    return signer.public.verifies(decode_base58(document["proof"]["proofValue"][1:]), digest)


def signed_list(
    *,
    revoked: tuple[int, ...] = (),
    signer: LocalSigner = SIGNER,
    issuer: str | None = None,
    purpose: Any = "revocation",
    address: str = LIST,
    valid_days: int | None = None,
    now: datetime.datetime = NOW,
) -> dict[str, Any]:
    bits = Bits.empty()
    for index in revoked:
        bits.set(index)
    listed = status_list(purpose, address, issuer or did_key(signer.public), bits, now=now, valid_days=valid_days)
    return sign(listed, signer, method_of(signer), created=now)


def content(document: Any) -> bytes:
    return json.dumps(document).encode()


def award(learner: str = "L1", **fields: Any) -> AwardRow:
    standard = {
        "row": 2,
        "learner": learner,
        "credential": "values-foundations",
        "version": "1.0",
        "awarded": datetime.date(2026, 10, 1),
        "email": f"{learner.lower()}@example.edu",
    }
    return AwardRow(**{**standard, **fields})


def _hash(document: dict[str, Any], options: dict[str, Any]) -> bytes:
    canonical = (
        canonical_form_by_pyld({"@context": document["@context"], **options}),
        canonical_form_by_pyld(document),
    )
    return b"".join(hashlib.sha256(one.encode()).digest() for one in canonical)
