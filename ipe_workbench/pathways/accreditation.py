"""Which credential gives which evidence for which accreditation standard, for each profession; and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Profession, Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.findings import Finding, sort_findings
from ipe_workbench.frameworks import Crosswalk
from ipe_workbench.frameworks.standards import AccreditationBody, AccreditationStandard
from ipe_workbench.pathways.accreditation_matrix import COLUMNS, AccreditationMatrix, AccreditationRow, Role
from ipe_workbench.pathways.standard_matching import Matching, matching, shipped_crosswalks

__all__ = ["COLUMNS", "AccreditationMatrix", "AccreditationRow", "Role", "accreditation"]


def accreditation(
    programme: Programme,
    bodies: Sequence[AccreditationBody],
    profession: str | None = None,
    *,
    body: str | None = None,
    crosswalks: Sequence[Crosswalk] | None = None,
) -> AccreditationMatrix:
    """What a programme can show to the bodies that accredit its professions.

    Parameters
    ----------
    programme : Programme
        The programme; retired credentials do not count, and a draft is no evidence yet.
    bodies : sequence of AccreditationBody
        The standards, as `load_standards` reads them.
    profession : str, optional
        Only this profession.
    body : str, optional
        Only the standards of this body, and the professions that it accredits.
    crosswalks : sequence of Crosswalk, optional
        What leads from one framework to another; those that ship with the package by default.

    Returns
    -------
    AccreditationMatrix

    Raises
    ------
    UnknownNameError
        When there is no such profession or body.

    Notes
    -----
    A credential serves a standard when it is aligned to a competency that the standard names, or to a part of one; or
    to any competency at all when the standard names none (a standard of participation then asks for no alignment). For
    a standard of *competence* it is evidence when it assesses that competency, and supports it when it only teaches or
    practises. For a standard of *participation* it is evidence when one of its activities asks for two or more
    professions (WHO, 2010: learning about, from and with each other). A standard without evidence has a gap row, and a
    profession without a standard a row that says so.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.frameworks.standards import load_standards
    >>> bodies, _ = load_standards()
    >>> matrix = accreditation(example_programme(), bodies)
    >>> matrix.without_standard
    ('anesthesiologist-assistant',)
    >>> matrix.rows[0].standard.number, matrix.rows[0].credential.title
    ('Domain 7', 'Foundations of shared values')
    """
    chosen = _chosen(bodies, body)
    professions = [one for one in programme.info.professions if body is None or _standards(chosen, one.id)]
    if profession is not None:
        professions = [programme.profession(profession)]
    crosswalks = shipped_crosswalks() if crosswalks is None else crosswalks
    matchings = {
        (one.id, standard.id): matching(programme, standard, crosswalks)
        for one in chosen
        for standard in one.standards
        if any(standard in one.standards_for(group.id) for group in professions)
    }
    rows = [row for one in professions for row in _rows_of(programme, one.id, chosen, matchings)]
    findings = [finding for one in matchings.values() for finding in one.findings]
    findings.extend(_about_professions(programme, professions, rows, body))
    others = tuple(
        one for one in bodies if not any(_standards([one], group.id) for group in programme.info.professions)
    )
    return AccreditationMatrix(
        programme.id,
        programme.info.title,
        programme.info.version,
        tuple(professions),
        tuple(rows),
        sort_findings((*findings, *_unchecked(rows))),
        others if profession is None and body is None else (),
    )


def _chosen(bodies: Sequence[AccreditationBody], body: str | None) -> Sequence[AccreditationBody]:
    if body is None:
        return bodies
    if chosen := [one for one in bodies if one.id == body]:
        return chosen
    mend = near_names(body, [one.id for one in bodies])
    raise UnknownNameError(f"There are no standards of a body `{body}`.", mend=mend)


def _standards(
    bodies: Iterable[AccreditationBody], profession: str
) -> list[tuple[AccreditationBody, AccreditationStandard]]:
    return [(one, standard) for one in bodies for standard in one.standards_for(profession)]


def _rows_of(
    programme: Programme,
    profession: str,
    bodies: Sequence[AccreditationBody],
    matchings: dict[tuple[str, str], Matching],
) -> Iterator[AccreditationRow]:
    standards = _standards(bodies, profession)
    if not standards:
        yield AccreditationRow(profession, None, None, "no-standard", remark="No standard on file.")
    for body, standard in standards:
        blank = AccreditationRow(profession, body, standard, "gap")
        rows = [
            row
            for credential in programme.credentials.values()
            if credential.status != "retired" and programme.may_earn(credential.id, profession)
            for row in _credential_rows(blank, credential, matchings[body.id, standard.id])
        ]
        evidence = [row for row in rows if row.role == "evidence"]
        if not any(row.evidence for row in evidence):
            yield replace(blank, remark=_why_gap(evidence, rows, matchings[body.id, standard.id]))
        yield from evidence
        yield from (row for row in rows if row.role == "supports")


def _credential_rows(
    blank: AccreditationRow, credential: MicroCredential, matched: Matching
) -> Iterator[AccreditationRow]:
    served = matched.credentials.get(credential.id)
    together = [one.hours for one in credential.activities if one.min_professions >= 2]
    if served is None or blank.standard is None or not (served.codes or together):
        return
    role: Role = "evidence"
    codes, remark = served.codes, ""
    if blank.standard.kind == "competence":
        codes = served.assessed or served.codes
        if not served.assessed:
            role, remark = "supports", "Taught or practised, not assessed."
    elif not together:
        role, remark = "supports", "No activity of two or more professions."
    if credential.status == "draft":
        role, remark = "supports", f"{remark} A draft, not awarded yet.".strip()
    row = replace(blank, role=role, credential=credential, codes=codes, hours=sum(together), remark=remark)
    if not credential.evidence:
        yield replace(row, remark=f"{remark} No evidence kept.".strip())
    for one in credential.evidence:
        yield replace(row, evidence=one)


def _why_gap(evidence: Sequence[AccreditationRow], rows: Sequence[AccreditationRow], matched: Matching) -> str:
    if evidence:
        return "Credentials serve this standard, but none of them keeps evidence."
    if matched.unreachable:
        return f"The programme's frameworks do not lead to {', '.join(matched.unreachable)}."
    if any(row.credential and row.credential.status != "draft" for row in rows):
        kind = rows[0].standard.kind if rows[0].standard else ""
        if kind == "competence":
            return "Taught or practised only; no credential assesses it."
        return "No credential for it has an activity of two or more professions."
    return "Only drafts serve this standard." if rows else "Nothing serves this standard."


def _about_professions(
    programme: Programme, professions: Sequence[Profession], rows: Sequence[AccreditationRow], body: str | None
) -> Iterator[Finding]:
    if not professions:
        message = f"The body `{body}` accredits no profession of this programme."
        yield Finding("no-profession", "info", message, "Compare the ids of the professions.", subject=body or "")
    for row in rows:
        if row.role == "no-standard":
            index = [one.id for one in programme.info.professions].index(row.profession)
            place = programme.place("programme", programme.id, "professions", index)
            whose = f" of `{body}`" if body else ""
            message = f"There is no standard{whose} on file for {programme.profession(row.profession).title}."
            mend = "If its body has one, add it in a file of the programme's `standards/`."
            yield Finding("no-standard", "info", message, mend, place, row.profession)


def _unchecked(rows: Sequence[AccreditationRow]) -> Iterator[Finding]:
    standards = {(row.body.id, row.standard.id): row.standard for row in rows if row.body and row.standard}
    unchecked = [one.number for one in standards.values() if not one.checked]
    if unchecked:
        message = f"{len(unchecked)} of {len(standards)} standards were not checked against the body's own text."
        mend = "Compare them before a self-study cites them, then set `checked`, `checked_on` and `checked_by`."
        yield Finding("unchecked-standard", "info", message, mend)
