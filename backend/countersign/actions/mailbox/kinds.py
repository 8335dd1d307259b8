"""Labels put on or taken off many mails at once: one class with everything the executor and the gate need to know.

Set semantics make it safe to do again: what is as wanted is left alone, so a crash between two mails costs nothing.
Source: https://developers.google.com/workspace/gmail/api/guides/labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from countersign.actions.mail.kinds.mailbox import receipt_of, without_answer
from countersign.actions.mailbox import labels, preview
from countersign.actions.mailbox import payload as sets
from countersign.actions.mailbox.carrying_out import carry_out
from countersign.actions.mailbox.facts import SeenMail, SetFacts
from countersign.actions.mailbox.labels import Labels
from countersign.actions.mailbox.payload import NEW_LABEL, STARRED, TRASH, LabelChange, Rule, SetPayload
from countersign.actions.types import (
    Attempted,
    Change,
    Compensation,
    Door,
    Evidence,
    Facts,
    Payload,
    Terms,
    Token,
    UndoMode,
    Words,
)
from countersign.connectors.errors import GrantError, NeedsReconnect, ProviderRefusal, ProviderUnknown
from countersign.connectors.google.mailbox.reading import LabelReader
from countersign.connectors.google.mailbox.writing import LabelWriter
from countersign.settings import Settings


class LabelSet:
    """One change of the labels of up to 100 mails of one account, done at once and undone mail by mail."""

    undo_mode: UndoMode = "reversible"
    words = Words(unknown="We don't know whether your mails were changed", nothing="nothing was changed")
    single_use = False

    def __init__(self, name: str, rule: Rule, residue: tuple[str, ...] = ()) -> None:
        """The kind of that name; an empty rule means that the person names the label."""
        self.name = name
        self.rule = rule
        self.residue = residue

    def hold_seconds(self, settings: Settings) -> int:
        """Zero: it is done at once and can be undone afterwards."""
        return 0

    def checked(self, payload: Payload) -> Payload:
        """The payload in its one normal form; raises InvalidError when it is not what this kind stands for."""
        return sets.checked(payload, self.rule).as_payload()

    def edited(self, payload: Payload, changes: Mapping[str, Any]) -> Payload:
        """The payload with fewer mails (`/message_ids`: those that stay)."""
        return sets.edited(sets.parse(payload), changes).as_payload()

    def preview(self, payload: Payload, facts: Facts, before: Payload | None) -> dict[str, Any]:
        """What the person sees; see mailbox/preview.py."""
        earlier = sets.parse(before) if before is not None else None
        return preview.preview(self.name, sets.parse(payload), SetFacts.model_validate(facts), earlier)

    async def changed(self, door: Door, payload: Payload, facts: Facts) -> Change | None:
        """None while every mail lies where the person saw it or is as wanted; else the set without those moved or gone.

        When none is left, the set stays as it is and the reason says so: approving it again would change nothing.
        """
        wanted, seen = sets.parse(payload), SetFacts.model_validate(facts)
        now = labels.known(await _reader(door).labels_of(wanted.message_ids))
        kept = {
            message_id
            for message_id, change in wanted.each()
            if message_id in now and _is_in_place(now[message_id], change, seen.mail(message_id))
        }
        starred = [
            message_id
            for message_id in kept
            if self._is_newly_starred(now[message_id], seen.mail(message_id))
        ]
        gone = len(wanted.message_ids) - len(kept)
        if not gone and not starred:
            return None
        news = [f"{_some(gone)} moved to the bin, to spam or deleted meanwhile."] if gone else []
        news += [f"{_some(len(starred))} starred meanwhile."] if starred else []
        mails = [mail.model_copy(update={"labels": sorted(now.get(mail.id, ()))}) for mail in seen.mails]
        told = seen.model_copy(update={"mails": mails, "difference": news})
        rest = sets.with_only(wanted, kept) if kept else wanted
        return Change(" ".join(news), rest.as_payload(), told.model_dump(mode="json"))

    def touches(self, payload: Payload) -> frozenset[str]:
        """Its mails."""
        return frozenset(sets.parse(payload).message_ids)

    async def done_elsewhere(self, door: Door, payload: Payload) -> str | None:
        """That every one of its mails that is still there is as wanted."""
        wanted = sets.parse(payload)
        now = labels.known(await _reader(door).labels_of(wanted.message_ids))
        todo = [
            message_id
            for message_id, change in wanted.each()
            if message_id in now and not labels.is_as_wanted(now[message_id], change)
        ]
        if todo or not now:
            return None
        return "This was done in your mailbox meanwhile: every mail is as this card would make it."

    async def obtain(self, door: Door, terms: Terms, token: Token) -> Token:
        """The token with the labels every mail has now, and the id of the label: made, or found by its name.

        Of a compensation, mails that were moved since are noted as left alone.

        Raises:
            ProviderRefusal: Google does not make this label; ProviderUnknown: it may exist now, call again.
        """
        wanted = sets.parse(terms.payload)
        now = await _reader(door).labels_of(wanted.message_ids)
        left_alone = [
            message_id for message_id, change in wanted.each() if labels.moved_since(now[message_id], change)
        ]
        handle = {"label_id": await _label_id(door, wanted)}
        pre_image = {"labels": labels.as_json(labels.known(now)), "left_alone": left_alone}
        return replace(token, handle=handle, pre_image=pre_image, is_fresh=False)

    async def reconcile(self, door: Door, terms: Terms, token: Token) -> Evidence:
        """Whether every mail's labels are as wanted; a mail that is gone, or left alone, needs nothing."""
        todo = await _todo(door, terms, token)
        needed = _needed(terms, token)
        done = needed - {message_id for message_id, _ in todo}
        if not todo:
            return Evidence("happened", "labels", _result(terms, token, door))
        if done:
            part = f"{len(done)} of {len(needed)} mails were changed"
            return Evidence("partial", "labels", {"part": part})
        return Evidence("unused", "labels")

    async def attempt(self, door: Door, terms: Terms, token: Token) -> Attempted:
        """Change the mails that are not yet as wanted: those in the bin one by one, the labels in one call a change."""
        todo = await _todo(door, terms, token)
        groups: dict[int, tuple[LabelChange, list[str]]] = {}
        for message_id, change in todo:
            groups.setdefault(id(change), (change, []))[1].append(message_id)
        writer = _writer(door)
        try:
            for change, message_ids in groups.values():
                await carry_out(writer, change, message_ids)
        except (ProviderRefusal, ProviderUnknown, NeedsReconnect) as error:
            return without_answer(error)
        return Attempted("done", _result(terms, token, door))

    def compensation(self, terms: Terms, token: Token, facts: Facts) -> Compensation | None:
        """What takes it back from the mails it changed, computed from what each carried before."""
        wanted, before = sets.parse(terms.payload), _before(token)
        changes = [labels.named(change, token.handle["label_id"]) for change in wanted.changes]
        inverses = [inverse for change in changes for inverse in labels.inverses(before, change)]
        if wanted.is_undo or not inverses:
            return None
        label = wanted.label and wanted.label.model_copy(update={"id": token.handle["label_id"]})
        undo = SetPayload(changes=inverses, label=label, is_undo=True)
        seen = SetFacts.model_validate(facts)
        left = {message_id: labels.after(had, changes[0]) for message_id, had in before.items()}
        mails = [
            mail.model_copy(update={"labels": sorted(left[mail.id])})
            for mail in seen.mails
            if mail.id in left
        ]
        told = seen.model_copy(update={"mails": mails, "difference": []})
        return Compensation(undo.as_payload(), told.model_dump(mode="json"))

    async def revoke(self, door: Door, token: Token) -> bool:
        """False: there is nothing to destroy."""
        return False

    async def sweep(self, door: Door, markers: Sequence[str], kept: Token | None) -> int:
        """Zero: nothing is prepared that could be left over; a label stays, for mail may carry it by now."""
        return 0

    def _is_newly_starred(self, now: Labels, mail: SeenMail | None) -> bool:
        return TRASH in self.rule.add and STARRED in now and (mail is None or STARRED not in mail.labels)


