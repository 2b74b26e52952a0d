"""The catalogue of a programme's credentials and stacks as one page to read, to print and to hand out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ipe_workbench.credentials.exchange.narrative import assessment_in_words, effort_in_words, pass_rule_in_words
from ipe_workbench.credentials.model import MicroCredential, Rubric, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import badges_in, describe
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.frameworks.exporting import without_official_wording
from ipe_workbench.reporting.html import Html, Number, element, join, listing, safe, table, visible
from ipe_workbench.reporting.page import active_content, external_references

__all__ = ["catalogue_page"]

_STYLES = Path(__file__).parent / "template"
_WHO = {
    "automatic": "Automatic",
    "self": "The learner",
    "peer": "Peers",
    "faculty": "Faculty",
    "preceptor": "Preceptor",
}


def catalogue_page(programme: Programme) -> str:
    """The catalogue as one self-contained HTML page: a section for each stack and each credential.

    Parameters
    ----------
    programme : Programme
        What to show. Statements in official wording are left out unless their framework states a licence.

    Raises
    ------
    WorkbenchError
        When the page would load or run anything.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> catalogue_page(example_programme()).count("<section")
    21
    """
    styles = Html("\n".join((_STYLES / name).read_text("utf-8") for name in ("report.css", "catalogue.css")))
    title = f"Catalogue: {visible(programme.info.title)}"
    head = (
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark">'),
        Html('<meta name="referrer" content="no-referrer">'),
        element("title", title),
        element("style", styles),
    )
    main = element(
        "main", *_opening(programme), *_stacks(programme), *_credentials(programme), id="main", tabindex="-1"
    )
    skip = element("a", "Skip to the catalogue", class_="skip", href="#main")
    whole = element("html", element("head", *head), element("body", skip, main), lang=programme.info.language or "en")
    page = f"<!DOCTYPE html>\n{whole}\n"
    if faults := external_references(page) + active_content(page):
        raise WorkbenchError(f"The page would not stand alone: {'; '.join(sorted(set(faults))[:5])}.", place=title)
    return page


def _opening(programme: Programme) -> Iterator[Html]:
    info = programme.info
    yield element("p", f"Catalogue · version {info.version} · {info.issuer.name}", class_="kicker")
    yield element("h1", info.title)
    if info.summary:
        yield element("p", info.summary, class_="lede")
    links = [_link(name, programme) for name in (*programme.stacks, *programme.credentials)]
    yield element("nav", listing(links, kind="ol"), aria_label="Contents", class_="contents")
    if programme.credentials:
        rows = [
            (_link(one.id, programme), one.stage, Number(f"{one.hours:g}"), Number(f"{one.ects:g}" if one.ects else ""),
             _WHO[one.assessment.assessor] if one.assessment else "not assessed")
            for one in programme.credentials.values()
        ]  # fmt: skip
        columns: list[str | Number] = ["Credential", "Stage", Number("Hours"), Number("ECTS"), "Assessed by"]
        yield table("Credentials at a glance", columns, rows)


def _stacks(programme: Programme) -> Iterator[Html]:
    if programme.stacks:
        yield element("h2", "What the credentials stack to", id="stacks")
    for one in programme.stacks.values():
        facts = [("Kind", f"{one.kind}, {one.stage}"), ("Workload", _workload(one)),
                 *_life(one)]  # fmt: skip
        rule = element("p", element("strong", "What completes it: "), describe(one.rule, programme.title), ".")
        parts = [_link(name, programme) for name in badges_in(one.rule)]
        content = (element("p", one.summary), rule, _facts(facts), element("h4", "Counts"), listing(parts))
        yield _section(one, *content, *_counts_toward(one.id, programme))


def _credentials(programme: Programme) -> Iterator[Html]:
    if programme.credentials:
        yield element("h2", "Credentials", id="credentials")
    professions = {one.id: one.title for one in programme.info.professions}
    for one in programme.credentials.values():
        who = ", ".join(professions.get(name, name) for name in one.professions) or "learners of every profession"
        requires = describe(one.requires, programme.title) if one.requires is not None else "nothing"
        facts = [
            ("For", who),
            ("Before it", requires),
            ("Kind", f"{one.type}, {one.level}, {one.stage}"),
            ("Workload", _workload(one)),
            ("Participation", one.participation),
            *_life(one),
        ]
        yield _section(
            one,
            element("p", one.summary),
            _facts(facts),
            *_listed("Learning outcomes", one.learning_outcomes),
            *_listed("Criteria", [criterion.statement for criterion in one.criteria]),
            *_listed("Where it is practised", [
                f"{item.title}: {item.kind.replace('-', ' ')}, {item.total_hours:g} hours" for item in one.activities
            ]),
            *_assessment(one),
            *_alignments(one, programme),
            *_counts_toward(one.id, programme),
        )  # fmt: skip


def _section(design: MicroCredential | Stack, *content: object) -> Html:
    heading = element("h3", design.title, id=_anchor(design.id))
    return element("section", heading, *content, aria_labelledby=_anchor(design.id), class_="entry")


def _life(design: MicroCredential | Stack) -> list[tuple[str, str]]:
    level = f"EQF level {design.eqf_level}" if design.eqf_level else ""
    valid = f"{design.validity_months} months" if design.validity_months else "for good"
    return [("Level", level), ("Valid", valid), ("Renewal", design.renewal), ("Version", design.version),
            ("Quality assurance", design.quality_assurance)]  # fmt: skip


def _workload(design: MicroCredential | Stack) -> str:
    return effort_in_words(design).removeprefix("Effort: ").rstrip(".")


def _facts(facts: list[tuple[str, str]]) -> Html:
    return element("dl", *(join((element("dt", name), element("dd", value))) for name, value in facts if value.strip()))


def _listed(title: str, texts: list[str] | tuple[str, ...]) -> Iterator[Html]:
    if texts:
        yield element("h4", title)
        yield listing(texts)


def _assessment(one: MicroCredential) -> Iterator[Html]:
    if one.assessment is None:
        return
    yield element("h4", "Assessment")
    yield element("p", assessment_in_words(one.assessment), " ", pass_rule_in_words(one.assessment, one.rubric))
    if one.rubric is not None and one.rubric.public:
        yield _rubric(one.title, one.rubric)


def _rubric(title: str, rubric: Rubric) -> Html:
    heads = [
        f"{one.title} ({one.points:g})" + (", passes" if one.id == rubric.pass_level else "") for one in rubric.levels
    ]
    rows = [
        (f"{row.title}" + (f", weight {row.weight:g}" if row.weight != 1 else ""),
         *(row.descriptors.get(level.id, "") for level in rubric.levels))
        for row in rubric.criteria
    ]  # fmt: skip
    return table(f"Rubric of {title}", ["Criterion", *heads], rows)


def _alignments(one: MicroCredential, programme: Programme) -> Iterator[Html]:
    rows = []
    for claim in one.alignments:
        framework = programme.frameworks.get(claim.framework)
        found = without_official_wording(framework)[0].find(claim.competency) if framework is not None else None
        words = (found.title or found.statement or "") if found is not None else "not in the framework"
        rows.append((claim.competency, words, ", ".join(claim.how), claim.level))
    if rows:
        yield table(f"Competencies of {one.title}", ["Code", "Competency", "How", "Level"], rows)


def _counts_toward(name: str, programme: Programme) -> Iterator[Html]:
    stacks = [one.id for one in programme.stacks.values() if name in badges_in(one.rule)]
    if stacks:
        links = [_link(one, programme) for one in stacks]
        yield element("p", element("strong", "Counts toward: "), join(links, ", "), ".")


def _link(name: str, programme: Programme) -> Html:
    if name not in programme.stacks and name not in programme.credentials:
        return safe(programme.title(name))
    return element("a", programme.title(name), href=f"#{_anchor(name)}")


def _anchor(name: str) -> str:
    return f"entry-{name}"
