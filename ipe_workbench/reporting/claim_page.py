"""What a learner gets: a page with the badges, how to keep and share them, and the text of an e-mail."""

from __future__ import annotations

import base64
import csv
import io
import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from ipe_workbench.badges.feedback import graded_rows
from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.reporting.html import Html, element, join, listing, visible
from ipe_workbench.reporting.standalone import standalone_page
from ipe_workbench.reporting.transcript_page import day_in_words, issuer_name

__all__ = ["ClaimedBadge", "claim_message", "claim_page", "claims_as_csv", "in_mbox"]


@dataclass(frozen=True)
class ClaimedBadge:
    """A badge as it is handed to its learner.

    Parameters
    ----------
    credential : mapping
        What it says.
    content : bytes
        The file, signed.
    name : str
        The file's name.
    picture : bytes
        Its picture as PNG; empty for none.
    """

    credential: Mapping[str, Any]
    content: bytes
    name: str
    picture: bytes = b""

    @property
    def title(self) -> str:
        """Its name on one line."""
        return " ".join(visible(self.credential["name"]).split())


def claim_page(badges: Sequence[ClaimedBadge], *, verifier: str = "") -> str:
    """The page of one learner: each badge, what it says, and how to keep and share it.

    Parameters
    ----------
    badges : sequence of ClaimedBadge
        At least one.
    verifier : str
        Address of the issuer's verification page, if it is published.
    """
    issuer = issuer_name(badges[0].credential)
    heading = badges[0].title if len(badges) == 1 else f"Your {len(badges)} badges"
    content = join(
        (
            element("p", f"Open Badges 3.0 · {issuer}", class_="kicker"),
            element("h1", heading),
            element(
                "p",
                "Congratulations. A badge is a small signed file. It says what you achieved, and anybody can check "
                "that nobody changed it. It is yours: keep it, and show it to whom you like.",
                class_="lede",
            ),
            *(_badge(one) for one in badges),
            *_advice(verifier),
        )
    )
    return standalone_page(f"{heading}: {issuer}", content)


def claim_message(
    email: str, badges: Sequence[ClaimedBadge], *, sender: str, page: str | None = None, verifier: str = ""
) -> EmailMessage:
    """The e-mail to one learner, with the page and the badges attached. It is not sent.

    Raises
    ------
    ValueError
        When the address is none that every mail server takes, such as one with letters beyond ASCII before the @.
    """
    issuer = " ".join(visible(issuer_name(badges[0].credential)).split())
    message = EmailMessage(policy=SMTP)
    if not re.fullmatch(r"[!-?A-~]+@[^\s@]+", email):
        raise ValueError("This is no address that every mail server takes.")
    local, _, domain = email.rpartition("@")
    message["To"] = Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")
    message["From"] = Address(display_name=issuer, addr_spec=sender)
    message["Subject"] = subject_of(badges)
    message.set_content(_text(badges, issuer, verifier, attached=page is not None))
    if page is not None:
        message.add_attachment(page.encode(), maintype="text", subtype="html", filename="your-badges.html")
    for one in badges:
        subtype = "jwt" if one.name.endswith(".jwt") else "ld+json"
        message.add_attachment(one.content, maintype="application", subtype=subtype, filename=one.name)
    return message


def subject_of(badges: Sequence[ClaimedBadge]) -> str:
    """The subject line: one line, whatever the titles hold."""
    return f"Your badge: {badges[0].title[:120]}" if len(badges) == 1 else f"Your {len(badges)} badges"


def in_mbox(message: EmailMessage) -> bytes:
    """A message as an mbox file holds it (RFC 4155; lines that begin with From get a sign in front)."""
    lines = message.as_bytes().replace(b"\r\n", b"\n")
    quoted = re.sub(rb"^(>*From )", rb">\1", lines, flags=re.MULTILINE).rstrip(b"\n")
    return b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n" + quoted + b"\n\n"


