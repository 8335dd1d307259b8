"""What is known about a mail and shown beside it; nothing here is ever sent or executed.

Facts are gathered once when the mail is resolved and stay with the version they belong to.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from countersign.actions.mail.address import domain_of

Provenance = Literal["thread", "user", "contacts", "edit"]


class Known(BaseModel):
    """Somebody the person has mailed with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str
    name: str = ""
    written_to: int = 0


class Origin(BaseModel):
    """Where a recipient comes from, with the mail and the words that show it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provenance: Provenance
    message_id: str | None = None
    quote: str | None = None


class Promise(BaseModel):
    """A date or amount the text commits to: the words in the text, and what they mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quote: str
    meaning: str


class MailFacts(BaseModel):
    """Everything shown about a mail that is not part of it.

    Attributes:
        account_email: the account it leaves from.
        organisation_domains: domains counted as inside; empty for a personal account.
        origins: by address in lower case.
        sender: who wrote the mail answered.
        answers_to: those recipients, in lower case, that the answered mail asked for and that did not write it.
        cautions: codes of what is unusual about the mail answered (`mailing_list`, `automated`).
        difference: what is new on the thread since the version before, one sentence each.
        spent_usd: what preparing it has cost, a decimal string.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_email: str
    organisation_domains: list[str] = Field(default_factory=list)
    own_addresses: list[str] = Field(default_factory=list)
    known: list[Known] = Field(default_factory=list)
    origins: dict[str, Origin] = Field(default_factory=dict)
    sender: str = ""
    answers_to: list[str] = Field(default_factory=list)
    cautions: list[Literal["mailing_list", "automated"]] = Field(default_factory=list)
    promises: list[Promise] = Field(default_factory=list)
    difference: list[str] = Field(default_factory=list)
    spent_usd: str = "0.000000"

    def is_external(self, email: str) -> bool:
        """Whether this address is neither one's own nor inside the organisation."""
        if email.casefold() in {own.casefold() for own in self.own_addresses}:
            return False
        return domain_of(email) not in self.organisation_domains

    def is_first_time(self, email: str) -> bool:
        """Whether the person has never written to this address, as far as the mail looked at shows."""
        wanted = email.casefold()
        return not any(known.email.casefold() == wanted and known.written_to for known in self.known)
