"""Changes of many mails from their plan to their cards: the true ones, at most a hundred on a card, nothing cut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from countersign.connectors.google.mail_types import Header, MessageHead
from countersign.understanding.planned.steps import ProposeSet, SearchMail, SetKind
from countersign.workflows.email.selecting import split_notes
from countersign.workflows.email.sets.standing_out import Asked, sort_out
from tests.actions.mailbox.newsletters import arriving
from tests.workflows.mailroom import ALEX, DANA_ITO, SCOPES, MailDesk, connect, mail, world
from tests.workflows.planned import person, planned, search

ORGANISE = (*SCOPES, "https://www.googleapis.com/auth/gmail.modify")
PROMOTED = {"category": "promotions", "folder": "inbox"}


def promotion(number: int, **more: Any) -> dict[str, Any]:
    """One of a shop's weekly mails."""
    return {
        **mail(number, f"Shop {number % 5} <news@shop{number % 5}.test>", f"Offer {number}", "Buy."),
        "id": f"19d{number:013d}",
        "message_id": f"<offer-{number}@world.test>",
        "date": f"2026-01-{number % 28 + 1:02d}T08:00:00Z",
        "labels": ["INBOX", "CATEGORY_PROMOTIONS"],
        "thread": f"offer-{number}",
        "list_id": "<offers.shop.test>",
        **more,
    }


async def tidying(newcomer: MailDesk, *mails: dict[str, Any]) -> MailDesk:
    """Alex with these mails more and the permission to organise."""
    newcomer.sandbox.seed(*world(*mails))
    await connect(newcomer.services, newcomer.sandbox, newcomer.user_id, ORGANISE)
    return newcomer


def change(kind: SetKind, **more: Any) -> ProposeSet:
    """Put that change of the mails found before the person."""
    return ProposeSet(id="x1", label="Propose", action_kind=kind, search_step="s1", **more)


def counts(cards: list[dict[str, Any]]) -> list[int]:
    """How many mails each card changes, most first."""
    return sorted((len(ids_on(card)) for card in cards), reverse=True)


def ids_on(card: dict[str, Any]) -> list[str]:
    """The mails of a card."""
    found: list[str] = card["change"]["changes"][0]["message_ids"]
    return found


async def test_45_promotional_mails_older_than_30_days_are_one_card_with_count_and_samples(
    newcomer: MailDesk,
) -> None:
    today = promotion(50, date=datetime.now(UTC).isoformat())
    alex = await tidying(newcomer, *(promotion(number) for number in range(45)), today)
    run = await alex.ask_and_drive("Archive promotional mails older than 30 days")

    card = await alex.card()
    assert (run.state, card["title"], counts([card])) == ("waiting", "Archive 45 mails", [45])
    assert card["preview"]["mails"]["count"] == 45
    assert card["preview"]["mails"]["items"][0]["subject"].startswith("Offer ")


async def test_101_mails_are_two_cards_and_that_is_said(newcomer: MailDesk) -> None:
    alex = await tidying(newcomer, *(promotion(number) for number in range(101)))
    run = await planned(alex, "mail.archive", search("s1", **PROMOTED), change("mail.archive"))

    cards = await alex.cards()
    assert counts(cards) == [100, 1]
    assert len({message_id for card in cards for message_id in ids_on(card)}) == 101
    assert len({card["batch_id"] for card in cards}) == 2
    assert "One card changes at most 100 mails, so there are 2." in (await alex.said_in_chat(run.id))[-1]


def test_more_than_is_put_on_cards_at_once_is_counted_and_offered() -> None:
    assert split_notes(500, 5, {"total": 740, "has_more": False})[1] == (
        "These are 500 of them; 240 others fit as well. Ask again for them when these are done."
    )
    assert "more than 9500 others" in split_notes(500, 5, {"total": 10_000, "has_more": True})[1]
    assert split_notes(100, 1, {"total": 100, "has_more": False}) == []


