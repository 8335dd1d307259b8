"""The smaller commands: a new password, the movable clock, the doctor, the contract, keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from countersign.cli.dev import read_step
from countersign.errors import InvalidError
from countersign.kit import embedded_postgres
from tests.cli.command_line import CommandLine, OwnerSql, Rows

A_USER = """
    INSERT INTO users (id, email, email_key, name, password_hash) VALUES
        ('00000000-0000-7000-8000-000000000001', 'alex@example.org', 'alex@example.org', 'Alex', 'old');
    INSERT INTO sessions (id, user_id, token_hash, csrf_hash, expires_at) VALUES
        ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 't', 'c',
         now() + interval '1 day');
"""


@pytest.fixture
def owner_sql(countersign: CommandLine, place: Path) -> Iterator[OwnerSql]:
    """Runs one statement on the installation's database, which runs for the length of the test."""
    with embedded_postgres.running(place / "postgres") as server:

        def run(statement: str) -> Rows:
            with psycopg.connect(server.owner_url) as connection:
                cursor = connection.execute(statement.encode())
                return cursor.fetchall() if cursor.description else []

        yield run


def test_a_new_password_replaces_the_old_and_ends_every_session(
    countersign: CommandLine, owner_sql: OwnerSql
) -> None:
    owner_sql(A_USER)

    done = countersign("user", "reset-password", "alex@example.org", answer="four unrelated quiet words\n")

    assert done.returncode == 0, done.stderr
    assert "1 sessions were ended" in done.stdout
    assert "quiet" not in done.stdout + done.stderr
    assert owner_sql("SELECT password_hash LIKE '$argon2id$%' FROM users") == [(True,)]
    assert owner_sql("SELECT ended_at IS NOT NULL FROM sessions") == [(True,)]


def test_a_password_for_nobody_is_refused_with_words(unchanged: CommandLine) -> None:
    refused = unchanged("user", "reset-password", "nobody@example.org", answer="four unrelated quiet words\n")

    assert refused.returncode == 1
    assert "Nobody is registered" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_clock_moves_forward_and_back_to_the_real_time(
    countersign: CommandLine, owner_sql: OwnerSql
) -> None:
    countersign("dev", "clock", "advance", "1h30m")
    advanced = owner_sql("SELECT offset_by FROM clock_offset")
    moved = countersign("dev", "clock", "set", "2030-01-02T09:00:00Z")
    countersign("dev", "clock", "set", "real")

    assert advanced == [(timedelta(hours=1, minutes=30),)]
    assert "2030-01-02T09:00:0" in moved.stdout
    assert owner_sql("SELECT offset_by FROM clock_offset") == [(timedelta(0),)]


@pytest.mark.parametrize("moment", ["yesterday", "2030-01-02T09:00:00"])
def test_a_moment_without_meaning_or_zone_is_refused(unchanged: CommandLine, moment: str) -> None:
    refused = unchanged("dev", "clock", "set", moment)

    assert refused.returncode == 1
    assert "2026-03-02T09:00:00Z" in refused.stderr


def test_the_clock_stands_still_when_the_sandbox_cannot_be_reached(
    countersign: CommandLine, owner_sql: OwnerSql
) -> None:
    refused = countersign(
        "dev", "clock", "advance", "5m", environment={"GOOGLE_BASE_URL": "http://127.0.0.1:1"}
    )

    assert refused.returncode == 1
    assert "no clock was moved" in refused.stderr
    assert owner_sql("SELECT offset_by FROM clock_offset") == [(timedelta(0),)]


@pytest.mark.parametrize(("text", "step"), [("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172_800)])
def test_a_step_is_read_as_it_is_written(text: str, step: int) -> None:
    assert read_step(text) == timedelta(seconds=step)


@pytest.mark.parametrize("text", ["", "5", "five minutes", "5m later"])
def test_a_step_without_meaning_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="not a step in time"):
        read_step(text)


def test_the_doctor_finds_nothing_wrong_with_a_fresh_installation(unchanged: CommandLine) -> None:
    examined = unchanged("doctor", environment={"PORT": "0"})

    assert examined.returncode == 0, examined.stdout
    assert "WRONG" not in examined.stdout


def test_the_doctor_names_key_files_that_others_can_read(countersign: CommandLine, place: Path) -> None:
    (place / "keys" / "master-1.key").chmod(0o644)

    examined = countersign("doctor", environment={"PORT": "0"})

    assert examined.returncode == 1
    assert "master-1.key" in examined.stdout


def test_the_doctor_names_a_schema_that_is_behind(countersign: CommandLine, owner_sql: OwnerSql) -> None:
    owner_sql("DELETE FROM alembic_version")

    examined = countersign("doctor", environment={"PORT": "0"})

    assert examined.returncode == 1
    assert "Run: make migrate" in examined.stdout


def test_production_never_uses_the_built_in_database(unchanged: CommandLine) -> None:
    production = {"ENVIRONMENT": "production", "GOOGLE_CLIENT_SECRET": "a real one"}

    refused = unchanged("migrate", environment=production)

    assert refused.returncode == 1
    assert "DATABASE_URL is not set" in refused.stderr


def test_a_database_that_does_not_answer_is_said_in_words(unchanged: CommandLine) -> None:
    unreachable = "postgresql://nobody:x@127.0.0.1:1/none"

    refused = unchanged(
        "migrate", environment={"DATABASE_URL": unreachable, "DATABASE_OWNER_URL": unreachable}
    )

    assert refused.returncode == 1
    assert "The database does not answer" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_contract_is_written_as_one_document(unchanged: CommandLine, tmp_path: Path) -> None:
    done = unchanged("contract", str(tmp_path / "openapi.json"))

    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "openapi.json").read_text())
    assert "/api/v1/conversations" in document["paths"]


def test_keys_are_made_once_and_never_replaced(countersign: CommandLine, place: Path) -> None:
    before = {key.name: key.read_text() for key in (place / "keys").iterdir()}

    countersign("keys", "create")

    assert {key.name: key.read_text() for key in (place / "keys").iterdir()} == before


def test_going_one_revision_back_asks_first(countersign: CommandLine, owner_sql: OwnerSql) -> None:
    refused = countersign("migrate", "--down", answer="n\n")
    kept = owner_sql("SELECT version_num FROM alembic_version")
    done = countersign("migrate", "--down", answer="y\n")

    assert refused.returncode != 0
    assert kept == [("0001",)]
    assert done.returncode == 0, done.stderr
    assert "revision none" in done.stdout
