"""Small CSV files as spreadsheets write them: their text, their numbered rows, and which column is which."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ipe_workbench.errors import UnreadableFileError, UnusableInputError

__all__ = ["columns_named", "csv_rows", "read_csv_text"]

#: A table that people keep by hand is far smaller (64 MiB).
_MAX_BYTES = 64 * 1024 * 1024


def read_csv_text(path: str | Path) -> str:
    r"""The text of a CSV file.

    Raises
    ------
    UnreadableFileError
        When the file is missing, too large, or not UTF-8.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "awards.csv")
    >>> _ = file.write_text("learner;credential\n")
    >>> read_csv_text(file)
    'learner;credential\n'
    """
    file = Path(path)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise UnreadableFileError("The file is too large for such a table.", place=str(path))
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UnreadableFileError("The file does not exist.", place=str(path), mend="Check the path.") from None
    except UnicodeDecodeError:
        raise UnreadableFileError("The file is not UTF-8 text.", place=str(path), mend="Save it as UTF-8.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableFileError(f"The file cannot be read: {reason}.", place=str(path)) from None


def csv_rows(text: str, path: str) -> Iterator[tuple[int, list[str]]]:
    r"""The rows with their numbers as a spreadsheet counts them, the header being the first.

    Commas, semicolons or tabs: what stands most often in the first line.

    Raises
    ------
    UnusableInputError
        When a row cannot be read, such as one with a quote that is never closed.

    Examples
    --------
    >>> list(csv_rows("learner;credential\nL1;huddles\n", "awards.csv"))
    [(1, ['learner', 'credential']), (2, ['L1', 'huddles'])]
    """
    text = text.removeprefix("\ufeff")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    # Cells are short; the limit of the module guards against a quote that was never closed.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise UnusableInputError(
                f"Row {number} cannot be read as CSV: {error}.", place=f"{path}:{number}", mend="Check its quotes."
            ) from None
        if row is None:
            return
        yield number, row


def columns_named(header: Sequence[str], headings: Mapping[str, Sequence[str]], path: str) -> dict[str, int]:
    """Where each column stands that `headings` knows, by its name; blanks and the case of letters do not matter.

    Parameters
    ----------
    header : Sequence of str
        The cells of the first row.
    headings : Mapping of str to Sequence of str
        For each name of a column the headings that mean it.
    path : str
        How to call the file in messages.

    Raises
    ------
    UnusableInputError
        When two columns mean the same.

    Examples
    --------
    >>> columns_named(["Learner", "Awarded on"], {"learner": ["learner"], "on": ["on", "awarded_on"]}, "awards.csv")
    {'learner': 0, 'on': 1}
    """
    names = {heading: name for name, all_of_them in headings.items() for heading in all_of_them}
    found: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = names.get("_".join(cell.lower().split()))
        if name in found:
            raise UnusableInputError(f"The column {name} stands twice.", place=f"{path}:1", mend="Keep one of the two.")
        if name is not None:
            found[name] = index
    return found
