"""Looking in several accounts when one of them may be closed to us: it is left out and told of, never guessed around.

It opens no account again; only its owner can.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from countersign.accounts.errors import AccountPausedError
from countersign.connectors.errors import NeedsReconnect

RECONNECT = "needs to be reconnected under Accounts."
_RESUME = "is paused; resume it under Accounts."
_NONE_LEFT = "No account could be read, so I wrote no reply. Nothing was changed."


@dataclass
class Looking:
    """The accounts a step looks in, and those it had to leave out.

    Attributes:
        accounts: `{id, email, type}`, the one to try first at the front.
        unread: one sentence for each account left out so far.
    """

    accounts: list[dict[str, str]]
    unread: list[str]
    _now: list[str] = field(default_factory=list)

    @contextmanager
    def leaving_out(self, account: dict[str, str]) -> Iterator[None]:
        """Go on without this account when only its owner can open it again; every other error passes."""
        try:
            yield
        except (NeedsReconnect, AccountPausedError) as exc:
            reason = RECONNECT if isinstance(exc, NeedsReconnect) else _RESUME
            sentence = f"{account['email']} {reason}"
            self.accounts = [other for other in self.accounts if other["id"] != account["id"]]
            self.unread = [*self.unread, sentence]
            self._now.append(sentence)

    def told(self, node: str, result: dict[str, Any]) -> dict[str, Any]:
        """The step's result with what is left to look in; the sentence names who was left out just now.

        With no account left, what was found means nothing: the request ends in words.
        """
        left = {"accounts": self.accounts, "unread": self.unread}
        if not self.accounts:
            said = " ".join(["No account could be read.", *self._now])
            return {**left, "ending": _NONE_LEFT, "said": {node: said}}
        said = " ".join([result["said"][node], *self._now])
        return {**result, **left, "said": {node: said}}


def unread_note(accounts: list[dict[str, str]], unread: list[str]) -> str:
    """What the answer says about the accounts left out; empty when every one was read."""
    if not unread:
        return ""
    lead = "Not every account could be read: " if accounts else ""
    return f"{lead}{' '.join(unread)} After that, ask again or choose Retry."
