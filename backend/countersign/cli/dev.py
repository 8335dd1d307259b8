"""`countersign dev`: moves the one clock in development and test; production has no such door."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx
import psycopg
import typer

from countersign.cli.installation import Installation, opened
from countersign.errors import ConfigurationError, InvalidError, UnavailableError

STEP = re.compile(r"(?P<number>\d+)\s*(?P<unit>[smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# Scans look every second by themselves; the notice makes them look at once.
CLOCK_CHANNEL = "clock"

commands = typer.Typer(no_args_is_help=True, help="Development only.")
clock = typer.Typer(no_args_is_help=True, help="The clock of database and sandbox.")
commands.add_typer(clock, name="clock")


@clock.command("set")
def set_clock(
    moment: Annotated[str, typer.Argument(help="RFC 3339, for example 2026-03-02T09:00:00Z, or `real`.")],
) -> None:
    """Make `moment` the present for every process; it runs on from there."""
    with opened() as installation:
        now = move_clock(installation, _to_offset(moment))
    typer.echo(f"It is now {now.isoformat(timespec='seconds')}.")


@clock.command("advance")
def advance_clock(step: Annotated[str, typer.Argument(help="For example 90s, 5m, 1h30m, 2d.")]) -> None:
    """Move the present forward by `step` for every process."""
    with opened() as installation:
        now = move_clock(installation, _offset_of(installation) + read_step(step))
    typer.echo(f"It is now {now.isoformat(timespec='seconds')}.")


def read_step(text: str) -> timedelta:
    """`1h30m` as a timedelta.

    Raises:
        InvalidError: the text is not made of numbers with s, m, h or d.
    """
    parts = list(STEP.finditer(text))
    if not parts or STEP.sub("", text).strip():
        raise InvalidError(f"'{text}' is not a step in time.", action="Write it like 90s, 5m, 1h30m or 2d.")
    return sum((timedelta(**{UNITS[part["unit"]]: int(part["number"])}) for part in parts), timedelta())


def move_clock(installation: Installation, offset: timedelta) -> datetime:
    """Sets database and sandbox clock to real time plus `offset`; the new present in UTC. Commits.

    Raises:
        ConfigurationError: this is production.
        UnavailableError: the sandbox does not answer; the database clock was not moved.
    """
    if not installation.settings.movable_clock:
        raise ConfigurationError("The clock cannot be moved in production.")
    _move_sandbox(installation, offset)
    with psycopg.connect(installation.owner_url) as connection:
        connection.execute("UPDATE clock_offset SET offset_by = %s", [offset])
        connection.execute("SELECT pg_notify(%s, '')", [CLOCK_CHANNEL])
        row = connection.execute("SELECT app_now()").fetchone()
    if row is None:
        raise UnavailableError("The database did not say what time it is.")
    now: datetime = row[0]
    return now.astimezone(UTC)


def _move_sandbox(installation: Installation, offset: timedelta) -> None:
    url = installation.sandbox_url
    if url is None:
        return
    present = (datetime.now(UTC) + offset).isoformat()
    try:
        httpx.post(f"{url}/_sandbox/clock", json={"set": present}, trust_env=False).raise_for_status()
    except httpx.HTTPError as exc:
        raise UnavailableError(f"The sandbox at {url} does not answer; no clock was moved.") from exc


def _offset_of(installation: Installation) -> timedelta:
    with psycopg.connect(installation.owner_url) as connection:
        row = connection.execute("SELECT offset_by FROM clock_offset").fetchone()
    return row[0] if row else timedelta()


def _to_offset(moment: str) -> timedelta:
    if moment == "real":
        return timedelta()
    try:
        wanted = datetime.fromisoformat(moment)
    except ValueError as exc:
        raise InvalidError(
            f"'{moment}' is not a moment.", action="Write it like 2026-03-02T09:00:00Z."
        ) from exc
    if wanted.tzinfo is None:
        raise InvalidError(f"'{moment}' has no zone.", action="Write it like 2026-03-02T09:00:00Z.")
    return wanted - datetime.now(UTC)
