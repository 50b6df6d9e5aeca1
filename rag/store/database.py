"""The catalog's SQLite file: connections, transactions, migrations, and what its errors mean to people."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from rag.errors import LibraryLockedError, LibraryReadOnlyError, SchemaVersionError, StoreError
from rag.store.digests import keep_of_vectors
from rag.store.durable import private_opener

__all__ = ["Database", "migrate", "migrations", "schema"]

_BUSY_SECONDS: Final = 60.0
_RETRY_SECONDS: Final = 0.02
_JOURNAL_BYTES: Final = 64 << 20
_CACHE_KIBIBYTES: Final = 16_000
_UNREADABLE: Final = (ValueError, TypeError, LookupError, ArithmeticError, AssertionError, RecursionError)
"""What code that reads a row raises where a value is not as the schema has it."""


class Database:
    """A pool of connections to one SQLite file, for any number of threads.

    A connection serves one thread at a time and goes back when its block ends, so there are as many
    as were ever in use at once. WAL lets readers go on while one process writes; every commit is
    flushed to the disk, because a document that was reported as added has to survive a power cut.

    Where the file or its folder cannot be written it is read as it is. SQLite then sees the changes of
    another process only while that one is at it, so each transaction opens the file again.
    """

    def __init__(self, path: Path, busy_seconds: float = _BUSY_SECONDS) -> None:
        self.path = path
        self.read_only = path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        self._busy_seconds = busy_seconds
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._process = os.getpid()
        self._inherited: list[sqlite3.Connection] = []  # kept, because closing them would harm the parent

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the catalog for the whole block.

        Raises:
            StoreError: the file cannot be read, or holds what Citewell did not write.
        """
        with self._transaction("BEGIN") as connection:
            try:
                yield connection
            except UnicodeEncodeError:  # of what was asked, not of what is stored
                raise
            except _UNREADABLE as error:
                raise StoreError(
                    f"{str(self.path)!r} holds something that cannot be read "
                    f"({type(error).__name__}: {error}): it is damaged, or was changed by another program. "
                    "`citewell check` says where; restore a backup, or ingest into a new library"
                ) from error

    @contextmanager
    def writing(self, busy_seconds: float | None = None) -> Iterator[sqlite3.Connection]:
        """A connection that alone may write; all of the block is kept, or nothing of it.

        Raises:
            LibraryLockedError: another writer did not finish in `busy_seconds`.
            LibraryReadOnlyError: the library can only be read here.
            StoreError: the disk is full, or the file cannot be written.
        """
        if self.read_only:
            raise LibraryReadOnlyError(
                f"{str(self.path.parent)!r} can only be read here: nothing is kept or changed. To change it, "
                "use it as its owner, or copy the folder"
            )
        with self._transaction("BEGIN IMMEDIATE", busy_seconds) as connection:
            yield connection

    def close(self) -> None:
        """Close all connections; those in use close when their block ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _transaction(self, begin: str, busy_seconds: float | None = None) -> Iterator[sqlite3.Connection]:
        connection = self._take()
        try:
            with explained(self.path):
                if busy_seconds is not None:
                    connection.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")
                connection.execute(begin)
                seen = self._written_at()
                yield connection
                connection.execute("COMMIT")
                if seen != self._written_at():
                    raise LibraryLockedError(f"{str(self.path)!r} was just being written: try again")
        finally:
            self._give_back(connection, reset_timeout=busy_seconds is not None)

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise StoreError(f"library {str(self.path.parent)!r} is closed: open it again to use it")
            if os.getpid() != self._process:  # a connection must not be carried across a fork
                self._inherited, self._idle, self._process = self._idle, [], os.getpid()
            if self._idle:
                return self._idle.pop()
        with explained(self.path):
            return self._connect()

    def _written_at(self) -> tuple[int, int] | None:
        """When a file that is only read was last written, and its size: nobody locks it for a reader."""
        if not self.read_only:
            return None
        status = self.path.stat()
        return status.st_mtime_ns, status.st_size

    def _connect(self) -> sqlite3.Connection:
        if not self.read_only:
            with contextlib.suppress(FileExistsError):
                os.close(private_opener(str(self.path), os.O_RDWR | os.O_CREAT | os.O_EXCL))
        connection = sqlite3.connect(
            self._read_only_address() if self.read_only else self.path,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            uri=self.read_only,
        )
        try:
            if not self.read_only:
                connection.execute("PRAGMA foreign_keys = ON")
                self._use_wal(connection)
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL_BYTES}")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        except (sqlite3.Error, UnicodeDecodeError):
            connection.close()
            raise
        return connection

    def _read_only_address(self) -> str:
        """Beside the log of a process that writes, or, where there is none, as a file that stays as it is.

        Raises:
            StoreError: a log was left, and cannot be brought into the file here.
        """
        log, index = (Path(f"{self.path}{end}") for end in ("-wal", "-shm"))
        if index.exists():
            return f"{self.path.absolute().as_uri()}?mode=ro"
        if log.exists() and log.stat().st_size:
            raise StoreError(
                f"{str(self.path)!r} was left while it was being written ({log.name}), and cannot be put in "
                "order where nothing may be written: copy the library's folder to where you may write"
            )
        return f"{self.path.absolute().as_uri()}?immutable=1"

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Ask until it is granted: SQLite does not wait by itself where several make one new file."""
        give_up = time.monotonic() + self._busy_seconds
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
            time.sleep(_RETRY_SECONDS)

    def _give_back(self, connection: sqlite3.Connection, reset_timeout: bool) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if reset_timeout:
                connection.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")
        except sqlite3.Error:  # the transaction rolls back with its connection
            connection.close()
            return
        with self._lock:
            if not (self._closed or self.read_only):
                self._idle.append(connection)
                return
        connection.close()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors and the file system's into `StoreError`s that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explanation(path, error) from error
    except UnicodeDecodeError as error:  # SQLite's message quotes damaged bytes
        raise StoreError(
            f"{str(path)!r} is damaged: restore a backup, or ingest into a new library"
        ) from error
    except OSError as error:
        raise StoreError(f"cannot use {str(error.filename or path)!r}: {error.strerror or error}") from error


