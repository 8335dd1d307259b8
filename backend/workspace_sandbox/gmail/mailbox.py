"""Rows of a mailbox: adding, finding, labelling and removing mail, with its history.

Every change raises the mailbox's history id and leaves a history entry in the same transaction. It decides nothing
about threads, recipients or permissions.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from sqlite3 import Row
from typing import Any

from workspace_sandbox.gmail.indexing import Mail
from workspace_sandbox.kernel.errors import not_found
from workspace_sandbox.store import Store

# Live mailboxes never start at zero; the figure has no meaning.
_FIRST_HISTORY_ID = 1000
_NORMAL, _SPAM, _TRASH = 0, 1, 2
COLUMNS = "seq, account, id, thread_id, history_id, internal_date, labels, size, snippet, message_id, subject"


@dataclass(frozen=True, slots=True)
class Stored:
    """One mail of one mailbox without its bytes; ``internal_date`` in milliseconds."""

    seq: int
    account: str
    id: str
    thread_id: str
    history_id: int
    internal_date: int
    labels: tuple[str, ...]
    size: int
    snippet: str
    message_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail about to be stored; without ``thread_id`` it starts a thread of its own."""

    account: str
    raw: bytes
    mail: Mail
    labels: tuple[str, ...]
    internal_date: int
    id: str = ""
    thread_id: str = ""


def open_mailbox(store: Store, email: str, settings: dict[str, Any], *, hosts_domain: bool) -> None:
    """Create the mailbox of an account, or replace its settings.

    ``hosts_domain``: whether the sandbox answers for every address of the account's domain (unknown ones bounce).
    """
    store.execute(
        "INSERT INTO mailboxes (email, history_id, history_floor, hosts_domain, settings) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (email) DO UPDATE SET settings = excluded.settings, hosts_domain = excluded.hosts_domain",
        (email, _FIRST_HISTORY_ID, _FIRST_HISTORY_ID, hosts_domain, json.dumps(settings)),
    )


def next_history_id(store: Store, account: str) -> int:
    """The mailbox's next history id, already counted."""
    row = store.one(
        "UPDATE mailboxes SET history_id = history_id + 1 WHERE email = ? RETURNING history_id", (account,)
    )
    if row is None:
        raise not_found("Mail service not enabled")
    return int(row["history_id"])


def forget_history(store: Store, account: str) -> None:
    """Drop all history entries: every older ``startHistoryId`` answers 404 from here on."""
    store.execute("DELETE FROM history WHERE account = ?", (account,))
    store.execute("UPDATE mailboxes SET history_floor = history_id WHERE email = ?", (account,))


def add_message(store: Store, new: NewMail) -> Stored:
    """Store the mail with its words and labels, and a ``messageAdded`` entry."""
    stored = add_silently(store, new, next_history_id(store, new.account))
    _record(store, stored, stored.history_id, "messageAdded", ())
    return stored


def add_silently(store: Store, new: NewMail, history_id: int) -> Stored:
    """Store the mail with its words and labels under a history id of the caller, leaving no entry."""
    row_id = new.id or store.new_id()
    thread_id = new.thread_id or row_id
    labels = tuple(sorted(set(new.labels)))
    cursor = store.execute(
        "INSERT INTO messages (account, id, thread_id, history_id, internal_date, place, labels, size, has_attachment,"
        " message_id, subject, addresses, snippet, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(
                new.account,
                row_id,
                thread_id,
                history_id,
                new.internal_date,
                _place(labels),
                json.dumps(labels),
            ),
            *(
                len(new.raw),
                new.mail.has_attachment,
                new.mail.message_id,
                new.mail.subject,
                new.mail.addresses,
            ),
            *(new.mail.snippet, new.raw),
        ),
    )
    seq = int(cursor.lastrowid or 0)
    store.execute(
        "INSERT INTO message_words (rowid, subject, sender, recipient, cc, bcc, body, filename, list)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, *new.mail.words),
    )
    _index_labels(store, new.account, seq, labels)
    return Stored(
        *(seq, new.account, row_id, thread_id, history_id, new.internal_date, labels, len(new.raw)),
        *(new.mail.snippet, new.mail.message_id, new.mail.subject),
    )


def find_message(store: Store, account: str, message_id: str) -> Stored:
    """The mail with that id in that mailbox.

    Raises:
        GoogleError: 404, there is none.
    """
    row = store.one(f"SELECT {COLUMNS} FROM messages WHERE account = ? AND id = ?", (account, message_id))  # noqa: S608 - our columns
    if row is None:
        raise not_found()
    return read_row(row)


def thread_messages(store: Store, account: str, thread_id: str) -> list[Stored]:
    """The mails of a thread, oldest first; empty when there is no such thread."""
    rows = store.all(
        f"SELECT {COLUMNS} FROM messages WHERE account = ? AND thread_id = ? ORDER BY internal_date, seq",  # noqa: S608 - our columns
        (account, thread_id),
    )
    return [read_row(row) for row in rows]


def raw_bytes(store: Store, seq: int) -> bytes:
    """The bytes of a stored mail."""
    row = store.one("SELECT raw FROM messages WHERE seq = ?", (seq,))
    return b"" if row is None else bytes(row["raw"])


def change_labels(store: Store, stored: Stored, add: Iterable[str], remove: Iterable[str]) -> Stored:
    """The mail with labels added and removed; an unchanged mail leaves no history.

    Assumed: a label in both lists is removed.
    """
    before = set(stored.labels)
    after = (before | set(add)) - set(remove)
    if after == before:
        return stored
    history_id = next_history_id(store, stored.account)
    labels = tuple(sorted(after))
    store.execute(
        "UPDATE messages SET labels = ?, place = ?, history_id = ? WHERE seq = ?",
        (json.dumps(labels), _place(labels), history_id, stored.seq),
    )
    store.execute("DELETE FROM message_labels WHERE seq = ?", (stored.seq,))
    _index_labels(store, stored.account, stored.seq, labels)
    changed = replace(stored, labels=labels, history_id=history_id)
    for kind, moved in (("labelAdded", after - before), ("labelRemoved", before - after)):
        if moved:
            _record(store, changed, history_id, kind, moved)
    return changed


def remove_message(store: Store, stored: Stored) -> None:
    """Delete the mail for good, with a ``messageDeleted`` entry."""
    history_id = next_history_id(store, stored.account)
    store.execute("DELETE FROM drafts WHERE seq = ?", (stored.seq,))
    store.execute("DELETE FROM message_labels WHERE seq = ?", (stored.seq,))
    store.execute("DELETE FROM messages WHERE seq = ?", (stored.seq,))
    _record(store, stored, history_id, "messageDeleted", ())


def read_row(row: Row) -> Stored:
    """The typed form of a row with the columns of ``Stored``."""
    return Stored(**{**dict(row), "labels": tuple(json.loads(row["labels"]))})


def _index_labels(store: Store, account: str, seq: int, labels: Iterable[str]) -> None:
    store.executemany(
        "INSERT INTO message_labels VALUES (?, ?, ?)", [(account, label, seq) for label in labels]
    )


def _record(store: Store, stored: Stored, history_id: int, kind: str, changed: Iterable[str]) -> None:
    store.execute(
        "INSERT INTO history (account, history_id, kind, message_id, thread_id, changed, labels)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(stored.account, history_id, kind, stored.id, stored.thread_id),
            *(json.dumps(sorted(changed)), json.dumps(stored.labels)),
        ),
    )


def _place(labels: tuple[str, ...]) -> int:
    if "TRASH" in labels:
        return _TRASH
    return _SPAM if "SPAM" in labels else _NORMAL
