"""The command line: `python -m workspace_sandbox --port 4010 --world demo`.

Must not decide anything about the world that a seed could not say.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from workspace_sandbox.app import SandboxApp
from workspace_sandbox.gmail.schema import SCHEMA as GMAIL_SCHEMA
from workspace_sandbox.gmail.service import HANDLERS as GMAIL_HANDLERS
from workspace_sandbox.serving import CannotBind, address_of, bind, inherit, serve
from workspace_sandbox.start import CannotStart, Wishes, fill
from workspace_sandbox.store import CannotOpen, Store


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 after a clean stop, 2 when it cannot start (the reason is on standard error)."""
    options = _parser().parse_args(arguments)
    # Uvicorn raises the signal again after its clean stop; without this the exit status would be an error's.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    try:
        listener = bind(options.host, options.port) if options.fd is None else inherit(options.fd)
        store = Store(options.db, seed=options.seed, schemas=(GMAIL_SCHEMA,))
        origin = address_of(listener)
        wishes = Wishes(options.world, options.imports, options.owner, options.seed, origin)
        filled = fill(store, wishes)
    except (CannotBind, CannotOpen, CannotStart) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    app = SandboxApp(store, GMAIL_HANDLERS, seed=options.seed)
    try:
        serve(app, listener, f"Workspace sandbox ready at {origin} ({filled})")
    finally:
        listener.close()
        store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workspace_sandbox", description="A Google Workspace that lives on this computer."
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address; no other is accepted")
    parser.add_argument("--port", type=int, default=4010, help="0 takes any free port")
    parser.add_argument("--fd", type=int, help="an open listening socket to use instead of --host and --port")
    parser.add_argument(
        "--world", default="empty", help="demo, empty, or a JSON file in the shape of the seed"
    )
    parser.add_argument(
        "--import", dest="imports", action="append", type=Path, default=[], metavar="PATH",
        help="an mbox file, a Maildir or a folder of .eml files; may be given several times",
    )  # fmt: skip
    parser.add_argument("--owner", help="whose mail is imported, when it cannot be told from the mail")
    parser.add_argument("--db", type=Path, help="keep everything in this file; default is memory")
    parser.add_argument(
        "--seed", type=int, help="makes ids, the demo world and fault probabilities repeatable"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
