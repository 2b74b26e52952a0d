"""One team, and how teams are numbered and given rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ipe_workbench.pathways.teams.rules import Timetable

__all__ = ["Team", "in_rooms", "numbered"]


@dataclass(frozen=True)
class Team:
    """A team: its learners by id; `slot` and `room` are empty where there are none."""

    id: str
    learners: tuple[str, ...]
    slot: str = ""
    room: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"team": self.id, "slot": self.slot, "room": self.room, "learners": list(self.learners)}


def numbered(groups: Sequence[tuple[str, Sequence[str]]], order: Sequence[str], timetable: Timetable) -> list[Team]:
    """Teams from (slot, learners) with ids T001, T002 ...: by slot, then by the place of their first learner."""
    place = {learner: at for at, learner in enumerate(order)}
    slots = {slot.id: at for at, slot in enumerate(timetable.slots)}
    inside = [(slot, tuple(sorted(group, key=place.__getitem__))) for slot, group in groups]
    inside.sort(key=lambda one: (slots[one[0]], place[one[1][0]]))
    digits = max(3, len(str(len(inside))))
    return [Team(f"T{number:0{digits}}", group, slot) for number, (slot, group) in enumerate(inside, start=1)]


def in_rooms(teams: Sequence[Team], timetable: Timetable) -> tuple[Team, ...]:
    """The teams with a room each where the timetable has rooms; a room that still serves is kept.

    Within a slot the largest teams choose first, among the smallest rooms that hold them; as the rooms that hold a
    larger team hold a smaller one, too, that finds a room for each team whenever there is a way.
    """
    placed = {team.id: team for team in teams}
    for slot in timetable.slots:
        if slot.rooms is None:
            continue
        here = sorted((team for team in teams if team.slot == slot.id), key=lambda team: -len(team.learners))
        kept = _kept(here, {room.id: room.seats for room in slot.rooms})
        free = [room for room in slot.rooms if room.id not in kept.values()]
        free.sort(key=lambda room: (room.seats is None, room.seats or 0))
        for team in here:
            room = kept.get(team.id)
            if room is None:
                fitting = next((one for one in free if one.seats is None or one.seats >= len(team.learners)), None)
                if fitting is None:
                    # Rooms that others keep stand in the way; everybody chooses anew.
                    return in_rooms([Team(one.id, one.learners, one.slot) for one in teams], timetable)
                free.remove(fitting)
                room = fitting.id
            placed[team.id] = Team(team.id, team.learners, team.slot, room)
    return tuple(placed[team.id] for team in teams)


def _kept(teams: Sequence[Team], seats: dict[str, int | None]) -> dict[str, str]:
    """The rooms that teams have and that still hold them."""
    kept: dict[str, str] = {}
    for team in teams:
        if team.room in seats and team.room not in kept.values():
            most = seats[team.room]
            if most is None or most >= len(team.learners):
                kept[team.id] = team.room
    return kept
