"""The mails of a Maildir, of a folder with .eml files, and of single .eml files.

It reads files and folder names; what a label means is decided in ``labels.py``.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from workspace_sandbox.importing.found_mail import FoundMail, UnreadableFile

_INFO_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)\Z")


def is_maildir(path: Path) -> bool:
    """True for a folder with the ``cur`` and ``new`` of a Maildir. Source: https://cr.yp.to/proto/maildir.html."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def read_maildir(path: Path) -> Iterator[FoundMail | UnreadableFile]:
    """The mails of the Maildir and of its ``.Folder`` neighbours (Maildir++), each with folder and flags as labels.

    Flags: S read, F starred, D draft, T trash; mail without S is unread.
    """
    for folder in sorted(entry for entry in [path, *path.glob(".*")] if entry.is_dir() and is_maildir(entry)):
        name = "INBOX" if folder == path else folder.name.lstrip(".").replace(".", "/")
        for place in ("cur", "new"):
            for file in sorted((folder / place).iterdir()):
                if file.is_file():
                    yield _read_file(file, _maildir_labels(name, file.name))


def read_eml_folder(path: Path) -> Iterator[FoundMail | UnreadableFile]:
    """Every ``.eml`` file below the folder, in the order of the paths."""
    for file in sorted(path.rglob("*")):
        if file.is_file() and file.suffix.lower() == ".eml":
            yield _read_file(file, None)


def read_eml(path: Path) -> Iterator[FoundMail | UnreadableFile]:
    """The one mail of the file."""
    yield _read_file(path, None)


def _maildir_labels(folder: str, file_name: str) -> tuple[str, ...]:
    found = _INFO_FLAGS.search(file_name)
    flags = found[1] if found else ""
    marks = {"F": "STARRED", "D": "DRAFT", "T": "TRASH"}
    unread = () if "S" in flags else ("UNREAD",)
    return (folder, *unread, *(marks[flag] for flag in flags if flag in marks))


def _read_file(file: Path, labels: tuple[str, ...] | None) -> FoundMail | UnreadableFile:
    try:
        raw = file.read_bytes()
    except OSError as error:
        return UnreadableFile(str(file), error.strerror or "cannot be read")
    return FoundMail(str(file), raw, len(raw), labels)
