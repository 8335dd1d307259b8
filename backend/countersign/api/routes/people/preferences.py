"""A person's own settings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from countersign.api.shapes import RequestBody
from countersign.api.signed_in import HumanDep, ServicesDep, SessionDep
from countersign.identity.preferences import (
    LONGEST_EXPIRY_MINUTES,
    SHORTEST_EXPIRY_MINUTES,
    ExpirySetting,
    set_expiry,
    set_time_zone,
)
from countersign.identity.sessions import user_of

router = APIRouter(prefix="/settings", tags=["settings"])

_LONGEST_ZONE = 100
_EXPIRY_SETTINGS: tuple[ExpirySetting, ...] = ("approval_expiry_minutes", "batch_expiry_minutes")

ExpiryMinutes = Annotated[
    int | None,
    Field(ge=SHORTEST_EXPIRY_MINUTES, le=LONGEST_EXPIRY_MINUTES, description="For cards asked from now on."),
]


class SettingsShape(BaseModel):
    """What the person has set."""

    model_config = ConfigDict(from_attributes=True)

    time_zone: str | None = Field(
        description="IANA name; dates in requests and texts are in it. Null means UTC."
    )
    approval_expiry_minutes: int | None = Field(
        description="How long a card waits for a decision. Null means as long as this installation says."
    )
    batch_expiry_minutes: int | None = Field(description="The same for cards that come together.")


class SettingsChange(RequestBody):
    """What to change; what is left out stays, null goes back to what is used without a setting."""

    time_zone: str | None = Field(
        default=None, max_length=_LONGEST_ZONE, description="IANA name, such as Europe/Berlin."
    )
    approval_expiry_minutes: ExpiryMinutes = None
    batch_expiry_minutes: ExpiryMinutes = None


@router.get("")
async def get_settings(session: SessionDep) -> SettingsShape:
    """The person's settings."""
    return SettingsShape.model_validate(await user_of(session))


@router.patch("")
async def change_settings(
    change: SettingsChange, _: HumanDep, services: ServicesDep, session: SessionDep
) -> SettingsShape:
    """Change settings; they hold for what is asked from now on."""
    if "time_zone" in change.model_fields_set:
        await set_time_zone(session, services.keys, change.time_zone)
    for name in _EXPIRY_SETTINGS:
        if name in change.model_fields_set:
            await set_expiry(session, services.keys, name, getattr(change, name))
    return SettingsShape.model_validate(await user_of(session))
