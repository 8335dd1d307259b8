"""Where the files to attach come from: uploaded with the request, or in a mail that a search finds.

Must not choose among several files: what is not clear is asked.
"""

import re

from countersign.understanding.context import RequestContext, UploadedFile
from countersign.understanding.grammar.messages.reading import FileWords
from countersign.understanding.grammar.reply import ask
from countersign.understanding.grammar.steps import StepList
from countersign.understanding.grammar.target import Target, read_target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.plan import Clarification
from countersign.understanding.planned.steps import AttachmentWanted
from countersign.understanding.words.text import fold, read_text

_ANSWER_LEAD = Pattern(
    r"(?:(?:it(?:'s|[ ]is|[ ]was)?|they[ ]are|the[ ]one|that|attached[ ]to|in|from|with|to|take)[ ]+)*"
)
_FILE_NAME = Pattern(r"\.\w{2,4}$")
_PLURAL = Pattern(r"(?:files|attachments|documents|uploads|both|all)$")


def add_files(
    steps: StepList, files: tuple[FileWords, ...], account_ids: tuple[str, ...], context: RequestContext
) -> tuple[AttachmentWanted, ...] | Clarification:
    """The files, with the searches for the mails they are in laid out; a question when one is not clear."""
    wanted: list[AttachmentWanted] = []
    for file in files:
        answered = _answered(file, context)
        if answered.mail is not None:
            wanted.append(_from_mail(steps, answered, answered.mail, account_ids, context))
            continue
        chosen = _uploads(answered, context.files)
        if not chosen:
            return ask("file", _question(file, context), context, tuple(one.name for one in context.files))
        wanted.extend(AttachmentWanted(upload_id=one.id, words=answered.words) for one in chosen)
    return tuple(wanted)


def _answered(file: FileWords, context: RequestContext) -> FileWords:
    """The file, with the place the person answered when it had none."""
    answer = context.answer("file")
    if answer is None or file.mail is not None:
        return file
    words = read_text(answer)
    lead = _ANSWER_LEAD.match(words.folded)
    target = read_target(words, lead.end() if lead else 0)
    is_mail = (
        target is not None
        and not target.is_empty
        and (target.names_mail or (lead and "from" in lead.group()))
    )
    if is_mail and target is not None:
        return FileWords(file.words, mail=target)
    return FileWords(answer.strip())


def _uploads(file: FileWords, uploads: tuple[UploadedFile, ...]) -> tuple[UploadedFile, ...]:
    """The uploaded files meant: all for "the files", the only one, or the only one so called."""
    if _PLURAL.fullmatch(file.words.lower()):
        return uploads
    words = set(re.findall(r"[^\W_]+", fold(file.words)))
    named = [one for one in uploads if words and words <= set(re.findall(r"[^\W_]+", fold(one.name)))]
    if len(named) == 1:
        return tuple(named)
    is_only = len(uploads) == 1 and (file.is_upload or not file.words) and not _FILE_NAME.search(file.words)
    return uploads if is_only else ()


def _from_mail(
    steps: StepList, file: FileWords, mail: Target, account_ids: tuple[str, ...], context: RequestContext
) -> AttachmentWanted:
    search = steps.search(mail, account_ids, context)
    label = search.label.replace("the last mail", "the last mail with a file")
    found = steps.add(search.model_copy(update={"has_attachment": True, "label": label}))
    return AttachmentWanted(search_step=found, words=file.words)


def _question(file: FileWords, context: RequestContext) -> str:
    called = f"“{file.words}”" if file.words else "the file"
    if context.files:
        return f"Which file do you mean by {called}?"
    return f"Where is {called}: can you upload it with the request, or say whose mail it is in?"
