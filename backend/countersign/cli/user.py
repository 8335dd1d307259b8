"""`countersign user`: what the person who runs the machine may do for a user; contents of mail stay out of reach."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from countersign.cli.installation import Installation, opened
from countersign.kit.crypto import Keys

commands = typer.Typer(no_args_is_help=True, help="Users of this installation.")


@commands.callback()
def users() -> None:
    """Users of this installation."""


@commands.command("reset-password")
def reset_password(email: Annotated[str, typer.Argument(help="Address the user signs in with.")]) -> None:
    """Set a new password and end all sessions of the user; the password is asked for, or read from a pipe."""
    if sys.stdin.isatty():
        password = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    with opened() as installation:
        ended = asyncio.run(_reset(installation, email, password))
    typer.echo(f"The password is changed; {ended} sessions were ended.")


async def _reset(installation: Installation, email: str, password: str) -> int:
    # Loading users, sessions and SQLAlchemy takes half a second, which every other command would wait for.
    from countersign.identity.password_reset import reset_password_and_commit  # noqa: PLC0415 - see above
    from countersign.kit.db import Database  # noqa: PLC0415 - see above

    settings = installation.settings
    db = Database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        keys, memory_mib = Keys.load(settings.keys_dir), settings.password_memory_mib
        return await reset_password_and_commit(db, keys, email, password, memory_mib=memory_mib)
    finally:
        await db.close()
