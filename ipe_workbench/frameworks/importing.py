"""Read a framework from any file that people hold one in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ipe_workbench.frameworks.builtin import IMPORT_SUFFIXES, usable
from ipe_workbench.frameworks.case import is_case, read_case_data
from ipe_workbench.frameworks.ctdl_asn import is_ctdl_asn, read_ctdl_asn_data
from ipe_workbench.frameworks.garbage import collection_paused
from ipe_workbench.frameworks.import_result import FrameworkReading, refused
from ipe_workbench.frameworks.json_files import parse_json, read_bytes
from ipe_workbench.frameworks.sheets import read_sheet_bytes
from ipe_workbench.frameworks.sheets.tables import is_workbook
from ipe_workbench.frameworks.yaml_files import read_framework

__all__ = ["import_framework"]


@collection_paused()
def import_framework(path: str | Path) -> FrameworkReading:
    """Read a CASE package, a CTDL-ASN graph, a sheet or our own YAML; which one, the content tells.

    Parameters
    ----------
    path : path
        A file. JSON is known by its content, whatever its name; other files by `IMPORT_SUFFIXES`.

    Returns
    -------
    FrameworkReading

    Raises
    ------
    UnreadableFileError
        When the file is missing, too large, damaged or of another kind.
    UnusableInputError
        When our own YAML has mistakes; `findings` has every one with its line.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> reading = import_framework(data_folder() / "frameworks" / "ipec-2023.yaml")
    >>> reading.framework.id, len(reading.framework.competencies)
    ('ipec-2023', 37)
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return _ours(path)
    content = read_bytes(path)
    if is_workbook(content) or suffix in (".csv", ".tsv", ".txt"):
        return read_sheet_bytes(content, str(path))
    if suffix in (".xlsx", ".xlsm"):
        mend = "Open it in a spreadsheet program and save it again as .xlsx, or as CSV."
        raise refused("This is not an Excel workbook.", str(path), mend=mend)
    if suffix not in IMPORT_SUFFIXES and content.lstrip()[:1] not in (b"{", b"["):
        mend = f"Name a file of these kinds: {', '.join(IMPORT_SUFFIXES)}."
        raise refused("This is a file of a kind that no framework is read from.", str(path), mend=mend)
    data, notes = parse_json(content, str(path))
    if is_case(data):
        return read_case_data(data, notes)
    if is_ctdl_asn(data):
        return read_ctdl_asn_data(data, notes)
    message = "This JSON is neither a CASE package (CFDocument with CFItems) nor a CTDL-ASN graph (@graph)."
    raise refused(message, str(path), mend="Ask the CASE server for the whole package (.../CFPackages/{id}).")


def _ours(path: Path) -> FrameworkReading:
    found, findings = read_framework(path)
    framework = usable(found, findings)
    counts = Counter(one.relation for one in framework.associations)
    counts["isChildOf"] += sum(one.parent is not None for one in framework.competencies)
    ends = [end for one in framework.associations for end in (one.source, one.target)]
    outside = sum(framework.by_id(end) is None and end != framework.identifier for end in ends)
    return FrameworkReading(framework, findings, {name: n for name, n in counts.items() if n}, outside, "yaml")
