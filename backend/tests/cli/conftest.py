"""Installations of a test's own, where the system user that runs their Postgres can reach them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from countersign.errors import ConfigurationError
from countersign.kit import embedded_postgres
from countersign.kit.embedded.home import data_root, prepare_folder, server_user
from tests.cli.command_line import CHECKOUT, CommandLine, OwnerSql, Rows, copy_installation


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that does not exist yet and is gone after the test."""
    yield from _new_place()


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """A stopped installation with a migrated database and keys, to be copied and never changed."""
    for folder in _new_place():
        prepare_folder(folder / "postgres", server_user())
        command_line = CommandLine(folder)
        for command in (["migrate"], ["keys", "create"]):
            done = command_line(*command)
            assert done.returncode == 0, done.stderr
        yield folder


@pytest.fixture
def countersign(migrated: Path, place: Path) -> CommandLine:
    """The command line of a fresh installation with a migrated database and keys."""
    copy_installation(migrated, place)
    return CommandLine(place)


@pytest.fixture
def unchanged(migrated: Path) -> CommandLine:
    """The command line of an installation that the test leaves as it is: no copy is made for it."""
    return CommandLine(migrated)


@pytest.fixture
def owner_sql(place: Path) -> OwnerSql:
    """Runs one statement on the installation's database, which is started for it."""

    def run(statement: str) -> Rows:
        with (
            embedded_postgres.running(place / "postgres") as server,
            psycopg.connect(server.owner_url) as connection,
        ):
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return run


def _new_place() -> Iterator[Path]:
    folder = data_root(CHECKOUT) / "tests" / uuid4().hex[:12]
    yield folder
    # Ends a server whose owner the test has killed; a folder that the test has spoiled has none.
    with contextlib.suppress(ConfigurationError):
        if (folder / "postgres").exists():
            embedded_postgres.start(folder / "postgres").stop()
    shutil.rmtree(folder, ignore_errors=True)
