"""papermill's way of running a notebook, without a kernel: everything else of papermill stays as it is."""

from __future__ import annotations

import tempfile
from typing import Any

from papermill.engines import Engine, papermill_engines

from ipe_workbench.reporting.press.shell import NotebookShell
from ipe_workbench.reporting.press.surroundings import surroundings_kept

__all__ = ["HERE", "use_this_process"]

#: The name under which papermill knows the engine.
HERE = "ipe-here"
_SKIPPED = "skip-execution"
_MAY_FAIL = "raises-exception"


def use_this_process() -> str:
    """Let papermill know the engine, and return its name."""
    papermill_engines.register(HERE, ThisProcess)
    return HERE


class ThisProcess(Engine):  # type: ignore[misc]
    """Runs the cells in the process that asks; the process should be there for this notebook alone."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, execution_timeout: float | None = None, **options: Any
    ) -> None:
        """Run all code cells until one fails, and note times and failures as papermill does."""
        told = options.get("on_cell_executed")
        shells = tempfile.TemporaryDirectory(prefix="ipe-shell-")
        with surroundings_kept(), shells as folder, NotebookShell.opened(folder) as shell:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    well = _run(shell, cell, execution_timeout)
                    if not well:
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                except BaseException:
                    nb_man.cell_exception(cell, cell_index=index)
                    raise
                finally:
                    nb_man.cell_complete(cell, cell_index=index)
                if told and cell.cell_type == "code":
                    told(cell=cell, cell_index=index)
        nb_man.nb.metadata["language_info"] = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}


def _run(shell: NotebookShell, cell: Any, timeout: float | None) -> bool:
    tags = cell.metadata.get("tags", [])
    if cell.cell_type != "code" or not cell.source.strip() or _SKIPPED in tags:
        return True
    return shell.run(cell, timeout) or _MAY_FAIL in tags
