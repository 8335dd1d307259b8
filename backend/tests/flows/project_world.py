"""Mailboxes in which three people write about one project, other every time the seed is: nothing hangs on a name."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

ME = "alex.kim@northgate.example"
COLLEAGUE = "robin.ash@northgate.example"
_PEOPLE = (
    ("Lena Brandt", "studio-brandt.example"),
    ("Omar Haddad", "haddad-freight.example"),
    ("Priya Nair", "nair-textiles.example"),
    ("Tomas Novak", "novak-oak.example"),
    ("Grace Obi", "obi-legal.example"),
    ("Yuki Tanaka", "tanaka-print.example"),
    ("Marta Silva", "silva-glass.example"),
)
_PROJECTS = ("Larkspur", "Meridian", "Quill", "Tamarind", "Ostrava")
_GOODS = ("oak tops", "glass panels", "linen covers", "steel frames", "printed labels")


@dataclass(frozen=True)
class Project:
    """What a test may know of the world: the project's name, and who wants, tells and asks what."""

    name: str
    wisher: str
    teller: str
    asker: str
    wish: str
    told: str
    question: str
    answer: str
    accounts: list[dict[str, Any]]


def build(seed: int, now: datetime, *, is_one: bool = True) -> Project:
    """A world in which one person wants something by a day, one tells a price and one asks what only Alex knows.

    A colleague is in copy of every mail of the project; without (`is_one` false) three strangers use the same name.
    """
    chance = random.Random(seed)
    name, goods = chance.choice(_PROJECTS), chance.choice(_GOODS)
    (wisher, teller, asker, stranger) = chance.sample(_PEOPLE, 4)
    due, price, grams = (
        now + timedelta(days=chance.randint(5, 25)),
        chance.randint(300, 9_000),
        chance.randint(90, 300),
    )
    wish = f"Please confirm the delivery of the {goods} by {due.day} {due:%B}."
    told = f"The {goods} cost {price} euros, delivered on {due.day} {due:%B}."
    question = f"Which weight do you want for the {goods} of {name}?"
    letters = [
        (wisher, f"Project {name}: delivery", wish),
        (teller, f"Project {name}: costs", told),
        (asker, f"Project {name}: weight", question),
        (stranger, "Lunch on Friday", "Shall we have lunch on Friday?"),
    ]
    mine = [
        _letter(number, sender, subject, text, now, is_shared=is_one)
        for number, (sender, subject, text) in enumerate(letters)
    ]
    others = [{"email": _address(person), "name": person[0], "messages": []} for person, _, _ in letters]
    me = {"email": ME, "name": "Alex Kim", "messages": mine}
    return Project(
        name,
        _address(wisher),
        _address(teller),
        _address(asker),
        wish,
        told,
        question,
        f"We want {grams} grams.",
        [me, *others],
    )


def _letter(
    number: int, sender: tuple[str, str], subject: str, text: str, now: datetime, *, is_shared: bool
) -> dict[str, Any]:
    first = sender[0].split()[0]
    return {
        "from": f"{sender[0]} <{_address(sender)}>",
        "to": [ME],
        "cc": [COLLEAGUE] if is_shared else [],
        "subject": subject,
        "date": (now - timedelta(days=number + 1)).isoformat(),
        "message_id": f"<project-{number}@{sender[1]}>",
        "text": f"Hi Alex,\n\n{text}\n\nBest,\n{first}",
        "thread": f"project-{number}",
        "labels": ["INBOX", "UNREAD"],
    }


def _address(person: tuple[str, str]) -> str:
    return f"{person[0].split()[0].lower()}@{person[1]}"
