"""Originals in an SQLite file, shared by all processes of one machine."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from headroom.errors import InputError
from headroom.originals.limits import check_limits

__all__ = ["SQLiteStore"]

# Another process may be writing; its transaction takes milliseconds.
_BUSY_SECONDS = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS originals (
    key TEXT PRIMARY KEY,
    stored REAL NOT NULL,
    bytes INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS originals_by_age ON originals (stored, bytes);
CREATE TABLE IF NOT EXISTS size (bytes INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS originals_added AFTER INSERT ON originals
    BEGIN UPDATE size SET bytes = bytes + NEW.bytes; END;
CREATE TRIGGER IF NOT EXISTS originals_removed AFTER DELETE ON originals
    BEGIN UPDATE size SET bytes = bytes - OLD.bytes; END;
INSERT INTO size SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM size);
"""


@dataclass(frozen=True)
class SQLiteStore:
    """Keeps originals in a file that only its owner can read.

    Safe between threads and processes: each call is one transaction, so a process
    that is killed leaves the file whole. Originals survive a restart.

    Args:
        path: The file; made with its folders when it is first needed.
        max_bytes: Size of all originals together; the oldest go first. An original
            that is larger alone is not kept.
        max_age: Seconds after an original was last put until it is gone; None for no
            limit.
        plain_text: Keep originals as they are, not sealed.

    Raises:
        ValueError: For a limit that is not above 0.
        TypeError: For a path that is no path.
    """

    path: str | os.PathLike[str]
    _: KW_ONLY
    max_bytes: int = 1024 * 1024 * 1024
    max_age: float | None = 7 * 24 * 3600.0
    plain_text: bool = False

    def __post_init__(self) -> None:
        check_limits(self.max_bytes, self.max_age)
        # Absolute, so that a later change of the working folder opens the same file.
        path = Path(self.path).expanduser().absolute()
        object.__setattr__(self, "path", path)

    def put(self, key: str, data: bytes) -> None:
        """Keep the data; what is too old goes, and the oldest if there is no room.

        Raises:
            InputError: The file is none of ours, or cannot be written.
        """
        now = time.time()
        with self._transaction() as database:
            database.execute("DELETE FROM originals WHERE key = ?", (key,))
            if self.max_age is not None:
                oldest = now - self.max_age
                database.execute("DELETE FROM originals WHERE stored < ?", (oldest,))
            if len(data) > self.max_bytes:
                return
            database.execute(
                "INSERT INTO originals VALUES (?, ?, ?, ?)",
                (key, now, len(data), data),
            )
            by_age = database.execute("SELECT key FROM originals ORDER BY stored")
            while _size(database) > self.max_bytes:
                database.execute(
                    "DELETE FROM originals WHERE key = ?", by_age.fetchone()
                )

    def get(self, key: str) -> bytes | None:
        """Return the data, None if it is not or no longer there.

        Raises:
            InputError: The file is none of ours, or cannot be read.
        """
        if not Path(self.path).exists():
            return None
        oldest = 0.0 if self.max_age is None else time.time() - self.max_age
        with self._transaction() as database:
            found = database.execute(
                "SELECT data FROM originals WHERE key = ? AND stored >= ?",
                (key, oldest),
            ).fetchone()
        return None if found is None else bytes(found[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Give a connection of this call alone, inside a transaction.

        A connection for each call is safe in every thread and after a fork.
        """
        try:
            self._make_file()
            with closing(
                sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            ) as database:
                if not database.execute("PRAGMA user_version").fetchone()[0]:
                    database.execute("PRAGMA journal_mode = WAL")
                    database.executescript(
                        f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = 1; COMMIT;"
                    )
                database.execute("PRAGMA synchronous = NORMAL")
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
                database.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise InputError(
                f"The store {str(self.path)!r} cannot be used: {error}. Pass the path "
                "of a file that this process can write, or of none yet"
            ) from error

    def _make_file(self) -> None:
        path = Path(self.path)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite gives its other files the permissions of this one.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _size(database: sqlite3.Connection) -> int:
    [(size,)] = database.execute("SELECT bytes FROM size")
    return int(size)
