"""The formats that imports know, the most particular first: a file is of the first that it fits."""

from __future__ import annotations

from ipe_workbench.records.importing.canvas import CANVAS
from ipe_workbench.records.importing.earned_badges import EARNED_BADGES, EARNED_BADGES_LIST
from ipe_workbench.records.importing.learner_sheets import ATTENDANCE_SHEET, READINESS_TEST, RUBRIC_SHEET
from ipe_workbench.records.importing.moodle import MOODLE
from ipe_workbench.records.importing.one_roster import ONE_ROSTER
from ipe_workbench.records.importing.oulad import OULAD
from ipe_workbench.records.importing.plain_tables import PLAIN_TABLES
from ipe_workbench.records.importing.qualtrics import QUALTRICS
from ipe_workbench.records.importing.reading import Format
from ipe_workbench.records.importing.redcap import REDCAP
from ipe_workbench.records.importing.survey_sheet import SURVEY_SHEET
from ipe_workbench.records.importing.xapi import XAPI

__all__ = ["FORMATS"]

_PARTICULAR = (
    OULAD,
    ONE_ROSTER,
    XAPI,
    EARNED_BADGES,
    QUALTRICS,
    REDCAP,
    CANVAS,
    MOODLE,
    EARNED_BADGES_LIST,
    SURVEY_SHEET,
    RUBRIC_SHEET,
    READINESS_TEST,
    ATTENDANCE_SHEET,
)

FORMATS: dict[str, Format] = {one.id: one for one in (*_PARTICULAR, *PLAIN_TABLES)}
