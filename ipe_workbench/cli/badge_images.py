"""``ipe badges bake``, ``extract``, ``images`` and ``read``: badges in pictures, and badges of other issuers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.badge_inputs import content_of, keys_of, lists_of, moment_of
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.errors import UnreadableFileError, UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.credentials.model import MicroCredential, Stack

__all__ = ["bake", "extract", "images", "read"]


class PictureChoice(StrEnum):
    """Forms of pictures."""

    png = "png"
    svg = "svg"


def bake(
    file: Annotated[Path, typer.Argument(help="The badge (JSON or token), or a folder of badges.", show_default=False)],
    out: Annotated[
        Path, typer.Option(help="File of the picture with the badge in it; for a folder, a folder.", show_default=False)
    ],
    image: Annotated[Path | None, typer.Option(help="The picture: PNG or SVG.", show_default=False)] = None,
    programme: Annotated[
        Path | None,
        typer.Option(help="Instead of --image: draw each badge's picture from its design.", show_default=False),
    ] = None,
    to: Annotated[PictureChoice, typer.Option(help="Form of the pictures, for a folder.")] = PictureChoice.png,
) -> None:
    """Bake a badge into a picture: the picture then is the badge, and wallets take it.

    Example: ipe badges bake badges/badges --programme my-programme --out pictures
    """
    if (image is None) == (programme is None):
        raise typer.BadParameter("Give one of --image and --programme.", param_hint="--image")
    if image is not None:
        picture = content_of(image)
        picture_of = lambda _badge, _ending: (picture, str(image))  # noqa: E731
    else:
        picture_of = _drawn_pictures(programme)
    if not file.is_dir():
        _bake_one(file, out, picture_of)
        typer.echo(printable(str(out)))
        return
    badges = sorted([*file.glob("*.json"), *file.glob("*.jwt")])
    if not badges:
        raise UnusableInputError("There is no badge in this folder.", place=str(file), mend="Give badges/badges.")
    for badge in badges:
        _bake_one(badge, out / f"{badge.stem}.{to.value}", picture_of)
    typer.echo(printable(f"{len(badges)} badges baked in {out}."))


def extract(
    image: Annotated[Path, typer.Argument(help="The picture: PNG or SVG.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="File for the badge; the screen by default.", show_default=False)
    ] = None,
) -> None:
    """Take the badge out of a picture, as it was baked in; nothing of it is verified.

    Example: ipe badges extract ana.png --out ana.json
    """
    from ipe_workbench.badges.baking import extract as taken_out
    from ipe_workbench.documents import write_atomically

    found = taken_out(content_of(image), name=str(image))
    if out is not None:
        write_atomically(out, found.content)
        typer.echo(printable(str(out)))
    elif sys.stdout.isatty():
        typer.echo(printable(found.content.decode("utf-8", "replace")))
    else:
        typer.echo(found.content)


def images(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.", show_default=False)],
) -> None:
    """Draw a picture for the badge of each credential and stack, as SVG and PNG.

    Shape: kind of credential. Ring and codes: its competencies. Bars: its stage.

    Example: ipe badges images my-programme --out pictures
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.figures import badge_image

    loaded = load_programme(programme)
    designs: list[MicroCredential | Stack] = [*loaded.credentials.values(), *loaded.stacks.values()]
    for design in designs:
        picture = badge_image(design, loaded)
        for ending in ("svg", "png"):
            picture.save(out / f"{design.id}.{ending}")
    typer.echo(printable(f"Pictures of {len(designs)} badges in {out}, as SVG and PNG."))


