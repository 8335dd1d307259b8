"""How fast an mbox file as Google Takeout writes it becomes a mailbox, and how much memory that takes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.place import Place
from tests.sandbox.server import BACKEND
from workspace_sandbox.gmail.mime.compose import Attachment, Letter, compose

ALEX = "alex@bench.example"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
# Source: issue "The spine", slice 2 (rate); the memory line is what a small machine can spare.
PER_SECOND = at_least(1000)
PEAK_MB = at_most(1024)

# In a process of its own, so that the peak is the importer's and not this one's.
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


def measure(place: Place) -> list[Figure]:
    """Mails a second and peak memory."""
    place.say(f"writing and importing {place.size.imported:,} mails ...")
    box = place.folder / "takeout.mbox"
    with box.open("wb") as file:
        for number in range(place.size.imported):
            file.write(_archived(number))
    result = subprocess.run(
        [sys.executable, "-c", IMPORTER, str(box), str(place.folder / "import.db")],
        cwd=BACKEND,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(BACKEND)},
    )
    stored, seconds, processor_seconds, peak_mb = (float(word) for word in result.stdout.split())
    note = (
        f"{stored:,.0f} mails, {box.stat().st_size / 1e6:.0f} MB mbox; "
        f"{stored / processor_seconds:,.0f} per second of processor time"
    )
    return [
        Figure("import to a file", stored / seconds, "mails/s", PER_SECOND, note),
        Figure("import: peak memory", peak_mb, "MB", PEAK_MB),
    ]


def _archived(number: int) -> bytes:
    """One mail of a Takeout: text and HTML, every tenth with a file of 60 KB."""
    chooser = random.Random(number)
    files = [Attachment("scan.pdf", "application/pdf", chooser.randbytes(60_000))] if number % 10 == 0 else []
    text = _words(number, 150)
    mail = compose(
        Letter(
            sender=f"Person {number % 50} <person{number % 50}@client.example>",
            to=[ALEX],
            subject=_words(number // 4, 5),
            date=NOW - timedelta(minutes=number),
            message_id=f"{number}@client.example",
            references=f"<{number - number % 4}@client.example>" if number % 4 else "",
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
