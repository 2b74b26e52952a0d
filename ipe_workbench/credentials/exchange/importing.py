"""Read a pathway of another platform, work out its least badges, and write it as a programme of ours."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ipe_workbench.credentials.exchange.badgr import is_badgr, read_badgr
from ipe_workbench.credentials.exchange.ctdl_pathway import is_ctdl_pathway, read_ctdl_pathway
from ipe_workbench.credentials.exchange.design import Element, PathwayDesign, Wanted, Wish
from ipe_workbench.credentials.exchange.minimum import least_badges
from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import Issuer, Profession, Programme, ProgrammeInfo, Term
from ipe_workbench.credentials.rules import parse_rule
from ipe_workbench.documents import id_from
from ipe_workbench.findings import Finding, Place, sort_findings
from ipe_workbench.frameworks import load_framework
from ipe_workbench.frameworks.import_result import refused
from ipe_workbench.frameworks.json_files import parse_json, read_bytes

__all__ = ["CHECKER", "KEPT_AS", "PathwayReading", "import_pathway", "rule_of", "to_programme"]

#: Who approves that a constraint is met, which no badge shows.
CHECKER = "constraint-check"
#: Under which name `extras` keeps what a file of that format said.
KEPT_AS = {"badgr": "badgr", "ctdl-pathway": "ctdl"}


@dataclass(frozen=True)
class PathwayReading:
    """A pathway that was read, with the proven least number of ordinary badges of each element."""

    design: PathwayDesign
    least: dict[str, int | None]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found in reading, and which elements nobody can complete."""
        impossible = [name for name, least in self.least.items() if least is None]
        found = [
            Finding(
                "unreachable-element",
                "warning",
                f"Nobody can complete {self.design.elements[one].name}.",
                "Correct what it asks for.",
                Place("", None, one),
            )
            for one in impossible
        ]
        return sort_findings((*self.design.findings, *found))

    def to_dict(self) -> dict[str, Any]:
        """Facts of the file as plain JSON."""
        design = self.design
        return {
            "elements": len(design.elements),
            "required_badges": len(design.required_badges),
            "completion_badges": len(design.completion_badges),
            "conditions": design.conditions,
            "targets": design.targets,
            "dangling": design.dangling,
            "minimum": {"root": self.least.get(design.root) if design.root else None, "elements": self.least},
            "findings": [one.to_dict() for one in self.findings],
        }


def import_pathway(path: str | Path) -> PathwayReading:
    """Read a pathway from a file: Badgr or Canvas Credentials JSON, or CTDL Pathway JSON-LD.

    Raises
    ------
    UnreadableFileError
        When the file cannot be read, or is neither.
    """
    name = str(path)
    data, notes = parse_json(read_bytes(Path(path)), name)
    if is_badgr(data):
        design = read_badgr(data, notes)
    elif is_ctdl_pathway(data):
        design = read_ctdl_pathway(data, notes)
    else:
        mend = "Export it from Badgr or Canvas Credentials as native JSON, or from the Credential Registry."
        raise refused("This is neither a Badgr pathway nor a CTDL Pathway.", name, mend=mend)
    return PathwayReading(design, least_badges(design))


def to_programme(design: PathwayDesign) -> Programme:
    """A programme with a stack for each element and a credential for each badge.

    Notes
    -----
    What a pathway does not say stands in as a draft: one hour a credential, one profession without learners, one term,
    IPEC 2023 as framework. Descriptions and the addresses of badges are kept in the summaries.
    """
    ids = _ids(design)
    credentials = {
        ids["badge", one]: MicroCredential.model_validate(
            {
                "id": ids["badge", one],
                "title": title or one,
                "status": "draft",
                "type": "recognition",
                "level": "foundation",
                "stage": "exposure",
                "hours": 1,
                "summary": f"Imported from {one}.",
                "extras": {KEPT_AS[design.format]: {"id": one} | _said(design.kept_badges.get(one))},
            }
        )
        for one, title in _ordinary(design).items()
    }
    stacks = {
        ids["element", one.id]: Stack.model_validate(
            {
                "id": ids["element", one.id],
                "title": one.name,
                "kind": "micro-credential" if one.id == design.root else "badge",
                "stage": "exposure",
                "summary": one.description,
                "rule": parse_rule(rule_of(one, design, ids)),
                "extras": {KEPT_AS[design.format]: {"id": one.id} | _said(one.kept)},
            }
        )
        for one in design.elements.values()
    }
    info = ProgrammeInfo(
        id=id_from(design.title) or "imported-pathway",
        title=design.title,
        issuer=Issuer(name="To be filled in", url="https://example.edu"),
        frameworks=("ipec-2023",),
        professions=(Profession(id="everyone", title="Everyone", learners=0),),
        terms=(Term(id="term", title="Term", start=datetime.date(2026, 8, 24), weeks=16),),
        extras={KEPT_AS[design.format]: _said(design.kept)} if design.kept else {},
    )
    return Programme(info, credentials, stacks, {"ipec-2023": load_framework("ipec-2023")})


def _said(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"said": dict(kept)} if kept else {}


def _ordinary(design: PathwayDesign) -> dict[str, str]:
    """Badges that are earned by themselves, shortcuts among them."""
    named = {one: design.badges.get(one, one) for one in sorted(design.required_badges)}
    shortcuts = {badge: badge for one in design.elements.values() for badge in one.shortcuts}
    return {
        one: title
        for one, title in (shortcuts | named | dict(design.badges)).items()
        if one not in design.completion_badges
    }


def _ids(design: PathwayDesign) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    things = [("element", one.id, one.name) for one in design.elements.values()]
    things += [("badge", one, title) for one, title in _ordinary(design).items()]
    for kind, reference, title in things:
        base = id_from(title, longest=60) or kind
        name = base
        while name in taken:
            numbers[base] = numbers.get(base, 1) + 1
            name = f"{base}-{numbers[base]}"
        taken.add(name)
        found[kind, reference] = name
    return found


def rule_of(element: Element, design: PathwayDesign, ids: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """What completes the element, in the algebra; `ids` gives ours by ("element" or "badge", its id there)."""
    awarded = design.awarded

    def thing(wish: Wish) -> dict[str, Any]:
        if wish.kind == "badge" and wish.id in awarded:
            return {"badge": ids["element", awarded[wish.id]]}
        # What is not in the file keeps its name, so that the checks can say so.
        name = id_from(wish.id, longest=None)[-60:].strip("-") or "unknown"
        return {"badge": ids.get((wish.kind, wish.id)) or (f"missing-{name}" if name in ids.values() else name)}

    def part(wanted: Wanted) -> dict[str, Any]:
        if wanted.constraints:
            return {"all": [part(replace(wanted, constraints=())), {"approval": {"role": CHECKER}}]}
        of = [thing(one) if isinstance(one, Wish) else part(one) for one in wanted.of]
        if wanted.count == 0:
            return {"all": []}
        if wanted.count == len(of):
            return {"all": of} if len(of) > 1 else of[0]
        if not of:
            return {"badge": "unknown"}
        return {"any": of} if wanted.count == 1 else {"at_least": {"count": wanted.count, "of": of}}

    parts = [part(one) for one in element.wanted]
    rule: dict[str, Any] = parts[0] if len(parts) == 1 else {"all": parts}
    for badge in element.shortcuts:
        rule = {"shortcut": {"badge": thing(Wish("badge", badge))["badge"], "otherwise": rule}}
    return rule
