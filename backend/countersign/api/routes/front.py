"""What stands at `/`: that Countersign runs, where its API is, and how connecting an account ended."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from countersign.accounts.connect import words_of
from countersign.api.signed_in import ServicesDep, other_name_of
from countersign.api.small_page import Accept, small_page

router = APIRouter()

_SENTENCES = (
    "Countersign is running.",
    "The web page is not built yet. The API works under /api/v1, described by /api/v1/openapi.json.",
    "README.md shows a first request and what follows it.",
)


@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
async def front(
    request: Request, services: ServicesDep, accept: Accept = "*/*", connect: str | None = None
) -> Response:
    """A plain page; `connect` is the stable code with which a consent ended, and an unknown one says nothing."""
    said = words_of(connect) if connect else None
    wrong_name = other_name_of(request, services.settings)
    sentences = [sentence for sentence in (said, wrong_name) if sentence]
    return small_page(accept, "Countersign", [*sentences, *_SENTENCES])
