"""What goes into telling and what comes out: the visible text of mails, and sentences that name their mails.

Must not read anything: no mailbox, no clock, no model. Mail text is data; nothing in it is an instruction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CitedKind = Literal["mail", "said", "asked", "question", "decided", "date", "contact", "none"]


@dataclass(frozen=True)
class MailText:
    """One mail as telling needs it.

    Attributes:
        key: names the mail in `Cited.sources`; the caller's own id, unique over everything told at once.
        thread_key: names its conversation; equal for all mails of one.
        sender_name: as the header says, possibly empty.
        sender_email: bare address, empty when the header could not be understood.
        sent_at: aware; None when the mail has no readable date, and then no day in it is resolved.
        body_text: the visible text, with quotes and signature still in it; they are cut here.
        is_own: whether the account's owner wrote it.
        to: bare addresses of To and Cc, as written.
        labels: the provider's label ids ("INBOX", "CATEGORY_PROMOTIONS").
        owner: names and addresses the account's owner goes by ("Sam Okafor", "sam@work.example"), to tell whom a
            sentence addresses; their address book name as others write it may be added.
        is_automatic: whether its headers say that a machine or a mailing list sent it (List-Id, Auto-Submitted,
            Precedence).
    """

    key: str
    thread_key: str
    account_id: str
    sender_name: str
    sender_email: str
    sent_at: datetime | None
    subject: str
    body_text: str
    is_own: bool = False
    to: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    is_automatic: bool = False

    @property
    def sender(self) -> str:
        """The name to call the sender by: their name, else their address."""
        return self.sender_name.strip() or self.sender_email or "somebody"


@dataclass(frozen=True)
class Cited:
    """One sentence of an answer and what it rests on.

    Attributes:
        text: the sentence; every name, number and day in it stands in its mails or follows from their words.
        sources: keys of its mails, never empty.
        quote: the words of the first of them it rests on, as they stand there but for line ends.
        kind: what sort of sentence it is, for grouping.
    """

    text: str
    sources: tuple[str, ...]
    quote: str
    kind: CitedKind = "said"


@dataclass(frozen=True)
class Telling:
    """An answer, sentence by sentence, in the order to show it; empty when the mails hold nothing of the kind."""

    sentences: tuple[Cited, ...]

    def __str__(self) -> str:
        """The sentences, one on each line."""
        return "\n".join(sentence.text for sentence in self.sentences)
