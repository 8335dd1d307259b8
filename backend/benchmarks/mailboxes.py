"""A generated office for load: every person has a mailbox with one long conversation in it, and much else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

TALK = 16
"""Mails of the conversation that is answered; half of them are Dana's, and those eight are each read whole."""

DANA = "dana.whitfield@harborline.example"
REQUEST = "Reply to the last mail from Dana Whitfield saying we can take delivery on Wednesday"
_WORDS = [
    "delivery", "invoice", "budget", "meeting", "contract", "Wednesday", "supplier", "oak", "table", "order", "dock",
    "window", "price",
]  # fmt: skip


def address(number: int) -> str:
    """The mail address of that person."""
    return f"person{number}@bench.example"


def office(people: int, mails: int) -> list[dict[str, Any]]:
    """The accounts of a seed: that many people with that many mails each, and Dana, who gets the replies."""
    now = datetime.now(UTC)
    boxes = [account(address(number), mails, now) for number in range(people)]
    return [*boxes, {"email": DANA, "name": "Dana Whitfield", "messages": []}]


def account(owner: str, mails: int, now: datetime) -> dict[str, Any]:
    """One account of a seed: the conversation with Dana and that many mails in all."""
    talk = [_turn(owner, turn, now) for turn in range(TALK)]
    others = [mail(number, owner, now) for number in range(mails - TALK)]
    return {"email": owner, "name": "Person at Bench", "messages": [*talk, *others]}


def mail(number: int, owner: str, now: datetime) -> dict[str, Any]:
    """A mail of about 1 KB from one of 40 people, in a thread of five; a higher number is older."""
    text = words(number, 120)
    return {
        "from": f"Person {number % 40} <person{number % 40}@client.example>",
        "to": [owner],
        "subject": f"About the {_WORDS[number % len(_WORDS)]} {number // 5}",
        "date": (now - timedelta(hours=number + TALK + 1)).isoformat(),
        "text": text,
        "html": f"<p>{text}</p>",
        "labels": ["INBOX", "UNREAD"] if number % 3 else ["INBOX"],
        "thread": f"t{number // 5}",
    }


def words(number: int, count: int) -> str:
    """Words of a small vocabulary, always the same for a number."""
    return " ".join(_WORDS[(number * 7 + position * position) % len(_WORDS)] for position in range(count))


def _turn(owner: str, turn: int, now: datetime) -> dict[str, Any]:
    """The two write in turns; the last word is Dana's."""
    is_hers = turn % 2 == 1
    before = [f"<talk-{earlier}.{owner}>" for earlier in range(turn)]
    return {
        "from": f"Dana Whitfield <{DANA}>" if is_hers else f"Person at Bench <{owner}>",
        "to": [owner if is_hers else DANA],
        "subject": "Delivery window" if turn == 0 else "Re: Delivery window",
        "date": (now - timedelta(minutes=(TALK - turn) * 20)).isoformat(),
        "text": f"Hi,\n\n{words(turn, 60)}.\n\nCan you take delivery on Wednesday?\n\nBest,\nDana",
        "message_id": f"<talk-{turn}.{owner}>",
        "in_reply_to": before[-1] if before else "",
        "references": " ".join(before),
        "labels": ["INBOX"] if is_hers else ["SENT"],
        "thread": "talk",
    }
