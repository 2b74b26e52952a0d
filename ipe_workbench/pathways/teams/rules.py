"""What a team must be, and when and where teams can meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

__all__ = ["FormingRules", "Repeats", "Room", "Slot", "Timetable", "Wish", "parse_wish", "profession_of"]

#: What to do about learners who were in one team last term: never again, as seldom as possible, or no matter.
Repeats = Literal["forbid", "minimise", "allow"]


@dataclass(frozen=True)
class Wish:
    """So many learners of some professions in each team.

    Parameters
    ----------
    kind : "at-least" or "at-most"
        Which side the number bounds.
    professions : tuple of str
        Ids; their learners count together.
    count : int
        Learners in a team.
    teams : int, optional
        With *at-least*: it must hold in so many teams; in each one when ``None``.

    Examples
    --------
    >>> Wish("at-least", ("nursing",), 1).text
    'at least 1 of nursing in each team'
    """

    kind: Literal["at-least", "at-most"]
    professions: tuple[str, ...]
    count: int
    teams: int | None = None

    @property
    def text(self) -> str:
        """The wish in words."""
        where = "each team" if self.teams is None else f"{self.teams} of the teams"
        return f"{self.kind.replace('-', ' ')} {self.count} of {' or '.join(self.professions)} in {where}"

    @property
    def option(self) -> str:
        """The wish as it is given on the command line."""
        some = "" if self.teams is None else f":{self.teams}"
        return f"--{self.kind} '{'|'.join(self.professions)}={self.count}{some}'"


@dataclass(frozen=True)
class FormingRules:
    """The rules of forming teams; every one is hard, except `size` and the choice of `repeats`.

    Parameters
    ----------
    size : int
        The size that teams should have. By default there are as many full teams as the learners fill, and learners who
        are left over join them.
    min_size, max_size : int
        The sizes that a team may have.
    min_professions : int
        Professions in a team, at least.
    max_share : float
        The largest share of a team from one profession.
    repeats : "forbid", "minimise" or "allow"
        What to do about last term's team-mates.
    wishes : tuple of Wish
        Further rules on professions.
    teams : int, optional
        How many teams there must be; when ``None``, as near as possible to `size`'s number.

    Raises
    ------
    UnusableInputError
        When the numbers contradict themselves.

    Examples
    --------
    >>> FormingRules(size=6, min_size=5, max_size=7).cap(7), FormingRules().wanted_teams(700)
    (3, 116)
    """

    size: int = 6
    min_size: int = 5
    max_size: int = 7
    min_professions: int = 3
    max_share: float = 0.5
    repeats: Repeats = "forbid"
    wishes: tuple[Wish, ...] = ()
    teams: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("size", self.size), ("min_size", self.min_size), ("max_size", self.max_size)):
            if not 1 <= value <= 100:
                raise UnusableInputError(f"`{name}` is {value}.", mend="Give a whole number from 1 to 100.")
        if not self.min_size <= self.size <= self.max_size:
            sizes = f"{self.min_size}, {self.size}, {self.max_size}"
            raise UnusableInputError(
                f"The smallest, usual and largest size of a team ({sizes}) are not in order.",
                mend="Give --min-size <= --size <= --max-size.",
            )
        if self.min_professions < 1:
            raise UnusableInputError("A team needs at least one profession.", mend="Give --min-professions 1 or more.")
        if not 0 < self.max_share <= 1:
            raise UnusableInputError("The largest share is a number above 0, at most 1.", mend="Give --max-share 0.5.")
        if self.teams is not None and self.teams < 1:
            raise UnusableInputError(f"`teams` is {self.teams}.", mend="Give --teams 1 or more, or leave it out.")

    @classmethod
    def of(
        cls,
        programme: Programme,
        *,
        size: int | None = None,
        min_size: int | None = None,
        max_size: int | None = None,
        min_professions: int | None = None,
        max_share: float | None = None,
        repeats: Repeats = "forbid",
        wishes: Sequence[Wish] = (),
        teams: int | None = None,
    ) -> FormingRules:
        """The programme's rules, with what is given instead; sizes may differ by one from the usual one by default."""
        set_down = programme.info.teams
        usual = set_down.size if size is None else size
        return cls(
            size=usual,
            min_size=max(1, usual - 1) if min_size is None else min_size,
            max_size=usual + 1 if max_size is None else max_size,
            min_professions=set_down.min_professions if min_professions is None else min_professions,
            max_share=set_down.max_share if max_share is None else max_share,
            repeats=repeats,
            wishes=tuple(wishes),
            teams=teams,
        )

    def cap(self, size: int) -> int:
        """The most learners of one profession in a team of that size."""
        return int(self.max_share * size + 1e-9)

    def wanted_teams(self, learners: int) -> int:
        """The number of teams to come near to: as many as full teams of the usual size can be filled."""
        return self.teams if self.teams is not None else max(1, learners // self.size)


@dataclass(frozen=True)
class Room:
    """A room that one team can use; `seats` is ``None`` where any team fits."""

    id: str
    seats: int | None = None


@dataclass(frozen=True)
class Slot:
    """A time at which teams meet; `rooms` is ``None`` where any number of teams can meet.

    Examples
    --------
    >>> monday = Slot("monday", (Room("seminar", seats=6), Room("ward", seats=10), Room("hall")))
    >>> monday.rooms_for(8), Slot("online").rooms_for(8)
    (2, None)
    """

    id: str
    rooms: tuple[Room, ...] | None = None

    def rooms_for(self, size: int) -> int | None:
        """How many rooms hold a team of that size; ``None`` for any number."""
        if self.rooms is None:
            return None
        return sum(room.seats is None or room.seats >= size for room in self.rooms)


@dataclass(frozen=True)
class Timetable:
    """The slots, in the order in which teams are numbered.

    Examples
    --------
    >>> table = Timetable((Slot("mon", (Room("A", 6), Room("B"))), Slot("tue", (Room("A", 6),))))
    >>> table.without(rooms=["mon:B"]).slots[0].rooms
    (Room(id='A', seats=6),)
    >>> [slot.id for slot in table.without(slots=["mon"]).slots]
    ['tue']
    """

    slots: tuple[Slot, ...]

    def without(self, slots: Sequence[str] = (), rooms: Sequence[str] = ()) -> Timetable:
        """A timetable in which slots are closed, or rooms: ``A`` at all times, or ``mon:A`` in one slot.

        Raises
        ------
        UnknownNameError
            When there is no such slot or room.
        """
        known = [slot.id for slot in self.slots]
        named = {room.id for slot in self.slots for room in slot.rooms or ()}
        both = {f"{slot.id}:{room.id}" for slot in self.slots for room in slot.rooms or ()}
        for one in slots:
            if one not in known:
                raise UnknownNameError(f"`{one}` is not a slot of the timetable.", mend=near_names(one, known))
        for one in rooms:
            if one not in named and one not in both:
                mend = near_names(one, sorted(named)) if named else "Give the rooms with --rooms FILE."
                raise UnknownNameError(f"`{one}` is not a room of the timetable.", mend=mend)
        left = []
        for slot in self.slots:
            if slot.id not in slots:
                kept = slot.rooms
                if kept is not None:
                    kept = tuple(r for r in kept if r.id not in rooms and f"{slot.id}:{r.id}" not in rooms)
                left.append(Slot(slot.id, kept))
        return Timetable(tuple(left))


def parse_wish(kind: Literal["at-least", "at-most"], text: str, programme: Programme) -> Wish:
    """A wish as it is given on the command line: ``PROFESSION=N``, ``ONE|OTHER=N``, ``PROFESSION=N:TEAMS``.

    Raises
    ------
    UnusableInputError
        When the text is not of that form, or names a profession that the programme does not have.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> parse_wish("at-least", "MD|physician-assistant=1:40", example_programme()).text
    'at least 1 of medicine or physician-assistant in 40 of the teams'
    """
    names, _, numbers = text.partition("=")
    count, colon, teams = numbers.partition(":")
    if not names or not _is_count(count) or (colon and (not _is_count(teams) or kind == "at-most")):
        mend = "Write it as PROFESSION=N, or ONE|OTHER=N; for --at-least also PROFESSION=N:TEAMS."
        raise UnusableInputError(f"`--{kind} {text}` is not a wish.", mend=mend)
    professions = tuple(dict.fromkeys(profession_of(programme, name.strip()) for name in names.split("|")))
    return Wish(kind, professions, int(count), int(teams) if colon else None)


def profession_of(programme: Programme, written: str) -> str:
    """The id of the profession that somebody wrote by its id, title or short name, or by how only one of them begins.

    Raises
    ------
    UnknownNameError
        When none or several fit. Case, blanks and signs do not matter; the beginning needs three letters.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> [profession_of(example_programme(), written) for written in ("Public Health", "PT", "dental")]
    ['public-health', 'physical-therapy', 'dental-medicine']
    """
    plain = _letters(written)
    names = {one.id: {_letters(name) for name in (one.id, one.title, one.short)} for one in programme.info.professions}
    exact = [id for id, called in names.items() if plain and plain in called]
    begun = [id for id, called in names.items() if len(plain) >= 3 and any(one.startswith(plain) for one in called)]
    for fitting in (exact, begun):
        if len(fitting) == 1:
            return fitting[0]
    known = [one.id for one in programme.info.professions]
    raise UnknownNameError(f"`{written}` is not a profession of this programme.", mend=near_names(written, known))


def _letters(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
