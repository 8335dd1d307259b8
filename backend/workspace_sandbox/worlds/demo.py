"""The demo world: Alex Kim's working life at a small furniture company, as a seed.

Deterministic: the same seed number and moment give the same world; another number gives other people, firms, amounts
and wording, as complete. Nobody in it is real; of firms only the airline is, whose flight the product's requests name.
"""

from datetime import datetime
from typing import Any

from workspace_sandbox.worlds.newsletters import post_newsletters
from workspace_sandbox.worlds.notices import post_notices
from workspace_sandbox.worlds.people import ALEX, ALEX_AT_HOME, OWN_COMPANY, WORK, Person
from workspace_sandbox.worlds.threads.clients import client_talks
from workspace_sandbox.worlds.threads.company import company_talks, home_talks
from workspace_sandbox.worlds.threads.forwarded import post_chains, weekly_talks
from workspace_sandbox.worlds.threads.project import project_talks
from workspace_sandbox.worlds.threads.routine import routine_talks
from workspace_sandbox.worlds.threads.wishes import wish_talks
from workspace_sandbox.worlds.traps import post_traps
from workspace_sandbox.worlds.vocabulary import DEFAULT_SEED
from workspace_sandbox.worlds.writing import Mailboxes, hold_talk

SEED = DEFAULT_SEED
WORK_EMAIL = ALEX.email
HOME_EMAIL = ALEX_AT_HOME.email
_PRIVATE_DOMAIN = "postbox.example"


def build(
    seed: int, now: datetime, *, origin: str = "http://127.0.0.1:4010", projects: int = 1
) -> dict[str, Any]:
    """The world as a seed for ``POST /_sandbox/seed``, with every date before ``now`` (aware).

    ``origin`` is the sandbox's own address, for the newsletters' unsubscribe links. Alex's accounts come first.
    ``projects`` is how many projects have the name of the project everybody writes about: 0, 1 or 2.
    ``Vocabulary(seed).say(...)`` turns a request about the default world into one about this world.
    """
    boxes = Mailboxes(seed, now)
    talks = (*client_talks(now), *company_talks(), *wish_talks(), *home_talks(), *project_talks(projects))
    for talk in (*talks, *weekly_talks(seed), *routine_talks(seed)):
        hold_talk(boxes, talk)
    post_chains(boxes)
    post_notices(boxes)
    post_newsletters(boxes, origin)
    post_traps(boxes)
    people = [person for person in boxes.people.values() if person.has_account]
    return {"clock": now.isoformat(), "accounts": [_account(boxes, person) for person in people]}


def _account(boxes: Mailboxes, person: Person) -> dict[str, Any]:
    messages = sorted(boxes.messages.get(person.email, []), key=lambda message: str(message["date"]))
    return {
        "email": person.email,
        "name": person.name,
        "time_zone": person.time_zone,
        "type": "personal" if person.email.endswith(_PRIVATE_DOMAIN) else "work",
        "contacts": _contacts(boxes, person),
        "send_as": _send_as(person),
        "messages": messages,
    }


def _send_as(person: Person) -> list[dict[str, Any]]:
    lines = person.signature.split("\n", 1)[1].replace("\n", "<br>")
    own = {"sendAsEmail": person.email, "displayName": person.name, "signature": f"<div>{lines}</div>"}
    if person.email != WORK_EMAIL:
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


def _contacts(boxes: Mailboxes, person: Person) -> list[dict[str, str]]:
    if person.email not in (WORK_EMAIL, HOME_EMAIL):
        return []
    return [
        {"name": other.name, "email": other.email, "company": other.company}
        for other in boxes.people.values()
        if other.has_account and other.email not in (WORK_EMAIL, HOME_EMAIL)
    ]
