"""Race: issuing and verifying a cohort's badges, against the obvious way with PyLD and the npm stack, in the same run.

    python benchmarks/badges.py

Prints the rich badge's size, badges a second and the ratios (the bars: issuing 15 times PyLD and 10 times the npm
stack, verifying 5 times PyLD), and how near both come to the bare rate of Ed25519. The obvious way: canonicalise the
credential and the proof's options, hash, sign; contexts from memory. Ours checks everything that `ipe badges` checks,
too. The npm stack takes part when it was installed with `scripts/setup.sh interop`.
"""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from board import score

from ipe_workbench.badges import LocalSigner, verify
from ipe_workbench.badges.award_file import AwardRow
from ipe_workbench.badges.canonical import canonical_form, canonical_form_by_pyld
from ipe_workbench.badges.issue import BadgeWriter
from ipe_workbench.badges.keys import did_key
from ipe_workbench.badges.multibase import decode_base58, encode_base58
from ipe_workbench.badges.proof import hash_data, proof_options, without_proof
from ipe_workbench.badges.register import REGISTER, Register
from ipe_workbench.credentials import example_programme

NOW = datetime.datetime(2026, 11, 27, tzinfo=datetime.UTC)
SIGNER = LocalSigner.generated("Ed25519")
METHOD = f"{did_key(SIGNER.public)}#{SIGNER.public.multibase}"
RICH = "team-clinical-experience"
INTEROP = Path(__file__).parent.parent / "tests" / "interop"


def rate(work: Callable[[Any], object], items: list[Any], repeats: int = 3) -> float:
    """Items a second, the best of several rounds."""
    best = 0.0
    for _ in range(repeats):
        start = time.perf_counter()
        for one in items:
            work(one)
        best = max(best, len(items) / (time.perf_counter() - start))
    return best


def sign_the_obvious_way(document: dict[str, Any]) -> str:
    options = proof_options(METHOD, NOW)
    canonical = canonical_form_by_pyld(document)
    digest = hash_data(canonical, canonical_form_by_pyld({"@context": document["@context"], **options}))
    value = "z" + encode_base58(SIGNER.sign(digest))
    return json.dumps(
        {**document, "proof": {**options, "proofValue": value}}, separators=(",", ":"), ensure_ascii=False
    )


def verify_the_obvious_way(content: bytes) -> bool:
    document = json.loads(content)
    options = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    canonical = canonical_form_by_pyld(without_proof(document))
    digest = hash_data(canonical, canonical_form_by_pyld({"@context": document["@context"], **options}))
    return SIGNER.public.verifies(decode_base58(document["proof"]["proofValue"][1:]), digest)


def by_npm(badges: list[bytes]) -> dict[str, float]:
    """Badges a second that the npm stack signs and verifies; empty when it is not installed."""
    if shutil.which("node") is None or not (INTEROP / "node_modules").is_dir():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "badge.json"
        path.write_bytes(badges[0])
        command = ["node", str(INTEROP / "speed.mjs"), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    rates: dict[str, float] = json.loads(done.stdout)
    return rates


def main() -> None:
    programme = example_programme()
    awards = [
        AwardRow(
            n,
            f"L{n}",
            RICH,
            "1.0",
            datetime.date(2026, 10, 1),
            f"l{n}@example.edu",
            evidence=(f"https://example.edu/{n}",),
        )
        for n in range(400)
    ]
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "issuer": did_key(SIGNER.public),
            "proof": "data-integrity",
            "base": "https://example.edu/badges",
            "purposes": ["revocation"],
        }
        register = Register.begun(Path(folder) / REGISTER, settings)
        register.add(awards, issued="2026-11-27T00:00:00Z")
        writer = BadgeWriter(programme, register, SIGNER, METHOD)
        pairs = [(award, register.entries[award.key]) for award in awards]
        badges = [writer.badge(*pair) for pair in pairs]
        documents = [writer.credential(*pair) for pair in pairs]
        quads = canonical_form(documents[0]).count("\n")
        print(f"Rich badge: {len(badges[0]):,} bytes, {quads} statements")
        same = all(sign_the_obvious_way(documents[n]) == badges[n].decode().rstrip() for n in range(0, 400, 40))
        print(f"Bytes equal to the slow path in 10 samples: {same}")

        ours = rate(lambda pair: writer.badge(*pair), pairs)
        obvious = rate(sign_the_obvious_way, documents[:15], 2)
        checked = rate(lambda content: verify(content, now=NOW), badges[:100])
        plain = rate(verify_the_obvious_way, badges[:15], 2)
    npm = by_npm(badges)
    signature = SIGNER.sign(b"x" * 64)
    bare_sign = rate(lambda _: SIGNER.sign(b"x" * 64), list(range(2000)))
    bare_verify = rate(lambda _: SIGNER.public.verifies(signature, b"x" * 64), list(range(2000)))
    print(f"Issued a second: ours {ours:.0f}, PyLD {obvious:.0f}; verified: ours {checked:.0f}, PyLD {plain:.0f}")
    score("rich badges issued, against PyLD step by step", ours / obvious, least=15)
    score("badges verified with every check, against PyLD", checked / plain, least=5)
    if npm:
        score("rich badges issued, against the npm libraries", ours / npm["sign"], least=10)
        score("badges verified with every check, against the npm libraries", checked / npm["verify"])
    print(f"Bare Ed25519: signs {bare_sign:.0f}/s, of which issuing reaches {ours / bare_sign:.1%};")
    print(f"              verifies {bare_verify:.0f}/s, of which verifying reaches {checked / bare_verify:.1%}")


if __name__ == "__main__":
    main()
