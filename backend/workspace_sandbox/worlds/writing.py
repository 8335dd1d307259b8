"""How people of a world write: quotes, signatures, HTML, threads, and who keeps a copy.

It makes seed messages; it stores nothing and sends nothing.
"""

import random
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape
from typing import Any

from workspace_sandbox.worlds.documents import Paper, Sheet, attachment_of
from workspace_sandbox.worlds.people import Person, cast_of
from workspace_sandbox.worlds.vocabulary import Vocabulary

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One mail of a thread: who writes, how many hours after the mail before, and what."""

    sender: str
    hours_later: float
    text: str
    attachments: tuple[Paper | Sheet, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread: everyone in ``between`` gets every mail of the others, ``copied`` people as Cc."""

    subject: str
    days_ago: float
    between: tuple[str, ...]
    turns: tuple[Turn, ...]
    copied: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    unread: bool = False
    archived: bool = False
    html: bool = False


@dataclass(slots=True)
class Mailboxes:
    """Messages by the address of the account that keeps them, in the seed's shape, in the words of the seed number."""

    seed: int
    now: datetime
    messages: dict[str, list[Json]] = field(default_factory=dict)
    words: Vocabulary = field(init=False)
    people: dict[str, Person] = field(init=False)
    _keepers: dict[str, Person] = field(init=False)
    _count: int = 0

    def __post_init__(self) -> None:
        self.words = Vocabulary(self.seed)
        self.people = cast_of(self.words)
        living = [person for person in self.people.values() if person.has_account]
        self._keepers = {email: one for one in living for email in (one.email, *one.aliases)}

    def attached(self, paper: Paper | Sheet) -> Json:
        """The file as a seed attachment, in this world's words."""
        return attachment_of(paper, self.say)

    def say(self, text: str) -> str:
        """The text in this world's words, its days counted from now."""
        return self.words.say(text, self.now)

    def post(
        self, sender: Person, message: Json, labels: tuple[str, ...] = (), *, unread: bool = False
    ) -> None:
        """Put the mail into the sender's account as sent, and into each local recipient's.

        ``labels`` are the recipients' further labels; with SPAM, TRASH or ARCHIVE the inbox is left out.
        """
        if sender.has_account:
            self._keep(sender.email, message, ("SENT",))
        outside_inbox = {"SPAM", "TRASH", "ARCHIVE"} & set(labels)
        kept = tuple(label for label in labels if label != "ARCHIVE")
        arrived = (*(() if outside_inbox else ("INBOX",)), *(("UNREAD",) if unread else ()), *kept)
        addressed = [_bare(box) for box in (*message["to"], *message.get("cc", []))]
        for person in dict.fromkeys(self._keepers[one] for one in addressed if one in self._keepers):
            if person.email != sender.email:
                self._keep(person.email, {k: v for k, v in message.items() if k != "bcc"}, arrived)

    def new_message_id(self, sender: Person) -> str:
        """The next Message-ID of that sender; the same for the same seed."""
        self._count += 1
        number = random.Random(f"{self.seed}:{self._count}").getrandbits(64)  # noqa: S311 - ids of invented mail
        return f"{number:016x}.{self._count}@{sender.email.rpartition('@')[2]}"

    def _keep(self, email: str, message: Json, labels: tuple[str, ...]) -> None:
        self.messages.setdefault(email, []).append({**message, "labels": list(dict.fromkeys(labels))})


def hold_talk(boxes: Mailboxes, talk: Talk) -> list[Json]:
    """Write the whole thread and return its mails: replies carry References, a quote of the one before, a signature."""
    moment = boxes.now - timedelta(days=talk.days_ago)
    talk = replace(talk, subject=boxes.say(talk.subject))
    references: list[str] = []
    written: list[Json] = []
    for position, turn in enumerate(talk.turns):
        moment = min(_awake(moment + timedelta(hours=turn.hours_later)), boxes.now - timedelta(minutes=7))
        sender = boxes.people[turn.sender]
        message = _turn_message(boxes, talk, turn, moment, written[-1] if written else None)
        if references:
            message |= {"in_reply_to": references[-1], "references": " ".join(references)}
        last = position == len(talk.turns) - 1
        shelf = (*talk.labels, *(("ARCHIVE",) if talk.archived else ()))
        boxes.post(sender, message, shelf, unread=talk.unread and last)
        references.append(message["message_id"])
        written.append(message)
    return written


