"""A Postgres data folder on disk: made, checked for its version, searched for a leftover server; it starts nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from countersign.errors import ConfigurationError, UnavailableError
from countersign.kit.embedded.databases import SUPERUSER
from countersign.kit.embedded.home import INSTALLATION, ServerUser

MAJOR = int(INSTALLATION.removeprefix("pginstall"))


def refuse_other_version(data_dir: Path) -> None:
    """Nothing when the folder is missing or of our Postgres version.

    Raises:
        ConfigurationError: it is of a newer or older version, or no database folder at all; it was not touched.
    """
    if not data_dir.exists():
        return
    version_file = data_dir / "PG_VERSION"
    if not version_file.exists():
        msg = f"{data_dir} exists but is not a database folder; nothing in it was touched."
        raise ConfigurationError(msg, action="Move it away, or choose another folder.")
    version = int(version_file.read_text().split(".")[0])
    if version > MAJOR:
        msg = f"The database folder {data_dir} was written by Postgres {version}; this release brings Postgres {MAJOR}."
        action = (
            "Start the newer release of Countersign, or restore a backup into this one. Nothing was changed."
        )
        raise ConfigurationError(msg, action=action)
    if version < MAJOR:
        msg = f"The database folder {data_dir} was written by Postgres {version}; this release brings Postgres {MAJOR}."
        action = "Make a backup with the earlier release and restore it with this one. Nothing was changed."
        raise ConfigurationError(msg, action=action)


def initialise(data_dir: Path, user: ServerUser, bin_dir: Path, password: str) -> None:
    """Makes the data folder; it appears complete or not at all.

    Raises:
        UnavailableError: Postgres could not make it; the end of its message is in ours.
    """
    # Made beside and renamed, so that a start that was killed half-way leaves no half folder.
    staging = data_dir.with_name(f"{data_dir.name}.new")
    secret = data_dir.with_name(f"{data_dir.name}.first-password")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    secret.unlink(missing_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password)
    os.chown(staging, user.uid, user.gid)
    os.chown(secret, user.uid, user.gid)
    command = [str(bin_dir / "initdb"), "-D", str(staging), "-U", SUPERUSER, f"--pwfile={secret}"]
    # The built-in locale sorts alike on every system, so a backup restores anywhere.
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    try:
        made = subprocess.run(command, **user.rights(), capture_output=True, text=True, check=False)
    finally:
        secret.unlink()
    if made.returncode != 0:
        raise UnavailableError(f"The database folder {data_dir} could not be made:\n{made.stderr[-1500:]}")
    staging.rename(data_dir)


def leftover_pid(pid_file: Path, data_dir: Path) -> int | None:
    """Process id of a postmaster that still runs in `data_dir`, None when the file is missing or stale.

    A process id alone proves nothing after a restart of the machine or container; its working folder does, because
    the postmaster changes into its data folder.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
        return None
    working_folder = Path(f"/proc/{pid}/cwd")
    if Path("/proc/self").exists():
        try:
            return pid if working_folder.readlink() == data_dir else None
        except OSError:
            return None
    shown = subprocess.run(
        ["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return pid if str(data_dir) in shown.stdout else None
