"""Gmail v1 of the sandbox: mailboxes, mail format, search and delivery."""
