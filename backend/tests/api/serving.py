"""The real application behind a real socket, in a thread with its own event loop, for the tests of the HTTP surface."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from countersign.app import create_app
from countersign.settings import Settings

_STOP_SECONDS = 10


@dataclass(frozen=True)
class Served:
    """Where the application answers, and with which settings."""

    settings: Settings

    @property
    def origin(self) -> str:
        """What a browser shows as its origin."""
        return self.settings.origin


@contextmanager
def serving(settings: Settings) -> Iterator[Served]:
    """The application on a free loopback port until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="served api")
    thread.start()
    try:
        yield Served(settings)
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        listener.close()
    assert not thread.is_alive(), "the application did not stop"
