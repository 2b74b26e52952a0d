"""A notebook's cells, run in this process by IPython, with the outputs that a kernel would have given.

No ports and no start of a kernel: that is what makes many small reports cheap, and what cannot collide. A process runs
one notebook, or one after the other, each in a namespace of its own.
"""

from __future__ import annotations

import base64
import contextlib
import io
import signal
import sys
import types
from collections.abc import Iterator
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbclient.exceptions import CellTimeoutError
from traitlets import Type
from traitlets.config import Config

__all__ = ["NotebookShell"]


class _Outputs:
    """The outputs of the cell that is running, as nbformat has them."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._ids: dict[str, list[Any]] = {}
        self._clear_first = False

    def begin(self) -> None:
        # Not the ids: a later cell may update what an earlier one has shown.
        self._nodes, self._clear_first = [], False

    def all(self) -> list[Any]:
        return self._nodes

    def add(self, kind: str, **content: Any) -> Any:
        self._clear()
        node = _node(output_type=kind, **content)
        self._nodes.append(node)
        return node

    def stream(self, name: str, text: str) -> None:
        self._clear()
        last = self._nodes[-1] if self._nodes else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        else:
            self._nodes.append(_node(output_type="stream", name=name, text=text))

    def show(self, data: Any, metadata: Any, display_id: str | None, *, update: bool) -> None:
        bundle = {"data": _as_json(data), "metadata": _as_json(metadata or {})}
        if update:
            for node in self._ids.get(display_id or "", []):
                node.update(_node(**bundle))
            return
        node = self.add("display_data", **bundle)
        if display_id:
            self._ids.setdefault(display_id, []).append(node)

    def clear(self, *, wait: bool) -> None:
        self._clear_first = wait
        if not wait:
            self._nodes.clear()

    def _clear(self) -> None:
        if self._clear_first:
            self._nodes.clear()
            self._clear_first = False


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        self.shell.outputs.show(data, metadata, (transient or {}).get("display_id"), update=update)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait=wait)


class _Hook(DisplayHook):
    def quiet(self) -> bool:
        # IPython would look into the history, which is not kept.
        shell: Any = self.shell
        return bool(self.semicolon_at_end_of_expression(shell.source))  # type: ignore[no-untyped-call]

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        shell: Any = self.shell
        data, metadata = _as_json(format_dict), _as_json(md_dict or {})
        shell.outputs.add("execute_result", data=data, metadata=metadata, execution_count=shell.cells_run)

    def log_output(self, format_dict: Any) -> None:
        pass

    def finish_displayhook(self) -> None:
        self._is_active = False


class NotebookShell(InteractiveShell):
    """IPython for one notebook; make it with `opened`."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    @classmethod
    @contextlib.contextmanager
    def opened(cls, folder: str) -> Iterator[NotebookShell]:
        """A shell with an empty namespace; the process looks afterwards as it did before.

        Parameters
        ----------
        folder : str
            An empty folder for what IPython writes: nobody's profile, start-up files or history reach a report.
        """
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.ipython_dir = folder
        main, hook, streams = sys.modules["__main__"], sys.displayhook, (sys.stdout, sys.stderr, sys.stdin)
        _forget_instance()
        # What a cell defines has to be found by pickle under `__main__`, as in a kernel.
        own = types.ModuleType("__main__")
        sys.modules["__main__"] = own
        shell = cls.instance(config=config, user_module=own)
        try:
            sys.stdin = io.StringIO()
            _show_figures(shell)
            yield shell
        finally:
            sys.modules["__main__"], sys.displayhook = main, hook
            sys.stdout, sys.stderr, sys.stdin = streams
            _close_figures()
            _forget_instance()

    def __init__(self, **options: Any) -> None:
        self.outputs = _Outputs()
        self.cells_run = 0
        self.source = ""
        super().__init__(**options)  # type: ignore[no-untyped-call]

    def run(self, cell: Any, timeout: float | None) -> bool:
        """Run a code cell and put its outputs into it; whether it went well.

        Raises
        ------
        CellTimeoutError
            When it takes more than `timeout` seconds.
        """
        self.cells_run += 1
        self.source = cell.source
        self.execution_count = self.cells_run
        self.outputs.begin()
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream(self.outputs, "stdout"), _Stream(self.outputs, "stderr")
        try:
            with _limited(cell, timeout):
                result = self.run_cell(cell.source, store_history=False)  # type: ignore[no-untyped-call]
        finally:
            sys.stdout, sys.stderr = before
            cell.outputs, cell.execution_count = self.outputs.all(), self.cells_run
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, CellTimeoutError):
            raise error
        return error is None

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        name = getattr(etype, "__name__", str(etype))
        self.outputs.add("error", ename=name, evalue=str(evalue), traceback=list(stb))

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window."""


class _Stream(io.TextIOBase):
    """Where a cell prints to."""

    encoding = "utf-8"

    def __init__(self, outputs: _Outputs, name: str) -> None:
        super().__init__()
        self._outputs, self._name = outputs, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._outputs.stream(self._name, text)
        return len(text)


def _node(**content: Any) -> Any:
    # Unlike `nbformat.v4.new_output` without a validation: the whole notebook is validated when it is written.
    return nbformat.from_dict(content)  # type: ignore[no-untyped-call]


def _as_json(value: Any) -> Any:
    """Data as JSON has it: pictures in base 64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(key): _as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(one) for one in value]
    return value


@contextlib.contextmanager
def _limited(cell: Any, timeout: float | None) -> Iterator[None]:
    """Interrupt the cell after some seconds, where the system has alarms; elsewhere the press ends the process."""
    if timeout is None or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: object) -> None:
        raise CellTimeoutError.error_from_timeout_and_cell("The cell took too long", int(timeout), cell)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _forget_instance() -> None:
    if InteractiveShell.initialized():
        shell = InteractiveShell.instance()
        type(shell).clear_instance()


def _show_figures(shell: NotebookShell) -> None:
    """Figures of pyplot that a cell leaves open are shown at its end, as a kernel does it."""
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib_inline import backend_inline

    activate_matplotlib("module://matplotlib_inline.backend_inline")  # type: ignore[no-untyped-call]
    # It would think that the shell before this one is still there.
    configure: Any = backend_inline.configure_inline_support
    configure.current_backend = "unset"
    configure(shell, "inline")


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
