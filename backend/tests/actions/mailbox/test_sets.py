"""Every set kind: shown exactly, executed at once, undone mail by mail, and only what it changed."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.accounts.tokens import credentials
from countersign.actions.mailbox.kinds import SETS
from countersign.actions.types import Door, Terms, Token
from countersign.connectors.errors import GrantError
from countersign.errors import InvalidError
from tests.actions.desk import ALEX, Desk
from tests.actions.mailbox.tidying import (
    PLACES,
    done,
    execute_undo,
    gmail,
    id_of,
    modify,
    places,
    propose,
    propose_ids,
    undo,
    view,
)

AFTER: dict[str, dict[str, tuple[str, ...]]] = {
    "mail.archive": {"new": ("UNREAD",), "read": (), "starred": ("STARRED",), "archived": ()},
    "mail.mark_read": {"new": ("INBOX",), "read": ("INBOX",), "archived": ()},
    "mail.mark_unread": {"new": ("INBOX", "UNREAD"), "read": ("INBOX", "UNREAD"), "archived": ("UNREAD",)},
    "mail.star": {"new": ("INBOX", "STARRED", "UNREAD"), "starred": ("INBOX", "STARRED")},
    "mail.trash": {"new": ("TRASH", "UNREAD"), "read": ("TRASH",), "archived": ("TRASH",)},
}


@pytest.mark.parametrize("kind", AFTER)
async def test_a_set_is_done_at_once_and_undo_restores_every_mail(desk: Desk, kind: str) -> None:
    before = places(desk)

    card = await done(desk, kind)
    after = places(desk)
    shown = await view(desk, card)
    await undo(desk, card)
    undone = await execute_undo(desk, card)

    assert {name: after[name] for name in AFTER[kind]} == AFTER[kind]
    assert (shown["state"], shown["undo"]["state"], shown["undo"]["mode"]) == (
        "done",
        "offered",
        "reversible",
    )
    assert (undone["state"], undone["undo_mode"], undone["hold_seconds"]) == ("done", "none", 0)
    assert places(desk) == before
    assert (await view(desk, card))["undo"]["state"] == "undone"
    assert set(before) == set(PLACES)


async def test_the_card_lists_every_mail_with_its_labels_before_and_after(desk: Desk) -> None:
    card = await propose(desk, "mail.trash", "new", "starred")

    mails = card["preview"]["mails"]
    assert (card["title"], mails["count"]) == ("Move 2 mails to the bin", 2)
    assert [(mail["subject"], mail["before"], mail["after"]) for mail in mails["items"]] == [
        ("new", ["Inbox", "Unread"], ["Bin", "Unread"]),
        ("starred", ["Inbox", "Starred"], ["Bin", "Starred"]),
    ]
    assert {field["path"]: field["after"] for field in card["fields"]} == {
        "/message_ids": "2",
        "/changes/add": "Bin (2)",
        "/changes/remove": None,
    }
    assert card["preview"]["text"]["before"].startswith("Dana Ito · new · 2026-03-02 · Inbox, Unread\n")
    assert {reason["code"] for reason in card["risk"]["reasons"]} == {
        "known_sender",
        "marked_mail",
        "unread_mail",
    }


@pytest.mark.parametrize(
    ("label_name", "title", "after"),
    [
        ("receipts", "Label “read” “Receipts”", ("INBOX", "Receipts")),
        ("Invoices 2026", "Label “read” “Invoices 2026”", ("INBOX", "Invoices 2026")),
    ],
)
async def test_a_label_is_put_on_and_made_when_it_is_not_there(
    desk: Desk, label_name: str, title: str, after: tuple[str, ...]
) -> None:
    card = await done(desk, "mail.label", "read", label_name=label_name)
    labelled = places(desk)["read"]
    await undo(desk, card)
    await execute_undo(desk, card)

    assert (card["title"], labelled, places(desk)["read"]) == (title, after, ("INBOX",))


async def test_a_new_label_whose_answer_was_lost_is_made_once(desk: Desk) -> None:
    desk.sandbox.fault("gmail.users.labels.create", drop=True, count=1)
    card = await done(desk, "mail.label", "read", "new", label_name="Later")
    assert await desk.state(card) == "staging"
    await desk.advance(20)

    await desk.execute(card)

    assert await desk.state(card) == "done"
    assert [label["name"] for label in gmail(desk, "GET", "labels")["labels"]].count("Later") == 1
    assert places(desk)["new"] == ("INBOX", "Later", "UNREAD")


async def test_a_label_is_taken_off(desk: Desk) -> None:
    card = await done(desk, "mail.label", "filed", "read", label_name="Receipts", removes_label=True)
    after = places(desk)
    await undo(desk, card)
    await execute_undo(desk, card)

    assert card["title"] == "Take the label “Receipts” off 2 mails"
    assert (after["filed"], places(desk)["filed"], places(desk)["read"]) == (
        ("INBOX",),
        ("INBOX", "Receipts"),
        ("INBOX",),
    )


async def test_mails_can_be_taken_out_of_a_card_before_it_is_approved(desk: Desk) -> None:
    card = await propose(desk, "mail.archive", "new", "read", "starred")

    edited = await desk.edit(card, message_ids=[id_of("read"), id_of("new")])
    await desk.decide(edited)
    await desk.execute(edited)

    assert edited["preview"]["mails"]["count"] == 2
    assert edited["fields"][0]["before"] == "3"
    assert (places(desk)["read"], places(desk)["starred"]) == ((), ("INBOX", "STARRED"))


@pytest.mark.parametrize(
    "changes",
    [{"message_ids": []}, {"message_ids": ["other"]}, {"message_ids": "all"}, {"label": "x"}],
    ids=str,
)
def test_a_card_takes_no_other_mails_and_no_other_change(changes: dict[str, Any]) -> None:
    payload = {"changes": [{"message_ids": ["m1", "m2"], "remove": ["INBOX"]}]}

    with pytest.raises(InvalidError, match="only take mails out"):
        SETS["mail.archive"].edited(payload, {f"/{name}": value for name, value in changes.items()})


@pytest.mark.parametrize(
    "change",
    [
        {"add": ["INBOX"]},
        {"remove": ["INBOX"], "place": ""},
        {"remove": ["INBOX", "UNREAD"]},
        {"remove": ["INBOX"], "message_ids": ["a b"]},
    ],
    ids=str,
)
def test_an_archive_that_does_something_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        SETS["mail.archive"].checked({"changes": [{"message_ids": ["m1"], **change}]})


@pytest.mark.parametrize(
    "label", [None, {"id": "Label_2", "name": "Other"}, {"id": "Label_1", "name": " "}], ids=str
)
def test_a_label_other_than_the_one_shown_is_refused(label: dict[str, str] | None) -> None:
    with pytest.raises(InvalidError):
        SETS["mail.label"].checked({"changes": [{"message_ids": ["m1"], "add": ["Label_1"]}], "label": label})


async def test_without_a_grant_no_label_is_changed(desk: Desk) -> None:
    access = await credentials(desk.services, desk.user_id, desk.account_id)
    door, kind = Door(desk.services.google, access), SETS["mail.archive"]
    payload = {"changes": [{"message_ids": [id_of("new")], "remove": ["INBOX"]}]}
    terms = Terms(desk.run_id, 1, "mail.archive", desk.account_id, payload, 0, "reversible")

    with pytest.raises(GrantError):
        await kind.attempt(door, terms, Token("m", handle={"label_id": "none"}))
    assert (await kind.revoke(door, Token("m")), await kind.sweep(door, ["m"], None)) == (False, 0)


async def test_mails_that_were_moved_since_leave_the_card_and_the_rest_is_asked_again(desk: Desk) -> None:
    card = await desk.decide(await propose(desk, "mail.mark_unread", "archived", "read", "starred"))
    gmail(desk, "POST", f"messages/{id_of('archived')}/trash")
    gmail(desk, "DELETE", f"messages/{id_of('read')}")

    await desk.execute(card)

    again = await desk.card(card["id"])
    assert again["stale_reason"] == "2 of the mails were moved to the bin, to spam or deleted meanwhile."
    assert again["change"]["changes"][0]["message_ids"] == [id_of("starred")]
    assert places(desk)["starred"] == ("INBOX", "STARRED")


async def test_a_card_whose_mails_are_all_gone_comes_back_as_it_was(desk: Desk) -> None:
    card = await desk.decide(await propose(desk, "mail.archive", "new"))
    gmail(desk, "DELETE", f"messages/{id_of('new')}")

    await desk.execute(card)

    again = await desk.card(card["id"])
    assert again["stale_reason"].startswith("One of the mails was moved")
    assert again["change"]["changes"] == card["change"]["changes"]


async def test_a_mail_starred_since_is_not_put_in_the_bin_without_asking_again(desk: Desk) -> None:
    card = await desk.decide(await propose(desk, "mail.trash", "new", "starred"))
    modify(desk, "new", add=("STARRED",))

    await desk.execute(card)

    again = await desk.card(card["id"])
    assert again["stale_reason"] == "One of the mails was starred meanwhile."
    assert again["preview"]["mails"]["items"][0]["before"] == ["Inbox", "Starred", "Unread"]
    assert places(desk)["new"] == ("INBOX", "STARRED", "UNREAD")


async def test_what_is_as_wanted_already_is_done_and_leaves_nothing_to_undo(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "archived")

    shown = await view(desk, card)
    assert (shown["state"], shown["result"]["changed"]) == ("done", 0)
    assert desk.sandbox.ledger(method="gmail.users.messages.*") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"ids": []},
        {"ids": [id_of("new"), id_of("new")]},
        {"kind": "mail.label", "label_name": "Nowhere", "removes_label": True},
        {"kind": "mail.label", "label_name": " "},
        {"kind": "mail.label", "label_name": "TRASH"},
        {"kind": "mail.label", "label_name": "x" * 226},
    ],
    ids=str,
)
async def test_a_set_that_says_nothing_sensible_is_not_proposed(desk: Desk, changes: dict[str, Any]) -> None:
    wanted = {"kind": "mail.archive", "ids": [id_of("new")], **changes}

    with pytest.raises(InvalidError):
        await propose_ids(desk, **wanted)


def test_a_hundred_mails_are_one_action_and_one_more_is_refused() -> None:
    payload = {"changes": [{"message_ids": [f"m{n}" for n in range(101)], "remove": ["INBOX"]}]}

    with pytest.raises(InvalidError, match="at most 100"):
        SETS["mail.archive"].checked(payload)
    payload["changes"][0]["message_ids"].pop()
    assert SETS["mail.archive"].preview(
        SETS["mail.archive"].checked(payload), {"account_email": ALEX, "mails": []}, None
    )["risk"] == {
        "level": "high",
        "reasons": [
            {
                "code": "unseen_mails",
                "text": "100 of the mails are not read before this was proposed.",
                "ref": None,
            }
        ],
    }
