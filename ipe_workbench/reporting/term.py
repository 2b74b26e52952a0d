"""Render the report of one term of a programme."""

from __future__ import annotations

import datetime
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.errors import EnvironmentFault, UnknownNameError
from ipe_workbench.reporting.outputs import ready_folder, shown_path, write_output
from ipe_workbench.reporting.render import Progress, render_report
from ipe_workbench.resources import notebooks_folder
from ipe_workbench.simulation import find_scenario

__all__ = ["TERM_TEMPLATE", "RenderedTerm", "render_term", "report_command", "template_path"]

#: The template's place in the notebooks folder.
TERM_TEMPLATE = "reports/term_evaluation.ipynb"


@dataclass(frozen=True)
class RenderedTerm:
    """What the report of a term wrote.

    Parameters
    ----------
    programme, term : str
        Their ids.
    page, notebook : Path
        The page and the executed notebook.
    tables : tuple of Path
        The CSV files.
    """

    programme: str
    term: str
    page: Path
    notebook: Path
    tables: tuple[Path, ...]

    def to_dict(self) -> dict[str, Any]:
        """The outputs as plain JSON: ``programme, term, page, notebook, tables``."""
        return {
            "programme": self.programme,
            "term": self.term,
            "page": str(self.page),
            "notebook": str(self.notebook),
            "tables": [str(one) for one in self.tables],
        }


def render_term(
    programme_folder: str | Path,
    term: str,
    out: str | Path = "reports",
    *,
    scenario: str = "today",
    replicates: int | None = None,
    seed: int | None = None,
    run: str | Path | None = None,
    at: datetime.datetime | None = None,
    progress: Progress | None = None,
) -> RenderedTerm:
    """Render the report of a term to ``<out>/<term>/<programme>-term-evaluation.html``.

    Parameters
    ----------
    programme_folder : str or Path
        The programme.
    term : str
        Id of one of its terms; numbers are as at its end, with the end of the programme beside them.
    out : str or Path
        Folder for the reports; executed notebook and tables go to ``notebooks`` and ``tables`` beside the page.
    scenario : str
        Id or file of the scenario to simulate.
    replicates, seed : int, optional
        Of the simulation; the scenario's own by default.
    run : str or Path, optional
        Folder of a result that `ipe simulate` wrote; nothing is simulated then.
    at : datetime.datetime, optional
        When the report is made, for its provenance.
    progress : callable, optional
        Told of each step.

    Raises
    ------
    UnknownNameError
        When the programme has no such term or scenario; no kernel has started then.
    UnusableInputError
        When the programme or the scenario cannot be used, or `out` is a file.
    EnvironmentFault
        When `out` cannot be written; nothing was simulated then.
    TemplateError
        When a cell of the template failed.
    """
    folder = Path(programme_folder)
    programme = load_programme(folder)
    programme.term(term)
    _check_source(programme, folder, scenario, run)
    place = Path(out) / term
    ready_folder(place / "tables")
    name = f"{programme.id}-term-evaluation"
    with tempfile.TemporaryDirectory(prefix="ipe-report-") as work:
        tables_folder = Path(work) / "tables"
        parameters: dict[str, Any] = {
            "programme": str(folder),
            "term": term,
            "scenario": scenario,
            "replicates": replicates or 0,
            "seed": -1 if seed is None else seed,
            "run": str(run) if run else "",
            "tables": str(tables_folder),
            "rendered_at": at.isoformat(timespec="seconds") if at else "",
            "command": report_command(folder, term, out, scenario=scenario, replicates=replicates, seed=seed, run=run),
        }
        rendered = render_report(
            template_path(),
            parameters,
            place / f"{name}.html",
            title=_title(programme, term),
            notebook=place / "notebooks" / f"{name}.ipynb",
            language=programme.info.language,
            progress=progress,
        )
        tables = tuple(
            _moved(one, place / "tables" / f"{programme.id}-{one.name}") for one in sorted(tables_folder.glob("*.csv"))
        )
    return RenderedTerm(programme.id, term, rendered.page, rendered.notebook, tables)


def report_command(
    programme: str | Path,
    term: str,
    out: str | Path,
    *,
    scenario: str,
    replicates: int | None,
    seed: int | None,
    run: str | Path | None,
) -> str:
    """The command that makes the report again, as a person would type it; absolute paths are cut to their last name.

    Examples
    --------
    >>> report_command("my programme", "2026-fall", "reports", scenario="today", replicates=20, seed=None, run=None)
    "ipe report 2026-fall --programme 'my programme' --scenario today --replicates 20 --out reports"
    """
    words = ["ipe", "report", term, "--programme", shown_path(programme)]
    words += ["--run", shown_path(run)] if run else ["--scenario", shown_path(scenario)]
    if not run:
        words += ["--replicates", str(replicates)] if replicates else []
        words += ["--seed", str(seed)] if seed is not None else []
    return shlex.join([*words, "--out", shown_path(out)])


def template_path() -> Path:
    """The template that ships with the package.

    Raises
    ------
    EnvironmentFault
        When the installation lacks it.
    """
    path = notebooks_folder() / TERM_TEMPLATE
    if not path.is_file():
        raise EnvironmentFault(
            "The report's template is missing from this installation.",
            place=TERM_TEMPLATE,
            mend="Install the package anew.",
        )
    return path


def _check_source(programme: Programme, folder: Path, scenario: str, run: str | Path | None) -> None:
    if run is None:
        find_scenario(folder, scenario)
    elif not Path(run).is_dir():
        # Runs have no home of their own, so there is no list to offer: what lies beside the name is not ours to show.
        raise UnknownNameError(
            "This is a file, not a run." if Path(run).exists() else "There is no such run.",
            place=str(run),
            mend="A run is a folder that `ipe simulate --out` wrote.",
        )
    else:
        # Late, since it brings pandas and the whole simulation with it.
        from ipe_workbench.reporting.term_report import usable_run

        usable_run(programme, run)


def _title(programme: Programme, term: str) -> str:
    return f"{programme.info.title}: {programme.term(term).title} evaluation"


def _moved(source: Path, target: Path) -> Path:
    return write_output(target, source.read_text(encoding="utf-8"))
