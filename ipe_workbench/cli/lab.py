"""``ipe lab``: JupyterLab on the notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def lab(
    ctx: typer.Context,
    notebooks: Annotated[
        Path | None,
        typer.Option(
            help="Folder of notebooks to open; by default the checkout's, or a copy in ./ipe-notebooks.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; a free one by default.", min=1, max=65535, show_default=False)
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, open no browser.")] = False,
) -> None:
    """Open JupyterLab on the notebooks, beginning with 00_start_here. Further arguments go to JupyterLab.

    Example: ipe lab --no-browser --port 8890
    """
    folder = _folder(notebooks)
    typer.echo(f"Opening JupyterLab on {folder}. Press Ctrl+C here to stop it.", err=True)
    code = _run(_command(folder, port=port, no_browser=no_browser, extra=ctx.args))
    if code:
        raise typer.Exit(code)


def _folder(wanted: Path | None) -> Path:
    """The notebooks to open: the named ones, the checkout's own, or a copy of an installed package's."""
    from ipe_workbench.errors import UnusableInputError
    from ipe_workbench.resources import notebooks_folder
    from ipe_workbench.studio.copies import notebooks_copy

    if wanted is not None:
        if not wanted.is_dir():
            raise UnusableInputError("There is no such folder.", place=str(wanted), mend="Check the path.")
        return wanted
    shipped = notebooks_folder()
    return notebooks_copy(Path.cwd() / "ipe-notebooks") if "_shipped" in shipped.parts else shipped


def _command(folder: Path, *, port: int | None, no_browser: bool, extra: list[str]) -> list[str]:
    import sys
    from importlib.util import find_spec

    from ipe_workbench.errors import EnvironmentFault

    if find_spec("jupyterlab") is None:
        raise EnvironmentFault("JupyterLab is not installed.", mend="Install it with: pip install jupyterlab")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    if (folder / "00_start_here.ipynb").exists():
        command.append("--LabApp.default_url=/lab/tree/00_start_here.ipynb")
    if port is not None:
        command.append(f"--ServerApp.port={port}")
    if no_browser:
        command.append("--no-browser")
    return [*command, *extra]


def _run(command: list[str]) -> int:
    import subprocess

    process = subprocess.Popen(command)  # noqa: S603 - our own interpreter, and arguments of the person who asks
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl+C reaches JupyterLab as well, which asks whether to stop; we wait for its answer.
            continue
