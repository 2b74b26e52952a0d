"""The way from an existing curriculum to the first badges, week by week, with the figures of one's own programme.

In come a playbook (roles, weeks, tasks, decisions; ours or the programme's own) and a programme; out comes a plan with
dates, a person for each task, and what the design, its checks and a simulation say about it.
"""

from ipe_workbench.reporting.playbook.figures import playbook_figures
from ipe_workbench.reporting.playbook.file import Playbook, PlaybookWeek, Task, read_playbook
from ipe_workbench.reporting.playbook.plan import ImplementationPlan, implementation_plan

__all__ = [
    "ImplementationPlan",
    "Playbook",
    "PlaybookWeek",
    "Task",
    "implementation_plan",
    "playbook_figures",
    "read_playbook",
]
