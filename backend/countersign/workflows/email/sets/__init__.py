"""One change of many mails: which of them need it, which stand out, and the next version of their card."""
