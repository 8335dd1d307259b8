"""Mail arriving in local mailboxes, bounces for unknown local addresses, the outbox for everyone else.

It changes no bytes but the trace fields and Bcc; who may send is decided in ``sending.py``.
"""

import json
from datetime import datetime
from email.utils import format_datetime

from workspace_sandbox.gmail.indexing import message_id, milliseconds, read_mail
from workspace_sandbox.gmail.mailbox import NewMail, Stored, add_message, change_labels
from workspace_sandbox.gmail.mime.compose import Letter, compose, entity, multipart
from workspace_sandbox.gmail.mime.headers import (
    first,
    prepend_fields,
    read_addresses,
    remove_fields,
    split_message,
)
from workspace_sandbox.gmail.threading import remember_thread, thread_for_arrival
from workspace_sandbox.store import Store

ARRIVAL_LABELS = ("INBOX", "UNREAD")
_BOUNCE_SENDER = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"


def local_account(store: Store, address: str) -> str | None:
    """The account that receives mail for the address: its own, a send-as alias, or with a ``+tag``; else None.

    Source: plus addresses, https://support.google.com/mail/answer/22370.
    """
    wanted = address.strip().lower()
    local, _, domain = wanted.rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    for row in store.all("SELECT email, settings FROM mailboxes"):
        aliases = {str(entry["sendAsEmail"]).lower() for entry in json.loads(row["settings"])["sendAs"]}
        if {wanted, plain} & {str(row["email"]).lower(), *aliases}:
            return str(row["email"])
    return None


def deliver(
    store: Store, raw: bytes, *, to: list[str] | None = None, labels: tuple[str, ...] = ARRIVAL_LABELS
) -> list[Stored]:
    """A mail arrives from outside: the stored copies, one for each local account among the recipients.

    ``to``: envelope recipients; without it the To, Cc and Bcc fields count. Addresses that are not local are ignored.
    """
    fields, _ = split_message(raw)
    named = to or [pair[1] for name in ("To", "Cc", "Bcc") for pair in read_addresses(first(fields, name))]
    accounts: dict[str, str] = {}
    for address in named:
        account = local_account(store, address)
        if account is not None:
            accounts.setdefault(account, address)
    return [store_copy(store, account, address, raw, labels) for account, address in accounts.items()]


def store_copy(store: Store, account: str, address: str, raw: bytes, labels: tuple[str, ...]) -> Stored:
    """The account's own copy, with trace fields and without Bcc, in the thread its headers lead to.

    Source: RFC 5321 section 4.4 (trace fields); Delivered-To as live Gmail writes it (assumed).
    """
    fields, _ = split_message(raw)
    now = store.now()
    sender = next((pair[1] for pair in read_addresses(first(fields, "From"))), "")
    trace = [
        ("Delivered-To", address),
        ("Return-Path", f"<{sender}>"),
        ("Received", f"by sandbox.invalid with SMTP id {store.new_id()}; {format_datetime(now)}"),
    ]
    copy = prepend_fields(remove_fields(raw, ("Bcc",)), trace)
    mail = read_mail(copy)
    thread_id = thread_for_arrival(store, account, mail)
    stored = add_message(store, NewMail(account, copy, mail, labels, milliseconds(now), thread_id=thread_id))
    remember_thread(store, account, mail, stored.thread_id)
    return stored


def send_out(store: Store, sent: Stored, raw: bytes, recipients: list[str]) -> None:
    """Take a sent mail to its recipients: local copies, a bounce for unknown local ones, the outbox for the rest.

    Assumed: mail to oneself is the sent mail itself, in the inbox and unread.
    """
    reached: set[str] = set()
    for address in recipients:
        account = local_account(store, address)
        if account is None:
            _outside(store, sent, raw, address)
        elif account not in reached:
            reached.add(account)
            if account.lower() == sent.account.lower():
                change_labels(store, sent, ARRIVAL_LABELS, ())
            else:
                store_copy(store, account, address, raw, ARRIVAL_LABELS)


def outbox(store: Store, account: str) -> list[dict[str, str]]:
    """The account's mail to addresses outside the sandbox, oldest first."""
    rows = store.all(
        "SELECT message_id, recipient, subject, at FROM outbox WHERE account = ? ORDER BY entry", (account,)
    )
    return [
        {"message": row["message_id"], "to": row["recipient"], "subject": row["subject"], "at": row["at"]}
        for row in rows
    ]


def _outside(store: Store, sent: Stored, raw: bytes, address: str) -> None:
    if _is_hosted(store, address):
        _bounce(store, sent, raw, address)
        return
    store.execute(
        "INSERT INTO outbox (account, message_id, recipient, subject, at) VALUES (?, ?, ?, ?, ?)",
        (sent.account, sent.id, address, sent.subject, store.now().isoformat()),
    )


def _is_hosted(store: Store, address: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    rows = store.all("SELECT email FROM mailboxes WHERE hosts_domain")
    return any(str(row["email"]).rpartition("@")[2].lower() == domain for row in rows)


def _bounce(store: Store, sent: Stored, raw: bytes, address: str) -> None:
    """Put a delivery report into the sender's inbox, in the thread of the sent mail.

    Source: RFC 3464 (format), RFC 3834 section 3.1.7 (Auto-Submitted). Assumed: sender, subject, X-Failed-Recipients
    and the thread, as live Gmail writes them.
    """
    report = compose_bounce(raw, address, store.now(), f"{store.new_id()}@mx.sandbox.invalid", sent.account)
    mail = read_mail(report)
    new = NewMail(
        sent.account, report, mail, ARRIVAL_LABELS, milliseconds(store.now()), thread_id=sent.thread_id
    )
    add_message(store, new)
    remember_thread(store, sent.account, mail, sent.thread_id)


def compose_bounce(raw: bytes, address: str, now: datetime, own_id: str, recipient: str) -> bytes:
    """The delivery report for a mail that ``address`` could not receive."""
    fields, _ = split_message(raw)
    original = message_id(fields)
    letter = Letter(
        sender=_BOUNCE_SENDER,
        to=[recipient],
        subject="Delivery Status Notification (Failure)",
        date=now,
        message_id=own_id,
        in_reply_to=original,
        references=original,
        fields=[("Auto-Submitted", "auto-replied"), ("X-Failed-Recipients", address)],
        text="-",
    )
    words = (
        "** Address not found **\n\n"
        f"Your message wasn't delivered to {address} because the address couldn't be found.\n"
        "Check for typos or unnecessary spaces and try again.\n\n"
        "The response was:\n550 5.1.1 The email account that you tried to reach does not exist.\n"
    )
    status = (
        f"Reporting-MTA: dns; sandbox.invalid\r\nArrival-Date: {format_datetime(now)}\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.\r\n"
    )
    head = compose(letter).split(b"MIME-Version: 1.0\r\n")[0] + b"MIME-Version: 1.0\r\n"
    parts = [
        entity("text/plain; charset=utf-8", words.encode()),
        entity("message/delivery-status", status.encode()),
        entity("message/rfc822", remove_fields(raw, ("Bcc",))),
    ]
    return head + multipart("multipart/report; report-type=delivery-status", parts)
