"""Labels of a Gmail mailbox: which there are, which mail has which, and changing that under a grant."""
