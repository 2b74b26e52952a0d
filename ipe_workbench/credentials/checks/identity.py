"""Lints about identity and life: versions, and what an employer, another university and the law need to know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Literal

from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.versions import changes_since, version_order

__all__ = [
    "annex_element_missing",
    "changed_without_new_version",
    "expiry_without_renewal",
    "no_credential",
    "no_licence",
    "review_date_past",
    "version_went_back",
]


@lint("no-credential", "warning", "a programme without any credential")
def no_credential(design: Design) -> Iterator[Problem]:
    programme = design.programme
    if not programme.credentials and not design.damaged:
        yield Problem(
            "The programme has no credential.",
            "Add a file under credentials/; `ipe init` shows what one looks like.",
            programme.place("programme", programme.id, "id"),
            programme.id,
        )


@lint("no-licence", "warning", "a credential that says nothing about who may reuse it")
def no_licence(design: Design) -> Iterator[Problem]:
    programme = design.programme
    if programme.info.license:
        return
    for credential in programme.credentials.values():
        if not credential.license:
            yield Problem(
                f"{credential.title} has no licence, and the programme has none either.",
                "Add `license:` here or in programme.yaml, such as CC-BY-4.0.",
                programme.place("credential", credential.id, "license"),
                credential.id,
            )


@lint(
    "annex-element-missing",
    "warning",
    "a mandatory element of EU Council Recommendation 2022/C 243/02, Annex I, is missing",
)
def annex_element_missing(design: Design) -> Iterator[Problem]:
    programme = design.programme
    info = programme.info
    missing = [
        name
        for name, present in (
            ("identification of the learner (`learner_identification`)", info.learner_identification),
            ("country of the issuer (`issuer: country`)", info.issuer.country),
        )
        if not present
    ]
    if missing:
        yield _problem("programme.yaml", missing, design, "programme", programme.id)
    levels_used = any(one.eqf_level is not None for one in programme.credentials.values())
    for credential in programme.credentials.values():
        missing = [
            name
            for name, present in (
                ("learning outcomes (`learning_outcomes`)", credential.learning_outcomes),
                ("type of assessment (`assessment`)", credential.assessment),
                ("form of participation (`participation`)", credential.participation),
                (
                    "type of quality assurance (`quality_assurance`)",
                    credential.quality_assurance or info.quality_assurance,
                ),
                # A level is asked for "where applicable": where the other credentials have one, it is.
                ("level (`eqf_level`; other credentials have one)", credential.eqf_level or not levels_used),
            )
            if not present
        ]
        if missing:
            yield _problem(credential.title, missing, design, "credential", credential.id)


@lint("expiry-without-renewal", "info", "a badge expires and nobody is told how to renew it")
def expiry_without_renewal(design: Design) -> Iterator[Problem]:
    for kind, one in _designs(design):
        if one.validity_months is not None and not one.renewal.strip():
            yield Problem(
                f"{one.title} expires after {one.validity_months} months, but nothing says how it is renewed.",
                "Say it under `renewal`, or leave `validity_months` out.",
                design.programme.place(kind, one.id, "validity_months"),
                one.id,
            )


@lint("review-date-past", "warning", "the date of review lies before the calendar begins")
def review_date_past(design: Design) -> Iterator[Problem]:
    start = design.programme.info.terms[0].start
    for kind, one in _designs(design):
        if one.review_date is not None and one.review_date < start:
            yield Problem(
                f"{one.title} was due for review on {one.review_date.isoformat()}, before the calendar begins "
                f"({start.isoformat()}).",
                "Review it, and set the next date.",
                design.programme.place(kind, one.id, "review_date"),
                one.id,
            )


@lint("changed-without-new-version", "error", "a design has changed since it was issued, but its version has not")
def changed_without_new_version(design: Design) -> Iterator[Problem]:
    for kind, one in _designs(design):
        issued = design.programme.issued.get((one.id, one.version))
        fields = changes_since(issued.value, one) if issued else ()
        if issued and fields:
            names = ", ".join(f"`{field}`" for field in fields)
            copy = PurePath(issued.document.path).name
            yield Problem(
                f"Version {one.version} of {one.title} was issued with other {names} (see issued/{copy}).",
                "Give the changed design a new `version`; awards keep the one that they name.",
                design.programme.place(kind, one.id, "version"),
                one.id,
            )


@lint("version-went-back", "warning", "the version is lower than one that was issued already")
def version_went_back(design: Design) -> Iterator[Problem]:
    issued: dict[str, list[str]] = {}
    for reference, version in design.programme.issued:
        issued.setdefault(reference, []).append(version)
    for kind, one in _designs(design):
        last = max(issued.get(one.id, ()), key=version_order, default=one.version)
        if version_order(last) > version_order(one.version):
            yield Problem(
                f"{one.title} has version {one.version}, but version {last} was issued already.",
                "Give it a higher `version`, even where it goes back to an older design.",
                design.programme.place(kind, one.id, "version"),
                one.id,
            )


def _designs(design: Design) -> Iterator[tuple[Literal["credential", "stack"], MicroCredential | Stack]]:
    for credential in design.programme.credentials.values():
        yield "credential", credential
    for stack in design.programme.stacks.values():
        yield "stack", stack


def _problem(name: str, missing: list[str], design: Design, kind: str, reference: str) -> Problem:
    return Problem(
        f"{name} lacks mandatory elements of Annex I: {'; '.join(missing)}.",
        "Add them; a European partner cannot recognise it otherwise.",
        design.programme.place("programme" if kind == "programme" else "credential", reference, "id"),
        reference,
    )
