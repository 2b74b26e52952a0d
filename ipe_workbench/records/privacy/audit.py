"""The log of who saw, exported or erased what: only ever added to, each entry chained to the one before by a hash."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Finding, Place
from ipe_workbench.records.tables import table

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

    from ipe_workbench.records.store import Store

__all__ = ["audit_log", "record", "this_person", "verify_log"]

_START = "0" * 64
_COLUMNS = ("at", "who", "action", "what", "rows")


def record(
    connection: Connection,
    *,
    who: str,
    action: str,
    what: str,
    rows: int,
    at: datetime.datetime | None = None,
) -> str:
    """Add an entry to the log, in the transaction of `connection`, which comes from `Store.writing`.

    Parameters
    ----------
    connection : Connection
        Of a writer: writers take turns, so that no two entries follow the same one.
    who : str
        The person or program that did it.
    action : str
        Such as ``export``, ``erase``, ``names``, ``research export``.
    what : str
        What it was done with. Never a name or an identifier of a learner: the log outlives an erasure.
    rows : int
        How many rows.
    at : datetime.datetime, optional
        When, in UTC; now by default.

    Returns
    -------
    str
        The entry's digest. Noted elsewhere, it proves later that the log up to here is whole.
    """
    if not who.strip():
        raise UnusableInputError("The log needs to know who does this.", mend="Name a person with --who.")
    log = table("audit_log")
    before = connection.scalar(select(log.c.digest).order_by(log.c.id.desc()).limit(1)) or _START
    moment = (at or datetime.datetime.now(datetime.UTC)).replace(tzinfo=None)
    entry = {"at": moment, "who": who, "action": action, "what": what, "rows": rows}
    digest = _digest(before, entry)
    connection.execute(log.insert().values({**entry, "digest": digest}))
    return digest


def verify_log(store: Store, *, known: str | None = None) -> tuple[Finding, ...]:
    """What is wrong with the log: entries that were changed, taken out, put in or cut off; none when it is whole.

    Parameters
    ----------
    store : Store
        The records.
    known : str, optional
        A digest noted earlier. A chain alone cannot show that its end was cut off, or that someone who may write the
        database made it anew; a digest kept elsewhere can.
    """
    findings = []
    before, digests = _START, set()
    log = table("audit_log")
    with store.reading() as connection:
        for row in connection.execute(select(log).order_by(log.c.id)).mappings():
            if not hmac.compare_digest(_digest(before, row), row["digest"]):
                message = f"Entry {row['id']} of the log, or the one before it, is not what was written."
                findings.append(_finding(message))
            before = row["digest"]
            digests.add(before)
    if known is not None and known not in digests:
        findings.append(_finding("The entry with the digest that was noted is not in the log."))
    return tuple(findings)


def audit_log(store: Store) -> pd.DataFrame:
    """The log: `at` (UTC), `who`, `action`, `what`, `rows`, `digest`, the latest last."""
    import pandas as pd

    log = table("audit_log")
    with store.reading() as connection:
        rows = connection.execute(select(*(log.c[one] for one in (*_COLUMNS, "digest"))).order_by(log.c.id)).all()
    return pd.DataFrame.from_records([tuple(one) for one in rows], columns=[*_COLUMNS, "digest"])


def this_person() -> str:
    """The name under which the operating system knows who runs this program."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _digest(before: str, entry: Any) -> str:
    said = [before, entry["at"].isoformat(), *(entry[one] for one in _COLUMNS[1:])]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _finding(message: str) -> Finding:
    mend = "Compare with a backup; somebody with access to the database changed it."
    return Finding("log-changed", "error", message, mend, Place("audit_log"))
