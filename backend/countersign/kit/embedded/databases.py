"""Roles, passwords and databases inside a Postgres we run; it knows no table and starts no server.

Production databases are made by their administrator with the same names (docs/development.md).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql

SUPERUSER = "postgres"
OWNER_ROLE = "countersign_owner"
APP_ROLE = "countersign_app"
SYSTEM_ROLE = "countersign_system"
LOGIN_ROLES = (OWNER_ROLE, APP_ROLE, SYSTEM_ROLE)
DATABASE = "countersign"


@dataclass(frozen=True)
class DatabaseAddresses:
    """`postgresql://` addresses of one database, one per role; each contains its password."""

    superuser_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    system_url: str = field(repr=False)

    @classmethod
    def of(cls, socket_dir: Path, passwords: Mapping[str, str], database: str) -> Self:
        """The addresses of `database` behind the socket in `socket_dir`."""
        host = urlencode({"host": str(socket_dir)})

        def address(role: str) -> str:
            return f"postgresql://{role}:{quote(passwords[role])}@/{database}?{host}"

        return cls(address(SUPERUSER), address(OWNER_ROLE), address(APP_ROLE), address(SYSTEM_ROLE))

    @property
    def maintenance_url(self) -> str:
        """The superuser's address of the database `postgres`, which is always there."""
        return with_database(self.superuser_url, SUPERUSER)

    def with_database(self, name: str) -> DatabaseAddresses:
        """The same roles on another database of the same server."""
        urls = (self.superuser_url, self.owner_url, self.app_url, self.system_url)
        return DatabaseAddresses(*(with_database(url, name) for url in urls))


def with_database(url: str, name: str) -> str:
    """`url` with the database replaced by `name`."""
    # urlunsplit drops the empty host of a socket address together with its //; the authority is never empty here.
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name)}"))


def read_or_make_passwords(path: Path) -> dict[str, str]:
    """The password of each role from a 0600 file, made with random values when the file is missing."""
    if path.exists():
        return {str(role): str(password) for role, password in json.loads(path.read_text()).items()}
    passwords = {role: secrets.token_urlsafe(32) for role in (SUPERUSER, *LOGIN_ROLES)}
    staging = path.with_suffix(".new")
    staging.unlink(missing_ok=True)
    with os.fdopen(os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(passwords, file)
        file.flush()
        os.fsync(file.fileno())
    staging.rename(path)
    return passwords


def set_up_roles(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Creates the roles that are missing: LOGIN and nothing else, so no role escapes row-level security."""
    with psycopg.connect(with_database(superuser_url, SUPERUSER), autocommit=True) as connection:
        present = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in LOGIN_ROLES:
            if role not in present:
                statement = "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}"
                connection.execute(
                    sql.SQL(statement).format(sql.Identifier(role), sql.Literal(passwords[role]))
                )


def set_up_database(superuser_url: str, name: str) -> None:
    """Creates database `name` owned by the owner role, with pgvector, if it is missing. Idempotent.

    The extension is made here because pgvector may be created by a superuser only.
    """
    with psycopg.connect(with_database(superuser_url, SUPERUSER), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            _create(connection, name, "template0")
    with psycopg.connect(with_database(superuser_url, name), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone() is None:
            connection.execute("CREATE EXTENSION vector")


def copy_database(superuser_url: str, name: str, *, template: str) -> None:
    """Creates database `name` as a copy of `template`, to which nobody may be connected."""
    with psycopg.connect(with_database(superuser_url, SUPERUSER), autocommit=True) as connection:
        _create(connection, name, template)


def drop_database(superuser_url: str, name: str) -> None:
    """Drops database `name` and ends its connections; nothing happens when it does not exist."""
    with psycopg.connect(with_database(superuser_url, SUPERUSER), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    database, owner = sql.Identifier(name), sql.Identifier(OWNER_ROLE)
    create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
    connection.execute(create.format(database, owner, sql.Identifier(template)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    logins = sql.SQL(", ").join([sql.Identifier(APP_ROLE), sql.Identifier(SYSTEM_ROLE)])
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, logins))
