"""A real Postgres run from a wheel's programs, for one machine and for tests; it never touches a foreign folder.

One process owns a data folder at a time (an advisory lock names it). Everybody else gets addresses only. The server
listens on a socket in a private folder, never on a network address, and every login needs a password (scram).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

from countersign.errors import ConfigurationError, UnavailableError
from countersign.kit.embedded.databases import (
    DATABASE,
    SUPERUSER,
    DatabaseAddresses,
    read_or_make_passwords,
    set_up_database,
    set_up_roles,
)
from countersign.kit.embedded.folder import initialise, leftover_pid, refuse_other_version
from countersign.kit.embedded.home import prepare_folder, program_folder, server_user, socket_folder

# Pause between two looks at a condition; a warm start takes about 100 ms.
LOOK_AGAIN_SECONDS = 0.02
LOG_LIMIT_BYTES = 5_000_000
# Values of statements and of violated constraints are people's data and stay out of the log file.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "synchronous_commit": "on",
}


class FolderInUseError(ConfigurationError):
    """Another process owns the data folder; `details["pid"]` names it."""

    code = "database_in_use"


class ServerHandle:
    """A running server and the addresses of its main database; whoever holds it must stop it."""

    def __init__(
        self, data_dir: Path, lock: int, *, settings: Mapping[str, str], timeout_seconds: float
    ) -> None:
        self.data_dir = data_dir
        self._user = server_user()
        self.bin_dir = program_folder(self._user)
        self._lock = lock
        self._settings = {**SERVER_SETTINGS, **settings}
        self._timeout_seconds = timeout_seconds
        refuse_other_version(data_dir)
        passwords = read_or_make_passwords(data_dir.with_name(f"{data_dir.name}.passwords.json"))
        if not data_dir.exists():
            initialise(data_dir, self._user, self.bin_dir, passwords[SUPERUSER])
        self.socket_dir = socket_folder(data_dir, self._user)
        self.addresses = DatabaseAddresses.of(self.socket_dir, passwords, DATABASE)
        self._process = self._launch()
        set_up_roles(self.addresses.superuser_url, passwords)
        set_up_database(self.addresses.superuser_url, DATABASE)

    @property
    def owner_url(self) -> str:
        """`postgresql://` address of the main database as the owner role (migrations)."""
        return self.addresses.owner_url

    @property
    def app_url(self) -> str:
        """`postgresql://` address of the main database as the app role."""
        return self.addresses.app_url

    @property
    def system_url(self) -> str:
        """`postgresql://` address of the main database as the system role."""
        return self.addresses.system_url

    @property
    def superuser_url(self) -> str:
        """`postgresql://` address of the main database as the superuser; for creating databases and backups only."""
        return self.addresses.superuser_url

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the postmaster's process exists; not a proof that it answers."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End after rolling back open transactions ("fast"); releases the folder. Idempotent."""
        self._end(signal.SIGINT)

    def stop_immediately(self) -> None:
        """End without a checkpoint, as after a power cut; the next start recovers. Releases the folder. Idempotent."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """SIGKILL to the postmaster; its children notice and end. Releases the folder. Idempotent."""
        self._end(signal.SIGKILL)

    def relaunch(self) -> None:
        """Start the server again in the same folder after it ended by itself; does nothing while it runs.

        Raises:
            UnavailableError: it does not come up; the end of its log is in the message.
        """
        if not self.is_running:
            self._process = self._launch()

    def _end(self, number: signal.Signals) -> None:
        if self.is_running:
            self._process.send_signal(number)
        try:
            self._process.wait(self._timeout_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _launch(self) -> subprocess.Popen[bytes]:
        deadline = time.monotonic() + self._timeout_seconds
        _end_leftover(self.data_dir, deadline)
        log = self.data_dir.with_name(f"{self.data_dir.name}.log")
        while True:
            process = self._spawn(log)
            if self._answers(process, deadline):
                return process
            tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
            # The children of a killed postmaster take a moment to notice; until then the new one is refused.
            if "pre-existing shared memory block" not in tail[-400:] or time.monotonic() > deadline:
                raise UnavailableError(f"The embedded Postgres did not start. The end of {log}:\n{tail}")

    def _spawn(self, log: Path) -> subprocess.Popen[bytes]:
        options = {**self._settings, "unix_socket_directories": str(self.socket_dir)}
        command = [str(self.bin_dir / "postgres"), "-D", str(self.data_dir)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            # A session of its own: ctrl-C in the terminal must reach the owner, not the database.
            return subprocess.Popen(
                command,
                **self._user.rights(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _answers(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        while time.monotonic() < deadline:
            if _connects(self.addresses.maintenance_url):
                return True
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_AGAIN_SECONDS)
                return False
        process.kill()
        process.wait()
        return False


def start(
    data_dir: Path,
    *,
    max_connections: int = 100,
    settings: Mapping[str, str] | None = None,
    timeout_seconds: float = 60,
) -> ServerHandle:
    """A server on `data_dir` that has answered a real connection, with roles and main database in place.

    Makes the folder on first use (about 1 s), else a warm start (about 0.2 s). A server left over by an owner that
    was killed is ended first. `settings` are further Postgres settings by name.

    Raises:
        FolderInUseError: another process owns the folder.
        ConfigurationError: the folder is of another Postgres version, unreachable, or no database folder.
        UnavailableError: the server does not come up in time.
    """
    data_dir = data_dir.resolve()
    prepare_folder(data_dir, server_user())
    lock = _take_lock(data_dir)
    try:
        chosen = {"max_connections": str(max_connections), **(settings or {})}
        return ServerHandle(data_dir, lock, settings=chosen, timeout_seconds=timeout_seconds)
    except BaseException:
        os.close(lock)
        raise


@contextlib.contextmanager
def running(data_dir: Path, *, max_connections: int = 100) -> Iterator[ServerHandle]:
    """`start` for the length of a `with` block; stopped at its end."""
    handle = start(data_dir, max_connections=max_connections)
    try:
        yield handle
    finally:
        handle.stop()


def owner_of(data_dir: Path) -> int | None:
    """Process id of the owner of a data folder, None when nobody owns it now."""
    path = _lock_path(data_dir.resolve())
    if not path.exists():
        return None
    try:
        os.close(_take_lock(data_dir.resolve()))
    except FolderInUseError as error:
        return int(error.details["pid"])
    return None


def _lock_path(data_dir: Path) -> Path:
    return data_dir.with_name(f"{data_dir.name}.lock")


def _take_lock(data_dir: Path) -> int:
    lock = os.open(_lock_path(data_dir), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        pid = os.read(lock, 32).decode().strip() or "0"
        os.close(lock)
        msg = f"The database folder {data_dir} is in use by process {pid}."
        raise FolderInUseError(
            msg, action=f"Stop process {pid} first, or start from another clone.", pid=pid
        ) from exc
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _connects(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _end_leftover(data_dir: Path, deadline: float) -> None:
    """Ends a server whose owner was killed: we hold the folder's lock, so it serves nobody who may have it."""
    pid_file = data_dir / "postmaster.pid"
    pid = leftover_pid(pid_file, data_dir)
    if pid is None:
        # A stale file may name a process id that now belongs to a stranger, at which Postgres would give up.
        pid_file.unlink(missing_ok=True)
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    ended = threading.Event()
    while leftover_pid(pid_file, data_dir) is not None:
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"An earlier server (process {pid}) still runs in {data_dir} and does not end."
            )
        ended.wait(LOOK_AGAIN_SECONDS)
