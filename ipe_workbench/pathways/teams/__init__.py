"""Interprofessional teams: a roster, rules and a timetable in; teams that keep every rule out, with proof or gap.

Where no teams exist, out comes a counting argument, the rules that conflict and the least that has to give way. Late
changes are met with the fewest moves.
"""

from ipe_workbench.pathways.teams.export import check_team_target, teams_csv, teams_xlsx, write_teams
from ipe_workbench.pathways.teams.forming import form_teams
from ipe_workbench.pathways.teams.measures import Quality, blau, check_teams, mix_index, quality_of
from ipe_workbench.pathways.teams.plan import Aim, Moves, NoTeams, Relaxation, TeamPlan
from ipe_workbench.pathways.teams.replan import replan
from ipe_workbench.pathways.teams.roster import (
    Learner,
    Roster,
    Seat,
    read_roster,
    read_teams,
    read_timetable,
    timetable_of,
)
from ipe_workbench.pathways.teams.rules import FormingRules, Room, Slot, Timetable, Wish, parse_wish
from ipe_workbench.pathways.teams.team import Team

__all__ = [
    "Aim",
    "FormingRules",
    "Learner",
    "Moves",
    "NoTeams",
    "Quality",
    "Relaxation",
    "Room",
    "Roster",
    "Seat",
    "Slot",
    "Team",
    "TeamPlan",
    "Timetable",
    "Wish",
    "blau",
    "check_team_target",
    "check_teams",
    "form_teams",
    "mix_index",
    "parse_wish",
    "quality_of",
    "read_roster",
    "read_teams",
    "read_timetable",
    "replan",
    "teams_csv",
    "teams_xlsx",
    "timetable_of",
    "write_teams",
]
