"""`countersign`: the command line's entry; each group of commands has a file of its own.

An expected failure ends with one sentence and what to do, exit code 1; only a fault of ours shows a traceback.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer
import uvicorn

from countersign.cli import backup, clean, dev, doctor, migrate, up, user
from countersign.cli.installation import folders, keys_folder, opened, read_settings
from countersign.errors import ConfigurationError, CountersignError
from countersign.kit.crypto import Keys

# Open event streams never end by themselves; they resume by their sequence number after a restart.
SHUTDOWN_SECONDS = 3
# A page only says hello and pong.
WEBSOCKET_FRAME_BYTES = 16_384

commands = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
keys = typer.Typer(no_args_is_help=True)
commands.add_typer(keys, name="keys")
commands.command("up")(up.up)
commands.command("migrate")(migrate.migrate)
commands.command("backup")(backup.backup)
commands.command("restore")(backup.restore)
commands.command("clean-data")(clean.clean_data)
commands.command("doctor")(doctor.doctor)
commands.add_typer(user.commands, name="user")
commands.add_typer(dev.commands, name="dev")


@commands.command()
def serve() -> None:
    """Run one api process; needs DATABASE_URL."""
    settings = read_settings()
    uvicorn.run(
        "countersign.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=WEBSOCKET_FRAME_BYTES,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


@commands.command()
def worker() -> None:
    """Run one worker process; needs DATABASE_SYSTEM_URL and DATABASE_URL."""
    # Loading the workflows takes a second, which every other command would wait for.
    from countersign.worker import main as run_worker  # noqa: PLC0415 - see above

    run_worker()


@commands.command()
def contract(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("docs/openapi.json"),
) -> None:
    """Write the HTTP contract (OpenAPI) of this release."""
    from countersign.app import create_app  # noqa: PLC0415 - the web framework is needed by this command only

    file.write_text(json.dumps(create_app().openapi(), indent=2, sort_keys=True) + "\n")
    typer.echo(f"{file} written.")


@keys.callback()
def keys_of_this_installation() -> None:
    """The key files of this installation."""


@keys.command("create")
def create_keys() -> None:
    """Make the key files that are missing; existing ones are never touched."""
    folder = keys_folder(read_settings(), folders())
    Keys.create(folder)
    typer.echo(f"The keys are in {folder.resolve()}. Back them up apart from the database.")


@keys.command("rotate")
def rotate_keys() -> None:
    """Make a new master key and wrap every data key with it, while Countersign runs; its processes share the folder."""
    from countersign.kit.data_keys import wrap_again, wrapped_by  # noqa: PLC0415 - SQLAlchemy is slow to load, for this only

    with opened() as installation:
        own = Keys.load(installation.settings.keys_dir)
        with psycopg.connect(installation.owner_url) as connection:
            if lost := sorted(wrapped_by(connection).keys() - own.ids("master")):
                msg = f"{', '.join(lost)} is needed and not in {installation.settings.keys_dir}; nothing was changed."
                raise ConfigurationError(msg, action="Restore the keys folder that belongs to this database.")
            new = own.add("master")
            count = wrap_again(connection, own)
    typer.echo(
        f"{new} is in use; data keys wrapped again: {count}. Make a backup, then see countersign keys list."
    )


@keys.command("list")
def list_keys() -> None:
    """Each master key and how many data keys need it; the file of one that none needs may be deleted."""
    from countersign.kit.data_keys import wrapped_by  # noqa: PLC0415 - SQLAlchemy is slow to load, for this only

    with opened() as installation, psycopg.connect(installation.owner_url) as connection:
        needed = wrapped_by(connection)
        own = Keys.load(installation.settings.keys_dir).ids("master")
    for key_id in [*own, *sorted(needed.keys() - own)]:
        state = "in use" if key_id == own[-1] else "needed" if key_id in needed else "may be deleted"
        typer.echo(f"{key_id}: {state}, data keys: {needed.get(key_id, 0)}")


def main() -> None:
    """Runs one command; exit code 1 with one sentence and what to do when it could not."""
    try:
        commands()
    except CountersignError as error:
        typer.echo(f"{error.message}\n{error.action}", err=True)
        sys.exit(1)
    except psycopg.OperationalError as error:
        typer.echo(
            f"The database does not answer: {str(error).strip()}\nCheck DATABASE_URL, or run: countersign doctor",
            err=True,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
