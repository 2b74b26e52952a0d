"""``ipe badges transcript``, ``publish`` and ``claim``: what goes to learners and to the web."""

from __future__ import annotations

import json
import os
import re
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.badge_inputs import moment_of, passphrase
from ipe_workbench.cli.output import OutputFormat, print_json, printable
from ipe_workbench.errors import UnusableInputError

__all__ = ["claim", "publish", "transcript"]


def transcript(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    badges: Annotated[Path, typer.Option(help="Folder of the badges.", show_default=False)],
    learner: Annotated[str, typer.Option(help="The learner, as in the list of awards.", show_default=False)],
    key: Annotated[Path, typer.Option(help="Folder of the keys.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the record.", show_default=False)],
    stack: Annotated[
        str | None, typer.Option(help="Only this completed stack; all badges without it.", show_default=False)
    ] = None,
    profession: Annotated[
        str | None, typer.Option(help="For rules that differ by profession.", show_default=False)
    ] = None,
    name: Annotated[str, typer.Option(help="Name to print on the page; the signed record has none.")] = "",
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="A PDF, too (needs Chromium).")] = True,
    now: Annotated[
        str | None, typer.Option(help="Moment of the record; the present by default.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print a line for people, or JSON.")] = OutputFormat.table,
) -> None:
    """Write a learner's record: a signed CLR 2.0 with the badges and their stacks, a page to share, and a PDF.

    Revoked and suspended badges are left out.

    Example: ipe badges transcript my-programme --badges badges --learner L1 --key keys --out record
    """
    from ipe_workbench.badges import Keyring, KnownKeys
    from ipe_workbench.badges.proof import sign
    from ipe_workbench.badges.transcript import build_transcript, learners_badges
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.documents import write_atomically
    from ipe_workbench.reporting.pdf import page_as_pdf
    from ipe_workbench.reporting.transcript_page import transcript_page

    loaded, ring, moment = load_programme(programme), Keyring.read(key), moment_of(now)
    held = learners_badges(badges, learner, KnownKeys(ring.documents().values()), now=moment)
    record = build_transcript(loaded, held, identifier=uuid.uuid4().urn, now=moment, stack=stack, profession=profession)
    signer = ring.signer("Ed25519", passphrase() if ring.needs_passphrase else None)
    signed = sign(record, signer, ring.method("Ed25519"), created=moment)
    page = transcript_page(signed, on=moment.date(), learner=name)
    printed = page_as_pdf(page) if pdf else None
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / "record.clr.json", out / "record.html"]
    write_atomically(paths[0], json.dumps(signed, indent=1, ensure_ascii=False) + "\n", private=True)
    write_atomically(paths[1], page, private=True)
    if printed is not None:
        paths.append(out / "record.pdf")
        write_atomically(paths[2], printed, private=True)
    if format is OutputFormat.json:
        counts = {"badges": len(held.members), "left_out": len(held.left_out)}
        print_json({"id": signed["id"], **counts, "files": [str(path) for path in paths]})
        return
    typer.echo(printable("Written: " + ", ".join(str(path) for path in paths)))
    if held.left_out:
        typer.echo(printable(f"Left out, revoked or suspended: {', '.join(held.left_out)}."), err=True)


def publish(
    badges: Annotated[Path, typer.Argument(help="Folder of the badges.", show_default=False)],
    key: Annotated[Path, typer.Option(help="Folder of the keys; only public ones are read.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The public folder.", show_default=False)],
) -> None:
    """Write what the issuer puts on the web, as a folder that any web server can host.

    Key documents (retired keys included), the issuer's profile, achievements, status lists, an index and a page that
    verifies badges. Nothing about learners, no private key. Publish again after issuing, revoking and new keys.

    Example: ipe badges publish badges --key keys --out public
    """
    from ipe_workbench.badges import Keyring
    from ipe_workbench.badges.publish import publication
    from ipe_workbench.documents import write_atomically
    from ipe_workbench.reporting.publication_pages import publication_pages

    _refuse_private(out)
    made = publication(badges, Keyring.read(key))
    pages = publication_pages(made, now=moment_of(None))
    public: dict[str, str | bytes] = {**made.files, **pages, **made.pictures}
    for name, content in public.items():
        write_atomically(out / name, content)
    typer.echo(printable(f"{len(public)} files. {out} is the root of the server of {made.base}."))
    typer.echo(printable(f"Begin with {out / made.start / 'index.html'}."), err=True)
    if made.withheld:
        typer.echo(f"Left out: {made.withheld} reasons of revocations, since they name a learner.", err=True)


def claim(
    badges: Annotated[Path, typer.Option(help="Folder of the badges.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the pages and e-mails; private.", show_default=False)],
    sender: Annotated[str, typer.Option(help="Address from which the e-mails will be sent.", show_default=False)],
    verifier: Annotated[str, typer.Option(help="Address of the published verification page.")] = "",
) -> None:
    """Write a page for each learner of the last list of awards, and the e-mails that bring it. Nothing is sent.

    The folder gets pages/, claims.mbox (open it in a mail program, or feed a mailing tool) and claims.csv.

    Example: ipe badges claim --badges badges --out claims --sender badges@example.edu
    """
    from ipe_workbench.badges.claims import learners_to_write_to
    from ipe_workbench.documents import write_atomically
    from ipe_workbench.reporting import claim_page as pages

    if not re.fullmatch(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+", sender):
        raise typer.BadParameter("This is no e-mail address.", param_hint="--sender")
    if verifier and not verifier.startswith("https://"):
        raise typer.BadParameter("Give an address that begins with https://.", param_hint="--verifier")
    rows, without = [], 0
    pictures = lru_cache(maxsize=256)(_picture)
    (out / "pages").mkdir(parents=True, exist_ok=True, mode=0o700)
    # One after the other: the e-mails of a cohort are more than memory should hold.
    part = out / ".claims.mbox.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as mailbox:
        for learner in learners_to_write_to(badges):
            held = [
                pages.ClaimedBadge(one.credential, one.content, one.name, pictures(one.picture))
                for one in learner.badges
            ]
            page, name = pages.claim_page(held, verifier=verifier), f"pages/{learner.page}.html"
            write_atomically(out / name, page, private=True, durable=False)
            try:
                message = pages.claim_message(learner.email, held, sender=sender, page=page, verifier=verifier)
            except ValueError:
                without += 1
                continue
            mailbox.write(pages.in_mbox(message))
            rows.append((learner.email, name, held))
    part.replace(out / "claims.mbox")
    write_atomically(out / "claims.csv", pages.claims_as_csv(rows, verifier=verifier), private=True)
    typer.echo(printable(f"{len(rows)} e-mails in {out / 'claims.mbox'}; nothing was sent."))
    if without:
        typer.echo(f"{without} learners have a page but no address that an e-mail can be sent to.", err=True)


def _picture(path: Path | None) -> bytes:
    return path.read_bytes() if path is not None and path.is_file() else b""


def _refuse_private(out: Path) -> None:
    from ipe_workbench.badges.register import REGISTER

    if any((out / name).exists() for name in (REGISTER, "keys.json", "issued.csv")):
        raise UnusableInputError("This folder holds private files.", place=str(out), mend="Name another folder.")
