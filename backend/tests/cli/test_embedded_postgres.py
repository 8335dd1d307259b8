"""The embedded Postgres keeps commits through every kind of end, and belongs to one process at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from countersign.errors import ConfigurationError
from countersign.kit import embedded_postgres
from countersign.kit.embedded.databases import copy_database, drop_database, with_database
from countersign.kit.embedded_postgres import FolderInUseError, ServerHandle

OTHER_PROCESS = """
import sys
from pathlib import Path
from countersign.kit import embedded_postgres
handle = embedded_postgres.start(Path(sys.argv[1]))
print(handle.pid, flush=True)
sys.stdin.read()
handle.stop()
"""


@pytest.fixture
def server(place: Path) -> Iterator[Callable[[], ServerHandle]]:
    """Starts the server of one folder, again and again; the last one is stopped after the test."""
    started: list[ServerHandle] = []

    def start() -> ServerHandle:
        started.append(embedded_postgres.start(place / "postgres"))
        return started[-1]

    yield start
    for handle in started:
        handle.stop()


def commit_a_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
        connection.execute("INSERT INTO kept VALUES (41)")


def rows(url: str) -> list[tuple[int]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT n FROM kept").fetchall()


@pytest.mark.parametrize("end", [ServerHandle.stop, ServerHandle.stop_immediately, ServerHandle.kill])
def test_what_was_committed_is_there_after_every_kind_of_end(
    server: Callable[[], ServerHandle], end: Callable[[ServerHandle], None]
) -> None:
    first = server()
    commit_a_row(first.owner_url)

    end(first)

    assert rows(server().owner_url) == [(41,)]


def test_a_second_start_takes_under_two_seconds(server: Callable[[], ServerHandle]) -> None:
    server().stop()
    started = time.monotonic()

    server()

    assert time.monotonic() - started < 2


def test_a_folder_in_use_names_the_process_that_uses_it(
    place: Path, server: Callable[[], ServerHandle]
) -> None:
    server()

    with pytest.raises(FolderInUseError, match=f"in use by process {os.getpid()}"):
        embedded_postgres.start(place / "postgres")

    assert embedded_postgres.owner_of(place / "postgres") == os.getpid()


def test_a_stopped_server_leaves_the_folder_to_the_next(
    place: Path, server: Callable[[], ServerHandle]
) -> None:
    server().stop()

    assert embedded_postgres.owner_of(place / "postgres") is None


def test_a_server_left_over_by_a_killed_owner_is_ended_and_its_commits_survive(
    place: Path, server: Callable[[], ServerHandle]
) -> None:
    command = [sys.executable, "-c", OTHER_PROCESS, str(place / "postgres")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    owner = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert owner.stdout is not None
    leftover = int(owner.stdout.readline())
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    assert embedded_postgres.owner_of(place / "postgres") is None

    handle = server()

    assert handle.pid != leftover
    assert handle.is_running


def test_a_data_folder_of_a_newer_version_is_refused_with_words(
    place: Path, server: Callable[[], ServerHandle]
) -> None:
    server().stop()
    (place / "postgres" / "PG_VERSION").write_text("99\n")

    with pytest.raises(
        ConfigurationError, match="written by Postgres 99; this release brings Postgres 18"
    ) as refusal:
        embedded_postgres.start(place / "postgres")

    assert "newer release" in refusal.value.action


def test_a_folder_that_is_no_database_is_left_alone(place: Path) -> None:
    (place / "postgres").mkdir(parents=True)
    place.chmod(0o711)
    (place / "postgres" / "letter.txt").write_text("mine")

    with pytest.raises(ConfigurationError, match="is not a database folder"):
        embedded_postgres.start(place / "postgres")

    assert (place / "postgres" / "letter.txt").read_text() == "mine"


def test_nobody_gets_in_without_the_password(server: Callable[[], ServerHandle]) -> None:
    handle = server()
    stranger = handle.app_url.replace("@", "x@", 1)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_the_server_listens_on_no_network_address(server: Callable[[], ServerHandle]) -> None:
    with psycopg.connect(server().owner_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_no_role_of_ours_escapes_row_level_security(server: Callable[[], ServerHandle]) -> None:
    with psycopg.connect(server().owner_url) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles "
            "WHERE rolname LIKE 'countersign%' ORDER BY rolname"
        ).fetchall()

    assert roles == [("countersign_app", False), ("countersign_owner", False), ("countersign_system", False)]


def test_data_folder_and_passwords_are_private(place: Path, server: Callable[[], ServerHandle]) -> None:
    handle = server()

    modes = [path.stat().st_mode & 0o777 for path in (handle.data_dir, handle.socket_dir)]
    assert modes == [0o700, 0o700]
    assert (place / "postgres.passwords.json").stat().st_mode & 0o777 == 0o600


def test_a_copied_database_has_the_rows_of_its_template_and_vectors(
    server: Callable[[], ServerHandle],
) -> None:
    handle = server()
    commit_a_row(handle.owner_url)

    copy_database(handle.superuser_url, "second", template="countersign")

    assert rows(with_database(handle.owner_url, "second")) == [(41,)]
    with psycopg.connect(with_database(handle.app_url, "second")) as connection:
        assert connection.execute("SELECT '[1,2]'::vector <-> '[1,4]'::vector").fetchone() == (2.0,)
    drop_database(handle.superuser_url, "second")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(with_database(handle.owner_url, "second"))


def test_a_server_that_ended_by_itself_is_started_again_in_place(server: Callable[[], ServerHandle]) -> None:
    handle = server()
    commit_a_row(handle.owner_url)
    os.kill(handle.pid, signal.SIGKILL)
    os.waitid(os.P_PID, handle.pid, os.WEXITED | os.WNOWAIT)

    handle.relaunch()

    assert rows(handle.owner_url) == [(41,)]
