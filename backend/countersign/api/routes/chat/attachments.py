"""Files a person uploads to go with a request: upload, see and delete what no message has."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator

from countersign.api.openapi import refusals
from countersign.api.signed_in import HumanDep, ServicesDep, SessionDep
from countersign.api.uploads import REQUEST_BODY, OnceUploadedDep, UploadedDep
from countersign.conversations import attachments
from countersign.kit.ids import AttachmentId

router = APIRouter(prefix="/attachments", tags=["attachments"])


class AttachmentShape(BaseModel):
    """An uploaded file; its type was told from its content, `sha256` is in hexadecimal."""

    model_config = ConfigDict(from_attributes=True)

    id: AttachmentId
    name: str
    media_type: str
    size_bytes: int
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    created_at: datetime

    @field_validator("sha256", mode="before")
    @classmethod
    def _as_hexadecimal(cls, value: object) -> object:
        return value.hex() if isinstance(value, bytes) else value


class Attachments(BaseModel):
    """The person's uploaded files that no message has, newest first."""

    items: list[AttachmentShape]


@router.post("", status_code=201, openapi_extra=REQUEST_BODY)
async def upload_attachment(
    file: UploadedDep, services: ServicesDep, session: SessionDep, once: OnceUploadedDep
) -> AttachmentShape:
    """Upload a file; it is stored sealed and goes nowhere before a message names it."""
    return await once.answer(
        AttachmentShape,
        lambda: attachments.store(session, services.keys, services.settings, file),
        status=201,
    )


@router.get("")
async def list_attachments(session: SessionDep) -> Attachments:
    """The uploaded files that no message has."""
    rows = await attachments.unused(session)
    return Attachments(items=[AttachmentShape.model_validate(row) for row in rows])


@router.delete("/{attachment_id}", status_code=204, responses=refusals(409))
async def delete_attachment(
    attachment_id: AttachmentId, services: ServicesDep, session: SessionDep, _human: HumanDep
) -> None:
    """Delete an uploaded file that no message has."""
    await attachments.delete_unused(session, services.keys, attachment_id)
