"""A first file of a new credential: complete enough to pass every check, with comments that say what to fill in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from ipe_workbench.credentials.checks import check_programme
from ipe_workbench.credentials.checks.effort import MOST_HOURS_A_WEEK, assessor_overload, room_overload
from ipe_workbench.credentials.checks.lint import Lint
from ipe_workbench.credentials.draft_text import draft_text
from ipe_workbench.credentials.model import MicroCredential, Stage
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.documents import Document, parse_document, validate, write_atomically
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

__all__ = [
    "MAX_HOURS",
    "Draft",
    "check_new_id",
    "draft_credential",
    "find_competency",
    "read_hours",
    "read_stage",
    "title_of",
    "write_draft",
]

#: A credential's whole effort ends there (`MicroCredential.hours`), an activity's hours at `_MAX_ACTIVITY`.
MAX_HOURS = 2000.0
_MAX_ACTIVITY = 400.0
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Draft:
    """A new credential that is not written yet: its value, the text of its file, and what was left open in it."""

    credential: MicroCredential
    document: Document
    remarks: tuple[str, ...] = ()


def draft_credential(
    programme: Programme,
    reference: str,
    *,
    title: str | None = None,
    stage: Stage | None = None,
    competencies: Iterable[str] = (),
    hours: float | None = None,
    like: str | None = None,
    damaged: Iterable[str] = (),
) -> Draft:
    """Draft a credential that fits the programme and adds no finding to its check.

    Parameters
    ----------
    programme : Programme
        Where it is to stand: gives the calendar, the frameworks and the capacity of assessors.
    reference : str
        The id of the new credential.
    title : str, optional
        What it is called; the id in words by default.
    stage : {"exposure", "immersion", "competence"}, optional
        Decides how it is practised and assessed; that of `like`, else exposure.
    competencies : iterable of str
        Ids or codes of competencies that it teaches and assesses, or ``framework:code``.
    hours : float, optional
        The learner's whole effort.
    like : str, optional
        Id of a credential to copy in place of the plan of the stage.
    damaged : iterable of str
        Ids of files that exist but cannot be used; these are taken, too.

    Returns
    -------
    Draft
        The minutes of assessors and the rooms are left out, each with a remark, where the programme has no capacity
        for them.

    Raises
    ------
    UnusableInputError
        When the id is none or is taken, the title is empty, or the hours are out of range.
    UnknownNameError
        When a competency, the stage or the credential to copy does not exist.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> draft = draft_credential(example_programme(), "home-visits", stage="immersion", competencies=["RR1"])
    >>> draft.credential.title, draft.credential.status, draft.credential.alignments[0].competency
    ('Home visits', 'draft', 'RR1')
    """
    check_new_id(programme, reference, damaged)
    stage = read_stage(stage) if stage is not None else None
    if title is not None and not title.strip():
        raise UnusableInputError("The title is empty.", mend="Give it a text.")
    hours = read_hours(hours) if hours is not None else None
    found = [find_competency(programme, one) for one in dict.fromkeys(competencies)]
    data, text = (
        _copied(programme, reference, like)
        if like is not None
        else _planned(programme, reference, stage or "exposure", aligned=bool(found))
    )
    data["title"] = title_of(reference) if title is None else title.strip()
    if hours is not None:
        _set_hours(programme, data, hours)
    if stage is not None:
        data["stage"] = stage
        data["alignments"] = [one | {"level": stage} for one in data.get("alignments", [])]
    if found:
        how = ["taught", "practised", "assessed"] if data.get("assessment") else ["taught", "practised"]
        data["alignments"] = [
            {"framework": framework, "competency": code, "how": how, "level": data["stage"]}
            for framework, code in found
        ]
    if not data.get("alignments"):
        data.pop("alignments", None)
    _name_activities(programme, reference, data)
    return _fitted(programme, text, data)


def check_new_id(programme: Programme, reference: str, damaged: Iterable[str] = ()) -> None:
    """Refuse what cannot be the id of a new credential: one that is no id, or one that something has already.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> check_new_id(example_programme(), "speaking-up")
    Traceback (most recent call last):
    ...
    ipe_workbench.errors.UnusableInputError: The id `speaking-up` belongs to a credential already. Choose another id; \
