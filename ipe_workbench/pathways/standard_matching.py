"""Through which competencies the credentials of a programme meet what a standard is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ipe_workbench.credentials.model import Alignment
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.findings import Finding
from ipe_workbench.frameworks import Crosswalk, Framework, load_crosswalk, load_framework
from ipe_workbench.frameworks.standards import AccreditationStandard
from ipe_workbench.resources import data_folder

__all__ = ["Matching", "Served", "matching", "shipped_crosswalks"]


@dataclass(frozen=True)
class Served:
    """The codes through which one credential meets a standard, and those of them that it assesses."""

    codes: tuple[str, ...]
    assessed: tuple[str, ...]


@dataclass(frozen=True)
class Matching:
    """What meets a standard: by credential id, its codes. `unreachable` are frameworks that nothing led to."""

    credentials: Mapping[str, Served] = field(default_factory=dict)
    unreachable: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def shipped_crosswalks() -> tuple[Crosswalk, ...]:
    """The crosswalks that ship with the package, by id."""
    names = sorted(path.stem for path in (data_folder() / "frameworks").glob("crosswalk-*.yaml"))
    return tuple(load_crosswalk(name) for name in names)


def matching(programme: Programme, standard: AccreditationStandard, crosswalks: Iterable[Crosswalk] = ()) -> Matching:
    """Which credentials are aligned to what the standard is about.

    Parameters
    ----------
    programme : Programme
        Its credentials, and the frameworks that it names.
    standard : AccreditationStandard
        What it names is met by an alignment to it or to a part of it. The frameworks that it names are alternatives.
    crosswalks : iterable of Crosswalk
        Used only where the programme names none of the standard's frameworks, in either direction.

    Returns
    -------
    Matching
        With a warning for each code that its framework does not have, and where no crosswalk leads to it.
    """
    if not standard.competencies:
        served = _served(programme, {name: _everything(one) for name, one in programme.frameworks.items()})
        # Who takes part in interprofessional learning does so whatever it is aligned to.
        others = dict.fromkeys(programme.credentials, Served((), ())) if standard.kind == "participation" else {}
        return Matching({**others, **served})
    shared = [name for name in standard.competencies if name in programme.frameworks]
    if shared:
        findings = []
        wanted: dict[str, dict[str, str]] = {}
        for name in shared:
            ids, unknown = _with_parts(programme.frameworks[name], standard.competencies[name])
            wanted[name] = dict.fromkeys(ids, "")
            findings += [_unknown_code(standard, name, code) for code in unknown]
        return Matching(_served(programme, wanted), findings=tuple(findings))
    return _through_crosswalks(programme, standard, tuple(crosswalks))


def _through_crosswalks(
    programme: Programme, standard: AccreditationStandard, crosswalks: Sequence[Crosswalk]
) -> Matching:
    findings: list[Finding] = []
    wanted: dict[str, dict[str, str]] = {}
    reached = False
    for name, codes in standard.competencies.items():
        target = _builtin(name)
        ids, unknown = _with_parts(target, codes) if target else (tuple(codes), ())
        findings += [_unknown_code(standard, name, code) for code in unknown]
        for own in programme.frameworks:
            for pairs in _pairs(own, name, crosswalks):
                reached = True
                for source, aim in pairs:
                    if aim in ids:
                        known = wanted.setdefault(own, {})
                        known[source] = f"{known[source]}, {aim}" if source in known else aim
    if reached:
        return Matching(_served(programme, wanted), findings=tuple(findings))
    names = tuple(standard.competencies)
    message = f"Standard {standard.number} is read in {', '.join(names)}, which the programme does not name."
    mend = "No crosswalk leads there: add codes of a framework of the programme to the standard's `competencies`."
    findings.append(Finding("no-crosswalk", "warning", message, mend, subject=standard.id))
    return Matching(unreachable=names, findings=tuple(findings))


def _pairs(own: str, name: str, crosswalks: Iterable[Crosswalk]) -> Iterator[list[tuple[str, str]]]:
    """Pairs (competency of the programme's framework, competency of the standard's framework) of each crosswalk."""
    for one in crosswalks:
        if (one.source, one.target) == (own, name):
            yield [(row.source, row.target) for row in one.mappings]
        elif (one.source, one.target) == (name, own):
            yield [(row.target, row.source) for row in one.mappings]


def _served(programme: Programme, wanted: Mapping[str, Mapping[str, str]]) -> dict[str, Served]:
    """`wanted` names, by framework and competency id, where a crosswalk leads to; empty where it is met directly."""
    order = {
        (name, one.id): position
        for name in wanted
        for position, one in enumerate(programme.frameworks[name].in_order())
    }
    served: dict[str, Served] = {}
    for credential in programme.credentials.values():
        met: dict[tuple[str, str], bool] = {}
        for alignment in credential.alignments:
            key = _key(programme, alignment)
            if key and key[1] in wanted.get(key[0], {}):
                met[key] = met.get(key, False) or "assessed" in alignment.how
        keys = sorted(met, key=lambda key: (list(wanted).index(key[0]), order[key]))
        if keys:
            codes = [_code(programme, key, wanted[key[0]][key[1]]) for key in keys]
            assessed = [code for key, code in zip(keys, codes, strict=True) if met[key]]
            served[credential.id] = Served(tuple(codes), tuple(assessed))
    return served


def _key(programme: Programme, alignment: Alignment) -> tuple[str, str] | None:
    framework = programme.frameworks.get(alignment.framework)
    competency = framework.find(alignment.competency) if framework else None
    return (alignment.framework, competency.id) if competency else None


def _code(programme: Programme, key: tuple[str, str], leads_to: str) -> str:
    competency = programme.frameworks[key[0]][key[1]]
    code = competency.code or competency.id
    return f"{code} > {leads_to}" if leads_to else code


def _everything(framework: Framework) -> dict[str, str]:
    return {one.id: "" for one in framework.competencies}


def _with_parts(framework: Framework, codes: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids behind the codes and of all their parts; and the codes that the framework does not have."""
    ids: dict[str, None] = {}
    unknown = []
    for code in codes:
        found = framework.find(code)
        if found is None:
            unknown.append(code)
        else:
            ids |= dict.fromkeys([found.id, *(part.id for part in framework.descendants(found.id))])
    return tuple(ids), tuple(unknown)


def _unknown_code(standard: AccreditationStandard, framework: str, code: str) -> Finding:
    message = f"`{code}` is not in {framework}."
    return Finding(
        "unknown-competency",
        "warning",
        message,
        "Name a competency of that framework by its code.",
        subject=standard.id,
    )


def _builtin(reference: str) -> Framework | None:
    try:
        return load_framework(reference)
    except UnknownNameError:
        return None
