"""One real Postgres for a whole test run, one migrated template, one copy per test process, emptied between tests.

Several runs may go on in one checkout: each takes the first free folder. Tests that stop Postgres start their own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
from alembic import command
from alembic.config import Config

from countersign.kit import embedded_postgres
from countersign.kit.db import Database
from countersign.kit.embedded import databases
from countersign.kit.embedded.home import data_root
from countersign.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "backend" / "migrations"
ENVIRONMENT_NAME = "COUNTERSIGN_TEST_CLUSTER"
TEST_DATABASE = "test_"
"""How the name of every copy begins: those of a killed run are dropped at the next start."""

FOLDERS = 16
TRUNCATE_TRIES = 5
KEPT_TABLES = (
    "alembic_version",
    "clock_offset",
    "run_transitions",
    "action_transitions",
    "checkpoint_migrations",
)
# The shared cluster is thrown away with its tests, so it need not survive a power cut; it still commits synchronously.
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


def start() -> embedded_postgres.ServerHandle:
    """A running server with an up-to-date template; its addresses are left in the environment for test processes."""
    handle = _start_in_free_folder()
    _drop_left_over(handle.addresses)
    template = template_name()
    migrate_if_missing(handle.addresses, template)
    os.environ[ENVIRONMENT_NAME] = json.dumps(dataclasses.asdict(handle.addresses))
    return handle


def template_name() -> str:
    """Name of the migrated database: changes with every byte of the migrations and of the packages they read."""
    digest = hashlib.sha256()
    for path in sorted(MIGRATIONS.rglob("*")):
        if path.suffix in {".py", ".sql"}:
            digest.update(path.read_bytes())
    digest.update((ROOT / "requirements.lock").read_bytes())
    return f"template_{digest.hexdigest()[:16]}"


def migrate_if_missing(addresses: databases.DatabaseAddresses, name: str) -> None:
    """Make database `name` with the newest schema unless it is there already."""
    building = f"{name}_building"
    databases.drop_database(addresses.superuser_url, building)
    databases.drop_database(addresses.superuser_url, f"{name}_copy")
    if _exists(addresses, name):
        return
    databases.set_up_database(addresses.superuser_url, building)
    migrate(addresses.with_database(building).owner_url)
    with psycopg.connect(addresses.maintenance_url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"'.encode())


def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the schema behind `owner_url` up to `revision`."""
    command.upgrade(alembic_config(owner_url), revision)


def alembic_config(owner_url: str) -> Config:
    """Alembic's configuration for that database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    return config


def copy_for(name: str) -> databases.DatabaseAddresses:
    """A fresh copy of the template under that name, for one test process."""
    addresses = databases.DatabaseAddresses(**json.loads(os.environ[ENVIRONMENT_NAME]))
    databases.copy_database(addresses.superuser_url, name, template=template_name())
    return addresses.with_database(name)


@dataclass(frozen=True)
class ProductDatabase:
    """The test's database: addresses for processes, `db` for the product's code, the owner's view for checks."""

    addresses: databases.DatabaseAddresses
    db: Database

    @property
    def app_url(self) -> str:
        """Address as the app role."""
        return self.addresses.app_url

    @property
    def system_url(self) -> str:
        """Address as the system role."""
        return self.addresses.system_url

    @property
    def owner_url(self) -> str:
        """Address as the owner role."""
        return self.addresses.owner_url

    async def as_owner(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """Rows of a statement run as the owner, who sees every user's rows; committed at once."""
        connection = await asyncpg.connect(self.owner_url)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *args)
            return rows
        finally:
            await connection.close()

    async def advance_clock(self, by: timedelta) -> None:
        """Move `app_now()` of every process on this database."""
        await self.as_owner("UPDATE clock_offset SET offset_by = offset_by + $1", by)

    async def empty(self) -> None:
        """Take every row out and put the clock back."""
        connection = await asyncpg.connect(self.owner_url)
        try:
            rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            names = ", ".join(f'"{row["tablename"]}"' for row in rows if row["tablename"] not in KEPT_TABLES)
            await _truncate(connection, names)
            await connection.execute(
                "UPDATE clock_offset SET offset_by = interval '0' WHERE offset_by <> interval '0'"
            )
        finally:
            await connection.close()

    def settings(self, keys_dir: Path, **changes: Any) -> Settings:
        """Settings of an installation on this database; `changes` are fields of `Settings`."""
        return Settings(
            _env_file=None,
            **{
                "environment": "test",
                "database_url": self.app_url,
                "database_system_url": self.system_url,
                "database_owner_url": self.owner_url,
                "keys_dir": keys_dir,
                "password_memory_mib": 1,
                # One application serves thousands of tests from one address; the limits have tests of their own.
                "requests_per_hour_enterprise": 1_000_000_000,
                "sign_ins_per_hour": 1_000_000_000,
                **changes,
            },
        )


@asynccontextmanager
async def opened(addresses: databases.DatabaseAddresses) -> AsyncIterator[ProductDatabase]:
    """The emptied database for one test."""
    database = ProductDatabase(addresses, Database(addresses.app_url, pool_size=10))
    await database.empty()
    try:
        yield database
    finally:
        await database.db.close()


async def _truncate(connection: asyncpg.Connection[asyncpg.Record], names: str) -> None:
    # A worker of the test before may still be in a transaction; Postgres then ends one of the two.
    for _ in range(TRUNCATE_TRIES - 1):
        with contextlib.suppress(asyncpg.DeadlockDetectedError):
            await connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
            return
    await connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def _start_in_free_folder() -> embedded_postgres.ServerHandle:
    for number in range(FOLDERS):
        folder = data_root(ROOT) / f"tests-{number}" / "postgres"
        try:
            return embedded_postgres.start(folder, max_connections=400, settings=TEST_SETTINGS)
        except embedded_postgres.FolderInUseError:
            continue
    msg = f"{FOLDERS} test runs are already going on in this checkout"
    raise RuntimeError(msg)


def _drop_left_over(addresses: databases.DatabaseAddresses) -> None:
    with psycopg.connect(addresses.maintenance_url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEST_DATABASE]
        ).fetchall()
    for (name,) in rows:
        databases.drop_database(addresses.superuser_url, name)


def _exists(addresses: databases.DatabaseAddresses, name: str) -> bool:
    with psycopg.connect(addresses.maintenance_url, autocommit=True) as connection:
        return (
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
        )
