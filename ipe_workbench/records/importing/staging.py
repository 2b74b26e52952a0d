"""From the records of a file to the tables: staged first, checked as a whole, then applied in one statement a table.

Staging keeps memory bounded and makes an import one set of questions to the database, whatever the number of rows:
who is unknown, what stands twice, what is new, what has changed.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from ipe_workbench.records.importing.targets import ORDER, TARGETS, Record, Target
from ipe_workbench.records.tables import table

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Applied", "Fault", "Staging"]

_BATCH = 20_000
_ROW, _PART, _COLUMN, _TEAM_TERM = "_row", "_part", "_column", "_team_term"


@dataclass(frozen=True)
class Fault:
    """A row that cannot be recorded: which kind of fault, where, and the value that is at fault."""

    kind: str
    target: str
    column: str
    value: str
    row: int
    part: str
    file_column: str
    times: int = 1
    rule: str = ""
    first: int = 0


@dataclass(frozen=True)
class Applied:
    """What an import did to one table."""

    target: str
    rows: int
    added: int
    changed: int

    @property
    def unchanged(self) -> int:
        """Rows that were there already, as they are in the file."""
        return self.rows - self.added - self.changed


class Staging:
    """Records of one file on their way into the database, inside the transaction of `connection`.

    Call `add`, then look at `faults`, then `apply` when there are none. Leaving the transaction by an exception undoes
    everything.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._metadata = MetaData()
        self._stages: dict[str, Table] = {}

    def add(self, records: Iterable[Record]) -> None:
        """Stage records, in bounded memory."""
        waiting: dict[str, list[tuple[object, ...]]] = {}
        for one in records:
            rows = waiting.setdefault(one.target, [])
            target = TARGETS[one.target]
            values = _spread(target, one.values) if target.team else one.values
            rows.append((one.row, one.part, one.column, *values))
            if len(rows) >= _BATCH:
                self._insert(one.target, rows)
                rows.clear()
        for name, rows in waiting.items():
            self._insert(name, rows)
        if self._connection.dialect.name == "postgresql":
            # It plans by what it knows of a table, and of a new one it knows nothing.
            for stage in self._stages.values():
                self._connection.execute(text(f"ANALYZE {stage.name}"))

    def faults(self, most: int = 100) -> list[Fault]:
        """At most so many rows that cannot be recorded, in the order of the file."""
        found: list[Fault] = []
        for name in self._used():
            target = TARGETS[name]
            found += islice(self._unknown(target, most), most)
            found += islice(self._twice(target, most), most)
            found += islice(self._refused(target, most), most)
        return sorted(found, key=lambda one: (one.part, one.row))[:most]

    def apply(self, import_id: int | None) -> tuple[Applied, ...]:
        """Record everything that is staged; each row is added, changed or left as it is."""
        return tuple(self._applied(TARGETS[name], import_id) for name in self._used())

    def _used(self) -> list[str]:
        return [name for name in ORDER if name in self._stages]

    def _stage(self, name: str) -> Table:
        if name not in self._stages:
            target, real = TARGETS[name], table(name)
            kinds = {one: Text if one in (*target.people, target.team) else real.c[one].type for one in target.columns}
            extra = [Column(_TEAM_TERM, Text)] if target.team else []
            stage = Table(
                f"stage_{name}",
                self._metadata,
                Column(_ROW, Integer),
                Column(_PART, Text),
                Column(_COLUMN, Text),
                *(Column(one, kind) for one, kind in kinds.items()),
                *extra,
                prefixes=["TEMPORARY"],
            )
            self._connection.execute(_drop(stage))
            stage.create(self._connection)
            self._stages[name] = stage
        return self._stages[name]

    def _insert(self, name: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        stage = self._stage(name)
        quoted = ", ".join(f'"{one.name}"' for one in stage.columns)
        if self._connection.dialect.name == "postgresql":
            driver: Any = self._connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"COPY {stage.name} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join("?" * len(stage.columns))
        dated = [at for at, one in enumerate(stage.columns) if isinstance(one.type, Date | DateTime)]
        plain = [_with_texts(row, dated) for row in rows] if dated else rows
        self._connection.exec_driver_sql(f"INSERT INTO {stage.name} ({quoted}) VALUES ({places})", plain)  # noqa: S608

    def _unknown(self, target: Target, most: int) -> Iterator[Fault]:
        stage = self._stages[target.name]
        wanted: dict[str, Any] = {one: table(people).c.source_id for one, people in target.people.items()}
        wanted |= {one: table(other).c.id for one, other in target.references.items()}
        for column, known in wanted.items():
            # Sets, which a database builds once: a question a row would cost rows times ids.
            missing = [stage.c[column].is_not(None), stage.c[column].not_in(select(known))]
            staged = self._stages.get(known.table.name)
            if staged is not None:
                ours = staged.c[known.name]
                missing.append(stage.c[column].not_in(select(ours).where(ours.is_not(None))))
            yield from self._faults("unknown", target, column, and_(*missing), most)
        if target.team:
            teams, staged = table("teams"), self._stages.get("teams")
            named = tuple_(stage.c[_TEAM_TERM], stage.c[target.team])
            missing = [stage.c[target.team].is_not(None), named.not_in(select(teams.c.term_id, teams.c.name))]
            if staged is not None:
                ours = select(staged.c.term_id, staged.c.name).where(staged.c.name.is_not(None))
                missing.append(named.not_in(ours))
            yield from self._faults("unknown", target, target.team, and_(*missing), most)

    def _refused(self, target: Target, most: int) -> Iterator[Fault]:
        """Rows that the constraints of the table would refuse, asked before the table is touched."""
        real, stage = table(target.name), self._stages[target.name]
        for column in real.columns:
            if column.name in target.columns and not column.nullable:
                yield from self._breaking(target, column.name, stage.c[column.name].is_(None), "it is needed", most)
        for constraint in real.constraints:
            if not isinstance(constraint, CheckConstraint) or getattr(constraint, "_type_bound", False):
                continue
            rule = str(constraint.sqltext)
            named = [one for one in target.columns if re.search(rf"\b{one}\b", rule)]
            yield from self._breaking(target, named[0], text(f"NOT ({rule})"), _in_words(rule), most)

    def _breaking(self, target: Target, column: str, condition: Any, rule: str, most: int) -> Iterator[Fault]:
        stage = self._stages[target.name]
        query = select(stage.c[column], stage.c[_ROW], stage.c[_PART], stage.c[_COLUMN]).where(condition).limit(most)
        for value, row, part, file_column in self._connection.execute(query.order_by(stage.c[_ROW])):
            shown = "" if value is None else str(value)
            yield Fault("refused", target.name, column, shown, row, part, file_column or "", rule=rule)

    def _faults(self, kind: str, target: Target, column: str, condition: Any, most: int) -> Iterator[Fault]:
        """The first row of each value that meets the condition."""
        stage = self._stages[target.name]
        query = (
            select(stage.c[column], func.min(stage.c[_ROW]), stage.c[_PART], func.min(stage.c[_COLUMN]), func.count())
            .where(condition)
            .group_by(stage.c[column], stage.c[_PART])
            .order_by(func.min(stage.c[_ROW]))
            .limit(most)
        )
        for value, row, part, file_column, times in self._connection.execute(query):
            yield Fault(kind, target.name, column, str(value), row, part, file_column or "", times)

    def _twice(self, target: Target, most: int) -> Iterator[Fault]:
        """Rows that are the same thing to the database but do not say the same."""
        if not target.values or not self._has_doubles(target):
            return
        stage = self._stages[target.name]
        differing = []
        for one in target.values:
            # Whether one of them says nothing where another does, or they say different things.
            differing.append(func.count(stage.c[one].distinct()) > 1)
            differing.append(and_(func.count(stage.c[one]) > 0, func.count(stage.c[one]) < func.count()))
        query = (
            select(
                stage.c[target.key[0]],
                func.max(stage.c[_ROW]),
                func.max(stage.c[_PART]),
                func.count(),
                func.min(stage.c[_ROW]),
                func.max(stage.c[_COLUMN]),
            )
            .group_by(*self._key(target))
            .having(and_(func.count() > 1, or_(*differing)))
            .order_by(func.max(stage.c[_ROW]))
            .limit(most)
        )
        for value, row, part, times, first, column in self._connection.execute(query):
            yield Fault("twice", target.name, target.key[0], str(value), row, part, column or "", times, first=first)

    def _has_doubles(self, target: Target) -> bool:
        key = self._key(target)
        query = select(func.count()).select_from(self._stages[target.name]).group_by(*key).having(func.count() > 1)
        return self._connection.execute(query.limit(1)).first() is not None

    def _key(self, target: Target) -> list[Any]:
        stage = self._stages[target.name]
        names = (*target.key, _TEAM_TERM) if target.team in target.key and target.team else target.key
        return [stage.c[one] for one in names]

    def _applied(self, target: Target, import_id: int | None) -> Applied:
        real = table(target.name)
        rows = self._once(target)
        before = self._connection.scalar(select(func.count()).select_from(real)) or 0
        total = self._connection.scalar(select(func.count()).select_from(rows.subquery())) or 0
        insert: Any = (postgresql if self._connection.dialect.name == "postgresql" else sqlite).insert(real)
        resolved = self._resolved(target, rows, import_id)
        if target.fixed:
            resolved = _not_yet_in(real, target, resolved)
        statement = insert.from_select([*target.columns, "import_id"], resolved)
        conflict = [real.c[one] for one in target.key]
        if target.fixed or not target.values:
            statement = statement.on_conflict_do_nothing(index_elements=conflict)
        else:
            # An empty cell says nothing: it never takes away what is known.
            new = {one: func.coalesce(statement.excluded[one], real.c[one]) for one in target.values}
            differs = or_(*(value.is_distinct_from(real.c[one]) for one, value in new.items()))
            update = {**new, "import_id": statement.excluded["import_id"]}
            statement = statement.on_conflict_do_update(index_elements=conflict, set_=update, where=differs)
        touched = self._connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount
        added = (self._connection.scalar(select(func.count()).select_from(real)) or 0) - before
        return Applied(target.name, total, added, touched - added)

    def _once(self, target: Target) -> Any:
        """The staged rows, of those that say the same thing only one (`faults` has refused all others)."""
        stage = self._stages[target.name]
        if not self._has_doubles(target):
            return select(stage)
        place = func.row_number().over(partition_by=self._key(target), order_by=stage.c[_ROW]).label("place")
        numbered = select(stage, place).subquery()
        return select(*(one for one in numbered.c if one.name != "place")).where(numbered.c.place == 1)

    def _resolved(self, target: Target, rows: Any, import_id: int | None) -> Any:
        """The staged rows with people and teams by their numbers."""
        given = rows.subquery("given")
        source: Any = given
        found: dict[str, Any] = {one: given.c[one] for one in target.columns}
        for column, people in target.people.items():
            person = table(people).alias(f"{column}_person")
            source = source.outerjoin(person, person.c.source_id == given.c[column])
            found[column] = person.c.id
        if target.team:
            teams = table("teams")
            named = and_(teams.c.term_id == given.c[_TEAM_TERM], teams.c.name == given.c[target.team])
            source = source.outerjoin(teams, named)
            found[target.team] = teams.c.id
        number = null() if import_id is None else literal(import_id)
        # SQLite needs a WHERE here, or it takes ON CONFLICT for a part of the join.
        return select(*(found[one] for one in target.columns), number).select_from(source).where(true())


def _not_yet_in(real: Table, target: Target, rows: Any) -> Any:
    """The rows whose key the table does not have: a table that is only added to refuses those that it has."""
    new = rows.subquery("new")
    same = and_(*(real.c[column] == new.c[at] for at, column in enumerate(target.key)))
    return select(*new.c).where(~select(real.c[target.key[0]]).where(same).exists())


def _in_words(rule: str) -> str:
    """A constraint of the database as a person reads it."""
    plain = rule.replace('"', "").replace("'", "").replace(" OR ", " or ").replace(" AND ", " and ")
    plain = plain.replace("IS NOT NULL", "must be there").replace("<> ", "must not be empty")
    return re.sub(r"(\w+) IN \((.*)\)", r"\1 must be one of \2", plain)


def _spread(target: Target, values: tuple[object, ...]) -> tuple[object, ...]:
    """The values with a team, ``(term, name)``, in two columns."""
    place = target.columns.index(target.team)
    team: Any = values[place]
    term, name = team if team is not None else (None, None)
    return (*values[:place], name, *values[place + 1 :], term)


def _with_texts(row: tuple[object, ...], dated: Sequence[int]) -> tuple[object, ...]:
    """The row with dates and times as SQLite keeps them: as text."""
    values = list(row)
    for at in dated:
        value = values[at]
        if value is not None:
            values[at] = str(value) if not isinstance(value, datetime.datetime) else f"{value:%Y-%m-%d %H:%M:%S.%f}"
    return tuple(values)


def _drop(stage: Table) -> Any:
    return text(f"DROP TABLE IF EXISTS {stage.name}")
