"""``ipe badges issue``: badges for the awards of a CSV file or of the records."""

from __future__ import annotations

import datetime
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipe_workbench.cli.badge_inputs import moment_of, passphrase
from ipe_workbench.cli.output import OutputFormat, is_terminal, print_json, printable
from ipe_workbench.phrases import listed

if TYPE_CHECKING:
    from ipe_workbench.badges import AwardsToIssue, Issued
    from ipe_workbench.credentials import Programme

__all__ = ["issue"]


class ProofChoice(StrEnum):
    """Forms of proof."""

    data_integrity = "data-integrity"
    jwt = "jwt"


class TokenChoice(StrEnum):
    """Algorithms of tokens."""

    rs256 = "RS256"
    es256 = "ES256"


class StatusChoice(StrEnum):
    """Forms of status lists."""

    bitstring = "bitstring"
    revocation_list = "revocation-list"
    both = "both"


def issue(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    key: Annotated[Path, typer.Option(help="Folder of the keys.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the badges.", show_default=False)],
    awards: Annotated[
        Path | None, typer.Option(help="CSV: learner, email or did, credential, awarded.", show_default=False)
    ] = None,
    from_records: Annotated[
        bool, typer.Option("--from-records", help="Instead of --awards: the awards of the records.")
    ] = False,
    db: Annotated[
        str | None,
        typer.Option(help="The records: SQLite file or PostgreSQL URL; IPE_DB by default.", show_default=False),
    ] = None,
    since: Annotated[
        datetime.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="With --from-records: awards of that day or later.", show_default=False
        ),
    ] = None,
    credential: Annotated[
        list[str] | None, typer.Option(help="With --from-records: only this one. Repeatable.", show_default=False)
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="With --from-records: its web addresses go into the badges.")
    ] = False,
    who: Annotated[
        str | None, typer.Option(help="With --from-records: who reads addresses, for the log.", show_default=False)
    ] = None,
    proof: Annotated[ProofChoice, typer.Option(help="Form of the proof.")] = ProofChoice.data_integrity,
    algorithm: Annotated[TokenChoice, typer.Option(help="With --proof jwt.")] = TokenChoice.rs256,
    base: Annotated[
        str | None,
        typer.Option(help="Web address of what will be published; the issuer's own by default.", show_default=False),
    ] = None,
    status: Annotated[
        StatusChoice, typer.Option(help="Lists that badges name: W3C's signed one, 1EdTech's, or both.")
    ] = StatusChoice.bitstring,
    suspension: Annotated[
        bool, typer.Option("--suspension", help="Badges can be suspended, too (one more list).")
    ] = False,
    pictures: Annotated[
        bool | None,
        typer.Option("--pictures/--no-pictures", help="Badges name a picture, drawn into images/.", show_default=False),
    ] = None,
    endorsement: Annotated[
        list[Path] | None, typer.Option(help="A signed endorsement to embed. Repeatable.", show_default=False)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a folder that holds badges.")] = False,
    now: Annotated[
        str | None, typer.Option(help="Moment of the proofs; the present by default.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print a line for people, or JSON.")] = OutputFormat.table,
) -> None:
    """Issue a badge for each award of a CSV file or of the records, each exactly once.

    If it breaks off, the same command with --resume goes on. The folder gets badges/ and status/; its register.jsonl
    and issued.csv know who the learners are and are not for publication.

    Example: ipe badges issue my-programme --awards awards.csv --key keys --out badges

    Example: ipe badges issue my-programme --from-records --since 2027-01-01 --key keys --out badges --resume
    """
    from ipe_workbench.badges import Keyring, issue_awards, read_awards_to_issue, read_endorsements
    from ipe_workbench.badges.register import REGISTER
    from ipe_workbench.credentials import load_programme

    if (awards is None) != from_records:
        raise typer.BadParameter("Give one of --awards and --from-records.", param_hint="--awards")
    if awards is not None and (db or since or credential or evidence or who):
        raise typer.BadParameter(
            "--db, --since, --credential, --evidence and --who go with --from-records.", param_hint="--awards"
        )
    loaded = load_programme(programme)
    ring = Keyring.read(key)
    read = (
        read_awards_to_issue(awards, loaded)
        if awards is not None
        else _recorded(loaded, db, since.date() if since else None, credential or [], evidence, who)
    )
    for finding in read.findings:
        typer.echo(printable(str(finding)), err=True)
    moment = moment_of(now)
    with _progress(len(read.awards)) as progress:
        made = issue_awards(
            loaded,
            read.awards,
            ring,
            out,
            now=moment,
            passphrase=passphrase() if ring.needs_passphrase else None,
            proof=proof.value,
            signing_kind="RSA" if algorithm is TokenChoice.rs256 else "P-256",
            base=base,
            status=status.value,
            suspension=suspension,
            pictures=pictures if pictures is not None or (out / REGISTER).exists() else True,
            endorsements=read_endorsements(endorsement or [], now=moment),
            resume=resume,
            # Ratings come in late; that must not keep a term's badges back.
            changed="keep" if from_records else "refuse",
            progress=progress,
        )
    _draw(loaded, made)
    _print_issued(made, format)


def _draw(programme: Programme, made: Issued) -> None:
    """Draw the pictures that badges name and that are not there yet."""
    missing = {key: path for key, path in made.pictures.items() if not path.exists()}
    if missing:
        from ipe_workbench.figures import badge_image

        for (credential, version), path in missing.items():
            badge_image(programme.designed(credential, version), programme).save(path, dots=100)


def _recorded(
    programme: Programme,
    db: str | None,
    since: datetime.date | None,
    credentials: list[str],
    evidence: bool,
    who: str | None,
) -> AwardsToIssue:
    from ipe_workbench.recorded_awards import awards_in_records
    from ipe_workbench.records import open_store
    from ipe_workbench.records.privacy.audit import this_person

    for one in credentials:
        programme.designed(one)
    with open_store(db) as store:
        return awards_in_records(
            store, programme, who=who or this_person(), since=since, credentials=credentials, evidence=evidence
        )


def _print_issued(made: Issued, format: OutputFormat) -> None:
    if made.kept:
        numbers = listed((one.row for one in made.kept), 10)
        message = f"{len(made.kept)} badges were left as they are, though the records say something else since (awards "
        typer.echo(f"{message}{numbers}). To change one, revoke it and issue again.", err=True)
    if format is OutputFormat.json:
        print_json(
            {
                "made": made.made,
                "already": made.already,
                "kept": len(made.kept),
                "folder": str(made.folder),
                "issuer": made.issuer,
            }
        )
        return
    before = f"; {made.already} were there already" if made.already else ""
    typer.echo(printable(f"{made.made} badges made in {made.folder / 'badges'}{before}."))
    typer.echo(
        printable(f"Publish {made.folder / 'status'}; keep {made.folder / 'register.jsonl'} private and backed up."),
        err=True,
    )


def _progress(total: int) -> Any:
    @contextmanager
    def shown() -> Any:
        if not is_terminal():
            yield None
            return
        with typer.progressbar(length=total, label="Issuing", file=sys.stderr) as bar:
            yield lambda done: bar.update(done - bar.pos)

    return shown()
