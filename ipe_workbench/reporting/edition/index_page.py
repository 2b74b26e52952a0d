"""The index of a term: every report with its files, what failed, and an archive to hand on."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ipe_workbench.phrases import counted
from ipe_workbench.reporting.edition.planning import Plan
from ipe_workbench.reporting.edition.receipts import FOLDER, Receipt, read_receipt
from ipe_workbench.reporting.edition.summary import Failure
from ipe_workbench.reporting.html import Html, element, join, listing, notice, table
from ipe_workbench.reporting.outputs import write_output
from ipe_workbench.reporting.press import Job
from ipe_workbench.reporting.standalone import standalone_page

__all__ = ["write_indexes"]

_READERS = {
    "dean": "For the dean",
    "committee": "For the curriculum committee",
    "accreditor": "For accreditation",
    "faculty": "For faculty",
    "researcher": "For research",
    "public": "For the public",
}
#: Archives hold no time of their own, so that the same reports give the same archive.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_indexes(plan: Plan, failures: Sequence[Failure]) -> list[Path]:
    """Write the index page of the term, one for the reports about persons, and the archive of the others."""
    folder = plan.asked.folder
    known = {one.id: read_receipt(Path(one.receipt)) for one in plan.jobs}
    open_jobs = [one for one in plan.jobs if not one.private]
    if plan.asked.only:
        # Part of the set: an index of that part would hide the rest.
        return [one for one in (folder / "index.html", _archive_file(plan)) if one.is_file()]
    # Of reports about persons neither names nor number: the index goes into the archive.
    told = [one for one in failures if one.report in {job.id for job in open_jobs}]
    persons = _about_persons(plan, known)
    written = [write_output(folder / "index.html", _index(plan, open_jobs, known, told, sorted(persons)))]
    for name, pages in sorted(persons.items()):
        page = _persons_index(plan, name, pages)
        written.append(write_output(folder / name / "index.html", page, private=True))
    receipts = [receipt for one in open_jobs if (receipt := known[one.id]) is not None]
    written.append(write_output(_archive_file(plan), _archive(folder, receipts)))
    return written


def _archive_file(plan: Plan) -> Path:
    return plan.asked.folder / f"{plan.programme.id}-{plan.asked.term}.zip"


def _about_persons(plan: Plan, known: Mapping[str, Receipt | None]) -> dict[str, dict[str, Receipt | None]]:
    """Folders of reports about persons, and in each the reports, with those whom `since` left out this time."""
    found: dict[str, dict[str, Receipt | None]] = {}
    for job in plan.jobs:
        if job.private:
            found.setdefault(Path(job.folder).name, {})[job.id] = known[job.id]
    if plan.asked.since:
        for file in sorted((plan.asked.folder / FOLDER).glob("[!.]*.json")):
            receipt = read_receipt(file)
            if receipt is not None and receipt.private and receipt.files:
                found.setdefault(Path(receipt.files[0].path).parts[0], {}).setdefault(receipt.id, receipt)
    return found


def _index(
    plan: Plan,
    jobs: list[Job],
    known: Mapping[str, Receipt | None],
    failures: Sequence[Failure],
    persons: Sequence[str],
) -> str:
    info, term = plan.programme.info, plan.programme.term(plan.asked.term)
    title = f"{info.title}: reports of {term.title}"
    failed = {one.report: one for one in failures}
    parts: list[object] = [
        element("p", info.issuer.name, class_="kicker"),
        element("h1", title),
        element("p", _count(jobs, known, failures), class_="lede"),
    ]
    if failures:
        parts.append(_failures(failures))
    for reader, heading in _READERS.items():
        own = [one for one in jobs if _reader(plan, one) == reader]
        if own:
            parts += [element("h2", heading), _table(plan, heading, own, known, failed)]
    if persons:
        # Their number counts learners, and was not protected with the other counts.
        links = [element("a", name.capitalize(), href=f"{name}/index.html") for name in persons]
        words = (
            "Made from the records themselves: they are not in the archive, and only their owner may read their files."
        )
        parts += [element("h2", "About persons"), element("p", words), listing(links)]
    if plan.skipped:
        parts += [
            element("h2", "Not made"),
            listing([join([element("strong", one.report), f": {one.why}"]) for one in plan.skipped]),
        ]
    archive = _archive_file(plan).name
    parts += [
        element("h2", "To hand on"),
        element("p", element("a", archive, href=archive), " holds the reports above with a manifest of their hashes."),
    ]
    return standalone_page(title, join(parts), language=info.language)


def _count(jobs: list[Job], known: Mapping[str, Receipt | None], failures: Sequence[Failure]) -> str:
    there = sum(known[one.id] is not None for one in jobs)
    return f"{counted(there, 'report')}; {counted(len(failures), 'failure')} in the last run."


def _reader(plan: Plan, job: Job) -> str:
    template, entry = plan.entries[job.id]
    reader = entry.audience or template.audience
    return reader if reader in _READERS else "committee"


def _failures(failures: Sequence[Failure]) -> Html:
    shown = [join([element("strong", one.report), f": {one.cause}"]) for one in failures[:20]]
    rest = len(failures) - len(shown)
    more = [f"and {rest} more; the summary of the run names them all."] if rest else []
    told = "Where an earlier report stands below, it is the one from before the failure."
    return notice(element("strong", f"{counted(len(failures), 'report')} failed."), listing([*shown, *more]), told)


def _table(
    plan: Plan, heading: str, jobs: list[Job], known: Mapping[str, Receipt | None], failed: dict[str, Failure]
) -> Html:
    start = f"{plan.programme.info.title}: {plan.programme.term(plan.asked.term).title}, "
    rows = [_row(one, one.title.removeprefix(start), known[one.id], failed.get(one.id)) for one in jobs]
    return table(f"{heading}: {counted(len(jobs), 'report')}", ["Report", "Also as", "Made", "State"], rows)


def _row(job: Job, title: str, receipt: Receipt | None, failure: Failure | None) -> list[object]:
    if receipt is None:
        return [title, "–", "–", element("strong", "failed", class_="gap")]
    page, *others = receipt.files
    links = [element("a", _kind(one.path), href=one.path) for one in others if _kind(one.path)]
    made = str(receipt.facts.get("made", {}).get("rendered_at", ""))[:10] or "–"
    state: object = "up to date"
    if failure is not None or receipt.key != job.key:
        state = element("strong", "from an earlier run; the last one failed", class_="gap")
    return [element("a", title, href=page.path), join(links, ", "), made, state]


def _kind(path: str) -> str:
    kinds = {".pdf": "PDF", ".xlsx": "tables (XLSX)", ".ipynb": "notebook"}
    return kinds.get(Path(path).suffix, "")


def _persons_index(plan: Plan, name: str, reports: Mapping[str, Receipt | None]) -> str:
    term = plan.programme.term(plan.asked.term)
    title = f"{plan.programme.info.title}: {name}, {term.title}"
    links = []
    for id, receipt in sorted(reports.items()):
        if receipt is not None:
            links.append(element("a", Path(receipt.files[0].path).stem, href=Path(receipt.files[0].path).name))
        else:
            links.append(join([id, " ", element("strong", "failed", class_="gap")]))
    parts = [
        element("h1", title),
        notice("By pseudonym. Whoever may know the names joins them in the records; that is written to their log."),
        listing(links),
    ]
    return standalone_page(title, join(parts), language=plan.programme.info.language)


def _archive(folder: Path, receipts: Sequence[Receipt]) -> bytes:
    """The reports as a zip: the same reports give the same bytes."""
    stream = io.BytesIO()
    names = ["index.html", *(one.path for receipt in receipts for one in receipt.files)]
    manifest = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _contents(folder, names):
            manifest.append({"path": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)})
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED)
        reports = [{"id": one.id, "title": one.title, "key": one.key} for one in receipts]
        text = json.dumps({"format": 1, "reports": reports, "files": manifest}, indent=1, ensure_ascii=False)
        archive.writestr(zipfile.ZipInfo("manifest.json", _NO_TIME), f"{text}\n", zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _contents(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for name in names:
        file = folder / name
        if file.is_file():
            yield name, file.read_bytes()
