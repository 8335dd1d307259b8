"""Writing each kind of mail, with its files, up to a proposal; and the next version of a card."""
