"""Registering, signing in and out, and asking who is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from countersign.api.limits import CountedSignInDep
from countersign.api.openapi import refusals
from countersign.api.shapes import RequestBody
from countersign.api.signed_in import (
    ClientDep,
    CookieToken,
    HumanDep,
    SameOriginDep,
    ServicesDep,
    SessionDep,
    SignedInDep,
    clear_session_cookie,
    set_session_cookie,
)
from countersign.identity import registration
from countersign.identity.login import log_in
from countersign.identity.models import User
from countersign.identity.passwords import MAX_LENGTH, MIN_LENGTH
from countersign.identity.registration import Registration
from countersign.identity.sessions import csrf_token_of, log_out, user_of
from countersign.kit.ids import SessionId, UserId

router = APIRouter(prefix="/auth", tags=["auth"])


class NewUser(RequestBody):
    """What a person registers with."""

    email: str = Field(max_length=320)
    name: str = Field(min_length=1, max_length=200)
    password: SecretStr = Field(
        description=f"{MIN_LENGTH} to {MAX_LENGTH} characters, not the address.", max_length=1_000
    )


class Credentials(RequestBody):
    """What a person signs in with."""

    email: str = Field(max_length=320)
    password: SecretStr = Field(max_length=1_000)


class UserShape(BaseModel):
    """A person as shown to that person."""

    model_config = ConfigDict(from_attributes=True)

    id: UserId
    email: str
    name: str
    role: Literal["user", "approver", "admin"]
    time_zone: str | None
    created_at: datetime


class SignedInShape(BaseModel):
    """Who is signed in, and the token that state-changing requests of this session send in `X-CSRF-Token`."""

    user: UserShape
    session_id: SessionId
    csrf_token: str


@router.post("/register", status_code=201, responses=refusals(409, 429))
async def register(
    wanted: NewUser, services: ServicesDep, client: ClientDep, _: SameOriginDep, _counted: CountedSignInDep
) -> UserShape:
    """Make a user; signs nobody in. 409 when the address is registered."""
    new = Registration(wanted.email, wanted.name, wanted.password.get_secret_value())
    memory_mib = services.settings.password_memory_mib
    user = await registration.register(services.db, services.keys, new, client, memory_mib=memory_mib)
    return UserShape.model_validate(user)


@router.post("/login", responses=refusals(401, 429))
async def login(
    given: Credentials,
    response: Response,
    services: ServicesDep,
    client: ClientDep,
    _: SameOriginDep,
    _counted: CountedSignInDep,
) -> SignedInShape:
    """Open a session; its cookie lasts at most 30 days, 12 hours unused. 429 after too many tries."""
    password = given.password.get_secret_value()
    opened, user = await log_in(services.db, services.settings, services.keys, given.email, password, client)
    set_session_cookie(response, services.settings, opened)
    return _signed_in(user, opened.session_id, opened.csrf_token)


@router.post("/logout", status_code=204)
async def logout(person: HumanDep, response: Response, services: ServicesDep, session: SessionDep) -> None:
    """End this session at once; the person's other sessions go on."""
    await log_out(session, services.keys, person.session_id)
    clear_session_cookie(response)


@router.get("/session")
async def current_session(signed_in: SignedInDep, session: SessionDep, token: CookieToken) -> SignedInShape:
    """Who is signed in; every tab of a session gets the same CSRF token."""
    return _signed_in(await user_of(session), signed_in.session_id, csrf_token_of(token or ""))


def _signed_in(user: User, session_id: SessionId, csrf_token: str) -> SignedInShape:
    return SignedInShape(user=UserShape.model_validate(user), session_id=session_id, csrf_token=csrf_token)
