"""The accreditation matrix as a page, a CSV file or a workbook, ready to attach to a self-study."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import UnusableInputError, WorkbenchError
from ipe_workbench.frameworks.standards import AccreditationStandard
from ipe_workbench.pathways.accreditation_matrix import AccreditationMatrix, AccreditationRow
from ipe_workbench.reporting.html import Html, Number, element, join, listing, notice, safe, table
from ipe_workbench.reporting.page import active_content, external_references

__all__ = ["NOT_CHECKED", "accreditation_page", "accreditation_parts", "write_accreditation"]

#: How a standard is marked that nobody compared with its source.
NOT_CHECKED = "not checked against the body's own text"

_STYLES = Path(__file__).parent / "template"
_SUFFIXES = (".html", ".csv", ".xlsx")


def write_accreditation(
    matrix: AccreditationMatrix, path: str | Path, *, on: datetime.date, replace: bool = False
) -> Path:
    """Write the matrix to one file.

    Parameters
    ----------
    matrix : AccreditationMatrix
        What to write.
    path : path
        Its suffix says what is written: ``.html``, ``.csv`` or ``.xlsx``.
    on : datetime.date
        The date that the page and the workbook show; the same arguments give the same bytes.
    replace : bool
        Whether a file that is there already may be replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnusableInputError
        When the suffix is another one, or the file exists and `replace` is false.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.frameworks.standards import load_standards
    >>> from ipe_workbench.pathways import accreditation
    >>> matrix = accreditation(example_programme(), load_standards()[0], "nursing")
    >>> write_accreditation(matrix, Path(tempfile.mkdtemp(), "evidence.csv"), on=datetime.date(2027, 1, 15)).name
    'evidence.csv'
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in _SUFFIXES:
        message = f"A file of this kind ({kind or 'without a suffix'}) cannot be written."
        raise UnusableInputError(message, place=str(path), mend="Let its name end in .html, .csv or .xlsx.")
    if path.exists() and not replace:
        raise UnusableInputError("The file exists already.", place=str(path), mend="Name another, or add --force.")
    if kind == ".xlsx":
        from ipe_workbench.reporting.accreditation_sheets import accreditation_workbook

        write_atomically(path, accreditation_workbook(matrix, on=on))
    else:
        write_atomically(path, accreditation_page(matrix, on=on) if kind == ".html" else matrix.to_csv())
    return path


def accreditation_page(matrix: AccreditationMatrix, *, on: datetime.date) -> str:
    """The matrix as one self-contained HTML page that prints on A4, a section for each profession.

    Parameters
    ----------
    matrix : AccreditationMatrix
        What to show.
    on : datetime.date
        The date on the page.

    Raises
    ------
    WorkbenchError
        When the page would load or run anything.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.frameworks.standards import load_standards
    >>> from ipe_workbench.pathways import accreditation
    >>> matrix = accreditation(example_programme(), load_standards()[0], "nursing")
    >>> "15 January 2027" in accreditation_page(matrix, on=datetime.date(2027, 1, 15))
    True
    """
    styles = Html("\n".join((_STYLES / name).read_text("utf-8") for name in ("report.css", "accreditation.css")))
    title = f"Accreditation evidence: {matrix.title}"
    head = [
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark">'),
        Html('<meta name="referrer" content="no-referrer">'),
        element("title", title),
        element("style", styles),
    ]
    main = element("main", *accreditation_parts(matrix, on=on), id="main", tabindex="-1")
    skip = element("a", "Skip to the evidence", class_="skip", href="#main")
    page = f"<!DOCTYPE html>\n{element('html', element('head', *head), element('body', skip, main), lang='en')}\n"
    if faults := external_references(page) + active_content(page):
        raise WorkbenchError(f"The page would not stand alone: {'; '.join(sorted(set(faults))[:5])}.", place=title)
    return page


def accreditation_parts(matrix: AccreditationMatrix, *, on: datetime.date) -> tuple[Html, Html, Html]:
    """The content of the page: its opening, the sections of the professions, its closing."""
    return join(_opening(matrix, on)), join(_sections(matrix)), join(_closing(matrix))


