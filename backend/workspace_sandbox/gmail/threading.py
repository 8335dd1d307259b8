"""Which thread a mail belongs to.

It reads and writes thread keys only; storing the mail is the caller's work.
"""

from workspace_sandbox.gmail.indexing import Mail, base_subject
from workspace_sandbox.gmail.mailbox import thread_messages
from workspace_sandbox.kernel.errors import invalid_argument, not_found
from workspace_sandbox.store import Store


def thread_for_arrival(store: Store, account: str, mail: Mail) -> str:
    """The thread of an arriving mail, or an empty string for a new one.

    A mail joins a thread when it answers one of its mails, is answered by one of them, or answers the same unseen
    mail, and the subjects are equal without reply marks.
    Source: https://developers.google.com/workspace/gmail/api/guides/threads (References and Subject must match);
    joining in the wrong order of arrival is assumed.
    """
    subject = base_subject(mail.subject)
    for key in [*mail.references, *filter(None, [mail.message_id])]:
        row = store.one(
            "SELECT thread_id FROM thread_keys WHERE account = ? AND key = ? AND subject = ?",
            (account, key, subject),
        )
        if row is not None:
            return str(row["thread_id"])
    return ""


def thread_for_request(store: Store, account: str, mail: Mail, wanted: str) -> str:
    """The thread of a mail that names ``wanted`` when it is created: that one if the mail really answers it.

    Source: https://developers.google.com/workspace/gmail/api/guides/threads: the threadId must be given, References
    and In-Reply-To must be set in compliance with RFC 2822, and the Subject must match. A mail that breaks one of
    these goes where its own headers lead, else into a new thread (assumed; the guide does not say).

    Raises:
        GoogleError: 404 for a thread that does not exist, 400 for an id that cannot be one (both assumed).
    """
    if not wanted:
        return thread_for_arrival(store, account, mail)
    if not wanted.isascii() or not wanted.replace("-", "").replace("_", "").isalnum():
        raise invalid_argument("Invalid thread_id value")
    members = thread_messages(store, account, wanted)
    if not members:
        raise not_found()
    subject = base_subject(mail.subject)
    answers = {member.message_id for member in members if member.message_id} & set(mail.references)
    if answers and any(base_subject(member.subject) == subject for member in members):
        return wanted
    return thread_for_arrival(store, account, mail)


def remember_thread(store: Store, account: str, mail: Mail, thread_id: str) -> None:
    """Let later mails find this thread through this mail's id and the ids it answers."""
    subject = base_subject(mail.subject)
    keys = [*filter(None, [mail.message_id]), *mail.references]
    store.executemany(
        "INSERT OR IGNORE INTO thread_keys VALUES (?, ?, ?, ?)",
        [(account, key, subject, thread_id) for key in keys],
    )


def named_thread(store: Store, account: str, name: str) -> str:
    """The thread remembered under a name from outside (a Takeout's thread number, a seed's key), or empty."""
    row = store.one(
        "SELECT thread_id FROM thread_keys WHERE account = ? AND key = ? AND subject = ''",
        (account, f"<{name}>"),
    )
    return "" if row is None else str(row["thread_id"])


def name_thread(store: Store, account: str, name: str, thread_id: str) -> None:
    """Remember the thread under a name from outside."""
    store.execute("INSERT OR IGNORE INTO thread_keys VALUES (?, ?, '', ?)", (account, f"<{name}>", thread_id))
