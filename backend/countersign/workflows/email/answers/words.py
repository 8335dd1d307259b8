"""What was looked for and read, in plain words with real counts; it says nothing of what mails contain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from countersign.understanding.planned.steps import SearchMail, TellAbout, TellForm
from countersign.workflows.email.mailboxes.opened import count_of, name_of

People = Mapping[str, Mapping[str, str]]

_CATEGORIES = {
    "promotions": "promotional",
    "newsletters": "newsletter",
    "social": "social",
    "updates": "update",
}


@dataclass(frozen=True)
class Extent:
    """How much an answer rests on, and how much was left unread.

    Attributes:
        left: conversations found and not read.
        has_older: whether older mail that fits was not even looked at, so that `left` is the least.
        subject: of the one conversation that was meant, else empty.
    """

    n_messages: int
    n_conversations: int
    left: int
    has_older: bool = False
    subject: str = ""

    def __str__(self) -> str:
        """`12 messages in 3 conversations`, `5 messages in “Delivery window”`."""
        messages, conversations = (
            count_of(self.n_messages, "message"),
            count_of(self.n_conversations, "conversation"),
        )
        return f"{messages} in {f'“{self.subject}”' if self.subject else conversations}"


def mails(count: int, wanted: SearchMail, people: People, *, has_more: bool = False) -> str:
    """The mails of a search: `more than 500 unread mails from Dana Ito <dana@client.test> about delivery`."""
    noun = f"{_kind(wanted)}mail"
    number = "no " + noun if count == 0 else count_of(count, noun)
    more = "more than " if has_more else ""
    return f"{more}{number}{_which(wanted, people)}"


def heading(about: TellAbout, extent: Extent, person: str, told: int) -> str:
    """The line above the told sentences: what they are and how many mails they rest on."""
    topic = f" about {about.topic}" if about.topic else ""
    who = person or "people"
    waiting = f"{begun(count_of(told, 'conversation'))} of {extent.n_conversations} read"
    lines: dict[TellForm, str] = {
        "list": f"{begun(str(extent))}:",
        "said": f"What {who} wrote{topic}, from {extent}:",
        "summary": f"Summary{topic}, from {extent}:",
        "unanswered": f"{waiting} {'waits' if told == 1 else 'wait'} for your answer:",
        "contacts": f"The people who wrote{topic}, from {extent}:",
        "action_items": f"What is asked{topic}, from {extent}:",
    }
    return lines[about.form]


def nothing(about: TellAbout, extent: Extent, person: str) -> str:
    """What is said when the mails hold nothing of the kind."""
    topic = f" about {about.topic}" if about.topic else ""
    words: dict[TellForm, str] = {
        "list": "they name no mail",
        "said": f"found nothing {person or 'anybody'} wrote{topic}",
        "summary": f"found nothing to tell{topic}",
        "unanswered": "found none that waits for your answer",
        "contacts": "found nobody but you and machines in them",
        "action_items": f"found nothing anybody is asked to do{topic}",
    }
    return f"I read {extent} and {words[about.form]}."


def begun(words: str) -> str:
    """The words as a sentence begins."""
    return words[:1].upper() + words[1:]


def unread_rest(extent: Extent) -> str:
    """That older conversations were left unread, with the way to them; empty when everything was read."""
    left = left_unread(extent)
    return f"{begun(left)} not read; name a person, a topic or days to reach more." if left else ""


def left_unread(extent: Extent) -> str:
    """`one older conversation was`, `at least 5 older conversations were`; empty when everything was read."""
    if not extent.left:
        return "older mails were" if extent.has_older else ""
    verb = "was" if extent.left == 1 and not extent.has_older else "were"
    least = "at least " if extent.has_older else ""
    return f"{least}{count_of(extent.left, 'older conversation')} {verb}"


def _kind(wanted: SearchMail) -> str:
    words = ["unread"] if wanted.unread_only else []
    words += ["starred"] if wanted.starred_only else []
    words += ["sent"] if wanted.folder == "sent" else []
    words += [_CATEGORIES.get(wanted.category, wanted.category)] if wanted.category else []
    return "".join(f"{word} " for word in words)


def _which(wanted: SearchMail, people: People) -> str:
    words = [f"from {name_of(dict(people[wanted.person_step]))}"] if wanted.person_step else []
    words += [f"to {name_of(dict(people[wanted.recipient_step]))}"] if wanted.recipient_step else []
    words += [f"about {' '.join(wanted.topic_words)}"] if wanted.topic_words else []
    words += [f"with the subject “{wanted.subject}”"] if wanted.subject else []
    words += ["with a file"] if wanted.has_attachment else []
    words += [f"labelled “{wanted.in_label}”"] if wanted.in_label else []
    words += _days(wanted)
    return "".join(f" {word}" for word in words)


def _days(wanted: SearchMail) -> list[str]:
    first, last = wanted.received_from, wanted.received_to
    if first and first == last:
        return [f"of {_day(first)}"]
    return [*([f"since {_day(first)}"] if first else []), *([f"until {_day(last)}"] if last else [])]


def _day(day: str) -> str:
    read = date.fromisoformat(day)
    return f"{read.day} {read:%B %Y}"
