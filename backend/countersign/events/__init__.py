"""What happened to a user's runs and actions, in one gap-free order."""
