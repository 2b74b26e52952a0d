"""An award as an Open Badge 3.0: the credential before it is signed.

References
----------
1EdTech, Open Badges Specification 3.0 (https://www.imsglobal.org/spec/ob/v3p0), AchievementCredential.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ipe_workbench.badges.contexts import CREDENTIALS_CONTEXT, EXTENSIONS_CONTEXT, OPEN_BADGES_CONTEXT
from ipe_workbench.badges.recipient import hashed_email
from ipe_workbench.credentials.exchange.achievements import achievement, result_id, rubric_level_id
from ipe_workbench.credentials.facts import add_months
from ipe_workbench.credentials.model import Evidence, MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme

__all__ = ["BadgeDesign", "Recipient", "badge_design", "build_credential", "issuer_profile"]

CONTEXTS = [CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT, EXTENSIONS_CONTEXT]
_SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}


@dataclass(frozen=True)
class Recipient:
    """Who gets a badge: an id (the DID of a wallet, else a random URN), and perhaps an e-mail address to hash."""

    id: str
    email: str | None = None
    salt: str = ""


@dataclass(frozen=True, eq=False)
class BadgeDesign:
    """What all badges of one version of a credential or stack share.

    Parameters
    ----------
    design : MicroCredential or Stack
        The design.
    achievement : mapping
        It as an Achievement; one object for all badges, not to be changed.
    evidence : tuple of mapping
        The kinds of evidence that the design asks for, in words.
    """

    design: MicroCredential | Stack
    achievement: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]


def badge_design(
    design: MicroCredential | Stack, programme: Programme, *, creator: str, base: str | None = None
) -> BadgeDesign:
    """What all badges of a design share.

    Parameters
    ----------
    design : MicroCredential or Stack
        Of today, or as a version of it was issued.
    programme : Programme
        Its programme.
    creator : str
        Id of the issuer.
    base : str, optional
        Address under which achievements are published.
    """
    kept = design.evidence if isinstance(design, MicroCredential) else ()
    words = {(one.kind, one.description): _kind_of_evidence(one) for one in kept}
    return BadgeDesign(design, achievement(design, programme, creator=creator, base=base), tuple(words.values()))


def issuer_profile(programme: Programme, identifier: str) -> dict[str, Any]:
    """The Profile of the issuer, as badges hold it.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> issuer_profile(example_programme(), "did:web:example.edu")["url"]
    'https://example.edu/ipe'
    """
    issuer = programme.info.issuer
    made = {"id": identifier, "type": ["Profile"], "name": issuer.name, "url": issuer.url, "email": issuer.email}
    return {name: value for name, value in made.items() if value}


def build_credential(
    shared: BadgeDesign,
    *,
    identifier: str,
    issuer: Mapping[str, Any],
    recipient: Recipient,
    awarded: datetime.date,
    levels: Mapping[str, str],
    score: float | None = None,
    narrative: str = "",
    evidence: Sequence[str] = (),
    status: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The credential of one award, ready to be signed.

    Parameters
    ----------
    shared : BadgeDesign
        What all badges of the design share.
    identifier : str
        Id of the credential, a URN.
    issuer : mapping
        The issuer's profile.
    recipient : Recipient
        The learner.
    awarded : date
        When it was awarded: valid from the beginning of that day (UTC), to the end of the last day that the design's
        ``validity_months`` gives.
    levels : mapping of str to str
        Level by rubric criterion: the feedback on strengths and growth areas.
    score : float, optional
        Share in [0, 1] reached in the assessment.
    narrative : str, optional
        Words about this learner's work.
    evidence : sequence of str, optional
        Addresses of evidence.
    status : sequence of mapping, optional
        Where its status is kept.
    """
    subject: dict[str, Any] = {"id": recipient.id, "type": ["AchievementSubject"]}
    if recipient.email:
        subject["identifier"] = [hashed_email(recipient.email, recipient.salt)]
    subject["achievement"] = shared.achievement
    results = _results(shared.achievement["id"], levels, score)
    if results:
        subject["result"] = results
    if narrative:
        subject["narrative"] = narrative
    made: dict[str, Any] = {
        "@context": CONTEXTS,
        "id": identifier,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": shared.achievement["name"],
        "issuer": issuer,
        "validFrom": f"{awarded.isoformat()}T00:00:00Z",
        "awardedDate": f"{awarded.isoformat()}T00:00:00Z",
        "credentialSubject": subject,
    }
    if shared.design.validity_months:
        made["validUntil"] = f"{add_months(awarded, shared.design.validity_months).isoformat()}T23:59:59Z"
    shown = [*({"id": one, "type": ["Evidence"]} for one in dict.fromkeys(evidence)), *shared.evidence]
    if shown:
        made["evidence"] = shown
    made["credentialSchema"] = [_SCHEMA]
    if status:
        made["credentialStatus"] = status[0] if len(status) == 1 else list(status)
    return made


def _results(achieved: str, levels: Mapping[str, str], score: float | None) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    if score is not None:
        results.append({"type": ["Result"], "resultDescription": result_id(achieved), "value": f"{score * 100:g}"})
    for criterion, level in levels.items():
        results.append(
            {
                "type": ["Result"],
                "resultDescription": result_id(achieved, criterion),
                "achievedLevel": rubric_level_id(achieved, criterion, level),
            }
        )
    return results


def _kind_of_evidence(evidence: Evidence) -> dict[str, Any]:
    # Where it is kept is the office's business; what it is shows on what the award rests.
    made = {
        "type": ["Evidence"],
        "name": evidence.kind.replace("-", " ").capitalize(),
        "description": evidence.description.strip(),
        "genre": evidence.kind,
    }
    return {name: value for name, value in made.items() if value}
