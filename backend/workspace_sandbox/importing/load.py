"""Mail files into one local mailbox, with a count of everything that was read.

It keeps every mail's own bytes and date; every address but the owner's stays remote.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]  # tqdm ships no types

from workspace_sandbox.gmail.indexing import Mail, read_mail, sent_at
from workspace_sandbox.gmail.mailbox import forget_history
from workspace_sandbox.gmail.mime.headers import first, read_addresses
from workspace_sandbox.gmail.seed import MailLoader, SeedMail, load_account
from workspace_sandbox.importing.folders import is_maildir, read_eml, read_eml_folder, read_maildir
from workspace_sandbox.importing.found_mail import FoundMail, UnreadableFile
from workspace_sandbox.importing.labels import gmail_labels, takeout_labels, takeout_thread
from workspace_sandbox.importing.mbox import looks_like_mbox, read_mbox
from workspace_sandbox.importing.owner import MAILS_TO_COUNT, find_owner, name_of
from workspace_sandbox.store import Store

# One commit for so many mails bounds memory and the write-ahead log without slowing the import.
_MAILS_PER_COMMIT = 500


@dataclass(slots=True)
class ImportReport:
    """What came of an import. ``broken``: origin and reason of every mail that is not whole.

    ``left_out`` counts those of them that could not be stored at all.
    """

    owner: str
    stored: int = 0
    left_out: int = 0
    broken: list[tuple[str, str]] = field(default_factory=list)

    def words(self) -> str:
        """One sentence for the terminal."""
        trouble = f", {len(self.broken)} broken ({self.left_out} of them left out)" if self.broken else ""
        return f"{self.stored} mails of {self.owner}{trouble}"


def import_mail(
    store: Store, paths: list[Path], *, owner: str | None = None, show_progress: bool = False
) -> ImportReport:
    """Store every mail of the files in the owner's mailbox, which is made if needed; commits in pieces.

    Threads come from a Takeout's numbers, else from References and subject; dates from the mails. Mail of a file
    without labels is inbox, or sent when the owner wrote it. Streams: memory is bounded by the largest mail.

    Raises:
        OwnerUnclearError: no ``owner`` is given and the mail does not tell.
        FileNotFoundError: a path does not exist.
    """
    chosen = owner or find_owner(_first_mails(paths))
    report = ImportReport(chosen)
    with store.transaction():
        if store.one("SELECT 1 FROM mailboxes WHERE email = ?", (chosen,)) is None:
            name = name_of(chosen, _first_mails(paths))
            load_account(store, {"email": chosen, "name": name, "type": "personal", "hosts_domain": False})
    mails = find_mail(paths)
    mailbox = MailLoader(store, chosen)
    with tqdm(
        total=_total_bytes(paths), unit="B", unit_scale=True, disable=not show_progress, file=sys.stderr
    ) as bar:
        while batch := list(islice(mails, _MAILS_PER_COMMIT)):
            with store.transaction():
                for found in batch:
                    _take(mailbox, found, report)
                    bar.update(found.size_on_disk if isinstance(found, FoundMail) else 0)
    with store.transaction():
        forget_history(store, chosen)
    return report


def find_mail(paths: list[Path]) -> Iterator[FoundMail | UnreadableFile]:
    """Every mail of the files: an mbox, a Maildir, a folder of .eml files, or one .eml file each.

    Raises:
        FileNotFoundError: a path does not exist.
    """
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(path)
        if path.is_dir():
            yield from read_maildir(path) if is_maildir(path) else _read_folder(path)
        else:
            yield from read_mbox(path) if looks_like_mbox(path) else read_eml(path)


def _first_mails(paths: list[Path]) -> Iterator[FoundMail]:
    return islice((one for one in find_mail(paths) if isinstance(one, FoundMail)), MAILS_TO_COUNT)


def _read_folder(path: Path) -> Iterator[FoundMail | UnreadableFile]:
    """A folder's .eml files, then the .mbox files of an unpacked Takeout."""
    yield from read_eml_folder(path)
    for file in sorted(path.rglob("*.mbox")):
        if file.is_file():
            yield from read_mbox(file) if looks_like_mbox(file) else read_eml(file)


def _take(mailbox: MailLoader, found: FoundMail | UnreadableFile, report: ImportReport) -> None:
    if isinstance(found, UnreadableFile):
        report.broken.append((found.origin, found.reason))
        report.left_out += 1
        return
    mail = read_mail(found.raw)
    reason = _defect(mail)
    if reason:
        report.broken.append((found.origin, reason))
    if not mail.root.fields:
        report.left_out += 1
        return
    labels = takeout_labels(mail.root.fields)
    if labels is None and found.labels is not None:
        labels = gmail_labels(found.labels)
    date = sent_at(mail.root.fields) or _envelope_date(found.envelope)
    thread = takeout_thread(mail.root.fields)
    mailbox.add(SeedMail(found.raw, labels, date, thread=thread), mail)
    report.stored += 1


def _defect(mail: Mail) -> str:
    """What is wrong with the mail, in words, or an empty string."""
    fields = mail.root.fields
    if not fields:
        return "no header fields"
    if not read_addresses(first(fields, "From")):
        return "no sender"
    if sent_at(fields) is None:
        return "no readable date"
    if mail.root.mime_type.startswith("multipart/") and not mail.root.children:
        return "a multipart without parts"
    return ""


def _envelope_date(envelope: bytes) -> datetime | None:
    """The date of an mbox ``From `` line; without a zone it is UTC (RFC 4155)."""
    try:
        moment = parsedate_to_datetime(envelope.decode("latin-1").partition(" ")[2].partition(" ")[2])
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _total_bytes(paths: list[Path]) -> int:
    return sum(
        file.stat().st_size
        for path in paths
        for file in (path.rglob("*") if path.is_dir() else [path])
        if file.is_file()
    )
