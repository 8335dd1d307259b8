"""What a request to write a mail says: the form of the mail, its people, its words and what goes with it.

Must not ask or plan; `planning` decides what follows from it.
"""

from dataclasses import dataclass, field
from typing import Literal

from countersign.understanding.grammar.commands import ReplyReading
from countersign.understanding.grammar.saying import Saying
from countersign.understanding.grammar.target import Target
from countersign.understanding.words.text import RequestText


@dataclass(frozen=True)
class FileWords:
    """A file to attach, in the person's words.

    Attributes:
        words: what it was called ("the invoice"), "" when only its place was named.
        is_upload: whether it was said to be uploaded with the request.
        mail: the mail it is in, None when none was named.
    """

    words: str
    is_upload: bool = False
    mail: Target | None = None

    @property
    def has_place(self) -> bool:
        """Whether it was said where the file is."""
        return self.is_upload or self.mail is not None


@dataclass(frozen=True)
class Extras:
    """What was asked for besides the mail and its words.

    Attributes:
        is_draft: whether it was said that the mail is not to be sent.
        to_all: whether everybody in the conversation is to get the reply.
    """

    subject: str | None = None
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    files: tuple[FileWords, ...] = ()
    is_draft: bool = False
    to_all: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it is a plain mail."""
        return self == Extras()


@dataclass(frozen=True)
class NewMailReading:
    """A new mail; `people` is empty when nobody was named."""

    people: tuple[str, ...]
    saying: Saying | None
    confidence_percent: int
    topic: str | None = None
    account_words: str | None = None


@dataclass(frozen=True)
class ForwardReading:
    """A mail to pass on: `mail` is None when only "it" or a number in the last answer names it."""

    people: tuple[str, ...]
    mail: Target | None
    saying: Saying | None
    shown: int | Literal["last", "it"] | None = None
    confidence_percent: int = 98


@dataclass(frozen=True)
class UndictatedReading:
    """Drafts of replies to all mails of a kind, left to what the conversations hold."""

    mails: Target
    is_unanswered: bool = False
    confidence_percent: int = 95


@dataclass(frozen=True)
class MessageReading:
    """A mail to write, with the words it was read from (without what `extras` took out of them)."""

    core: NewMailReading | ForwardReading | ReplyReading | UndictatedReading
    text: RequestText
    extras: Extras = field(default_factory=Extras)


@dataclass(frozen=True)
class PossibleSecondRequest:
    """A mail whose last words may be a second request; `words` are those words."""

    mail: ReplyReading | MessageReading
    words: str
