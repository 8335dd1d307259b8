"""The mails a request means, as typed words: who sent them, what they are about, when they came.

Must not hold a date: days depend on the clock and the zone, so they stay words until the plan is made.
"""

from dataclasses import dataclass, replace
from typing import Literal

from countersign.understanding.grammar.selecting.periods import Period
from countersign.understanding.planned.steps import Pronoun

Folder = Literal["received", "inbox", "sent", "anywhere"]
Flag = Literal["unread", "starred", "unanswered", "attachment"]
Category = Literal["promotions", "newsletters", "social", "updates", "forums"]


@dataclass(frozen=True)
class Reference:
    """Mails the last answer named: "the second one", "the first two", "them", "it".

    Attributes:
        numbers: counted from 1 as they were shown, or from the end when negative (-1 is the last one).
        first: how many from the beginning ("the first two"), None when numbers say it.
        last: how many from the end, None when numbers say it.
        is_all: whether all of them are meant ("them").
        count: how many they are when that was said ("both"), None otherwise.
        is_one: whether one is meant without saying which ("it").
    """

    numbers: tuple[int, ...] = ()
    first: int | None = None
    last: int | None = None
    is_all: bool = False
    count: int | None = None
    is_one: bool = False


@dataclass(frozen=True)
class UnclearDay:
    """Words that may say when the mails came, or may be something else, such as a name or a part of the topic."""

    words: str
    instead: Literal["person", "topic"]


@dataclass(frozen=True)
class Selection:
    """Mails as they were described. What was not said is None, empty or False.

    Attributes:
        person: words that name the sender.
        pronoun: "she", "he" or "they" when a pronoun stands for the sender.
        recipient: words that name the recipient.
        topic: the person's words for what they are about.
        topic_words: those of the topic that can find something.
        paper: what they bring, by its name ("invoices", "notifications").
        most: how many of the newest.
        is_single: whether one mail is meant ("the mail from Dana").
        is_thread: whether conversations are meant rather than single mails.
        is_whole: whether everything was asked for in so many words ("everything", "all my mail").
        is_vague: whether a word limits them in a way that no mail can be checked for ("old", "important").
        is_loose: whether a word limits them only loosely ("new", "recent"): enough to list them, not to change them.
        is_unanswered: whether those are meant that wait for an answer of the person.
        names_mail: whether mail was spoken of.
        may_be_other: whether the word for it may mean something else ("questions"), unless somebody sent it.
        is_of_shown: whether the words point at an answer given before ("the one from Dana").
        reference: mails the last answer named.
        unclear: the first words of it that may be a day or something else.
    """

    person: str | None = None
    pronoun: Pronoun | None = None
    recipient: str | None = None
    topic: str = ""
    topic_words: tuple[str, ...] = ()
    paper: str | None = None
    subject: str | None = None
    folder: Folder | None = None
    in_label: str | None = None
    category: Category | None = None
    unread_only: bool = False
    starred_only: bool = False
    has_attachment: bool = False
    periods: tuple[Period, ...] = ()
    account_words: str | None = None
    most: int | None = None
    is_single: bool = False
    is_thread: bool = False
    is_whole: bool = False
    is_vague: bool = False
    is_loose: bool = False
    is_unanswered: bool = False
    names_mail: bool = False
    may_be_other: bool = False
    is_of_shown: bool = False
    reference: Reference | None = None
    unclear: UnclearDay | None = None

    @property
    def is_limited(self) -> bool:
        """Whether anything but an account or a folder tells which mails are meant."""
        return bool(
            self.person
            or self.pronoun
            or self.recipient
            or self.topic_words
            or self.paper
            or self.subject
            or self.in_label
            or self.category
            or self.unread_only
            or self.starred_only
            or self.has_attachment
            or self.periods
            or self.most
            or self.reference
        )

    def flagged(self, flag: Flag) -> "Selection":
        """The same mails, limited by one of the marks a mail can bear."""
        match flag:
            case "unread":
                return replace(self, unread_only=True)
            case "starred":
                return replace(self, starred_only=True)
            case "unanswered":
                return replace(self, is_unanswered=True)
            case "attachment":
                return replace(self, has_attachment=True)
