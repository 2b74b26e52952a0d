"""``ipe records erase``, ``audit`` and ``export --research``: what the privacy of learners asks of an office."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table

Database = Annotated[
    str | None,
    typer.Option("--db", help="SQLite file or PostgreSQL URL; IPE_DB, else records.sqlite here.", show_default=False),
]
Format = Annotated[OutputFormat, typer.Option(help="Print a table for people, or JSON.")]
Who = Annotated[
    str | None, typer.Option(help="Who does this, for the log; the name on this machine.", show_default=False)
]


class AwardPolicy(StrEnum):
    """What becomes of the awards of an erased person."""

    anonymise = "anonymise"
    revoke = "revoke"


def erase(
    learner: Annotated[str, typer.Argument(help="The learner's id or pseudonym.", show_default=False)],
    db: Database = None,
    awards: Annotated[AwardPolicy, typer.Option(help="Keep awards without a name, or revoke them, too.")] = (
        AwardPolicy.anonymise
    ),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    who: Who = None,
    format: Format = OutputFormat.table,
) -> None:
    """Remove a person everywhere, and search what is left. Exit code 1 when a trace remains.

    Example: ipe records erase s1234567 --awards revoke --yes
    """
    from ipe_workbench.records import open_store
    from ipe_workbench.records.privacy import erase
    from ipe_workbench.records.privacy.audit import this_person

    if not yes:
        typer.confirm("This cannot be undone. Erase the learner?", abort=True, err=True)
    with open_store(db) as store:
        report = erase(store, learner, who=who or this_person(), awards=awards.value)
    if format is OutputFormat.json:
        print_json({"format": 1, **report.to_dict()})
    else:
        rows = [(name.replace("_", " "), f"{count:,}") for name, count in report.removed.items()]
        print_table(table("Removed", ("Table", ("Rows", "right")), rows))
        typer.echo(f"Awards kept without the learner: {report.awards} ({report.policy}).")
        for trace in report.traces:
            typer.echo(printable(f"Still there: the {trace.what} in {trace.where}, {trace.times} times."), err=True)
        if any(trace.where.endswith("-wal") for trace in report.traces):
            hint = (
                "Close the programs that have the records open: the last to close empties the write-ahead log (-wal)."
            )
            typer.echo(hint, err=True)
        if not report.traces:
            typer.echo("Every column of every table was searched: nothing of the learner is left.")
        for one in report.exports:
            typer.echo(printable(f"Made before, look there, too: {one}."))
        typer.echo("Not reached from here:")
        for one in report.to_dict()["outside"]:
            typer.echo(f"  - {one}")
    if report.traces:
        raise typer.Exit(1)


def new_key(
    db: Database = None,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the old key in this new file; else it goes.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    who: Who = None,
) -> None:
    """Put a new key of the pseudonyms in the place of the old one, as after a leak: all pseudonyms change.

    Frames and exports made before cannot be joined with new ones. Programs that have the records open keep the old key
    until they open them again.

    Example: ipe records new-key --keep /vault/key-2026
    """
    from ipe_workbench.records import open_store
    from ipe_workbench.records.privacy.audit import record, this_person
    from ipe_workbench.records.pseudonyms import replace_key

    if not yes:
        typer.confirm("All pseudonyms change, and cannot be joined with earlier ones. Go on?", abort=True, err=True)
    with open_store(db) as store:
        with store.writing() as connection:
            what = "the old key was kept" if keep is not None else "the old key is gone"
            record(connection, who=who or this_person(), action="new key", what=what, rows=0)
            # The log comes first: when the key cannot be replaced, the entry is undone with it.
            replace_key(store.key_file, keep)
        typer.echo(f"There is a new key: {printable(str(store.key_file))}")


def audit(
    db: Database = None,
    known: Annotated[
        str | None, typer.Option(help="A digest noted earlier that must be in the log.", show_default=False)
    ] = None,
    format: Format = OutputFormat.table,
) -> None:
    """The log of exports, erasures and looks at names, and whether it is whole. Exit code 1 when it is not.

    Example: ipe records audit
    """
    from ipe_workbench.records import open_store
    from ipe_workbench.records.privacy import audit_log, verify_log

    with open_store(db) as store:
        log, findings = audit_log(store), verify_log(store, known=known)
    if format is OutputFormat.json:
        entries = log.astype({"at": str}).to_dict("records")
        print_json({"format": 1, "entries": entries, "findings": [one.to_dict() for one in findings]})
    else:
        rows = [
            (f"{one['at']:%Y-%m-%d %H:%M}", one["who"], one["action"], one["what"], one["rows"], one["digest"][:12])
            for one in log.to_dict("records")
        ]
        columns = ("Time (UTC)", "Who", "Action", "What", ("Rows", "right"), "Digest")
        print_table(table(f"Audit log: {len(log)} entries", columns, rows))
        for finding in findings:
            typer.echo(printable(str(finding)), err=True)
        if not findings:
            typer.echo(f"The log is whole. Its last digest: {log['digest'].iloc[-1] if len(log) else 'none yet'}")
    if findings:
        raise typer.Exit(1)


def research(
    folder: Path, db: str | None, purpose: str, k: int, traits: Sequence[str], sensitive: str | None, who: str | None
) -> None:
    """Write de-identified data of those who agreed, and say how many they are."""
    from ipe_workbench.records import open_store
    from ipe_workbench.records.privacy.audit import this_person
    from ipe_workbench.records.privacy.research import export_research

    with open_store(db) as store:
        made = export_research(
            store, folder, who=who or this_person(), purpose=purpose, k=k, traits=traits, sensitive=sensitive
        )
    told = made.anonymity
    typer.echo(f"{len(told.people)} of {made.agreed} learners who agreed; {told.left_out} left out.")
    typer.echo(f"Each shares what is known with {told.smallest - 1} others or more: {printable(str(folder))}")
