"""`countersign backup` and `restore`: database and keys in one private file; it sends nothing anywhere.

After a restore nothing that was in flight runs by itself: those actions open as "We don't know".
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from countersign.cli.installation import Installation, opened, refuse_while_running
from countersign.cli.migrate import refuse_newer, revision_of, upgrade
from countersign.errors import ConfigurationError, UnavailableError
from countersign.kit.embedded.databases import (
    DATABASE,
    SUPERUSER,
    drop_database,
    set_up_database,
    with_database,
)

FORMAT = 1
DUMP, MANIFEST, KEYS = "database.dump", "manifest.json", "keys"
STAGING_DATABASE, REPLACED_DATABASE = "countersign_restoring", "countersign_replaced"
# The owner role is subject to row-level security and may load rows by INSERT only.
# Source: https://www.postgresql.org/docs/18/app-pgdump.html, --enable-row-security.
AS_OWNER_DUMP = ["--enable-row-security", "--rows-per-insert=200", "--no-comments", "--exclude-extension=*"]
AS_OWNER_RESTORE = ["--enable-row-security", "--no-comments"]


def backup(
    to: Annotated[Path, typer.Argument(help="Folder the backup is written into.")] = Path("backups"),
) -> None:
    """Write database and keys into one file, readable by you only. Works while Countersign runs."""
    with opened() as installation:
        file = write_backup(installation, to)
    size_mb = file.stat().st_size / 1_000_000
    typer.echo(f"{file} ({size_mb:.1f} MB). It contains the keys: whoever has it can read everything.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file written by `countersign backup`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace what is there without asking.")] = False,
) -> None:
    """Replace database and keys of this installation by those of a backup. Countersign must be stopped."""
    refuse_while_running()
    with opened() as installation:
        if not yes and _has_data(installation):
            typer.confirm("This installation holds data, which the backup will replace. Go on?", abort=True)
        in_review = read_backup(installation, file)
    typer.echo(
        f"Restored. {in_review} actions that were in flight now wait for your look. Everybody signs in again."
    )


def write_backup(installation: Installation, folder: Path) -> Path:
    """The backup file, 0600, named by the time; appears complete or not at all. Changes nothing else.

    Raises:
        UnavailableError: the database could not be read to the end.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    file = folder / f"countersign-{now:%Y%m%d-%H%M%S}.tar"
    with tempfile.TemporaryDirectory(dir=folder) as name:
        staging = Path(name)
        as_owner = [] if installation.superuser_url else AS_OWNER_DUMP
        url = installation.superuser_url or installation.owner_url
        _run(installation, url, "pg_dump", ["--format=custom", f"--file={staging / DUMP}", *as_owner])
        manifest = {
            "format": FORMAT,
            "created_at": now.isoformat(),
            "schema": revision_of(installation.owner_url),
        }
        (staging / MANIFEST).write_text(json.dumps(manifest))
        with tarfile.open(staging / file.name, "w") as archive:
            archive.add(staging / MANIFEST, MANIFEST)
            archive.add(staging / DUMP, DUMP)
            for key in sorted(installation.settings.keys_dir.glob("*.key")):
                archive.add(key, f"{KEYS}/{key.name}")
        (staging / file.name).chmod(0o600)
        (staging / file.name).replace(file)
    return file


def read_backup(installation: Installation, file: Path) -> int:
    """Database and keys are those of the backup afterwards; how many actions now need a look. Commits.

    The embedded database is filled beside the old one and swapped at the end, so a failure leaves the old one.
    An outside database must be empty and is filled in one transaction. Replaced keys are kept beside.

    Raises:
        ConfigurationError: no backup of ours, of a newer release, or the outside database is not empty.
        UnavailableError: the dump could not be read to the end; the data is as it was.
    """
    with tempfile.TemporaryDirectory() as name:
        staging = Path(name)
        manifest = _unpack(file, staging)
        refuse_newer(manifest["schema"])
        if installation.superuser_url is None:
            in_review = _fill_outside(installation, staging / DUMP)
        else:
            in_review = _fill_and_swap(installation, installation.superuser_url, staging / DUMP)
        _put_keys(staging / KEYS, installation.settings.keys_dir)
    return in_review


def _unpack(file: Path, staging: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(staging, filter="data")
        manifest: dict[str, Any] = json.loads((staging / MANIFEST).read_text())
    except FileNotFoundError as exc:
        raise ConfigurationError(f"{file} is not there, or is no backup of Countersign.") from exc
    except (tarfile.TarError, ValueError) as exc:
        raise ConfigurationError(f"{file} is not a backup of Countersign, or it is damaged.") from exc
    if manifest.get("format") != FORMAT or not (staging / DUMP).exists():
        raise ConfigurationError(f"{file} is a backup of a format this release does not know.")
    return manifest


def _fill_and_swap(installation: Installation, superuser_url: str, dump: Path) -> int:
    drop_database(superuser_url, STAGING_DATABASE)
    set_up_database(superuser_url, STAGING_DATABASE)
    staging_url = with_database(superuser_url, STAGING_DATABASE)
    _run(
        installation,
        staging_url,
        "pg_restore",
        ["--exit-on-error", f"--dbname={STAGING_DATABASE}", str(dump)],
    )
    in_review = _settle(with_database(installation.owner_url, STAGING_DATABASE))
    drop_database(superuser_url, REPLACED_DATABASE)
    with psycopg.connect(with_database(superuser_url, SUPERUSER)) as connection:
        for old, new in ((DATABASE, REPLACED_DATABASE), (STAGING_DATABASE, DATABASE)):
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
    drop_database(superuser_url, REPLACED_DATABASE)
    return in_review


def _fill_outside(installation: Installation, dump: Path) -> int:
    if _has_data(installation):
        msg = "The database named by DATABASE_OWNER_URL is not empty; nothing was changed."
        raise ConfigurationError(
            msg, action="Make an empty database, point the settings at it, and restore again."
        )
    name = conninfo_to_dict(installation.owner_url).get("dbname")
    options = ["--exit-on-error", "--single-transaction", "--no-owner", *AS_OWNER_RESTORE, f"--dbname={name}"]
    _run(installation, installation.owner_url, "pg_restore", [*options, str(dump)])
    return _settle(installation.owner_url)


def _settle(owner_url: str) -> int:
    """Nothing in flight at the time of the backup may run by itself: the provider may have it already.

    Sessions of then end, since some may have been ended after the backup.
    """
    upgrade(owner_url)
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT mark_restored()").fetchone()
    return int(row[0]) if row else 0


def _has_data(installation: Installation) -> bool:
    with psycopg.connect(installation.owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return row is not None and row[0] > 0


def _put_keys(new: Path, folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        folder.rename(folder.with_name(f"{folder.name}.replaced-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for key in sorted(new.glob("*.key")) if new.is_dir() else ():
        with os.fdopen(
            os.open(folder / key.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        ) as target:
            target.write(key.read_bytes())


def _run(installation: Installation, url: str, program: str, arguments: Sequence[str]) -> None:
    own = installation.bin_dir / program
    command = str(own) if own.exists() else shutil.which(program)
    if command is None:
        raise ConfigurationError(f"{program} was not found.", action="Install the Postgres client programs.")
    # By the environment: everybody on the machine can read a command line.
    known = conninfo_to_dict(url)
    address = {
        f"PG{'DATABASE' if name == 'dbname' else name.upper()}": str(value) for name, value in known.items()
    }
    environment = {**os.environ, **address}
    done = subprocess.run([command, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UnavailableError(
            f"{program} gave up; the data is as it was. It said: {done.stderr.strip()[-800:]}"
        )
