"""Render one report: a notebook template and its parameters in, a self-contained page and the executed notebook out."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.errors import EnvironmentFault, WorkbenchError
from ipe_workbench.reporting.outputs import ready_file, shown_path, write_output
from ipe_workbench.reporting.page import FigureWithoutWordsError, Look, page_from_notebook
from ipe_workbench.reporting.parameters import check_parameters

__all__ = ["RenderedReport", "TemplateError", "render_report"]

#: Called with what is being done, the steps done and all steps.
Progress = Callable[[str, int, int], None]

_KERNEL_FLAGS = ("--HistoryManager.enabled=False", "--IPKernelApp.log_level=50")
_LEFT_OUT = "its words are left out, for they may tell of a person"
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class TemplateError(WorkbenchError):
    """A report template failed; `notebook` is the kept executed notebook."""

    exit_code = 2
    notebook: Path | None = None
    #: The cell that failed, counted from one in the template.
    cell: int | None = None


@dataclass(frozen=True)
class RenderedReport:
    """What a rendering wrote: the page and the executed notebook."""

    page: Path
    notebook: Path


def render_report(
    template: str | Path,
    parameters: Mapping[str, Any],
    page: str | Path,
    *,
    title: str,
    notebook: str | Path | None = None,
    language: str = "en",
    cell_timeout: int = 600,
    progress: Progress | None = None,
    engine: str | None = None,
    look: Look | None = None,
    private: bool = False,
) -> RenderedReport:
    """Run a template with its parameters and write the page.

    Parameters
    ----------
    template : str or Path
        A notebook with a cell tagged ``parameters``.
    parameters : mapping
        Checked strictly before a kernel starts. The template runs in the current folder, so paths are seen from there.
    page : str or Path
        The HTML file to write; what stood there is replaced only when everything has worked.
    title : str
        Title of the page.
    notebook : str or Path, optional
        Where to keep the executed notebook; ``notebooks/<page>.ipynb`` beside the page by default. Of parameters that
        are absolute paths only the last name is kept in it.
    language : str
        Language of the page, as a BCP 47 tag.
    cell_timeout : int
        Seconds that a cell may take.
    progress : callable, optional
        Told of each cell.
    engine : str, optional
        The papermill engine that runs the cells; a kernel of their own by default.
    look : Look
        Theme and facts that go into the page.
    private : bool
        Whether the report is about a person: only the owner may read its files, and when it fails, the words of the
        error and what cells showed stay out of messages and notebooks, for they may name somebody.

    Raises
    ------
    UnusableInputError
        When parameters do not fit the template, or an output is no file; nothing has run then.
    EnvironmentFault
        When the outputs cannot be written; nothing has run then, unless the disk filled up meanwhile.
    TemplateError
        When a cell failed: names the template, the cell, the error and the kept notebook.

    Examples
    --------
    A parameter that the template does not have is refused before a kernel starts:

    >>> from ipe_workbench.resources import notebooks_folder
    >>> template = notebooks_folder() / "reports" / "term_evaluation.ipynb"
    >>> render_report(template, {"numbers": 20}, "fall.html", title="Fall")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ipe_workbench.errors.UnusableInputError: term_evaluation.ipynb: `numbers` is not a parameter. ...
    """
    source, target = Path(template), Path(page)
    kept = Path(notebook) if notebook else target.parent / "notebooks" / f"{target.stem}.ipynb"
    values = check_parameters(source, parameters)
    ready_file(target)
    ready_file(kept)
    with tempfile.TemporaryDirectory(prefix="ipe-report-") as work:
        executed = Path(work) / "report.ipynb"
        run = _Run(source, executed, values, kept, cell_timeout, engine, private)
        _execute(run, progress)
        if progress:
            progress("Writing the page", 1, 1)
        content = _without_machine(executed.read_text(encoding="utf-8"), values)
    try:
        html = page_from_notebook(_parsed(content), title=title, language=language, look=look)
    except FigureWithoutWordsError as error:
        content = _without_machine(content, values, private=private)
        failed = write_output(kept.with_suffix(".failed.ipynb"), content, private=private)
        raise _template_error(error.message, source, failed) from None
    write_output(kept, content, private=private)
    write_output(target, html, private=private)
    kept.with_suffix(".failed.ipynb").unlink(missing_ok=True)
    return RenderedReport(target, kept)


@dataclass(frozen=True)
class _Run:
    """One execution of a template."""

    source: Path
    executed: Path
    values: Mapping[str, Any]
    kept: Path
    timeout: int
    engine: str | None
    private: bool


def _execute(run: _Run, progress: Progress | None) -> None:
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    try:
        papermill.execute_notebook(
            # The notebook, not its path: papermill would fill braces in a path with parameters.
            _parsed(run.source.read_text(encoding="utf-8")),
            str(run.executed),
            parameters=dict(run.values),
            engine_name=run.engine,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=".",
            execution_timeout=run.timeout,
            request_save_on_cell_execute=run.engine is None,
            **_kernel_options(run, progress),
        )
    except papermill.PapermillExecutionError as error:
        failed = _keep(run)
        # papermill counts from zero, with the cell that it injects; a reader of the template counts from one, without.
        number = error.cell_index if run.values else error.cell_index + 1
        why = error.ename if run.private else f"{error.ename}: {_one_line(error.evalue)}"
        raise _template_error(
            f"Cell {number} (`{_one_line(error.source, 80)}`) failed: {why}", run.source, failed, number
        ) from None
    except CellTimeoutError:
        raise _template_error(f"A cell took more than {run.timeout} s", run.source, _keep(run)) from None
    except DeadKernelError:
        raise _template_error("The kernel died", run.source, _keep(run)) from None
    except NoSuchKernel:
        raise EnvironmentFault(
            "There is no Python kernel.", mend="Install ipykernel into this environment (`pip install ipykernel`)."
        ) from None


def _kernel_options(run: _Run, progress: Progress | None) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if run.engine is None:
        # A user's start-up files and history must not reach a report, nor may two reports lock one history file.
        options["extra_arguments"] = [f"--ipython-dir={run.executed.parent}", *_KERNEL_FLAGS]
    if progress:
        total = sum(cell.cell_type == "code" for cell in _parsed(run.source.read_text(encoding="utf-8")).cells) + 1
        done = 0

        def tell(**_: Any) -> None:
            nonlocal done
            done += 1
            progress("Running the template", min(done, total), total)

        options["on_cell_executed"] = tell
    return options


def _template_error(what: str, source: Path, failed: Path | None, cell: int | None = None) -> TemplateError:
    mend = f"The executed notebook is kept as {failed}." if failed else "Nothing had run yet."
    error = TemplateError(f"{what.rstrip('.')}.", place=source.name, mend=mend)
    error.notebook, error.cell = failed, cell
    return error


def _keep(run: _Run) -> Path | None:
    if not run.executed.exists():
        return None
    content = _without_machine(run.executed.read_text(encoding="utf-8"), run.values, private=run.private)
    return write_output(run.kept.with_suffix(".failed.ipynb"), content, private=run.private)


def _without_machine(content: str, values: Mapping[str, Any], *, private: bool = False) -> str:
    """The notebook without the paths of this machine that papermill notes in it, its own and those of parameters.

    With `private` it says nothing of a person either: of what its cells showed only the kind of an error is kept.
    """
    import nbformat
    from papermill.translators import papermill_translators

    notebook = _parsed(content)
    shown = {name: shown_path(value) if isinstance(value, str) else value for name, value in values.items()}
    noted = notebook.metadata.get("papermill", {})
    for name in ("input_path", "output_path", "environment_variables"):
        noted.pop(name, None)
    if "parameters" in noted:
        noted["parameters"] = shown
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = papermill_translators.find_translator("python3", "python").codify(shown)
        if private and cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if one.output_type == "error"]
            for one in cell.outputs:
                one.evalue, one.traceback = "", [f"{one.ename}: {_LEFT_OUT}"]
    text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return f"{text}\n"


def _one_line(text: str, limit: int = 300) -> str:
    line = " ".join(_ESCAPES.sub("", text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _parsed(content: str) -> Any:
    """The notebook in a text."""
    import nbformat

    return nbformat.reads(content, as_version=4)  # type: ignore[no-untyped-call]
