"""Which kinds of action exist: one line each; a kind that is not here cannot be proposed or executed."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.actions.mail.kinds.drafting import DraftCreate, DraftUpdate
from countersign.actions.mail.kinds.sending import MailForward, MailReply, MailReplyAll, MailSend
from countersign.actions.mailbox.kinds import SETS
from countersign.actions.mailbox.unsubscribe import MailUnsubscribe
from countersign.actions.types import Kind, Payload
from countersign.errors import InvalidError

KINDS: Mapping[str, Kind] = {
    "mail.send": MailSend(),
    "mail.reply": MailReply(),
    "mail.reply_all": MailReplyAll(),
    "mail.forward": MailForward(),
    "mail.draft.create": DraftCreate(),
    "mail.draft.update": DraftUpdate(),
    **SETS,
    "mail.unsubscribe": MailUnsubscribe(),
}


def sent_instead(kind: str, payload: Payload) -> str | None:
    """The kind that sends what this action would only keep as a draft, or None: the one change of kind there is."""
    if kind != "mail.draft.create":
        return None
    return "mail.reply" if payload["thread_id"] else "mail.send"


def kind_of(name: str) -> Kind:
    """The kind of that name.

    Raises:
        InvalidError: Countersign does not know how to do this.
    """
    kind = KINDS.get(name)
    if kind is None:
        msg = "Countersign cannot do this kind of action."
        raise InvalidError(msg, kind=name)
    return kind