def read(
    file: Annotated[Path, typer.Argument(help="The badge: JSON, token, PNG or SVG.", show_default=False)],
    recipient: Annotated[
        str | None, typer.Option(help="E-mail address or id of who shows it.", show_default=False)
    ] = None,
    jwks: Annotated[list[Path] | None, typer.Option(help="Keys of its issuer. Repeatable.", show_default=False)] = None,
    status: Annotated[
        list[Path] | None, typer.Option(help="Status lists of its issuer. Repeatable.", show_default=False)
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="Read at this moment; the present by default.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print a table for people, or JSON.")] = OutputFormat.table,
) -> None:
    """Read a badge that others issued (Open Badges 1, 2 or 3) as evidence of prior learning. Nothing is fetched.

    Tells recipient, issuer, achievement, dates and competencies, and what of it could be checked. Exit code 0: nothing
    speaks against it; 1: a check failed; 2: it is no badge. State `unknown` means: ask the issuer.

    Example: ipe badges read badge-of-another-school.png --recipient ana@example.edu
    """
    from ipe_workbench.badges import RefusedBadgeError, UnreadableBadgeError
    from ipe_workbench.badges.elsewhere import read_foreign_badge

    keys, lists = keys_of(jwks or [], fetched=[]), lists_of(status or [])
    try:
        badge = read_foreign_badge(content_of(file), now=moment_of(now), keys=keys, lists=lists, recipient=recipient)
    except (RefusedBadgeError, UnreadableBadgeError) as error:
        raise UnreadableFileError(str(error), place=str(file)) from None
    if format is OutputFormat.json:
        print_json({**asdict(badge), "refuted": badge.refuted})
    else:
        for name in ("recipient", "issuer", "achievement", "dates"):
            told = [(field, str(value)) for field, value in getattr(badge, name).items()]
            print_table(table(name.capitalize(), ["what", "as the badge says"], told))
        aligned = [(one.get("targetCode", ""), one.get("targetName", "")) for one in badge.alignments]
        if aligned:
            print_table(table("Competencies", ["code", "name"], aligned))
        print_table(
            table("Checks", ["check", "state", "detail"], [(one.id, one.state, one.detail) for one in badge.checks])
        )
        typer.echo(f"{badge.standard}, {badge.carrier}: {'a check failed' if badge.refuted else 'no check failed'}.")
    raise typer.Exit(1 if badge.refuted else 0)


def _bake_one(file: Path, out: Path, picture_of: Callable[[bytes, str], tuple[bytes, str]]) -> None:
    from ipe_workbench.badges.baking import bake as baked_into
    from ipe_workbench.badges.image_carriers import image_kind
    from ipe_workbench.documents import write_atomically

    badge = content_of(file)
    picture, name = picture_of(badge, out.suffix.lower())
    baked = baked_into(badge, picture, name=str(file), image_name=name)
    ending = f".{(image_kind(baked) or '').lower()}"
    if out.suffix.lower() != ending:
        raise UnusableInputError(
            f"The picture is {ending[1:].upper()}, so its name must end in {ending}.", place=str(out)
        )
    write_atomically(out, baked)


def _drawn_pictures(folder: Path | None) -> Callable[[bytes, str], tuple[bytes, str]]:
    """Pictures drawn from the design that a badge names, each design once."""
    from tempfile import TemporaryDirectory

    from ipe_workbench.badges import RefusedBadgeError, UnreadableBadgeError, read_badge
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.figures import badge_image

    assert folder is not None  # noqa: S101 - asked only with --programme
    loaded, known = load_programme(folder), dict[tuple[str, str, str], bytes]()

    def picture(badge: bytes, ending: str) -> tuple[bytes, str]:
        try:
            achievement = read_badge(badge).credential["credentialSubject"]["achievement"]
            design, version = str(achievement["humanCode"]), str(achievement["version"])
        except (RefusedBadgeError, UnreadableBadgeError, KeyError, TypeError):
            raise UnusableInputError(
                "A badge does not name the design that it was issued for.", mend="Give its picture with --image."
            ) from None
        if (design, version, ending) not in known:
            with TemporaryDirectory() as place:
                drawn = badge_image(loaded.designed(design, version), loaded).save(Path(place) / f"badge{ending}")
                known[design, version, ending] = drawn.read_bytes()
        return known[design, version, ending], f"picture of {design}"

    return picture
