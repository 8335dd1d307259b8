"""How people of a world write: quotes, signatures, HTML, threads, and who keeps a copy.

It makes seed messages; it stores nothing and sends nothing.
"""

import random
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape
from typing import Any

from workspace_sandbox.worlds.people import EVERYBODY, Person

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One mail of a thread: who writes, how many hours after the mail before, and what."""

    sender: str
    hours_later: float
    text: str
    attachments: tuple[Json, ...] = ()


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
    """Messages by the address of the account that keeps them, in the seed's shape."""

    seed: int
    now: datetime
    messages: dict[str, list[Json]] = field(default_factory=dict)
    _count: int = 0

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
        for person in _local(message["to"], message.get("cc", [])):
            if person.email != sender.email:
                self._keep(person.email, {k: v for k, v in message.items() if k != "bcc"}, arrived)

    def new_message_id(self, sender: Person) -> str:
        """The next Message-ID of that sender; the same for the same seed."""
        self._count += 1
        number = random.Random(f"{self.seed}:{self._count}").getrandbits(64)  # noqa: S311 - ids of invented mail
        return f"{number:016x}.{self._count}@{sender.email.rpartition('@')[2]}"

    def _keep(self, email: str, message: Json, labels: tuple[str, ...]) -> None:
        self.messages.setdefault(email, []).append({**message, "labels": list(dict.fromkeys(labels))})


def hold_talk(boxes: Mailboxes, talk: Talk) -> None:
    """Write the whole thread: replies carry References, a quote of the mail before, and a signature."""
    moment = boxes.now - timedelta(days=talk.days_ago)
    references: list[str] = []
    before: Json | None = None
    for position, turn in enumerate(talk.turns):
        moment = min(_awake(moment + timedelta(hours=turn.hours_later)), boxes.now - timedelta(minutes=7))
        sender = EVERYBODY[turn.sender]
        message = _turn_message(boxes, talk, turn, moment, before)
        if references:
            message |= {"in_reply_to": references[-1], "references": " ".join(references)}
        last = position == len(talk.turns) - 1
        shelf = (*talk.labels, *(("ARCHIVE",) if talk.archived else ()))
        boxes.post(sender, message, shelf, unread=talk.unread and last)
        references.append(message["message_id"])
        before = message


def to_html(text: str, quote: str = "") -> str:
    """The text as simple HTML paragraphs with the quote in a block, as webmail writes it."""
    paragraphs = "".join(f"<p>{_linked(part)}</p>\n" for part in text.strip().split("\n\n"))
    block = f'<blockquote type="cite">{_linked(quote)}</blockquote>\n' if quote else ""
    return f"<html><body>\n{paragraphs}{block}</body></html>\n"


def written_at(moment: datetime) -> str:
    """The moment as the seed format takes it, to the second."""
    return moment.replace(microsecond=0).isoformat()


def _turn_message(boxes: Mailboxes, talk: Talk, turn: Turn, moment: datetime, before: Json | None) -> Json:
    sender = EVERYBODY[turn.sender]
    everyone = [EVERYBODY[key] for key in talk.between if key != turn.sender]
    copied = [EVERYBODY[key] for key in talk.copied if key != turn.sender]
    if turn.sender in talk.copied:
        everyone = [EVERYBODY[key] for key in talk.between]
    own_text = f"{_one_line_each(turn.text)}\n\n{sender.signature}\n"
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
        message["attachments"] = list(turn.attachments)
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


def _local(*lists: list[str]) -> list[Person]:
    written = [value for values in lists for value in values]
    found = [person for person in EVERYBODY.values() if person.has_account]
    return [person for person in found if any(f"<{person.email}>" in value for value in written)]


def archived(talk: Talk) -> Talk:
    """The same thread, read and out of the inbox."""
    return replace(talk, archived=True, unread=False)
