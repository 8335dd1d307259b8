"""One installation on this machine: its folders, its keys, the addresses of its database; it serves nothing.

An installation either brings its own Postgres (nothing set) or uses the one named by `DATABASE_URL`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr, ValidationError

from countersign.errors import ConfigurationError
from countersign.kit import embedded_postgres
from countersign.kit.crypto import Keys
from countersign.kit.embedded.databases import DATABASE, DatabaseAddresses, read_or_make_passwords
from countersign.kit.embedded.home import data_root, program_folder, server_user, socket_folder
from countersign.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[3]
# api, worker and the command line share the server; each pool holds ten.
MAX_CONNECTIONS = 100


@dataclass(frozen=True)
class Folders:
    """Where one clone keeps what it stores."""

    root: Path

    @property
    def database(self) -> Path:
        """Data folder of the embedded Postgres."""
        return self.root / "postgres"

    @property
    def keys(self) -> Path:
        """Key files, 0600, never inside the database."""
        return self.root / "keys"

    @property
    def sandbox_address(self) -> Path:
        """File that names the origin of the sandbox `countersign up` started; there while it runs."""
        return self.root / "sandbox.url"

    def stored(self) -> list[Path]:
        """What exists of database, keys and sandbox worlds, with their lock, log and password files."""
        names = ("postgres*", "keys*", "sandbox*")
        return sorted(path for name in names for path in self.root.glob(name)) if self.root.is_dir() else []

    def sandbox(self, world: str) -> Path:
        """SQLite file of one sandbox world."""
        return self.root / "sandbox" / f"{world}.sqlite"


@dataclass(frozen=True)
class Installation:
    """Settings with every address filled in, and what backup needs beyond them.

    Attributes:
        superuser_url: only of the embedded Postgres; None for a database somebody else runs.
        bin_dir: folder of the Postgres programs that came with the wheel.
    """

    settings: Settings
    folders: Folders
    superuser_url: str | None
    bin_dir: Path

    @property
    def sandbox_url(self) -> str | None:
        """Origin of the sandbox in use, None when there is none."""
        address = self.folders.sandbox_address
        return self.settings.google_base_url or (address.read_text().strip() if address.exists() else None)

    @property
    def owner_url(self) -> str:
        """Address as the owner role.

        Raises:
            ConfigurationError: an outside database is used and `DATABASE_OWNER_URL` is not set.
        """
        url = self.settings.database_owner_url.get_secret_value()
        if not url:
            msg = "DATABASE_OWNER_URL is not set; this command needs the database as its owner role."
            raise ConfigurationError(msg, action="Set DATABASE_OWNER_URL and start again.")
        return url


def folders() -> Folders:
    """The folders of this clone (`DATA_DIR` when set); nothing is created."""
    return Folders(read_settings().data_dir or data_root(CHECKOUT))


def refuse_while_running() -> None:
    """Nothing when no Countersign runs from this clone.

    Raises:
        ConfigurationError: one does; names its process.
    """
    owner = embedded_postgres.owner_of(folders().database) if uses_embedded(read_settings()) else None
    if owner is not None:
        msg = f"Countersign is running from this clone (process {owner}); nothing was changed."
        raise ConfigurationError(msg, action="Stop it first.", pid=owner)


def read_settings() -> Settings:
    """The settings of the environment and `.env`.

    Raises:
        ConfigurationError: one of them is wrong; the message names each.
    """
    try:
        settings = Settings()
    except ValidationError as exc:
        wrong = [f"{'.'.join(map(str, error['loc'])).upper()}: {error['msg']}" for error in exc.errors()]
        msg = "These settings are wrong. " + " · ".join(line.removeprefix(": ") for line in wrong)
        raise ConfigurationError(msg) from None
    if settings.environment == "production" and not settings.database_url.get_secret_value():
        msg = "ENVIRONMENT is production and DATABASE_URL is not set; the built-in Postgres serves one machine only."
        raise ConfigurationError(msg, action="Set DATABASE_URL, DATABASE_SYSTEM_URL and DATABASE_OWNER_URL.")
    return settings


def uses_embedded(settings: Settings) -> bool:
    """Whether this installation brings its own Postgres."""
    return not settings.database_url.get_secret_value()


def complete(settings: Settings, addresses: DatabaseAddresses, place: Folders) -> Settings:
    """`settings` with the embedded database's addresses and, unless one was set, this clone's keys folder."""
    filled: dict[str, object] = {
        "database_url": SecretStr(addresses.app_url),
        "database_system_url": SecretStr(addresses.system_url),
        "database_owner_url": SecretStr(addresses.owner_url),
    }
    filled["keys_dir"] = keys_folder(settings, place)
    return settings.model_copy(update=filled)


def keys_folder(settings: Settings, place: Folders) -> Path:
    """KEYS_DIR when somebody set it or runs the database elsewhere, else this clone's own folder."""
    is_ours = uses_embedded(settings) and "keys_dir" not in settings.model_fields_set
    return place.keys if is_ours else settings.keys_dir


def environment_for(settings: Settings) -> dict[str, str]:
    """The environment of a serving process; the owner role's address is left out, no server needs it."""
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "DATABASE_SYSTEM_URL": settings.database_system_url.get_secret_value(),
        "DATABASE_OWNER_URL": "",
        "KEYS_DIR": str(settings.keys_dir),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "GOOGLE_BASE_URL": settings.google_base_url,
    }


def ensure_keys(settings: Settings, *, has_users: bool) -> None:
    """Key files exist afterwards, 0600 in a 0700 folder; existing ones are never replaced.

    Raises:
        ConfigurationError: keys are missing though users' data is sealed with them, or in production, where keys
            that appear by themselves would hide that the real ones were not mounted.
    """
    if settings.environment == "production" or (has_users and not any(settings.keys_dir.glob("*.key"))):
        Keys.load(settings.keys_dir)
    else:
        Keys.create(settings.keys_dir)


@contextlib.contextmanager
def opened() -> Iterator[Installation]:
    """The installation with a database that answers; an embedded server that was not running is stopped again."""
    settings, place = read_settings(), folders()
    bin_dir = program_folder(server_user())
    if not uses_embedded(settings):
        yield Installation(settings, place, None, bin_dir)
    elif embedded_postgres.owner_of(place.database) is not None:
        passwords = read_or_make_passwords(place.database.with_name(f"{place.database.name}.passwords.json"))
        addresses = DatabaseAddresses.of(socket_folder(place.database, server_user()), passwords, DATABASE)
        yield Installation(complete(settings, addresses, place), place, addresses.superuser_url, bin_dir)
    else:
        with embedded_postgres.running(place.database, max_connections=MAX_CONNECTIONS) as server:
            yield Installation(
                complete(settings, server.addresses, place), place, server.superuser_url, bin_dir
            )
