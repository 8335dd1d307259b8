"""What a person sees before deciding on many mails at once: a pure function of payload, facts and the version before.

Every mail is listed with its labels before and after; nothing is looked up, and the search is no part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from countersign.actions.diff import Field, field_changes
from countersign.actions.mail.hidden import visible
from countersign.actions.mailbox import labels
from countersign.actions.mailbox.facts import SeenMail, SetFacts
from countersign.actions.mailbox.payload import (
    EDITABLE,
    INBOX,
    SPAM,
    STARRED,
    TRASH,
    UNREAD,
    LabelChange,
    SetPayload,
)
from countersign.actions.marks import risk
from countersign.actions.marks.risk import Reason

MANY_IN_THE_BIN = 20
"""More mails than this put in the bin at once deserve a second look; a guess, no measured figure."""

_NAMES = {
    INBOX: "Inbox",
    UNREAD: "Unread",
    STARRED: "Starred",
    TRASH: "Bin",
    SPAM: "Spam",
    "IMPORTANT": "Important",
    "SENT": "Sent",
    "DRAFT": "Draft",
    "CATEGORY_PROMOTIONS": "Promotions",
    "CATEGORY_SOCIAL": "Social",
    "CATEGORY_UPDATES": "Updates",
    "CATEGORY_FORUMS": "Forums",
    "CATEGORY_PERSONAL": "Primary",
}
_VERBS = {
    "mail.archive": "Archive {mails}",
    "mail.mark_read": "Mark {mails} as read",
    "mail.mark_unread": "Mark {mails} as unread",
    "mail.star": "Star {mails}",
    "mail.trash": "Move {mails} to the bin",
}


def preview(kind: str, wanted: SetPayload, facts: SetFacts, before: SetPayload | None) -> dict[str, Any]:
    """The card's part that follows from the set alone (events/cards.py); `before` is the version before."""
    lines = [_line(message_id, change, wanted, facts) for message_id, change in wanted.each()]
    return {
        "account_email": facts.account_email,
        "title": title(kind, wanted, facts),
        "risk": risk.as_wire(_reasons(kind, wanted, facts)),
        "recipients": [],
        "fields": field_changes(_fields(before, facts) if before else None, _fields(wanted, facts)),
        "change": {"kind": kind, **wanted.as_payload()},
        "preview": {
            "text": {
                "before": "\n".join(_as_text(line, "before") for line in lines),
                "after": "\n".join(_as_text(line, "after") for line in lines),
            },
            "html": "",
            "mails": {"count": len(lines), "items": lines},
        },
        "cost": {"spent_usd": facts.spent_usd},
        "requires": [],
        "editable": [] if wanted.is_undo else list(EDITABLE),
    }


def title(kind: str, wanted: SetPayload, facts: SetFacts) -> str:
    """What would happen, in one short line."""
    count = len(wanted.message_ids)
    only = facts.mail(wanted.message_ids[0]) if count == 1 else None
    mails = (
        f"“{visible(only.subject) or 'no subject'}”" if only else f"{count} mail{'s' if count > 1 else ''}"
    )
    if wanted.label is not None:
        label = f"“{visible(_label_name(wanted.label.id, wanted, facts))}”"
        done = f"Label {mails} {label}" if wanted.changes[0].add else f"Take the label {label} off {mails}"
        words = f"Undo: label {label} on {mails}" if wanted.is_undo else done
    else:
        words = _VERBS[kind].format(mails=mails)
        words = f"Undo: {words[0].lower()}{words[1:]}" if wanted.is_undo else words
    return words


def _reasons(kind: str, wanted: SetPayload, facts: SetFacts) -> list[Reason]:
    if wanted.is_undo:
        return []
    mails = [mail for message_id in wanted.message_ids if (mail := facts.mail(message_id)) is not None]
    reasons = []
    if unseen := len(wanted.message_ids) - len(mails):
        reasons.append(Reason("unseen_mails", "high", f"{_are(unseen)} not read before this was proposed."))
    if kind == "mail.trash":
        reasons += _reasons_of_the_bin(mails)
    if kind in {"mail.trash", "mail.archive"}:
        marked = sum(bool({STARRED, "IMPORTANT"} & set(mail.labels)) for mail in mails)
        reasons += _if(marked, "marked_mail", "medium", f"{_are(marked)} starred or important.")
        unread = sum(UNREAD in mail.labels for mail in mails)
        reasons += _if(unread, "unread_mail", "low", f"{_are(unread)} unread.")
    return reasons


def _reasons_of_the_bin(mails: list[SeenMail]) -> list[Reason]:
    count, known = len(mails), sum(mail.written_to for mail in mails)
    return [
        *_if(count > MANY_IN_THE_BIN, "many_to_bin", "medium", f"{count} mails go to the bin at once."),
        *_if(known, "known_sender", "medium", f"{_are(known)} from people you have written to."),
    ]


def _if(is_so: object, code: str, level: risk.Level, text: str) -> list[Reason]:
    return [Reason(code, level, text, "preview/mails")] if is_so else []


def _are(count: int) -> str:
    return "1 of the mails is" if count == 1 else f"{count} of the mails are"


def _fields(wanted: SetPayload, facts: SetFacts) -> list[Field]:
    put_on = Counter(label for _, change in wanted.each() for label in change.add)
    taken_off = Counter(label for _, change in wanted.each() for label in change.remove)
    places = {change.place for change in wanted.changes} - {None}
    found = [
        Field("/message_ids", "Mails", str(len(wanted.message_ids))),
        Field("/changes/add", "Put on", _counted(put_on, wanted, facts)),
        Field("/changes/remove", "Taken off", _counted(taken_off, wanted, facts)),
    ]
    if wanted.label is not None and wanted.label.id == "new":
        found.append(Field("/label", "New label", visible(wanted.label.name)))
    if places:
        found.append(Field("/changes/place", "Left alone", "Mails that were moved since"))
    return found


def _counted(counts: Counter[str], wanted: SetPayload, facts: SetFacts) -> str:
    return ", ".join(
        f"{visible(_label_name(label, wanted, facts))} ({n})" for label, n in sorted(counts.items())
    )


def _line(message_id: str, change: LabelChange, wanted: SetPayload, facts: SetFacts) -> dict[str, Any]:
    mail = facts.mail(message_id)
    had = frozenset(mail.labels if mail else ())
    left = labels.after(had, change)
    return {
        "message_id": message_id,
        "sender": visible(mail.sender) if mail else "",
        "sender_email": visible(mail.sender_email) if mail else "",
        "subject": visible(mail.subject) if mail else "",
        "received_at": mail.received_at.isoformat() if mail and mail.received_at else None,
        "before": _label_names(had, wanted, facts),
        "after": _label_names(left, wanted, facts),
    }


def _as_text(line: dict[str, Any], when: str) -> str:
    day = (line["received_at"] or "")[:10]
    words = (
        line["sender"] or line["sender_email"],
        line["subject"],
        day,
        ", ".join(line[when]) or "no label",
    )
    return " · ".join(word for word in words if word)


def _label_names(ids: Iterable[str], wanted: SetPayload, facts: SetFacts) -> list[str]:
    return sorted(visible(_label_name(label, wanted, facts)) for label in ids)


def _label_name(label_id: str, wanted: SetPayload, facts: SetFacts) -> str:
    if wanted.label is not None and wanted.label.id == label_id and label_id not in _NAMES:
        return wanted.label.name
    return _NAMES.get(label_id) or facts.label_names.get(label_id, label_id)
