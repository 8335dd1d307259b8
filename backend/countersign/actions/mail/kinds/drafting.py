"""Drafts: kept in the person's mailbox for them to finish, and never sent from here, whatever the request said.

Both kinds happen at once and can be taken back while the draft is as Countersign left it; a draft that was changed,
sent or deleted since is not touched. Saving a draft makes it while the action is staged, found again by its mark:
Gmail cannot be asked to make a draft only once, so a twin from an answer that got lost is swept by that mark.
Source: https://developers.google.com/workspace/gmail/api/guides/drafts (an update replaces the draft's message).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace

from countersign.actions.mail import forms, mime
from countersign.actions.mail.kinds import freshness
from countersign.actions.mail.kinds.mailbox import (
    contents_of,
    reader_of,
    receipt_of,
    without_answer,
    writer_of,
)
from countersign.actions.mail.kinds.prepared import PreparedMail
from countersign.actions.mail.kinds.written import WrittenMail
from countersign.actions.mail.mime import MARKER_HEADER, mime_bytes
from countersign.actions.mail.payload import MailPayload, TakesBack
from countersign.actions.types import (
    AlteredTokenError,
    Attempted,
    Change,
    Compensation,
    Door,
    Evidence,
    Facts,
    OwnRefusalError,
    Payload,
    Terms,
    Token,
    UndoMode,
    Words,
)
from countersign.connectors.errors import NeedsReconnect, ProviderRefusal, ProviderUnknown
from countersign.connectors.google.mail_types import Draft
from countersign.settings import Settings

MAX_PREVIOUS_BYTES = 1_000_000
"""A larger draft is not changed: what it was could not be kept with the action to put it back."""

_TAKEN = "The draft was changed, sent or deleted in your mailbox meanwhile, so Countersign left it as it is."


class KeptDraft(WrittenMail):
    """A draft that is saved at once and can be taken back."""

    undo_mode: UndoMode = "reversible"
    words = Words("We don't know whether the draft was saved", "no draft was changed")
    single_use = False
    residue: tuple[str, ...] = ()

    def hold_seconds(self, settings: Settings) -> int:
        """None: nobody but the person sees a draft."""
        return 0

    def compensation(self, terms: Terms, token: Token, facts: Facts) -> Compensation | None:
        """The draft deleted, or put back as it was, if it is still as this action left it."""
        back = TakesBack(
            draft_id=token.handle["draft_id"],
            action_id=terms.action_id,
            marker=token.marker,
            previous_raw=token.pre_image.get("raw", ""),
        )
        mail = self.mail(terms.payload).model_copy(update={"takes_back": back})
        return Compensation(mail.as_payload(), facts)

    async def revoke(self, door: Door, token: Token) -> bool:
        """False: nothing is consumed, so there is nothing to destroy."""
        return False


class DraftCreate(KeptDraft, PreparedMail):
    """A new draft."""

    form = forms.DRAFT_CREATE

    async def obtain(self, door: Door, terms: Terms, token: Token) -> Token:
        """The token with the draft made, or with the unchanged draft that is to be deleted; see PreparedMail."""
        back = self.mail(terms.payload).takes_back
        if back is None:
            return await super().obtain(door, terms, token)
        return await _as_we_left_it(door, self.mail(terms.payload), back, token)

    async def reconcile(self, door: Door, terms: Terms, token: Token) -> Evidence:
        """The draft under the id stored when it was made, with our mark on it; of a compensation that it is gone."""
        mail = self.mail(terms.payload)
        draft = await reader_of(door).get_draft(token.handle["draft_id"])
        if mail.takes_back is not None:
            return await _taken_back(door, mail, mail.takes_back, draft)
        if draft is None:
            return Evidence("missing", "draft")
        is_ours = draft.message.header(MARKER_HEADER) == token.marker
        result = receipt_of(draft.message.id, door, "drafts")
        return Evidence("happened", "draft", result) if is_ours else Evidence("altered", "draft")

    async def attempt(self, door: Door, terms: Terms, token: Token) -> Attempted:
        """Delete the draft that is taken back; a draft that is to be kept was made when its token was obtained."""
        if self.mail(terms.payload).takes_back is None:
            return Attempted("unknown", reason="already_made")
        try:
            await writer_of(door).delete_draft(token.handle["draft_id"])
        except (ProviderRefusal, ProviderUnknown, NeedsReconnect) as error:
            return without_answer(error)
        return Attempted("done", {"provider_id": token.handle["draft_id"]})


class DraftUpdate(KeptDraft):
    """Another content for a draft the mailbox has."""

    form = forms.DRAFT_UPDATE

    async def changed(self, door: Door, payload: Payload, facts: Facts) -> Change | None:
        """None when the draft, and the conversation it belongs to, are as the person saw them."""
        mail = self.mail(payload)
        draft = await reader_of(door).get_draft(mail.draft_id)
        if draft is None:
            return freshness.change(mail, facts, ["The draft is no longer in your mailbox."])
        if draft.message.id != mail.draft_message_id:
            news = ["You have changed this draft in your mailbox meanwhile."]
            return freshness.change(mail, facts, news, draft_message_id=draft.message.id)
        return await super().changed(door, payload, facts)

    async def obtain(self, door: Door, terms: Terms, token: Token) -> Token:
        """The token with the draft's id and how it is now; nothing is written.

        Raises:
            AlteredTokenError: the draft is not as it was seen.
            OwnRefusalError: what it is now cannot be kept, or a file is not the approved one.
        """
        mail = self.mail(terms.payload)
        if mail.takes_back is not None:
            return await _as_we_left_it(door, mail, mail.takes_back, token)
        draft = await reader_of(door).get_draft(mail.draft_id)
        if draft is None or draft.message.id != mail.draft_message_id:
            raise AlteredTokenError(_TAKEN)
        raw = await reader_of(door).get_raw(draft.message.id)
        if len(raw) > MAX_PREVIOUS_BYTES:
            msg = "This draft is too large to be changed in a way that could be taken back."
            raise OwnRefusalError(msg, action="Change it in your mailbox.")
        mime_bytes(mail, await contents_of(door, mail), terms.action_id, token.marker)
        before = {"raw": b64encode(raw).decode("ascii")}
        return replace(token, handle=_handle(draft), pre_image=before, is_fresh=False)

    async def reconcile(self, door: Door, terms: Terms, token: Token) -> Evidence:
        """What the draft holds now: the content seen before, ours, or somebody's change."""
        mail = self.mail(terms.payload)
        draft = await reader_of(door).get_draft(token.handle["draft_id"])
        if mail.takes_back is not None:
            return await _taken_back(door, mail, mail.takes_back, draft)
        if draft is None:
            return Evidence("missing", "draft")
        if draft.message.id == mail.draft_message_id:
            return Evidence("unused", "draft")
        raw = await reader_of(door).get_raw(draft.message.id)
        if not mime.says_the_same(raw, mail, terms.action_id, token.marker):
            return Evidence("altered", "draft")
        return Evidence("happened", "draft", receipt_of(draft.message.id, door, "drafts"))

    async def attempt(self, door: Door, terms: Terms, token: Token) -> Attempted:
        """Give the draft its new content, or of a compensation its previous one."""
        mail = self.mail(terms.payload)
        try:
            raw = await _content(door, mail, terms, token)
            made = await writer_of(door).update_draft(token.handle["draft_id"], raw, mail.thread_id or None)
        except OwnRefusalError as error:
            return Attempted("refused", reason=error.code)
        except (ProviderRefusal, ProviderUnknown, NeedsReconnect) as error:
            return without_answer(error)
        return Attempted("done", receipt_of(made.message_id, door, "drafts"))

    async def sweep(self, door: Door, markers: Sequence[str], kept: Token | None) -> int:
        """None: the draft is the person's own, whatever mark it bears."""
        return 0


