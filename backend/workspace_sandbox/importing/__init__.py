"""Real mail from files into the sandbox: mbox, Maildir, .eml."""
