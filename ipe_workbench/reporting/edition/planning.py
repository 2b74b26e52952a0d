"""Which reports a term has, and what each is made from: everything is checked here, before anything runs."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.report_list import ReportEntry
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.reporting.edition.asked import Asked
from ipe_workbench.reporting.edition.receipts import receipt_file
from ipe_workbench.reporting.edition.runs import SharedRun, shared_run
from ipe_workbench.reporting.edition.subjects import Records, Subject, subjects_of, suffixes_of
from ipe_workbench.reporting.edition.templates import Template, find_templates
from ipe_workbench.reporting.edition.theme import Theme
from ipe_workbench.reporting.outputs import shown_path
from ipe_workbench.reporting.parameters import check_parameters
from ipe_workbench.reporting.press import Job
from ipe_workbench.reporting.provenance import InputFile, collect_provenance, hash_files, installed_versions
from ipe_workbench.resources import data_folder
from ipe_workbench.simulation import find_scenario, read_scenarios

__all__ = ["Plan", "Skipped", "plan_edition"]

#: The form of pages and facts: a change makes every report stale.
_FORMAT = 1
#: Parameters that say where or when, not what: they make no report stale.
_NO_CONTENT = frozenset({"rendered_at", "command", "made_by", "tables", "programme", "records", "released"})
_DEFAULT_SCENARIO = "today"
#: What is wild in a pattern of `only`.
_WILD = re.compile(r"[*?\[]")
#: Where reports about persons go that are not of one person, by their readers.
_FOLDERS = {"faculty": "faculty", "researcher": "research"}


@dataclass(frozen=True)
class Skipped:
    """A report that is not made this time, and why."""

    report: str
    why: str


@dataclass(frozen=True)
class Plan:
    """The reports of a term.

    Parameters
    ----------
    programme : Programme
        The programme.
    asked : Asked
        What was asked for.
    jobs : tuple of Job
        What to print, large ones first.
    entries : mapping of str to (Template, ReportEntry)
        The kinds of reports by id of job.
    runs : mapping of str to SharedRun
        The simulations by folder.
    skipped : tuple of Skipped
        What is not made.
    """

    programme: Programme
    asked: Asked
    jobs: tuple[Job, ...]
    entries: Mapping[str, tuple[Template, ReportEntry]]
    runs: Mapping[str, SharedRun]
    skipped: tuple[Skipped, ...]

    def runs_of(self, jobs: Iterable[Job]) -> list[SharedRun]:
        """The simulations that some of the jobs need."""
        wanted = {value for job in jobs for value in job.parameters.values() if isinstance(value, str)}
        return [run for folder, run in self.runs.items() if folder in wanted]


def plan_edition(programme: Programme, asked: Asked, records: Records | None, theme: Theme) -> Plan:
    """Plan the reports of a term.

    Parameters
    ----------
    programme : Programme
        The programme, from `asked.programme`.
    asked : Asked
        What is asked for.
    records : Records or None
        The records, where there are any.
    theme : Theme
        How the pages look.

    Raises
    ------
    UnknownNameError
        When a template, a scenario, or what `only` names does not exist.
    UnusableInputError
        When parameters do not fit their templates.
    """
    return _Planner(programme, asked, records, theme).plan()


@dataclass
class _Planner:
    programme: Programme
    asked: Asked
    records: Records | None
    theme: Theme
    runs: dict[str, SharedRun] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def plan(self) -> Plan:
        templates = find_templates(self.asked.programme)
        jobs: dict[str, Job] = {}
        entries: dict[str, tuple[Template, ReportEntry]] = {}
        listed = list(self._entries(templates))
        self._require_met(listed)
        for entry, template in listed:
            if self.asked.only and not any(_may_match(one, entry.name) for one in self.asked.only):
                continue
            for subject in self._subjects(entry, template):
                name = f"{entry.name}{subject.suffix}"
                if not self.asked.only or any(_matches(one, entry.name, name) for one in self.asked.only):
                    job = self._job(entry, template, subject, name)
                    if job is not None:
                        jobs[job.id], entries[job.id] = job, (template, entry)
        # One long report at the end would keep all others waiting.
        ordered = sorted(jobs.values(), key=lambda one: one.private)
        return Plan(self.programme, self.asked, tuple(ordered), entries, self.runs, tuple(self.skipped))

    def _entries(self, templates: Mapping[str, Template]) -> Iterator[tuple[ReportEntry, Template]]:
        declared = self.programme.info.reports
        entries = declared if declared is not None else [ReportEntry(template=name) for name in templates]
        for entry in entries:
            if entry.template not in templates:
                raise UnknownNameError(
                    f"There is no report template `{entry.template}`.",
                    place="programme.yaml, reports",
                    mend=near_names(entry.template, templates),
                )
            yield entry, templates[entry.template]

    def _require_met(self, listed: Iterable[tuple[ReportEntry, Template]]) -> None:
        """Raise when one of `only` matches no report that the programme has, whomever `since` leaves out this time."""
        for pattern in self.asked.only:
            if not any(self._meets(pattern, entry, template) for entry, template in listed):
                known = [entry.name for entry, _ in listed]
                raise UnknownNameError(
                    f"No report of this programme matches `{pattern}`.", mend=near_names(pattern, known)
                )

    def _meets(self, pattern: str, entry: ReportEntry, template: Template) -> bool:
        if not _may_match(pattern, entry.name):
            return False
        each = entry.each or template.each
        if self.records is None and self._needs_records(entry, template):
            return True
        suffixes = suffixes_of(each, self.programme, entry.professions, self.records)
        # Of a kind that is about persons there may be nobody yet: its name is right all the same.
        return fnmatch.fnmatchcase(entry.name, pattern) or any(
            fnmatch.fnmatchcase(f"{entry.name}{one}", pattern) for one in suffixes
        )

    @staticmethod
    def _needs_records(entry: ReportEntry, template: Template) -> bool:
        return template.records or template.private or (entry.each or template.each) in ("learner", "rater")

    def _subjects(self, entry: ReportEntry, template: Template) -> Iterator[Subject]:
        each = entry.each or template.each
        if self.records is None and self._needs_records(entry, template):
            self.skipped.append(Skipped(entry.name, "It needs records: name them with --db."))
            return
        yield from subjects_of(each, self.programme, entry.professions, self.records, self.asked.since)

    def _job(self, entry: ReportEntry, template: Template, subject: Subject, name: str) -> Job | None:
        offered = self._offered(entry, template, subject, name)
        if offered is None:
            return None
        parameters = {key: value for key, value in offered.items() if key in template.takes}
        check_parameters(template.path, parameters)
        # Only `released` counts are protected together; what is made from the records themselves stays in the office.
        private = template.private or subject.private or bool(parameters.get("records"))
        asked, info = self.asked, self.programme.info
        own = subject.folder or _FOLDERS.get(entry.audience or template.audience, "office")
        folder = asked.folder / own if private else asked.folder
        title = " · ".join(filter(None, [entry.title or template.title, subject.title]))
        job = Job(
            id=name if private else f"{self.programme.id}-{name}",
            template=str(template.path),
            parameters=parameters,
            title=f"{info.title}: {info_title(self.programme, asked.term)}, {title}",
            language=info.language,
            folder=str(folder),
            receipt="",
            key="",
            css=self.theme.css,
            banner=self.theme.banner,
            pdf=entry.pdf or asked.pdf,
            private=private,
            cell_timeout=asked.cell_timeout,
        )
        key, facts = self._key(job, entry, template, subject)
        receipt = str(receipt_file(asked.folder, job.id))
        return replace(job, key=key, facts=facts, receipt=receipt)

    def _offered(self, entry: ReportEntry, template: Template, subject: Subject, name: str) -> dict[str, Any] | None:
        """Every value that the engine has for a template; it takes those that it declares."""
        asked = self.asked
        offered: dict[str, Any] = {
            "programme": str(asked.programme),
            "term": asked.term,
            **subject.parameters,
            "threshold": asked.threshold,
            "rendered_at": asked.at.isoformat(timespec="seconds") if asked.at else "",
            "made_by": asked.who,
            "command": self._command(name),
            **entry.parameters,
        }
        if asked.replicates is not None or "replicates" not in offered:
            offered["replicates"] = asked.replicates or 0
        if asked.seed is not None or "seed" not in offered:
            offered["seed"] = -1 if asked.seed is None else asked.seed
        if self.records is not None:
            offered["records"] = str(self.records.snapshot.folder)
            offered["released"] = str(self.records.released or "")
        for prefix in ("", "other_"):
            if f"{prefix}run" in template.takes and not self._add_run(prefix, entry, template, offered):
                return None
        unknown = sorted(entry.parameters.keys() - template.takes)
        if unknown:
            raise UnusableInputError(
                f"`{unknown[0]}` is no parameter of the template `{template.name}`.",
                place=f"programme.yaml, report {entry.name}",
                mend=near_names(unknown[0], template.takes),
            )
        return offered

    def _add_run(self, prefix: str, entry: ReportEntry, template: Template, offered: dict[str, Any]) -> bool:
        """The simulation behind a report; False when the programme has no scenario for it."""
        asked = self.asked
        if not prefix and asked.run:
            offered["run"], offered["scenario"] = (
                asked.run,
                asked.scenario or offered.get("scenario", _DEFAULT_SCENARIO),
            )
            return True
        chosen = (asked.scenario if not prefix else None) or offered.get(f"{prefix}scenario")
        if prefix and not chosen:
            known, _ = read_scenarios(asked.programme)
            usual = next(one.default for one in template.parameters if one.name == f"{prefix}scenario")
            scenarios = sorted((one.id for one in known), key=lambda one: (one != usual, one))
            chosen = next((one for one in scenarios if one != offered["scenario"]), None)
            if chosen is None:
                self.skipped.append(Skipped(entry.name, "It compares two scenarios; the programme has one."))
                return False
        scenario = find_scenario(asked.programme, chosen or _DEFAULT_SCENARIO)
        seed = offered["seed"]
        run = shared_run(
            self.programme, scenario, offered["replicates"] or None, None if seed < 0 else seed, asked.work
        )
        self.runs[str(run.folder)] = run
        offered[f"{prefix}run"], offered[f"{prefix}scenario"] = str(run.folder), chosen or _DEFAULT_SCENARIO
        return True

    def _key(self, job: Job, entry: ReportEntry, template: Template, subject: Subject) -> tuple[str, dict[str, Any]]:
        """What the report depends on, as a hash, and what its page says of it."""
        content = {key: self._content(value) for key, value in job.parameters.items() if key not in _NO_CONTENT}
        inputs = {"programme": self._programme_digest, "template": _sha256(template.path)}
        if self.records is not None and "records" in job.parameters:
            inputs["records"] = subject.digest or self.records.snapshot.digest
        if self.records is not None and "released" in job.parameters:
            inputs["released"] = self.records.released_digest
            content["threshold"] = self.asked.threshold
        told: dict[str, Any] = {
            "format": _FORMAT,
            "report": entry.name,
            "job": job.id,
            "template": template.name,
            "programme": self.programme.id,
            "term": self.asked.term,
            "about": {one: value for one, value in subject.parameters.items() if value},
            "parameters": content,
            "inputs": inputs,
            "versions": installed_versions(),
            "look": hashlib.sha256(f"{job.css}{job.banner}".encode()).hexdigest()[:16],
            "title": job.title,
            "language": job.language,
            "pdf": job.pdf,
        }
        key = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()
        made = {name: job.parameters.get(name, "") for name in ("rendered_at", "command", "made_by")}
        files = {} if job.private else {"files": [[one.name, one.sha256] for one in self._files]}
        return key, {**told, "key": key, "made": made, **files}

    def _content(self, value: Any) -> Any:
        """A value as it counts: of a folder of a simulation its key, of another path its name."""
        if not isinstance(value, str):
            return value
        if value in self.runs:
            return self.runs[value].key
        if value and value == self.asked.run:
            files = hash_files("run", value)
            return collect_provenance({"run": value}, parameters={}).inputs_digest if files else value
        return shown_path(value) if Path(value).is_absolute() else value

    @cached_property
    def _files(self) -> tuple[InputFile, ...]:
        """The files of the programme, its built-in frameworks, and scenarios from elsewhere."""
        found = list(hash_files("programme", self.asked.programme))
        for reference in self.programme.info.frameworks:
            built_in = data_folder() / "frameworks" / f"{reference}.yaml"
            if built_in.is_file():
                found += hash_files(f"framework {reference}.yaml", built_in)
        if self.asked.scenario and Path(self.asked.scenario).is_file():
            found += hash_files(f"scenario {Path(self.asked.scenario).name}", self.asked.scenario)
        return tuple(sorted(found, key=lambda one: one.name))

    @cached_property
    def _programme_digest(self) -> str:
        lines = "".join(f"{one.sha256}  {one.name}\n" for one in self._files)
        return hashlib.sha256(lines.encode("utf-8")).hexdigest()

    def _command(self, name: str) -> str:
        """The command that makes the report again, as a person would type it."""
        asked = self.asked
        words = ["ipe", "report", asked.term, "--programme", shown_path(asked.programme)]
        if asked.run:
            words += ["--run", shown_path(asked.run)]
        elif asked.scenario:
            words += ["--scenario", shown_path(asked.scenario)]
        words += ["--replicates", str(asked.replicates)] if asked.replicates else []
        words += ["--seed", str(asked.seed)] if asked.seed is not None else []
        words += ["--db", "<records>"] if self.records is not None else []
        return shlex.join([*words, "--only", name, "--out", shown_path(asked.out)]).replace("'<records>'", "<records>")


def _matches(pattern: str, kind: str, name: str) -> bool:
    """Whether a pattern names a report, or its whole kind."""
    return fnmatch.fnmatchcase(kind, pattern) or fnmatch.fnmatchcase(name, pattern)


def _may_match(pattern: str, kind: str) -> bool:
    """Whether a pattern may match a report of a kind, whose name begins with that of the kind and a dash."""
    begins, *wild = _WILD.split(pattern, maxsplit=1)
    return begins == kind or begins.startswith(f"{kind}-") or (bool(wild) and kind.startswith(begins))


def info_title(programme: Programme, term: str) -> str:
    """The title of a term."""
    return programme.term(term).title


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