async def test_what_stands_out_has_a_card_of_its_own_with_the_reason(newcomer: MailDesk) -> None:
    starred = promotion(20, labels=["INBOX", "CATEGORY_PROMOTIONS", "STARRED"])
    from_dana = promotion(21, **{"from": DANA_ITO})
    to_dana = mail(22, ALEX, "Hello", "Hello.", to=[DANA_ITO], labels=["SENT"])
    receipt = promotion(23, subject="Your invoice 2211")
    rest = [promotion(number) for number in range(12)]
    alex = await tidying(newcomer, *rest, starred, from_dana, to_dana, receipt)
    run = await planned(alex, "mail.archive", search("s1", **PROMOTED), change("mail.archive"))

    cards = await alex.cards()
    assert counts(cards) == [12, 3]
    (unlike,) = [card for card in cards if len(ids_on(card)) == 3]
    assert unlike["group"]["label"] == "Archive 3 mails, which stand out"
    said = (await alex.said_in_chat(run.id))[-1]
    assert "1 starred, 1 from people you write to, 1 with another kind of subject." in said


async def test_mails_that_are_as_wanted_already_are_not_proposed(newcomer: MailDesk) -> None:
    alex = await tidying(
        newcomer, promotion(1), promotion(2, labels=["INBOX", "CATEGORY_PROMOTIONS", "UNREAD"])
    )
    run = await planned(alex, "mail.mark_read", search("s1", **PROMOTED), change("mail.mark_read"))

    assert counts(await alex.cards()) == [1]
    assert "One mail is marked as read already." in (await alex.said_in_chat(run.id))[-1]


async def test_when_nothing_needs_the_change_there_is_no_card(newcomer: MailDesk) -> None:
    alex = await tidying(newcomer, promotion(1))
    run = await planned(alex, "mail.mark_read", search("s1", **PROMOTED), change("mail.mark_read"))

    assert (run.state, await alex.cards()) == ("succeeded", [])
    assert run.summary == "One mail is marked as read already. Nothing was changed."


async def test_a_label_that_is_not_there_cannot_be_taken_off(newcomer: MailDesk) -> None:
    alex = await tidying(newcomer, promotion(1))
    step = change("mail.label", label_name="Taxes", removes_label=True)
    run = await planned(alex, "mail.label", search("s1", **PROMOTED), step)

    assert (run.state, await alex.cards()) == ("succeeded", [])
    assert "Nothing was changed." in (run.summary or "")


async def test_mails_are_left_out_of_a_card_as_told_and_none_is_ever_added(newcomer: MailDesk) -> None:
    alex = await tidying(newcomer, *(promotion(number) for number in range(10)))
    run = await planned(alex, "mail.archive", search("s1", **PROMOTED), change("mail.archive"))
    await alex.decide("respond", "leave out the ones from Shop 3")
    await alex.drive(run)
    fewer = await alex.card()
    await alex.decide("respond", "make it nicer")
    await alex.drive(run)
    unchanged = await alex.card()

    assert (fewer["version"], counts([fewer])) == (2, [8])
    assert (unchanged["version"], unchanged["being_revised"], counts([unchanged])) == (2, False, [8])
    assert "Say whose mails to leave out" in unchanged["stale_reason"]


async def test_an_expired_set_is_read_again_without_what_is_gone(newcomer: MailDesk) -> None:
    alex = await tidying(newcomer, promotion(1), promotion(2))
    run = await planned(alex, "mail.archive", search("s1", **PROMOTED), change("mail.archive"))
    await alex.expire()
    await alex.reopen()
    await alex.drive(run)

    again = await alex.card()
    assert (again["version"], again["status"], counts([again])) == (2, "pending", [2])


def newsletter(number: int, name: str, **headers: str) -> dict[str, Any]:
    """A mail of a list with these headers more."""
    sender = f"{name} <news@{name.lower()}.test>"
    return promotion(number, **{"from": sender, "list_id": f"<{name.lower()}.test>", "headers": headers})


