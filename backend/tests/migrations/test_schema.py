"""The schema goes up and down, empty and filled, and says exactly what the models say."""

from __future__ import annotations

from collections.abc import Iterator

import asyncpg
import pytest
from alembic import command
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Inspector, make_url

from countersign import tables
from countersign.kit.embedded.databases import DatabaseAddresses, drop_database, set_up_database
from tests import cluster
from tests.cluster import ProductDatabase

# What the product keeps in tables that no room reads as rows: they belong to libraries or to the database itself.
WITHOUT_MODEL = {
    "alembic_version",
    "clock_offset",
    "run_transitions",
    "action_transitions",
    "login_failures",
    "idempotency_keys",
    "checkpoints",
    "checkpoint_blobs",
    "checkpoint_writes",
    "checkpoint_migrations",
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
}


@pytest.fixture
def empty_database(database_addresses: DatabaseAddresses, worker_id: str) -> Iterator[DatabaseAddresses]:
    """A database without any schema."""
    name = f"migrations_{worker_id}"
    drop_database(database_addresses.superuser_url, name)
    set_up_database(database_addresses.superuser_url, name)
    yield database_addresses.with_database(name)
    drop_database(database_addresses.superuser_url, name)


def _tables(addresses: DatabaseAddresses) -> set[str]:
    engine = create_engine(make_url(addresses.owner_url).set(drivername="postgresql+psycopg"))
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_the_schema_goes_up_down_and_up_again(empty_database: DatabaseAddresses) -> None:
    config = cluster.alembic_config(empty_database.owner_url)
    command.upgrade(config, "head")
    whole = _tables(empty_database)
    assert {"actions", "decisions", "checkpoints", "procrastinate_jobs"} <= whole
    command.downgrade(config, "base")
    assert _tables(empty_database) <= {"alembic_version"}
    command.upgrade(config, "head")
    assert _tables(empty_database) == whole


async def test_a_filled_database_goes_down_and_up_too(empty_database: DatabaseAddresses) -> None:
    config = cluster.alembic_config(empty_database.owner_url)
    command.upgrade(config, "head")
    connection = await asyncpg.connect(empty_database.owner_url)
    await connection.execute("""
        INSERT INTO users (id, email, email_key, name, password_hash)
        VALUES (gen_random_uuid(), 'a@b.example', 'a@b.example', 'A', 'x');
        INSERT INTO conversations (id, user_id) SELECT gen_random_uuid(), id FROM users;
        SELECT defer_job('drive_run', '{}');
    """)
    await connection.close()
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    assert "users" in _tables(empty_database)


@pytest.fixture
def there(database_addresses: DatabaseAddresses) -> Iterator[Inspector]:
    """The migrated database, to look at."""
    engine = create_engine(make_url(database_addresses.owner_url).set(drivername="postgresql+psycopg"))
    yield inspect(engine)
    engine.dispose()


def test_models_and_tables_have_the_same_columns(there: Inspector) -> None:
    models = tables.metadata().tables
    assert set(there.get_table_names()) - set(models) == WITHOUT_MODEL
    for name, table in models.items():
        columns = {column["name"]: column["nullable"] for column in there.get_columns(name)}
        assert columns.keys() == {column.name for column in table.columns}, name
        wrong = [column.name for column in table.columns if columns[column.name] != column.nullable]
        assert wrong == [], f"{name}: nullable differs"


async def test_every_table_of_a_persons_rows_is_guarded_even_against_its_owner(
    database: ProductDatabase,
) -> None:
    rows = await database.as_owner("""
        SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS guarded
        FROM pg_class c
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
          AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('user_id', 'thread_id'))
    """)
    assert len(rows) >= 18
    assert [row["name"] for row in rows if not row["guarded"]] == []
    roles = await database.as_owner(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'countersign%' AND (rolsuper OR rolbypassrls)"
    )
    assert roles == []


async def test_an_action_never_changes_under_the_same_version_whoever_writes(
    database: ProductDatabase,
) -> None:
    triggers = await database.as_owner(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'actions'::regclass AND NOT tgisinternal AND tgenabled = 'O'"
    )
    assert [row["tgname"] for row in triggers] == ["actions_transition"]
