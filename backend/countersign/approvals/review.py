"""What a person does with an action nobody knows the end of: check once more, or say that it did not happen.

Both ask the provider, so they open their own short transactions and commit by themselves.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from countersign.accounts.services import Services
from countersign.actions import proposals
from countersign.actions.executor import review


async def check(services: Services, user_id: UUID, action_id: UUID) -> dict[str, Any]:
    """How the action stands after looking at the provider once more (`action.updated` in events/shapes.py).

    Raises:
        NotFoundError: no such action of this user.
        ConflictError: it is known what happened.
        ProviderUnknown, NeedsReconnect: the provider cannot be read now; nothing was changed.
    """
    return proposals.view(await review.look(services, user_id, action_id))


async def try_again(services: Services, user_id: UUID, action_id: UUID) -> dict[str, Any]:
    """How the action stands after the person said it did not happen: a new version to decide on, or `done`.

    Raises:
        NotFoundError, ConflictError, ProviderUnknown, NeedsReconnect: see `check`.
    """
    return proposals.view(await review.again(services, user_id, action_id))
