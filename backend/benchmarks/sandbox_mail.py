"""How fast the sandbox's Gmail is: 5,000 mails until ready, reading and searching over HTTP, import and its memory.

Run from the repository: `.venv/bin/python backend/benchmarks/sandbox_mail.py [--imported 20000]`. It must not be timed
together with anything else on the machine: it prints the load average first.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.sandbox.server import BACKEND, Sandbox, start_sandbox
from workspace_sandbox.gmail.mime.compose import Attachment, Letter, compose

ALEX = "alex@acme.test"
FULL = "https://mail.google.com/"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SEARCHES = ("from:person7@client.test is:unread", "in:inbox -is:unread", "before:2026/02/20 newer_than:1y")

# The import is measured in a process of its own, so that the peak is the importer's and not this script's.
IMPORTER = """
import resource, sys, time
from pathlib import Path
from workspace_sandbox.gmail.schema import SCHEMA
from workspace_sandbox.importing.load import import_mail
from workspace_sandbox.store import Store
store = Store(Path(sys.argv[2]), seed=1, schemas=(SCHEMA,))
started = time.perf_counter()
report = import_mail(store, [Path(sys.argv[1])])
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{report.stored} {seconds:.3f} {time.process_time():.3f} {peak:.0f}")
"""


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--imported", type=int, default=20_000)
    arguments = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        _measure_serving(Path(folder), arguments.mails)
        _measure_import(Path(folder), arguments.imported)


def _measure_serving(folder: Path, count: int) -> None:
    world = folder / "world.json"
    messages = [_message(number) for number in range(count)]
    world.write_text(json.dumps({"accounts": [{"email": ALEX, "type": "work", "messages": messages}]}))
    started = time.perf_counter()
    sandbox = start_sandbox(world=str(world))
    print(
        f"{count} mails ready after {time.perf_counter() - started:.2f} s, process start included (line: 2 s)"
    )
    try:
        _measure_reading(sandbox)
    finally:
        sandbox.stop()


def _measure_reading(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token(ALEX, FULL)}"}

    def get(path: str, **query: Any) -> dict[str, Any]:
        response = sandbox.http.get(f"/gmail/v1/users/me/{path}", params=query, headers=headers)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    ids = [one["id"] for one in get("messages", maxResults=500)["messages"]]
    p50 = _p50([lambda one=one: get(f"messages/{one}") for one in ids])
    print(f"messages.get full: p50 {p50:.2f} ms over HTTP (line: 5 ms)")
    for search in SEARCHES:
        p50 = _p50([lambda search=search: get("messages", q=search)] * 20)
        print(f"messages.list {search!r}: p50 {p50:.2f} ms over HTTP")


def _p50(calls: list[Callable[[], object]]) -> float:
    """Milliseconds of the median call."""
    times = []
    for call in calls:
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def _measure_import(folder: Path, count: int) -> None:
    box = folder / "takeout.mbox"
    with box.open("wb") as file:
        for number in range(count):
            file.write(_archived(number))
    size_mb = box.stat().st_size / 1e6
    result = subprocess.run(
        [sys.executable, "-c", IMPORTER, str(box), str(folder / "import.db")],
        cwd=BACKEND, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(BACKEND)},
    )  # fmt: skip
    stored, seconds, cpu_seconds, peak_mb = result.stdout.split()
    rate = int(stored) / float(seconds)
    print(f"import of {stored} mails ({size_mb:.0f} MB mbox) to a file: {rate:.0f} mails/s (line: 1,000; "
          f"{int(stored) / float(cpu_seconds):.0f} per second of processor time), "
          f"peak memory {peak_mb} MB (line: 1,024)")  # fmt: skip


def _message(number: int) -> dict[str, Any]:
    return {
        "from": f"Person {number % 50} <person{number % 50}@client.test>",
        "to": [ALEX],
        "subject": _words(number, 6),
        "date": (NOW - timedelta(hours=number)).isoformat(),
        "text": _words(number, 90),
        "labels": ["INBOX", "UNREAD"] if number % 3 else ["INBOX"],
    }


def _archived(number: int) -> bytes:
    """One mail of a Takeout: text and HTML, every tenth with a file of 60 KB."""
    chooser = random.Random(number)
    files = [Attachment("scan.pdf", "application/pdf", chooser.randbytes(60_000))] if number % 10 == 0 else []
    text = _words(number, 150)
    mail = compose(
        Letter(
            sender=f"Person {number % 50} <person{number % 50}@client.test>",
            to=[ALEX],
            subject=_words(number // 4, 5),
            date=NOW - timedelta(minutes=number),
            message_id=f"{number}@client.test",
            references=f"<{number - number % 4}@client.test>" if number % 4 else "",
            text=text,
            html=f"<html><body><p>{text}</p></body></html>",
            attachments=files,
            fields=[("X-Gmail-Labels", "Inbox,Unread"), ("Delivered-To", ALEX)],
        )
    )
    return b"From %d@xxx Mon Mar 02 09:00:00 +0000 2026\n" % number + mail.replace(b"\r\n", b"\n") + b"\n"


def _words(number: int, count: int) -> str:
    """Words of a vocabulary of 20,000, so that the index is as varied as real mail's."""
    chooser = random.Random(number)
    return " ".join(f"w{chooser.randrange(20_000)}" for _ in range(count))


if __name__ == "__main__":
    main()
