"""What somebody wrote, in their own words.

Must not put their words into others.
"""

from countersign.understanding.telling.listing import called
from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.sentences import sentences_of


def first_words(mail: MailText) -> Cited | None:
    """The first sentence of a mail as a quotation; None when it has no words of its own."""
    sentences = sentences_of(mail)
    if not sentences:
        return None
    who = "You" if mail.is_own else called(mail)
    return Cited(f"{who} wrote: “{sentences[0].text}”", (mail.key,), sentences[0].text)
