"""Every set kind: shown exactly, executed at once, undone mail by mail, and only what it changed."""

from __future__ import annotations

import pytest

from tests.actions.desk import Desk
from tests.actions.mailbox.tidying import PLACES, done, execute_undo, places, undo, view

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
