"""The forms of a mail to write: a new one, one to pass on, a row of drafts."""