def _opening(matrix: AccreditationMatrix, on: datetime.date) -> Iterator[Html]:
    yield element("p", f"{matrix.title} · programme version {matrix.version} · {_day(on)}", class_="kicker")
    about = ", ".join([*(one.title for one in matrix.professions), *_only_body(matrix)])
    yield element(
        "h1", f"Accreditation evidence: {about}" if len(matrix.professions) == 1 else "Accreditation evidence"
    )
    words = (
        "For each accreditation standard on file: the micro-credentials that serve it, and the evidence kept of them."
    )
    yield element("p", words, class_="lede")
    unchecked = _unchecked(matrix)
    if unchecked:
        total = sum(len(matrix.rows_of(one.id)) for one in matrix.professions)
        yield notice(
            element("strong", f"{unchecked} of {total} standards were {NOT_CHECKED}."),
            "Numbers and editions move, and the summaries are ours. Compare each standard with its source before a "
            "self-study cites it.",
        )
    links = [element("a", one.title, href=f"#{_anchor(one.id)}") for one in matrix.professions]
    yield element("nav", listing(links, kind="ol"), aria_label="Professions", class_="contents")
    yield element("h2", "Overview", id="overview")
    yield table(
        "Standards on file by profession",
        ["Profession", Number("Standards"), Number("With evidence"), Number("Gaps"), Number("Not checked")],
        [_overview(matrix, one.id, one.title) for one in matrix.professions],
    )


def _only_body(matrix: AccreditationMatrix) -> list[str]:
    """The body, where the matrix is about one alone."""
    bodies = {row.body.id for row in matrix.rows if row.body is not None}
    return [one.upper() for one in bodies] if len(bodies) == 1 else []


def _overview(matrix: AccreditationMatrix, profession: str, title: str) -> list[object]:
    groups = matrix.rows_of(profession)
    if not groups:
        return [title, Number("none on file"), Number("–"), Number("–"), Number("–")]
    gaps = sum(group[0].role == "gap" for group in groups)
    unchecked = sum(not (group[0].standard and group[0].standard.checked) for group in groups)
    return [title, *(Number(str(count)) for count in (len(groups), len(groups) - gaps, gaps, unchecked))]


def _sections(matrix: AccreditationMatrix) -> Iterator[Html]:
    for profession in matrix.professions:
        yield element("h2", profession.title, id=_anchor(profession.id), class_="profession")
        groups = matrix.rows_of(profession.id)
        if not groups:
            remarks = [row.remark for row in matrix.rows if row.profession == profession.id]
            yield element("p", *remarks, " If the profession's body has one, add it to the programme's standards.")
        if len(groups) > 1:
            yield _at_a_glance(profession.title, groups)
        for _, of_body in groupby(groups, key=lambda group: group[0].body):
            yield from _body(list(of_body))


def _at_a_glance(title: str, groups: Sequence[Sequence[AccreditationRow]]) -> Html:
    rows: list[list[object]] = []
    for group in groups:
        body, standard = group[0].body, group[0].standard
        evidence = [row for row in group if row.role == "evidence"]
        if body is not None and standard is not None:
            counts = (len(set(map(_credential, evidence))), sum(row.evidence is not None for row in evidence))
            state = element("span", "gap", class_="gap") if group[0].role == "gap" else "evidence"
            checked = "yes" if standard.checked else element("strong", "not checked")
            numbers = [Number(str(count)) for count in counts]
            rows.append([f"{standard.number} ({body.id.upper()})", standard.kind, checked, *numbers, state])
    heads: list[str | Number] = [
        "Standard",
        "Kind",
        "Checked",
        Number("Micro-credentials"),
        Number("Pieces of evidence"),
        "Result",
    ]
    return table(f"{title}: the standards at a glance", heads, rows)


def _body(groups: Sequence[Sequence[AccreditationRow]]) -> Iterator[Html]:
    body = groups[0][0].body
    if body is None:
        return
    yield element("h3", body.name)
    if body.note:
        yield element("p", body.note, class_="muted")
    for group in groups:
        yield element("section", *_standard(group), class_="standard")


def _standard(group: Sequence[AccreditationRow]) -> Iterator[Html]:
    standard = group[0].standard
    if standard is None:
        return
    yield element("h4", standard.number)
    facts: list[object] = [element("span", standard.kind, class_="tag"), _checked(standard)]
    facts.append(element("span", _edition(standard), class_="muted"))
    yield element("p", join(facts, " "), class_="facts")
    yield _labelled("In our words", standard.summary)
    yield _labelled("Read as being about", _about(standard))
    if standard.note:
        yield _labelled("Note", standard.note)
    if group[0].role == "gap":
        yield element("p", element("strong", "Gap. "), group[0].remark, class_="gap-box")
    evidence = [row for row in group if row.role == "evidence"]
    if evidence:
        yield _evidence_table(f"Evidence for {standard.number}", evidence)
    supporting = [row for row in group if row.role == "supports"]
    if supporting:
        items = [_supporting(list(rows)) for _, rows in groupby(supporting, key=_credential)]
        yield element("p", element("strong", "Supports it, but is no evidence"), class_="supports")
        yield listing(items)


