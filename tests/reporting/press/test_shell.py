"""The shell gives what a kernel gives: the same notebook is run by both."""

from __future__ import annotations

import builtins
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError
from nbformat.v4 import new_code_cell, new_notebook

from ipe_workbench.reporting.press.engine import use_this_process
from ipe_workbench.reporting.press.shell import NotebookShell

CELLS = (
    "import sys\nfrom IPython.display import HTML, display, clear_output\n"
    "print('one'); print('two', file=sys.stderr); print('three'); display(HTML('<b>x</b>')); 6 * 7",
    "a = 1\na;",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "shown = display('before', display_id='d')\nprint('gone'); clear_output()\nprint('stays')",
    "clear_output(wait=True)\ndisplay('first'); clear_output(wait=True); display('second')",
    "import asyncio\nawait asyncio.sleep(0.001)\n'awaited'",
    "import pickle\ndef f(): return 5\npickle.loads(pickle.dumps(f))()",
    "%env IPE_NO_SUCH_VARIABLE_=1",
    "!echo from a shell",
    "a, _",
    "class Bad(Exception): pass\nraise Bad('no <good>')",
    "'never'",
)


@pytest.fixture(autouse=True)
def no_last_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctests leave their last value as the builtin `_`, and IPython then leaves `_` alone."""
    monkeypatch.delattr(builtins, "_", raising=False)


def _run(engine: str | None, folder: Path) -> Any:
    target = folder / f"{engine}.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=[new_code_cell(one) for one in CELLS], metadata={"kernelspec": kernel})
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(
            notebook, str(target), engine_name=engine, kernel_name="python3", language="python", progress_bar=False
        )
    return nbformat.read(target, as_version=4), caught.value  # type: ignore[no-untyped-call]


def _shown(outputs: list[Any]) -> tuple[dict[str, str], list[Any]]:
    """Streams, each as one text (a kernel tells them late and in pieces), and everything else in order."""
    streams: dict[str, str] = {}
    for one in outputs:
        if one.output_type == "stream":
            # A terminal ends its lines with more than a line feed.
            streams[one.name] = streams.get(one.name, "") + one.text.replace("\r", "")
    return streams, [_plain(one) for one in outputs if one.output_type != "stream"]


def _plain(output: Any) -> Any:
    """What does not differ between two drawings of the same figure, or two places of the same code."""
    if output.output_type == "error":
        return output.ename, output.evalue
    kinds = {kind: value if kind.startswith("text/") else "picture" for kind, value in output.data.items()}
    return output.output_type, kinds, output.get("execution_count")


def test_outputs_are_those_of_a_kernel(tmp_path: Path) -> None:
    (here, own), (kernel, other) = _run(use_this_process(), tmp_path), _run(None, tmp_path)
    assert [cell.cell_type for cell in here.cells] == [cell.cell_type for cell in kernel.cells]
    for mine, theirs in zip(here.cells, kernel.cells, strict=True):
        if mine.cell_type == "code":
            assert mine.execution_count == theirs.execution_count, mine.source
            assert _shown(mine.outputs) == _shown(theirs.outputs)
        assert mine.metadata.get("tags") == theirs.metadata.get("tags")
        assert mine.metadata.papermill.status == theirs.metadata.papermill.status if "papermill" in mine.metadata else 1
    assert (own.cell_index, own.ename, own.evalue, own.source) == (
        other.cell_index,
        other.ename,
        other.evalue,
        other.source,
    )
    assert here.metadata.papermill.exception is kernel.metadata.papermill.exception is True


def test_nothing_of_one_notebook_is_left_for_the_next(tmp_path: Path) -> None:
    first, second = (new_code_cell(one) for one in ("secret = 1\nimport sys; sys.stdin.read()", "'secret' in dir()"))
    main, hook, out = sys.modules["__main__"], sys.displayhook, sys.stdout
    for cell in (first, second):
        with NotebookShell.opened(str(tmp_path)) as shell:
            assert shell.run(cell, None)
    assert second.outputs[0].data["text/plain"] == "False"
    assert (sys.modules["__main__"], sys.displayhook, sys.stdout) == (main, hook, out)
    assert "MPLBACKEND" not in os.environ or os.environ["MPLBACKEND"] != "module://matplotlib_inline.backend_inline"


def test_a_cell_that_never_ends_is_ended(tmp_path: Path) -> None:
    cell = new_code_cell("print('begun')\nwhile True:\n    try:\n        pass\n    except Exception:\n        pass")
    with NotebookShell.opened(str(tmp_path)) as shell, pytest.raises(CellTimeoutError):
        shell.run(cell, 0.2)
    assert cell.outputs[0].text == "begun\n"
