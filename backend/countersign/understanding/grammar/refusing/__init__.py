"""Wishes that are recognised by their verb but cannot be done as they were said."""
