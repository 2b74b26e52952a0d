"""Reads [{document} or {token, pem}] from standard input, verifies each with openbadgeslib, writes [{verified, error}].

It runs in an environment of its own, ``tests/interop/.venv``, which ``scripts/setup.sh interop`` makes.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from openbadgeslib.ob3 import OB3LdpVerifier, OB3Verifier


def answer(case: dict[str, Any]) -> dict[str, Any]:
    try:
        if "token" in case:
            OB3Verifier(case["pem"].encode()).verify(case["token"])
        else:
            issuer = case["document"]["issuer"]["id"]
            OB3LdpVerifier.for_issuer_did(issuer).verify(case["document"])
    except Exception as error:
        return {"verified": False, "error": f"{type(error).__name__}: {error}"[:300]}
    return {"verified": True, "error": None}


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
