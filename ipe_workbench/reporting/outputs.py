"""Where reports are written: looked at before anything is simulated, and named without the paths of this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import EnvironmentFault, UnusableInputError

__all__ = ["ready_file", "ready_folder", "shown_path", "write_output"]


def ready_folder(folder: Path) -> None:
    """Make the folder and try to write in it, so that nobody waits for a report that cannot be kept.

    Raises
    ------
    UnusableInputError
        When it, or a folder above it, is a file.
    EnvironmentFault
        When the machine refuses.
    """
    try:
        for one in (folder, *folder.parents):
            if one.exists():
                if not one.is_dir():
                    raise UnusableInputError(
                        "This is a file, not a folder.", place=str(one), mend="Name another folder for the reports."
                    )
                break
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _refused(folder, error) from None


def ready_file(path: Path) -> None:
    """Make the file's folder and see that the file can be written there; raises as `ready_folder` does."""
    ready_folder(path.parent)
    if path.is_dir():
        raise UnusableInputError(
            "A folder stands where the report would be written.",
            place=str(path),
            mend="Move it away, or name another folder for the reports.",
        )


def write_output(path: Path, content: str | bytes, *, private: bool = False) -> Path:
    """Write the file whole or not at all; a full disk is told as an `EnvironmentFault`.

    With `private` nobody but the owner may read it.
    """
    try:
        write_atomically(path, content, private=private)
    except OSError as error:
        raise _refused(path, error) from None
    return path


def shown_path(path: str | Path) -> str:
    """A path as a report shows it: a relative one as it was typed, of an absolute one only the last name.

    Examples
    --------
    >>> shown_path("data/programmes/cu-ipe"), shown_path("/home/ann/programmes/mine"), shown_path("today")
    ('data/programmes/cu-ipe', 'mine', 'today')
    """
    given = Path(path)
    return (given.name or ".") if given.is_absolute() else str(path)


def _refused(place: Path, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"The report cannot be written: {error.strerror or type(error).__name__}.",
        place=str(place),
        mend="Name another folder for the reports, or make room.",
    )
