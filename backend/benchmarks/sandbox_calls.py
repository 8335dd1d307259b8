"""How fast the sandbox is: thousands of mails until ready, and its calls over HTTP, in memory and in a file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks import mailboxes
from benchmarks.figures import Figure, Line, at_most, p50, p95
from benchmarks.place import Place
from tests.sandbox.server import Sandbox, start_sandbox

ALEX = "alex@bench.example"
FULL_SCOPE = "https://mail.google.com/"
# Source: issue "The spine", slice 2.
READY_SECONDS = at_most(2)
GET_MS = at_most(5)
SEARCHES = ("from:person7@client.example is:unread", "in:inbox -is:unread", "before:2026/02/20 newer_than:1y")
WORLD_CALLS = 5


def measure(place: Place) -> list[Figure]:
    """Seconds until ready and milliseconds of each kind of call, for both kinds of storage."""
    world = place.folder / "world.json"
    world.write_text(json.dumps({"accounts": [mailboxes.account(ALEX, place.size.mails, datetime.now(UTC))]}))
    in_memory = _started(place, world, None)
    return [*in_memory, *_started(place, world, place.folder / "world.db")]


def _started(place: Place, world: Path, db: Path | None) -> list[Figure]:
    kind = "in memory" if db is None else "file, fsynced"
    place.say(f"the sandbox with {place.size.mails:,} mails, {kind} ...")
    started = time.perf_counter()
    sandbox = start_sandbox(world=str(world), db=db)
    what = f"{place.size.mails:,} mails ready ({kind})"
    line = READY_SECONDS if db is None else None
    ready = Figure(what, time.perf_counter() - started, "s", line, "process start included")
    try:
        return [ready, *_calls(sandbox, kind, place.size.calls)]
    finally:
        sandbox.stop()


def _calls(sandbox: Sandbox, kind: str, rounds: int) -> list[Figure]:
    headers = {"Authorization": f"Bearer {sandbox.token(ALEX, FULL_SCOPE)}"}
    with httpx.Client(
        base_url=f"{sandbox.base_url}/gmail/v1/users/me/", headers=headers, trust_env=False, timeout=30
    ) as http:
        figures = [
            _timed(name, kind, call, rounds, GET_MS if name == "messages.get full" else None)
            for name, call in _kinds(http, kind).items()
        ]
    control = {
        name: lambda _, name=name: sandbox.http.post(f"/_sandbox/{name}") for name in ("snapshot", "restore")
    }
    return [*figures, *(_timed(name, kind, call, WORLD_CALLS) for name, call in control.items())]


def _kinds(http: httpx.Client, kind: str) -> dict[str, Callable[[int], httpx.Response]]:
    """Calls by name; reading is the same for both storages, so the file is only asked for writes."""
    listed = http.get("messages", params={"maxResults": 300}).json()["messages"]

    def get(path: str, **query: Any) -> Callable[[int], httpx.Response]:
        return lambda n: http.get(path.format(**listed[n % len(listed)]), params=query)

    writes: dict[str, Callable[[int], httpx.Response]] = {
        "messages.modify": lambda n: http.post(
            f"messages/{listed[n % len(listed)]['id']}/modify", json=_flip(n)
        ),
        "labels.create": lambda n: http.post("labels", json={"name": f"Label {n}"}),
    }
    if kind != "in memory":
        return {"messages.get full": get("messages/{id}"), **writes}
    return {
        "messages.get full": get("messages/{id}"),
        "messages.get metadata": get("messages/{id}", format="metadata"),
        "messages.list 100": get("messages"),
        **{f"messages.list q={query}": get("messages", q=query) for query in ("invoice in:inbox", *SEARCHES)},
        "threads.get": get("threads/{threadId}"),
        "getProfile": get("profile"),
        **writes,
    }


def _timed(
    name: str, kind: str, call: Callable[[int], httpx.Response], rounds: int, line: Line | None = None
) -> Figure:
    milliseconds = []
    for number in range(rounds):
        started = time.perf_counter()
        response = call(number)
        milliseconds.append((time.perf_counter() - started) * 1000)
        response.raise_for_status()
    note = f"p95 {p95(milliseconds):.1f} ms of {rounds} calls over HTTP"
    return Figure(f"{name} ({kind}), p50", p50(milliseconds), "ms", line, note)


def _flip(number: int) -> dict[str, list[str]]:
    return {"addLabelIds": ["STARRED"]} if number % 2 else {"removeLabelIds": ["UNREAD"]}
