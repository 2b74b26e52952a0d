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
from ipe_workbench.reporting.page import page_from_notebook
from ipe_workbench.reporting.parameters import check_parameters

__all__ = ["RenderedReport", "TemplateError", "render_report"]

#: Called with what is being done, the steps done and all steps.
Progress = Callable[[str, int, int], None]

_KERNEL_FLAGS = ("--HistoryManager.enabled=False", "--IPKernelApp.log_level=50")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class TemplateError(WorkbenchError):
    """A cell of a report template failed; `notebook` is the kept executed notebook."""

    exit_code = 2
    notebook: Path | None = None


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

    Raises
    ------
    UnusableInputError
        When parameters do not fit the template, or an output is no file; nothing has run then.
    EnvironmentFault
        When the outputs cannot be written; nothing has run then, unless the disk filled up meanwhile.
    TemplateError
        When a cell failed: names the template, the cell, the error and the kept notebook.
    """
    source, target = Path(template), Path(page)
    kept = Path(notebook) if notebook else target.parent / "notebooks" / f"{target.stem}.ipynb"
    values = check_parameters(source, parameters)
    ready_file(target)
    ready_file(kept)
    with tempfile.TemporaryDirectory(prefix="ipe-report-") as work:
        executed = Path(work) / "report.ipynb"
        _execute(source, executed, values, kept, cell_timeout, progress)
        if progress:
            progress("Writing the page", 1, 1)
        content = _without_machine(executed.read_text(encoding="utf-8"), values)
    html = page_from_notebook(_parsed(content), title=title, language=language)
    write_output(kept, content)
    write_output(target, html)
    kept.with_suffix(".failed.ipynb").unlink(missing_ok=True)
    return RenderedReport(target, kept)


def _execute(
    source: Path, executed: Path, values: Mapping[str, Any], kept: Path, timeout: int, progress: Progress | None
) -> None:
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    try:
        papermill.execute_notebook(
            str(source),
            str(executed),
            parameters=dict(values),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=".",
            execution_timeout=timeout,
            **_kernel_options(executed.parent, source, progress),
        )
    except papermill.PapermillExecutionError as error:
        failed = _keep(executed, kept, values)
        # papermill counts from zero, with the cell that it injects; a reader of the template counts from one, without.
        number = error.cell_index if values else error.cell_index + 1
        raise _template_error(
            f"Cell {number} (`{_one_line(error.source, 80)}`) failed: {error.ename}: {_one_line(error.evalue)}",
            source,
            failed,
        ) from None
    except CellTimeoutError:
        raise _template_error(f"A cell took more than {timeout} s", source, _keep(executed, kept, values)) from None
    except DeadKernelError:
        raise _template_error("The kernel died", source, _keep(executed, kept, values)) from None
    except NoSuchKernel:
        raise EnvironmentFault(
            "There is no Python kernel.", mend="Install ipykernel into this environment (`pip install ipykernel`)."
        ) from None


def _kernel_options(folder: Path, source: Path, progress: Progress | None) -> dict[str, Any]:
    # A user's start-up files and history must not reach a report, nor may two reports lock one history file.
    options: dict[str, Any] = {"extra_arguments": [f"--ipython-dir={folder}", *_KERNEL_FLAGS]}
    if progress:
        total = sum(cell.cell_type == "code" for cell in _parsed(source.read_text(encoding="utf-8")).cells) + 1
        done = 0

        def tell(**_: Any) -> None:
            nonlocal done
            done += 1
            progress("Running the template", min(done, total), total)

        options["on_cell_executed"] = tell
    return options


def _template_error(what: str, source: Path, failed: Path | None) -> TemplateError:
    mend = f"The executed notebook is kept as {failed}." if failed else "Nothing had run yet."
    error = TemplateError(f"{what.rstrip('.')}.", place=source.name, mend=mend)
    error.notebook = failed
    return error


def _keep(executed: Path, kept: Path, values: Mapping[str, Any]) -> Path | None:
    if not executed.exists():
        return None
    failed = kept.with_suffix(".failed.ipynb")
    write_output(failed, _without_machine(executed.read_text(encoding="utf-8"), values))
    return failed


def _without_machine(content: str, values: Mapping[str, Any]) -> str:
    """The notebook without the paths of this machine that papermill notes in it, its own and those of parameters."""
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
    text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return f"{text}\n"


def _one_line(text: str, limit: int = 300) -> str:
    line = " ".join(_ESCAPES.sub("", text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _parsed(content: str) -> Any:
    import nbformat

    return nbformat.reads(content, as_version=4)  # type: ignore[no-untyped-call]
