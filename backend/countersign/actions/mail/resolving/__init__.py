"""Turning what a person wants sent into a mail with nothing left open, before anybody approves it."""
