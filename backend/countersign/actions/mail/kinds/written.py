"""What all kinds of mail have in common: their checks, their card, and when they are stale; nothing happens here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from countersign.actions.mail import payload as mail_payload
from countersign.actions.mail.facts import MailFacts
from countersign.actions.mail.forms import Form
from countersign.actions.mail.kinds import freshness
from countersign.actions.mail.kinds.mailbox import reader_of
from countersign.actions.mail.payload import MailPayload
from countersign.actions.mail.shown import preview
from countersign.actions.types import Change, Door, Facts, Payload
from countersign.errors import InvalidError


class WrittenMail:
    """A mail as the gate sees it; `form` says which kind."""

    form: ClassVar[Form]

    def checked(self, payload: Payload) -> Payload:
        """The payload in its one normal form; raises InvalidError or TooLargeError naming the field."""
        mail = self.mail(payload)
        if mail.takes_back is not None:
            msg = "What takes an action back cannot be proposed; undo the action."
            raise InvalidError(msg, fields=["/takes_back"])
        return mail.as_payload()

    def edited(self, payload: Payload, changes: Mapping[str, Any]) -> Payload:
        """The payload with text, subject, recipients or files changed and every check done again."""
        return mail_payload.edited(self.mail(payload), changes, self.form).as_payload()

    def preview(self, payload: Payload, facts: Facts, before: Payload | None) -> dict[str, Any]:
        """What the person sees; see mail/shown/preview.py."""
        # The version before may be of another kind and was checked as such.
        earlier = MailPayload.model_validate(before) if before is not None else None
        return preview.preview(self.form, self.mail(payload), MailFacts.model_validate(facts), earlier)

    async def changed(self, door: Door, payload: Payload, facts: Facts) -> Change | None:
        """None when what the mail is about is as the person saw it."""
        return await freshness.changed(reader_of(door), self.mail(payload), facts)

    def touches(self, payload: Payload) -> frozenset[str]:
        """The conversation it joins, the mail it passes on, the draft it changes."""
        mail = self.mail(payload)
        return frozenset({mail.thread_id, mail.source_message_id, mail.draft_message_id} - {""})

    async def done_elsewhere(self, door: Door, payload: Payload) -> str | None:
        """That the person has answered the conversation themselves."""
        return await freshness.answered(reader_of(door), self.mail(payload))

    def mail(self, payload: Payload) -> MailPayload:
        """The payload as a mail, with every check done."""
        return mail_payload.parse(payload, self.form)
