"""``ipe badges transcript``: what goes to learners and to the web."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.badges import _now, _passphrase
from ipe_workbench.cli.output import OutputFormat, print_json, printable

__all__ = ["transcript"]


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

    loaded, ring, moment = load_programme(programme), Keyring.read(key), _now(now)
    held = learners_badges(badges, learner, KnownKeys(ring.documents().values()), now=moment)
    record = build_transcript(loaded, held, identifier=uuid.uuid4().urn, now=moment, stack=stack, profession=profession)
    signer = ring.signer("Ed25519", _passphrase() if ring.needs_passphrase else None)
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
