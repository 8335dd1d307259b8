"""Talking with the assistant: conversations, messages and the files that go with them."""
