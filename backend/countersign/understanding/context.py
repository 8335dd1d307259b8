"""What a request is read against: the clock reading, zone, accounts, open cards and answers given before.

Must not hold secrets or mail contents: its digest is stored beside the plan.
"""

from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict

from countersign.understanding.plan import Slot, canonical_digest


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ContextAccount(_Frozen):
    """A connected account as the person knows it: its label is "work", "personal" or their own word."""

    id: str
    email: str
    label: str
    is_default: bool = False


class OpenCard(_Frozen):
    """A card that waits for a decision, with the words that name it ("Reply to Dana Reyes")."""

    approval_id: str
    title: str


class ShownMail(_Frozen):
    """A mail the last answer of this conversation named, by its number there (from 1)."""

    number: int
    sender: str
    subject: str


class UploadedFile(_Frozen):
    """A file the person uploaded with this request."""

    id: str
    name: str


class Answer(_Frozen):
    """What the person answered to one question of this request, by the slot the question was about."""

    slot: Slot
    text: str


class RequestContext(_Frozen):
    """Everything besides the words that may change what a request means.

    Attributes:
        now: the product's time (`app_now()`), aware; read by the caller, never here.
        zone: IANA name of the person's zone.
        language: ISO 639-1 code of the page.
        open_cards: newest first.
        shown: the mails the last answer named, for "the second one"; empty when it named none.
        files: uploaded with this request, in their order.
        answers: to the questions asked about this very request, oldest first; the last one of a slot counts.
    """

    now: AwareDatetime
    zone: str
    user_name: str = ""
    language: str = "en"
    accounts: tuple[ContextAccount, ...] = ()
    open_cards: tuple[OpenCard, ...] = ()
    shown: tuple[ShownMail, ...] = ()
    files: tuple[UploadedFile, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the canonical JSON of the context."""
        return canonical_digest(self.model_dump(mode="json"))

    def answer(self, slot: Slot) -> str | None:
        """The last answer to the question about `slot`; None when it was not asked or left empty."""
        given = [answer.text.strip() for answer in self.answers if answer.slot == slot]
        return (given[-1] or None) if given else None

    def timezone(self) -> ZoneInfo:
        """The person's zone; UTC when its name is unknown here."""
        try:
            return ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            return ZoneInfo("UTC")
