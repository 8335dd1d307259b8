"""The demo world: Alex Kim's working life at a small furniture company, as a seed.

Deterministic: the same seed number and moment give the same world. Real people, firms and addresses do not occur.
"""

from datetime import datetime
from typing import Any

from workspace_sandbox.worlds.bulk import post_bulk
from workspace_sandbox.worlds.letters_clients import client_talks
from workspace_sandbox.worlds.letters_company import company_talks, home_talks
from workspace_sandbox.worlds.people import ALEX, ALEX_AT_HOME, EVERYBODY, OWN_COMPANY, WORK, Person
from workspace_sandbox.worlds.routine import routine_talks
from workspace_sandbox.worlds.writing import Mailboxes, hold_talk

WORK_EMAIL = ALEX.email
HOME_EMAIL = ALEX_AT_HOME.email
_PRIVATE_DOMAIN = "postbox.example"


def build(seed: int, now: datetime, *, origin: str = "http://127.0.0.1:4010") -> dict[str, Any]:
    """The world as a seed for ``POST /_sandbox/seed``, with every date before ``now`` (aware).

    ``origin`` is the sandbox's own address, for the newsletters' unsubscribe links. Alex's accounts come first.
    """
    boxes = Mailboxes(seed, now)
    for talk in (*client_talks(now), *company_talks(), *home_talks(), *routine_talks(seed)):
        hold_talk(boxes, talk)
    post_bulk(boxes, origin)
    people = [person for person in EVERYBODY.values() if person.has_account]
    return {"clock": now.isoformat(), "accounts": [_account(boxes, person) for person in people]}


def _account(boxes: Mailboxes, person: Person) -> dict[str, Any]:
    messages = sorted(boxes.messages.get(person.email, []), key=lambda message: str(message["date"]))
    return {
        "email": person.email,
        "name": person.name,
        "time_zone": person.time_zone,
        "type": "personal" if person.email.endswith(_PRIVATE_DOMAIN) else "work",
        "contacts": _contacts(person),
        "send_as": _send_as(person),
        "messages": messages,
    }


def _send_as(person: Person) -> list[dict[str, Any]]:
    lines = person.signature.split("\n", 1)[1].replace("\n", "<br>")
    own = {"sendAsEmail": person.email, "displayName": person.name, "signature": f"<div>{lines}</div>"}
    if person is not ALEX:
        return [own]
    return [
        own,
        {
            "sendAsEmail": f"orders@{WORK}",
            "displayName": f"{OWN_COMPANY} Orders",
            "signature": f"<div>{OWN_COMPANY}, Orders<br>+44 20 7946 0117</div>",
            "replyToAddress": f"orders@{WORK}",
        },
        {"sendAsEmail": f"a.kim@{WORK}", "displayName": "Alex Kim", "signature": f"<div>{lines}</div>"},
    ]


def _contacts(person: Person) -> list[dict[str, str]]:
    if person not in (ALEX, ALEX_AT_HOME):
        return []
    return [
        {"name": other.name, "email": other.email, "company": other.company}
        for other in EVERYBODY.values()
        if other.has_account and other not in (ALEX, ALEX_AT_HOME)
    ]
