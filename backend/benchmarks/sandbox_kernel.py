"""How fast the sandbox is: 5,000 mails until ready, `messages.get` and other calls over HTTP, writes with fsync.

Run from the repository: `.venv/bin/python backend/benchmarks/sandbox_kernel.py [--mails 5000]`. It must not be timed
together with anything else on the machine: it prints the load average first.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.sandbox.server import Sandbox, start_sandbox

ALEX = "alex@acme.test"
FULL = "https://mail.google.com/"
WORDS = [
    "delivery",
    "invoice",
    "budget",
    "meeting",
    "contract",
    "Wednesday",
    "supplier",
    "oak",
    "table",
    "order",
]


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=5000)
    mails = parser.parse_args().mails
    load = os.getloadavg()[0]
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"load {load:.1f}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder, "world.json")
        world.write_text(
            json.dumps({"accounts": [{"email": ALEX, "messages": list(map(_mail, range(mails)))}]})
        )
        for name, db in (("memory", None), ("file, fsynced", Path(folder, "world.db"))):
            started = time.perf_counter()
            sandbox = start_sandbox(world=str(world), db=db)
            print(f"{name}: {mails} mails ready in {time.perf_counter() - started:.2f} s")
            try:
                _measure(sandbox)
            finally:
                sandbox.stop()


def _measure(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token(ALEX, FULL)}"}
    http = httpx.Client(base_url=f"{sandbox.base_url}/gmail/v1/users/me/", headers=headers, trust_env=False)
    listed = http.get("messages", params={"maxResults": 300}).json()["messages"]
    ids = [message["id"] for message in listed]
    numbers = iter(range(10**6))
    calls: dict[str, Callable[[int], httpx.Response]] = {
        "messages.get full": lambda i: http.get(f"messages/{ids[i % len(ids)]}"),
        "messages.get metadata": lambda i: http.get(
            f"messages/{ids[i % len(ids)]}", params={"format": "metadata"}
        ),
        "messages.list 100": lambda _: http.get("messages"),
        "messages.list q=words": lambda i: http.get(
            "messages", params={"q": f"{WORDS[i % len(WORDS)]} in:inbox"}
        ),
        "threads.get": lambda i: http.get(f"threads/{listed[i % len(ids)]['threadId']}"),
        "getProfile": lambda _: http.get("profile"),
        "messages.modify": lambda i: http.post(f"messages/{ids[i % len(ids)]}/modify", json=_flip(i)),
        "labels.create": lambda _: http.post("labels", json={"name": f"Label {next(numbers)}"}),
    }
    for name, call in calls.items():
        _report(name, call, 300)
    http.close()
    _report("snapshot", lambda _: sandbox.http.post("/_sandbox/snapshot"), 5)
    _report("restore", lambda _: sandbox.http.post("/_sandbox/restore"), 5)


def _report(name: str, call: Callable[[int], httpx.Response], rounds: int) -> None:
    times = []
    for number in range(rounds):
        started = time.perf_counter()
        response = call(number)
        times.append((time.perf_counter() - started) * 1000)
        response.raise_for_status()
    percentiles = statistics.quantiles(times, n=20)
    print(
        f"  {name:24} p50 {statistics.median(times):7.2f} ms   p95 {percentiles[18]:7.2f} ms   ({rounds} calls)"
    )


def _flip(number: int) -> dict[str, list[str]]:
    return {"addLabelIds": ["STARRED"]} if number % 2 else {"removeLabelIds": ["UNREAD"]}


def _mail(number: int) -> dict[str, Any]:
    """A mail of about 1 kB in a thread of five, one an hour."""
    word = WORDS[number % len(WORDS)]
    text = " ".join(WORDS[(number * 7 + i) % len(WORDS)] for i in range(120))
    date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    return {
        "from": f"Person {number % 40} <person{number % 40}@client.test>",
        "to": [ALEX],
        "subject": f"About the {word} {number // 5}",
        "date": date.isoformat(),
        "text": text,
        "html": f"<p>{text}</p>",
        "labels": ["INBOX", "UNREAD"],
        "thread": f"t{number // 5}",
    }


if __name__ == "__main__":
    main()
