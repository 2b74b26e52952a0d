"""The JSON-LD contexts and JSON Schemas of the standards: shipped, pinned by hash, never fetched.

A signature covers what the contexts make of the words, so a context that changes at its address (Open Badges 3.0.3
did, in June 2026) would change what old badges say. Sources and licences are in ``data/badges/README.md``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.resources import data_folder

__all__ = [
    "CLR_CONTEXT",
    "CONTEXTS",
    "CREDENTIALS_CONTEXT",
    "EXTENSIONS_CONTEXT",
    "MULTIKEY_CONTEXT",
    "OPEN_BADGES_CONTEXT",
    "UnknownContextError",
    "context",
    "document_loader",
    "schema",
]

CREDENTIALS_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR_CONTEXT = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1"

# address: (file in data/badges/contexts, SHA-256 of the file)
_PINNED = {
    CREDENTIALS_CONTEXT: (
        "credentials-v2.json",
        "8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": (
        "ob-3.0.0.json",
        "9f1c8f9f361ba2994b9b50701f41149919542c50c7b7455b2846d87959295d72",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": (
        "ob-3.0.1.json",
        "af095468326d3449160509b26ca71576e6321d13c85b0369cfe3b654c9a48fba",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": (
        "ob-3.0.2.json",
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
    ),
    OPEN_BADGES_CONTEXT: (
        "ob-3.0.3.json",
        "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761",
    ),
    EXTENSIONS_CONTEXT: (
        "ob-extensions.json",
        "2d013f981d1f4516081a6a04e55468ba2b071d4153b794f19a79715c45a89a5e",
    ),
    CLR_CONTEXT: (
        "clr-2.0.1.json",
        "d371397030ae9b16a37c468fac463d37ff441f3a7bb364ddfc964624c573b847",
    ),
    "https://w3id.org/security/data-integrity/v2": (
        "data-integrity-v2.json",
        "0f77743daf5b4e8fc067fc5ba5b21044283053aa717fc6b0219843bed3b00363",
    ),
    MULTIKEY_CONTEXT: (
        "multikey-v1.json",
        "8e6bad2e5b4f0721906a4dcc2f7a894b1215cf9a47014c71e286423860642ff0",
    ),
}
CONTEXTS = tuple(_PINNED)

_SCHEMAS = {
    "achievementcredential": "7a34c6645c5734b25a129043aada0b5d1a44c9876b2106a3450a496fd983acb0",
    "clrcredential": "3386cef70e27b44c85b3b07372097d45e6b604056ffeab93b57bfe41254c7b73",
    "endorsementcredential": "7a6d083e545fcee94eac8ff41a8070b9a8c452453767e824b19547993236176a",
    "profile": "0796b394c6bef6d385622b7be86046a2b7c54934f12d425a8bbab87f154f2f03",
}


class UnknownContextError(LookupError):
    """A context that is not one of the pinned ones. It is never fetched."""


@cache
def context(address: str) -> Mapping[str, Any]:
    """The pinned context of an address.

    Raises
    ------
    UnknownContextError
        When the address is not one of `CONTEXTS`.
    EnvironmentFault
        When the shipped file is not the pinned one.

    Examples
    --------
    >>> sorted(context("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json")["@context"])[:1]
    ['1EdTechCredentialRefresh']
    """
    if address not in _PINNED:
        raise UnknownContextError(address)
    name, digest = _PINNED[address]
    return _shipped("contexts", name, digest)


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The JSON Schema of a kind: achievementcredential, clrcredential, endorsementcredential or profile."""
    return _shipped("schemas", f"{name}.schema.json", _SCHEMAS[name])


def document_loader(address: str, options: object = None) -> dict[str, Any]:
    """A document loader for PyLD that knows the pinned contexts and nothing else."""
    return {"contextUrl": None, "documentUrl": address, "document": context(address)}


def _shipped(folder: str, name: str, digest: str) -> Mapping[str, Any]:
    path = data_folder() / "badges" / folder / name
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise EnvironmentFault(
            "This file of the standard is not the one that badges are signed with.",
            place=str(path),
            mend="Install ipe-workbench again; do not edit the file.",
        )
    shipped: Mapping[str, Any] = json.loads(content)
    return shipped
