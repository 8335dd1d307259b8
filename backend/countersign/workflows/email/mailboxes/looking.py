"""Looking in several accounts when one of them may be closed to us: it is left out and told of, never guessed around.

It opens no account again; only its owner can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar

from countersign.accounts.errors import AccountPausedError
from countersign.connectors.errors import DailyQuotaUsed, NeedsReconnect, ProviderUnknown
from countersign.errors import CountersignError, ProviderError

T = TypeVar("T")
Account = dict[str, str]

BRANCH_SECONDS = 5
"""How long one of several accounts is waited for before the others answer without it. Source: the product's W13."""

RECONNECT = "needs to be reconnected under Accounts."
_RESUME = "is paused; resume it under Accounts."
_LATE = "did not answer in time."
_REFUSED = "could not be read just now."
_NONE_LEFT = "No account could be read{so}. Nothing was changed."
_USED_UP = "has used up what Google answers in a day."
_LEFT_OUT = (NeedsReconnect, AccountPausedError)
_NOT_BY_RETRY = (*_LEFT_OUT, DailyQuotaUsed)


@dataclass
class Looking:
    """The accounts a step looks in, and those it had to leave out.

    Attributes:
        accounts: `{id, email, type}`, the one to try first at the front.
        unread: one sentence for each account left out so far.
        missing: the same as `{service, account_id, code, text, retry_helps}`.
        so: what it means for the request when none is left (`, so I wrote no reply`).
    """

    accounts: list[Account]
    unread: list[str]
    missing: list[dict[str, Any]]
    so: str
    _now: list[str] = field(default_factory=list)

    async def in_each(
        self, work: Callable[[Account], Awaitable[T]], *, only: Collection[str] | None = None
    ) -> list[tuple[Account, T]]:
        """What `work` found in each account (of those ids only), all looked in at the same time, in their order.

        An account that is closed to us is left out; so is one that fails or is late while another answers.

        Raises:
            CountersignError: no account answered, and the first that failed may answer when tried again.
        """
        accounts = [one for one in self.accounts if only is None or one["id"] in only]
        is_alone = len(accounts) == 1
        results = await asyncio.gather(*(_outcome(work, one, is_alone) for one in accounts))
        found: list[tuple[Account, T]] = []
        failed: list[tuple[Account, CountersignError]] = []
        for account, result in zip(accounts, results, strict=True):
            if isinstance(result, CountersignError):
                failed.append((account, result))
            else:
                found.append((account, result[0]))
        if not found:
            for _, error in failed:
                if not isinstance(error, _LEFT_OUT):
                    raise error
        for account, error in failed:
            self._leave_out(account, error)
        return found

    def miss(self, sentence: str, code: str, account_id: str | None = None) -> None:
        """Note what could not be looked at; the answer tells of it."""
        self.unread = [*self.unread, sentence]
        self.missing = [*self.missing, missed(sentence, code, account_id)]
        self._now.append(sentence)

    def told(self, node: str, result: dict[str, Any]) -> dict[str, Any]:
        """The step's result with what is left to look in; the sentence names who was left out just now.

        With no account left, what was found means nothing: the request ends in words.
        """
        left = {"accounts": self.accounts, "unread": self.unread, "missing": self.missing}
        if not self.accounts:
            said = " ".join(["No account could be read.", *self._now])
            return {**left, "ending": _NONE_LEFT.format(so=self.so), "said": {node: said}}
        said = " ".join([result["said"][node], *self._now])
        return {**result, **left, "said": {node: said}}

    def _leave_out(self, account: Account, error: CountersignError) -> None:
        sentence = f"{account['email']} {_why(error)}"
        self.accounts = [other for other in self.accounts if other["id"] != account["id"]]
        self.miss(sentence, error.code, account["id"])


def missed(sentence: str, code: str, account_id: str | None) -> dict[str, Any]:
    """What could not be looked at, for who reads no sentences; only what its owner must mend is not worth a retry."""
    return {
        "service": "mail",
        "account_id": account_id,
        "code": code,
        "text": sentence,
        "retry_helps": code not in {closed.code for closed in _NOT_BY_RETRY},
    }


def unread_note(accounts: list[Account], missing: list[dict[str, Any]]) -> str:
    """What the answer says about what could not be looked at, with the way on; empty when nothing was left out."""
    if not missing:
        return ""
    lead = "Not everything could be read: " if accounts else ""
    can_retry = all(one["retry_helps"] for one in missing)
    way_on = "Choose Retry to try that part again." if can_retry else "After that, ask again or choose Retry."
    return f"{lead}{' '.join(one['text'] for one in missing)} {way_on}"


async def _outcome(
    work: Callable[[Account], Awaitable[T]], account: Account, is_alone: bool
) -> tuple[T] | CountersignError:
    """What it found, in a tuple, or why not; the only account is waited for as long as its calls take."""
    try:
        async with asyncio.timeout(None if is_alone else BRANCH_SECONDS):
            return (await work(account),)
    except TimeoutError:
        return ProviderUnknown(None, "timeout", may_retry=True)
    except (*_LEFT_OUT, ProviderError) as error:
        return error


def _why(error: CountersignError) -> str:
    if isinstance(error, NeedsReconnect):
        return RECONNECT
    if isinstance(error, AccountPausedError):
        return _RESUME
    if isinstance(error, DailyQuotaUsed):
        return _USED_UP
    is_late = isinstance(error, ProviderUnknown) and error.reason == "timeout"
    return _LATE if is_late else _REFUSED