def _checked(standard: AccreditationStandard) -> Html:
    if not standard.checked:
        return element("span", NOT_CHECKED, class_="tag unchecked")
    when = f" on {_day(standard.checked_on)}" if standard.checked_on else ""
    return element("span", f"checked{when} by {standard.checked_by}", class_="tag")


def _edition(standard: AccreditationStandard) -> str:
    year = str(standard.year or "")
    named = [standard.edition, year if year not in standard.edition else ""]
    return ", ".join(filter(None, named)) or "edition not on file"


def _labelled(label: str, text: object) -> Html:
    return element("p", element("span", f"{label}: ", class_="muted"), text)


def _about(standard: AccreditationStandard) -> str:
    named = [f"{', '.join(codes)} ({framework})" for framework, codes in standard.competencies.items()]
    return "; ".join(named) or "any interprofessional learning"


def _evidence_table(caption: str, rows: Sequence[AccreditationRow]) -> Html:
    heads = ("Micro-credential", "Through", "Contact hours", "Evidence", "Kept in", "Kept for")
    body = []
    for _, group in groupby(rows, key=_credential):
        pieces = list(group)
        first, span = pieces[0], str(len(pieces))
        title = first.credential.title if first.credential else ""
        shared = [
            element("th", title, scope="rowgroup", rowspan=span),
            element("td", ", ".join(first.codes) or "–", rowspan=span),
            element("td", f"{first.hours or 0:g}", rowspan=span, class_="number"),
        ]
        lines = [element("tr", *(shared if row is first else ()), *_piece(row)) for row in pieces]
        body.append(element("tbody", *lines))
    head = element("thead", element("tr", *(_head(one) for one in heads)))
    made = element("table", element("caption", caption), head, *body, class_="evidence")
    return element("div", made, class_="scroll", role="region", aria_label=caption, tabindex="0")


def _head(heading: str) -> Html:
    number = {"class_": "number"} if heading == "Contact hours" else {}
    return element("th", heading, scope="col", **number)


def _piece(row: AccreditationRow) -> Iterator[Html]:
    if row.evidence is None:
        yield element("td", element("span", row.remark, class_="gap"), colspan="3")
        return
    kind = element("span", row.evidence.kind.replace("-", " ").capitalize(), class_="kind")
    unusual = element("span", " (not the usual kind)", class_="muted") if row.usual is False else ""
    description = element("span", row.evidence.description, class_="description") if row.evidence.description else ""
    yield element("td", kind, unusual, description)
    yield element("td", row.evidence.kept_in or "not said")
    months = row.evidence.retention_months
    yield element("td", "not said" if months is None else f"{months} months")


def _supporting(rows: Sequence[AccreditationRow]) -> Html:
    first = rows[0]
    codes = f" ({', '.join(first.codes)})" if first.codes else ""
    return safe(f"{first.credential.title if first.credential else ''}{codes}: {first.remark}")


def _closing(matrix: AccreditationMatrix) -> Iterator[Html]:
    yield element("h2", "How to read this", id="how-to-read")
    yield listing(
        [
            "Competence: learners must be able to do something. A micro-credential is evidence when it assesses a "
            "competency that the standard is about; one that only teaches or practises supports it.",
            "Participation: learners must have taken part. A micro-credential is evidence when one of its activities "
            "asks for two or more professions; contact hours are those of these activities.",
            "Through: the competencies of the programme's framework that connect the two. That is our reading.",
            "A gap is a standard for which no micro-credential keeps evidence.",
        ]
    )
    warnings = [one for one in matrix.findings if one.severity != "info"]
    if warnings:
        yield element("h2", "Findings", id="findings")
        yield listing([f"{one.message} {one.mend}".strip() for one in warnings])
    if matrix.other_bodies:
        yield element("h2", "Other bodies on file", id="other-bodies")
        yield element("p", "They accredit professions that are not in this programme.")
        yield listing([one.name for one in matrix.other_bodies])
    bodies = {row.body.id: row.body for row in matrix.rows if row.body is not None}
    sources = [
        join([one.name, ": ", element("a", one.source, href=one.source)]) for one in bodies.values() if one.source
    ]
    if sources:
        yield element("h2", "Where to check", id="where-to-check")
        yield listing(sources)


def _unchecked(matrix: AccreditationMatrix) -> int:
    groups = (group for one in matrix.professions for group in matrix.rows_of(one.id))
    return sum(not (group[0].standard and group[0].standard.checked) for group in groups)


def _credential(row: AccreditationRow) -> str:
    return row.credential.id if row.credential else ""


def _anchor(profession: str) -> str:
    return f"profession-{profession}"


def _day(date: datetime.date) -> str:
    return f"{date.day} {date:%B %Y}"
