"""A mapping file for a table that nobody has described: by what its headings resemble and what its cells look like."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

from ipe_workbench.documents.missing_answers import MISSING
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.importing.cells import moment, number, parse_date, truth
from ipe_workbench.records.importing.known_formats import FORMATS
from ipe_workbench.records.importing.plain_tables import PLAIN_TABLES, fields_of
from ipe_workbench.records.importing.reading import Field, plain_heading
from ipe_workbench.records.importing.source import Part, open_source
from ipe_workbench.records.importing.survey_exports import frame_in_words
from ipe_workbench.records.importing.survey_sheet import FRAME, LEARNER, SURVEY_SHEET, items_of

__all__ = ["MappingProposal", "propose_mapping"]

_LOOKED_AT = 200
_LIKE_ENOUGH = 0.6
#: What a column that nobody reads takes from a proposal, and a needed field without a column.
_UNREAD, _MISSING = 0.7, 1.2
#: Words that people put into headings for a field, beyond the names that an import takes without being asked.
_WORDS: dict[str, frozenset[str]] = {
    field: frozenset(words.split())
    for field, words in {
        "learner": "learner student trainee person participant candidate pupil matriculation matrikel matrikelnummer "
        "stu roll",
        "given_name": "forename first given vorname prénom nombre",
        "family_name": "surname last family nachname familienname nom apellido",
        "study_programme": "programme program degree course major studiengang filière carrera",
        "starts": "starts start begins beginn début inicio",
        "cohort": "class year intake graduation",
        "rater": "observer examiner evaluator preceptor judge assessor tutor",
        "criterion": "domain dimension competency criterion item",
        "assessment": "station exam quiz test assessment osce",
        "score": "rating mark score result grade",
        "points": "raw points marks",
        "points_possible": "outof max maximum possible",
        "on": "date day when taken conferred awarded given",
        "offering": "event session offering meeting workshop",
        "status": "state attendance",
        "credential": "badge credential microcredential award",
        "expires": "expires expiry ends until valid",
        "issuer": "issuer body organisation organization provider",
        "wave": "wave round administration survey",
        "instrument": "instrument scale questionnaire",
        "frame": "time timing timepoint phase occasion zeitpunkt messzeitpunkt moment",
        "item": "question item",
        "value": "response answer value",
        "purpose": "purpose study",
        "team": "team group table",
        "facilitator": "facilitator tutor coach",
        "kind": "type kind",
        "reference": "url link address file",
    }.items()
}
#: What the cells of a field can be, where only few words can stand in it.
_CLOSED: dict[tuple[str, str], frozenset[str]] = {
    ("attendance", "status"): frozenset(("present", "late", "excused", "absent")),
    ("survey-responses", "frame"): frozenset(("pre", "post", "retrospective-pre", "follow-up")),
    ("learners", "status"): frozenset(("active", "completed", "withdrawn", "paused")),
}


@dataclass(frozen=True)
class MappingProposal:
    """Which column is which, as far as a look at them shows.

    Parameters
    ----------
    format : str
        The kind of file.
    columns : dict
        The heading by the name of a field, where the heading alone would not be understood.
    missing : tuple of str
        Needed fields without a column: they must be said under `values`.
    unread : tuple of str
        Headings that nothing was found for.
    recognised : bool
        Whether an import knows the file as it is.
    answers : tuple of str
        Answers of a questionnaire in words, which need a number.
    times : tuple of str
        What the column of the frame says that is no frame yet.
    """

    format: str
    columns: dict[str, str]
    missing: tuple[str, ...]
    unread: tuple[str, ...]
    recognised: bool
    answers: tuple[str, ...] = ()
    times: tuple[str, ...] = ()

    def to_yaml(self) -> str:
        """The mapping file."""
        # A JSON string is a YAML string; a heading is whatever somebody wrote.
        lines = ["# Proposed by `ipe records map`; look at every line before you use it."]
        if self.recognised:
            lines.append("# An import knows this file as it is; it needs no mapping unless it asks for a value.")
        lines.append(f"format: {self.format}")
        if self.columns:
            lines += ["columns:", *(f"  {_quoted(name)}: {_quoted(one)}" for name, one in self.columns.items())]
        if self.format == SURVEY_SHEET.id:
            # A question mark is refused at its line until somebody has said what belongs there.
            times = [f"frame:{one}" for one in self.times]
            lines += ["values:  # a frame is pre, post, retrospective-pre or follow-up"]
            lines += [f'  {_quoted(one)}: "?"' for one in (*self.missing, *times)]
            if self.answers:
                lines += ["labels:  # the number of each answer", *(f'  {_quoted(one)}: "?"' for one in self.answers)]
            return "\n".join([*lines, *(f"# Not read: {_quoted(one)}" for one in self.unread)]) + "\n"
        lines += [f"# Not in the file; say it under values:\n#   {name}: ..." for name in self.missing]
        lines += [f"# Not read: {_quoted(one)}" for one in self.unread]
        return "\n".join(lines) + "\n"


def propose_mapping(path: str | Path) -> MappingProposal:
    """Propose a mapping for a file.

    Raises
    ------
    UnreadableFileError, UnusableInputError
        When it cannot be read, or is no table.
    """
    source = open_source(path)
    for known in FORMATS.values():
        if known.fits(source) and known not in PLAIN_TABLES:
            return MappingProposal(known.id, {}, (), (), recognised=True)
    part = source.parts.get("")
    if part is None:
        raise UnusableInputError("This is not one table.", place=str(path), mend="Name one CSV file, or one sheet.")
    samples = _samples(part)
    if (questionnaire := _questionnaire(part, samples)) is not None:
        return questionnaire
    proposals = [_for_kind(one.id, part, samples) for one in PLAIN_TABLES]
    # Few needed columns are missing, then many columns are alike.
    _, best = max(proposals, key=lambda one: (one[0], -len(one[1].missing)))
    return best


def _questionnaire(part: Part, samples: dict[str, list[str]]) -> MappingProposal | None:
    """The proposal for a table with a column an item; ``None`` where no headings look like items."""
    items = items_of(part.header, {})
    if not items:
        return None
    others = {heading: cells for heading, cells in samples.items() if heading not in items and cells}
    columns: dict[str, str] = {}
    for one in (LEARNER, FRAME):
        left = {heading: cells for heading, cells in others.items() if heading not in columns.values()}
        likely = {heading: likeness for heading in left if (likeness := _alike(heading, one)) >= _LIKE_ENOUGH}
        if likely:
            columns[one.name] = max(likely, key=lambda heading: likely[heading])
        elif one is LEARNER:
            ids = (heading for heading, cells in left.items() if _are_ids(cells, 0.2))
            columns |= dict(zip(("learner",), ids, strict=False))
    times = dict.fromkeys(others.get(columns.get("frame", ""), ()))
    words = dict.fromkeys(cell for heading in items for cell in samples.get(heading, ()))
    return MappingProposal(
        SURVEY_SHEET.id,
        {**columns, **{f"item:{name}": heading for heading, name in items.items()}},
        ("instrument", "wave", *(() if "frame" in columns else ("frame",))),
        tuple(heading for heading in others if heading not in columns.values()),
        recognised=False,
        answers=tuple(one for one in words if one.casefold() not in MISSING and _share([one], number) == 0),
        times=tuple(one for one in times if frame_in_words(one) is None),
    )


def _for_kind(kind: str, part: Part, samples: dict[str, list[str]]) -> tuple[float, MappingProposal]:
    fields = fields_of(kind.replace("-", "_"))
    pairs = sorted(
        (
            (likeness, -order, one.name, heading)
            for order, one in enumerate(fields)
            for heading in samples
            if (likeness := _alike(heading, one) * _fit(samples[heading], one, kind)) >= _LIKE_ENOUGH
        ),
        reverse=True,
    )
    found: dict[str, str] = {}
    total = 0.0
    for likeness, _, name, heading in pairs:
        if name not in found and heading not in found.values():
            found[name] = heading
            total += likeness
    total += _by_cells(fields, samples, found)
    missing = tuple(one.name for one in fields if one.needed and one.name not in found)
    needed = sum(one.needed for one in fields)
    known = {plain_heading(name): one.name for one in fields for name in (one.name, *one.aliases)}
    columns = {name: one for name, one in found.items() if known.get(plain_heading(one)) != name}
    unread = tuple(one for one in samples if one not in found.values())
    proposal = MappingProposal(kind, columns, missing, unread, recognised=not columns and not missing)
    worth = total + (needed - len(missing)) - _MISSING * len(missing) - _UNREAD * len(unread)
    return worth, proposal


def _by_cells(fields: tuple[Field, ...], samples: dict[str, list[str]], found: dict[str, str]) -> float:
    """Fill fields whose headings say nothing by what the cells are; how much that is worth."""
    worth = 0.0
    for one in fields:
        left = {heading: cells for heading, cells in samples.items() if heading not in found.values() and cells}
        if one.name in found:
            continue
        if one.name == "learner":
            # Whoever made the file put the learner first: a column of ids that seldom repeat, without blanks.
            fitting = [heading for heading, cells in left.items() if _are_ids(cells)][:1]
        elif one.kind in ("date", "share"):
            fitting = [heading for heading, cells in left.items() if _share(cells, _READ[one.kind]) == 1]
        else:
            continue
        if len(fitting) == 1:
            found[one.name] = fitting[0]
            worth += 0.5
    return worth


def _are_ids(cells: list[str], least: float = 0.5) -> bool:
    """Whether the cells look like ids; of `least` cells and more each stands for another person."""
    plain = all(re.fullmatch(r"[\w.@-]{1,64}", one) for one in cells)
    return plain and len(set(cells)) > len(cells) * least and _share(cells, _READ["share"]) < 1


def _samples(part: Part) -> dict[str, list[str]]:
    """Some cells of each column by its heading."""
    rows = [cells for _, cells in islice(part.rows(), _LOOKED_AT)]
    return {heading: [cells[at] for cells in rows if cells[at]] for at, heading in enumerate(part.header) if heading}


def _alike(heading: str, one: Field) -> float:
    """How alike a heading and the names of a field are, from 0 to 1."""
    plain = plain_heading(heading)
    best = 0.0
    for name in (one.name, *one.aliases):
        known = plain_heading(name)
        ratio = SequenceMatcher(None, plain, known).ratio()
        # `Date of award` holds `date`: as good as a small slip.
        held = 0.8 if len(known) > 3 and known in plain else 0.0
        best = max(best, ratio, held)
    if _WORDS.get(one.name, frozenset()) & _words(heading):
        best = max(best, 0.75)
    return best


def _words(heading: str) -> set[str]:
    """The words of a heading, also where only capitals part them.

    Examples
    --------
    >>> sorted(_words("EventDate (UTC)")), sorted(_words("stu_id"))
    (['date', 'event', 'utc'], ['id', 'stu'])
    """
    plain = heading.replace("-", "")
    return {one.casefold() for one in re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])", plain)}


def _fit(cells: list[str], one: Field, kind: str) -> float:
    """The share of cells that the field could hold; text holds anything, but hardly a column of dates."""
    if not cells:
        return 0.9
    if closed := _CLOSED.get((kind, one.name)):
        return sum(cell.casefold() in closed for cell in cells) / len(cells)
    if one.kind == "text":
        return 0.6 if _share(cells, _READ["date"]) > 0.9 else 1.0
    return _share(cells, _READ[one.kind])


def _share(cells: list[str], read: Callable[[str], object]) -> float:
    good = 0
    for text in cells:
        try:
            read(text)
        except ValueError:
            continue
        good += 1
    return good / len(cells)


def _proper_share(text: str) -> None:
    if not 0 <= number(text) <= 1:
        raise ValueError


def _whole(text: str) -> None:
    if number(text) % 1:
        raise ValueError


_READ: dict[str, Callable[[str], object]] = {
    "date": lambda text: parse_date(text, "dmy" if not _american(text) else "mdy"),
    "time": moment,
    "number": number,
    "share": _proper_share,
    "whole": _whole,
    "truth": truth,
}


def _american(text: str) -> bool:
    parts = text.replace("-", "/").replace(".", "/").split("/")
    return len(parts) >= 2 and parts[1].isdecimal() and int(parts[1]) > 12


def _quoted(text: str) -> str:
    """A string of YAML; what cannot be seen is written by its number."""
    if re.fullmatch(r"[a-z][a-z_]+", text) and text not in ("yes", "no", "on", "off", "true", "false", "null"):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in quoted)
