"""What a change of many mails is: frozen message ids and the labels put on or taken off, checked at every version.

A payload is plain JSON; it holds what will be done, never the search that found the mails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from countersign.actions.types import Payload
from countersign.errors import InvalidError

MAX_MAILS = 100
EDITABLE = ("/message_ids",)
NEW_LABEL = "new"
"""Stands for the id of a label that does not exist yet; it is made, or found by its name, before the change."""

MAX_LABEL_CHARACTERS = 225
"""Assumed: no reference of Gmail's says how long a name may be; its own page takes no longer ones."""

INBOX, UNREAD, STARRED, TRASH, SPAM = "INBOX", "UNREAD", "STARRED", "TRASH", "SPAM"
Place = Literal["", "TRASH", "SPAM"]

_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_SYSTEM = re.compile(r"[A-Z_]+")
_LABELS_OF_GOOGLE = frozenset({INBOX, "IMPORTANT"})
"""Google's own labels that `mail.label` may put on or take off; the others have kinds of their own or are fixed."""


class LabelRef(BaseModel):
    """A label of the person: its id, or `new`, and the name they know it by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str


class LabelChange(BaseModel):
    """The same change for some mails: afterwards each carries all of `add` and none of `remove`.

    Attributes:
        place: of a compensation, where these mails were left (the bin, spam, or neither): one that is elsewhere by
            now was moved since and is left alone. None when that does not matter.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    message_ids: Annotated[list[str], Field(min_length=1)]
    add: list[str] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)
    place: Place | None = None


class SetPayload(BaseModel):
    """Everything a change of mails consists of; `is_undo` marks a compensation, which may hold several changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    changes: Annotated[list[LabelChange], Field(min_length=1)]
    label: LabelRef | None = None
    is_undo: bool = False

    @property
    def message_ids(self) -> list[str]:
        """Every mail it touches."""
        return [message_id for change in self.changes for message_id in change.message_ids]

    def each(self) -> Iterator[tuple[str, LabelChange]]:
        """Every mail with the change it gets."""
        return ((message_id, change) for change in self.changes for message_id in change.message_ids)

    def as_payload(self) -> Payload:
        """The same as plain JSON."""
        return self.model_dump()


@dataclass(frozen=True)
class Rule:
    """What a kind may do to a mail's labels; both empty for `mail.label`, whose label the person names."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def parse(payload: Mapping[str, Any]) -> SetPayload:
    """The payload with every check that holds for all kinds and for compensations.

    Raises:
        InvalidError: a field is missing or malformed, a mail comes twice, or there are more than 100.
    """
    try:
        wanted = SetPayload.model_validate(payload)
    except ValidationError as exc:
        fields = sorted({f"/{error['loc'][0]}" if error["loc"] else "/" for error in exc.errors()})
        msg = "The change of these mails is not complete."
        raise InvalidError(msg, fields=fields) from exc
    message_ids = wanted.message_ids
    if len(message_ids) > MAX_MAILS:
        msg = f"One action changes at most {MAX_MAILS} mails."
        raise InvalidError(msg, action="Split them into several.", fields=["/message_ids"])
    if len(set(message_ids)) < len(message_ids) or not all(map(_ID.fullmatch, message_ids)):
        msg = "A mail is named twice or in a way no mailbox knows."
        raise InvalidError(msg, fields=["/message_ids"])
    return wanted


def checked(payload: Mapping[str, Any], rule: Rule) -> SetPayload:
    """The payload of a proposal of the kind with that rule: one change, and exactly the one the kind stands for.

    Raises:
        InvalidError: it would do something else.
    """
    wanted = parse(payload)
    change = wanted.changes[0]
    is_plain = len(wanted.changes) == 1 and not wanted.is_undo and change.place is None
    if rule == Rule():
        is_allowed = is_plain and _is_one_label(wanted, change)
    else:
        is_allowed = is_plain and wanted.label is None and _does(change, rule)
    if not is_allowed:
        msg = "This kind of action cannot change labels in that way."
        raise InvalidError(msg, fields=["/changes"])
    return wanted


def edited(wanted: SetPayload, changes: Mapping[str, Any]) -> SetPayload:
    """The set with fewer mails: `/message_ids` is the list of those that stay.

    Raises:
        InvalidError: another field is named, or a mail that is not in the set.
    """
    wrong = sorted(set(changes) - set(EDITABLE))
    kept = changes.get("/message_ids")
    if wrong or not isinstance(kept, list) or not kept or not set(map(str, kept)) <= set(wanted.message_ids):
        msg = "Of this card you can only take mails out."
        raise InvalidError(msg, fields=wrong or ["/message_ids"])
    return with_only(wanted, set(map(str, kept)))


def with_only(wanted: SetPayload, kept: set[str]) -> SetPayload:
    """The set without every other mail, in the same order; at least one must stay."""
    change = wanted.changes[0]
    message_ids = [message_id for message_id in change.message_ids if message_id in kept]
    return wanted.model_copy(update={"changes": [change.model_copy(update={"message_ids": message_ids})]})


def _does(change: LabelChange, rule: Rule) -> bool:
    return (tuple(change.add), tuple(change.remove)) == (rule.add, rule.remove)


def _is_one_label(wanted: SetPayload, change: LabelChange) -> bool:
    label = wanted.label
    if label is None or [*change.add, *change.remove] != [label.id]:
        return False
    if not label.name.strip() or len(label.name) > MAX_LABEL_CHARACTERS:
        return False
    if label.id == NEW_LABEL:
        return change.add == [NEW_LABEL] and label.name.isprintable()
    return not _SYSTEM.fullmatch(label.id) or label.id in _LABELS_OF_GOOGLE
