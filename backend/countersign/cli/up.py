"""`countersign up`: one process tree with everything (`make run`); first up and last down is the database.

It starts programs and waits; what they do is theirs. The sandbox Google is started as a process, never imported.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import httpx
import psycopg
import typer

from countersign.cli import installation
from countersign.cli.doctor import refuse_taken_port
from countersign.cli.migrate import upgrade
from countersign.cli.supervisor import Program, keep_running, say
from countersign.errors import ConfigurationError, CountersignError
from countersign.kit import embedded_postgres
from countersign.kit.embedded_postgres import ServerHandle
from countersign.settings import DEVELOPMENT_GOOGLE_CLIENT_ID, Settings

SANDBOX_PORT = 4010
SANDBOX_BACKLOG = 128
LOOK_AGAIN_SECONDS = 0.1
READY_WITHIN_SECONDS = 60.0
DATABASE_LOOK_SECONDS = 0.5

WorldOption = Annotated[
    str, typer.Option(envvar="WORLD", help="Sandbox world: demo, empty, or a seed FILE.json.")
]
ImportOption = Annotated[
    str, typer.Option("--import", envvar="IMPORT", help="Mail of your own: mbox, Maildir, .eml.")
]
OwnerOption = Annotated[
    str, typer.Option(envvar="OWNER", help="Whose mail the import is, when that is unclear.")
]


def up(world: WorldOption = "demo", imported: ImportOption = "", owner: OwnerOption = "") -> None:
    """Start everything on this machine and stay until ctrl-C."""
    settings = installation.read_settings()
    refuse_taken_port(settings.host, settings.port)
    with _database(settings) as (complete, server), _sandbox_listener(complete) as listener:
        programs = _programs(complete, listener, world, imported, owner)
        try:
            with asyncio.Runner() as runner:
                runner.run(_serve_until_stopped(complete, programs, server))
        finally:
            installation.folders().sandbox_address.unlink(missing_ok=True)
    say("up", "stopped")


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[tuple[Settings, ServerHandle | None]]:
    if not installation.uses_embedded(settings):
        owner_url = settings.database_owner_url.get_secret_value()
        if owner_url:
            upgrade(owner_url)
        installation.ensure_keys(settings, has_users=not owner_url or _has_users(owner_url))
        yield settings, None
        return
    place = installation.folders()
    if not place.database.exists():
        say("database", "making the database folder (once) ...")
    with embedded_postgres.running(place.database, max_connections=installation.MAX_CONNECTIONS) as server:
        complete = installation.complete(settings, server.addresses, place)
        upgrade(server.owner_url)
        installation.ensure_keys(complete, has_users=_has_users(server.owner_url))
        yield complete, server


def _has_users(owner_url: str) -> bool:
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT EXISTS (SELECT 1 FROM users)").fetchone()
    return row is not None and bool(row[0])


@contextlib.contextmanager
def _sandbox_listener(settings: Settings) -> Iterator[socket.socket | None]:
    """The socket our sandbox answers on, on any free port when its own is taken; None when Google is elsewhere.

    It is opened here and inherited by the sandbox, at every start of it: the port cannot be lost in between.
    """
    if not _needs_sandbox(settings):
        yield None
        return
    try:
        listener = socket.create_server(("127.0.0.1", SANDBOX_PORT), backlog=SANDBOX_BACKLOG)
    except OSError:
        listener = socket.create_server(("127.0.0.1", 0), backlog=SANDBOX_BACKLOG)
    with listener:
        yield listener


def _programs(
    settings: Settings, listener: socket.socket | None, world: str, imported: str, owner: str
) -> list[Program]:
    programs = []
    if listener is not None:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = settings.model_copy(update={"google_base_url": address})
        installation.folders().sandbox_address.write_text(f"{address}\n")
        command = _sandbox_command(listener.fileno(), world, imported, owner)
        programs.append(Program("sandbox", command, dict(os.environ), (listener.fileno(),)))
    environment = installation.environment_for(settings)
    this = [sys.executable, "-m", "countersign.cli.main"]
    programs.append(Program("api", [*this, "serve"], environment))
    programs.append(Program("worker", [*this, "worker"], environment))
    return programs


def _needs_sandbox(settings: Settings) -> bool:
    """Whether Google is ours to bring: nobody named a server and nobody set a client of a real Google project."""
    is_development = settings.environment != "production"
    return (
        is_development
        and not settings.google_base_url
        and settings.google_client_id == DEVELOPMENT_GOOGLE_CLIENT_ID
    )


def _sandbox_command(descriptor: int, world: str, imported: str, owner: str) -> list[str]:
    """The sandbox's command line; a world that was made already goes on as it is, in its own file."""
    name = Path(world).stem
    sources: list[str] = []
    if imported:
        path = Path(imported).expanduser().resolve()
        if not path.exists():
            raise ConfigurationError(
                f"There is nothing to import at {path}.", action="Check IMPORT and start again."
            )
        name, world = world_of_import(path, owner), "empty"
        sources = ["--import", str(path), *(["--owner", owner] if owner else [])]
    elif world.endswith(".json"):
        world = str(Path(world).expanduser().resolve())
    file = installation.folders().sandbox(name)
    if imported:
        say("sandbox", f"{path}: " + ("imported before, unchanged" if file.exists() else "importing ..."))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-m", "workspace_sandbox", "--fd", str(descriptor), "--db", str(file)]
    return [*command, "--world", world, *sources]


def world_of_import(path: Path, owner: str) -> str:
    """The name of the sandbox world of exactly this mail: a file of another size or time gives another name."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    told = hashlib.sha256(f"{path}\0{owner}".encode(errors="surrogateescape"))
    for file in files:
        seen = file.stat()
        told.update(f"\0{file}\0{seen.st_size}\0{seen.st_mtime_ns}".encode(errors="surrogateescape"))
    return f"import-{told.hexdigest()[:16]}"


async def _serve_until_stopped(
    settings: Settings, programs: list[Program], server: ServerHandle | None
) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_running(programs, stopping))
        group.create_task(_announce(settings, stopping))
        if server is not None:
            group.create_task(_keep_database(server, stopping))


async def _announce(settings: Settings, stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + READY_WITHIN_SECONDS
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    async with httpx.AsyncClient(base_url=f"http://{host}:{settings.port}", trust_env=False) as client:
        while not stopping.is_set():
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get("/readyz")).status_code == httpx.codes.OK:
                    say("up", "")
                    say("up", f"Countersign is ready. Open {settings.origin}    (ctrl-C stops it)")
                    say("up", "There is no web page yet; README.md shows a first request.")
                    say("up", "")
                    return
            if loop.time() > deadline:
                say("up", f"still not ready after {READY_WITHIN_SECONDS:g} s; the lines above say why")
                return
            await _pause(stopping, LOOK_AGAIN_SECONDS)


async def _keep_database(server: ServerHandle, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        await _pause(stopping, DATABASE_LOOK_SECONDS)
        if server.is_running or stopping.is_set():
            continue
        say("database", "ended by itself; starting again")
        try:
            await asyncio.to_thread(server.relaunch)
        except CountersignError as error:
            say("database", f"{error.message} {error.action}")


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
