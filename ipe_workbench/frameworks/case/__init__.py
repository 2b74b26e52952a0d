"""1EdTech CASE packages (1.0 and 1.1): read and written."""

from ipe_workbench.frameworks.case.reading import is_case, read_case, read_case_data

__all__ = ["is_case", "read_case", "read_case_data"]
