"""``python -m ipe_workbench``, the same as ``ipe``."""

from ipe_workbench.cli import main

main()
