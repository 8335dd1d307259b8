"""Whether a name stands for several things: conversations of that name between people who have nothing in common.

It chooses nothing: two projects of one name are the person's to tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from countersign.understanding.people import fold_name
from countersign.understanding.telling.listing import called, on_day, subject_of
from countersign.understanding.telling.mail import MailText
from countersign.workflows.email.mailboxes.opened import count_of

ALL = "All of them"

_NAMES_A_THING = frozenset({"project", "projekt", "projet", "proyecto", "progetto"})
_ALL_WORDS = frozenset({"all", "both", "everything", "every", "alle", "beide"})
_PEOPLE_SHOWN = 3

Conversation = Sequence[MailText]


@dataclass(frozen=True)
class Namesake:
    """One thing of the name.

    Attributes:
        thread_keys: its conversations.
        label: how to tell it from the others.
        words: of its subject and people, folded.
    """

    thread_keys: frozenset[str]
    label: str
    words: frozenset[str]


def is_name(topic_words: Sequence[str]) -> bool:
    """Whether the words name one thing ("Project X", "Oak project") and not a kind of thing ("the budget")."""
    words = [word for word in topic_words if word]
    return any(word[0].isupper() or fold_name(word) in _NAMES_A_THING for word in words)


def namesakes(conversations: Sequence[Conversation], topic_words: Sequence[str]) -> list[Namesake]:
    """The things of that name, the one with the newest mail first; one or none when nothing has to be asked.

    Conversations belong to one thing when somebody but the owner is in both. Only mail that people wrote and whose
    subject holds the name makes a thing; what mentions it elsewhere goes with the people it shares.
    """
    groups: list[tuple[set[str], list[Conversation]]] = []
    for conversation in conversations:
        people = _people(conversation)
        if not people:
            continue
        related = [group for group in groups if group[0] & people]
        others = [group for group in groups if not group[0] & people]
        everybody = people.union(*(group[0] for group in related))
        groups = [*others, (everybody, [*(talk for group in related for talk in group[1]), conversation])]
    named = [talks for _, talks in groups if any(_is_named(talk, topic_words) for talk in talks)]
    return [_namesake(talks, topic_words) for talks in sorted(named, key=_newest, reverse=True)]


def titled(mails: Sequence[MailText], topic_words: Sequence[str], zone: str) -> list[Namesake]:
    """The conversations whose subject holds all the words, each told by one mail of it."""
    return [
        Namesake(
            thread_keys=frozenset({mail.thread_key}),
            label=f"“{subject_of(mail)}” from {called(mail)}{on_day(mail.sent_at, zone)}",
            words=frozenset(_words(f"{subject_of(mail)} {called(mail)}")),
        )
        for mail in mails
        if _is_named([mail], topic_words)
    ]


def chosen(things: Sequence[Namesake], answer: str) -> frozenset[str] | None:
    """The keys of the conversations the answer means; None when it fits none of them or several.

    A whole label decides, else words that only one of the things has ("the one with Lee").
    """
    words = set(_words(answer))
    if words & _ALL_WORDS:
        return frozenset().union(*(thing.thread_keys for thing in things))
    common = frozenset.intersection(*(thing.words for thing in things))
    fitting = [thing for thing in things if _words(thing.label) == _words(answer)]
    fitting = fitting or [thing for thing in things if words & (thing.words - common)]
    return fitting[0].thread_keys if len(fitting) == 1 else None


def _people(conversation: Conversation) -> set[str]:
    """Everybody in it but its owner and machines, by address."""
    own = {name.casefold() for mail in conversation for name in mail.owner}
    senders = {
        mail.sender_email.casefold() for mail in conversation if not mail.is_own and not mail.is_automatic
    }
    if not senders:
        return set()
    receivers = {address.casefold() for mail in conversation for address in mail.to}
    return {address for address in senders | receivers if address and address not in own}


def _is_named(conversation: Conversation, topic_words: Sequence[str]) -> bool:
    subject = set(_words(conversation[0].subject))
    return {word for topic in topic_words for word in _words(topic)} <= subject


def _namesake(talks: list[Conversation], topic_words: Sequence[str]) -> Namesake:
    named = max((talk for talk in talks if _is_named(talk, topic_words)), key=lambda talk: _newest([talk]))
    names = list(dict.fromkeys(called(mail) for talk in talks for mail in talk if not mail.is_own))
    more = f" and {len(names) - _PEOPLE_SHOWN} more" if len(names) > _PEOPLE_SHOWN else ""
    who = f"{', '.join(names[:_PEOPLE_SHOWN])}{more}"
    count = count_of(sum(len(talk) for talk in talks), "mail")
    return Namesake(
        thread_keys=frozenset(talk[0].thread_key for talk in talks),
        label=f"“{subject_of(named[0])}” with {who} ({count})",
        words=frozenset(_words(f"{subject_of(named[0])} {' '.join(names)}")),
    )


def _newest(talks: Sequence[Conversation]) -> float:
    return max((mail.sent_at.timestamp() for talk in talks for mail in talk if mail.sent_at), default=0.0)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold_name(text))
