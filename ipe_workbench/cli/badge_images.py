"""``ipe badges bake``, ``extract``, ``images`` and ``read``: badges in pictures, and badges of other issuers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.output import printable
from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    from ipe_workbench.credentials.model import MicroCredential, Stack

__all__ = ["bake", "extract", "images"]


def bake(
    file: Annotated[Path, typer.Argument(help="The badge: JSON or JSON Web Token.", show_default=False)],
    image: Annotated[Path, typer.Option(help="The picture: PNG or SVG.", show_default=False)],
    out: Annotated[Path, typer.Option(help="File of the picture with the badge in it.", show_default=False)],
) -> None:
    """Bake a badge into a picture: the picture then is the badge, and wallets take it.

    Example: ipe badges bake badges/badges/6f0c....json --image badge.png --out ana.png
    """
    from ipe_workbench.badges.baking import bake as baked_into
    from ipe_workbench.badges.image_carriers import image_kind
    from ipe_workbench.cli.badges import _content as content_of
    from ipe_workbench.documents import write_atomically

    baked = baked_into(content_of(file), content_of(image), name=str(file), image_name=str(image))
    ending = f".{(image_kind(baked) or '').lower()}"
    if out.suffix.lower() != ending:
        raise UnusableInputError(
            f"The picture is {ending[1:].upper()}, so its name must end in {ending}.", place=str(out)
        )
    write_atomically(out, baked)
    typer.echo(printable(str(out)))


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
    from ipe_workbench.cli.badges import _content as content_of
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
