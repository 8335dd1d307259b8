"""Where benchmarks run: sizes, the folder of public data, and a Postgres of their own with production's durability.

The server starts when the first benchmark asks for it and its folder is gone afterwards; it is never the one of
`make run` or of the tests, whose figures would not count (theirs does not wait for the disk).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from countersign.kit import embedded_postgres
from countersign.kit.embedded.databases import DatabaseAddresses
from countersign.kit.embedded.home import data_root
from tests import cluster

# Stock takes 64 connections; api and worker have pools of their own beside it.
MAX_CONNECTIONS = 200


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        seconds: for how long each load lasts.
        at_once: how many ten-node workflows run at a time.
        rounds: how often stock and ours take turns.
        alone: requests one after the other.
        people: how many ask at the same time, each with a mailbox.
        mailbox: mails in each mailbox.
        mails: in the sandbox whose calls are timed.
        imported: mails of the imported file.
        calls: of each kind that are timed.
    """

    seconds: float
    at_once: tuple[int, ...]
    rounds: int
    alone: int
    people: int
    mailbox: int
    mails: int
    imported: int
    calls: int


FULL = Size(
    seconds=6,
    at_once=(1, 16, 64),
    rounds=3,
    alone=40,
    people=16,
    mailbox=200,
    mails=5000,
    imported=20_000,
    calls=300,
)
TINY = Size(
    seconds=0, at_once=(1, 2), rounds=1, alone=2, people=2, mailbox=20, mails=20, imported=12, calls=5
)


@dataclass
class Place:
    """What a benchmark is given.

    Attributes:
        folder: for files; emptied at the end.
        data: the folder of the public sets, None when it was not named.
        say: prints progress.
    """

    size: Size
    folder: Path
    data: Path | None = None
    say: Callable[[str], None] = print
    _given: DatabaseAddresses | None = None
    _closing: ExitStack = field(default_factory=ExitStack)

    def database(self) -> DatabaseAddresses:
        """The product's database with its newest schema, on this run's own server."""
        if self._given is None:
            self.say("starting a Postgres of its own (production's durability) ...")
            self._given = self._closing.enter_context(_own_server())
        return self._given

    def public(self, name: str) -> Path:
        """The folder of one public set.

        Raises:
            FileNotFoundError: there is none, or no folder was named.
        """
        if self.data is None or not (self.data / name).is_dir():
            msg = f"the public set {name} is not there; name its parent folder by --data"
            raise FileNotFoundError(msg)
        return self.data / name

    def close(self) -> None:
        """Stop what was started."""
        self._closing.close()


@contextmanager
def opened(
    size: Size,
    *,
    data: Path | None = None,
    database: DatabaseAddresses | None = None,
    say: Callable[[str], None] = print,
) -> Iterator[Place]:
    """A place for one run; with `database` that migrated one is used and no server is started."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        place = Place(size, Path(folder), data, say, _given=database)
        try:
            yield place
        finally:
            place.close()


@contextmanager
def _own_server() -> Iterator[DatabaseAddresses]:
    folder = data_root(cluster.ROOT) / "benchmarks"
    with embedded_postgres.running(folder / "postgres", max_connections=MAX_CONNECTIONS) as server:
        try:
            cluster.migrate(server.owner_url)
            yield server.addresses
        finally:
            server.stop()
            shutil.rmtree(folder / "postgres", ignore_errors=True)
