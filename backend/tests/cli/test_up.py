"""`make run`: one command starts everything, names what is in the way, and ends cleanly."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from countersign.cli.up import world_of_import
from countersign.kit import embedded_postgres
from tests.cli.command_line import CommandLine, OwnerSql, copy_installation

MAIL = "From x Mon Mar  2 09:00:00 2026\nFrom: eva@firma.example\nTo: robin@private.example\n\nHello\n\n"
START_SECONDS = 60
STOP_SECONDS = 15


@dataclass(frozen=True)
class Running:
    """A `countersign up` and the file it prints into."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path

    @property
    def origin(self) -> str:
        """The address it promised."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def printed(self) -> str:
        """All it has said so far."""
        return self.output.read_text()

    def wait_until_ready(self) -> None:
        """Returns once it has said so."""
        wait_for(lambda: "Countersign is ready" in self.printed or self.process.poll() is not None)
        assert self.process.poll() is None, self.printed

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS)

    def child(self, command: str) -> int | None:
        """Process id of its child with that command, None while there is none."""
        # A child belongs to the thread that started it.
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        children = [pid for thread in threads for pid in thread.read_text().split()]
        return next((int(pid) for pid in children if command in command_line_of(pid)), None)

    def children(self) -> dict[str, int]:
        """Process ids of its servers by command; waits until each has one."""
        names = ("main serve", "main worker", "-m workspace_sandbox", "bin/postgres")
        wait_for(lambda: all(self.child(name) for name in names))
        return {name: self.child(name) or 0 for name in names}


@pytest.fixture
def up(countersign: CommandLine) -> Iterator[Callable[..., Running]]:
    """Starts `countersign up` on a free port and waits until it is ready."""
    started: list[Running] = []

    def start(
        command_line: CommandLine = countersign, port: int | None = None, **environment: str
    ) -> Running:
        running = launch(command_line, port or free_port(), **environment)
        started.append(running)
        running.wait_until_ready()
        return running

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


def launch(command_line: CommandLine, port: int, **more: str) -> Running:
    given = {"PORT": str(port), "WORLD": "empty", "PYTHONUNBUFFERED": "1", **more}
    environment = {**command_line.environment, **given}
    output = command_line.place / f"output-{port}.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [*command_line.program, "up"], env=environment, cwd=command_line.place, stdout=file, stderr=file
        )
    return Running(process, port, output)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def command_line_of(pid: str | int) -> str:
    """Its command line; empty for a process that is gone or waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_gone(pid: int) -> bool:
    return command_line_of(pid) == ""


def wait_for(condition: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def answers(origin: str) -> bool:
    try:
        return httpx.get(f"{origin}/readyz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_taken_port_is_named_with_its_holder_and_what_to_do(unchanged: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        refused = unchanged("up", environment={"PORT": str(port)})

    assert refused.returncode == 1
    assert f"Port {port} is taken by process {os.getpid()}" in refused.stderr
    assert f"make run PORT={port + 100}" in refused.stderr


def test_an_installation_from_its_first_start_to_its_clean_end(
    up: Callable[..., Running], countersign: CommandLine
) -> None:
    """One start costs seconds, so everything that a running one must show is looked at in three of them."""
    other = copy_without_keys(countersign)
    box = countersign.place / "own.mbox"
    box.write_text(MAIL)

    first = up(IMPORT=str(box))
    assert re.findall(r"Open (\S+)", first.printed) == [first.origin]
    assert answers(first.origin)
    assert_a_second_start_names(first, countersign)
    assert_killed_servers_come_back(first)
    assert "importing ..." in first.printed
    assert "imported 1 mails of robin@private.example" in first.printed
    servers = [pid for name, pid in first.children().items() if name != "bin/postgres"]
    first.process.kill()
    first.process.wait()
    wait_for(lambda: all(is_gone(pid) for pid in servers), seconds=STOP_SECONDS)

    again, beside = up(port=first.port, IMPORT=str(box)), up(other)
    assert answers(again.origin)
    assert answers(beside.origin)
    assert {key.stat().st_mode & 0o777 for key in (other.place / "keys").glob("*.key")} == {0o600}

    children = again.children()
    assert [again.stop(), beside.stop()] == [0, 0]
    assert [name for name, pid in children.items() if not is_gone(pid)] == []
    assert embedded_postgres.owner_of(countersign.place / "postgres") is None
    assert "imported before, unchanged" in again.printed
    assert "continues from its file" in again.printed
    subprocess.run(["rm", "-r", str(other.place)], check=True)


def copy_without_keys(command_line: CommandLine) -> CommandLine:
    """Another clone, whose database another command has made before its first start."""
    other = CommandLine(command_line.place.with_name(f"{command_line.place.name}-other"))
    copy_installation(command_line.place, other.place)
    for key in (other.place / "keys").glob("*.key"):
        key.unlink()
    return other


def assert_a_second_start_names(first: Running, command_line: CommandLine) -> None:
    second = command_line("up", environment={"PORT": str(free_port())})
    assert second.returncode == 1
    assert f"in use by process {first.process.pid}" in second.stderr


def assert_killed_servers_come_back(running: Running) -> None:
    before = running.children()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: all(is_gone(pid) for pid in before.values()))
    wait_for(lambda: answers(running.origin))
    after = running.children()
    assert [name for name, pid in after.items() if before[name] == pid] == []


@pytest.mark.parametrize("change", ["more mail", "another owner"])
def test_a_changed_import_is_read_again_and_an_unchanged_one_goes_on(tmp_path: Path, change: str) -> None:
    box = tmp_path / "own.mbox"
    box.write_text(MAIL)
    before = world_of_import(box, "")
    unchanged = world_of_import(box, "")

    if change == "more mail":
        box.write_text(MAIL * 2)

    assert before == unchanged
    assert world_of_import(box, "" if change == "more mail" else "robin@private.example") != before


def test_data_without_its_keys_is_refused_rather_than_given_new_ones(
    countersign: CommandLine, place: Path, owner_sql: OwnerSql
) -> None:
    owner_sql(
        "INSERT INTO users (id, email, email_key, name, password_hash) "
        "VALUES (gen_random_uuid(), 'alex@example.org', 'alex@example.org', 'Alex', 'x')"
    )
    for key in (place / "keys").glob("*.key"):
        key.unlink()

    refused = countersign("up", environment={"PORT": str(free_port())})

    assert refused.returncode == 1
    assert "key" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list((place / "keys").iterdir()) == []


def test_a_wrong_setting_is_named(unchanged: CommandLine) -> None:
    refused = unchanged("up", environment={"PORT": "eighty"})

    assert refused.returncode == 1
    assert "PORT" in refused.stderr
    assert "Traceback" not in refused.stderr
