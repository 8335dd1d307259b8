"""What a set step comes to: actions to propose, and what has to be said with them."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.actions.types import ProposedAction


@dataclass(frozen=True)
class Cards:
    """Actions in the order of their cards, and plain sentences on what is on no card and why."""

    actions: list[ProposedAction]
    notes: list[str]
