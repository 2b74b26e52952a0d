"""The accreditation matrix as a value: its rows, and the shapes in which it is handed out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from ipe_workbench.credentials.model import Evidence, MicroCredential
from ipe_workbench.credentials.programme import Profession
from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.findings import Finding, sort_findings
from ipe_workbench.frameworks.standards import AccreditationBody, AccreditationStandard

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "AccreditationMatrix", "AccreditationRow", "Role"]

#: What a row says: this is evidence; this helps but proves nothing; nothing is there; nobody asks for anything.
Role = Literal["evidence", "supports", "gap", "no-standard"]

#: The columns of `AccreditationMatrix.to_frame` and `AccreditationMatrix.to_csv`.
COLUMNS = (
    "profession",
    "body",
    "body_name",
    "standard",
    "number",
    "edition",
    "year",
    "kind",
    "summary",
    "checked",
    "checked_on",
    "checked_by",
    "role",
    "credential",
    "credential_title",
    "codes",
    "hours",
    "evidence",
    "evidence_kind",
    "usual",
    "description",
    "kept_in",
    "retention_months",
    "remark",
)


@dataclass(frozen=True)
class AccreditationRow:
    """One piece of evidence that a credential keeps for a standard, or what is missing.

    Parameters
    ----------
    profession : str
        Id of the profession.
    body, standard : AccreditationBody, AccreditationStandard or None
        ``None`` where the profession has no standard on file.
    role : {"evidence", "supports", "gap", "no-standard"}
        What the row says; see `accreditation`.
    credential : MicroCredential or None
        ``None`` where nothing is there.
    codes : tuple of str
        Codes of the competencies through which it serves; ``CC1 > C2`` where a crosswalk led from CC1 to C2.
    hours : float or None
        Contact hours of the credential's activities of two or more professions. The same for each of its rows.
    evidence : Evidence or None
        ``None`` where the credential keeps none.
    remark : str
        What a reader must know besides; empty where there is nothing to say.
    """

    profession: str
    body: AccreditationBody | None
    standard: AccreditationStandard | None
    role: Role
    credential: MicroCredential | None = None
    codes: tuple[str, ...] = ()
    hours: float | None = None
    evidence: Evidence | None = None
    remark: str = ""

    @property
    def usual(self) -> bool | None:
        """Whether evidence of this kind usually serves the standard; ``None`` where the file does not say."""
        if self.evidence is None or self.standard is None or not self.standard.evidence_kinds:
            return None
        return self.evidence.kind in self.standard.evidence_kinds

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON; the keys are `COLUMNS`, in that order."""
        body, standard, credential, evidence = self.body, self.standard, self.credential, self.evidence
        checked_on = standard.checked_on if standard else None
        values = (
            self.profession,
            *((body.id, body.name) if body else ("", "")),
            *((standard.id, standard.number, standard.edition, standard.year) if standard else ("", "", "", None)),
            *((standard.kind, standard.summary, standard.checked) if standard else ("", "", None)),
            checked_on.isoformat() if checked_on else None,
            standard.checked_by if standard else "",
            self.role,
            *((credential.id, credential.title) if credential else ("", "")),
            list(self.codes),
            self.hours,
            *((evidence.id, evidence.kind) if evidence else ("", "")),
            self.usual,
            *((evidence.description, evidence.kept_in) if evidence else ("", "")),
            evidence.retention_months if evidence else None,
            self.remark,
        )
        return dict(zip(COLUMNS, values, strict=True))


