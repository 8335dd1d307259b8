"""A sandbox as a process of its own, for the tests of every room: start it, steer it, reset it, kill it.

A room's conftest imports `google_sandbox` and `sandbox_process` from here (and names both in `__all__`); its tests
ask for `google_sandbox`: one process for each xdist worker, an empty world with a real clock for each test.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

BACKEND = Path(__file__).resolve().parents[2]
READY = "Workspace sandbox ready at "
CLIENT_ID = "countersign-sandbox.apps.example"
CLIENT_SECRET = "sandbox-secret"

# The empty world of each test; a test that needs more seeds it.
PRISTINE = "pristine"


@dataclass
class Sandbox:
    """A running sandbox and its control plane; `connections` are those of clients, closed after each test."""

    process: subprocess.Popen[str]
    base_url: str
    ready_line: str
    http: httpx.Client = field(init=False)
    connections: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        # trust_env off: a proxy of the machine must not see loopback traffic.
        self.http = httpx.Client(base_url=self.base_url, trust_env=False, timeout=30)

    def control(self, verb: str, name: str, json: Any = None, **query: Any) -> Any:
        """The JSON answer of `/_sandbox/{name}`; an error answer fails the test with its words."""
        response = self.http.request(verb, f"/_sandbox/{name}", json=json, params=query)
        assert response.is_success, response.text
        return response.json()

    def seed(self, *accounts: dict[str, Any], **world: Any) -> None:
        """Replace the world by these accounts (`{"email": ..., "messages": [...]}`)."""
        self.control("POST", "seed", {"accounts": list(accounts), **world})

    def state(self, account: str) -> dict[str, Any]:
        """The whole world of one account in the shape of the seed."""
        state: dict[str, Any] = self.control("GET", "state", account=account)
        return state

    def ledger(self, **query: Any) -> list[dict[str, Any]]:
        """The ledger's entries, optionally `after=`, `account=`, `method=` (a pattern)."""
        entries: list[dict[str, Any]] = self.control("GET", "ledger", **query)["entries"]
        return entries

    def snapshot(self, name: str) -> None:
        """Remember the world under a name."""
        self.control("POST", "snapshot", {"name": name})

    def restore(self, name: str) -> None:
        """Go back to a snapshot; faults end."""
        self.control("POST", "restore", {"name": name})

    def advance(self, seconds: float) -> None:
        """Move the sandbox clock."""
        self.control("POST", "clock", {"advance": seconds})

    def set_clock(self, moment: str) -> None:
        """Make an ISO 8601 moment the present of the sandbox."""
        self.control("POST", "clock", {"set": moment})

    def deliver(self, **mail: Any) -> list[dict[str, Any]]:
        """A mail arrives from outside: `raw=` or `sender`-like fields of the seed; the stored copies."""
        copies: list[dict[str, Any]] = self.control("POST", "deliver", mail)["delivered"]
        return copies

    def fault(self, method: str, **rule: Any) -> dict[str, Any]:
        """A rule of what goes wrong for methods matching the pattern; see workspace_sandbox/kernel/faults.py."""
        added: dict[str, Any] = self.control("POST", "faults", {"method": method, **rule})
        return added

    def faults(self) -> list[dict[str, Any]]:
        """The rules in force, with how often each has fired."""
        rules: list[dict[str, Any]] = self.control("GET", "faults")["faults"]
        return rules

    def clear_faults(self) -> None:
        """Everything works again."""
        self.control("DELETE", "faults")

    def token(self, email: str, *scopes: str, expires_in: int = 3599) -> str:
        """An access token without any consent."""
        body = {"email": email, "scopes": list(scopes), "expires_in": expires_in}
        token: str = self.control("POST", "token", body)["access_token"]
        return token

    def health(self) -> dict[str, Any]:
        """That it serves, its time, its process id, its number of accounts."""
        answer: dict[str, Any] = self.control("GET", "health")
        return answer

    def kill(self) -> None:
        """Kill -9, as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        self.connections.close()
        self.http.close()
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(timeout=10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status


def spawn(*arguments: str, inherited: Sequence[int] = ()) -> subprocess.Popen[str]:
    """The command line as a process, with its output as pipes; it gets the `inherited` open files too."""
    return subprocess.Popen(
        [sys.executable, "-m", "workspace_sandbox", *arguments],
        cwd=BACKEND,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=None,
        text=True,
        pass_fds=inherited,
    )


def _environment() -> dict[str, str]:
    """This process's own, with the measuring of coverage only for the sandbox's own tests: it slows every answer."""
    is_own_test = "/tests/sandbox/" in os.environ.get("PYTEST_CURRENT_TEST", "")
    kept = {name: value for name, value in os.environ.items() if is_own_test or not name.startswith("COV")}
    return {**kept, "PYTHONPATH": str(BACKEND)}


def start_sandbox(
    *,
    world: str = "empty",
    db: Path | None = None,
    seed: int = 1,
    fd: int | None = None,
    extra: tuple[str, ...] = (),
) -> Sandbox:
    """A sandbox that answers, on a free port or the open socket `fd`; the caller ends it (`stop()`, `kill()`)."""
    listening = ["--port", "0"] if fd is None else ["--fd", str(fd)]
    arguments = [*listening, "--world", world, "--seed", str(seed), *extra]
    inherited = [] if fd is None else [fd]
    process = spawn(*arguments, *([] if db is None else ["--db", str(db)]), inherited=inherited)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith(READY):
        process.kill()
        process.stdout.close()
        pytest.fail(f"the sandbox did not start: {line!r}, exit status {process.wait(timeout=10)}")
    sandbox = Sandbox(process, line.removeprefix(READY).split()[0], line.strip())
    assert sandbox.health()["ok"]
    return sandbox


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """One sandbox process for this test worker."""
    sandbox = start_sandbox()
    sandbox.snapshot(PRISTINE)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def google_sandbox(sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The sandbox with an empty world, real time, no faults and an empty ledger."""
    sandbox_process.restore(PRISTINE)
    yield sandbox_process
    sandbox_process.connections.close()
