"""Data Integrity proofs of the cryptosuite eddsa-rdfc-2022: made and checked.

References
----------
W3C, Verifiable Credential Data Integrity 1.0, and Data Integrity EdDSA Cryptosuites 1.0, section 3.2 (Recommendations,
May 2025).
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ipe_workbench.badges.canonical import canonical_form
from ipe_workbench.badges.known_keys import KeyAnswer, KnownKeys
from ipe_workbench.badges.multibase import decode_base58, encode_base58
from ipe_workbench.badges.signers import Signer
from ipe_workbench.badges.statements import UnsafeDocumentError
from ipe_workbench.badges.times import moment, written

__all__ = ["ProofAnswer", "check_proof", "hash_data", "proofs_of", "sign", "without_proof"]

_SUITE = "eddsa-rdfc-2022"
_MEMBERS = frozenset(
    {
        "id",
        "type",
        "cryptosuite",
        "created",
        "expires",
        "verificationMethod",
        "proofPurpose",
        "proofValue",
        "nonce",
        "domain",
        "challenge",
    }
)


@dataclass(frozen=True)
class ProofAnswer:
    """What came of checking a proof.

    Parameters
    ----------
    state : bool or None
        True: the issuer's key made it for this document. False: it did not. None: that could not be found out.
    purpose : bool or None
        Whether the proof is meant to assert, as a badge must.
    reason : str
        Why, as a sentence.
    key : KeyAnswer or None
        What is known of the key, when the proof came that far.
    """

    state: bool | None
    reason: str
    purpose: bool | None = None
    key: KeyAnswer | None = None


def sign(document: Mapping[str, Any], signer: Signer, method: str, *, created: datetime.datetime) -> dict[str, Any]:
    """The document with a proof.

    Parameters
    ----------
    document : mapping
        A credential without proof.
    signer : Signer
        An Ed25519 key.
    method : str
        Its id, such as ``did:web:example.edu#ed25519-1``.
    created : datetime
        The moment that the proof states.

    Raises
    ------
    UnsafeDocumentError
        When the proof would not cover all that the document says.

    Examples
    --------
    >>> from ipe_workbench.badges.signers import LocalSigner
    >>> document = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiableCredential"}
    >>> key, created = LocalSigner.from_seed(bytes(32)), datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)
    >>> signed = sign(document, key, "did:web:example.edu#k", created=created)
    >>> signed["proof"]["created"], signed["proof"]["proofValue"][:1]
    ('2026-09-01T00:00:00Z', 'z')
    """
    proof = proof_options(method, created)
    digest = hash_data(canonical_form(document), canonical_form({"@context": document["@context"], **proof}))
    return {**document, "proof": {**proof, "proofValue": "z" + encode_base58(signer.sign(digest))}}


def proof_options(method: str, created: datetime.datetime) -> dict[str, str]:
    """A proof before its value is known."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": _SUITE,
        "created": written(created),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def hash_data(document: str, options: str) -> bytes:
    """What is signed: SHA-256 of the canonical proof options, then of the canonical document (section 3.2.4)."""
    return hashlib.sha256(options.encode()).digest() + hashlib.sha256(document.encode()).digest()


