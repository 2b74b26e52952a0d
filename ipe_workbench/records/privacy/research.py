"""Data for research: those who agreed, by new pseudonyms, without what a stranger could know them by."""

from __future__ import annotations

import datetime
import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.frames import FRAMES, Frame
from ipe_workbench.records.privacy.anonymity import Anonymised, anonymise
from ipe_workbench.records.privacy.audit import record
from ipe_workbench.records.pseudonyms import Key

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records.store import Store

__all__ = ["ResearchExport", "export_research"]

#: Frames that go out. Not: names of teams and addresses of evidence and events, which may name people.
WHICH = ("attendance", "assessments", "item_responses", "rubric_scores", "survey_responses", "awards")
#: Columns left out of them: free text, and names that people chose.
LEFT_OUT = {"comment", "response", "team", "issuer", "award"}
QUASI = ("profession", "study_programme", "cohort")


@dataclass(frozen=True)
class ResearchExport:
    """What a research export wrote, and its k-anonymity report."""

    files: tuple[Path, ...]
    agreed: int
    anonymity: Anonymised


def export_research(
    store: Store,
    folder: Path,
    *,
    who: str,
    purpose: str = "research",
    k: int = 5,
    traits: Sequence[str] = (),
    sensitive: str | None = None,
    at: datetime.datetime | None = None,
) -> ResearchExport:
    """Write the records of learners who agreed, de-identified, as Parquet files with a report and a README.

    Parameters
    ----------
    store : Store
        The records.
    folder : Path
        A new folder.
    who : str
        Who exports; for the audit log.
    purpose : str
        The purpose that learners agreed to; the latest answer of each counts, no answer is none.
    k : int
        The least number of people that share profession, programme of study, cohort and the traits named.
    traits : sequence of str
        Traits of learners to take along, as quasi-identifiers.
    sensitive : str, optional
        One of these columns whose l-diversity is reported; it is then not a quasi-identifier.
    at : datetime.datetime, optional
        The time, in UTC; now by default.

    Raises
    ------
    UnusableInputError
        When the folder holds something, nobody agreed, or nobody remains.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UnusableInputError("The folder is not empty.", place=str(folder), mend="Name a new one.")
    moment = (at or datetime.datetime.now(datetime.UTC)).replace(tzinfo=None)
    agreed = _agreed(store, purpose)
    if not agreed:
        raise UnusableInputError(f"Nobody has agreed to the purpose `{purpose}`.", mend="Import consents first.")
    people = _people(store, agreed, traits)
    quasi = [one for one in (*QUASI, *traits) if one != sensitive]
    if sensitive is not None and sensitive not in people:
        raise UnusableInputError(f"There is no column `{sensitive}`.", mend=f"Take one of {', '.join(people.columns)}.")
    anonymity = anonymise(people, quasi, k=k, sensitive=sensitive)
    if anonymity.people.empty:
        raise UnusableInputError(f"Nobody shares what is known with {k - 1} others.", mend="Take fewer traits.")
    # This key is forgotten at the end: two exports cannot be joined, nor this one with the records.
    key = Key(secrets.token_bytes(32))
    new = {one: key.pseudonym(one) for one in anonymity.people["learner"]}
    with store.writing() as connection:
        what = f"{purpose}, as parquet in {folder.resolve()}"
        record(connection, who=who, action="research export", what=what, rows=len(new), at=moment)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    names = ["learners"]
    _write(anonymity.people.assign(learner=anonymity.people["learner"].map(new)), part / "learners.parquet")
    for name in WHICH:
        frame = store.frame(name, where={"learner": list(new)})
        _write(_coarse(frame, FRAMES[name], new, key), part / f"{name}.parquet")
        names.append(name)
    report = {"format": 1, "purpose": purpose, "agreed": len(agreed), "quasi_identifiers": quasi}
    report |= {"k_anonymity": anonymity.to_dict(), "files": [f"{one}.parquet" for one in names]}
    write_atomically(part / "report.json", json.dumps(report, indent=2, ensure_ascii=False) + "\n", private=True)
    write_atomically(part / "README.md", _readme(report, sensitive), private=True)
    if folder.exists():
        folder.rmdir()
    part.rename(folder)
    return ResearchExport(tuple(sorted(folder.iterdir())), len(agreed), anonymity)


def _agreed(store: Store, purpose: str) -> list[str]:
    consents = store.frame("consents", where={"purpose": purpose}).sort_values("on", kind="stable")
    latest = consents.drop_duplicates("learner", keep="last")
    return sorted(latest.loc[latest["given"].fillna(False).astype(bool), "learner"])


def _people(store: Store, agreed: list[str], traits: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    people = pd.DataFrame({"learner": agreed})
    enrolled = store.frame("enrolments", where={"learner": agreed}).sort_values("starts", kind="stable")
    people = people.merge(enrolled.drop_duplicates("learner", keep="last")[["learner", *QUASI]], how="left")
    known = store.frame("traits", where={"learner": agreed})
    for one in traits:
        if one in people:
            raise UnusableInputError(f"There is a column `{one}` already.", mend="Take traits of other names.")
        values = known[known["trait"] == one].set_index("learner")["value"]
        if values.empty:
            raise UnusableInputError(f"No learner who agreed has the trait `{one}`.", mend="Mend its name.")
        people[one] = people["learner"].map(values)
    # In the order of a random draw: the order of the records would tell who is who.
    return people.sample(frac=1, random_state=secrets.randbits(32)).reset_index(drop=True)


def _coarse(frame: pd.DataFrame, described: Frame, new: dict[str, str], key: Key) -> pd.DataFrame:
    """The frame with new pseudonyms, dates as the Monday of their week, without free text; in no telling order."""
    import pandas as pd

    for column in described.columns:
        name = column.name
        if name in LEFT_OUT:
            frame = frame.drop(columns=name)
        elif column.type == "learner":
            frame[name] = frame[name].map(new)
        elif column.type == "staff":
            frame[name] = frame[name].map(lambda one: key.pseudonym(f"staff {one}"), na_action="ignore")
        elif column.type in ("date", "time"):
            day = frame[name].dt.normalize()
            frame[name] = (day - pd.to_timedelta(day.dt.day_of_week, unit="D")).astype(frame[name].dtype)
    return frame.sort_values(list(frame.columns)).reset_index(drop=True)


def _write(frame: pd.DataFrame, file: Path) -> None:
    frame.to_parquet(file, index=False)
    file.chmod(0o600)


def _readme(report: dict[str, Any], sensitive: str | None) -> str:
    told = report["k_anonymity"]
    diversity = f"Each class has at least {told['l_diversity']} values of `{sensitive}`.\n" if sensitive else ""
    return f"""# Records for research, de-identified

- Purpose: {report["purpose"]}. {report["agreed"]} learners agreed last; {told["people"]} are here.
- At least {told["smallest_class"]} learners share each combination of {", ".join(report["quasi_identifiers"])}
  (asked for: {told["k"]}; {told["classes"]} combinations).
  {told["left_out"]} learners stood too much alone and were left out.
  Values became "(other)": {", ".join(f"{name} {number}" for name, number in told["generalised"].items())}.
{diversity}- Pseudonyms are new and made with a key that was not kept: they cannot be joined with another export.
- Days are the Monday of their week. Free text, names of teams, issuers and references are left out.
- Quasi-identifiers are not the only way: results and dates of one person together may be unique. Do not try to identify
  anybody, and do not publish single rows.
"""
