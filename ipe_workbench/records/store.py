"""The store: one database of records, opened for a person or a program."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records import engines
from ipe_workbench.records.conditions import Condition, expressions
from ipe_workbench.records.database_errors import said_plainly
from ipe_workbench.records.engines import engine_for, place_of, url_of
from ipe_workbench.records.frames import FRAMES, Frame, frame_named, typed
from ipe_workbench.records.pseudonyms import Key, key_file_of, make_key, read_key
from ipe_workbench.records.schema_version import (
    current_version,
    require_empty,
    require_latest,
    require_not_newer,
    upgrade,
)
from ipe_workbench.records.tables import column_named, metadata, table

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection, Engine, Select
    from sqlalchemy.engine import URL

__all__ = ["Store", "make_store", "open_store"]


class Store:
    """A database of records.

    Open it with `open_store`, make it with `make_store`. A store holds no connection between calls; it can be shared by
    threads, and opened by several processes at once.

    Attributes
    ----------
    place : str
        The database in words for people; never with a password.
    key_file : Path
        Where the key of the pseudonyms is kept: never in the database.
    """

    def __init__(self, engine: Engine, url: URL, key: Key) -> None:
        self.engine = engine
        self.place = place_of(url)
        self.key = key
        self.key_file = _key_file(url)

    def __repr__(self) -> str:
        return f"Store({self.place!r})"

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the records from its first question to its end."""
        # PostgreSQL would otherwise show each question the state of its own moment.
        level = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        with (
            said_plainly(self.place),
            self.engine.connect().execution_options(**level) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are recorded together at the end, or, after an error, not at all.

        Writers take turns: on SQLite by the database's own lock, on PostgreSQL by an advisory one, so that what a
        writer has looked up stays true until it is done.
        """
        from sqlalchemy import text

        with (
            said_plainly(self.place),
            self.engine.connect().execution_options(ipe_writes=True) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = '{engines.PATIENCE}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(7101495)"))
            yield connection

    def frame(
        self,
        name: str,
        *,
        where: Mapping[str, Condition] | None = None,
        columns: Collection[str] | None = None,
    ) -> pd.DataFrame:
        """A tidy frame of the records, learners by pseudonym.

        Parameters
        ----------
        name : str
            Name of the frame; `FRAMES` lists them with their columns, types and units.
        where : mapping, optional
            Conditions by column, answered by the database: a value, a list of values, or a ``slice`` from the least to
            the greatest (both included, either may be ``None``).
        columns : collection of str, optional
            Only these columns, in the frame's order.

        Returns
        -------
        pandas.DataFrame
            Sorted by the frame's key, so that equal records give equal frames.

        Raises
        ------
        UnknownNameError
            When there is no such frame or column.
        """
        import pandas as pd

        parts = list(self.batches(name, where=where, columns=columns, rows=250_000))
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]

    def batches(
        self,
        name: str,
        *,
        where: Mapping[str, Condition] | None = None,
        columns: Collection[str] | None = None,
        rows: int = 50_000,
    ) -> Iterator[pd.DataFrame]:
        """The same as `frame` in pieces of at most `rows` rows, in bounded memory; an empty one when there are none."""
        import pandas as pd

        described = frame_named(name)
        wanted = [one.name for one in described.columns if columns is None or one.name in columns]
        for one in columns or ():
            described.column(one)
        with self.reading() as connection:
            people = _Pseudonyms(self.key, connection)
            query = _query(described, wanted, where or {}, people)
            result = connection.execution_options(yield_per=rows).execute(query)
            empty = True
            for part in result.partitions(rows):
                empty = False
                yield _tidy(pd.DataFrame.from_records(part, columns=wanted), described, people)
            if empty:
                yield _tidy(pd.DataFrame(columns=wanted, dtype=object), described, people)

    def to_parquet(self, folder: Path, names: Collection[str] | None = None) -> tuple[Path, ...]:
        """Write frames as Parquet files, ``NAME.parquet`` each, in bounded memory. Returns what was written.

        A file appears under its name when it is whole.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name in names or FRAMES:
            target = folder / f"{name}.parquet"
            part = target.with_name(f".{target.name}.part")
            pieces = (pa.Table.from_pandas(piece, preserve_index=False) for piece in self.batches(name))
            first = next(pieces)
            try:
                with pq.ParquetWriter(part, first.schema, compression="zstd") as writer:
                    for rows in chain([first], pieces):
                        writer.write_table(rows.cast(first.schema))
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
            written.append(target)
        return tuple(written)

    def counts(self) -> dict[str, int]:
        """How many rows each table holds, by its name."""
        from sqlalchemy import func, select

        with self.reading() as connection:
            return {
                one.name: connection.scalar(select(func.count()).select_from(one)) or 0
                for one in metadata.sorted_tables
            }


def make_store(db: str | Path | None = None) -> Store:
    """Make the records, or bring those that are there up to date.

    Only its owner may read a new SQLite file, which will hold names; who shares it opens it for a group (``chmod``).

    Parameters
    ----------
    db : str or Path, optional
        As for `open_store`.

    Raises
    ------
    UnusableInputError
        When something else stands there, or the key is missing for records that are there.
    EnvironmentFault
        When the database cannot be reached.

    Examples
    --------
    >>> import tempfile
    >>> store = make_store(Path(tempfile.mkdtemp(), "records.db"))
    >>> len(store.frame("awards"))
    0
    """
    url = url_of(db)
    place = place_of(url)
    is_new = url.get_backend_name() == "sqlite" and not Path(place).exists()
    with _reached(url) as engine, engine.connect().execution_options(ipe_writes=True) as connection, connection.begin():
        found = current_version(connection)
        if found is None:
            require_empty(connection, place)
        else:
            require_not_newer(connection, place)
        # First the key: without it what is there could not be read again, and must not be changed.
        key = _key(url, make=found is None)
        if is_new:
            for file in (Path(f"{place}{ending}") for ending in ("", "-wal", "-shm", "-journal")):
                if file.exists():
                    file.chmod(0o600)
        upgrade(connection)
    return Store(engine, url, key)


def open_store(db: str | Path | None = None) -> Store:
    """Open the records.

    Parameters
    ----------
    db : str or Path, optional
        A path of a SQLite file or a PostgreSQL URL; ``IPE_DB`` by default, else ``records.sqlite`` here.

    Raises
    ------
    UnusableInputError
        When there are none, they are of another version, or the key of the pseudonyms is missing.
    EnvironmentFault
        When the database cannot be reached.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> make_store(f"{folder.name}/cohort.sqlite").close()
    >>> with open_store(f"{folder.name}/cohort.sqlite") as store:
    ...     len(store.frame("awards"))
    0
    >>> folder.cleanup()
    """
    url = url_of(db)
    place = place_of(url)
    if url.get_backend_name() == "sqlite" and not Path(place).is_file():
        raise UnusableInputError("There are no records here.", place=place, mend="Make them with `ipe records init`.")
    with _reached(url) as engine, engine.connect() as connection:
        require_latest(connection, place)
        key = _key(url, make=False)
    return Store(engine, url, key)


@contextmanager
def _reached(url: URL) -> Iterator[Engine]:
    """The engine, let go of unless all is well."""
    engine = engine_for(url)
    with ExitStack() as unless_all_is_well:
        unless_all_is_well.callback(engine.dispose)
        with said_plainly(place_of(url)):
            yield engine
        unless_all_is_well.pop_all()


def _key(url: URL, *, make: bool) -> Key:
    file = _key_file(url)
    if make and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        return make_key(file)
    return read_key(file)


def _key_file(url: URL) -> Path:
    if url.get_backend_name() == "sqlite":
        return key_file_of(Path(place_of(url)))
    from platformdirs import user_config_path

    name = f"{url.host or 'local'}-{url.database or ''}".replace("/", "-")
    return key_file_of(user_config_path("ipe-workbench") / "records" / name)


class _Pseudonyms:
    """Pseudonyms of all learners and staff by their numbers, worked out when they are first asked for."""

    def __init__(self, key: Key, connection: Connection) -> None:
        self._key, self._connection = key, connection
        self._known: dict[str, dict[int, str]] = {}
        self.dialect = connection.dialect

    def of(self, who: str) -> dict[int, str]:
        """Pseudonyms by number, for ``learner`` or ``staff``."""
        from sqlalchemy import select

        if who not in self._known:
            people = table("learners" if who == "learner" else "staff")
            start = "" if who == "learner" else "staff "
            rows = self._connection.execute(select(people.c.id, people.c.source_id))
            self._known[who] = {number: self._key.pseudonym(start + source) for number, source in rows}
        return self._known[who]

    def numbers(self, who: str, pseudonyms: Collection[str]) -> list[int]:
        """The numbers of those with these pseudonyms."""
        wanted = set(pseudonyms)
        return [number for number, pseudonym in self.of(who).items() if pseudonym in wanted]


def _query(described: Frame, wanted: list[str], where: Mapping[str, Condition], people: _Pseudonyms) -> Select[Any]:
    from sqlalchemy import select

    source: Any = table(described.table)
    for joined, left, right in described.joins:
        source = source.outerjoin(table(joined), column_named(left) == column_named(right))
    query = select(*(column_named(described.column(one).source).label(one) for one in wanted)).select_from(source)
    asked = expressions(described, where, people.numbers, people.dialect)
    return query.where(*asked).order_by(*table(described.table).primary_key.columns)


def _tidy(frame: pd.DataFrame, described: Frame, people: _Pseudonyms) -> pd.DataFrame:
    for one in described.columns:
        if one.name in frame and one.type in ("learner", "staff"):
            frame[one.name] = frame[one.name].map(people.of(one.type))
    return typed(frame, described)
