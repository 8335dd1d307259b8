"""What the database promises: all or nothing, on disk when it says so, ids that never repeat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workspace_sandbox.store import CannotOpen, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "world.db", seed=1)
    yield opened
    opened.close()


class StoppedHalfwayError(Exception):
    """Raised in the middle of a transaction."""


def test_every_commit_is_synced_to_disk(store: Store) -> None:
    # https://www.sqlite.org/pragma.html#pragma_synchronous: 2 is FULL, which syncs the log at each commit.
    [synchronous] = store.all("PRAGMA synchronous")
    [journal] = store.all("PRAGMA journal_mode")

    assert (synchronous[0], journal[0]) == (2, "wal")


def test_a_transaction_that_fails_leaves_nothing_not_even_the_clock(store: Store) -> None:
    with pytest.raises(StoppedHalfwayError), store.transaction():
        store.put_meta("colour", "red")
        store.move_clock(by=timedelta(days=400))
        raise StoppedHalfwayError

    assert store.get_meta("colour") is None
    assert store.now() - datetime.now(UTC) < timedelta(days=1)


def test_an_inner_transaction_fails_with_the_outer(store: Store) -> None:
    with pytest.raises(StoppedHalfwayError), store.transaction():
        with store.transaction():
            store.put_meta("colour", "red")
        raise StoppedHalfwayError

    assert store.get_meta("colour") is None


def test_ids_are_the_same_for_the_same_seed_and_never_repeat(store: Store) -> None:
    other = Store(seed=1)
    with store.transaction(), other.transaction():
        ids = [store.new_id() for _ in range(1000)]
        same = [other.new_id() for _ in range(1000)]
    other.close()

    assert ids == same
    assert len(set(ids)) == 1000


def test_without_a_seed_ids_differ_from_run_to_run() -> None:
    first, second = Store(), Store()
    ids = {first.new_id(), second.new_id()}
    first.close()
    second.close()

    assert len(ids) == 2


def test_clearing_empties_full_text_indexes_too() -> None:
    words = "CREATE VIRTUAL TABLE words USING fts5(body, content='')"
    store = Store(schemas=(words,))
    with store.transaction():
        store.execute("INSERT INTO words (rowid, body) VALUES (1, 'hello')")
        store.put_meta("signing_key", "kept")

    with store.transaction():
        store.clear()

    assert store.all("SELECT rowid FROM words WHERE words MATCH 'hello'") == []
    assert store.get_meta("signing_key") == "kept"
    store.close()


def test_a_clock_needs_a_time_zone(store: Store) -> None:
    with pytest.raises(ValueError, match="time zone"):
        store.move_clock(to=datetime(2026, 3, 2))  # noqa: DTZ001 - the missing zone is the point


def test_two_sandboxes_cannot_share_a_file(store: Store, tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="another sandbox"):
        Store(tmp_path / "world.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(b"These are notes, not a database. " * 100)

    with pytest.raises(CannotOpen, match="cannot be used"):
        Store(tmp_path / "notes.db")


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "old.db").close()

    with pytest.raises(CannotOpen, match="another version"):
        Store(tmp_path / "old.db", schemas=("CREATE TABLE IF NOT EXISTS later (id INTEGER)",))
