"""Gmail labels for imported mail, from a Takeout's label field or a folder's name.

It makes names only; label rows are made when the mail is stored.
"""

import csv

from workspace_sandbox.gmail.mime.headers import Field, decode_words, first

# A Takeout writes label names in the account's language. Source: exports in these languages (assumed complete
# enough; an unknown name becomes a label of that name).
_GMAIL_NAMES = {
    "inbox": "INBOX", "posteingang": "INBOX", "boîte de réception": "INBOX",
    "sent": "SENT", "gesendet": "SENT", "messages envoyés": "SENT", "sent mail": "SENT", "sent items": "SENT",
    "sent messages": "SENT",
    "draft": "DRAFT", "drafts": "DRAFT", "entwürfe": "DRAFT", "brouillons": "DRAFT",
    "unread": "UNREAD", "ungelesen": "UNREAD", "non lus": "UNREAD",
    "starred": "STARRED", "markiert": "STARRED", "suivis": "STARRED",
    "important": "IMPORTANT", "wichtig": "IMPORTANT", "importants": "IMPORTANT",
    "spam": "SPAM", "junk": "SPAM", "junk e-mail": "SPAM",
    "trash": "TRASH", "papierkorb": "TRASH", "corbeille": "TRASH", "deleted items": "TRASH",
    "chat": "CHAT", "chats": "CHAT",
    "category personal": "CATEGORY_PERSONAL", "category social": "CATEGORY_SOCIAL",
    "category promotions": "CATEGORY_PROMOTIONS", "category updates": "CATEGORY_UPDATES",
    "category forums": "CATEGORY_FORUMS",
}  # fmt: skip
# Marks that say what a mail without another label is anyway.
_SILENT = {"opened", "geöffnet", "ouvert", "archived", "archiviert", "archivés", "archive", "all mail"}


def takeout_labels(fields: list[Field]) -> tuple[str, ...] | None:
    """The labels of ``X-Gmail-Labels``, or None when the mail has no such field."""
    value = decode_words(first(fields, "X-Gmail-Labels")).strip()
    if not value:
        return None
    names = next(csv.reader([value], skipinitialspace=True), [])
    return gmail_labels(tuple(names))


def gmail_labels(names: tuple[str, ...]) -> tuple[str, ...]:
    """System label ids where the names mean one; other names stay; marks without meaning are left out."""
    wanted = [name.strip() for name in names if name.strip() and name.strip().casefold() not in _SILENT]
    return tuple(dict.fromkeys(_GMAIL_NAMES.get(name.casefold(), name) for name in wanted))


def takeout_thread(fields: list[Field]) -> str:
    """The thread number of a Takeout (``X-GM-THRID``), or an empty string."""
    return first(fields, "X-GM-THRID").strip()