def pass_on(boxes: Mailboxes, before: Json, turn: Turn, to: str, *, unread: bool = False) -> Json:
    """The forwarded mail: the sender's words, then the whole mail before under Gmail's line, files kept."""
    sender, receiver = boxes.people[turn.sender], boxes.people[to]
    moment = _awake(datetime.fromisoformat(before["date"]) + timedelta(hours=turn.hours_later))
    head = "".join(
        f"{name}: {value}\n"
        for name, value in (
            ("From", before["from"]),
            ("Date", f"{datetime.fromisoformat(before['date']):%a, %d %b %Y at %H:%M}"),
            ("Subject", before["subject"]),
            ("To", ", ".join(before["to"])),
        )
    )
    own_text = f"{_one_line_each(boxes.say(turn.text))}\n\n{sender.signature}\n"
    message: Json = {
        "from": sender.mailbox,
        "to": [receiver.mailbox],
        "subject": f"Fwd: {before['subject'].removeprefix('Fwd: ').removeprefix('Re: ')}",
        "date": written_at(min(moment, boxes.now - timedelta(minutes=7))),
        "message_id": boxes.new_message_id(sender),
        "text": f"{own_text}\n---------- Forwarded message ---------\n{head}\n{before['text']}",
        **({"attachments": before["attachments"]} if "attachments" in before else {}),
    }
    boxes.post(sender, message, unread=unread)
    return message


def to_html(text: str, quote: str = "") -> str:
    """The text as simple HTML paragraphs with the quote in a block, as webmail writes it."""
    paragraphs = "".join(f"<p>{_linked(part)}</p>\n" for part in text.strip().split("\n\n"))
    block = f'<blockquote type="cite">{_linked(quote)}</blockquote>\n' if quote else ""
    return f"<html><body>\n{paragraphs}{block}</body></html>\n"


def written_at(moment: datetime) -> str:
    """The moment as the seed format takes it, to the second."""
    return moment.replace(microsecond=0).isoformat()


def _turn_message(boxes: Mailboxes, talk: Talk, turn: Turn, moment: datetime, before: Json | None) -> Json:
    sender = boxes.people[turn.sender]
    everyone = [boxes.people[key] for key in talk.between if key != turn.sender]
    copied = [boxes.people[key] for key in talk.copied if key != turn.sender]
    if turn.sender in talk.copied:
        everyone = [boxes.people[key] for key in talk.between]
    own_text = f"{_one_line_each(boxes.say(turn.text))}\n\n{sender.signature}\n"
    message: Json = {
        "from": sender.mailbox,
        "to": [person.mailbox for person in everyone],
        "subject": talk.subject if before is None else f"Re: {talk.subject}",
        "date": written_at(moment),
        "message_id": boxes.new_message_id(sender),
        "text": own_text + _quote(before),
    }
    if copied:
        message["cc"] = [person.mailbox for person in copied]
    if talk.html:
        message["html"] = to_html(own_text, _quote_intro(before) + before["text"] if before else "")
    if turn.attachments:
        message["attachments"] = [boxes.attached(paper) for paper in turn.attachments]
    return message


def _awake(moment: datetime) -> datetime:
    """The moment, or half past eight on the next morning when it is at night."""
    if moment.hour >= 20:
        moment = moment.replace(hour=8, minute=moment.minute % 20 + 15) + timedelta(days=1)
    return moment.replace(hour=8, minute=moment.minute % 20 + 15) if moment.hour < 8 else moment


def _one_line_each(text: str) -> str:
    """The paragraphs with their source line breaks taken out."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _quote_intro(before: Json) -> str:
    moment = datetime.fromisoformat(before["date"])
    return f"On {moment:%a, %d %b %Y at %H:%M}, {before['from']} wrote:\n"


def _quote(before: Json | None) -> str:
    if before is None:
        return ""
    lines = before["text"].rstrip("\n").split("\n")
    return "\n" + _quote_intro(before) + "\n".join(f"> {line}".rstrip() for line in lines) + "\n"


def _linked(text: str) -> str:
    marked = re.sub(r"(https?://[^\s<>]+)", r'<a href="\1">\1</a>', escape(text, quote=False))
    return marked.replace("\n", "<br>\n")


def _bare(mailbox: str) -> str:
    return mailbox.rpartition("<")[2].rstrip(">")