def _explanation(path: Path, error: sqlite3.Error) -> StoreError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    name = repr(str(path))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryLockedError(f"{name} is being written by another process: try again when it is done")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(
            f"the disk of {name} is full: free some space and try again; all that was stored before is kept"
        )
    if code == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{name} is not a Citewell library: give the folder of one, or a new folder")
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreError(f"{name} is damaged ({error}): restore a backup, or ingest into a new library")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(f"{name} cannot be opened or written ({error}): check the folder's permissions")
    return StoreError(f"{name}: {error}")


_APPLICATION: Final = 0x43697465  # "Cite"
_NAME: Final = re.compile(r"(\d{4})_\w+\.sql")


def migrations() -> dict[int, str]:
    """The SQL of each migration by its number, ascending."""
    found = {}
    for file in resources.files(__package__).joinpath("migrations").iterdir():
        match = _NAME.fullmatch(file.name)
        if match:
            found[int(match[1])] = file.read_text("utf-8")
    return dict(sorted(found.items()))


def migrate(database: Database) -> int:
    """Bring a catalog to the newest schema: all missing migrations in one transaction.

    Returns the schema that it had before; 0 for a new one.

    Raises:
        SchemaVersionError: the catalog is newer than this program.
        StoreError: the file is a database of another program.
    """
    scripts = migrations()
    newest = max(scripts)
    with database.reading() as connection:
        if _version(connection, database, newest) == newest:
            return newest
    with database.writing() as connection:
        done = _version(connection, database, newest)
        for number in range(done + 1, newest + 1):
            for statement in _statements(scripts[number]):
                try:
                    connection.execute(statement)
                except sqlite3.Error as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # a full disk, or another writer
                        raise
                    raise StoreError(
                        f"{str(database.path)!r} says that it has schema {done} and cannot be brought to "
                        f"{newest} ({error}): it is damaged or was changed by hand. Restore a backup"
                    ) from error
        keep_of_vectors(connection)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {newest}")
    return done


def schema(connection: sqlite3.Connection | None = None) -> dict[tuple[str, str], str]:
    """The SQL of each table, index, view and trigger by kind and name; without a catalog, of a new one.

    Comments and white space are left out, as is what SQLite keeps for itself.
    """
    if connection is None:
        with contextlib.closing(sqlite3.connect(":memory:")) as made:
            made.executescript("\n".join(migrations().values()))
            return schema(made)
    rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return {
        (kind, name): " ".join(re.sub(r"--.*", "", sql).split())
        for kind, name, sql in rows
        if not (name.startswith("sqlite_") and kind in ("table", "index"))
    }


def _version(connection: sqlite3.Connection, database: Database, newest: int) -> int:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != _APPLICATION and not (empty and version == 0 and application == 0):
        raise StoreError(f"{str(database.path)!r} is a database of another program: give another folder")
    if version < 0 or (version == 0 and not empty):
        raise StoreError(
            f"{str(database.path)!r} has schema {version}, which there never was: it is damaged, or was "
            "changed by another program. Restore a backup, or ingest into a new library"
        )
    if version > newest:
        raise SchemaVersionError(
            f"{str(database.path)!r} has schema {version}, this Citewell knows up to {newest}: "
            "update Citewell to open this library"
        )
    return version


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if re.sub(r"--.*", "", statement).strip():
        raise ValueError(f"migration ends in the middle of a statement: {statement!r}")
