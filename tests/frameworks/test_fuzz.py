"""The short version of `make fuzz`: whatever is in a file, the readers answer with a framework or an error of ours."""

from __future__ import annotations

from tests.fuzz.frameworks import fuzz


def test_mutated_files_are_read_or_refused_and_nothing_else(tmp_path):
    ends = fuzz(600, seed=1, failures=tmp_path)
    assert set(ends) == {"read", "refused", "slowest, ms"}
    assert min(ends["read"], ends["refused"]) > 60
