"""What one takes home from the simulator: a figure as SVG or PNG, a frame as CSV or Parquet, as links that save a file.

The file travels inside the link, so that it works wherever the page is shown, and nothing is written on the server.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ipe_workbench.documents.writing import safe_cell
from ipe_workbench.figures import assessor_load, attainment_over_time, bottlenecks, designs_compared
from ipe_workbench.studio.components import escaped
from ipe_workbench.studio.texts import ENGLISH, Texts, mark

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.figures import AccessibleFigure
    from ipe_workbench.simulation import SimulationResult

__all__ = ["FIGURES", "figure_link", "frame_link"]

#: Figures of the two results, by what they show.
FIGURES: dict[str, Callable[[SimulationResult, SimulationResult], AccessibleFigure]] = {
    mark("Both designs"): designs_compared,
    mark("Attainment week by week"): lambda _, changed: attainment_over_time(changed),
    mark("What stands in the way"): lambda _, changed: bottlenecks(changed),
    mark("Load of assessors"): lambda _, changed: assessor_load(changed),
}
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def figure_link(name: str, kind: str, base: SimulationResult, changed: SimulationResult, texts: Texts = ENGLISH) -> str:
    """A link that saves a figure of the two designs.

    Parameters
    ----------
    name : str
        One of `FIGURES`.
    kind : {"svg", "png"}
    base, changed : SimulationResult
        The first and the second design.
    texts : Texts
        The language of the link.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick"), replicates=2)
    >>> figure_link("Both designs", "svg", result, result)[:43]
    '<a class="ipe-link" download="both-designs.'
    """
    figure = FIGURES[name](base, changed)
    with TemporaryDirectory() as folder:
        content = figure.save(Path(folder) / f"figure.{kind}").read_bytes()
    return _link(f"{name.lower().replace(' ', '-')}.{kind}", kind, content, texts)


def frame_link(name: str, kind: str, result: SimulationResult, texts: Texts = ENGLISH) -> str:
    r"""A link that saves a frame of a result; in CSV, titles that look like formulas are neutralised.

    Parameters
    ----------
    name : str
        A key of ``result.frames``.
    kind : {"csv", "parquet"}
    result : SimulationResult
    texts : Texts
        The language of the link.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick"), replicates=2)
    >>> "download=\"simulated-badges.csv\"" in frame_link("badges", "csv", result)
    True
    """
    frame = result.frames[name].copy()
    buffer = io.BytesIO()
    if kind == "parquet":
        frame.to_parquet(buffer)
    else:
        _neutral(frame).to_csv(buffer, index=False)
    return _link(f"simulated-{name.replace('_', '-')}.{kind}", kind, buffer.getvalue(), texts)


def _neutral(frame: pd.DataFrame) -> pd.DataFrame:
    for column in frame.columns:
        values = frame[column]
        if values.map(lambda value: isinstance(value, str)).any():
            frame[column] = values.map(lambda value: safe_cell(value) if isinstance(value, str) else value)
    return frame


def _link(name: str, kind: str, content: bytes, texts: Texts) -> str:
    data = base64.b64encode(content).decode()
    href = f"data:{_TYPES[kind]};base64,{data}"
    return (
        f'<a class="ipe-link" download="{escaped(name)}" href="{href}">{escaped(texts("Save {name}", name=name))}</a>'
    )
