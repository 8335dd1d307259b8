"""The steps a plan is made of: what to find, read, tell, write and propose, each with what it needs.

Must not hold anything a second process could compute differently: no clock reading, no random id, no float.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SayKind = Literal[
    "state",
    "ask_if",
    "ask_what",
    "ask_to",
    "ask_for",
    "ask_about",
    "thank",
    "apologise",
    "confirm",
    "direct",
    "verbatim",
]
Pronoun = Literal["she", "he", "they"]
TellForm = Literal["list", "said", "summary", "unanswered", "contacts", "action_items"]
MessageKind = Literal["mail.reply", "mail.reply_all", "mail.send", "mail.forward", "mail.draft.create"]
SetKind = Literal[
    "mail.label",
    "mail.archive",
    "mail.mark_read",
    "mail.mark_unread",
    "mail.star",
    "mail.trash",
    "mail.unsubscribe",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Say(_Frozen):
    """One thing to say: how it was reported, and the person's own words for it."""

    kind: SayKind
    text: str


class ReplyInstruction(_Frozen):
    """What a reply has to say, as the person said it; nothing here was invented.

    Attributes:
        parts: the speech acts in the order they were said.
        recipient: the words that name the recipient ("Dana"), or "" when only the conversation names them.
        recipient_pronoun: the pronoun that stands for the recipient in `parts`, None when none does.
        language: ISO 639-1 code the person asked for, None when they named none.
    """

    parts: tuple[Say, ...]
    recipient: str = ""
    recipient_pronoun: Pronoun | None = None
    language: str | None = None


class _Step(_Frozen):
    id: str
    needs: tuple[str, ...] = ()
    label: str


class AttachmentWanted(_Frozen):
    """A file to attach: one the person uploaded with the request, or one in a mail.

    Attributes:
        upload_id: public id of the uploaded file, None when it comes from a mail.
        search_step: the `search_mail` step that finds the mail which has it, None for an upload.
        words: the person's words for the file ("the invoice"); "" when the mail has only one.
    """

    upload_id: str | None = None
    search_step: str | None = None
    words: str = ""


class ResolvePerson(_Step):
    """Find out who the words mean; `query` is a name, an address or a description such as "Dana from Acme"."""

    kind: Literal["resolve_person"] = "resolve_person"
    query: str


class SearchMail(_Step):
    """Find mail by typed criteria, newest first.

    Attributes:
        person_step: id of the step whose person must be the sender, None for any sender.
        recipient_step: id of the step whose person must be among those it was sent to, None for anybody.
        topic_words: words the conversation is about, all of them wanted, in the person's spelling.
        subject: the subject as the person quoted it, None when none was quoted.
        folder: "received" is every folder but sent, drafts, spam and trash; "anywhere" also counts what was sent.
        in_label: a label of the account by its name, None for any.
        category: a kind of bulk mail, None for any; "newsletters" is mail that names a mailing list.
        unread_only: True only when the person said unread, or asked to mark as read what still is not.
        starred_only: True only when the person said starred.
        has_attachment: True only when the person asked for mail with a file.
        received_from: first day wanted, YYYY-MM-DD in the person's zone, inclusive; None for no limit.
        received_to: last day wanted, inclusive; None for no limit.
        most: how many of the newest are wanted, None for all of them.
        shown: numbers of mails in the answer the person refers to ("the second one"); then nothing else is searched.
        account_ids: accounts to look in, the default first; a named account stands alone; empty for every account.
    """

    kind: Literal["search_mail"] = "search_mail"
    person_step: str | None
    recipient_step: str | None = None
    topic_words: tuple[str, ...] = ()
    subject: str | None = None
    folder: Literal["received", "inbox", "sent", "anywhere"] = "received"
    order: Literal["newest_first"] = "newest_first"
    in_label: str | None = None
    category: Literal["promotions", "newsletters", "social", "updates", "forums"] | None = None
    unread_only: bool = False
    starred_only: bool = False
    has_attachment: bool = False
    received_from: str | None = None
    received_to: str | None = None
    most: int | None = None
    shown: tuple[int, ...] = ()
    account_ids: tuple[str, ...] = ()


