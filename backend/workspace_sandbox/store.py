"""The one SQLite database of the sandbox and the transaction that every request runs in.

Must not know any service's meaning: services bring tables as SQL (`gmail/schema.py`) and rules as handlers.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from workspace_sandbox.clock import Clock

_META_SCHEMA = "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
KERNEL_SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    email TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL, time_zone TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('personal', 'work')),
    contacts TEXT NOT NULL DEFAULT '[]', calendars TEXT NOT NULL DEFAULT '[]',
    files TEXT NOT NULL DEFAULT '[]');
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL, at TEXT NOT NULL, account TEXT,
    method_id TEXT NOT NULL, params TEXT NOT NULL, body TEXT, media TEXT, status INTEGER NOT NULL,
    result TEXT, notes TEXT NOT NULL, fault TEXT);
CREATE TABLE IF NOT EXISTS oauth_clients (
    client_id TEXT PRIMARY KEY, client_secret TEXT NOT NULL, redirect_uris TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_grants (
    id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, account TEXT NOT NULL COLLATE NOCASE,
    scopes TEXT NOT NULL, has_refresh_token INTEGER NOT NULL DEFAULT 0, UNIQUE (client_id, account));
CREATE TABLE IF NOT EXISTS oauth_consents (ticket TEXT PRIMARY KEY, request TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_codes (
    code TEXT PRIMARY KEY, grant_id INTEGER NOT NULL REFERENCES oauth_grants ON DELETE CASCADE,
    request TEXT NOT NULL, scopes TEXT NOT NULL, refresh INTEGER NOT NULL, expires_at REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    grant_id INTEGER NOT NULL REFERENCES oauth_grants ON DELETE CASCADE, code TEXT,
    scopes TEXT NOT NULL, expires_at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, method_id TEXT NOT NULL, account TEXT NOT NULL, scopes TEXT NOT NULL,
    params TEXT NOT NULL, body TEXT, media_type TEXT NOT NULL, received BLOB NOT NULL) WITHOUT ROWID;
"""
# These belong to the sandbox itself, not to its world.
_KEPT_META = ("signing_key", "id_counter", "filled", "schema_version")


class CannotOpen(Exception):  # noqa: N818 - read by a person in front of a terminal
    """The database file cannot be used; the message says what to do."""


class Store:
    """One SQLite connection: a file, or memory when no path is given.

    With a file every commit is fsynced before it returns (write-ahead log, `synchronous=FULL`), so what the
    ledger says survives kill -9 and power loss. The server is single-threaded: no request sees another half done.

    Source: https://www.sqlite.org/pragma.html#pragma_synchronous

    Raises:
        CannotOpen: when the file is no database, is in use, or was made by another version.
    """

    def __init__(
        self, path: Path | None = None, *, seed: int | None = None, schemas: Sequence[str] = ()
    ) -> None:
        self.db = sqlite3.connect(
            path or ":memory:", timeout=1, isolation_level=None, check_same_thread=False
        )
        self.db.row_factory = sqlite3.Row
        try:
            self._open((KERNEL_SCHEMA, *schemas))
        except sqlite3.Error as error:
            self.db.close()
            raise CannotOpen(f"{path} cannot be used ({error}). Is another sandbox using it?") from error
        self._seed = secrets.token_hex(16) if seed is None else str(seed)
        self._snapshots: dict[str, sqlite3.Connection] = {}
        self._reload()

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """The cursor of one statement, inside the transaction of the running request."""
        return self.db.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        """The cursor of one statement run for each of `rows`."""
        return self.db.executemany(sql, rows)

    def one(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        row: sqlite3.Row | None = self.db.execute(sql, parameters).fetchone()
        return row

    def all(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Every row of a query."""
        return self.db.execute(sql, parameters).fetchall()

    def now(self) -> datetime:
        """The sandbox's present, aware, in UTC."""
        return self.clock.now()

    def new_id(self) -> str:
        """A new identifier: 16 hex digits, unique in this database, repeatable with a fixed seed."""
        self._counter += 1
        digest = hashlib.sha256(f"{self._seed}:{self._counter}".encode()).hexdigest()
        return digest[:16]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside commits (fsynced, with a file) when it leaves normally, or is undone when it raises.

        Joins the transaction that is already open, if there is one; only the outermost commits.
        """
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN")
        counter = self._counter
        try:
            yield
            if self._counter != counter:
                self.put_meta("id_counter", str(self._counter))
        except BaseException:
            self.db.execute("ROLLBACK")
            self._reload()
            raise
        self.db.execute("COMMIT")

    def get_meta(self, key: str) -> str | None:
        """The text kept under `key`, or None."""
        row = self.one("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row["value"])

    def put_meta(self, key: str, value: str) -> None:
        """Keep `value` under `key`, replacing what was there."""
        self.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def move_clock(self, *, to: datetime | None = None, by: timedelta | None = None) -> datetime:
        """The new present after setting (`to`, aware) and then advancing (`by`) the clock, which is stored."""
        if to is not None:
            self.clock.set(to)
        if by is not None:
            self.clock.advance(by)
        self.put_meta("clock_offset_seconds", repr(self.clock.offset.total_seconds()))
        return self.clock.now()

    def clear(self) -> None:
        """Empty every table of every service, in the open transaction; the signing key and the count of ids stay."""
        tables = self.all("PRAGMA main.table_list")
        for row in tables:
            name = str(row["name"])
            if name == "meta" or name.startswith("sqlite_"):
                continue
            if row["type"] == "table":
                self.execute(f'DELETE FROM "{name}"')  # noqa: S608 - the name comes from our own schema
            elif row["type"] == "virtual":
                self._recreate(name)
        marks = ",".join("?" * len(_KEPT_META))
        self.execute(f"DELETE FROM meta WHERE key NOT IN ({marks})", _KEPT_META)  # noqa: S608 - only question marks
        self.clock = Clock()

    def snapshot(self, name: str) -> None:
        """Remember the whole database under `name`, in memory, until the process ends."""
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.backup(copy)
        previous = self._snapshots.pop(name, None)
        if previous is not None:
            previous.close()
        self._snapshots[name] = copy

    def restore(self, name: str) -> bool:
        """True when the database is again what it was at `snapshot(name)`; False when none has that name."""
        copy = self._snapshots.get(name)
        if copy is None:
            return False
        copy.backup(self.db)
        self._reload()
        return True

    def close(self) -> None:
        """Release the file and the snapshots."""
        for copy in self._snapshots.values():
            copy.close()
        self.db.close()

    def _open(self, schemas: Sequence[str]) -> None:
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(_META_SCHEMA)
        version = hashlib.sha256("".join(schemas).encode()).hexdigest()
        kept = self.get_meta("schema_version")
        if kept not in {None, version}:
            self.db.close()
            raise CannotOpen("The database was made by another version of the sandbox; choose another --db.")
        for schema in schemas:
            self.db.executescript(schema)
        self.put_meta("schema_version", version)

    def _recreate(self, name: str) -> None:
        """Empty a virtual table; a contentless full-text index refuses DELETE."""
        created = self.one("SELECT sql FROM sqlite_schema WHERE name = ?", (name,))
        self.execute(f'DROP TABLE "{name}"')
        if created is not None:
            self.execute(created["sql"])

    def _reload(self) -> None:
        self._counter = int(self.get_meta("id_counter") or 0)
        self.clock = Clock(timedelta(seconds=float(self.get_meta("clock_offset_seconds") or 0)))
