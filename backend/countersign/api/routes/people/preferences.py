"""A person's own settings."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from countersign.api.shapes import RequestBody
from countersign.api.signed_in import HumanDep, ServicesDep, SessionDep
from countersign.identity.preferences import set_time_zone
from countersign.identity.sessions import user_of

router = APIRouter(prefix="/settings", tags=["settings"])

_LONGEST_ZONE = 100


class SettingsShape(BaseModel):
    """What the person has set."""

    model_config = ConfigDict(from_attributes=True)

    time_zone: str | None = Field(
        description="IANA name; dates in requests and texts are in it. Null means UTC."
    )


class SettingsChange(RequestBody):
    """What to change; what is left out stays, null goes back to what is used without a setting."""

    time_zone: str | None = Field(
        default=None, max_length=_LONGEST_ZONE, description="IANA name, such as Europe/Berlin."
    )


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
    return SettingsShape.model_validate(await user_of(session))
