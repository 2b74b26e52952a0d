"""A first programme to edit: small, complete, and clean under every check.

In come a folder, a template and a person's answers (title, awarding body, frameworks, professions, first day of term);
out comes a programme folder, whole or not at all.
"""

from ipe_workbench.starter.answers import (
    check_country,
    check_frameworks,
    check_home_page,
    check_professions,
    check_start,
    check_text,
    read_professions,
)
from ipe_workbench.starter.programme import check_target, start_programme
from ipe_workbench.starter.templates import TEMPLATES, Template, find_template

__all__ = [
    "TEMPLATES",
    "Template",
    "check_country",
    "check_frameworks",
    "check_home_page",
    "check_professions",
    "check_start",
    "check_target",
    "check_text",
    "find_template",
    "read_professions",
    "start_programme",
]
