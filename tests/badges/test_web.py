"""What is fetched, and what is not: a badge's addresses are a stranger's."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from ipe_workbench.badges import KnownKeys, LocalSigner, read_badge, verify
from ipe_workbench.badges import web as fetching
from ipe_workbench.badges.issuer_ids import issuer_document
from ipe_workbench.badges.online import fetched_keys, fetched_lists
from ipe_workbench.badges.proof import sign
from ipe_workbench.badges.web import FetchRefusedError, fetch
from tests.badges.making import LIST, NOW, content, unsigned


@pytest.fixture
def no_network(monkeypatch):
    def called(*_, **__):
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket, "create_connection", called)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.9.9", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",  # noqa: S104
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::"],
)  # fmt: skip
def test_private_addresses_are_refused_also_behind_a_name_and_beside_a_public_one(no_network, address):
    with pytest.raises(FetchRefusedError, match="no public address"):
        fetch("https://list.example.edu/1", resolve=lambda host, port: ["93.184.216.34", address])


@pytest.mark.parametrize(
    "address",
    ["http://example.edu/1", "file:///etc/passwd", "ftp://example.edu", "https://user@example.edu/", "https://", "gopher://x",
     "https://example.edu/a b", "https://example.edu\r\nX: y", "https://example.edu:99999/", "data:,x", "https://exämple.edu/"],
)  # fmt: skip
def test_other_schemes_and_crooked_addresses_are_refused(no_network, address):
    with pytest.raises(FetchRefusedError):
        fetch(address, resolve=lambda host, port: ["93.184.216.34"])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:list.example.edu"]
    subprocess.run([*command, *names, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return key, cert


def served(certificate: tuple[Path, Path], answer: bytes, monkeypatch, *, drip: float = 0) -> bytes:
    """What `fetch` makes of an answer of a server on this machine, which stands for a public one here."""
    key, cert = certificate
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(cert, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            plain, _ = listener.accept()
            with server_side.wrap_socket(plain, server_side=True) as secured:
                secured.recv(65_536)
                for part in [answer] if not drip else [answer[at : at + 1] for at in range(len(answer))]:
                    secured.sendall(part)
                    time.sleep(drip)
        except OSError:
            pass  # the client hung up, as it should

    thread = threading.Thread(target=serve)
    thread.start()
    monkeypatch.setattr(fetching, "_is_public", lambda address: True)
    try:
        trusted = ssl.create_default_context(cafile=str(cert))
        port = listener.getsockname()[1]
        return fetch(f"https://list.example.edu:{port}/1", resolve=lambda host, port: ["127.0.0.1"], context=trusted)
    finally:
        listener.close()
        thread.join()


def test_a_document_is_fetched_over_tls_from_the_address_that_was_checked(certificate, monkeypatch):
    assert served(certificate, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", monkeypatch) == b"{}"


def test_redirects_floods_and_unknown_certificates_are_refused(certificate, monkeypatch):
    with pytest.raises(FetchRefusedError, match="302"):
        served(certificate, b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n", monkeypatch)
    with pytest.raises(FetchRefusedError, match="more than"):
        served(certificate, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000, monkeypatch)
    with pytest.raises(FetchRefusedError):
        served(certificate, b"nonsense\r\n\r\n", monkeypatch)
    monkeypatch.setattr(ssl, "create_default_context", lambda cafile: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    with pytest.raises(FetchRefusedError, match="SSLCertVerificationError"):
        served(certificate, b"HTTP/1.1 200 OK\r\n\r\n{}", monkeypatch)


def test_a_host_that_drips_is_cut_off(certificate, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(FetchRefusedError):
        served(certificate, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20 + b"\r\n{}", monkeypatch, drip=0.05)
    assert time.monotonic() - began < 4


def test_fetched_keys_prove_the_signature_but_vouch_for_nobody():
    signer, issuer = LocalSigner.generated("Ed25519"), "did:web:example.edu:ipe"
    badge = read_badge(content(sign(unsigned(issuer=issuer, status=True), signer, f"{issuer}#k", created=NOW)))
    document = issuer_document(issuer, [(f"{issuer}#k", signer.public, None)])
    pages = {"https://example.edu/ipe/did.json": content(document)}

    def get(address: str) -> bytes:
        if address not in pages:
            raise FetchRefusedError("The host is not known.")
        return pages[address]

    keys, troubles = fetched_keys(badge, get=get)
    assert (keys, troubles) == ([document], [])
    report = verify(json.dumps(badge.credential).encode(), now=NOW, keys=KnownKeys(fetched=keys))
    assert (report.state("proof"), report.state("issuer"), report.verdict) == ("ok", "unknown", "status-unknown")
    assert fetched_lists(badge, get=get) == ([], [f"{LIST}: The host is not known."])
    pages["https://example.edu/ipe/did.json"] = content({**document, "id": "did:web:evil.example"})
    assert fetched_keys(badge, get=get)[0] == []
