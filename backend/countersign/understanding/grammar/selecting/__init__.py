"""Which mails a request means: the words for a set of mails, read whole or not at all."""
