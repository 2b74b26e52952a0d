"""What a notebook may change in the process that runs it, and what the next one must find as it was."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

__all__ = ["surroundings_kept"]


@contextlib.contextmanager
def surroundings_kept() -> Iterator[None]:
    """Put back the current folder, the environment, search path, warnings, random numbers and options of libraries.

    Reports that are printed by one process, one after the other, so come out as if each had a process of its own.

    Examples
    --------
    >>> import os
    >>> before = os.getcwd()
    >>> with surroundings_kept():
    ...     os.chdir("/")
    >>> os.getcwd() == before
    True
    """
    folder, environment, path = Path.cwd(), dict(os.environ), list(sys.path)
    numbers = random.getstate()
    with warnings.catch_warnings(), _of_numpy(), _of_pandas(), _of_matplotlib():
        try:
            yield
        finally:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            sys.path[:] = path
            random.setstate(numbers)


@contextlib.contextmanager
def _of_numpy() -> Iterator[None]:
    import numpy as np

    legacy = np.random.get_state()
    with np.errstate(), np.printoptions():
        try:
            yield
        finally:
            np.random.set_state(legacy)


@contextlib.contextmanager
def _of_pandas() -> Iterator[None]:
    import pandas as pd

    shown = pd.options.display
    values = {name: getattr(shown, name) for name in dir(shown)}
    known = [
        one
        for name, value in values.items()
        if not isinstance(value, type(shown))
        for one in (f"display.{name}", value)
    ]
    # A Styler would show texts as markup; one that is told so in a template still does.
    with pd.option_context(*known, "styler.format.escape", "html"):
        yield


@contextlib.contextmanager
def _of_matplotlib() -> Iterator[None]:
    import matplotlib as mpl

    with mpl.rc_context():
        yield
