"""A mail as its card shows it, and why to look carefully."""
