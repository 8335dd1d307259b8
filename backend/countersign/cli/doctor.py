"""`countersign doctor`: says what stands in the way of a start, in words; it mends nothing."""

from __future__ import annotations

import contextlib
import re
import socket
from pathlib import Path

import psycopg
import typer

from countersign.cli.installation import folders, keys_folder, opened, read_settings, uses_embedded
from countersign.cli.migrate import head_revision, revision_of
from countersign.errors import ConfigurationError, CountersignError
from countersign.kit import embedded_postgres


class PortTakenError(ConfigurationError):
    """Another program listens where Countersign should."""

    code = "port_taken"


def doctor() -> None:
    """Check settings, port, database, schema and keys; exit code 1 when something is wrong."""
    problems = 0
    for name, check in (("settings", _settings), ("port", _port), ("database", _database), ("keys", _keys)):
        try:
            typer.echo(f"ok     {name:<9} {check()}")
        except CountersignError as error:
            problems += 1
            typer.echo(f"WRONG  {name:<9} {error.message} {error.action}")
        except psycopg.OperationalError as error:
            problems += 1
            typer.echo(f"WRONG  {name:<9} The database does not answer: {str(error).strip()}")
    if problems:
        raise typer.Exit(1)


def refuse_taken_port(host: str, port: int) -> None:
    """Nothing when `port` is free on `host`.

    Raises:
        PortTakenError: it is taken; names the process when the system tells us, and what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            msg = f"Port {port} is taken{_holder_in_words(port)}."
            raise PortTakenError(
                msg, action=f"Start on another one: make run PORT={port + 100}", port=port
            ) from exc


def _holder_in_words(port: int) -> str:
    pid = _listening_process(port)
    if pid is None:
        return " by another program"
    try:
        command = (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        )
    except OSError:
        command = ""
    return f" by process {pid}" + (f" ({command[:100]})" if command else "")


def _listening_process(port: int) -> int | None:
    """The process that listens on `port`, from /proc; None where that does not exist or belongs to others."""
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            # Field 3 is the state, 0A = LISTEN; the local address ends with the port in hexadecimal. Source: proc(5).
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(fields[9])
    for descriptor in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        with contextlib.suppress(OSError):
            match = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
            if match and match[1] in inodes:
                return int(descriptor.parts[2])
    return None


def _settings() -> str:
    settings = read_settings()
    return f"{settings.environment}, {'own Postgres' if uses_embedded(settings) else 'outside Postgres'}"


def _port() -> str:
    settings = read_settings()
    if embedded_postgres.owner_of(folders().database) is not None:
        return f"{settings.port} (this clone is running)"
    refuse_taken_port(settings.host, settings.port)
    return f"{settings.port} is free"


def _database() -> str:
    with opened() as installation:
        revision = revision_of(installation.owner_url)
    if revision != head_revision():
        raise ConfigurationError(
            f"The schema is at {revision or 'nothing'}, this release needs {head_revision()}.",
            action="Run: make migrate",
        )
    return f"answers, schema {revision}"


def _keys() -> str:
    settings = read_settings()
    folder = keys_folder(settings, folders())
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    if not files:
        raise ConfigurationError(
            f"There are no key files in {folder}.", action="`make run` makes them on first use."
        )
    open_to_others = [path.name for path in files if path.stat().st_mode & 0o077]
    if open_to_others:
        msg = f"These key files can be read by others: {', '.join(open_to_others)}."
        raise ConfigurationError(msg, action=f"Run: chmod 600 {folder}/*")
    return f"{len(files)} files in {folder}"
