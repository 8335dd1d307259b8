"""What a change does to the labels of one mail, and what takes exactly that back; pure set arithmetic, no provider.

The inverse is computed from what a mail carried before, never from the name of the change: the opposite of "to the
inbox" is "archive" only for a mail that was not in the inbox already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from countersign.actions.mailbox.payload import INBOX, NEW_LABEL, SPAM, TRASH, LabelChange, Place

Labels = frozenset[str]
_LOST_IN_THE_BIN = (INBOX, SPAM)
"""Labels a mail loses by being put in the bin. Assumed: the reference of users.messages.trash does not say."""


def named(change: LabelChange, label_id: str) -> LabelChange:
    """The change with the id of its label in place of `new`."""
    return change.model_copy(
        update={
            "add": [label_id if label == NEW_LABEL else label for label in change.add],
            "remove": [label_id if label == NEW_LABEL else label for label in change.remove],
        }
    )


def is_as_wanted(labels: Labels, change: LabelChange) -> bool:
    """Whether a mail with these labels needs nothing of this change."""
    return labels >= set(change.add) and labels.isdisjoint(change.remove)


def after(labels: Labels, change: LabelChange) -> Labels:
    """The labels of a mail that had these when the change is done."""
    lost = _LOST_IN_THE_BIN if TRASH in change.add else ()
    return (labels | set(change.add)) - {*change.remove, *lost}


def place(labels: Labels) -> Place:
    """Where a mail with these labels lies: the bin, spam, or neither."""
    if TRASH in labels:
        return "TRASH"
    return "SPAM" if SPAM in labels else ""


def inverses(before: Mapping[str, Labels], change: LabelChange) -> list[LabelChange]:
    """What takes the change back from the mails it changed, mails with equal inverses together.

    `before` holds the labels of each mail that was there; one that needed nothing of the change gets no inverse.
    """
    groups: dict[tuple[tuple[str, ...], tuple[str, ...], Place], list[str]] = {}
    for message_id in change.message_ids:
        had = before.get(message_id)
        if had is None or is_as_wanted(had, change):
            continue
        left = after(had, change)
        key = (tuple(sorted(had - left)), tuple(sorted(left - had)), place(left))
        groups.setdefault(key, []).append(message_id)
    return [
        LabelChange(message_ids=message_ids, add=list(add), remove=list(remove), place=where)
        for (add, remove, where), message_ids in groups.items()
    ]


def moved_since(now: Labels | None, change: LabelChange) -> bool:
    """Whether a mail is gone, or no longer where a compensation expects it; such a mail is left alone."""
    return now is None or (change.place is not None and place(now) != change.place)


def known(read: Mapping[str, Labels | None]) -> dict[str, Labels]:
    """The mails that are there, with their labels."""
    return {message_id: labels for message_id, labels in read.items() if labels is not None}


def as_json(read: Mapping[str, Labels]) -> dict[str, list[str]]:
    """Labels by mail as plain JSON, in a stable order."""
    return {message_id: sorted(labels) for message_id, labels in read.items()}


def from_json(stored: Mapping[str, Iterable[str]]) -> dict[str, Labels]:
    """Labels by mail as they were written by `as_json`."""
    return {message_id: frozenset(labels) for message_id, labels in stored.items()}
