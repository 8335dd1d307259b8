"""Addresses on the open web that a mail names: reached behind a guard, never followed by themselves."""
