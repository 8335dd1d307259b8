"""Providers of mail, calendars and files; no product rule and no database lives here."""
