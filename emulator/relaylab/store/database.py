"""The SQLite file behind kept mail: its tables, how it is opened, and its errors as sentences.

Laws: a file has one process at a time, which is settled when it is opened, so that nobody can make ``keep`` wait
later. A file that is not ours is left as it was found. What is committed survives the death of the process, since it
is with the operating system (WAL, synchronous = NORMAL); only a loss of power may take the last messages.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from time import sleep
from typing import TYPE_CHECKING, Final

from relaylab.store.mail import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION: Final = 1
APPLICATION_ID: Final = int.from_bytes(b"RLAB", "big")

# A process that is just ending has a second to let go of the file.
_ATTEMPTS: Final = 50
_PAUSE: Final = 0.02

# ``document`` is the message, the columns before it are there to be asked for.
_TABLES: Final = """
CREATE TABLE run (number INTEGER PRIMARY KEY);
CREATE TABLE message (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  endpoint TEXT NOT NULL,
  tenant TEXT,
  site TEXT,
  session TEXT NOT NULL,
  accepted_at TEXT NOT NULL,
  delivered_at TEXT NOT NULL,
  mail_from TEXT,
  size INTEGER NOT NULL,
  subject TEXT,
  message_id TEXT,
  rule TEXT,
  report_of TEXT,
  document TEXT NOT NULL,
  raw BLOB NOT NULL
);
CREATE TABLE recipient (
  address TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
  placed TEXT,
  PRIMARY KEY (address, message)
) WITHOUT ROWID;
CREATE INDEX recipient_of ON recipient (message);
CREATE TABLE charge (
  place INTEGER PRIMARY KEY,
  meter TEXT NOT NULL,
  owner TEXT NOT NULL,
  amount INTEGER NOT NULL,
  at TEXT NOT NULL
);
"""


def open_database(path: Path) -> tuple[sqlite3.Connection, int]:
    """Open a store, or make one where there is no file, and number this run.

    Raise StoreError for a file that is in use, damaged or not ours.
    """
    with explained(path):
        for _ in range(_ATTEMPTS - 1):
            try:
                return _open(path)
            except sqlite3.OperationalError as error:
                if _kind(error) != sqlite3.SQLITE_BUSY:
                    raise
            sleep(_PAUSE)
        return _open(path)


def _open(path: Path) -> tuple[sqlite3.Connection, int]:
    """Try once, without waiting: whoever waits holds a lock meanwhile, and of two who do so neither gets the file."""
    database = sqlite3.connect(path.absolute(), timeout=0, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
        _claim(database, path)
        run = database.execute("INSERT INTO run DEFAULT VALUES").lastrowid or 1
        database.commit()
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        database.close()
        raise
    return database, run


def _claim(database: sqlite3.Connection, path: Path) -> None:
    """Make sure that the file is a store of this version; an empty one becomes it."""
    [(application,)] = database.execute("PRAGMA application_id")
    [(version,)] = database.execute("PRAGMA user_version")
    [(objects,)] = database.execute("SELECT count(*) FROM sqlite_master")
    if (application, version, objects) == (0, 0, 0):
        for statement in _TABLES.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {VERSION}")
    elif application != APPLICATION_ID:
        raise StoreError(f"{path} is the database of another program; choose another file with --store")
    elif version != VERSION:
        raise StoreError(
            f"{path} is a store of version {version}, and this relaylab writes version {VERSION}; "
            "use the relaylab that made it, or choose another file with --store"
        )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says into a StoreError that names the file and the way out."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_sentence(path, error)) from error


def _sentence(path: Path, error: sqlite3.Error) -> str:
    match _kind(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{path} is in use by another process; stop that one, or choose another file with --store"
        case sqlite3.SQLITE_NOTADB:
            return f"{path} is not a store of relaylab; choose another file with --store"
        case sqlite3.SQLITE_CORRUPT:
            return f"{path} is damaged ({error}); move it away and start with a new file"
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return f"{path} cannot be written ({error}); make sure that its folder exists and is yours to write in"
        case sqlite3.SQLITE_FULL:
            return f"there is no room left for {path}; make some, or choose a file elsewhere with --store"
        case _:
            return f"{path} cannot be used ({error}); choose another file with --store"


def _kind(error: sqlite3.Error) -> int:
    """Give the code of an error without its detail, which stands above the low octet."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
