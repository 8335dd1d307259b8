"""A Google Workspace that lives on loopback, for demonstration, development and tests."""