def claims_as_csv(rows: Sequence[tuple[str, str, Sequence[ClaimedBadge]]], *, verifier: str = "") -> str:
    """A table for a mailing tool of (e-mail, name of the page, badges). No cell runs as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["email", "subject", "text", "page"])
    for email, page, badges in rows:
        issuer = " ".join(visible(issuer_name(badges[0].credential)).split())
        words = _text(badges, issuer, verifier, attached=True)
        writer.writerow([spreadsheet_safe(cell) for cell in (email, subject_of(badges), words, page)])
    return text.getvalue()


def _text(badges: Sequence[ClaimedBadge], issuer: str, verifier: str, *, attached: bool) -> str:
    titles = "\n".join(f"- {one.title}" for one in badges)
    what = "a badge" if len(badges) == 1 else f"{len(badges)} badges"
    check = f"\nAnybody can check a badge here: {verifier}\n" if verifier else ""
    return (
        f"Hello,\n\n{issuer} has awarded you {what}:\n\n{titles}\n\n"
        + ("The attached page shows what they say and how to keep and share them.\n" if attached else "")
        + "Keep the attached files in a safe place: they are the badges themselves.\n"
        + check
        + f"\nKind regards\n{issuer}\n"
    )


def _badge(badge: ClaimedBadge) -> Html:
    credential = badge.credential
    achievement = credential["credentialSubject"]["achievement"]
    until = day_in_words(credential["validUntil"]) if credential.get("validUntil") else "no end"
    facts = [
        ("Awarded", day_in_words(credential.get("awardedDate") or credential["validFrom"])),
        ("Valid until", until),
        ("By", issuer_name(credential)),
    ]
    aligned = [
        f"{one['targetCode']}: {one['targetName']}" if one.get("targetCode") else one["targetName"]
        for one in achievement.get("alignment", ())
    ]
    data = base64.b64encode(badge.content).decode()
    subtype = "jwt" if badge.name.endswith(".jwt") else "ld+json"
    save = element("a", "Save this badge", element("span", f" ({badge.title})", class_="hidden"), class_="button",
                   href=f"data:application/{subtype};base64,{data}", download=badge.name)  # fmt: skip
    return element(
        "section",
        *_picture(badge),
        element("h2", badge.title),
        element("p", achievement.get("description", "")),
        element("dl", *(join((element("dt", name), element("dd", value))) for name, value in facts), class_="ids"),
        *_feedback(credential),
        *_words("About your work", credential["credentialSubject"].get("narrative", "")),
        *_folded("What you did for it", _paragraphs(achievement["criteria"].get("narrative", ""))),
        *_folded("What it is about", [listing(aligned)] if aligned else []),
        element("p", save),
        class_="entry",
    )


def _picture(badge: ClaimedBadge) -> Iterator[Html]:
    if badge.picture:
        # What the picture says stands in words beside it.
        data = base64.b64encode(badge.picture).decode()
        yield element("img", src=f"data:image/png;base64,{data}", alt="", width="150", height="150", class_="picture")


def _feedback(credential: Mapping[str, Any]) -> Iterator[Html]:
    rows = graded_rows(credential)
    strong = [f"{row.criterion}: {row.reached}" for row in rows if row.strong]
    growth = [
        f"{row.criterion}: {row.reached}" + (f" (next: {row.following['name']})" if row.following else "")
        for row in rows
        if not row.strong
    ]
    for title, items in (("Your strengths", strong), ("Where to grow", growth)):
        if items:
            yield join((element("h3", title), listing(items)))


def _words(title: str, text: str) -> Iterator[Html]:
    content = _paragraphs(text)
    if content:
        yield join((element("h3", title), *content))


def _folded(title: str, content: Sequence[Html]) -> Iterator[Html]:
    if content:
        yield element("details", element("summary", title), *content)


def _paragraphs(text: str) -> list[Html]:
    made = []
    for one in (one.strip() for one in re.split(r"\n\s*\n", text) if one.strip()):
        lines = one.splitlines()
        if all(line.lstrip().startswith(("- ", "* ")) for line in lines):
            made.append(listing(line.lstrip()[2:] for line in lines))
        else:
            made.append(element("p", one))
    return made


def _advice(verifier: str) -> Iterator[Html]:
    yield element("h2", "How to keep and share your badges")
    steps: list[object] = [
        "Save each badge with the button above, and keep the file where you keep your certificates. This page holds "
        "the badges, too: keep it as well.",
        "A wallet for Open Badges 3.0 takes the file: choose “add” or “import” there.",
        "To show a badge, send the file, or this page. Whoever gets it can check it; a picture or a print cannot be "
        "checked.",
        "The badge holds no name and no readable e-mail address. Whoever you tell the address that you got this by can "
        "check that the badge is yours.",
    ]
    if verifier and urllib.parse.urlsplit(verifier).scheme == "https":
        steps.append(join(("Check it yourself on the ", element("a", "page of the issuer", href=verifier), ".")))
    yield listing(steps, kind="ol")
