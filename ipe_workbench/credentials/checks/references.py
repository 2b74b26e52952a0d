"""Lints about references: whether everything that is named exists, once, and without going in circles."""

from __future__ import annotations

from collections.abc import Iterator

from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.checks.requirements import asked_by
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.rules import Hours, PerProfession, Rule, badges_in, walk
from ipe_workbench.documents import Step
from ipe_workbench.errors import near_names
from ipe_workbench.findings import Place

__all__ = [
    "cycle",
    "duplicate_alignment",
    "duplicate_part",
    "retired_framework",
    "unknown_badge",
    "unknown_competency",
    "unknown_criterion",
    "unknown_profession",
    "unknown_term",
]


def rules_of(design: Design) -> Iterator[tuple[str, Rule, Place]]:
    """Every rule of the programme with the id of its owner and where it stands."""
    programme = design.programme
    for credential in programme.credentials.values():
        if credential.requires is not None:
            yield credential.id, credential.requires, programme.place("credential", credential.id, "requires")
    for stack in programme.stacks.values():
        yield stack.id, stack.rule, programme.place("stack", stack.id, "rule")


def place_of_badge(design: Design, owner: str, badge: str) -> Place:
    """The line of a rule that names the badge; the rule itself where the value came from no file."""
    kind = "credential" if owner in design.programme.credentials else "stack"
    document = design.programme.documents.get((kind, owner))
    if document is None:
        return Place()
    top = "requires" if kind == "credential" else "rule"
    steps = _steps_to(document.data.get(top), badge)
    return document.place(top, *(steps or ()))


def _steps_to(data: object, wanted: str) -> tuple[Step, ...] | None:
    if data == wanted:
        return ()
    items: list[tuple[Step, object]] = []
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    for step, value in items:
        rest = _steps_to(value, wanted)
        if rest is not None:
            return (step, *rest)
    return None


@lint("unknown-competency", "error", "an alignment names a competency or framework that does not exist")
def unknown_competency(design: Design) -> Iterator[Problem]:
    programme = design.programme
    for credential in programme.credentials.values():
        for index, alignment in enumerate(credential.alignments):
            framework = programme.frameworks.get(alignment.framework)
            if framework is None:
                # A framework that could not be opened is reported itself; what leans on it is not to blame.
                all_opened = len(programme.frameworks) == len(programme.info.frameworks)
                if all_opened and alignment.framework not in programme.info.frameworks:
                    yield Problem(
                        f"The programme does not name the framework `{alignment.framework}`.",
                        near_names(alignment.framework, programme.frameworks)
                        + " Or add it under `frameworks:` in programme.yaml.",
                        programme.place("credential", credential.id, "alignments", index, "framework"),
                        credential.id,
                    )
            elif framework.find(alignment.competency) is None:
                codes = [one.code or one.id for one in framework.competencies]
                yield Problem(
                    f"`{alignment.competency}` is not a competency of {framework.title}.",
                    near_names(alignment.competency, codes) + f" `ipe frameworks show {framework.id}` lists them.",
                    programme.place("credential", credential.id, "alignments", index, "competency"),
                    credential.id,
                )


@lint("unknown-badge", "error", "a rule names a credential, stack or activity that does not exist")
def unknown_badge(design: Design) -> Iterator[Problem]:
    known = (*design.programme.credentials, *design.programme.stacks)
    activities = {activity.id for activity in design.programme.activities()}
    for owner, rule, _ in rules_of(design):
        for reference in asked_by(rule):
            if design.knows_badge(reference) or (reference in activities and _only_for_hours(rule, reference)):
                continue
            yield Problem(
                f"The rule of `{owner}` asks for `{reference}`, which does not exist.",
                near_names(reference, [one for one in known if one != owner]),
                place_of_badge(design, owner, reference),
                owner,
            )


def _only_for_hours(rule: Rule, reference: str) -> bool:
    naming = [part for part in walk(rule) if reference in badges_in(part)]
    return bool(naming) and isinstance(naming[-1], Hours)


@lint("unknown-profession", "error", "a rule or credential names a profession that the programme does not have")
def unknown_profession(design: Design) -> Iterator[Problem]:
    known = [profession.id for profession in design.programme.info.professions]
    for owner, rule, _ in rules_of(design):
        for part in walk(rule):
            if isinstance(part, PerProfession):
                for name in part.per_profession:
                    if name != "default" and name not in known:
                        place = place_of_badge(design, owner, name)
                        yield Problem(
                            f"`{name}` is not a profession of the programme.", near_names(name, known), place, owner
                        )
    for credential in design.programme.credentials.values():
        for index, name in enumerate(credential.professions):
            if name not in known:
                place = design.programme.place("credential", credential.id, "professions", index)
                yield Problem(
                    f"`{name}` is not a profession of the programme.", near_names(name, known), place, credential.id
                )