SETS: Final[Mapping[str, LabelSet]] = {
    kind.name: kind
    for kind in (
        LabelSet("mail.label", Rule(), ("A label that was made for it stays in your list, empty.",)),
        LabelSet("mail.archive", Rule(remove=(sets.INBOX,))),
        LabelSet("mail.mark_read", Rule(remove=(sets.UNREAD,))),
        LabelSet("mail.mark_unread", Rule(add=(sets.UNREAD,))),
        LabelSet("mail.star", Rule(add=(STARRED,))),
        LabelSet("mail.trash", Rule(add=(TRASH,))),
    )
}


def _reader(door: Door) -> LabelReader:
    return LabelReader(door.google, door.credentials, waits_seconds=())


def _writer(door: Door) -> LabelWriter:
    if door.grant is None:
        raise GrantError("This write needs a grant.")
    return LabelWriter(door.google, door.credentials, door.grant)


def _is_in_place(now: Labels, change: LabelChange, mail: SeenMail | None) -> bool:
    seen_in = labels.place(frozenset(mail.labels if mail else ()))
    return labels.place(now) in {"", seen_in} or labels.is_as_wanted(now, change)


def _some(count: int) -> str:
    return "One of the mails was" if count == 1 else f"{count} of the mails were"


async def _label_id(door: Door, wanted: SetPayload) -> str:
    """The id of the set's label; `none` for a set without one, so that every handle says something."""
    if wanted.label is None:
        return "none"
    if wanted.label.id != NEW_LABEL:
        return wanted.label.id
    name = wanted.label.name.casefold()
    for label in await _reader(door).labels():
        if label.name.casefold() == name:
            return label.id
    return (await _writer(door).create_label(wanted.label.name)).id


def _before(token: Token) -> dict[str, Labels]:
    return labels.from_json(token.pre_image.get("labels", {}))


def _changes(terms: Terms, token: Token) -> list[tuple[str, LabelChange]]:
    """Every mail this action may touch with its change: not those that were left alone."""
    wanted, left_alone = sets.parse(terms.payload), set(token.pre_image.get("left_alone", ()))
    named = [labels.named(change, token.handle["label_id"]) for change in wanted.changes]
    return [
        (message_id, change)
        for change in named
        for message_id in change.message_ids
        if message_id not in left_alone
    ]


def _needed(terms: Terms, token: Token) -> set[str]:
    """The mails that were not as wanted before the first attempt."""
    before = _before(token)
    return {
        message_id
        for message_id, change in _changes(terms, token)
        if message_id in before and not labels.is_as_wanted(before[message_id], change)
    }


async def _todo(door: Door, terms: Terms, token: Token) -> list[tuple[str, LabelChange]]:
    """The mails that are there and not yet as wanted."""
    changes = _changes(terms, token)
    now = labels.known(await _reader(door).labels_of(message_id for message_id, _ in changes))
    return [
        (message_id, change)
        for message_id, change in changes
        if message_id in now and not labels.is_as_wanted(now[message_id], change)
    ]


def _result(terms: Terms, token: Token, door: Door) -> dict[str, str]:
    first = sets.parse(terms.payload).message_ids[0]
    return {**receipt_of(first, door, "all"), "changed": str(len(_needed(terms, token)))}
