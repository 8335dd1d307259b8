"""Which mails a change would change at all, by the labels they carry; what is already as wanted is not proposed."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.connectors.google.mail_types import MessageHead
from countersign.connectors.google.mailbox.reading import Label
from countersign.understanding.planned.steps import ProposeSet, SetKind

_DONE: dict[SetKind, str] = {
    "mail.label": "labelled so",
    "mail.archive": "archived",
    "mail.mark_read": "marked as read",
    "mail.mark_unread": "marked as unread",
    "mail.star": "starred",
    "mail.trash": "in the bin",
}


def needing(step: ProposeSet, heads: Sequence[MessageHead], labels: Sequence[Label]) -> list[MessageHead]:
    """Those of the mails that are not yet as the step wants them, in their order."""
    return [head for head in heads if _needs(step, frozenset(head.labels), labels)]


def already(step: ProposeSet) -> str:
    """How the others are already, as a sentence goes on: `archived`."""
    return "without that label" if step.removes_label else _DONE[step.action_kind]


def _needs(step: ProposeSet, had: frozenset[str], labels: Sequence[Label]) -> bool:
    if step.action_kind == "mail.label":
        wanted = (step.label_name or "").strip().casefold()
        label_id = next((one.id for one in labels if one.name.casefold() == wanted), None)
        return (label_id in had) if step.removes_label else (label_id not in had)
    marks = {"mail.archive": "INBOX", "mail.mark_read": "UNREAD"}
    if step.action_kind in marks:
        return marks[step.action_kind] in had
    missing = {"mail.mark_unread": "UNREAD", "mail.star": "STARRED", "mail.trash": "TRASH"}
    return missing[step.action_kind] not in had