@lint("unknown-term", "error", "an activity lies in a term or week that the calendar does not have")
def unknown_term(design: Design) -> Iterator[Problem]:
    programme = design.programme
    terms = {term.id: term for term in programme.info.terms}
    for credential in programme.credentials.values():
        for index, activity in enumerate(credential.activities):
            term = terms.get(activity.term)
            if term is None:
                place = programme.place("credential", credential.id, "activities", index, "term")
                yield Problem(
                    f"`{activity.term}` is not a term of the programme.",
                    near_names(activity.term, terms),
                    place,
                    credential.id,
                )
            elif any(week > term.weeks for week in activity.weeks):
                place = programme.place("credential", credential.id, "activities", index, "weeks")
                late = next(week for week in activity.weeks if week > term.weeks)
                yield Problem(
                    f"Week {late} lies after the end of {term.title}, which has {term.weeks} weeks.",
                    "Correct the week, or the length of the term.",
                    place,
                    credential.id,
                )


@lint("cycle", "error", "credentials or stacks that require each other in a circle")
def cycle(design: Design) -> Iterator[Problem]:
    for circle in design.circles:
        first, following = circle[0], circle[1 % len(circle)]
        path = " -> ".join((*circle, circle[0]))
        yield Problem(
            f"These require each other in a circle, so nobody can earn them: {path}.",
            "Drop one of these requirements.",
            place_of_badge(design, first, following),
            first,
        )


@lint("duplicate-part", "error", "two parts of one credential share an id")
def duplicate_part(design: Design) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for credential in design.programme.credentials.values():
        for name, ids in _parts(credential):
            for index, one in enumerate(ids):
                if one in ids[:index]:
                    steps = name.split(".")
                    place = design.programme.place("credential", credential.id, *steps, index, "id")
                    yield Problem(
                        f"The id `{one}` stands twice under `{name}`.", "Give one another id.", place, credential.id
                    )
        for index, activity in enumerate(credential.activities):
            before = owners.setdefault(activity.id, credential.id)
            if before != credential.id:
                place = design.programme.place("credential", credential.id, "activities", index, "id")
                yield Problem(
                    f"The activity id `{activity.id}` is already used by the credential `{before}`.",
                    "Give one of the two another id.",
                    place,
                    credential.id,
                )


def _parts(credential: MicroCredential) -> Iterator[tuple[str, list[str]]]:
    yield "criteria", [one.id for one in credential.criteria]
    yield "activities", [one.id for one in credential.activities]
    yield "evidence", [one.id for one in credential.evidence]
    if credential.rubric is not None:
        yield "rubric.levels", [one.id for one in credential.rubric.levels]
        yield "rubric.criteria", [one.id for one in credential.rubric.criteria]


@lint("duplicate-alignment", "warning", "one credential is aligned twice with the same competency")
def duplicate_alignment(design: Design) -> Iterator[Problem]:
    programme = design.programme
    for credential in programme.credentials.values():
        seen: set[tuple[str, str]] = set()
        for index, one in enumerate(credential.alignments):
            framework = programme.frameworks.get(one.framework)
            item = framework.find(one.competency) if framework else None
            key = (one.framework, item.id if item else one.competency)
            if key in seen:
                yield Problem(
                    f"{credential.title} is aligned twice with {one.competency}.",
                    "Put what it does about the competency in one alignment.",
                    programme.place("credential", credential.id, "alignments", index),
                    credential.id,
                )
            seen.add(key)


@lint("unknown-criterion", "error", "an alignment or evidence names a criterion that the credential does not have")
def unknown_criterion(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        known = [one.id for one in credential.criteria]
        alignments = [one.criteria for one in credential.alignments]
        evidence = [one.criteria for one in credential.evidence]
        for field, parts in (("alignments", alignments), ("evidence", evidence)):
            for index, named in enumerate(parts):
                for at, name in enumerate(named):
                    if name not in known:
                        yield Problem(
                            f"`{name}` is not a criterion of {credential.title}.",
                            near_names(name, known),
                            design.programme.place("credential", credential.id, field, index, "criteria", at),
                            credential.id,
                        )


@lint("retired-framework", "warning", "the programme builds on a framework version that has been superseded")
def retired_framework(design: Design) -> Iterator[Problem]:
    programme = design.programme
    for index, reference in enumerate(programme.info.frameworks):
        framework = programme.frameworks.get(reference)
        if framework is not None and framework.status == "superseded":
            instead = f"`{framework.superseded_by}`" if framework.superseded_by else "the current version"
            yield Problem(
                f"{framework.title} has been superseded.",
                f"Move the alignments to {instead}.",
                programme.place("programme", programme.id, "frameworks", index),
                reference,
            )
