"""Connected accounts: which there are, what each may do, connecting, naming and disconnecting them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from countersign.accounts import connect, disconnect, listing
from countersign.accounts.connect import REDIRECT_PATH, Callback
from countersign.accounts.errors import ConnectError
from countersign.accounts.listing import LONGEST_LABEL
from countersign.accounts.models import Account
from countersign.api.limits import LimitsDep
from countersign.api.openapi import also_as_page, refusals
from countersign.api.shapes import RequestBody
from countersign.api.signed_in import CookieToken, HumanDep, ServicesDep, SessionDep, signed_in
from countersign.api.small_page import Accept, small_page
from countersign.connectors.google.scopes import Ability
from countersign.errors import NotSignedInError
from countersign.kit.ids import AccountId

router = APIRouter(prefix="/accounts", tags=["accounts"])
callbacks = APIRouter(tags=["accounts"])

AccountType = Literal["personal", "work"]
_OPEN_AGAIN = (
    "Nothing was connected, and this address can still be used: within ten minutes, once.",
    "Open it again in the browser that is signed in and started connecting, or fetch it with that session's cookie.",
    "If that session is gone, sign in here and choose Connect again.",
)
FromGoogle = Annotated[str | None, Query(max_length=4_000)]


def callback_of(state: FromGoogle = None, code: FromGoogle = None, error: FromGoogle = None) -> Callback:
    """What the browser brought back from Google."""
    return Callback(state=state, code=code, error=error)


CallbackDep = Annotated[Callback, Depends(callback_of)]


class AbilityShape(BaseModel):
    """One thing an account can be allowed, in plain words."""

    model_config = ConfigDict(from_attributes=True)

    ability: Ability
    words: str
    why: str
    is_granted: bool


class AccountShape(BaseModel):
    """A connected account and what it may do; no token."""

    model_config = ConfigDict(from_attributes=True)

    id: AccountId
    provider: Literal["google"]
    email: str
    name: str
    type: AccountType
    label: str
    is_default: bool
    state: Literal["healthy", "needs_reconnect", "paused", "disconnected"]
    state_reason: str | None
    sending: bool
    time_zone: str | None
    created_at: datetime
    abilities: list[AbilityShape] = []


class AccountList(BaseModel):
    """The person's accounts, default first."""

    accounts: list[AccountShape]


class ConnectRequest(RequestBody):
    """Which abilities to ask Google for; `login_hint` is the address of an account to reconnect or widen."""

    type: AccountType
    abilities: list[Ability] = Field(min_length=1, max_length=16)
    login_hint: str | None = Field(default=None, max_length=320)


class WiderConsent(RequestBody):
    """Which abilities an account is to have besides what it has."""

    abilities: list[Ability] = Field(min_length=1, max_length=16)


class ConsentAddress(BaseModel):
    """Where to send the browser; good once, for this session, ten minutes."""

    url: str


class ConnectedShape(BaseModel):
    """What connecting did; `missing` are scopes that were asked for and not granted."""

    model_config = ConfigDict(from_attributes=True)

    account_id: AccountId
    code: str
    message: str
    granted: list[Ability]
    missing: list[str]
    is_new: bool


class AccountChange(RequestBody):
    """What to change; what is left out stays."""

    label: str | None = Field(default=None, max_length=LONGEST_LABEL)
    type: AccountType | None = None


class SendingSwitch(RequestBody):
    """Whether anything may leave this account."""

    is_on: bool


class DisconnectedShape(BaseModel):
    """What disconnecting did; `is_revoked` is false when Google did not confirm it."""

    model_config = ConfigDict(from_attributes=True)

    account_id: AccountId
    is_revoked: bool
    message: str


@router.get("")
async def list_accounts(session: SessionDep) -> AccountList:
    """The person's connected accounts."""
    return AccountList(accounts=[_shape(account) for account in await listing.list_accounts(session)])


@router.post("/connect")
async def start_connect(
    wanted: ConnectRequest, person: HumanDep, services: ServicesDep, session: SessionDep
) -> ConsentAddress:
    """The address at Google for consent to exactly these abilities."""
    url = await connect.start_connect(
        session, services, person.session_id, wanted.type, wanted.abilities, login_hint=wanted.login_hint
    )
    return ConsentAddress(url=url)


