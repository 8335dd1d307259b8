"""Binds a loopback port and serves until told to stop.

Must not listen anywhere else: the sandbox asks nobody for a password.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from workspace_sandbox.app import SandboxApp

# A stalled request must not keep a stopping sandbox alive.
_GRACE_SECONDS = 1
# Longer than any client here keeps an idle connection: a close that crosses a request would look like a fault.
_KEEP_ALIVE_SECONDS = 120


class CannotBind(Exception):  # noqa: N818 - read by a person in front of a terminal
    """The address cannot be used; the message says what to do."""


class _CuttableProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, with the connection within reach of the application (`drop` faults)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _AnnouncingServer(uvicorn.Server):
    """Uvicorn's server that says when it is listening."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._announce()


def bind(host: str, port: int) -> socket.socket:
    """A bound socket on a loopback address; port 0 takes any free one.

    Raises:
        CannotBind: when the address is not loopback or the port is taken.
    """
    if not _is_loopback(host):
        raise CannotBind(
            f"{host} is not a loopback address. The sandbox has no passwords; use 127.0.0.1 or ::1."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise CannotBind(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
        message = f"Port {port} is taken by another program. Choose another with --port, or --port 0 for any free one."
        raise CannotBind(message) from error
    return listener


def inherit(descriptor: int) -> socket.socket:
    """The listening socket that whoever started this process opened, so that its port is ours before we run.

    Raises:
        CannotBind: when the descriptor is no socket on a loopback address.
    """
    try:
        listener = socket.socket(fileno=descriptor)
        host = str(listener.getsockname()[0])
    except (OSError, IndexError) as error:
        raise CannotBind(f"File descriptor {descriptor} is no socket to listen on; use --port.") from error
    if not _is_loopback(host):
        listener.close()
        raise CannotBind(f"File descriptor {descriptor} listens on {host or 'no address'}, not on loopback.")
    return listener


def address_of(listener: socket.socket) -> str:
    """The origin that clients use, for example `http://127.0.0.1:4010`."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: SandboxApp, listener: socket.socket, ready: str) -> None:
    """Serve until SIGTERM or SIGINT; writes `ready` as one line to standard output once requests are answered."""

    def announce() -> None:
        sys.stdout.write(ready + "\n")
        sys.stdout.flush()

    config = uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", _CuttableProtocol),
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    _AnnouncingServer(config, announce).run(sockets=[listener])


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
