"""Turning "do this to these mails" into a set with nothing left open; it reads and writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from countersign.actions.mail.facts import Known
from countersign.actions.mail.hidden import without_hidden
from countersign.actions.mailbox.facts import SeenMail, SetFacts
from countersign.actions.mailbox.kinds import SETS
from countersign.actions.mailbox.payload import NEW_LABEL, LabelChange, LabelRef, SetPayload
from countersign.actions.mailbox.preview import title
from countersign.actions.types import Facts, Payload
from countersign.connectors.google.mail.addresses import addresses
from countersign.connectors.google.mail_types import Address, MessageHead
from countersign.connectors.google.mailbox.reading import Label
from countersign.errors import InvalidError

SET_HEADERS = ("From", "Subject")
"""The headers a set needs of each mail: read the heads with these."""


@dataclass(frozen=True)
class SetSource:
    """What a set is resolved from: its mails as read now, at most 100, and whose account it is.

    Attributes:
        messages: in the order they are to be shown, with `SET_HEADERS`.
        labels: every label of the mailbox: names for the card, and the one that `label_name` means.
        label_name: of `mail.label`, the label as the person said it; one that is not there is made on approval.
        removes_label: take that label off instead of putting it on.
        known: people the person has mailed with.
    """

    messages: Sequence[MessageHead]
    account_email: str
    labels: Sequence[Label] = ()
    label_name: str | None = None
    removes_label: bool = False
    known: Sequence[Known] = ()
    spent_usd: str = "0.000000"


@dataclass(frozen=True)
class ResolvedSet:
    """A set's payload and facts as plain JSON, what its card is folded under, and what makes its id."""

    payload: Payload
    facts: Facts
    group_key: str
    group_label: str
    target: str = field(default="")


def resolve_set(kind: str, source: SetSource) -> ResolvedSet:
    """That change of exactly these mails; `kind` is any set kind but `mail.unsubscribe`.

    Raises:
        InvalidError: no mails, more than 100, one twice, or a label that cannot be changed or is not there.
    """
    rule = SETS[kind].rule
    label = _label(source) if kind == "mail.label" else None
    ids = [message.id for message in source.messages]
    change = LabelChange.model_construct(
        message_ids=ids, add=list(rule.add), remove=list(rule.remove), place=None
    )
    if label is not None:
        change = change.model_copy(update={"remove" if source.removes_label else "add": [label.id]})
    wanted = SetPayload.model_construct(changes=[change], label=label, is_undo=False)
    payload = SETS[kind].checked(wanted.as_payload())
    facts, group_key = _facts(source), _group_key(kind, label, removes=source.removes_label)
    return ResolvedSet(
        payload,
        facts.model_dump(mode="json"),
        group_key=group_key,
        group_label=title(kind, wanted, facts),
        target=hashlib.sha256("\n".join((group_key, *ids)).encode()).hexdigest()[:32],
    )


def _group_key(kind: str, label: LabelRef | None, *, removes: bool) -> str:
    if label is None:
        return kind
    return f"{kind}:{'-' if removes else '+'}{label.id if label.id != NEW_LABEL else label.name}"


def _label(source: SetSource) -> LabelRef:
    wanted = (source.label_name or "").strip()
    by_name: Mapping[str, Label] = {label.name.casefold(): label for label in source.labels}
    found = by_name.get(wanted.casefold())
    if found is not None:
        return LabelRef(id=found.id, name=found.name)
    if source.removes_label or not wanted:
        msg = "There is no such label in this mailbox."
        raise InvalidError(msg, action="Name a label that exists.", fields=["/label"])
    return LabelRef(id=NEW_LABEL, name=wanted)


def _facts(source: SetSource) -> SetFacts:
    written_to = {person.email.casefold() for person in source.known if person.written_to}
    return SetFacts(
        account_email=source.account_email,
        mails=[_seen(message, written_to) for message in source.messages],
        label_names={label.id: label.name for label in source.labels if label.is_own},
        spent_usd=source.spent_usd,
    )


def _seen(message: MessageHead, written_to: set[str]) -> SeenMail:
    sender = next(iter(addresses((message.header("From") or "",))), Address("", ""))
    return SeenMail(
        id=message.id,
        sender=without_hidden(sender.name),
        sender_email=sender.email,
        subject=without_hidden(message.header("Subject") or ""),
        received_at=message.received_at,
        labels=sorted(message.labels),
        written_to=sender.email.casefold() in written_to,
    )
