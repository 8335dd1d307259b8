"""Answers in words: what was looked for, what was told, and the mails each sentence rests on."""