@router.get("/{account_id}")
async def get_account(account_id: AccountId, session: SessionDep) -> AccountShape:
    """One account, also a disconnected one."""
    return _shape(await listing.get_account(session, account_id))


@router.patch("/{account_id}")
async def change_account(
    account_id: AccountId, change: AccountChange, _: HumanDep, services: ServicesDep, session: SessionDep
) -> AccountShape:
    """Name an account or say whether it is personal or work."""
    account = await listing.relabel(
        session, services.keys, account_id, label=change.label, account_type=change.type
    )
    return _shape(account)


@router.post("/{account_id}/default")
async def make_default(
    account_id: AccountId, _: HumanDep, services: ServicesDep, session: SessionDep
) -> AccountShape:
    """Make it the account that is used when a request names none."""
    return _shape(await listing.make_default(session, services.keys, account_id))


@router.post("/{account_id}/allow", responses=refusals(409))
async def start_widening(
    account_id: AccountId, wanted: WiderConsent, person: HumanDep, services: ServicesDep, session: SessionDep
) -> ConsentAddress:
    """The address at Google for consent to what this account lacks of these abilities. 409 when it lacks nothing."""
    url = await connect.start_widening(session, services, person.session_id, account_id, wanted.abilities)
    return ConsentAddress(url=url)


@router.post("/{account_id}/sending")
async def switch_sending(
    account_id: AccountId, wanted: SendingSwitch, _: HumanDep, services: ServicesDep, session: SessionDep
) -> AccountShape:
    """Switch sending on or off; off brings approved actions that have not begun back to their cards."""
    return _shape(await listing.switch_sending(session, services.keys, account_id, is_on=wanted.is_on))


@router.post("/{account_id}/pause", responses=refusals(409))
async def pause_account(
    account_id: AccountId, _: HumanDep, services: ServicesDep, session: SessionDep
) -> AccountShape:
    """Neither read nor write with it until it is resumed."""
    return _shape(await listing.pause(session, services.keys, account_id))


@router.post("/{account_id}/resume", responses=refusals(409))
async def resume_account(
    account_id: AccountId, _: HumanDep, services: ServicesDep, session: SessionDep
) -> AccountShape:
    """Use it again."""
    return _shape(await listing.resume(session, services.keys, account_id))


@router.post("/{account_id}/disconnect")
async def disconnect_account(
    account_id: AccountId, person: HumanDep, services: ServicesDep
) -> DisconnectedShape:
    """Stop using it at once, take the permission back at Google, delete its tokens."""
    done = await disconnect.disconnect(services, person.user_id, account_id)
    return DisconnectedShape.model_validate(done)


@callbacks.get(
    REDIRECT_PATH,
    response_model=ConnectedShape,
    responses={
        **refusals(403, 409, 410, 429, 502),
        401: also_as_page(401),
        303: {"description": "To the page, with a stable code only."},
    },
)
async def finish_connect(
    services: ServicesDep,
    limits: LimitsDep,
    token: CookieToken,
    callback: CallbackDep,
    accept: Accept = "*/*",
) -> Response:
    """Where Google sends the browser back: a redirect for browsers, JSON for clients that ask for it.

    Without a session nothing is used up and a browser stays at this address, so that it can be opened again.
    """
    try:
        who = await signed_in(services, limits, token)
        done = await connect.finish_connect(services, who.user_id, who.session_id, callback)
    except NotSignedInError as refused:
        if "application/json" in accept:
            raise
        return small_page(accept, "Not connected yet", [refused.message, *_OPEN_AGAIN], status=refused.status)
    except ConnectError as refused:
        if "application/json" in accept:
            raise
        return _to_page(refused.code)
    if "application/json" in accept:
        return JSONResponse(ConnectedShape.model_validate(done).model_dump(mode="json"))
    return _to_page(done.code)


def _to_page(code: str) -> RedirectResponse:
    # Only our own code: text from Google's answer never reaches an address or a page.
    return RedirectResponse(f"/?connect={code}", status_code=303)


def _shape(account: Account) -> AccountShape:
    granted = [AbilityShape.model_validate(ability) for ability in listing.abilities(account)]
    return AccountShape.model_validate(account).model_copy(update={"abilities": granted})