an id identifies for good.
    """
    if len(reference) > 80 or not _ID.fullmatch(reference):
        raise UnusableInputError(
            f"`{reference[:80]}` is not an id: an id has at most 80 lower-case letters, digits and single hyphens.",
            mend="Write it like `team-communication`; the title may have any characters.",
        )
    taken = {
        "a credential": programme.credentials,
        "a stack": programme.stacks,
        "an activity": {one.id for one in programme.activities()},
        "a file that cannot be used": set(damaged),
    }
    for owner, ids in taken.items():
        if reference in ids:
            raise UnusableInputError(
                f"The id `{reference}` belongs to {owner} already.",
                mend="Choose another id; an id identifies for good.",
            )


def find_competency(programme: Programme, wanted: str) -> tuple[str, str]:
    """The framework and the code (or id) that ``code``, ``id`` or ``framework:code`` names.

    Raises
    ------
    UnknownNameError
        When no framework of the programme has it; the message lists near ones.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> find_competency(example_programme(), "ipec-2023:RR1")
    ('ipec-2023', 'RR1')
    """
    framework, colon, code = wanted.partition(":")
    if colon and framework in programme.frameworks:
        if programme.frameworks[framework].find(code) is not None:
            return framework, code
    else:
        for name, source in programme.frameworks.items():
            if source.find(wanted) is not None:
                return name, wanted
    sources = [programme.frameworks[framework]] if framework in programme.frameworks else programme.frameworks.values()
    known = [one.code or one.id for source in sources for one in source.leaves]
    names = ", ".join([framework] if framework in programme.frameworks and colon else programme.frameworks)
    raise UnknownNameError(
        f"`{wanted}` is not a competency of {names or 'any framework of this programme'}.",
        mend=near_names(code if colon else wanted, known),
    )


def read_stage(text: str) -> Stage:
    """The stage of that name; raises `UnknownNameError` when there is none.

    Examples
    --------
    >>> read_stage("immersion")
    'immersion'
    """
    wanted = text.strip()
    for stage in get_args(Stage):
        if stage == wanted:
            return cast("Stage", stage)
    raise UnknownNameError(f"`{text}` is not a stage.", mend=near_names(text, get_args(Stage)))


def read_hours(value: str | float) -> float:
    """A learner's effort in hours, above 0 and at most `MAX_HOURS`; raises `UnusableInputError`.

    Examples
    --------
    >>> read_hours("4,5")
    4.5
    """
    try:
        hours = float(value.replace(",", ".") if isinstance(value, str) else value)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= MAX_HOURS:
        raise UnusableInputError(
            f"`{value}` is not a number of hours.", mend=f"Give a number above 0 and up to {MAX_HOURS:g}."
        )
    return hours


def write_draft(draft: Draft, folder: str | Path) -> Path:
    """Write the draft to ``credentials/ID.yaml`` of a programme folder, never over another file.

    Raises
    ------
    UnusableInputError
        When the file exists; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import draft_credential, example_programme
    >>> write_draft(draft_credential(example_programme(), "team-huddles"), tempfile.mkdtemp()).name
    'team-huddles.yaml'
    """
    home = Path(folder) / "credentials"
    for path in (home / f"{draft.credential.id}{ending}" for ending in (".yaml", ".yml")):
        if path.exists() or path.is_symlink():
            raise UnusableInputError(
                "The file exists already; nothing was written.", place=str(path), mend="Choose another id."
            )
    path = home / f"{draft.credential.id}.yaml"
    write_atomically(path, draft.document.text)
    return path


def title_of(reference: str) -> str:
    """The words of an id, as a first title.

    Examples
    --------
    >>> title_of("home-visits")
    'Home visits'
    """
    return reference.replace("-", " ").capitalize()


def _planned(programme: Programme, reference: str, stage: Stage, *, aligned: bool) -> tuple[dict[str, Any], str]:
    """The content and the text of the plan for a stage."""
    text = _schema_line(programme) + draft_text(programme, reference, stage, aligned=aligned)
    return parse_document(text).data, text


def _copied(programme: Programme, reference: str, like: str) -> tuple[dict[str, Any], str]:
    """The content and the text of another credential's file, with what is only true of the other taken out."""
    source = programme.documents.get(("credential", like))
    if source is None:
        raise UnknownNameError(
            f"There is no credential `{like}` to copy.", mend=near_names(like, list(programme.credentials))
        )
    body = source.text.splitlines(keepends=True)
    while body and (body[0].startswith("#") or not body[0].strip()):
        body.pop(0)
    note = f"# A draft that began as a copy of {like}. Change what is different here, then set `status: active`.\n"
    data = source.data | {"id": reference, "version": "0.1", "status": "draft"}
    for gone in ("review_date", "endorsements", "image"):
        data.pop(gone, None)
    return data, _schema_line(programme) + note + "".join(body)


