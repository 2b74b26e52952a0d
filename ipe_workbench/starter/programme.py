"""The folder of a first programme, made from a template and from answers."""

from __future__ import annotations

import datetime
import math
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipe_workbench.credentials.drafting import draft_credential
from ipe_workbench.credentials.programme import Profession, Programme, ProgrammeInfo, Term
from ipe_workbench.documents import id_from, parse_document, validate, write_atomically
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.frameworks import load_framework
from ipe_workbench.resources import data_folder
from ipe_workbench.starter.answers import (
    check_cohort,
    check_country,
    check_frameworks,
    check_home_page,
    check_text,
    terms_from,
)
from ipe_workbench.starter.templates import Template, find_template

__all__ = ["check_target", "start_programme"]

_INFO = Path("programme.yaml")
#: What the starter's alignments to IPEC 2023 come to in the other frameworks. For IPEC 2016 the crosswalk's pairs; for
#: CIHC 2024, which has domains only, the domain of which the statement is a part. No pairs are known for 2011.
_SAME: Mapping[str, Mapping[str, str]] = {
    "ipec-2023": {one: one for one in ("C1", "C3", "C4", "TT3", "TT6")},
    "ipec-2016": {"C1": "RR1", "C3": "CC2", "C4": "CC3", "TT3": "TT3", "TT6": "TT8"},
    "cihc-2024": {"C1": "RCN", "C3": "TC", "C4": "TC", "TT3": "TF", "TT6": "TF"},
}
#: Minutes of faculty that the starter's simulation takes for each learner, a tenth of them seen twice, and some room
#: for retakes.
_FACULTY_HOURS = 15 * 1.1 / 60 * 1.5


def start_programme(
    folder: str | Path,
    *,
    title: str,
    issuer: str,
    template: str = "starter",
    country: str | None = None,
    url: str = "",
    frameworks: Sequence[str] | None = None,
    professions: Sequence[Profession] | None = None,
    start: datetime.date | None = None,
) -> Path:
    """Make a programme folder that passes every check.

    Parameters
    ----------
    folder : path
        The folder to make; its name becomes the programme's id.
    title, issuer : str
        What the programme and its awarding body are called.
    template : str
        Id of the template to begin from; see `TEMPLATES`.
    country, url : str, optional
        The awarding body's country (ISO 3166-1 alpha-2) and home page.
    frameworks : sequence of str, optional
        Ids of built-in frameworks; the template's own by default.
    professions : sequence of Profession, optional
        Who takes part, with the learners of a cohort.
    start : datetime.date, optional
        First day of the first of two terms.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UnusableInputError
        When the folder exists and is not empty, its name gives no id, or an answer cannot be used; also when
        frameworks, professions or terms are chosen for a template that has its own. Nothing is written then.
    """
    target = Path(folder)
    reference = check_target(target)
    chosen = find_template(template)
    given = {"frameworks": frameworks, "professions": professions, "first day of term": start}
    if not chosen.adapts and (named := [name for name, value in given.items() if value is not None]):
        raise UnusableInputError(
            f"The template {chosen.id} is a whole design with {', '.join(named)} of its own.",
            mend="Leave that out, or begin from another template; afterwards everything can be edited.",
        )
    identity = {"id": reference, "title": check_text(title, "title")}
    body = {"name": check_text(issuer, "name of the awarding body"), "url": check_home_page(url)}
    if country is not None:
        body["country"] = check_country(country)
    files = _adapted(chosen, identity, body, frameworks, professions, start)
    for path, text in files.items():
        write_atomically(target / path, text)
    shutil.copytree(data_folder() / "schemas", target / "schemas")
    return target


def check_target(folder: str | Path) -> str:
    """The id of the programme that a folder is to hold.

    Raises
    ------
    UnusableInputError
        When the folder exists and is not empty, or its name gives no id.

    Examples
    --------
    >>> check_target("somewhere/Team Care")
    'team-care'
    """
    target = Path(folder)
    try:
        free = not target.exists() or (target.is_dir() and not any(target.iterdir()))
        reference = id_from(target.resolve().name, longest=60)
    except ValueError:
        # A null byte, which no name of a file has.
        free, reference = True, ""
    if not free:
        raise UnusableInputError(
            "The folder exists and is not empty; nothing was written.", place=str(target), mend="Name a new folder."
        )
    if not reference:
        raise UnusableInputError(
            "The folder's name gives no id.", place=str(target), mend="Use letters or digits, such as my-programme."
        )
    return reference


