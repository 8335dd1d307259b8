"""A whole installation for a flow test: sandbox, api and worker as processes of their own on this test's database."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from countersign.settings import Settings
from tests.cluster import ProductDatabase
from tests.processes import environment_of
from tests.sandbox.server import Sandbox

START_SECONDS = 60
LOOK_AGAIN_SECONDS = 0.05
API = "from countersign.cli.main import main; main()"


@dataclass
class Installation:
    """Running processes of one installation; `log` collects what api and worker print."""

    settings: Settings
    database: ProductDatabase
    sandbox: Sandbox
    log: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The address a person opens."""
        return self.settings.origin

    def start_api(self) -> None:
        """Start the api and return once it says it is ready."""
        self._start("api", "serve")
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            assert self.processes["api"].poll() is None, self.log.read_text()[-3000:]
            time.sleep(LOOK_AGAIN_SECONDS)

    def start_worker(self, name: str = "worker") -> None:
        """Start a worker; work is done from the moment it is up."""
        self._start(name, "worker")

    def start_what_died(self) -> None:
        """Start again what an earlier test killed; end what it started besides."""
        for name in [name for name in self.processes if name not in {"api", "worker"}]:
            self.kill(name)
        if not self._runs("api"):
            self.start_api()
        if not self._runs("worker"):
            self.start_worker()

    def kill(self, name: str) -> None:
        """Kill -9 that process."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End every process."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    async def advance(self, by: timedelta) -> None:
        """Move the installation's clock and the sandbox's together."""
        await self.database.advance_clock(by)
        self.sandbox.advance(by.total_seconds())

    def sends(self) -> list[dict[str, Any]]:
        """The ledger's entries of mails that really left, whatever way."""
        return [
            entry
            for entry in self.sandbox.ledger()
            if entry["ok"] and entry["method_id"] in {"gmail.users.drafts.send", "gmail.users.messages.send"}
        ]

    def _runs(self, name: str) -> bool:
        return name in self.processes and self.processes[name].poll() is None

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.origin}/readyz", trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _start(self, name: str, command: str) -> None:
        with self.log.open("ab") as output:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-c", API, command],
                env=environment_of(self.settings),
                cwd=self.log.parent,
                stdout=output,
                stderr=subprocess.STDOUT,
            )


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
