"""A new master key while everything runs: nothing becomes unreadable, and the old key's file can go."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from countersign.errors import UnavailableError
from countersign.kit import ids
from countersign.kit.crypto import Keys
from countersign.kit.data_keys import cipher
from countersign.settings import Settings
from tests.cluster import ProductDatabase
from tests.processes import environment_of

Cli = Callable[..., str]


@pytest.fixture
def folder(keys_dir: Path, tmp_path: Path) -> Path:
    """This test's own copy of the key files."""
    return Path(shutil.copytree(keys_dir, tmp_path / "keys"))


@pytest.fixture
def cli(settings: Settings, folder: Path) -> Cli:
    """The command line of an installation whose keys are in `folder`; gives what it printed."""
    environment = environment_of(settings.model_copy(update={"keys_dir": folder}))

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "countersign.cli.main", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    return run


async def sealed(database: ProductDatabase, keys: Keys, user_id: UUID) -> bytes:
    """A secret of that person, as a process with these keys stores it."""
    async with database.db.session(user_id) as session:
        return (await cipher(session, keys, user_id)).seal(b"token", "t", "r", "c")


async def opened(database: ProductDatabase, keys: Keys, user_id: UUID, secret: bytes) -> bytes:
    """What a process with these keys reads."""
    async with database.db.session(user_id) as session:
        return (await cipher(session, keys, user_id)).open(secret, "t", "r", "c")


async def test_the_master_key_is_rotated_while_processes_run_and_the_old_file_can_go(
    database: ProductDatabase, folder: Path, cli: Cli
) -> None:
    running, maya, lee = Keys.load(folder), ids.new_id(), ids.new_id()
    secret = await sealed(database, running, maya)
    key_id, mac = running.mac("decision", b"decided before")

    printed = cli("keys", "rotate")
    later = await sealed(database, running, lee)
    listed = cli("keys", "list")
    (folder / "master-1.key").unlink()
    restarted = Keys.load(folder)

    assert printed.startswith("master-2 is in use; data keys wrapped again: 1.")
    assert listed.splitlines() == ["master-1: may be deleted, data keys: 0", "master-2: in use, data keys: 2"]
    for keys in (running, restarted):
        assert await opened(database, keys, maya, secret) == b"token"
        assert await opened(database, keys, lee, later) == b"token"
        assert keys.verify("decision", key_id, b"decided before", mac)


async def test_a_rotation_without_the_old_key_changes_nothing(
    database: ProductDatabase, folder: Path, tmp_path: Path, cli: Cli
) -> None:
    elsewhere = Keys.create(tmp_path / "elsewhere")
    elsewhere.add("master")
    maya = ids.new_id()
    secret = await sealed(database, elsewhere, maya)

    with pytest.raises(subprocess.CalledProcessError) as refused:
        cli("keys", "rotate")

    assert "master-2 is needed" in refused.value.stderr
    assert Keys.load(folder).ids("master") == ("master-1",)
    assert await opened(database, elsewhere, maya, secret) == b"token"


def test_a_process_finds_a_key_that_another_one_made_and_forgets_none(folder: Path) -> None:
    running, other = Keys.load(folder), Keys.load(folder)
    assert (other.add("decision"), running.newest("decision")) == ("decision-2", "decision-1")
    key_id, mac = other.mac("decision", b"words")
    assert running.verify("decision", key_id, b"words", mac)
    assert running.ids("decision") == ("decision-1", "decision-2")
    old_id, wrapped = running.wrap(b"k" * 32, b"aad")
    other.add("master")
    (folder / "master-1.key").unlink()
    assert running.wrap(b"k" * 32, b"aad")[0] == "master-2"
    assert running.unwrap(old_id, wrapped, b"aad") == b"k" * 32
    with pytest.raises(UnavailableError):
        Keys.load(folder).unwrap(old_id, wrapped, b"aad")


def test_keys_added_at_the_same_moment_are_private_and_none_replaces_another(folder: Path) -> None:
    before = (folder / "audit-1.key").read_text()
    with ThreadPoolExecutor(4) as processes:
        added = list(processes.map(lambda _: Keys.load(folder).add("audit"), range(4)))
    made = sorted(folder.glob("audit-*.key"))

    assert sorted(added) == ["audit-2", "audit-3", "audit-4", "audit-5"]
    assert len({path.read_text() for path in made}) == 5
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert (folder / "audit-1.key").read_text() == before
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
