"""The object every writer demands, which only `countersign.actions.execute` can make.

It must never be made from anything but a decision whose MAC and digest were verified a moment before. Python has
no locks against code inside the same process; this fence makes every accident, and any import that is not the
executor, fail when it runs, beside the import contracts that fail the build.

How it holds: the values live in a table of this module keyed by the object's identity, so an object made in any
other way (constructor, copy, pickle, `object.__new__`) has no values. The function that fills the table is handed
out once a process, only while the file of `actions.execute` itself is being imported.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, NoReturn, Protocol, final
from uuid import UUID
from weakref import WeakKeyDictionary

from countersign.connectors.errors import GrantError

EXECUTOR: Final = "countersign.actions.execute"
# An action's lease: a process that slept through it has lost the action and must verify the decision again.
GRANT_LIFE_SECONDS: Final = 30.0
SENDING_KINDS: Final = frozenset({"mail.send", "mail.reply", "mail.reply_all", "mail.forward"})


class _Terms(NamedTuple):
    action_id: UUID
    decision_id: UUID
    account_id: UUID
    digest: str
    kind: str
    ends_at: float


class Mint(Protocol):
    """Makes one grant from a decision that was verified just now."""

    def __call__(
        self,
        *,
        action_id: UUID,
        decision_id: UUID,
        account_id: UUID,
        digest: str,
        kind: str,
        life_seconds: float = GRANT_LIFE_SECONDS,
    ) -> Grant:
        """A grant for one action of one account, live for `life_seconds` of this process's monotonic time."""
        ...


@final
class Grant:
    """Leave to write for exactly one approved action; read-only, short-lived, bound to this process.

    Raises:
        GrantError: on construction, copying, pickling, and on reading one that was not minted or has ended.
    """

    __slots__ = ("__weakref__",)

    def __init__(self) -> None:
        raise GrantError("A grant comes only from a verified decision.")

    @property
    def action_id(self) -> UUID:
        """The approved action."""
        return _terms_of(self).action_id

    @property
    def decision_id(self) -> UUID:
        """The decision that was verified."""
        return _terms_of(self).decision_id

    @property
    def account_id(self) -> UUID:
        """The only account this grant may write to."""
        return _terms_of(self).account_id

    @property
    def digest(self) -> str:
        """Digest of what the approver saw."""
        return _terms_of(self).digest

    @property
    def kind(self) -> str:
        """The action's kind, such as `mail.reply`."""
        return _terms_of(self).kind

    def __copy__(self) -> NoReturn:
        raise GrantError("A grant cannot be copied.")

    def __deepcopy__(self, _memo: object) -> NoReturn:
        raise GrantError("A grant cannot be copied.")

    def __reduce__(self) -> NoReturn:
        raise GrantError("A grant cannot leave its process.")

    def __repr__(self) -> str:
        terms = _MINTED.get(self)
        return f"Grant(action_id={terms.action_id})" if terms else "Grant(not minted)"


_MINTED: Final[WeakKeyDictionary[Grant, _Terms]] = WeakKeyDictionary()
_claimed: list[str] = []


def claim_mint() -> Mint:
    """The one function that makes grants, for the executor while it is imported.

    `actions/execute.py` says at its top level `_mint = claim_mint()` and hands it on to its own parts.

    Raises:
        GrantError: when the caller is not the module body of `actions.execute`, or it was claimed before.
    """
    caller = sys._getframe(1)
    executor = sys.modules.get(EXECUTOR)
    is_executor = (
        executor is not None
        and caller.f_globals is vars(executor)
        and caller.f_code.co_name == "<module>"
        and Path(caller.f_code.co_filename).resolve() == _executor_file()
    )
    if not is_executor:
        raise GrantError("Only the executor may make grants.")
    if _claimed:
        raise GrantError("Grants are already made elsewhere in this process.")
    _claimed.append(EXECUTOR)
    return _mint_function()


def check_grant(grant: Grant, *, account_id: UUID, kinds: frozenset[str]) -> None:
    """Nothing, when this grant allows a write of one of `kinds` in that account right now.

    Raises:
        GrantError: no minted grant, ended, for another account or for another kind. Nothing was sent.
    """
    if type(grant) is not Grant:
        raise GrantError("This write needs a grant.")
    terms = _terms_of(grant)
    if terms.account_id != account_id:
        raise GrantError("This grant is for another account.", action_id=str(terms.action_id))
    if terms.kind not in kinds:
        raise GrantError("This grant is for another kind of action.", action_id=str(terms.action_id))


def _executor_file() -> Path:
    return Path(__file__).resolve().parents[1] / "actions" / "execute.py"


def _mint_function() -> Callable[..., Grant]:
    def mint(
        *,
        action_id: UUID,
        decision_id: UUID,
        account_id: UUID,
        digest: str,
        kind: str,
        life_seconds: float = GRANT_LIFE_SECONDS,
    ) -> Grant:
        grant = object.__new__(Grant)
        _MINTED[grant] = _Terms(
            action_id, decision_id, account_id, digest, kind, time.monotonic() + life_seconds
        )
        return grant

    return mint


def _terms_of(grant: Grant) -> _Terms:
    terms = _MINTED.get(grant)
    if terms is None:
        raise GrantError("This grant was not made by the executor.")
    if time.monotonic() >= terms.ends_at:
        raise GrantError(
            "This grant has ended; the decision must be verified again.", action_id=str(terms.action_id)
        )
    return terms