def _schema_line(programme: Programme) -> str:
    """The line that names the schema to an editor, as the other credentials have it."""
    for (kind, _), document in programme.documents.items():
        first = document.text.partition("\n")[0].rstrip("\r")
        if kind == "credential" and first.startswith("# yaml-language-server:"):
            return f"{first}\n"
    return "# yaml-language-server: $schema=../schemas/credential.schema.json\n"


def _set_hours(programme: Programme, data: dict[str, Any], hours: float) -> None:
    """Make the effort `hours`: the activities keep their proportions.

    One that grows too long for its weeks takes the whole term, and one too long for that is split.
    """
    data["hours"] = _number(hours)
    # Credits follow from hours; those of a copy belong to the hours that it had.
    data.pop("ects", None)
    activities = data.get("activities", [])
    total = sum(one["hours"] + one.get("preparation_hours", 0) for one in activities)
    if not activities or math.isclose(total, hours):
        return
    weeks = {term.id: term.weeks for term in programme.info.terms}
    split: list[dict[str, Any]] = []
    for one in activities:
        contact, preparation = (one.get(name, 0) * hours / total for name in ("hours", "preparation_hours"))
        longest = min(_MAX_ACTIVITY, weeks.get(one["term"], math.inf) * MOST_HOURS_A_WEEK)
        parts = max(1, math.ceil(max(contact / longest, preparation / _MAX_ACTIVITY) - 1e-9))
        part = one | {"hours": _number(contact / parts)}
        if contact / parts > len(set(one.get("weeks", ()))) * MOST_HOURS_A_WEEK:
            part.pop("weeks", None)
        if preparation:
            part["preparation_hours"] = _number(preparation / parts)
        split.extend(dict(part) for _ in range(parts))
    data["activities"] = split


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else float(value)


def _name_activities(programme: Programme, reference: str, data: dict[str, Any]) -> None:
    """Give the activities ids that nothing in the programme has."""
    taken = {*programme.credentials, *programme.stacks, reference, *(one.id for one in programme.activities())}
    number = 0
    for activity in data.get("activities", []):
        while True:
            number += 1
            name = f"{reference[:70].rstrip('-')}-{number}"
            if name not in taken:
                break
        activity["id"] = name


def _fitted(programme: Programme, text: str, data: dict[str, Any]) -> Draft:
    """The draft, without the assessors' minutes and the rooms that would overload the programme."""
    credential, document = _value_and_document(programme, text, data)
    remarks: list[str] = []
    assessment = credential.assessment
    if assessment is not None and assessment.assessor_minutes and _overloads(programme, credential, assessor_overload):
        remarks.append(
            f"`assessor_minutes` is left out: {assessment.assessor_minutes:g} minutes a learner are more than the "
            f"{assessment.assessor} hours under `capacity` in programme.yaml allow. Find the time, then fill it in."
        )
        data["assessment"] = _without(data["assessment"], "assessor_minutes")
    for room in dict.fromkeys(one.room for one in credential.activities if one.room is not None):
        inside = tuple(one for one in credential.activities if one.room == room)
        if _overloads(programme, credential.model_copy(update={"activities": inside}), room_overload):
            remarks.append(
                f"`room: {room}` is left out: the cohort needs more hours in such rooms than `capacity` in "
                "programme.yaml states. Find a room or another week, then fill it in."
            )
            data["activities"] = [
                _without(one, "room", "learners_per_room") if one.get("room") == room else one
                for one in data["activities"]
            ]
    if not remarks:
        return Draft(credential, document)
    first, *others = text.splitlines(keepends=True)
    text = "".join([first, *(f"# {one}\n" for one in remarks), *others])
    return Draft(*_value_and_document(programme, text, data), remarks=tuple(remarks))


def _without(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in names}


def _value_and_document(programme: Programme, text: str, data: dict[str, Any]) -> tuple[MicroCredential, Document]:
    path = str(programme.folder / "credentials" if programme.folder else "credentials") + f"/{data['id']}.yaml"
    # Written through the tree, so that no character of a title can change the structure of the file.
    document = parse_document(parse_document(text, path).edited(data).text, path)
    credential, findings = validate(MicroCredential, document)
    if credential is None:
        raise UnusableInputError(findings[0].message, mend=findings[0].mend, findings=findings)
    return credential, document


def _overloads(programme: Programme, credential: MicroCredential, overload: Lint) -> bool:
    """Whether the credential overloads what was not overloaded before."""
    before = {
        (one.place.field, one.message.partition(" needs ")[0]) for one in check_programme(programme, lints=[overload])
    }
    after = check_programme(programme.with_credential(credential), lints=[overload])
    return any((one.place.field, one.message.partition(" needs ")[0]) not in before for one in after)