async def test_each_list_is_left_once_by_the_way_it_offers_and_the_others_are_named(
    newcomer: MailDesk,
) -> None:
    alex = await tidying(
        newcomer,
        newsletter(1, "Daily", **{"List-Unsubscribe": "<mailto:leave@daily.test?subject=leave>"}),
        newsletter(2, "Daily", **{"List-Unsubscribe": "<mailto:leave@daily.test?subject=leave>"}),
        newsletter(3, "Closed"),
    )
    run = await planned(alex, "mail.unsubscribe", search("s1", **PROMOTED), change("mail.unsubscribe"))

    card = await alex.card()
    assert (card["change"]["kind"], card["change"]["subject"]) == ("mail.send", "leave")
    assert [box["email"] for box in card["recipients"]] == ["leave@daily.test"]
    said = (await alex.said_in_chat(run.id))[-1]
    assert "No way to unsubscribe that I may use by myself: Closed." in said


async def test_leaving_by_one_click_is_read_again_but_not_reworded(newcomer: MailDesk) -> None:
    weekly = arriving(newcomer.sandbox.base_url)
    alex = await tidying(newcomer, weekly)
    run = await planned(alex, "mail.unsubscribe", search("s1", subject="Issue 7"), change("mail.unsubscribe"))
    await alex.decide("respond", "ask them nicely")
    await alex.drive(run)
    unchanged = await alex.card()
    await alex.expire()
    await alex.reopen()
    await alex.drive(run)

    again = await alex.card()
    assert (unchanged["version"], unchanged["change"]["kind"]) == (1, "mail.unsubscribe")
    assert "approve it or reject it" in unchanged["stale_reason"]
    assert (again["version"], again["change"]["url"]) == (2, unchanged["change"]["url"])


def head(number: int, subject: str = "Offer", sender: str = "news@shop.test", *labels: str) -> MessageHead:
    """A bulk mail's headers."""
    headers = (Header("From", sender), Header("Subject", f"{subject} {number}"), Header("List-Id", "<a.b>"))
    return MessageHead(str(number), "t", "1", labels, datetime(2026, 1, 1, tzinfo=UTC), headers)


NOTHING_ASKED = Asked(starred=False, sender=False, hides=True)
BULK = [head(number) for number in range(20)]


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (head(90, "Offer", "news@shop.test", "STARRED"), "1 starred"),
        (head(91, "Offer", "news@shop.test", "IMPORTANT"), "1 marked important"),
        (head(92, "Offer", "Dana <dana@client.test>"), "1 from people you write to"),
        (head(93, "Re: Our talk"), "1 part of a conversation"),
        (head(94, "Rechnung Nr."), "1 with another kind of subject"),
    ],
)
def test_one_odd_mail_among_many_stands_out(odd: MessageHead, reason: str) -> None:
    found = sort_out([*BULK, odd], frozenset({"dana@client.test"}), NOTHING_ASKED)

    assert (found.standing_out, found.reasons) == ([odd], [reason])
    assert found.alike == BULK


def test_a_persons_mail_stands_out_from_lists() -> None:
    letter = MessageHead("95", "t", "1", (), None, (Header("From", "ola@home.test"), Header("Subject", "Hi")))
    found = sort_out([*BULK, letter], frozenset(), NOTHING_ASKED)

    assert found.reasons == ["1 not sent to a list, unlike the rest"]


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (Asked(starred=True, sender=False, hides=True), frozenset[str]()),
        (Asked(starred=False, sender=False, hides=False), frozenset({"dana@client.test"})),
        (Asked(starred=False, sender=True, hides=True), frozenset({"dana@client.test"})),
    ],
)
def test_what_was_asked_for_or_does_not_matter_does_not_stand_out(
    asked: Asked, known: frozenset[str]
) -> None:
    odd = head(96, "Offer", "dana@client.test", *(["STARRED"] if not known else []))

    assert sort_out([*BULK, odd], known, asked).standing_out == []


def test_when_every_mail_would_stand_out_none_does() -> None:
    every = [head(number, "Offer", "news@shop.test", "STARRED") for number in range(5)]

    assert sort_out(every, frozenset(), NOTHING_ASKED).alike == every


def test_the_search_says_what_was_asked_for() -> None:
    named: SearchMail = search("s1", "p1", starred_only=True)

    assert person("p1", "Dana").id == named.person_step
    assert Asked.by(named, "mail.star") == Asked(starred=True, sender=True, hides=False)
