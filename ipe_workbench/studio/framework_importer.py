"""The importer of frameworks in a notebook: a file in, what was found, and what an export would lose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ipe_workbench.findings import Finding
from ipe_workbench.frameworks import EXPORT_FORMATS
from ipe_workbench.studio.components import escaped
from ipe_workbench.studio.framework_importer_model import FrameworkImporterModel

__all__ = ["FrameworkImporter"]


class FrameworkImporter(widgets.VBox):  # type: ignore[misc]
    """A file chosen or named, its facts and findings, and for each format of export what it does not carry.

    Parameters
    ----------
    path : path, optional
        A file to begin with.
    model : FrameworkImporterModel, optional
        Its state; a new one otherwise.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> shown = FrameworkImporter(data_folder() / "frameworks" / "ipec-2023.yaml")
    >>> "37 items" in shown.facts.value, shown.framework.id
    (True, 'ipec-2023')
    """

    def __init__(self, path: str | Path | None = None, model: FrameworkImporterModel | None = None) -> None:
        self.model = model or FrameworkImporterModel()
        wide = widgets.Layout(width="32em")
        self.path = widgets.Text(description="File", placeholder="path of a file, then Enter", layout=wide)
        self.path.continuous_update = False
        self.upload = widgets.FileUpload(multiple=False, description="or upload")
        self.to = widgets.Dropdown(options=[("choose a format", None), *((one, one) for one in EXPORT_FORMATS)])
        self.to.description = "Export as"
        self.facts, self.losses = widgets.HTML(), widgets.HTML()
        super().__init__([widgets.HBox([self.path, self.upload]), self.facts, self.to, self.losses])
        self.path.observe(self._named, names="value")
        self.upload.observe(self._uploaded, names="value")
        widgets.link((self.model, "to"), (self.to, "value"))
        # A list whose value is None shows nothing unless its place is named.
        self.to.index = 0 if self.model.to is None else self.to.index
        self.model.observe(self._show, names=["reading", "error", "export"])
        self._show()
        if path is not None:
            self.path.value = str(path)

    @property
    def framework(self) -> Any:
        """The framework that was read last, ``None`` where there is none."""
        return self.model.framework

    def _named(self, change: Any) -> None:
        if change["new"].strip():
            self.model.read(change["new"].strip())

    def _uploaded(self, change: Any) -> None:
        for one in change["new"]:
            self.model.read_content(one["name"], bytes(one["content"]))

    def _show(self, change: Any = None) -> None:
        self.facts.value = self._facts()
        self.to.disabled = self.model.framework is None
        written = self.model.export
        if written is None:
            self.losses.value = ""
        elif not written.losses:
            self.losses.value = f"<p>{escaped(written.name)}: nothing is lost.</p>"
        else:
            self.losses.value = f"<p>{escaped(written.name)} does not carry everything:</p>{_list(written.losses)}"

    def _facts(self) -> str:
        if self.model.error:
            return f'<p role="alert"><strong>Not usable:</strong> {escaped(self.model.error)}</p>'
        if self.model.reading is None:
            return "<p>CASE, CTDL-ASN, CSV, Excel or our YAML; no file is read yet.</p>"
        facts = self.model.reading.to_dict()
        links = ", ".join(f"{kind} {count}" for kind, count in facts["associations"].items()) or "none"
        said = (
            f"<p><strong>{escaped(facts['title'])}</strong>: {facts['items']} items, {facts['top_items']} at the top, "
            f"{facts['depth']} levels, {facts['leaves']} without parts; associations: {escaped(links)}; "
            f"{facts['external_links']} ends outside; {facts['rubrics']} rubrics.</p>"
        )
        return said + (_list(self.model.findings) if self.model.findings else "<p>Nothing to remark.</p>")


def _list(findings: tuple[Finding, ...]) -> str:
    rows = (
        f"<li><strong>{escaped(one.severity)}</strong>: {escaped(one.message)} {escaped(one.mend)}</li>"
        for one in findings
    )
    return f"<ul>{''.join(rows)}</ul>"
