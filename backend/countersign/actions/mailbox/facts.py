"""What is known about the mails of a set and shown beside the change; nothing here is ever executed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class SeenMail(BaseModel):
    """One mail as it was when the set was resolved.

    Attributes:
        labels: ids of the labels it carried.
        written_to: the person has written to its sender.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    sender: str
    sender_email: str
    subject: str
    received_at: datetime | None
    labels: list[str]
    written_to: bool = False


class SetFacts(BaseModel):
    """Everything shown about a set that is not part of it.

    Attributes:
        label_names: names of label ids, for those that are not Google's own.
        difference: what is different since the version before, one sentence each.
        spent_usd: what preparing it has cost, a decimal string.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_email: str
    mails: list[SeenMail]
    label_names: Mapping[str, str] = Field(default_factory=dict)
    difference: list[str] = Field(default_factory=list)
    spent_usd: str = "0.000000"

    def mail(self, message_id: str) -> SeenMail | None:
        """What was seen of that mail; None when nothing was."""
        return next((mail for mail in self.mails if mail.id == message_id), None)
