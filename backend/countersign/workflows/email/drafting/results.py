"""What writing comes to: mails to propose, one thing to ask, or why nothing was written. It writes nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.actions.proposals import ResolvedReply


@dataclass(frozen=True)
class Written:
    """One mail, complete to the last header.

    Attributes:
        account_id: public id of the account it leaves from.
        notes: what the person should know before approving, in plain sentences.
    """

    account_id: str
    resolved: ResolvedReply
    notes: tuple[str, ...] = ()

    @property
    def n_words(self) -> int:
        """Words of the person's own part."""
        return len(str(self.resolved.payload["body_text"]).split())


@dataclass(frozen=True)
class Asked:
    """One thing that has to be known first; the answer comes back under `slot`."""

    slot: str
    words: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    """One mail that was not written, and why, in a plain sentence."""

    sentence: str


Outcome = Written | Asked | Left
