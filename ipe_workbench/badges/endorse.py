"""Endorsements: somebody else's signed word about a badge's achievement or its issuer, embedded in the badge.

References
----------
1EdTech, Open Badges Specification 3.0, EndorsementCredential.
"""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ipe_workbench.badges.contexts import CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT
from ipe_workbench.badges.keyring import Keyring
from ipe_workbench.badges.known_keys import KnownKeys
from ipe_workbench.badges.proof import check_proof, sign
from ipe_workbench.badges.strict_json import AmbiguousJsonError, parse_json
from ipe_workbench.badges.structure import kind_of, structure_flaws
from ipe_workbench.badges.times import written
from ipe_workbench.errors import UnreadableFileError, UnusableInputError

__all__ = ["endorse", "read_endorsements"]


def endorse(
    about: str, comment: str, keyring: Keyring, *, name: str, now: datetime.datetime, passphrase: str | None
) -> dict[str, Any]:
    """A signed endorsement.

    Parameters
    ----------
    about : str
        Id of the achievement or of the issuer that is endorsed.
    comment : str
        What is said of it.
    keyring : Keyring
        The endorser's keys.
    name : str
        The endorser's name.
    now : datetime
        The moment.
    passphrase : str or None
        Opens the private key.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.badges import Keyring
    >>> now = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)
    >>> folder = Path(tempfile.mkdtemp())
    >>> ring = Keyring.generated(folder / "keys", "correct horse", issuer="did:web:x.edu", kinds=["Ed25519"], now=now)
    >>> said = endorse("https://example.edu/ipe", "Sound.", ring, name="Ann", now=now, passphrase="correct horse")
    >>> said["type"][-1], said["proof"]["type"]
    ('EndorsementCredential', 'DataIntegrityProof')
    """
    issuer = keyring.issuer_id("Ed25519")
    made = {
        "@context": [CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT],
        "id": uuid.UUID(bytes=secrets.token_bytes(16), version=4).urn,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": f"Endorsement by {name}",
        "issuer": {"id": issuer, "type": ["Profile"], "name": name},
        "validFrom": written(now),
        "credentialSubject": {"id": about, "type": ["EndorsementSubject"], "endorsementComment": comment},
    }
    flaws = structure_flaws(made)
    if flaws:
        raise UnusableInputError(f"This makes no endorsement. {flaws[0]}")
    return sign(made, keyring.signer("Ed25519", passphrase), keyring.method("Ed25519"), created=now)


def read_endorsements(paths: Iterable[Path], *, now: datetime.datetime) -> dict[str, list[Mapping[str, Any]]]:
    """Endorsements from files, by what they are about.

    Raises
    ------
    UnreadableFileError
        When a file is no JSON.
    UnusableInputError
        When a file is no endorsement, has a false proof, or stands twice.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.badges import Keyring
    >>> now = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)
    >>> folder = Path(tempfile.mkdtemp())
    >>> ring = Keyring.generated(folder / "keys", "correct horse", issuer="did:web:x.edu", kinds=["Ed25519"], now=now)
    >>> said = endorse("https://example.edu/ipe", "Sound.", ring, name="Ann", now=now, passphrase="correct horse")
    >>> import json
    >>> file = folder / "endorsement.json"
    >>> _ = file.write_text(json.dumps(said))
    >>> list(read_endorsements([file], now=now))
    ['https://example.edu/ipe']
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for path in paths:
        try:
            endorsement = parse_json(path.read_bytes())
        except (AmbiguousJsonError, OSError) as error:
            raise UnreadableFileError(str(error), place=str(path)) from None
        if not isinstance(endorsement, Mapping) or kind_of(endorsement) != "endorsementcredential":
            raise UnusableInputError("This is no endorsement of Open Badges 3.0.", place=str(path))
        flaws = structure_flaws(endorsement)
        issuer = endorsement.get("issuer")
        identifier = issuer.get("id") if isinstance(issuer, Mapping) else issuer
        # A key that is not known here may be right; one that is known must be.
        answer = check_proof(endorsement, str(identifier), KnownKeys(), now=now)
        if flaws or answer.state is False:
            raise UnusableInputError(flaws[0] if flaws else answer.reason, place=str(path))
        known = found.setdefault(str(endorsement["credentialSubject"]["id"]), [])
        if any(one["id"] == endorsement["id"] for one in known):
            raise UnusableInputError("The endorsement is there twice.", place=str(path), mend="Keep one of the files.")
        known.append(endorsement)
    return found
