"""`countersign migrate`: brings the schema to this release, forward unless asked; it holds no SQL of a room."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import psycopg
import typer
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from countersign.cli.installation import CHECKOUT, opened
from countersign.errors import ConfigurationError

MIGRATIONS = CHECKOUT / "backend" / "migrations"
# Any constant does, as long as every migrating process takes the same one.
LOCK_NUMBER = 6_202_611


def migrate(
    down: Annotated[
        bool, typer.Option("--down", help="Go one revision back. Data of that revision is lost.")
    ] = False,
) -> None:
    """Bring the database schema to this release."""
    with opened() as installation:
        if down:
            typer.confirm(
                "Going back drops the tables of the last revision with their data. Go on?", abort=True
            )
            downgrade(installation.owner_url)
        else:
            upgrade(installation.owner_url)
        typer.echo(f"The schema is at revision {revision_of(installation.owner_url) or 'none'}.")


def upgrade(owner_url: str) -> None:
    """The schema is this release's afterwards; does nothing when it is already. Commits.

    Two at once wait for each other.

    Raises:
        ConfigurationError: the database was migrated by a newer release; nothing was changed.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        refuse_newer(revision_of(owner_url))
        command.upgrade(_config(owner_url), "head")


def downgrade(owner_url: str) -> None:
    """The schema is one revision older afterwards. Commits; the data of the dropped tables is gone."""
    command.downgrade(_config(owner_url), "-1")


def revision_of(owner_url: str) -> str | None:
    """The revision the database is at, None when it was never migrated."""
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def head_revision() -> str | None:
    """The newest revision this release knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def refuse_newer(revision: str | None) -> None:
    """Nothing when this release knows `revision`.

    Raises:
        ConfigurationError: it does not, so a newer release made it.
    """
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in known:
        known_here = f"this one knows {head_revision()}"
        msg = f"The data was written by a newer release of Countersign (schema {revision}; {known_here})."
        action = "Start the newer release, or restore a backup made by this one. Nothing was changed."
        raise ConfigurationError(msg, action=action)


def _config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(MIGRATIONS)))
    config.attributes["url"] = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    return config
