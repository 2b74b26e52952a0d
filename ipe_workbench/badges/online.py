"""What a badge needs for its verification and nobody gave: fetched, if the verifier asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ipe_workbench.badges.embedded import issuer_of
from ipe_workbench.badges.issuer_ids import document_address
from ipe_workbench.badges.reading import Badge, RefusedBadgeError, UnreadableBadgeError, read_badge
from ipe_workbench.badges.strict_json import AmbiguousJsonError, parse_json
from ipe_workbench.badges.web import FetchRefusedError, fetch

__all__ = ["fetched_keys", "fetched_lists"]

_MOST = 10


def fetched_keys(badge: Badge, *, get: Callable[[str], bytes] = fetch) -> tuple[list[Mapping[str, Any]], list[str]]:
    """The key documents of the issuers of a badge and of what it holds, and why some could not be had.

    A document counts only when its id is the issuer's.
    """
    documents, troubles = [], []
    issuers = dict.fromkeys(issuer_of(one) for one in (badge.credential, *_inside(badge.credential)))
    for issuer in list(issuers)[:_MOST]:
        address = document_address(issuer)
        if address is None:
            continue
        try:
            document = parse_json(get(address))
        except (FetchRefusedError, AmbiguousJsonError) as error:
            troubles.append(f"{address}: {error}")
            continue
        if isinstance(document, Mapping) and document.get("id") == issuer:
            documents.append(document)
        else:
            troubles.append(f"{address}: The document is not that of {issuer}.")
    return documents, troubles


def fetched_lists(badge: Badge, *, get: Callable[[str], bytes] = fetch) -> tuple[list[Badge], list[str]]:
    """The status lists that a badge and what it holds name, and why some could not be had."""
    lists, troubles = [], []
    named = dict.fromkeys(
        address for one in (badge.credential, *_inside(badge.credential)) for address in _list_addresses(one)
    )
    for address in list(named)[:_MOST]:
        try:
            lists.append(read_badge(get(address)))
        except (FetchRefusedError, RefusedBadgeError, UnreadableBadgeError) as error:
            troubles.append(f"{address}: {error}")
    return lists, troubles


def _inside(credential: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    subject = credential.get("credentialSubject")
    members = subject.get("verifiableCredential") if isinstance(subject, Mapping) else None
    yield from (one for one in members if isinstance(one, Mapping)) if isinstance(members, list) else ()


def _list_addresses(credential: Mapping[str, Any]) -> Iterator[str]:
    named = credential.get("credentialStatus")
    for entry in named if isinstance(named, list) else [named]:
        if isinstance(entry, Mapping):
            member = "id" if entry.get("type") == "1EdTechRevocationList" else "statusListCredential"
            if isinstance(entry.get(member), str):
                yield entry[member]
