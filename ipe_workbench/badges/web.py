"""Fetching what a badge names, when the verifier asked for it: keys of a did:web or https issuer, and status lists.

A badge is written by strangers, so its addresses may aim at the inside of the verifier's network. Hence: https only,
public addresses only (checked after the name is resolved, and the connection goes to the very address that was
checked), no redirects, a limit of size and of time.

References
----------
OWASP, Server-Side Request Forgery Prevention Cheat Sheet; W3C, did:web method, section 3.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

__all__ = ["FetchRefusedError", "fetch"]

MOST_BYTES = 2_000_000
MOST_SECONDS = 10.0

Resolve = Callable[[str, int], list[str]]


class FetchRefusedError(OSError):
    """An address that is not fetched, or did not answer as it must. The message says why."""


def resolved(host: str, port: int) -> list[str]:
    """The numeric addresses of a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise FetchRefusedError(f"The host {host} is not known.") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def fetch(address: str, *, resolve: Resolve = resolved, context: ssl.SSLContext | None = None) -> bytes:
    """The content at an https address.

    Parameters
    ----------
    address : str
        Where.
    resolve : callable, optional
        Gives the numeric addresses of a host; every one must be public.
    context : ssl.SSLContext, optional
        Which certificates are trusted; those of the system by default.

    Raises
    ------
    FetchRefusedError
        When the address is not https, not public, answers otherwise than with a document, too much or too late.

    Examples
    --------
    >>> fetch("https://169.254.169.254/latest/meta-data/")
    Traceback (most recent call last):
        ...
    ipe_workbench.badges.web.FetchRefusedError: 169.254.169.254 is no public address.
    """
    host, port, path = _parts(address)
    targets = resolve(host, port)
    for one in targets:
        # Each of them: a name may stand for a public address and a private one.
        if not _is_public(one):
            raise FetchRefusedError(f"{one} is no public address.")
    if not targets:
        raise FetchRefusedError(f"The host {host} has no address.")
    deadline = time.monotonic() + MOST_SECONDS
    try:
        return _content(host, port, path, targets[0], deadline, context or ssl.create_default_context())
    except FetchRefusedError:
        raise
    except (OSError, http.client.HTTPException) as error:
        raise FetchRefusedError(f"{host} did not answer ({type(error).__name__}).") from None


def _parts(address: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError:
        raise FetchRefusedError("This is no web address.") from None
    if parts.scheme != "https":
        raise FetchRefusedError("Only https addresses are fetched.")
    if not parts.hostname or parts.username is not None or any(sign <= " " or sign > "~" for sign in address):
        raise FetchRefusedError("This is no plain web address.")
    return parts.hostname, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_public(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(number, "ipv4_mapped", None) or getattr(number, "sixtofour", None)
    return number.is_global and not number.is_multicast and (inner is None or inner.is_global)


def _content(host: str, port: int, path: str, target: str, deadline: float, context: ssl.SSLContext) -> bytes:
    plain = socket.create_connection((target, port), timeout=deadline - time.monotonic())
    with context.wrap_socket(plain, server_hostname=host) as secured:
        connection = http.client.HTTPSConnection(host, port, context=context)
        # The connection goes to the address that was checked; resolving the name again could give another one.
        connection.sock = secured
        # A host that sends a byte now and then passes every limit of a single wait; this one holds for all of them.
        cut = threading.Timer(max(0.0, deadline - time.monotonic()), secured.shutdown, [socket.SHUT_RDWR])
        cut.start()
        try:
            connection.request("GET", path, headers={"Accept": "application/json, text/plain", "Connection": "close"})
            answer = connection.getresponse()
            if answer.status != 200:
                raise FetchRefusedError(f"{host} answered {answer.status}; redirects are not followed.")
            content = answer.read(MOST_BYTES + 1)
        finally:
            cut.cancel()
        if len(content) > MOST_BYTES:
            raise FetchRefusedError(f"{host} sends more than {MOST_BYTES:,} bytes.")
        if time.monotonic() > deadline:
            raise FetchRefusedError(f"{host} is too slow.")
        return content
