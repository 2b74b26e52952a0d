"""The simple CSV files of the manual: one file a kind, one row a thing, columns named as in the frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from ipe_workbench.records.importing.reading import Field, Format, Reading, Row, plain_heading
from ipe_workbench.records.importing.source import Source
from ipe_workbench.records.importing.targets import Record

__all__ = ["PLAIN_TABLES", "fields_of"]

#: Targets with their values, in the order of the target's columns.
Emitted: TypeAlias = Iterator[tuple[str, tuple[object, ...]]]

_LEARNER = Field("learner", aliases=("learner id", "student", "student id", "id"), needed=True)
_TERM = Field("term", aliases=("term id", "semester"))
_ON = Field("on", "date", ("date", "day"))
_ASSESSMENT = Field("assessment", aliases=("assessment id", "test"), needed=True)
_ATTEMPT = Field("attempt", "whole")
_CREDENTIAL = Field("credential", aliases=("badge", "credential id"), needed=True)

_FIELDS: dict[str, tuple[Field, ...]] = {
    "terms": (
        Field("id", aliases=("term",), needed=True),
        Field("title", aliases=("name",)),
        Field("starts", "date", ("start", "start date")),
        Field("ends", "date", ("end", "end date")),
    ),
    "learners": (
        _LEARNER,
        Field("given_name", aliases=("first name", "given")),
        Field("family_name", aliases=("last name", "surname", "family")),
        Field("email", aliases=("e-mail", "mail")),
        Field("study_programme", aliases=("programme", "program", "degree")),
        Field("profession"),
        Field("cohort", aliases=("class of", "intake")),
        Field("status"),
        Field("starts", "date", ("start", "start date", "enrolled")),
        Field("ends", "date", ("end", "end date")),
    ),
    "staff": (
        Field("staff", aliases=("staff id", "rater", "facilitator", "id"), needed=True),
        Field("given_name", aliases=("first name",)),
        Field("family_name", aliases=("last name", "surname")),
        Field("email", aliases=("e-mail", "mail")),
    ),
    "teams": (
        Field("term", aliases=("term id", "semester"), needed=True),
        Field("team", aliases=("team name", "group"), needed=True),
        _LEARNER,
        Field("joined", "date"),
        Field("left", "date"),
        Field("facilitator"),
    ),
    "offerings": (
        Field("offering", aliases=("offering id", "id"), needed=True),
        Field("activity"),
        Field("credential", aliases=("badge",)),
        _TERM,
        Field("starts", "date", ("start", "start date")),
        Field("ends", "date", ("end", "end date")),
        Field("room"),
        Field("seats", "whole", ("places",)),
    ),
    "attendance": (
        _LEARNER,
        Field("offering", aliases=("session", "offering id"), needed=True),
        Field("on", "date", ("date", "day"), needed=True),
        Field("status", aliases=("attendance",), needed=True),
        Field("hours", "number"),
    ),
    "assessments": (
        _LEARNER,
        _ASSESSMENT,
        _ATTEMPT,
        _ON,
        Field("score", "share"),
        Field("points", "number", ("marks",)),
        Field("points_possible", "number", ("points possible", "out of", "max points")),
        Field("passed", "truth", ("pass",)),
        Field("kind"),
        Field("credential", aliases=("badge",)),
        _TERM,
        Field("team"),
    ),
    "item_responses": (
        _LEARNER,
        _ASSESSMENT,
        _ATTEMPT,
        Field("item", aliases=("question", "item id"), needed=True),
        Field("response", aliases=("answer",)),
        Field("score", "share"),
    ),
    "rubric_scores": (
        _LEARNER,
        _ASSESSMENT,
        _ATTEMPT,
        Field("criterion", aliases=("row", "criteria"), needed=True),
        Field("rater", aliases=("assessor", "rater id"), needed=True),
        Field("level"),
        Field("score", "number", ("points",)),
        _ON,
    ),
    "survey_responses": (
        _LEARNER,
        Field("wave", needed=True),
        Field("instrument", needed=True),
        Field("frame", needed=True),
        _TERM,
        Field("item", aliases=("question",), needed=True),
        Field("value", "number", ("answer",)),
        Field("comment", aliases=("text",)),
        _ON,
    ),
    "evidence": (
        _LEARNER,
        _CREDENTIAL,
        Field("kind", needed=True),
        Field("reference", aliases=("address", "url", "file"), needed=True),
        Field("sha256", aliases=("hash",)),
        _ON,
    ),
    "awards": (
        _LEARNER,
        _CREDENTIAL,
        Field("on", "date", ("date", "awarded", "awarded date"), needed=True),
        Field("version"),
        Field("expires", "date", ("valid until",)),
        Field("hours", "number"),
        Field("issuer"),
    ),
    "consents": (
        _LEARNER,
        Field("purpose", needed=True),
        Field("given", "truth", ("consent",), needed=True),
        Field("on", "date", ("date",), needed=True),
    ),
}
_TRAIT = "trait:"


def fields_of(kind: str) -> tuple[Field, ...]:
    """The columns of a simple file of that kind."""
    return _FIELDS[kind]


def _terms(row: Row, _seen: set[object]) -> Emitted:
    value = row.values
    yield "terms", (value["id"], value["title"], value["starts"], value["ends"])


def _learners(row: Row, seen: set[object]) -> Emitted:
    value = row.values
    learner = value["learner"]
    yield "learners", (learner,)
    names = (value["given_name"], value["family_name"], value["email"])
    if any(names):
        yield "learner_names", (learner, *names)
    study = value["study_programme"] or value["profession"]
    if study is None:
        return
    if ("study", study) not in seen:
        seen.add(("study", study))
        yield "study_programmes", (study, None, value["profession"])
    cohort = value["cohort"] or "none"
    if ("cohort", cohort) not in seen:
        seen.add(("cohort", cohort))
        yield "cohorts", (cohort, None, None)
    yield "enrolments", (learner, study, cohort, value["starts"], value["ends"], value["status"] or "active")


def _staff(row: Row, _seen: set[object]) -> Emitted:
    value = row.values
    yield "staff", (value["staff"], value["given_name"], value["family_name"], value["email"])


def _teams(row: Row, seen: set[object]) -> Emitted:
    value = row.values
    team = (value["term"], value["team"])
    facilitator = value["facilitator"]
    if facilitator and facilitator not in seen:
        seen.add(facilitator)
        yield "staff", (facilitator, None, None, None)
    if team not in seen:
        seen.add(team)
        yield "teams", (*team, facilitator)
    yield "team_members", (team, value["learner"], value["joined"], value["left"])


def _offerings(row: Row, _seen: set[object]) -> Emitted:
    value = row.values
    names = ("offering", "activity", "credential", "term", "starts", "ends", "room", "seats")
    yield "offerings", tuple(value[name] for name in names)


def _attendance(row: Row, _seen: set[object]) -> Emitted:
    value = row.values
    status = value["status"] and value["status"].casefold()
    yield "attendance", (value["learner"], value["offering"], value["on"], status, value["hours"])


def _assessments(row: Row, seen: set[object]) -> Emitted:
    value = row.values
    assessment = value["assessment"]
    if assessment not in seen:
        seen.add(assessment)
        possible = value["points_possible"]
        yield "assessment_plan", (assessment, None, value["kind"], value["credential"], None, None, possible)
    team = (value["term"], value["team"]) if value["team"] else None
    score, points, possible = value["score"], value["points"], value["points_possible"]
    if score is None and points is not None and possible:
        score = points / possible
    yield (
        "assessments",
        (
            value["learner"],
            assessment,
            _first_if_unsaid(value["attempt"]),
            value["on"],
            score,
            points,
            possible,
            value["passed"],
            team,
        ),
    )


def _item_responses(row: Row, seen: set[object]) -> Emitted:
    value = row.values
    yield from _planned(value["assessment"], seen)
    attempt = _first_if_unsaid(value["attempt"])
    yield (
        "item_responses",
        (value["learner"], value["assessment"], attempt, value["item"], value["response"], value["score"]),
    )


def _rubric_scores(row: Row, seen: set[object]) -> Emitted:
    value = row.values
    yield from _planned(value["assessment"], seen)
    rater = value["rater"]
    if ("rater", rater) not in seen:
        seen.add(("rater", rater))
        yield "staff", (rater, None, None, None)
    key = (value["learner"], value["assessment"], _first_if_unsaid(value["attempt"]), value["criterion"], rater)
    yield "rubric_scores", (*key, value["level"], value["score"], value["on"])


def _survey_responses(row: Row, seen: set[object]) -> Emitted:
    value = row.values
    wave = (value["wave"], value["instrument"], value["frame"], value["term"])
    if wave not in seen:
        seen.add(wave)
        yield "survey_waves", (*wave, None, None)
    key = (value["learner"], value["wave"], value["item"])
    yield "survey_responses", (*key, value["value"], value["comment"], value["on"])


def _evidence(row: Row, _seen: set[object]) -> Emitted:
    value = row.values
    key = (value["learner"], value["credential"], value["reference"])
    yield "evidence", (*key, value["kind"], value["sha256"], value["on"])


def _awards(row: Row, _seen: set[object]) -> Emitted:
    value = row.values
    key = (value["learner"], value["credential"], value["on"], value["issuer"] or "")
    yield "awards", (*key, value["version"] or "", value["expires"], value["hours"])


def _consents(row: Row, _seen: set[object]) -> Emitted:
    value = row.values
    yield "consents", (value["learner"], value["purpose"], value["on"], value["given"])


def _first_if_unsaid(attempt: Any) -> Any:
    # Not `or`: an attempt 0 is a mistake that the file's author should hear of.
    return 1 if attempt is None else attempt


def _planned(assessment: Any, seen: set[object]) -> Emitted:
    if assessment not in seen:
        seen.add(assessment)
        yield "assessment_plan", (assessment, None, None, None, None, None, None)


_EMIT: dict[str, Callable[[Row, set[object]], Emitted]] = {
    "terms": _terms,
    "learners": _learners,
    "staff": _staff,
    "teams": _teams,
    "offerings": _offerings,
    "attendance": _attendance,
    "assessments": _assessments,
    "item_responses": _item_responses,
    "rubric_scores": _rubric_scores,
    "survey_responses": _survey_responses,
    "evidence": _evidence,
    "awards": _awards,
    "consents": _consents,
}


def _likeliest(header: tuple[str, ...]) -> str | None:
    """The kind that knows the most of the columns, of those whose needed columns are all there."""
    found = {plain_heading(one) for one in header}
    known: dict[str, int] = {}
    for kind, fields in _FIELDS.items():
        names = [{plain_heading(name) for name in (one.name, *one.aliases)} for one in fields]
        if all(found & some for some, one in zip(names, fields, strict=True) if one.needed):
            known[kind] = sum(bool(found & some) for some in names)
    traits = any(one.casefold().startswith(_TRAIT) for one in header)
    if len(found) > 1 and not traits:
        # A column of ids alone says nothing: a list of awards would become a roster.
        known = {kind: count for kind, count in known.items() if count > 1}
    return max(known, key=lambda kind: known[kind], default=None)


def _format(kind: str) -> Format:
    fields, emit = _FIELDS[kind], _EMIT[kind]

    def fits(source: Source) -> bool:
        part = source.parts.get("")
        return part is not None and kind == _likeliest(part.header)

    def read(source: Source, reading: Reading) -> Iterator[Record]:
        part = source.table()
        traits = [one for one in part.header if one.casefold().startswith(_TRAIT)] if kind == "learners" else []
        listed = (*fields, *(Field(one) for one in traits))
        reading.unread(part, listed)
        seen: set[object] = set()
        for row in reading.rows(part, listed):
            if any(row.values[one.name] is None for one in fields if one.needed):
                continue
            for target, values in emit(row, seen):
                yield Record(target, values, row.number)
            for one in traits:
                if row.values[one] is not None:
                    name = one[len(_TRAIT) :].strip()
                    yield Record("learner_traits", (row.values["learner"], name, row.values[one]), row.number)

    return Format(kind.replace("_", "-"), f"{kind.replace('_', ' ')} (simple CSV of the manual)", fits, read)


PLAIN_TABLES: tuple[Format, ...] = tuple(map(_format, _FIELDS))
