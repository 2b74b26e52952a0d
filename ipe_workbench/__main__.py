"""``python -m ipe_workbench``, the same as ``ipe``."""

from ipe_workbench.cli import main

if __name__ == "__main__":
    main()
