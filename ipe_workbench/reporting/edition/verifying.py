"""Whether a printed report can be made again from what is here, and whether it comes out the same."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.reporting.edition.asked import Asked
from ipe_workbench.reporting.edition.planning import Plan, plan_edition
from ipe_workbench.reporting.edition.printing import records_for
from ipe_workbench.reporting.edition.theme import read_theme
from ipe_workbench.reporting.page import FACTS
from ipe_workbench.reporting.pdf_structure import pdf_faults
from ipe_workbench.reporting.press import Job, Press

__all__ = ["Verification", "read_facts", "verify_report"]

#: What a page must say of how it was made.
_SAID = {
    **dict.fromkeys(("report", "job", "programme", "term", "key"), str),
    **dict.fromkeys(("inputs", "versions", "parameters", "made"), dict),
}


@dataclass(frozen=True)
class Verification:
    """What came of it.

    Parameters
    ----------
    report : str
        Which report it is.
    reproducible : bool
        Whether template, parameters, inputs and versions are those of the page.
    reproduced : bool
        Whether it was made again and is the same, byte for byte.
    reasons : tuple of str
        What differs; empty when it was reproduced.
    """

    report: str
    reproducible: bool
    reproduced: bool
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {"format": 1, **vars(self), "reasons": list(self.reasons)}


def read_facts(page: str | Path) -> dict[str, Any]:
    """What a page says of how it was made.

    Raises
    ------
    UnreadableFileError
        When it cannot be read, or says nothing.
    """
    reader = _Facts()
    try:
        reader.feed(Path(page).read_text(encoding="utf-8"))
        facts = json.loads(reader.facts)
        whole = all(isinstance(facts[name], kind) for name, kind in _SAID.items())
        whole = whole and all(isinstance(one, str) for one in facts["made"].values())
        datetime.datetime.fromisoformat(facts["made"].get("rendered_at") or "2026-01-01")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise UnreadableFileError(
            "This is no page of a report that says how it was made.",
            place=str(page),
            mend="Name an HTML file that `ipe report` wrote.",
        )
    return dict(facts)


def verify_report(
    page: str | Path, programme: Path, *, db: str | None = None, run: str | None = None, shelf: Path | None = None
) -> Verification:
    """Make a report again in a temporary place and compare.

    Parameters
    ----------
    page : path
        The page, or the PDF beside it.
    programme : Path
        Folder of the programme.
    db : str, optional
        The records, when it was made from them.
    run : str, optional
        The result of `ipe simulate`, when it was made from one.
    shelf : Path, optional
        Where earlier releases of counts are kept, when not beside the records.

    Raises
    ------
    UnreadableFileError
        When the page does not say how it was made.
    UnknownNameError
        When the programme has no such term, or no such report any more.
    """
    file = Path(page)
    if file.suffix == ".pdf" and file.is_file() and not file.with_suffix(".html").is_file():
        raise UnreadableFileError(
            "The page that belongs to this PDF is not here, and only it says how both were made.",
            place=str(file),
            mend="Put the HTML file of the same name beside it.",
        )
    facts = read_facts(file.with_suffix(".html") if file.suffix == ".pdf" else file)
    if file.suffix == ".pdf" and (faults := pdf_faults(_content(file))):
        return Verification(str(facts["job"]), False, False, faults)
    loaded = load_programme(programme)
    if loaded.id != facts["programme"]:
        why = f"It is a report of the programme {facts['programme']}, and this is {loaded.id}."
        return Verification(facts["job"], False, False, (why,))
    with tempfile.TemporaryDirectory(prefix="ipe-verify-") as work:
        asked = replace(_asked(facts, programme, Path(work), db, run), shelf=shelf)
        with records_for(loaded, asked) as records:
            plan = plan_edition(loaded, asked, records, read_theme(programme))
        job = next((one for one in plan.jobs if one.id == facts["job"]), None)
        if job is None:
            why = "; ".join(one.why for one in plan.skipped) or "The programme has no such report any more."
            return Verification(str(facts["job"]), False, False, (why,))
        differences = tuple(_differences(facts, job.facts))
        if job.key != facts["key"]:
            return Verification(job.id, False, False, differences or ("The page was made in another form.",))
        return _made_again(loaded, plan, job, facts, file)


def _made_again(programme: Programme, plan: Plan, job: Job, facts: Mapping[str, Any], page: Path) -> Verification:
    made = {name: value for name, value in facts["made"].items() if name in job.parameters}
    again = replace(job, parameters={**job.parameters, **made}, facts=facts, pdf=page.suffix == ".pdf")
    for run in plan.runs_of([again]):
        run.make(programme)
    with Press(1) as press:
        (outcome,) = press.print([again])
    if outcome.problem:
        return Verification(job.id, True, False, (f"Making it again failed: {outcome.problem}",))
    if again.page.with_suffix(page.suffix).read_bytes() == page.read_bytes():
        return Verification(job.id, True, True, ())
    named, other = ("file", "Chromium is another one") if again.pdf else ("page", "the template is not repeatable")
    why = f"It comes out different from the same inputs: the {named} was changed, or {other}."
    return Verification(job.id, True, False, (why,))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"The PDF cannot be read: {error.strerror}.", place=str(file)) from None


def _asked(facts: Mapping[str, Any], programme: Path, out: Path, db: str | None, run: str | None) -> Asked:
    told, made = facts["parameters"], facts["made"]
    seed = told.get("seed", -1)
    name = str(facts["job"]).removeprefix(f"{facts['programme']}-")
    return Asked(
        programme=programme,
        term=str(facts["term"]),
        out=out,
        scenario=told.get("scenario") or None,
        replicates=told.get("replicates") or None,
        seed=None if seed < 0 else seed,
        run=run,
        db=db,
        rehearsal=True,
        threshold=told.get("threshold", 10),
        only=(name,),
        pdf=bool(facts.get("pdf")),
        who=str(made.get("made_by", "")),
        at=datetime.datetime.fromisoformat(made["rendered_at"]) if made.get("rendered_at") else None,
    )


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name, version in then["versions"].items():
        if now["versions"].get(name) != version:
            yield f"{name} was {version}, here it is {now['versions'].get(name, 'missing')}."
    for name in sorted({*then["parameters"], *now["parameters"]}):
        if then["parameters"].get(name) != now["parameters"].get(name):
            # A simulation is told by the hash of all that it depends on.
            run = name in ("run", "other_run")
            yield "The simulation behind it differs." if run else f"The parameter {name} differs."
    files = dict(then.get("files", []))
    others = dict(now.get("files", []))
    yield from (f"{one} was changed." for one in sorted(files.keys() & others.keys()) if files[one] != others[one])
    yield from (f"{one} is missing." for one in sorted(files.keys() - others.keys()))
    yield from (f"{one} is new." for one in sorted(others.keys() - files.keys()))
    words = {"template": "The template", "records": "The records", "released": "What may be shown of the records"}
    for name in sorted({*then["inputs"], *now["inputs"]} - ({"programme"} if files else set())):
        if then["inputs"].get(name) != now["inputs"].get(name):
            yield (
                f"{words.get(name, 'The programme')} differs from then." if name in words else "The programme differs."
            )


class _Facts(HTMLParser):
    facts = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "meta" and found.get("name") == FACTS:
            self.facts = found.get("content") or ""
