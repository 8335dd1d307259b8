"""What an answer says about an account it had to leave out, and whether trying again helps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from countersign.connectors.errors import DailyQuotaUsed, NeedsReconnect, ProviderUnknown
from countersign.errors import CountersignError
from countersign.workflows.email.mailboxes.looking import Looking

USED_UP = DailyQuotaUsed(
    403, "dailyLimitExceeded", until=datetime(2026, 3, 3, 8, tzinfo=UTC), retry_after_seconds=3600
)
WORK, HOME = {"id": "acc_1", "email": "a@work.test"}, {"id": "acc_2", "email": "a@home.test"}


@pytest.mark.parametrize(
    ("error", "words", "helps"),
    [
        (NeedsReconnect(), "a@home.test needs to be reconnected under Accounts.", False),
        (USED_UP, "a@home.test has used up what Google answers in a day.", False),
        (ProviderUnknown(None, "timeout", may_retry=True), "a@home.test did not answer in time.", True),
        (ProviderUnknown(500, "backend", may_retry=True), "a@home.test could not be read just now.", True),
    ],
)
async def test_an_account_left_out_is_told_with_whether_a_retry_helps(
    error: CountersignError, words: str, *, helps: bool
) -> None:
    async def read(account: dict[str, str]) -> str:
        if account is HOME:
            raise error
        return "mails"

    looking = Looking([WORK, HOME], [], [], "")
    found = await looking.in_each(read)

    assert [(account["id"], result) for account, result in found] == [("acc_1", "mails")]
    assert looking.unread == [words]
    assert [one["retry_helps"] for one in looking.missing] == [helps]
