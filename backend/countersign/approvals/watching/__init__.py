"""Keeping open cards honest: what changes in the mailbox meanwhile is shown on the card, or closes it."""