@dataclass(frozen=True)
class AccreditationMatrix:
    """Standard by credential by evidence, for each profession of a programme.

    Parameters
    ----------
    programme, title, version : str
        Of the programme.
    professions : tuple of Profession
        Whose standards were looked at, in the programme's order.
    rows : tuple of AccreditationRow
        By profession, body and standard; of one standard its gap first, then evidence, then what supports.
    findings : tuple of Finding
        What could not be matched, and what nobody has checked.
    other_bodies : tuple of AccreditationBody
        Bodies on file that accredit none of these professions.
    """

    programme: str
    title: str
    version: str
    professions: tuple[Profession, ...]
    rows: tuple[AccreditationRow, ...]
    findings: tuple[Finding, ...] = ()
    other_bodies: tuple[AccreditationBody, ...] = ()

    @property
    def gaps(self) -> tuple[AccreditationRow, ...]:
        """The rows of standards for which there is no evidence."""
        return tuple(row for row in self.rows if row.role == "gap")

    @property
    def without_standard(self) -> tuple[str, ...]:
        """Ids of the professions that have no standard on file."""
        return tuple(row.profession for row in self.rows if row.role == "no-standard")

    def rows_of(self, profession: str) -> tuple[tuple[AccreditationRow, ...], ...]:
        """The rows of a profession, one tuple for each standard."""
        groups: dict[tuple[str, str], list[AccreditationRow]] = {}
        for row in self.rows:
            if row.profession == profession and row.body is not None and row.standard is not None:
                groups.setdefault((row.body.id, row.standard.id), []).append(row)
        return tuple(tuple(group) for group in groups.values())

    def with_findings(self, findings: Iterable[Finding]) -> AccreditationMatrix:
        """The matrix with the findings of reading the standards; of two that say the same, the one with a place."""
        placed = list(findings)
        told = {(one.id, one.subject, one.message) for one in placed}
        own = (one for one in self.findings if (one.id, one.subject, one.message) not in told)
        return replace(self, findings=sort_findings((*placed, *own)))

    def to_frame(self) -> pd.DataFrame:
        """The rows as a table.

        Returns
        -------
        pandas.DataFrame
            Columns `COLUMNS`: text (empty where there is none), but ``year`` and ``retention_months`` whole numbers,
            ``hours`` (contact hours, once for each row of a credential: never add them up), ``checked`` and ``usual``
            truth values, all of them missing where unknown; ``codes`` separated by semicolons.
        """
        import pandas as pd

        records = [
            {**row, "codes": "; ".join(row["codes"]), "checked_on": row["checked_on"] or ""}
            for row in (one.to_dict() for one in self.rows)
        ]
        kinds = {"year": "Int64", "retention_months": "Int64", "hours": "float64"}
        kinds |= {"checked": "boolean", "usual": "boolean"}
        frame = pd.DataFrame.from_records(records, columns=list(COLUMNS))
        return frame.astype({name: kinds.get(name, "str") for name in COLUMNS})

    def to_csv(self) -> str:
        """The rows as CSV with the columns `COLUMNS`; ``checked`` says ``checked`` or ``not checked``.

        A cell that a spreadsheet would run as a formula gets an apostrophe.
        """
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self.rows:
            writer.writerow([spreadsheet_safe(_cell(name, value)) for name, value in row.to_dict().items()])
        return stream.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """The matrix as plain JSON: ``programme, title, version, professions, rows, gaps, totals`` and more.

        ``without_standard`` are ids of professions, ``other_bodies`` ids of bodies, ``totals`` count standards of
        professions (a standard of two professions counts twice).
        """
        groups = [group for one in self.professions for group in self.rows_of(one.id)]
        gaps = [row.to_dict() for row in self.gaps]
        return {
            "programme": self.programme,
            "title": self.title,
            "version": self.version,
            "professions": [{"id": one.id, "title": one.title} for one in self.professions],
            "rows": [row.to_dict() for row in self.rows],
            "gaps": [{key: gap[key] for key in ("profession", "body", "standard", "number", "remark")} for gap in gaps],
            "without_standard": list(self.without_standard),
            "other_bodies": [one.id for one in self.other_bodies],
            "totals": {
                "standards": len(groups),
                "unchecked": sum(not (group[0].standard and group[0].standard.checked) for group in groups),
                "gaps": len(gaps),
            },
            "findings": [one.to_dict() for one in self.findings],
        }


def _cell(name: str, value: Any) -> str:
    if name == "checked":
        return {True: "checked", False: "not checked"}.get(value, "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
