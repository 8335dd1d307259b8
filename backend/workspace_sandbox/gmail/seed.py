"""A mailbox from a seed's JSON, and back to JSON with ids.

It loads what it is given: nothing is sent, delivered or bounced by a seed.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from workspace_sandbox.gmail.delivery import outbox
from workspace_sandbox.gmail.identities import default_settings, own_addresses, read_settings
from workspace_sandbox.gmail.indexing import Mail, milliseconds, read_mail, sent_at
from workspace_sandbox.gmail.known_labels import SYSTEM_LABELS, label_ids_by_name
from workspace_sandbox.gmail.mailbox import (
    NewMail,
    add_silently,
    forget_history,
    next_history_id,
    open_mailbox,
)
from workspace_sandbox.gmail.methods.drafts import attach_draft
from workspace_sandbox.gmail.methods.labels import make_label
from workspace_sandbox.gmail.mime.compose import Attachment, Letter, attachment_from_base64, compose
from workspace_sandbox.gmail.mime.headers import decode_addresses, first, read_addresses
from workspace_sandbox.gmail.mime.payload import Json, from_base64url, to_base64url
from workspace_sandbox.gmail.mime.tree import parse
from workspace_sandbox.gmail.threading import name_thread, named_thread, remember_thread, thread_for_arrival
from workspace_sandbox.store import Store


@dataclass(frozen=True, slots=True)
class SeedMail:
    """A mail to put into a mailbox as it is; ``labels`` are names or ids, ``thread`` any name they share."""

    raw: bytes
    labels: tuple[str, ...] | None = None
    date: datetime | None = None
    id: str = ""
    thread: str = ""
    thread_id: str = ""
    draft_id: str = ""


def load_account(store: Store, account: Json, read: Callable[[bytes], Mail] = read_mail) -> None:
    """Create the mailbox of one account of a seed with all its mail, parsed by ``read``.

    Beside the keys of the seed format it reads ``send_as`` (Google's SendAs resources), ``labels`` (label
    resources), ``filters`` and ``hosts_domain`` (whether unknown addresses of the domain bounce; true for work
    accounts). Works inside the caller's transaction; history begins after the load.

    Raises:
        ValueError: a message that cannot be read, with its position and the reason.
    """
    email = str(account["email"])
    name = str(account.get("name") or email.partition("@")[0])
    kind = str(account.get("type") or "work")
    store.execute(
        "INSERT INTO accounts (email, name, time_zone, type) VALUES (?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
        (email, name, str(account.get("time_zone") or "UTC"), kind),
    )
    settings = default_settings(email, name, account.get("send_as", []))
    settings["filters"] = account.get("filters", [])
    open_mailbox(store, email, settings, hosts_domain=bool(account.get("hosts_domain", kind == "work")))
    for label in account.get("labels", []):
        if label.get("id") not in SYSTEM_LABELS:
            make_label(store, email, str(label["name"]), label_id=str(label.get("id") or ""), options=label)
    mailbox = MailLoader(store, email)
    for position, message in enumerate(account.get("messages", [])):
        try:
            given = _seed_mail(store, email, message)
            mailbox.add(given, read(given.raw))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"message {position} of an account cannot be read: {error!r}") from error
    forget_history(store, email)


class MailLoader:
    """Puts mails into one mailbox as they are, making labels as needed; all of them share one history id."""

    def __init__(self, store: Store, email: str) -> None:
        self._store = store
        self._email = email
        self._labels = {name.lower(): label_id for name, label_id in label_ids_by_name(store, email).items()}
        self._known_ids = set(self._labels.values())
        self._history_id = next_history_id(store, email)
        self._own = set(own_addresses(store, email))

    def add(self, given: SeedMail, mail: Mail | None = None) -> str:
        """The id of the stored mail; ``mail`` saves parsing the bytes again."""
        mail = mail or read_mail(given.raw)
        labels = self._label_ids(given.labels) if given.labels is not None else self._usual_labels(mail)
        moment = given.date or sent_at(mail.root.fields) or self._store.now()
        thread_id = given.thread_id or self._thread(given.thread, mail)
        new = NewMail(
            self._email,
            given.raw,
            mail,
            tuple(labels),
            milliseconds(moment),
            id=given.id,
            thread_id=thread_id,
        )
        stored = add_silently(self._store, new, self._history_id)
        remember_thread(self._store, self._email, mail, stored.thread_id)
        if given.thread:
            name_thread(self._store, self._email, given.thread, stored.thread_id)
        if "DRAFT" in labels:
            attach_draft(self._store, stored, given.draft_id)
        return stored.id

    def _thread(self, name: str, mail: Mail) -> str:
        found = named_thread(self._store, self._email, name) if name else ""
        return found or thread_for_arrival(self._store, self._email, mail)

    def _usual_labels(self, mail: Mail) -> list[str]:
        senders = {address.lower() for _, address in read_addresses(first(mail.root.fields, "From"))}
        return ["SENT"] if senders & self._own else ["INBOX"]

    def _label_ids(self, names: Iterable[str]) -> list[str]:
        return [self._label_id(name) for name in names]

    def _label_id(self, name: str) -> str:
        if name.upper() in SYSTEM_LABELS:
            return name.upper()
        if name in self._known_ids:
            return name
        if name.lower() not in self._labels:
            label_id = make_label(self._store, self._email, name)
            self._labels[name.lower()] = label_id
            self._known_ids.add(label_id)
        return self._labels[name.lower()]


def dump_account(store: Store, email: str) -> Json:
    """The mailbox in the seed's shape with ids, plus its outbox; loading it again gives the same mailbox."""
    settings = read_settings(store, email)
    hosts = store.one("SELECT hosts_domain FROM mailboxes WHERE email = ?", (email,))
    labels = store.all("SELECT id, name, visibility FROM labels WHERE account = ? ORDER BY id", (email,))
    rows = store.all(
        "SELECT m.id, m.thread_id, m.labels, m.internal_date, m.snippet, m.raw, d.id AS draft_id FROM messages m"
        " LEFT JOIN drafts d ON d.seq = m.seq WHERE m.account = ? ORDER BY m.internal_date, m.seq",
        (email,),
    )
    return {
        "email": email,
        "send_as": settings["sendAs"],
        "filters": settings["filters"],
        "hosts_domain": bool(hosts and hosts["hosts_domain"]),
        "labels": [{"id": row["id"], "name": row["name"], **json.loads(row["visibility"])} for row in labels],
        "messages": [_dumped(dict(row)) for row in rows],
        "outbox": outbox(store, email),
    }


