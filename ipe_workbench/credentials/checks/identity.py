"""Lints about identity: what an employer, another university and the law need to know."""

from __future__ import annotations

from collections.abc import Iterator

from ipe_workbench.credentials.checks.lint import Design, Problem, lint

__all__ = ["annex_element_missing", "no_credential", "no_licence"]


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
            )
            if not present
        ]
        if missing:
            yield _problem(credential.title, missing, design, "credential", credential.id)


def _problem(name: str, missing: list[str], design: Design, kind: str, reference: str) -> Problem:
    return Problem(
        f"{name} lacks mandatory elements of Annex I: {'; '.join(missing)}.",
        "Add them; a European partner cannot recognise it otherwise.",
        design.programme.place("programme" if kind == "programme" else "credential", reference, "id"),
        reference,
    )
