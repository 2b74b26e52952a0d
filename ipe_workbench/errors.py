"""What can go wrong, each as one sentence a user can act on.

Every error names the place, what is wrong and how to mend it. The command line prints the sentence and leaves with the
error's ``exit_code``; nothing else in the package decides on exit codes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ipe_workbench.phrases import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipe_workbench.findings import Finding

__all__ = [
    "EnvironmentFault",
    "UnknownNameError",
    "UnreadableFileError",
    "UnusableInputError",
    "WorkbenchError",
    "near_names",
]


class WorkbenchError(Exception):
    """Base of every error that the Workbench raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong, as a sentence.
    place : str, optional
        Where: a file, ``file:line``, or a field.
    mend : str, optional
        What the user can do about it.

    Examples
    --------
    >>> print(WorkbenchError("The cohort is empty.", place="programme.yaml:12", mend="Give each profession learners."))
    programme.yaml:12: The cohort is empty. Give each profession learners.
    """

    exit_code = 2

    def __init__(self, message: str, *, place: str | None = None, mend: str | None = None) -> None:
        super().__init__(message, place, mend)
        self.message = message
        self.place = place
        self.mend = mend

    def __str__(self) -> str:
        start = f"{self.place}: " if self.place else ""
        end = f" {self.mend}" if self.mend else ""
        return f"{start}{self.message}{end}"

    def __reduce__(self) -> tuple[object, ...]:
        # Reports and sweeps run in other processes; a keyword-only constructor needs help to cross over.
        return (_rebuild, (type(self), self.message, self.place, self.mend, self.__dict__.copy()))


class UnusableInputError(WorkbenchError):
    """The input cannot be used as it stands. `findings` lists every reason that was seen in one reading."""

    def __init__(
        self,
        message: str,
        *,
        place: str | None = None,
        mend: str | None = None,
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(message, place=place, mend=mend)
        self.findings = tuple(findings)


class UnreadableFileError(UnusableInputError):
    """A file is missing, is not text, or is not the format that it claims to be."""


class UnknownNameError(UnusableInputError):
    """A name (framework, credential, stack, scenario, term) is not one that exists; the message lists near ones."""


class EnvironmentFault(WorkbenchError):
    """The machine lacks something: a program, a free port, room on the disk."""

    exit_code = 3


def near_names(wanted: str, known: Iterable[str]) -> str:
    """A sentence that offers the known names nearest to a mistyped one.

    Examples
    --------
    >>> near_names("ipec2023", ["ipec-2023", "ipec-2016", "cihc-2024"])
    'Did you mean ipec-2023 or ipec-2016?'
    >>> near_names("x", ["today", "redesign"])
    'Known: today, redesign.'
    """
    names = list(known)
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {listed(near, last='or')}?"
    shown = listed(names, 12) if len(names) > 12 else ", ".join(names)
    return f"Known: {shown}." if names else "There are none yet."


def _rebuild(
    kind: type[WorkbenchError], message: str, place: str | None, mend: str | None, state: dict[str, object]
) -> WorkbenchError:
    error = kind(message, place=place, mend=mend)
    error.__dict__.update(state)
    return error
