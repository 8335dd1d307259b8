"""Conversations in a few sentences: what they are about, decisions, who wants what by when, open questions, days.

Must not say that something is open when somebody else wrote after it, nor tell the same words of a conversation twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from countersign.understanding.telling.framing import Frame
from countersign.understanding.telling.listing import mail_line
from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.open_questions import is_from_machine
from countersign.understanding.telling.reading.addressing import readers_of
from countersign.understanding.telling.reading.days import names_day
from countersign.understanding.telling.reading.phrases import COURTESY
from countersign.understanding.telling.reading.roles import Role, is_contentless, read
from countersign.understanding.telling.reading.sentences import Sentence

_MOST_OF_ONE = 14
_MOST_OF_ONE_AMONG_MANY = 5
_FEWEST_OF_ONE = 2
_ABOUT_IN_ALL = 60
"""Sentences an answer should stay near: many conversations get few sentences each, but none is left out."""

_FEWEST_WORDS = 4
"""Words of a sentence worth telling beside others; "Good news." is not."""

_SHARE: dict[str, int] = {"decided": 3, "asked": 6, "question": 3, "promised": 2, "date": 3}
"""How many sentences of a kind a conversation gets, the newest ones."""

_ORDER: tuple[str, ...] = ("decided", "asked", "promised", "question", "date")


@dataclass(frozen=True)
class Found:
    """One sentence with what it does, where it stands, and whether nobody else wrote after it."""

    frame: Frame
    sentence: Sentence
    role: Role
    is_open: bool

    def told(self) -> Cited:
        """The sentence as one of the answer."""
        if self.role == "asked":
            return self.frame.asked(self.sentence.text, is_open=self.is_open)
        if self.role == "question":
            return self.frame.question(self.sentence.text, is_open=self.is_open)
        if self.role == "decided":
            return self.frame.decided(self.sentence.text)
        if self.role == "promised":
            return self.frame.promised(self.sentence.text)
        return self.frame.dated(self.sentence.text)


def summarised(conversations: Sequence[Sequence[MailText]], *, now: datetime, zone: str) -> list[Cited]:
    """The conversations one after the other, each in few sentences; of several each begins with its newest mail."""
    told: list[Cited] = []
    for conversation in conversations:
        sentences = _of_one(conversation, _share_of(len(conversations)), now, zone)
        headed = [mail_line(conversation[-1], zone)] if sentences and len(conversations) > 1 else []
        told += [*headed, *sentences]
    return told


def _share_of(n_conversations: int) -> int:
    if n_conversations == 1:
        return _MOST_OF_ONE
    return max(_FEWEST_OF_ONE, min(_MOST_OF_ONE_AMONG_MANY, _ABOUT_IN_ALL // n_conversations))


def found_in(conversation: Sequence[MailText], now: datetime, zone: str) -> Iterator[Found]:
    """Every sentence of the conversation with its role, oldest mail first; what machines ask asks nobody."""
    mails = [mail for mail in conversation if "DRAFT" not in mail.labels]
    for index, mail in enumerate(mails):
        later = {other.sender_email.casefold() for other in mails[index + 1 :]}
        is_open = not later - {mail.sender_email.casefold()}
        frame = Frame(mail, readers_of(mail, mails), now, zone)
        asks_nobody = is_from_machine(mail)
        for sentence, role in read(mail):
            yield Found(frame, sentence, "other" if asks_nobody else role, is_open)


def _of_one(conversation: Sequence[MailText], most: int, now: datetime, zone: str) -> list[Cited]:
    found = list(found_in(conversation, now, zone))
    if not found:
        return []
    groups: dict[str, list[Found]] = {kind: [] for kind in _ORDER}
    for one in found:
        kind = _kind_of(one, zone)
        if kind:
            groups[kind].append(one)
    chosen = [one for kind in _ORDER for one in groups[kind][-_SHARE[kind] :]]
    told = [*_beginning(found, chosen), *(one.told() for one in chosen)]
    return list({cited.text: cited for cited in reversed(told)}.values())[::-1][:most]


def _kind_of(found: Found, zone: str) -> str | None:
    if found.role == "question":
        return "question" if found.is_open else None
    if found.role != "other":
        return None if is_contentless(found.sentence) else found.role
    if COURTESY.match(found.sentence.text):
        return None
    return "date" if names_day(found.sentence.text, found.frame.mail, zone) else None


def _beginning(found: Sequence[Found], chosen: Sequence[Found]) -> list[Cited]:
    """What the conversation begins with, unless enough of it is told; when nothing stands out also its newest mail."""
    first, last = found[0].frame.mail, found[-1].frame.mail
    if len(chosen) > 1 and any(one.frame.mail.key == first.key for one in chosen):
        return []
    if chosen:
        return _statements(found, first, 1, chosen)
    mails = [first] if last.key == first.key else [first, last]
    return [cited for mail in mails for cited in _statements(found, mail, 2)]


def _statements(
    found: Sequence[Found], mail: MailText, most: int, chosen: Sequence[Found] = ()
) -> list[Cited]:
    """The first sentences of the mail that say something and are not told anyway; any at all when nothing is told."""
    own = [
        one for one in found if one.frame.mail.key == mail.key and one.role == "other" and one not in chosen
    ]
    saying = [one for one in own if not COURTESY.match(one.sentence.text) and _has_substance(one.sentence)]
    return [one.frame.said(one.sentence.text) for one in (saying or ([] if chosen else own))[:most]]


def _has_substance(sentence: Sentence) -> bool:
    return len(sentence.text.split()) >= _FEWEST_WORDS
