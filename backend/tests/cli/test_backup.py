"""A backup holds everything; restoring it asks before it replaces, and nothing in flight runs by itself after it."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from countersign.kit import embedded_postgres
from countersign.kit.embedded.databases import DATABASE, drop_database, set_up_database
from tests.cli.command_line import CommandLine, OwnerSql, copy_installation

USER, CONVERSATION, MESSAGE, RUN, ACCOUNT, ACTION = (
    f"00000000-0000-7000-8000-00000000000{n}" for n in range(1, 7)
)
AN_APPROVED_ACTION = f"""
    INSERT INTO users (id, email, email_key, name, password_hash)
        VALUES ('{USER}', 'alex@example.org', 'alex@example.org', 'Alex', 'x');
    INSERT INTO conversations (id, user_id) VALUES ('{CONVERSATION}', '{USER}');
    INSERT INTO messages (id, user_id, conversation_id, role, text)
        VALUES ('{MESSAGE}', '{USER}', '{CONVERSATION}', 'user', 'Reply to Dana');
    INSERT INTO runs (id, user_id, conversation_id, message_id, request, state)
        VALUES ('{RUN}', '{USER}', '{CONVERSATION}', '{MESSAGE}', 'Reply to Dana', 'waiting');
    INSERT INTO accounts (id, user_id, provider, email, type)
        VALUES ('{ACCOUNT}', '{USER}', 'google', 'alex@example.org', 'work');
    INSERT INTO actions (id, run_id, plan_step, user_id, account_id, kind, payload, digest, hold_seconds,
            undo_mode, state)
        VALUES ('{ACTION}', '{RUN}', 's1', '{USER}', '{ACCOUNT}', 'mail.reply', '{{}}', 'd', 300, 'held', 'approved');
"""


def only_backup(folder: Path) -> Path:
    (file,) = folder.glob("countersign-*.tar")
    return file


def keys_of(place: Path) -> dict[str, str]:
    return {key.name: key.read_text() for key in (place / "keys").glob("*.key")}


@pytest.fixture(scope="module")
def saved(migrated: Path) -> Iterator[Path]:
    """An installation with one approved action, and its backup in `backups`; to be copied and never changed."""
    place = migrated.with_name(f"{migrated.name}-saved")
    copy_installation(migrated, place)
    with (
        embedded_postgres.running(place / "postgres") as server,
        psycopg.connect(server.owner_url) as connection,
    ):
        connection.execute(AN_APPROVED_ACTION.encode())
    done = CommandLine(place)("backup", str(place / "backups"))
    assert done.returncode == 0, done.stderr
    yield place
    shutil.rmtree(place)


@pytest.fixture
def countersign(saved: Path, place: Path) -> CommandLine:
    """The command line of an installation with one approved action, which goes on after its backup."""
    copy_installation(saved, place)
    return CommandLine(place)


@pytest.fixture
def backed_up(countersign: CommandLine) -> Path:
    """Its backup."""
    return only_backup(countersign.place / "backups")


def test_what_was_deleted_after_the_backup_is_back_after_the_restore(
    countersign: CommandLine, owner_sql: OwnerSql, backed_up: Path
) -> None:
    owner_sql("TRUNCATE users CASCADE")

    restored = countersign("restore", str(backed_up), "--yes")

    assert restored.returncode == 0, restored.stderr
    assert owner_sql("SELECT name FROM users") == [("Alex",)]


def test_an_action_in_flight_at_the_backup_opens_as_we_do_not_know(
    countersign: CommandLine, owner_sql: OwnerSql, backed_up: Path
) -> None:
    restored = countersign("restore", str(backed_up), "--yes")

    assert "1 actions that were in flight" in restored.stdout
    assert owner_sql("SELECT state FROM actions") == [("needs_review",)]


def test_the_keys_come_back_and_the_replaced_ones_are_kept(
    countersign: CommandLine, place: Path, backed_up: Path
) -> None:
    before = keys_of(place)
    for key in (place / "keys").glob("*.key"):
        key.unlink()
    assert countersign("keys", "create").returncode == 0
    other = keys_of(place)

    assert countersign("restore", str(backed_up), "--yes").returncode == 0

    assert keys_of(place) == before
    (kept,) = place.glob("keys.replaced-*")
    assert {key.name: key.read_text() for key in kept.glob("*.key")} == other
    assert {key.stat().st_mode & 0o777 for key in (place / "keys").glob("*.key")} == {0o600}


def test_a_restore_that_is_not_confirmed_changes_nothing(
    countersign: CommandLine, owner_sql: OwnerSql, backed_up: Path
) -> None:
    refused = countersign("restore", str(backed_up), answer="n\n")

    assert refused.returncode != 0
    assert owner_sql("SELECT state FROM actions") == [("approved",)]


def test_a_damaged_backup_is_refused_with_words_and_changes_nothing(
    countersign: CommandLine, owner_sql: OwnerSql, backed_up: Path
) -> None:
    backed_up.write_bytes(backed_up.read_bytes()[:20_000])

    refused = countersign("restore", str(backed_up), "--yes")

    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert owner_sql("SELECT state FROM actions") == [("approved",)]


def test_a_backup_is_private_and_holds_database_and_keys(backed_up: Path) -> None:
    with tarfile.open(backed_up) as archive:
        names = archive.getnames()

    assert backed_up.stat().st_mode & 0o777 == 0o600
    assert {"manifest.json", "database.dump", "keys/master-1.key"} <= set(names)


def test_a_backup_works_while_countersign_runs_and_a_restore_does_not(
    countersign: CommandLine, place: Path, backed_up: Path, tmp_path: Path
) -> None:
    with embedded_postgres.running(place / "postgres"):
        backup = countersign("backup", str(tmp_path / "second"))
        restore = countersign("restore", str(backed_up), "--yes")

    assert backup.returncode == 0
    assert only_backup(tmp_path / "second").exists()
    assert restore.returncode == 1
    assert "running from this clone (process" in restore.stderr


def test_data_of_a_newer_release_is_refused_with_words(countersign: CommandLine, owner_sql: OwnerSql) -> None:
    owner_sql("UPDATE alembic_version SET version_num = '9999'")

    refused = countersign("migrate")

    assert refused.returncode == 1
    assert "newer release of Countersign (schema 9999" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_outside_database_is_backed_up_and_restored_as_its_owner(
    countersign: CommandLine, place: Path, owner_sql: OwnerSql, backed_up: Path, tmp_path: Path
) -> None:
    keys = str(place / "keys")
    with embedded_postgres.running(place / "postgres") as server:
        outside = {"DATABASE_URL": server.app_url, "DATABASE_OWNER_URL": server.owner_url, "KEYS_DIR": keys}
        saved = countersign("backup", str(tmp_path / "outside"), environment=outside)
        file = str(only_backup(tmp_path / "outside"))
        not_empty = countersign("restore", file, "--yes", environment=outside)
        empty_database(server)
        restored = countersign("restore", file, "--yes", environment=outside)

    assert saved.returncode == 0, saved.stderr
    assert "is not empty" in not_empty.stderr
    assert restored.returncode == 0, restored.stderr
    assert owner_sql("SELECT state FROM actions") == [("needs_review",)]


def empty_database(server: embedded_postgres.ServerHandle) -> None:
    drop_database(server.superuser_url, DATABASE)
    set_up_database(server.superuser_url, DATABASE)
