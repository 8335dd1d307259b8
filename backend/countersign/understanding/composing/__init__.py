"""Mails that nobody dictated, written from what a conversation holds."""
