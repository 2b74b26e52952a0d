"""Documents that are made to keep a verifier busy get their answer in time."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest

from ipe_workbench.badges import UnreadableBadgeError, verify
from tests.badges.making import (
    NOW,
    content,
    signed,
    unsigned,
)


def poison(twins: int, leaves: int, difference: int) -> dict[str, Any]:
    """Results and alignments that look alike to the first degree; `difference` is how deep they differ."""
    document = unsigned()
    document["credentialSubject"]["result"] = [
        {
            "type": ["Result"],
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "a",
                    "targetUrl": "https://example.edu/a",
                    **({"alignment": [{"type": ["Alignment"], "targetName": f"{twin} {leaf}"}]} if difference else {}),
                }
                for leaf in range(leaves)
            ],
        }
        for twin in range(twins)
    ]
    return {**document, "proof": signed()["proof"]}


CLIQUE = {
    **unsigned(),
    "evidence": [{"id": f"_:e{one}", "type": ["Evidence"]} for one in range(8)],
    "proof": signed()["proof"],
}
QUOTES = b'{"a": "' + b'\\"' * 2_000_000


@pytest.mark.parametrize(
    "attack",
    [
        content(poison(2, 8, 0)),
        content(poison(9, 9, 1)),
        content(poison(30, 4, 1)),
        content(CLIQUE),
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a":"' + b"x" * 9_000_000 + b'"}',
        QUOTES,
        b'{"a": [' + b",".join(b'{"b": %d}' % one for one in range(400_000)) + b"]}",
        b'{"a": ' + b"9" * 5_000_000 + b"}",
        b"ey" + b"a" * 5_000_000 + b"..",
    ],
    ids=[
        "twins",
        "deep twins",
        "many twins",
        "clique",
        "arrays",
        "objects",
        "long text",
        "quotes",
        "many",
        "digits",
        "token",
    ],
)
def test_poison_and_bombs_get_their_answer_in_time(attack):
    began = time.process_time()
    with contextlib.suppress(UnreadableBadgeError):
        assert verify(attack, now=NOW).verdict == "invalid"
    # The bar is five seconds; this is no measurement of speed but of growth without bounds.
    assert time.process_time() - began < 5