class ReadThread(_Step):
    """Read the conversation of the newest mail that the search step found."""

    kind: Literal["read_thread"] = "read_thread"
    search_step: str


class ReadThreads(_Step):
    """Read every conversation the search step found mail of, newest first.

    Attributes:
        unanswered_only: keep those whose last mail asks the person something and has no answer of theirs.
    """

    kind: Literal["read_threads"] = "read_threads"
    search_step: str
    unanswered_only: bool = False


class TellAbout(_Step):
    """Answer the person from what was found or read, each sentence with its source; changes nothing.

    Attributes:
        source_step: a `search_mail` step for "list", else a `read_thread` or `read_threads` step.
        form: "list" names the mails; "said" is what the named person wrote about it; "summary" who wants what by
            when, decisions, open questions and dates; "unanswered" the conversations that wait for the person;
            "contacts" the people in them; "action_items" what somebody is asked to do.
        topic: the person's words for what it is about, for the wording only; "" when they named none.
    """

    kind: Literal["tell_about"] = "tell_about"
    source_step: str
    form: TellForm
    topic: str = ""


class DraftReply(_Step):
    """Write the text of the reply from the instruction and the facts of the conversation.

    Attributes:
        thread_step: a `read_thread` step, or a `read_threads` step: then one text for each conversation that has
            somebody to answer.
        instruction: what to say; None when the person left that to the conversation ("draft responses").
        to_all: everybody in the conversation receives it, not only its sender.
        attachments: files that go with it.
    """

    kind: Literal["draft_reply"] = "draft_reply"
    thread_step: str
    instruction: ReplyInstruction | None
    to_all: bool = False
    attachments: tuple[AttachmentWanted, ...] = ()


class DraftMail(_Step):
    """Write a new mail that answers none.

    Attributes:
        to_steps: ids of the `resolve_person` steps of its recipients, in the order they were named; never empty.
        subject: as the person gave it, None when the writer takes one from the instruction.
        account_ids: accounts to send from, the default first; a named account stands alone.
    """

    kind: Literal["draft_mail"] = "draft_mail"
    to_steps: tuple[str, ...]
    cc_steps: tuple[str, ...] = ()
    bcc_steps: tuple[str, ...] = ()
    subject: str | None = None
    instruction: ReplyInstruction
    account_ids: tuple[str, ...] = ()
    attachments: tuple[AttachmentWanted, ...] = ()


class DraftForward(_Step):
    """Pass a mail on: the whole mail with its files below the person's own words.

    Attributes:
        thread_step: the `read_thread` step; its newest found mail is the one passed on.
        note: the words above it, None for none.
    """

    kind: Literal["draft_forward"] = "draft_forward"
    thread_step: str
    to_steps: tuple[str, ...]
    note: ReplyInstruction | None = None


class Propose(_Step):
    """Put what was written before the person as cards; nothing leaves without their decision."""

    kind: Literal["propose"] = "propose"
    action_kind: MessageKind
    draft_step: str


class ProposeSet(_Step):
    """Put one change of many mails before the person: the true ids found, in cards of at most 100.

    Attributes:
        label_name: for `mail.label`, the label's name as the person said it.
        removes_label: for `mail.label`, take the label off instead of putting it on.
    """

    kind: Literal["propose_set"] = "propose_set"
    action_kind: SetKind
    search_step: str
    label_name: str | None = None
    removes_label: bool = False


Step = Annotated[
    ResolvePerson
    | SearchMail
    | ReadThread
    | ReadThreads
    | TellAbout
    | DraftReply
    | DraftMail
    | DraftForward
    | Propose
    | ProposeSet,
    Field(discriminator="kind"),
]
