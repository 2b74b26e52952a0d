"""Scenarios on disk: read, found by name, and checked against the programme that they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from operator import attrgetter
from pathlib import Path

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import badges_in
from ipe_workbench.documents import Document, Step, read_document, validate
from ipe_workbench.errors import UnknownNameError, UnreadableFileError, UnusableInputError, near_names
from ipe_workbench.findings import Finding, Place, sort_findings
from ipe_workbench.simulation.parameter_field import offered_range
from ipe_workbench.simulation.parameter_list import parameters
from ipe_workbench.simulation.scenario import Scenario

__all__ = ["check_scenario", "find_scenario", "read_scenario", "read_scenarios"]

#: How somebody who wrote a folder by hand comes to a first scenario.
_FIRST = "Run `ipe init ANOTHER-FOLDER --yes` and copy its scenarios/today.yaml there; each parameter has its comment."


def read_scenario(path: str | Path) -> Scenario:
    """Read one scenario that must be in order.

    Raises
    ------
    UnreadableFileError
        When the file is missing or is not YAML.
    UnusableInputError
        When a field is wrong; its `findings` name every violation.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> read_scenario(data_folder() / "programmes" / "reference" / "scenarios" / "reference.yaml").id
    'reference'
    """
    document = read_document(Path(path))
    scenario, findings = validate(Scenario, document)
    if scenario is None:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        first = findings[0]
        raise UnusableInputError(first.message + more, place=str(first.place), mend=first.mend, findings=findings)
    return scenario


def find_scenario(programme_folder: str | Path, name_or_path: str | Path) -> Scenario:
    """The scenario with that id, or that file name, in the programme's ``scenarios`` folder; or the file at that path.

    Raises
    ------
    UnknownNameError
        When there is neither; the message lists near names.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> find_scenario(data_folder() / "programmes" / "cu-ipe", "today").id
    'today'
    """
    folder = _scenario_folder(Path(programme_folder))
    wanted = str(name_or_path)
    given = Path(name_or_path)
    if given.suffix in (".yaml", ".yml"):
        return read_scenario(given if given.exists() or not (folder / wanted).exists() else folder / wanted)
    names: dict[str, Path] = {}
    for path in _files(folder):
        names[path.stem] = path
    if wanted not in names:
        for path in _files(folder):
            names.setdefault(_id_of(path), path)
    if wanted not in names:
        mend = near_names(wanted, sorted(names)) if names else _FIRST
        raise UnknownNameError(f"There is no scenario `{wanted}` in {folder}.", mend=mend)
    return read_scenario(names[wanted])


def read_scenarios(
    folder: str | Path, programme: Programme | None = None, *, damaged: Collection[str] = ()
) -> tuple[tuple[Scenario, ...], tuple[Finding, ...]]:
    """Every scenario of a programme folder (or of its ``scenarios`` folder), with everything that is wrong.

    With `programme`, each scenario is checked against it; `damaged` are ids whose files exist but cannot be used.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> scenarios, findings = read_scenarios(data_folder() / "programmes" / "cu-ipe")
    >>> sorted(one.id for one in scenarios), findings
    (['everything', 'redesign', 'today'], ())
    """
    scenarios: dict[str, Scenario] = {}
    findings: list[Finding] = []
    for path in _files(_scenario_folder(Path(folder))):
        try:
            document = read_document(path)
        except UnreadableFileError as error:
            findings.extend(error.findings)
            continue
        scenario, problems = validate(Scenario, document)
        findings.extend(problems)
        if scenario is None:
            continue
        if scenario.id in scenarios:
            message = f"The scenario id `{scenario.id}` stands in two files."
            findings.append(
                Finding(
                    "duplicate-id",
                    "error",
                    message,
                    "Give one of the two another id.",
                    document.place("id"),
                    scenario.id,
                )
            )
            continue
        scenarios[scenario.id] = scenario
        if programme is not None:
            findings.extend(check_scenario(scenario, programme, document, damaged=damaged))
    return tuple(scenarios.values()), sort_findings(findings)


def check_scenario(
    scenario: Scenario, programme: Programme, document: Document | None = None, *, damaged: Collection[str] = ()
) -> tuple[Finding, ...]:
    """What of a scenario does not fit the programme; `document` gives the lines.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> scenario = Scenario.model_validate({"id": "s", "title": "S", "cohort": {"nursin": 10}})
    >>> [finding.message for finding in check_scenario(scenario, example_programme())]
    ['`nursin` is not a profession of this programme.']
    """
    findings = [
        Finding(
            "unknown-name",
            "error",
            f"`{name}` is not a {kind} of this programme.",
            near_names(name, known),
            document.place(*steps) if document else Place(),
            scenario.id,
        )
        for kind, name, known, steps in _names_used(scenario, programme)
        if name not in known and name not in damaged
    ]
    findings.extend(_impossible(scenario, programme, document))
    findings.extend(_unusual(scenario, document))
    return sort_findings(findings)


def _names_used(scenario: Scenario, programme: Programme) -> Iterator[tuple[str, str, list[str], tuple[Step, ...]]]:
    professions = [profession.id for profession in programme.info.professions]
    terms = [term.id for term in programme.info.terms]
    credentials = list(programme.credentials)
    items = [*credentials, *programme.stacks]
    for name in scenario.cohort:
        yield "profession", name, professions, ("cohort", name)
    for name in scenario.professions:
        yield "profession", name, professions, ("professions", name)
    for name in scenario.credentials:
        yield "credential", name, credentials, ("credentials", name)
    for name, change in scenario.design_changes.items():
        yield "credential", name, credentials, ("design_changes", name)
        for index, term in enumerate(change.offer_again_in):
            yield "term", term, terms, ("design_changes", name, "offer_again_in", index)
        if change.requires is not None:
            for badge in badges_in(change.requires):
                yield "credential or stack", badge, items, ("design_changes", name, "requires")


def _unusual(scenario: Scenario, document: Document | None) -> Iterator[Finding]:
    """Values outside the range worth trying. A 0 switches something off and is left alone."""
    for parameter in parameters():
        ends = offered_range(parameter.offered)
        steps = tuple(parameter.path.split("."))
        value = attrgetter(parameter.path)(scenario)
        if ends is None or not isinstance(value, int | float) or not value or ends[0] <= value <= ends[1]:
            continue
        yield Finding(
            "unusual-value",
            "info",
            f"`{parameter.path}` is {value:g}, outside of {parameter.offered} ({parameter.source}).",
            "Keep it if your own records say so; the manual of the model lists the sources.",
            document.place(*steps) if document else Place(),
            scenario.id,
        )


def _impossible(scenario: Scenario, programme: Programme, document: Document | None) -> Iterator[Finding]:
    """Overrides that contradict each other or the design."""
    for name, override in scenario.credentials.items():
        slip = scenario.assessment.slip if override.slip is None else override.slip
        guess = scenario.assessment.guess if override.guess is None else override.guess
        if guess > 1 - slip + 1e-12:
            yield Finding(
                "knowing-hurts",
                "error",
                f"With guess {guess:g} and slip {slip:g}, those who do not know would pass `{name}` more often.",
                "Keep guess at or below 1 - slip.",
                document.place("credentials", name) if document else Place(),
                scenario.id,
            )
    learners = sum(scenario.cohort.get(one.id, one.learners) for one in programme.info.professions)
    if learners == 0:
        yield Finding(
            "empty-cohort",
            "error",
            "The cohort has no learners.",
            "Give at least one profession learners, in `cohort` or in programme.yaml.",
            document.place("cohort") if document else Place(),
            scenario.id,
        )


def _scenario_folder(folder: Path) -> Path:
    if folder.name in ("programme.yaml", "programme.yml"):
        folder = folder.parent
    return folder if folder.name == "scenarios" else folder / "scenarios"


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and not p.name.startswith("."))


def _id_of(path: Path) -> str:
    try:
        return str(read_document(path).tree.get("id", path.stem))
    except UnreadableFileError:
        return path.stem
