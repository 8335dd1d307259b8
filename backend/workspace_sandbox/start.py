"""What a sandbox begins with: a world, imported mail, or what its database file already holds.

Must not change a database that has a world: a restart after a crash finds everything as it was.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workspace_sandbox.control.world import EMPTY_WORLD, load_world
from workspace_sandbox.importing.load import import_mail
from workspace_sandbox.importing.owner import OwnerUnclearError
from workspace_sandbox.store import Store
from workspace_sandbox.worlds import demo


class CannotStart(Exception):  # noqa: N818 - read by a person in front of a terminal
    """The world cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for: a world, mail to import and whose it is, a seed, the sandbox's own address."""

    world: str
    imports: Sequence[Path]
    owner: str | None
    seed: int | None
    origin: str


def fill(store: Store, wishes: Wishes) -> str:
    """What the sandbox now holds, in words; commits.

    Raises:
        CannotStart: for an unknown world, a file that is no world, or mail whose owner cannot be told.
    """
    if store.get_meta("filled") is not None:
        return "continues from its file"
    try:
        load_world(store, _world(store, wishes))
        words = [f"world {wishes.world}", *_import(store, wishes)]
    except (ValueError, TypeError, KeyError) as error:
        raise CannotStart(f"The world {wishes.world} cannot be loaded: {error}") from error
    # Only now: a start that was interrupted begins again instead of serving half a world.
    store.put_meta("filled", "1")
    return ", ".join(words)


def _import(store: Store, wishes: Wishes) -> list[str]:
    if not wishes.imports:
        return []
    try:
        report = import_mail(
            store, list(wishes.imports), owner=wishes.owner, show_progress=sys.stderr.isatty()
        )
    except (OwnerUnclearError, OSError) as error:
        raise CannotStart(str(error)) from error
    for origin, reason in report.broken:
        sys.stderr.write(f"broken mail: {origin}: {reason}\n")
    return [f"imported {report.words()}"]


def _world(store: Store, wishes: Wishes) -> Mapping[str, Any]:
    if wishes.world == "empty":
        return EMPTY_WORLD
    if wishes.world == "demo":
        return demo.build(
            demo.SEED if wishes.seed is None else wishes.seed, store.now(), origin=wishes.origin
        )
    path = Path(wishes.world)
    if not path.is_file():
        raise CannotStart(f"There is no world {wishes.world!r}: use demo, empty, or the path of a JSON file.")
    world: Mapping[str, Any] = json.loads(path.read_bytes())
    return world
