"""Sending one mail: completing its header fields, the sender's copy, then delivery.

It trusts neither the From nor the recipients of a request; consuming a draft is done in ``drafts.py``.
"""

import re
from dataclasses import dataclass
from email.utils import format_datetime

from workspace_sandbox.gmail.delivery import send_out
from workspace_sandbox.gmail.identities import default_sender, own_addresses
from workspace_sandbox.gmail.indexing import milliseconds, read_mail
from workspace_sandbox.gmail.mailbox import NewMail, Stored, add_message
from workspace_sandbox.gmail.mime.headers import (
    Field,
    first,
    prepend_fields,
    read_addresses,
    remove_fields,
    split_message,
    write_address,
)
from workspace_sandbox.gmail.mime.payload import to_base64url
from workspace_sandbox.gmail.threading import remember_thread, thread_for_request
from workspace_sandbox.kernel.call import Call
from workspace_sandbox.kernel.errors import invalid_argument

_ADDRESS = re.compile(
    r'(?:"[^"\r\n]+"|[^\s@<>(),;:"\[\]\\]+)@(?:[^\s@<>(),;:"\[\]\\.]+\.)*[^\s@<>(),;:"\[\]\\.]+'
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A complete mail and everyone it goes to, Bcc included, each once."""

    raw: bytes
    recipients: list[str]


def send_mail(call: Call, raw: bytes, *, wanted_thread: str = "", thread_id: str = "") -> Stored:
    """The sender's copy (label SENT) of a mail that is now delivered.

    ``thread_id`` is taken as it is (a draft's thread); ``wanted_thread`` must be deserved by the headers. The ledger
    entry gets the sent bytes as ``raw`` and the recipients.

    Raises:
        GoogleError: 400 without a recipient or with an unusable address, 404 for an unknown thread.
    """
    outgoing = complete(call, raw)
    mail = read_mail(outgoing.raw)
    thread = thread_id or thread_for_request(call.store, call.account, mail, wanted_thread)
    new = NewMail(call.account, outgoing.raw, mail, ("SENT",), milliseconds(call.now), thread_id=thread)
    sent = add_message(call.store, new)
    remember_thread(call.store, call.account, mail, sent.thread_id)
    send_out(call.store, sent, outgoing.raw, outgoing.recipients)
    call.note(
        raw=to_base64url(outgoing.raw),
        message_id=mail.message_id,
        recipients=outgoing.recipients,
        sent=sent.id,
        thread=sent.thread_id,
    )
    return sent


def complete(call: Call, raw: bytes) -> Outgoing:
    """The mail with sender, date and Message-ID set where they are missing; given ones stay as they are.

    Assumed, and worth probing live: a given Message-ID and Date are kept; a From that is not one of the account's
    send-as addresses is replaced by the default one.

    Raises:
        GoogleError: 400 without a recipient or with an unusable address.
    """
    fields, _ = split_message(raw)
    recipients = _recipients(fields)
    missing: list[Field] = []
    senders = [address.lower() for _, address in read_addresses(first(fields, "From"))]
    if len(senders) != 1 or senders[0] not in own_addresses(call.store, call.account):
        raw = remove_fields(raw, ("From",))
        missing.append(("From", write_address(*default_sender(call.store, call.account))))
    if not first(fields, "Date"):
        missing.append(("Date", format_datetime(call.now)))
    if not first(fields, "Message-ID"):
        missing.append(("Message-ID", f"<CA{call.store.new_id()}@mail.sandbox.invalid>"))
    return Outgoing(prepend_fields(raw, missing) if missing else raw, recipients)


def _recipients(fields: list[Field]) -> list[str]:
    """Everyone named, each once. Source of the sentences: answers of the live API (assumed to be current)."""
    found: dict[str, str] = {}
    for name in ("To", "Cc", "Bcc"):
        for value in (value for key, value in fields if key.lower() == name.lower()):
            for _, address in read_addresses(value):
                if not _ADDRESS.fullmatch(address):
                    raise invalid_argument(f"Invalid {name} header")
                found.setdefault(address.lower(), address)
    if not found:
        raise invalid_argument("Recipient address required")
    return list(found.values())