async def _content(door: Door, mail: MailPayload, terms: Terms, token: Token) -> bytes:
    if mail.takes_back is not None:
        return b64decode(mail.takes_back.previous_raw)
    return mime_bytes(mail, await contents_of(door, mail), terms.action_id, token.marker)


async def _as_we_left_it(door: Door, mail: MailPayload, back: TakesBack, token: Token) -> Token:
    """The token of a compensation, once the draft is known to be as the action it takes back left it."""
    draft = await reader_of(door).get_draft(back.draft_id)
    if draft is None or not await _is_ours(door, mail, back, draft):
        raise AlteredTokenError(_TAKEN)
    return replace(token, handle=_handle(draft), is_fresh=False)


async def _taken_back(door: Door, mail: MailPayload, back: TakesBack, draft: Draft | None) -> Evidence:
    if draft is None:
        # It was there, unchanged, when this compensation was staged: a deletion is what takes it away.
        return Evidence(
            "missing" if back.previous_raw else "happened", "draft", {"provider_id": back.draft_id}
        )
    if await _is_ours(door, mail, back, draft):
        return Evidence("unused", "draft")
    raw = await reader_of(door).get_raw(draft.message.id)
    if back.previous_raw and mime.is_same_mail(raw, b64decode(back.previous_raw)):
        return Evidence("happened", "draft", receipt_of(draft.message.id, door, "drafts"))
    return Evidence("altered", "draft")


async def _is_ours(door: Door, mail: MailPayload, back: TakesBack, draft: Draft) -> bool:
    raw = await reader_of(door).get_raw(draft.message.id)
    return mime.says_the_same(raw, mail, back.action_id, back.marker)


def _handle(draft: Draft) -> dict[str, str]:
    return {
        "draft_id": draft.id,
        "message_id": draft.message.id,
    }