def compose_message(store: Store, message: Json, *, own_id: str = "") -> bytes:
    """The bytes of a seed's message object: its ``raw``, or a mail written from its fields.

    Raises:
        ValueError: ``raw`` is not base64url or a date cannot be read. KeyError: a field is missing.
    """
    if message.get("raw"):
        return from_base64url(str(message["raw"]))
    sender = str(message["from"])
    domain = (read_addresses(sender) or [("", "x@sandbox.invalid")])[0][1].rpartition("@")[2]
    letter = Letter(
        sender=sender,
        to=_texts(message.get("to")),
        cc=_texts(message.get("cc")),
        bcc=_texts(message.get("bcc")),
        subject=str(message.get("subject") or ""),
        date=_moment(message.get("date")) or store.now(),
        message_id=str(message.get("message_id") or f"{own_id or store.new_id()}@{domain}"),
        in_reply_to=str(message.get("in_reply_to") or ""),
        references=" ".join(_texts(message.get("references"))),
        text=str(message.get("text") or ""),
        html=str(message.get("html") or ""),
        attachments=[_attachment(entry) for entry in message.get("attachments", [])],
        fields=[(str(name), str(value)) for name, value in message.get("headers", {}).items()],
    )
    return compose(letter)


def _seed_mail(store: Store, email: str, message: Json) -> SeedMail:
    given_id = str(message.get("id") or "")
    kept_id = given_id or store.new_id()
    labels = message.get("labels")
    if given_id and store.one("SELECT 1 FROM messages WHERE account = ? AND id = ?", (email, kept_id)):
        raise ValueError(f"the id {kept_id} is given twice")
    return SeedMail(
        raw=compose_message(store, message, own_id=kept_id),
        labels=None if labels is None else tuple(labels),
        date=_moment(message.get("date")),
        id=kept_id,
        thread=str(message.get("thread") or ""),
        thread_id=str(message.get("thread_id") or ""),
        draft_id=str(message.get("draft_id") or ""),
    )


def _dumped(row: Json) -> Json:
    raw = bytes(row["raw"])
    fields = parse(raw).fields
    people = {name: decode_addresses(first(fields, name)) for name in ("From", "To", "Cc", "Bcc")}
    shown: Json = {
        "id": row["id"],
        "thread_id": row["thread_id"],
        "labels": json.loads(row["labels"]),
        "date": datetime.fromtimestamp(row["internal_date"] / 1000, UTC).isoformat(),
        **{name.lower(): value for name, value in people.items() if value},
        "subject": read_mail(raw).subject,
        "message_id": first(fields, "Message-ID"),
        "snippet": row["snippet"],
        "raw": to_base64url(raw),
    }
    if row["draft_id"]:
        shown["draft_id"] = row["draft_id"]
    return shown


def _texts(value: object) -> list[str]:
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _moment(value: object) -> datetime | None:
    if not value:
        return None
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _attachment(entry: Json) -> Attachment:
    mime_type = str(entry.get("mimeType") or "application/octet-stream")
    if "text" in entry:
        return Attachment(str(entry["filename"]), mime_type, str(entry["text"]).encode())
    return attachment_from_base64(str(entry["filename"]), mime_type, str(entry["base64"]))
