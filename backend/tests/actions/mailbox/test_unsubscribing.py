"""Leaving a list: one POST after the hold, shown with its host, never a GET, never twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from countersign.accounts.tokens import credentials
from countersign.actions import proposals
from countersign.actions.mailbox.unsubscribe import MailUnsubscribe
from countersign.actions.types import Door, ProposedAction, Token
from countersign.approvals import gate, review
from countersign.connectors.errors import GrantError
from countersign.connectors.google.readers import MailReader
from countersign.errors import InvalidError
from tests.actions.desk import ALEX, Desk, action_id
from tests.actions.mailbox.newsletters import arriving, newsletter
from tests.actions.mailbox.tidying import gmail

UNSUBSCRIBE = "sandbox.unsubscribe"
SOURCE = proposals.MailSource(aliases=(), account_email=ALEX, account_type="work")
PAYLOAD = {
    "url": "https://weekly.test/u/1",
    "host": "weekly.test",
    "signed_by": "weekly.test",
    "source_message_id": "m-1",
}
FACTS = {"account_email": ALEX, "sender": "The Weekly", "sender_email": "news@weekly.test", "subject": "Hi"}


@pytest.fixture
async def card(desk: Desk) -> dict[str, Any]:
    """The card that leaves the newsletter in Alex's mailbox, approved, its hold over."""
    return await approved(desk, await leaving(desk))


async def leaving(desk: Desk) -> proposals.ResolvedLeaving:
    """What leaves a newsletter that arrives now."""
    (mail,) = desk.sandbox.deliver(**arriving(desk.sandbox.base_url))
    access = await credentials(desk.services, desk.user_id, desk.account_id)
    message = await MailReader(desk.services.google, access).get_message(mail["id"])
    return proposals.resolve_unsubscribe(message, SOURCE, desk.services.google.base_url)


async def approved(desk: Desk, resolved: proposals.ResolvedLeaving) -> dict[str, Any]:
    """Its card, approved, its hold over."""
    proposed = ProposedAction(
        run_id=desk.run_id, run_attempt=1, plan_step="leave", account_id=desk.account_id, **vars(resolved)
    )
    async with desk.services.db.session(desk.user_id) as session:
        (approval_id,) = await gate.open(session, desk.services, [proposed])
    decided = await desk.decide(await desk.card(approval_id))
    await desk.after_hold()
    return decided


def posted(desk: Desk) -> list[dict[str, Any]]:
    """What the list's server was asked."""
    return desk.sandbox.ledger(method=UNSUBSCRIBE)


async def test_one_request_leaves_after_the_hold_and_its_host_was_on_the_card(
    desk: Desk, card: dict[str, Any]
) -> None:
    await desk.execute(card)
    await desk.execute(card)

    (request,) = posted(desk)
    assert (request["params"], request["result"]["unsubscribed"]) == ({"newsletter": "weekly"}, "weekly")
    assert card["title"] == "Unsubscribe from The Weekly (asks 127.0.0.1)"
    assert [reason["code"] for reason in card["risk"]["reasons"]] == ["foreign_host"]
    assert (card["undo"]["mode"], card["undo"]["hold_seconds"]) == ("held", 300)
    assert (await desk.row(card))["outcome"]["result"]["provider_id"] == "127.0.0.1"


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}], ids=str)
async def test_without_an_answer_it_is_never_asked_again(
    desk: Desk, card: dict[str, Any], fault: dict[str, Any]
) -> None:
    desk.sandbox.fault(UNSUBSCRIBE, count=1, **fault)

    for _ in range(6):
        await desk.execute(card)
        await desk.advance(20)
    checked = await review.check(desk.services, desk.user_id, action_id(card))

    row = await desk.row(card)
    assert (row["state"], row["outcome"]["problem"]["changed"]) == ("needs_review", "unknown")
    assert row["outcome"]["problem"]["message"].startswith(
        "We don't know whether you were taken off the list"
    )
    assert checked["state"] == "needs_review"
    assert len(posted(desk)) <= 1


async def test_a_list_that_may_not_be_asked_was_asked_nothing(desk: Desk, card: dict[str, Any]) -> None:
    elsewhere = {**card["change"], "url": "https://127.0.0.1:8443/u/1"}
    del elsewhere["kind"]
    refused = await approved(desk, replace(await leaving(desk), payload=elsewhere, target="elsewhere"))

    await desk.execute(refused)

    row = await desk.row(refused)
    assert (row["state"], row["outcome"]["problem"]["changed"]) == ("failed", "no")
    assert row["outcome"]["problem"]["message"] == (
        "It was stopped before anything left (address_not_allowed); nothing was sent."
    )
    assert posted(desk) == []


async def test_a_mail_that_is_gone_brings_the_card_back(desk: Desk, card: dict[str, Any]) -> None:
    gmail(desk, "DELETE", f"messages/{card['change']['source_message_id']}")

    await desk.execute(card)

    assert (await desk.card(card["id"]))[
        "stale_reason"
    ] == "The mail that offers this is no longer in your mailbox."
    assert posted(desk) == []


async def test_without_a_grant_nothing_is_asked(desk: Desk) -> None:
    access = await credentials(desk.services, desk.user_id, desk.account_id)
    kind, door = MailUnsubscribe(), Door(desk.services.google, access)
    terms = proposals.Terms(desk.run_id, 1, "mail.unsubscribe", desk.account_id, PAYLOAD, 300, "held")

    with pytest.raises(GrantError):
        await kind.attempt(door, terms, Token("m"))
    assert kind.compensation(terms, Token("m"), FACTS) is None
    assert (await kind.revoke(door, Token("m")), await kind.sweep(door, ["m"], None)) == (False, 0)


def test_a_list_without_proof_is_left_by_mail() -> None:
    resolved = proposals.resolve_unsubscribe(newsletter(DKIM_Signature=None), SOURCE, "")

    assert (resolved.kind, resolved.group_label) == ("mail.send", "Unsubscribe from The Weekly")
    assert [box["email"] for box in resolved.payload["to"]] == ["leave@weekly.test"]
    assert (resolved.payload["subject"], resolved.payload["body_text"]) == ("out", "unsubscribe")
    assert resolved.facts["origins"]["leave@weekly.test"]["provenance"] == "thread"


def test_a_mail_that_offers_nothing_is_said_so() -> None:
    with pytest.raises(InvalidError, match="offers no way"):
        proposals.resolve_unsubscribe(newsletter(List_Unsubscribe=None), SOURCE, "")


def test_a_list_of_the_senders_own_domain_is_no_risk() -> None:
    resolved = proposals.resolve_unsubscribe(newsletter(), SOURCE, "")
    shown = MailUnsubscribe().preview(resolved.payload, resolved.facts, PAYLOAD)

    assert shown["risk"] == {"level": "low", "reasons": []}
    assert "https://weekly.test/u/1" in [field["after"] for field in shown["fields"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "bank.test"},
        {"url": "https://weekly.test/u 1"},
        {"url": "https:///u"},
        {"url": "https://[::1/u"},
        {"url": "https://weekly.test/\u202e"},
        {"signed_by": None},
    ],
    ids=str,
)
def test_a_request_that_does_not_fit_its_host_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        MailUnsubscribe().checked({**PAYLOAD, **changes})


def test_nothing_of_the_request_can_be_edited() -> None:
    with pytest.raises(InvalidError):
        MailUnsubscribe().edited(PAYLOAD, {"/url": "https://other.test"})