def _adapted(
    template: Template,
    identity: Mapping[str, str],
    issuer: Mapping[str, str],
    frameworks: Sequence[str] | None,
    professions: Sequence[Profession] | None,
    start: datetime.date | None,
) -> dict[Path, str]:
    """The text of every file; all of it is made before anything is written."""
    files = template.files()
    data = parse_document(files[_INFO], str(_INFO)).data
    own = ProgrammeInfo.model_validate(data)
    body = data["issuer"] | {key: value for key, value in issuer.items() if value}
    # The home page and the address of the template's awarding body are not those of another one.
    for name in ("url", "email", "region"):
        if name in body and not issuer.get(name):
            del body[name]
    data |= {**identity, "issuer": body}
    terms = own.terms
    if template.adapts:
        chosen = check_frameworks(frameworks) if frameworks is not None else own.frameworks
        terms = terms_from(start) if start is not None else own.terms
        cohort = check_cohort(professions) if professions is not None else own.professions
        data["frameworks"] = list(chosen)
        data["terms"] = [term.model_dump() for term in terms]
        if professions is not None:
            data["professions"] = [one.model_dump(exclude_defaults=True) for one in cohort]
        hours = sum(one.learners for one in cohort) * _FACULTY_HOURS
        if hours > data["capacity"]["assessor_hours"]["faculty"]:
            data["capacity"] = {"assessor_hours": {"faculty": math.ceil(hours / 10) * 10}}
        files = {path: _retimed(text, path, own.terms, terms) for path, text in files.items()}
        files = {path: _realigned(text, path, chosen) for path, text in files.items()}
    files[_INFO] = _written(files[_INFO], data, _INFO)
    info, findings = validate(ProgrammeInfo, parse_document(files[_INFO], str(_INFO)))
    if info is None:
        raise UnusableInputError(findings[0].message, mend=findings[0].mend, findings=findings)
    return _blank(files, info) if template.id == "blank" else files


def _written(text: str, data: Mapping[str, Any], path: Path) -> str:
    # Written through the tree, so that no character of an answer can change the structure of the file.
    return parse_document(parse_document(text, str(path)).edited(data).text, str(path)).text


def _retimed(text: str, path: Path, before: Sequence[Term], after: Sequence[Term]) -> str:
    """The file with the ids of the new terms; ids of terms are words that stand for nothing else."""
    if path == _INFO:
        return text
    becomes = {old.id: new.id for old, new in zip(before, after, strict=True)}
    # In one pass: the first new term may have the id that the second one had.
    return re.sub("|".join(map(re.escape, becomes)), lambda found: becomes[found[0]], text)


def _realigned(text: str, path: Path, frameworks: Sequence[str]) -> str:
    """The file of a credential, aligned to what its own alignments mean in the frameworks that were chosen."""
    if path.parent.name != "credentials" or tuple(frameworks) == ("ipec-2023",):
        return text
    document = parse_document(text, str(path))
    data = document.data
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for framework in frameworks:
        for one in data["alignments"]:
            code = _SAME.get(framework, {}).get(one["competency"])
            if code is None:
                continue
            known = merged.setdefault((framework, code), one | {"framework": framework, "competency": code, "how": []})
            known["how"] = [how for how in ("taught", "practised", "assessed") if how in (*known["how"], *one["how"])]
    data["alignments"] = list(merged.values())
    if not merged:
        del data["alignments"]
    return document.edited(data).text


def _blank(files: Mapping[Path, str], info: ProgrammeInfo) -> dict[Path, str]:
    """The programme with one draft in place of the starter's badges, stack and claim."""
    sources = {name: load_framework(name) for name in info.frameworks}
    draft = draft_credential(Programme(info, {}, {}, sources), "first-badge", title="First badge")
    scenario = Path("scenarios/today.yaml")
    data = parse_document(files[scenario], str(scenario)).data
    data["description"] = "Every badge as it stands; assessment follows the last session and closes with the term."
    summary = parse_document(files[_INFO]).data | {"summary": "What learners of several professions learn together."}
    return {
        _INFO: _written(files[_INFO], summary, _INFO),
        Path("credentials/first-badge.yaml"): draft.document.text,
        scenario: _written(files[scenario], data, scenario),
    }
