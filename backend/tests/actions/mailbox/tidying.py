"""Alex's mailbox as tests of sets need it: six mails in different places, sets of them proposed, decided, executed."""

from __future__ import annotations

import json
from typing import Any

from countersign.accounts.tokens import credentials
from countersign.actions import execute, proposals
from countersign.actions.mail.facts import Known
from countersign.actions.types import ProposedAction
from countersign.approvals import gate, reading
from countersign.connectors.google.mailbox.reading import LabelReader
from countersign.connectors.google.readers import MailReader
from countersign.kit.ids import from_public
from tests.actions.desk import ALEX, DANA, Desk, uuid_of

INBOX = ("INBOX", "UNREAD")
PLACES: dict[str, tuple[str, ...]] = {
    "new": INBOX,
    "read": ("INBOX",),
    "starred": ("INBOX", "STARRED"),
    "archived": (),
    "promotion": ("INBOX", "CATEGORY_PROMOTIONS"),
    "filed": ("INBOX", "Receipts"),
}
"""Where each of Alex's mails is when a test begins, by the word in its subject."""

BATCH_MODIFY = "gmail.users.messages.batchModify"
EVERYTHING = "https://mail.google.com/"


def mailbox(n_more: int = 0) -> list[dict[str, Any]]:
    """Alex with those mails, and `n_more` newsletters in the inbox."""
    mails = [_mail(number, name, labels) for number, (name, labels) in enumerate(PLACES.items(), 1)]
    more = [_mail(100 + n, f"Weekly {n}", ("INBOX", "CATEGORY_PROMOTIONS")) for n in range(n_more)]
    return [{"email": ALEX, "name": "Alex Moreno", "messages": [*mails, *more]}]


def _mail(number: int, subject: str, labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": f"19d{number:013d}",
        "from": f"Dana Ito <{DANA}>",
        "to": [ALEX],
        "subject": subject,
        "message_id": f"<{number}@client.test>",
        "date": f"2026-03-02T09:{number % 60:02d}:00Z",
        "text": "Hello Alex.",
        "labels": list(labels),
    }


def id_of(name: str) -> str:
    """The id of the mail with that word in its subject."""
    return f"19d{list(PLACES).index(name) + 1:013d}"


async def propose(desk: Desk, kind: str, *names: str, **changes: Any) -> dict[str, Any]:
    """The card of that change of these mails, resolved from the mailbox as it is now."""
    return await propose_ids(desk, kind, [id_of(name) for name in names or PLACES], **changes)


async def change(desk: Desk, kind: str, ids: list[str], **changes: Any) -> ProposedAction:
    """The proposal of that change of the mails with these ids; nothing is asked of anybody yet."""
    resolved = await resolved_set(desk, kind, ids, **changes)
    return ProposedAction(
        run_id=desk.run_id,
        run_attempt=1,
        plan_step="set",
        target=resolved.target,
        account_id=desk.account_id,
        kind=kind,
        payload=resolved.payload,
        facts=resolved.facts,
        group_key=resolved.group_key,
        group_label=resolved.group_label,
    )


async def propose_ids(desk: Desk, kind: str, ids: list[str], **changes: Any) -> dict[str, Any]:
    """The card of that change of the mails with these ids."""
    proposed = await change(desk, kind, ids, **changes)
    async with desk.services.db.session(desk.user_id) as session:
        (approval_id,) = await gate.open(session, desk.services, [proposed])
    return await desk.card(approval_id)


async def resolved_set(desk: Desk, kind: str, ids: list[str], **changes: Any) -> proposals.ResolvedSet:
    """The set resolved from the mailbox as it is now; Alex has written to Dana."""
    access = await credentials(desk.services, desk.user_id, desk.account_id)
    reader = MailReader(desk.services.google, access)
    labels = await LabelReader(desk.services.google, access).labels()
    heads = [await reader.get_head(message_id, proposals.SET_HEADERS) for message_id in ids]
    known = (Known(email=DANA, name="Dana Ito", written_to=3),)
    values = {"messages": heads, "account_email": ALEX, "labels": labels, "known": known}
    return proposals.resolve_set(kind, proposals.SetSource(**{**values, **changes}))


async def done(desk: Desk, kind: str, *names: str, **changes: Any) -> dict[str, Any]:
    """The card of a set that was approved and executed."""
    card = await desk.decide(await propose(desk, kind, *names, **changes))
    await desk.execute(card)
    return card


async def undo(desk: Desk, card: dict[str, Any], nonce: str | None = None) -> dict[str, Any]:
    """The action as the click on undo answers, before its undo was executed."""
    return await desk.undo(card, nonce)


async def execute_undo(desk: Desk, card: dict[str, Any]) -> dict[str, Any]:
    """The row of the newest action that undoes this one, after one call of the executor."""
    row = await undoing(desk, card)
    await execute.run(desk.services, desk.user_id, row["id"])
    return await undoing(desk, card)


async def undoing(desk: Desk, card: dict[str, Any]) -> dict[str, Any]:
    """The row of the newest action that undoes this one."""
    rows = await desk.database.as_owner(
        "SELECT * FROM actions WHERE undoes = $1 ORDER BY created_at DESC", uuid_of(card["action_id"], "act")
    )
    return {
        name: json.loads(value) if name in {"payload", "outcome", "pre_image"} and value else value
        for name, value in dict(rows[0]).items()
    }


async def view(desk: Desk, card: dict[str, Any]) -> dict[str, Any]:
    """The action as a client reads it."""
    async with desk.services.db.session(desk.user_id) as session:
        return await reading.one_action(session, from_public("act", card["action_id"]))


def places(desk: Desk) -> dict[str, tuple[str, ...]]:
    """The labels of each of Alex's mails by the word in its subject, user labels by name."""
    names = {PLACE_ID: name for name, PLACE_ID in _ids(desk).items()}
    mails = {mail["id"]: mail for mail in desk.mails_of(ALEX)}
    return {
        name: tuple(sorted(names.get(label, label) for label in mails[id_of(name)]["labels"]))
        for name in PLACES
        if id_of(name) in mails
    }


def _ids(desk: Desk) -> dict[str, str]:
    listed = gmail(desk, "GET", "labels")["labels"]
    return {label["name"]: label["id"] for label in listed if label["type"] == "user"}


def gmail(desk: Desk, verb: str, path: str, json_body: Any = None) -> Any:
    """What Alex does in the mailbox by other means than Countersign."""
    token = desk.sandbox.token(ALEX, EVERYTHING)
    response = desk.sandbox.http.request(
        verb, f"/gmail/v1/users/me/{path}", json=json_body, headers={"Authorization": f"Bearer {token}"}
    )
    response.raise_for_status()
    return response.json() if response.content else {}


def modify(desk: Desk, name: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
    """Alex puts labels on that mail or takes them off, elsewhere."""
    gmail(
        desk,
        "POST",
        f"messages/{id_of(name)}/modify",
        {"addLabelIds": list(add), "removeLabelIds": list(remove)},
    )