def without_proof(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document that the proof is about."""
    return {name: value for name, value in document.items() if name != "proof"}


def proofs_of(document: Mapping[str, Any]) -> list[Any]:
    """The proofs of a document."""
    found = document.get("proof", [])
    return found if isinstance(found, list) else [found]


def check_proof(
    document: Mapping[str, Any],
    issuer: str,
    keys: KnownKeys,
    *,
    now: datetime.datetime,
    canonical: Callable[[Mapping[str, Any]], str] = canonical_form,
) -> ProofAnswer:
    """Whether every proof of a document that can be checked is the issuer's, and covers all that the document says.

    Parameters
    ----------
    document : mapping
        A credential with its proof or proofs.
    issuer : str
        Id of its issuer; the keys of others do not count.
    keys : KnownKeys
        The keys that are known.
    now : datetime
        Proofs that expired before do not count.
    canonical : callable, optional
        The canonicalization; another one only for documents with contexts that are not pinned.

    Returns
    -------
    ProofAnswer
        Of the first proof that does not hold, else of the last.
    """
    proofs = proofs_of(document)
    if not proofs:
        return ProofAnswer(False, "There is no proof.")
    if len(proofs) > 4:
        return ProofAnswer(False, "More than four proofs are no use.")
    if any(proof in proofs[:index] for index, proof in enumerate(proofs)):
        return ProofAnswer(False, "The same proof stands twice.")
    try:
        statements = canonical(without_proof(document))
    except UnsafeDocumentError as error:
        return ProofAnswer(False, f"The proof would not cover all that people read. {error}")
    # A proof of another suite is for other verifiers; it neither helps nor harms.
    foreign = [one for one in proofs if _is_foreign(one)]
    for proof in [one for one in proofs if one not in foreign] or foreign[:1]:
        answer = _check(document, statements, proof, issuer, keys, now, canonical)
        if answer.state is not True:
            return answer
    left = f" {len(foreign)} more of suites that are not known here were not checked." if foreign else ""
    return replace(answer, reason=answer.reason + left)


def _is_foreign(proof: Any) -> bool:
    if not isinstance(proof, dict) or proof.get("type") != "DataIntegrityProof":
        return False
    return isinstance(proof.get("cryptosuite"), str) and proof["cryptosuite"] != _SUITE


def _check(
    document: Mapping[str, Any],
    statements: str,
    proof: Any,
    issuer: str,
    keys: KnownKeys,
    now: datetime.datetime,
    canonical: Callable[[Mapping[str, Any]], str],
) -> ProofAnswer:
    flaw = _form_flaw(document, proof)
    if flaw:
        return ProofAnswer(False, flaw)
    if proof.get("proofPurpose") != "assertionMethod":
        return ProofAnswer(False, "The proof was made for another purpose than asserting.", purpose=False)
    flaw = _time_flaw(proof, now)
    if flaw:
        return ProofAnswer(False, flaw, purpose=True)
    answer = keys.find(proof["verificationMethod"], issuer)
    if answer.key is None:
        return ProofAnswer(False if answer.known else None, answer.reason, purpose=True, key=answer)
    if answer.key.kind != "Ed25519":
        return ProofAnswer(False, f"The suite {_SUITE} needs an Ed25519 key.", purpose=True, key=answer)
    created = moment(proof.get("created"))
    if answer.expires is not None and (created is None or created > answer.expires):
        return ProofAnswer(False, "The key was retired before the proof was made.", purpose=True, key=answer)
    signature = _signature(proof["proofValue"])
    if signature is None:
        return ProofAnswer(False, "The value of the proof is no Ed25519 signature in base58.", purpose=True, key=answer)
    options = {name: value for name, value in proof.items() if name not in ("proofValue", "@context")}
    try:
        covered = hash_data(statements, canonical({"@context": document["@context"], **options}))
    except UnsafeDocumentError as error:
        return ProofAnswer(False, f"The proof's own members are not sound. {error}", purpose=True, key=answer)
    if not answer.key.verifies(signature, covered):
        return ProofAnswer(
            False,
            "The signature is not this key's for this content: one of the two was changed.",
            purpose=True,
            key=answer,
        )
    return ProofAnswer(True, "The signature is the issuer's and covers the whole content.", purpose=True, key=answer)


def _form_flaw(document: Mapping[str, Any], proof: Any) -> str | None:
    if not isinstance(proof, dict):
        return "A proof must be an object."
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != _SUITE:
        return f"Only proofs of the suite {_SUITE} are known here."
    if not (set(proof) <= _MEMBERS | {"@context"}):
        return f"The proof has members that are not known here: {', '.join(sorted(set(proof) - _MEMBERS))[:100]}."
    if "@context" in proof and proof["@context"] != document.get("@context"):
        return "The proof names other contexts than the document."
    if not isinstance(proof.get("verificationMethod"), str) or not isinstance(proof.get("proofValue"), str):
        return "The proof names no key, or has no value."
    return None


def _time_flaw(proof: Mapping[str, Any], now: datetime.datetime) -> str | None:
    for member in ("created", "expires"):
        if member in proof and moment(proof[member]) is None:
            return f"The proof's `{member}` is no moment with a zone."
    created, expires = moment(proof.get("created")), moment(proof.get("expires"))
    if expires is not None and expires < now:
        return "The proof has expired."
    if created is not None and expires is not None and expires < created:
        return "The proof expired before it was made."
    return None


def _signature(value: str) -> bytes | None:
    try:
        signature = decode_base58(value[1:]) if value[:1] == "z" else b""
    except ValueError:
        return None
    # One spelling only; anything else could be used to make a badge look like another one.
    return signature if len(signature) == 64 and "z" + encode_base58(signature) == value else None
