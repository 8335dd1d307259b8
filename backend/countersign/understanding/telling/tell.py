"""The door: what conversations say, in the form that was asked for, each sentence with its mail.

Must not say what no mail says, and must not show quotes, signatures or disclaimers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from countersign.understanding.planned.steps import TellForm
from countersign.understanding.telling.items import action_items
from countersign.understanding.telling.listing import contacts, mail_lines
from countersign.understanding.telling.mail import Cited, MailText, Telling
from countersign.understanding.telling.open_questions import waiting_for_me
from countersign.understanding.telling.said import said_about
from countersign.understanding.telling.summary import summarised


@dataclass(frozen=True)
class Asked:
    """What the person asked to be told.

    Attributes:
        topic: their words for what it is about, "" when they named none.
        person: name or address of the one whose words are wanted, "" for anybody.
        now: aware reference time.
        zone: the person's zone, IANA.
    """

    topic: str
    person: str
    now: datetime
    zone: str


Conversation = Sequence[MailText]
_Teller = Callable[[Sequence[Conversation], Asked], list[Cited]]


def tell(
    form: TellForm,
    conversations: Sequence[Conversation],
    *,
    topic: str,
    person: str,
    now: datetime,
    zone: str,
) -> Telling:
    """The answer in that form; empty when the mails hold nothing of the kind.

    Args:
        form: as in the plan's `TellAbout`.
        conversations: each oldest mail first, in the order they shall be told.
        topic: the person's words for what it is about, "" when they named none.
        person: name or address of the one whose words are wanted, "" for anybody.
        now: aware reference time.
        zone: the person's zone, IANA; days are told in it.

    Same mails and arguments, same answer.
    """
    asked = Asked(topic, person, now, zone)
    return Telling(tuple(_TELLERS[form](conversations, asked)))


def _listed(conversations: Sequence[Conversation], asked: Asked) -> list[Cited]:
    return mail_lines(conversations, asked.zone)


def _people(conversations: Sequence[Conversation], asked: Asked) -> list[Cited]:
    return contacts(conversations, asked.zone)


def _unanswered(conversations: Sequence[Conversation], asked: Asked) -> list[Cited]:
    waiting = (waiting_for_me(one, now=asked.now, zone=asked.zone) for one in conversations)
    return [cited for cited in waiting if cited]


def _said(conversations: Sequence[Conversation], asked: Asked) -> list[Cited]:
    return said_about(conversations, topic=asked.topic, person=asked.person, now=asked.now, zone=asked.zone)


def _summary(conversations: Sequence[Conversation], asked: Asked) -> list[Cited]:
    return summarised(conversations, now=asked.now, zone=asked.zone)


def _items(conversations: Sequence[Conversation], asked: Asked) -> list[Cited]:
    return action_items(conversations, now=asked.now, zone=asked.zone)


_TELLERS: dict[TellForm, _Teller] = {
    "list": _listed,
    "said": _said,
    "summary": _summary,
    "unanswered": _unanswered,
    "contacts": _people,
    "action_items": _items,
}
