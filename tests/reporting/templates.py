"""Report templates made for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook


def template(path: Path, parameters: str, *sources: str, **about: Any) -> Path:
    """Write a template with these code cells; `about` is what it says of itself."""
    cells = [new_code_cell(parameters, metadata={"tags": ["parameters"]}), *map(new_code_cell, sources)]
    metadata = {"ipe": about, "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=metadata), str(path))  # type: ignore[no-untyped-call]
    return path
