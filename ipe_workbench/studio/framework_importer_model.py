"""What the framework importer does, without widgets: read a file, say what was found, write it out with its losses."""

from __future__ import annotations

import datetime
import re
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePath

import traitlets

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.findings import Finding
from ipe_workbench.frameworks import EXPORT_FORMATS, Export, Framework, FrameworkReading, import_framework
from ipe_workbench.frameworks import export_framework as exported

__all__ = ["FrameworkImporterModel"]


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class FrameworkImporterModel(traitlets.HasTraits):
    """The state of the importer.

    `reading` is what came of the last file, ``None`` where it could not be used; `error` is the sentence that says why.
    `to` is the format of export; `export` is what was written in it, with its losses.

    Parameters
    ----------
    clock : callable, optional
        The time of an export, with a zone.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> model = FrameworkImporterModel()
    >>> model.read(data_folder() / "frameworks" / "ipec-2023.yaml")
    >>> model.framework.title[:12], model.error
    ('IPEC Core Co', '')
    >>> model.to = "csv"
    >>> model.export.name, len(model.export.losses) > 0
    ('ipec-2023.csv', True)
    """

    reading = traitlets.Any(None, allow_none=True)
    error = traitlets.Unicode("")
    to = traitlets.Enum(EXPORT_FORMATS, allow_none=True, default_value=None)
    export = traitlets.Any(None, allow_none=True)

    def __init__(self, clock: Callable[[], datetime.datetime] = _now) -> None:
        super().__init__()
        self._clock = clock

    @property
    def framework(self) -> Framework | None:
        """The framework that was read last, mended where the file contradicts itself."""
        reading: FrameworkReading | None = self.reading
        return None if reading is None else reading.framework

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was guessed, mended, kept as external or refused."""
        reading: FrameworkReading | None = self.reading
        return () if reading is None else reading.findings

    def read(self, path: str | Path) -> None:
        """Read a framework from a file on this machine."""
        self._take(Path(path).expanduser(), "")

    def read_content(self, name: str, content: bytes) -> None:
        """Read a framework from the content of a file that was uploaded under that name."""
        plain = PurePath(name.replace("\\", "/").replace("\0", "")).name or "file"
        with tempfile.TemporaryDirectory() as folder:
            # A sheet without a title takes it from its name.
            path = Path(folder) / (re.sub(r"[^\w .()-]", "_", plain)[-100:].lstrip(".") or "file")
            path.write_bytes(content)
            self._take(path, plain)

    def _take(self, path: Path, shown: str) -> None:
        reading, error = None, ""
        try:
            reading = import_framework(path)
        except WorkbenchError as problem:
            error = str(problem).replace(str(path), shown) if shown else str(problem)
        with self.hold_trait_notifications():
            self.error, self.reading, self.export = error, reading, None
        self._write()

    @traitlets.observe("to")
    def _write(self, change: object = None) -> None:
        if self.framework is None or self.to is None:
            self.export = None
            return
        try:
            self.export = exported(self.framework, self.to, self._clock())
        except WorkbenchError as problem:
            self.export, self.error = None, str(problem)

    def save(self, folder: str | Path) -> Path:
        """Write the last export into a folder; returns the file.

        Raises
        ------
        FileExistsError
            When the file is there already.
        """
        written: Export = self.export
        path = Path(folder).expanduser() / written.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(written.content)
        return path
