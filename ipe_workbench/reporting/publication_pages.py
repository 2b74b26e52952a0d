"""The pages of an issuer's public folder: an index, and one that verifies badges in the browser, without a server."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipe_workbench.badges.contexts import (
    CREDENTIALS_CONTEXT,
    EXTENSIONS_CONTEXT,
    OPEN_BADGES_CONTEXT,
    context,
)
from ipe_workbench.badges.publish import Publication
from ipe_workbench.badges.reading import read_badge
from ipe_workbench.badges.status_files import REVOKED
from ipe_workbench.reporting.html import Html, element, join, listing, safe
from ipe_workbench.reporting.standalone import standalone_page

__all__ = ["publication_pages"]

_PARTS = Path(__file__).parent / "verifier"
_CONTEXTS = (CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT, EXTENSIONS_CONTEXT)


def publication_pages(published: Publication, *, now: datetime.datetime) -> dict[str, str]:
    """The pages by path: ``index.html`` and ``verify.html`` under the issuer's address.

    Parameters
    ----------
    published : Publication
        What is published; keys and status lists go into the verification page, so it needs no network.
    now : datetime
        The moment of publication.
    """
    return {
        published.start + "index.html": _index(published),
        published.start + "verify.html": _verifier(published, now),
    }


def _index(published: Publication) -> str:
    name = str(published.profile.get("name") or published.profile["id"])
    achievements = [
        element(
            "section",
            element("h3", one["name"]),
            element("p", one.get("description", "")),
            element("p", _link(str(one["id"]), published, "As data (JSON)")),
            class_="entry",
        )
        for one in published.achievements
    ]
    files = [
        element("a", path.removeprefix(published.start), href=path.removeprefix(published.start))
        for path in published.files
        if path.startswith(published.start) and "achievements/" not in path
    ]
    content = join(
        (
            element("p", "Open Badges 3.0", class_="kicker"),
            element("h1", f"Badges of {name}"),
            element("p", element("a", "Check a badge", href="verify.html", class_="button")),
            element("h2", "What badges are awarded for"),
            *achievements,
            element("h2", "For software"),
            element("p", "The issuer is ", element("code", published.profile["id"]), "."),
            listing(files),
        )
    )
    return standalone_page(f"Badges of {name}", content)


def _link(address: str, published: Publication, words: str) -> Html:
    inside = address.startswith(published.base + "/")
    href = address.removeprefix(published.base + "/")
    return element("a", words, href=href) if inside else safe(address)


def _verifier(published: Publication, now: datetime.datetime) -> str:
    name = str(published.profile.get("name") or published.profile["id"])
    content = join(
        (
            element("p", name, class_="kicker"),
            element("h1", "Check a badge"),
            element(
                "p",
                "Choose or drop the file of a badge of this issuer (.json or .jwt). It is checked in your browser; "
                "nothing leaves your machine.",
                class_="lede",
            ),
            element(
                "div",
                element("p", element("label", "The learner’s e-mail address, if you know it", for_="email")),
                element("p", Html('<input id="email" type="email" autocomplete="off" spellcheck="false">')),
                element("p", element("label", "File of the badge", for_="file")),
                element("p", Html('<input id="file" type="file" accept=".json,.jwt,.jws,.txt">')),
                element("p", "or drop it here", class_="muted"),
                id="drop",
                class_="drop",
            ),
            element("div", id="result", tabindex="-1", role="status"),
            element("noscript", element("p", "This page needs JavaScript; or use: ipe badges verify")),
            element(
                "p",
                f"Keys and revocations in this page are those of {now:%Y-%m-%d}. Whoever needs the latest opens the "
                "page at the issuer’s own address again. It does not look into evidence, and does not check the whole "
                "schema: “ipe badges verify” does.",
                class_="muted",
            ),
        )
    )
    data = json.dumps(_known(published, name, now), ensure_ascii=True).replace("<", "\\u003c")
    scripts = "".join(
        f"<script>{(_PARTS / part).read_text('utf-8')}</script>" for part in ("canonicalize.min.js", "verify.js")
    )
    return standalone_page(
        f"Check a badge: {name}", content, script=f'<script type="application/json" id="known">{data}</script>{scripts}'
    )


def _known(published: Publication, name: str, now: datetime.datetime) -> dict[str, Any]:
    return {
        "issuer": published.profile["id"],
        "name": name,
        "published": f"{now:%Y-%m-%d}",
        "first": CREDENTIALS_CONTEXT,
        "contexts": {address: context(address) for address in _CONTEXTS},
        "keys": _keys(published),
        "lists": dict(_list(published.files[path]) for path in published.lists),
        "revoked": _revoked(json.loads(published.files[published.start + REVOKED])),
    }


def _revoked(listed: Mapping[str, Any]) -> dict[str, Any]:
    ids = [one["id"] for one in listed["revokedCredential"] if one.get("revoked", True) is not False]
    return {"address": listed["id"], "ids": ids}


def _keys(published: Publication) -> dict[str, Any]:
    retired: dict[str, str] = {}
    keys: list[Mapping[str, Any]] = []
    for content in published.files.values():
        document = json.loads(content) if content.startswith("{") else {}
        keys += document.get("keys", [])
        methods = [one for one in document.get("verificationMethod", []) if one.get("expires")]
        retired |= {str(one["id"]): str(one["expires"]) for one in methods}
    return {
        str(key["kid"]): {**key, **({"expires": retired[key["kid"]]} if key["kid"] in retired else {})} for key in keys
    }


def _list(content: str) -> tuple[str, dict[str, Any]]:
    credential = read_badge(content.encode()).credential
    subject = credential["credentialSubject"]
    listed = {"purpose": subject["statusPurpose"], "encodedList": subject["encodedList"]}
    return str(credential["id"]), listed | {name: credential[name] for name in ("validUntil",) if name in credential}
