"""Connecting an account: the address to send the browser to, and what its return means.

A consent is bound to one session by a single-use state; nothing is stored unless all of it succeeded.
Source: RFC 6749 section 10.12 (state), RFC 7636 (PKCE), RFC 9700 section 4.7.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts import errors
from countersign.accounts.keeping import CONNECTED_WORDS, Connected, NewGrant, keep_grant
from countersign.accounts.listing import get_account
from countersign.accounts.models import STATES_TABLE, OAuthState
from countersign.accounts.services import Services
from countersign.connectors.errors import ProviderRefusal, ProviderUnknown, TokenRefused
from countersign.connectors.google.oauth import ConsentRequest, Identity, TokenGrant
from countersign.connectors.google.scopes import ABILITIES, Ability, abilities_of, normalised, scopes_for
from countersign.errors import ConflictError, InvalidError
from countersign.kit import clock
from countersign.kit.crypto import hash_token, random_token
from countersign.kit.data_keys import cipher
from countersign.kit.ids import new_id
from countersign.settings import Settings

AccountType = Literal["personal", "work"]

REDIRECT_PATH: Final = "/api/v1/accounts/google/callback"
STATE_LIFE: Final = timedelta(minutes=10)
# Kept a day after use so that a second delivery of the same answer is told apart from a forged one.
_STATES_KEPT: Final = timedelta(days=1)
# 48 bytes are 64 characters of base64url; RFC 7636 section 4.1 wants 43 to 128.
_VERIFIER_BYTES: Final = 48
_TOO_MANY: Final = 429
_STILL_ALLOWED: Final = ("healthy", "paused")


@dataclass(frozen=True)
class Callback:
    """What the browser brought back. Only whether an error is there and which is looked at, never its words."""

    state: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    error: str | None = None


@dataclass(frozen=True)
class _Claimed:
    verifier: str = field(repr=False)
    scopes: tuple[str, ...]
    account_type: AccountType


def redirect_uri(settings: Settings) -> str:
    """The one address Google may send browsers back to; it must be registered with the Google project."""
    return settings.origin + REDIRECT_PATH


async def start_connect(
    session: AsyncSession,
    services: Services,
    session_id: UUID,
    account_type: AccountType,
    abilities: Collection[Ability],
    *,
    login_hint: str | None = None,
) -> str:
    """The address at Google for consent to exactly these abilities, good once, for this session, ten minutes.

    `login_hint` is the address of an account to reconnect or widen. Writes the state's hash and the sealed PKCE
    verifier in the caller's transaction.

    Raises:
        InvalidError: no ability or an unknown one.
    """
    if not abilities or not set(abilities) <= set(ABILITIES):
        raise InvalidError("Choose at least one ability from the list.", abilities=list(ABILITIES))
    user_id: UUID = session.info["user_id"]
    now = await clock.now(session)
    await session.execute(delete(OAuthState).where(OAuthState.expires_at < now - _STATES_KEPT))
    state, verifier, state_id = random_token(), random_token(_VERIFIER_BYTES), new_id()
    user_cipher = await cipher(session, services.keys, user_id)
    scopes = scopes_for(abilities)
    session.add(
        OAuthState(
            id=state_id,
            user_id=user_id,
            session_id=session_id,
            state_hash=hash_token(state),
            verifier=user_cipher.seal(verifier.encode("ascii"), STATES_TABLE, str(state_id), "verifier"),
            scopes=list(scopes),
            account_type=account_type,
            expires_at=now + STATE_LIFE,
        )
    )
    await session.flush()
    return services.oauth.consent_url(
        ConsentRequest(redirect_uri(services.settings), scopes, state, verifier, login_hint)
    )


async def start_widening(
    session: AsyncSession,
    services: Services,
    session_id: UUID,
    account_id: UUID,
    abilities: Collection[Ability],
) -> str:
    """The address at Google to allow this account more: only what it lacks of these abilities is asked for.

    Google adds what it allowed before. When that permission ended, what the account could do is asked for again too.
    Otherwise as `start_connect`.

    Raises:
        NotFoundError: none of this user has that id.
        ConflictError: nothing is lacking.
    """
    account = await get_account(session, account_id)
    had = abilities_of(account.scopes)
    is_live = account.state in _STILL_ALLOWED
    lacking = [ability for ability in abilities if ability not in had]
    wanted = lacking if is_live else [*had, *lacking]
    if not wanted:
        raise ConflictError("This account is already allowed that.", action="Go on without asking Google.")
    account_type: AccountType = "work" if account.type == "work" else "personal"
    return await start_connect(session, services, session_id, account_type, wanted, login_hint=account.email)


async def finish_connect(
    services: Services, user_id: UUID, session_id: UUID, callback: Callback
) -> Connected:
    """The account that is connected now, with what was granted of what was asked.

    Opens its own transactions (state, then account) and asks Google between them: call it with none open.
    Partial consent is a success whose `missing` is not empty.

    Raises:
        ConnectError: one subclass per way to fail; no account was stored or changed.
    """
    claimed = await _claim(services, user_id, session_id, callback.state)
    code = _code_of(callback)
    grant = await _exchange(services, code, claimed.verifier)
    identity = await _identity(services, grant)
    granted = claimed.scopes if grant.scopes is None else grant.scopes
    new = NewGrant(claimed.account_type, identity, grant, normalised(claimed.scopes), normalised(granted))
    async with services.db.session(user_id) as session:
        return await keep_grant(session, services.keys, new)


def words_of(code: str) -> str | None:
    """What a code of `Connected` or `ConnectError` means, in our own words; None for anything else.

    A browser carries only the code in an address, so whoever forges one chooses among these sentences at most.
    """
    failures: list[type[errors.ConnectError]] = [errors.ConnectError, *errors.ConnectError.__subclasses__()]
    endings = CONNECTED_WORDS | {failure.code: f"{failure.words} {failure.action}" for failure in failures}
    return endings.get(code)


async def _claim(services: Services, user_id: UUID, session_id: UUID, state: str | None) -> _Claimed:
    """What was started under this state; from now on it is used, also when connecting fails later."""
    if not state:
        raise errors.StateMissingError
    state_hash = hash_token(state)
    async with services.db.session(user_id) as session:
        row = await session.scalar(
            update(OAuthState)
            .where(
                OAuthState.state_hash == state_hash,
                OAuthState.session_id == session_id,
                OAuthState.used_at.is_(None),
                OAuthState.expires_at > func.app_now(),
            )
            .values(used_at=func.app_now())
            .returning(OAuthState)
        )
        if row is None:
            raise await _why_not(session, state_hash, session_id)
        user_cipher = await cipher(session, services.keys, user_id)
        verifier = user_cipher.open(row.verifier, STATES_TABLE, str(row.id), "verifier").decode("ascii")
        account_type: AccountType = "work" if row.account_type == "work" else "personal"
        return _Claimed(verifier, tuple(row.scopes), account_type)


async def _why_not(session: AsyncSession, state_hash: bytes, session_id: UUID) -> errors.ConnectError:
    row = await session.scalar(
        select(OAuthState).where(OAuthState.state_hash == state_hash, OAuthState.session_id == session_id)
    )
    if row is None:
        return errors.StateMismatchError()
    return errors.StateUsedError() if row.used_at is not None else errors.StateExpiredError()


def _code_of(callback: Callback) -> str:
    if callback.error == "access_denied":
        raise errors.ConsentDeniedError
    if callback.error:
        raise errors.UnknownAnswerError
    if not callback.code:
        raise errors.CodeMissingError
    return callback.code


async def _exchange(services: Services, code: str, verifier: str) -> TokenGrant:
    try:
        return await services.oauth.exchange(code, verifier, redirect_uri(services.settings))
    except TokenRefused as refused:
        reasons: dict[str, type[errors.ConnectError]] = {
            "invalid_grant": errors.CodeExpiredError,
            "invalid_client": errors.ClientRefusedError,
        }
        raise reasons.get(refused.reason, errors.UnknownAnswerError)() from None
    except ProviderUnknown as unknown:
        raise _unclear(unknown) from None


async def _identity(services: Services, grant: TokenGrant) -> Identity:
    try:
        identity = await services.oauth.identity(grant.access_token)
    except ProviderUnknown as unknown:
        raise _unclear(unknown) from None
    except ProviderRefusal:
        raise errors.IdentityUnknownError from None
    if not identity.email or not identity.is_verified:
        raise errors.IdentityUnknownError
    return identity


def _unclear(unknown: ProviderUnknown) -> errors.ConnectError:
    if unknown.provider_status == _TOO_MANY:
        return errors.ConnectLimitedError(retry_after_seconds=unknown.retry_after_seconds)
    return errors.GoogleUnreachableError()
