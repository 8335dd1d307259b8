"""The kinds of mail action: how each is checked, shown, and made to happen once."""
