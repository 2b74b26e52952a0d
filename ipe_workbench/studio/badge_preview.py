"""A badge as its learner sees it, and what verifying it gave, as escaped HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ipe_workbench.badges import Verification
from ipe_workbench.badges.feedback import graded_rows
from ipe_workbench.badges.times import moment
from ipe_workbench.studio.components import escaped

__all__ = ["badge_html", "report_html"]

_VERDICTS = {
    "verified": "Valid: genuine, in force, and of an issuer whose keys are known.",
    "issuer-unknown": "Valid: genuine and in force. Nobody vouches for the issuer here.",
    "expired": "Expired: genuine, but its time is over.",
    "not-yet-valid": "Not valid yet: genuine, but its time has not begun.",
    "revoked": "Revoked: the issuer has withdrawn it.",
    "suspended": "Suspended: the issuer has put it on hold.",
    "status-unknown": "Not valid: whether it was revoked cannot be checked.",
    "invalid": "Not valid: do not rely on it.",
}
_SIGNS = {"ok": "✓ ok", "failed": "✗ failed", "unknown": "? unknown"}


def badge_html(credential: Mapping[str, Any], picture: str, *, email: str = "") -> str:
    """The badge: picture, title, what was done, strengths and growth areas, and how it can be checked.

    Parameters
    ----------
    credential : mapping
        The credential, signed or not.
    picture : str
        HTML of its picture.
    email : str
        The address that it will be issued to.
    """
    achievement = credential["credentialSubject"]["achievement"]
    return (
        f'<section aria-label="Preview of the badge" class="ipe-badge"><div class="ipe-badge-picture">{picture}</div>'
        f"<div><h3>{escaped(achievement['name'])}</h3><p>{escaped(achievement.get('description', ''))}</p>"
        f"{''.join(_facts(credential, email))}</div>"
        f'<div class="ipe-wide">{"".join(_content(credential))}</div></section>'
    )


def report_html(report: Verification) -> str:
    """The verdict and each check."""
    rows = "".join(
        f"<tr><th scope='row'>{escaped(one.id.replace('-', ' '))}</th><td>{_SIGNS[one.state]}</td>"
        f"<td>{escaped(one.detail)}</td></tr>"
        for one in report.checks
    )
    kind = "ipe-said" if report.valid else "ipe-alert"
    return (
        f"<div role='status' class='{kind}'><strong>{escaped(_VERDICTS[report.verdict])}</strong></div>"
        "<table class='ipe-checks'><caption>Checks</caption><thead><tr><th scope='col'>Check</th>"
        f"<th scope='col'>Result</th><th scope='col'>Detail</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _facts(credential: Mapping[str, Any], email: str) -> Iterator[str]:
    issuer = credential["issuer"]
    until = _day(credential["validUntil"]) if credential.get("validUntil") else "no end"
    facts = [
        ("Awarded", _day(credential.get("awardedDate") or credential["validFrom"])),
        ("Valid until", until),
        ("By", issuer.get("name") or issuer["id"] if isinstance(issuer, Mapping) else issuer),
        ("To", f"{email} (in the badge as a salted hash)" if email else credential["credentialSubject"]["id"]),
    ]
    score = next((one["value"] for one in credential["credentialSubject"].get("result", ()) if "value" in one), None)
    if score is not None:
        facts.append(("Score", f"{score} %"))
    rows = "".join(f"<dt>{name}</dt><dd>{escaped(value)}</dd>" for name, value in facts)
    yield f"<dl class='ipe-facts'>{rows}</dl>"


def _content(credential: Mapping[str, Any]) -> Iterator[str]:
    subject = credential["credentialSubject"]
    achievement = subject["achievement"]
    rows = graded_rows(credential)
    strengths = [f"{row.criterion}: {row.reached}" for row in rows if row.strong]
    growth = [_next(row.criterion, row.reached, row.following) for row in rows if not row.strong]
    yield from _list("Your strengths", strengths)
    yield from _list("Where to grow", growth)
    yield from _list("About your work", _lines(subject.get("narrative", "")))
    yield from _folded("What you did for it", _lines(achievement["criteria"].get("narrative", "")))
    aligned = [
        f"{one['targetCode']}: {one['targetName']}" if one.get("targetCode") else one["targetName"]
        for one in achievement.get("alignment", ())
    ]
    yield from _folded("Competencies", aligned)
    yield (
        "<p class='ipe-muted'>Anybody can check it: the signature shows that the issuer made it and that nobody "
        "changed it; the issuer's public list shows whether it was revoked. It names nobody in plain words.</p>"
    )


def _next(criterion: str, reached: str, following: Mapping[str, Any] | None) -> str:
    if following is None:
        return f"{criterion}: {reached}"
    description = f": {following['description']}" if following.get("description") else ""
    return f"{criterion}: {reached}. Next, {following['name']}{description}"


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    shown = "".join(f"<li>{escaped(one)}</li>" for one in items)
    if shown:
        yield f"<h4>{title}</h4><ul>{shown}</ul>"


def _folded(title: str, items: Sequence[str]) -> Iterator[str]:
    shown = "".join(f"<li>{escaped(one)}</li>" for one in items)
    if shown:
        yield f"<details><summary>{title} ({len(items)})</summary><ul>{shown}</ul></details>"


def _lines(text: str) -> list[str]:
    return [re.sub(r"^[-*] ", "", one.strip()) for one in str(text).splitlines() if one.strip()]


def _day(text: object) -> str:
    when = moment(text)
    return str(text) if when is None else f"{when.day} {when:%B %Y}"
