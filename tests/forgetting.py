"""For mutmut, a plugin of pytest: a mutant is tested in a fork, which must forget what the original worked out."""

from __future__ import annotations

import sys


def pytest_sessionstart() -> None:
    """Empty the caches of the mutated rooms."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("ipe_workbench.badges", "ipe_workbench.credentials", "ipe_workbench.records")):
            for one in list(vars(module).values()):
                if callable(forget := getattr(one, "cache_clear", None)):
                    forget()
