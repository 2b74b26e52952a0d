"""A learner's record (CLR 2.0) as one page to share: what was achieved, strengths and growth areas, how to check it."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ipe_workbench.badges.feedback import GradedRow, graded_rows
from ipe_workbench.badges.times import moment
from ipe_workbench.reporting.html import Html, element, join, listing, notice, table
from ipe_workbench.reporting.standalone import standalone_page

__all__ = ["day_in_words", "issuer_name", "transcript_page"]


def transcript_page(record: Mapping[str, Any], *, on: datetime.date, learner: str = "") -> str:
    """The page of a record. Whatever the texts in it hold, it loads and runs nothing.

    Parameters
    ----------
    record : mapping
        A signed ClrCredential with the structure of the standard; it is embedded for download.
    on : date
        The day for which "expired" is said.
    learner : str, optional
        Name to print. The record itself names nobody, so no proof covers it; the page says so.

    Raises
    ------
    WorkbenchError
        When the page would load or run anything.
    """
    subject = record["credentialSubject"]
    members = [one for one in subject["verifiableCredential"] if _achievement(one)]
    title = f"{record['name']}{f' of {learner}' if learner else ''}"
    content = join(
        (
            element("p", "Record of learning · Comprehensive Learner Record 2.0", class_="kicker"),
            element("h1", title),
            element("p", issuer_name(record), ", ", day_in_words(record["validFrom"]), class_="lede"),
            *_cautions(record, learner),
            *_stacks(subject, members),
            element("h2", "Badges"),
            table("Badges, by day of award", ["Badge", "Awarded", "Valid until", "Issuer"], _rows(members, on)),
            *_feedback(members),
            *_how_to_check(record),
        )
    )
    return standalone_page(title, content)


def _achievement(member: Mapping[str, Any]) -> Mapping[str, Any]:
    found = member["credentialSubject"].get("achievement")
    return found if isinstance(found, Mapping) else {}


def issuer_name(credential: Mapping[str, Any]) -> str:
    """The name of a credential's issuer, or its id."""
    issuer = credential["issuer"]
    return str(issuer.get("name") or issuer.get("id")) if isinstance(issuer, Mapping) else str(issuer)


def day_in_words(text: object) -> str:
    """The day of a moment.

    Examples
    --------
    >>> day_in_words("2026-10-01T00:00:00Z")
    '1 October 2026'
    """
    when = moment(text)
    return str(text) if when is None else f"{when.day} {when:%B %Y}"


def _cautions(record: Mapping[str, Any], learner: str) -> Iterator[Html]:
    if learner:
        yield element(
            "p",
            "The name was put on this page by whoever shares it. The signed record knows the learner by a scrambled "
            "e-mail address; see the end of the page.",
            class_="muted",
        )
    if record.get("partial"):
        yield notice("This record does not hold every badge that the issuer knows of.")


def _stacks(subject: Mapping[str, Any], members: list[Mapping[str, Any]]) -> Iterator[Html]:
    titles = {_achievement(one)["id"]: _achievement(one)["name"] for one in members}
    defined = {one["id"]: one for one in subject.get("achievement", ())}
    parts: dict[str, list[str]] = {}
    for one in subject.get("association", ()):
        if one["associationType"] in ("isPartOf", "isChildOf"):
            parts.setdefault(one["targetId"], []).append(one["sourceId"])
    stacks = [name for name in (*defined, *titles) if name in defined or name in parts]
    if not stacks:
        return
    names = {**titles, **{name: one["name"] for name, one in defined.items()}}
    yield element("h2", "Completed stacks")
    for name in dict.fromkeys(stacks):
        held = [names[part] for part in dict.fromkeys(parts.get(name, ())) if part in names]
        about = defined.get(name) or next(_achievement(one) for one in members if _achievement(one)["id"] == name)
        yield element(
            "section",
            element("h3", names[name]),
            element("p", about.get("description", "")),
            element("p", "Completed with:", class_="muted") if held else "",
            listing(held),
            class_="entry",
        )


def _rows(members: list[Mapping[str, Any]], on: datetime.date) -> Iterator[tuple[object, ...]]:
    for one in members:
        end = moment(one.get("validUntil"))
        until: object = "no end" if end is None else day_in_words(one["validUntil"])
        if end is not None and end.date() < on:
            until = join((until, " ", element("strong", "(expired)", class_="gap")))
        yield (
            _achievement(one)["name"],
            day_in_words(one.get("awardedDate") or one["validFrom"]),
            until,
            issuer_name(one),
        )


def _feedback(members: list[Mapping[str, Any]]) -> Iterator[Html]:
    """Strengths and growth areas, under each competency that the badge is aligned to; then what comes next."""
    graded = [(member, graded_rows(member)) for member in members]
    graded = [(member, rows) for member, rows in graded if rows]
    if not graded:
        return
    yield element("h2", "Strengths and growth areas")
    yield element(
        "p",
        "From the rubrics of the badges, under each competency that the badge is aligned to. A strength is the highest "
        "level, or one above what the badge asks for; a growth area has a higher level to reach.",
    )
    yield table("By competency", ["Competency", "Strengths", "Growth areas"], _by_competency(graded))
    open_rows = [(row, row.following) for _, rows in graded for row in rows if not row.strong and row.following]
    if open_rows:
        following = [
            (row.badge, row.criterion, row.reached,
             join((element("em", level["name"]), f": {level['description']}" if level.get("description") else "")))
            for row, level in open_rows
        ]  # fmt: skip
        yield table("The next level of each growth area", ["Badge", "Criterion", "Reached", "Next"], following)


def _by_competency(graded: list[tuple[Mapping[str, Any], list[GradedRow]]]) -> Iterator[tuple[object, ...]]:
    found: dict[tuple[str, str, str], list[GradedRow]] = {}
    for member, rows in graded:
        for one in _achievement(member).get("alignment") or [{"targetName": "Without a competency"}]:
            key = str(one.get("targetFramework", "")), str(one.get("targetCode", "")), str(one["targetName"])
            found.setdefault(key, []).extend(rows)
    framework = None
    for (title, code, name), rows in sorted(found.items()):
        if title != framework:
            framework = title
            yield (title or "Other",)
        label = f"{code}: {name}" if code and code != name else name
        yield label, _named(row for row in rows if row.strong), _named(row for row in rows if not row.strong)


def _named(rows: Iterable[GradedRow]) -> Html:
    names = listing(f"{row.criterion} ({row.badge})" for row in rows)
    return names if names.markup else element("span", "none recorded", class_="muted")


def _how_to_check(record: Mapping[str, Any]) -> Iterator[Html]:
    signed = base64.b64encode(json.dumps(record, ensure_ascii=False).encode()).decode()
    issuer = record["issuer"]
    name = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    yield element("h2", "How to check this record")
    yield element(
        "p",
        "This page is for reading and could have been edited. The signed record cannot: save it, and give it to any "
        "verifier of Comprehensive Learner Records 2.0, or to the command below.",
    )
    link = element("a", "Save the signed record (JSON)", href=f"data:application/json;base64,{signed}",
                   download="record.clr.json", class_="button")  # fmt: skip
    yield element("p", link)
    command = "ipe badges verify record.clr.json --online --recipient THE-LEARNERS-ADDRESS"
    yield element("pre", element("code", command), tabindex="0", role="region", aria_label="Command")
    yield element("p", "With the learner's e-mail address a verifier sees whether the record is about that person.")
    yield element("dl", join((element("dt", "Issuer"), element("dd", name), element("dt", "Record"),
                              element("dd", record["id"]))), class_="ids")  # fmt: skip
